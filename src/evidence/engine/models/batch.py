"""Many independent fits at once."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from evidence.engine.models import bounds, regression
from evidence.engine.models.forms import prepare
from evidence.engine.models.sums import dot
from evidence.engine.models.tau2 import TAU2, q_root
from evidence.engine.models.uni import TESTS, intervals_of
from evidence.engine.numerics import arguments, distributions

NUMBERS = 80_000


@dataclass(frozen=True, eq=False)
class Batch:
    """Results of m fits: arrays (m,); with moderators estimate, se, stat, p and the interval are (p, m).

    The p-values `p`, `Q_p` and `QM_p`, which cost more than a fit, are worked out when first asked for.
    """

    estimate: np.ndarray
    se: np.ndarray
    stat: np.ndarray
    df: np.ndarray
    ci_low: np.ndarray
    ci_high: np.ndarray
    pi_low: np.ndarray
    pi_high: np.ndarray
    tau2: np.ndarray
    tau2_low: np.ndarray
    tau2_high: np.ndarray
    I2: np.ndarray
    H2: np.ndarray
    Q: np.ndarray
    Q_df: np.ndarray
    QM: np.ndarray
    QM_df: np.ndarray
    k: np.ndarray

    @cached_property
    def t_df(self):
        """Degrees of freedom of the t distribution, infinite for the normal."""
        return np.where(np.isnan(self.df), np.inf, self.df)

    @cached_property
    def p(self):
        return distributions.two_sided_p(self.stat, self.t_df)

    @cached_property
    def Q_p(self):
        return distributions.chi2_p(self.Q * (self.Q_df > 0), np.maximum(self.Q_df, 1))

    @cached_property
    def QM_p(self):
        if self.stat.ndim == 1:
            return self.p
        if np.isnan(self.df).any():
            return distributions.chi2_p(self.QM, self.QM_df)
        return distributions.f_p(self.QM, self.QM_df, self.df)


def rma_batch(Y, V, method="REML", test="knha", level=0.95, X=None, intercept=True, tau2_ci=False):
    """Fit m random-effects models at once, with the numbers `rma` gives one by one.

    Parameters
    ----------
    Y, V : array_like, shape (k, m)
        Effects and variances, a column a data set; NaN in both for an absent study.
    method, test, level
        As in `rma`.
    X : array_like, shape (k,) or (k, q), optional
        Moderators, the same for all data sets.
    intercept : bool
        False: take X as it is.
    tau2_ci : bool
        Also the Q-profile interval of tau2, NaN otherwise.

    Returns
    -------
    Batch
        Arrays (m,), with moderators (p, m) for the coefficients; `df` is NaN for the normal distribution, the
        prediction interval NaN for EE and with moderators.

    Raises
    ------
    ValueError
        Names the argument and the first offending place.

    Notes
    -----
    The columns are fitted in chunks that stay in the processor's cache. Formulas and references are those of
    `rma`.
    """
    Y, V = checked(Y, V)
    arguments.choice("method", method, tuple(TAU2))
    arguments.choice("test", test, TESTS)
    arguments.level(level)
    X = regression.design(X, len(Y), intercept)
    enough(X, np.isfinite(V))
    if Y.shape[1]:
        bounds.tame(Y, V, not regression.is_intercept(X), ("Y", "V"))
    step = max(1, NUMBERS // len(Y))
    parts = [
        fit_columns(Y[:, at : at + step], V[:, at : at + step], X, method, test, level, tau2_ci)
        for at in range(0, max(Y.shape[1], 1), step)
    ]
    return Batch(**{each.name: np.concatenate([part[each.name] for part in parts], axis=-1) for each in fields(Batch)})


def checked(Y, V):
    """Effects with 0 and variances with infinity where a study is absent."""
    Y, V = arguments.numbers("Y", Y), arguments.numbers("V", V)
    if Y.ndim != 2 or Y.shape != V.shape or len(Y) == 0:
        raise ValueError(f"Y and V must be (k, m) arrays of one shape with k > 0, got {Y.shape} and {V.shape}")
    absent = np.isnan(Y)
    faults = {
        "V must be NaN exactly where Y is": absent != np.isnan(V),
        "Y must hold finite numbers or NaN": np.isinf(Y),
        "V must hold finite numbers above zero or NaN": ~absent & ~((V > 0) & np.isfinite(V)),
    }
    for words, wrong in faults.items():
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            place = f"[{row}, {column}]"
            raise ValueError(f"{words}, got Y{place} = {Y[row, column]} and V{place} = {V[row, column]}")
    if absent.all(0).any():
        raise ValueError(f"Y must hold at least one study a column, got none in column {int(np.argmax(absent.all(0)))}")
    if not absent.any():
        return Y, V
    return np.where(absent, 0.0, Y), np.where(absent, np.inf, V)


def enough(X, present):
    """Raise ValueError for a column whose studies cannot carry the moderators."""
    if regression.is_intercept(X):
        return
    p = X.shape[1]
    patterns, first = np.unique(present, axis=1, return_index=True)
    for place in np.argsort(first):
        rows = patterns[:, place]
        if rows.sum() <= p or np.linalg.matrix_rank(X[rows] / np.abs(X).max(0)) < p:
            raise ValueError(
                f"X must have fewer columns than there are studies, and independent ones among them: "
                f"column {first[place]} of Y has {rows.sum()} studies for {p} coefficients"
            )


def fit_columns(Y, V, X, method, test, level, tau2_ci):
    """Results of one chunk of columns."""
    moderators = regression.moderators(X)
    pool = moderators is None
    data = prepare(Y, V, moderators)
    df = data.k - data.p
    tau2 = TAU2[method](Y, V, moderators, data)
    zero = np.zeros_like(tau2)
    Q = data.q(zero)[0]
    normal = (df == 0) | (test == "z")
    beta, vcov = average(Y, V, tau2) if pool else data.coefficients(tau2)
    vcov = vcov * np.where(normal, 1.0, dispersion(data, tau2, test))
    width = quantiles(np.where(normal, np.inf, df), level)
    numbers = intervals_of(beta, np.sqrt(np.einsum("iim->im", vcov)), width)
    half = width * np.sqrt(vcov[0, 0] + tau2)
    half = half if pool and method != "EE" else np.full_like(half, np.nan)
    low, high = tau2_bounds(Y, V, moderators, df, level) if tau2_ci else np.full((2, len(df)), np.nan)
    return {
        **{name: each[0] if pool else each for name, each in numbers.items()},
        "df": np.where(normal, np.nan, df), "pi_low": beta[0] - half, "pi_high": beta[0] + half,
        "tau2": tau2, "tau2_low": low, "tau2_high": high, **heterogeneity(data, tau2, Q, method),
        "Q": Q, "Q_df": df.astype(float), "k": data.k.astype(float),
        **(pool_test(numbers) if pool else moderator_tests(beta, vcov, X, normal)),
    }  # fmt: skip


def quantiles(df, level):
    """Half-widths of intervals in standard errors, worked out once for each number of degrees of freedom."""
    if (df == df[:1]).all():
        return np.repeat(distributions.quantile((1 + level) / 2, df[:1]), len(df))
    known, places = np.unique(df, return_inverse=True)
    return distributions.quantile((1 + level) / 2, known)[places]


def average(Y, V, tau2):
    """Weighted averages (1, m) and their variances (1, 1, m)."""
    w = 1 / (V + tau2)
    total = w.sum(0)
    return (dot(w, Y) / total)[None], (1 / total)[None, None]


def dispersion(data, tau2, test):
    """As `evidence.engine.models.uni.dispersion`, for each column."""
    q = data.q(tau2 / data.scale)[0] / np.maximum(data.k - data.p, 1)
    return np.maximum(q, 1) if test == "adhoc" else q


def heterogeneity(data, tau2, Q, method):
    """As `evidence.engine.models.regression.heterogeneity`, for each column."""
    df = np.maximum(data.k - data.p, 1)
    if method != "EE":
        ratio = tau2 / data.scale * data.at(np.zeros_like(tau2))[1] / df
        return {"I2": 100 * ratio / (1 + ratio), "H2": 1 + ratio}
    H2 = np.where(data.k > data.p, Q / df, 1.0)
    return {"I2": 100 * np.maximum(0, 1 - 1 / np.maximum(H2, 1)), "H2": H2}


def tau2_bounds(Y, V, moderators, df, level):
    """Q-profile intervals; NaN for a lone study."""
    known = np.maximum(df, 1)
    targets = (distributions.chi2_quantile(probability, known) for probability in ((1 + level) / 2, (1 - level) / 2))
    return [np.where(df > 0, q_root(Y, V, moderators, target), np.nan) for target in targets]


def pool_test(numbers):
    """The test of the average as QM."""
    QM = numbers["stat"][0] ** 2
    return {"QM": QM, "QM_df": np.ones_like(QM)}


def moderator_tests(beta, vcov, X, normal):
    """As `evidence.engine.models.regression.moderator_test`, for each column."""
    columns = regression.tested(X)
    b, V = beta[columns], vcov[np.ix_(columns, columns)]
    m = len(b)
    spread = (np.einsum("iim->im", V) > 0).all(0)
    V = np.where(spread, V, np.eye(m)[:, :, None])
    solved = (b / V[0]) if m == 1 else np.linalg.solve(V.transpose(2, 0, 1), b.T[:, :, None])[:, :, 0].T
    QM = np.where(spread, dot(b, solved), np.where(b.any(0), np.inf, 0.0))
    return {"QM": np.where(normal, QM, QM / m), "QM_df": np.full(len(QM), float(m))}
