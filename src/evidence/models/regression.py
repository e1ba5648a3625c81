"""Designs, coefficients and tests of meta-regression."""

import numpy as np

from evidence.arguments import same_length
from evidence.models import distributions


def design(X, k, intercept=True):
    """Design matrix (k, p) with the intercept in front.

    Raises
    ------
    ValueError
        For X of another length, with values that are not finite, or of deficient rank.
    """
    if X is None:
        return np.ones((k, 1))
    X = np.asarray(X, float)
    X = X[:, None] if X.ndim == 1 else X
    if X.ndim != 2:
        raise ValueError(f"X must be (k,) or (k, q), got shape {X.shape}")
    same_length(X=X, yi=np.empty(k))
    wrong = np.argwhere(~np.isfinite(X))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(f"X[{row}, {column}] must be a finite number, got {X[row, column]}")
    constant = (X == X[0]).all(0) & (X[0] != 0)
    if intercept:
        X = np.column_stack([np.ones(k), X[:, ~constant]])
    scale = np.abs(X).max(0)
    if (scale == 0).any() or np.linalg.matrix_rank(X / np.where(scale == 0, 1, scale)) < X.shape[1]:
        raise ValueError(f"X must have linearly independent columns, got rank below {X.shape[1]} columns (intercept included)")
    return X


def basis(X):
    """Orthonormal basis of the columns of X, None for an intercept alone."""
    return None if X.shape[1] == 1 and (X == 1).all() else np.linalg.qr(X)[0]


def coefficients(yi, w, X):
    """Weighted least squares coefficients and (X'WX)^-1, by QR."""
    root = np.sqrt(w)
    Q, R = np.linalg.qr(root[:, None] * X)
    inverse = np.linalg.inv(R)
    return inverse @ (Q.T @ (root * yi)), inverse @ inverse.T


def typical_variance(vi, X):
    """(k - p) / tr P at tau2 = 0, Higgins & Thompson 2002 eq. 9 [higgins2002] with moderators."""
    k, p = X.shape
    if k == p:
        return float(np.mean(vi))
    w = 1 / vi
    _, inverse = coefficients(vi, w, X)
    trace = w.sum() - np.trace(inverse @ (X.T * w**2) @ X)
    return float((k - p) / trace)


def heterogeneity(tau2, Q, vi, X, method):
    """I2 (percent) and H2: from tau2 and the typical variance; from Q for EE."""
    df = X.shape[0] - X.shape[1]
    if method == "EE":
        H2 = Q / df if df else 1.0
        return {"I2": max(0.0, 100 * (1 - 1 / H2)) if H2 > 0 else 0.0, "H2": H2}
    typical = typical_variance(vi, X)
    return {"I2": 100 * tau2 / (tau2 + typical), "H2": tau2 / typical + 1}


def r_squared(tau2, yi, vi, X, method):
    """Percent of tau2 that the moderators explain, Raudenbush 2009 [raudenbush2009]; 0 where there is none to explain."""
    from evidence.models.tau2 import TAU2

    if method == "EE":
        return None
    without = float(TAU2[method](yi[:, None], vi[:, None])[0])
    return max(0.0, 100 * (without - tau2) / without) if without > 0 else 0.0


def moderator_test(beta, vcov, X, df):
    """Omnibus test of the coefficients without the intercept (of the intercept where it is alone)."""
    first = 1 if len(beta) > 1 and (X[:, 0] == 1).all() else 0
    b, V = beta[first:], vcov[first:, first:]
    m = len(b)
    if not (np.diag(V) > 0).all():
        return {"QM": np.inf, "QM_df": (m, df), "QM_p": 0.0}
    QM = float(b @ np.linalg.solve(V, b))
    if df is None:
        return {"QM": QM, "QM_df": (m, None), "QM_p": float(distributions.chi2_p(QM, m))}
    return {"QM": QM / m, "QM_df": (m, df), "QM_p": float(distributions.f_p(QM / m, m, df))}
