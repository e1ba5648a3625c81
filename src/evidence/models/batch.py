"""Many independent fits at once."""

from dataclasses import dataclass

import numpy as np

from evidence import arguments
from evidence.models import distributions
from evidence.models.likelihood import residuals, trace_P
from evidence.models.tau2 import TAU2, q_root
from evidence.models.uni import TESTS

CHUNK = 400


@dataclass(frozen=True, eq=False)
class Batch:
    """Results of m fits: arrays (m,); with moderators estimate, se, stat, p, ci_low and ci_high are (p, m)."""

    estimate: np.ndarray
    se: np.ndarray
    stat: np.ndarray
    p: np.ndarray
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
    Q_p: np.ndarray
    k: np.ndarray


def rma_batch(Y, V, method="REML", test="knha", level=0.95, tau2_ci=False):
    """Fit m random-effects models at once, with the numbers `rma` gives one by one.

    Parameters
    ----------
    Y, V : array_like, shape (k, m)
        Effects and variances, a column a data set; NaN in both for an absent study.
    method, test, level
        As in `rma`.
    tau2_ci : bool
        Also the Q-profile interval of tau2.

    Returns
    -------
    Batch
        Arrays (m,); `df` is NaN for the normal distribution, the prediction interval NaN for EE.

    Raises
    ------
    ValueError
        Names the argument and the first offending place.
    """
    Y, V = checked(Y, V)
    arguments.choice("method", method, tuple(TAU2))
    arguments.choice("test", test, TESTS)
    parts = [fit_columns(Y[:, at : at + CHUNK], V[:, at : at + CHUNK], method, test, level, tau2_ci) for at in range(0, Y.shape[1], CHUNK)]
    if not parts:
        return Batch(**{name: np.empty(0) for name in Batch.__dataclass_fields__})
    return Batch(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def checked(Y, V):
    """Effects with 0 and variances with infinity where a study is absent."""
    Y, V = np.asarray(Y, float), np.asarray(V, float)
    if Y.ndim != 2 or Y.shape != V.shape:
        raise ValueError(f"Y and V must be (k, m) arrays of one shape, got {Y.shape} and {V.shape}")
    absent = np.isnan(Y)
    faults = {
        "V must be NaN exactly where Y is": absent != np.isnan(V),
        "Y must hold finite numbers or NaN": np.isinf(Y),
        "V must hold finite numbers above zero or NaN": ~absent & ~((V > 0) & np.isfinite(V)),
    }
    for words, wrong in faults.items():
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise ValueError(f"{words}, got Y[{row}, {column}] = {Y[row, column]} and V[{row}, {column}] = {V[row, column]}")
    if absent.all(0).any():
        raise ValueError(f"Y must hold at least one study a column, got none in column {int(np.argmax(absent.all(0)))}")
    return np.where(absent, 0.0, Y), np.where(absent, np.inf, V)


def fit_columns(Y, V, method, test, level, tau2_ci):
    """Results of one chunk of columns."""
    m = Y.shape[1]
    k = np.isfinite(V).sum(0)
    many = k > 1
    tau2, low, high = np.zeros(m), np.full(m, np.nan), np.full(m, np.nan)
    if many.any():
        y, v = Y[:, many], V[:, many]
        tau2[many] = TAU2[method](y, v)
        if tau2_ci:
            for bound, probability in ((low, (1 + level) / 2), (high, (1 - level) / 2)):
                bound[many] = q_root(y, v, None, distributions.chi2_quantile(probability, k[many] - 1))
    w = 1 / (V + tau2)
    total = w.sum(0)
    estimate = (w * Y).sum(0) / total
    variance = 1 / total
    df = np.where(many & (test != "z"), k - 1.0, np.nan)
    if test != "z":
        q = np.where(many, (w * (Y - estimate) ** 2).sum(0) / np.maximum(k - 1, 1), 1.0)
        variance = variance * (np.maximum(q, 1) if test == "adhoc" else q)
    se = np.sqrt(variance)
    normal = np.isnan(df)
    safe = np.where(normal, 1, df)
    crit = np.where(normal, distributions.quantile((1 + level) / 2), distributions.quantile((1 + level) / 2, safe))
    stat = np.divide(estimate, se, out=np.where(estimate == 0, 0.0, np.copysign(np.inf, estimate)), where=se > 0)
    p = np.where(normal, distributions.two_sided_p(stat), distributions.two_sided_p(stat, safe))
    w0 = 1 / V
    e, _ = residuals(w0, Y, None)
    Q = (w0 * e * e).sum(0)
    trace = trace_P(w0, None, None)
    Q_df = k - 1.0
    typical = np.divide(Q_df, trace, out=1 / total, where=many)
    if method == "EE":
        H2 = np.where(many, Q / np.maximum(Q_df, 1), 1.0)
        I2 = 100 * np.maximum(0, 1 - np.divide(1, H2, out=np.ones(m), where=H2 > 0))
    else:
        H2, I2 = tau2 / typical + 1, 100 * tau2 / (tau2 + typical)
    half = crit * np.sqrt(variance + tau2) * (np.nan if method == "EE" else 1)
    Q_p = np.where(many, distributions.chi2_p(Q, np.maximum(Q_df, 1)), 1.0)
    return {
        "estimate": estimate, "se": se, "stat": stat, "p": p, "df": df, "ci_low": estimate - crit * se, "ci_high": estimate + crit * se,
        "pi_low": estimate - half, "pi_high": estimate + half, "tau2": tau2, "tau2_low": low, "tau2_high": high, "I2": I2, "H2": H2,
        "Q": Q, "Q_df": Q_df, "Q_p": Q_p, "k": k.astype(float),
    }  # fmt: skip
