"""Designs, coefficients and tests of meta-regression."""

import numpy as np

from evidence.engine.models.tau2 import TAU2
from evidence.engine.numerics import distributions
from evidence.engine.numerics.arguments import choice, numbers, same_length


def design(X, k, intercept=True):
    """Design matrix (k, p) with the intercept in front.

    Raises
    ------
    ValueError
        For X of another length, with values that are not finite, or of deficient rank.
    """
    choice("intercept", intercept, (True, False))
    if X is None:
        return np.ones((k, 1))
    X = numbers("X", X)
    X = X[:, None] if X.ndim == 1 else X
    if X.ndim != 2:
        raise ValueError(f"X must be (k,) or (k, q), got shape {X.shape}")
    same_length(X=X, yi=np.empty(k))
    wrong = np.argwhere(~np.isfinite(X))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(f"X[{row}, {column}] must be a finite number, got {X[row, column]}")
    if intercept:
        constant = (X == X[0]).all(0) & (X[0] != 0)
        X = np.column_stack([np.ones(k), X[:, ~constant]])
    return independent(X)


def independent(X):
    """X, unless a column is a combination of those before it."""
    largest = np.abs(X).max(0, initial=0.0)
    if X.shape[1] == 0:
        raise ValueError("X must have at least one column, got none")
    scaled = X / np.where(largest == 0, 1, largest)
    for column in range(X.shape[1]):
        if np.linalg.matrix_rank(scaled[:, : column + 1]) <= column:
            raise ValueError(
                f"X must have linearly independent columns: column {column} of the design "
                f"(intercept included) is zero or a combination of those before it"
            )
    return X


def intercept_column(X):
    """Place of the intercept in the design, None where it has none."""
    ones = np.flatnonzero((X == 1).all(0))
    return int(ones[0]) if len(ones) else None


def is_intercept(X):
    """Whether the design is an intercept alone."""
    return X.shape[1] == 1 and bool((X == 1).all())


def moderators(X):
    """The design as the estimators of tau2 take it: None for an intercept alone."""
    return None if is_intercept(X) else X


def coefficients(yi, w, X):
    """Weighted least squares coefficients and (X'WX)^-1, by QR; fitted once more to the residuals.

    With an intercept effects are counted from the one of most weight, so that equal ones have slopes of 0.
    """
    if is_intercept(X):
        total = w.sum()
        return np.array([(w @ yi) / total]), np.array([[1 / total]])
    root = np.sqrt(w)
    Q, R = np.linalg.qr(root[:, None] * X)
    inverse = np.linalg.inv(R)
    column = intercept_column(X)
    origin = 0.0 if column is None else yi[w.argmax()]
    y = yi - origin
    beta = inverse @ (Q.T @ (root * y))
    beta += inverse @ (Q.T @ (root * (y - X @ beta)))
    if column is not None:
        beta[column] += origin
    return beta, inverse @ inverse.T


def typical_variance(vi, data):
    """(k - p) / tr P at tau2 = 0; vi for a lone study. Higgins & Thompson 2002, eq. 9 [higgins2002]."""
    if data.k == data.p:
        return float(np.mean(vi))
    return float(data.scale * (data.k - data.p) / data.at(0.0)[1])


def heterogeneity(tau2, Q, df, typical, method):
    """I2 (percent) and H2 from tau2 and the typical variance; from Q for EE. [higgins2002]"""
    if method != "EE":
        return {"I2": 100 * tau2 / (tau2 + typical), "H2": tau2 / typical + 1}
    H2 = Q / df if df else 1.0
    return {"I2": max(0.0, 100 * (1 - 1 / H2)) if H2 > 0 else 0.0, "H2": H2}


def r_squared(tau2, Q, yi, vi, X, method):
    """Percent of tau2 that moderators explain; 0 where there is none. Raudenbush 2009 [raudenbush2009].

    For EE, which has no tau2, percent of the scatter of the effects: the adjusted R2 of weighted least squares,
    1 - (Q / (k - p)) / (Q0 / (k - 1)) with Q0 the Q of the average. None without an intercept, with which the
    average would not be a model within this one, and where nothing is left to adjust by.
    """
    k, p = X.shape
    if intercept_column(X) is None or k == p:
        return None
    if method == "EE":
        w = 1 / vi
        without, within = w @ (yi - w @ yi / w.sum()) ** 2 / (k - 1), Q / (k - p)
    else:
        without, within = TAU2[method](yi, vi), tau2
    return max(0.0, 100 * float((without - within) / without)) if without > 0 else 0.0


def tested(X):
    """Columns of the omnibus test: all but the intercept, or the intercept where it is alone."""
    columns, intercept = np.arange(X.shape[1]), intercept_column(X)
    return columns if len(columns) == 1 or intercept is None else np.delete(columns, intercept)


def moderator_test(beta, vcov, X, df):
    """Omnibus test of the coefficients without the intercept (of the intercept where it is alone).

    QM = b'V^-1 b, chi-squared with m degrees of freedom; divided by m an F with m and k - p where `df` is
    given.
    """
    columns = tested(X)
    b, V = beta[columns], vcov[np.ix_(columns, columns)]
    m = len(b)
    if not (np.diag(V) > 0).all():
        return {"QM": np.inf if b.any() else 0.0, "QM_df": (m, df), "QM_p": 0.0 if b.any() else 1.0}
    QM = float(b @ np.linalg.solve(V, b))
    if df is None:
        return {"QM": QM, "QM_df": (m, None), "QM_p": float(distributions.chi2_p(QM, m))}
    return {"QM": QM / m, "QM_df": (m, df), "QM_p": float(distributions.f_p(QM / m, m, df))}
