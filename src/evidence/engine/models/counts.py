"""Pooling 2x2 tables as they are: Mantel-Haenszel and Peto."""

from dataclasses import dataclass

import numpy as np

from evidence.engine.measures.escalc import escalc
from evidence.engine.measures.inputs import count
from evidence.engine.numerics import arguments, distributions


@dataclass(frozen=True)
class Pooled:
    """A pooled measure under equal effects; see `mantel_haenszel` and `peto`."""

    measure: str
    estimate: float
    se: float
    stat: float
    p: float
    ci_low: float
    ci_high: float
    Q: float
    Q_df: int
    Q_p: float
    I2: float
    H2: float
    k: int
    level: float


def mantel_haenszel(measure, ai, bi, ci, di, level=0.95):
    """Mantel-Haenszel pooled odds ratio, risk ratio or risk difference.

    Parameters
    ----------
    measure : {"OR", "RR", "RD"}
        Log odds ratio, log risk ratio, risk difference.
    ai, bi, ci, di : array_like, shape (k,)
        People with and without the event: ai, bi in group 1, ci, di in group 2. Counts are taken as they are.
    level : float
        Level of the interval.

    Returns
    -------
    Pooled
        `estimate se stat p ci_low ci_high` (normal; logarithms for OR and RR), `Q Q_df Q_p I2 H2`
        (inverse-variance sum of squares of the tables' effects about the estimate; 1/2 is added to tables
        with a zero, tables without an event, or without a non-event, in both groups are left out), `k`
        tables.

    Raises
    ------
    ValueError
        For counts that cannot be, with their name and index; where the pooled ratio is 0, infinite or 0 / 0.

    Notes
    -----
    With N = n1 + n2: exp(estimate) = sum(a d / N) / sum(b c / N) (OR) or sum(a n2 / N) / sum(c n1 / N) (RR);
    estimate = sum((a n2 - c n1) / N) / sum(n1 n2 / N) (RD).

    References
    ----------
    Mantel & Haenszel 1959 [mantel1959]; Robins, Breslow & Greenland 1986, variance for OR [robins1986];
    Greenland & Robins 1985, variance for RR [greenland1985]; Sato, Greenland & Robins 1989, variance for RD
    [sato1989].
    """
    arguments.choice("measure", measure, tuple(MANTEL_HAENSZEL))
    cells = tables(ai, bi, ci, di)
    estimate, variance = MANTEL_HAENSZEL[measure](*cells)
    effects = escalc(measure, **cells_by_name(cells), drop00=True)
    used = np.isfinite(effects.yi) & (effects.vi > 0)
    scatter = ((effects.yi[used] - estimate) ** 2 / effects.vi[used]).sum()
    return pooled(measure, estimate, variance, scatter, int(used.sum()), len(cells[0]), level)


def peto(ai, bi, ci, di, level=0.95):
    """Peto's one-step log odds ratio.

    Parameters
    ----------
    ai, bi, ci, di, level
        As in `mantel_haenszel`.

    Returns
    -------
    Pooled
        As `mantel_haenszel`, but that `Q` takes the counts as they are too.

    Raises
    ------
    ValueError
        As `mantel_haenszel`; where no table has both events and non-events.

    Notes
    -----
    estimate = sum(O - E) / sum(V), variance 1 / sum(V), with O = a, E = n1 (a + c) / N and the hypergeometric
    variance V = n1 n2 (a + c) (b + d) / (N^2 (N - 1)); Q = sum((O - E)^2 / V) - sum(O - E)^2 / sum(V) over the
    tables with both events and non-events.

    References
    ----------
    Yusuf et al. 1985, Prog Cardiovasc Dis 27:335 [yusuf1985].
    """
    cells = tables(ai, bi, ci, di)
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    N = n1 + n2
    excess = a - n1 * (a + c) / N
    V = n1 * n2 * (a + c) * (b + d) / (N**2 * np.maximum(N - 1, 1))
    used = V > 0
    if not used.any():
        raise ValueError("ai, bi, ci, di must hold a table with both events and non-events, got none")
    estimate = excess.sum() / V.sum()
    scatter = ((excess[used] - estimate * V[used]) ** 2 / V[used]).sum()
    return pooled("PETO", estimate, 1 / V.sum(), scatter, int(used.sum()), len(a), level)


def tables(ai, bi, ci, di):
    """The four cells as valid arrays of one length, no group empty."""
    cells = [count(name, values) for name, values in cells_by_name((ai, bi, ci, di)).items()]
    arguments.same_length(**cells_by_name(cells))
    if len(cells[0]) == 0:
        raise ValueError("ai must hold at least 1 table, got 0")
    for group, row, rest in ((1, *cells[:2]), (2, *cells[2:])):
        if (row + rest == 0).any():
            index = int(np.argmax(row + rest == 0))
            raise ValueError(f"n{group}i[{index}] must be above zero, got 0.0: group {group} is empty")
    return cells


def cells_by_name(cells):
    """The four cells under their names."""
    return dict(zip(("ai", "bi", "ci", "di"), cells, strict=True))


def log_ratio(above, below, what):
    """log(above / below), refused where it is not a finite number."""
    if above == 0 or below == 0:
        found = f"{above:g} / {below:g}"
        raise ValueError(f"ai, bi, ci, di must give a pooled {what} above zero and finite, got {found}")
    return np.log(above / below)


def odds_ratio(a, b, c, d):
    """Log odds ratio, and its variance by Robins, Breslow & Greenland 1986 [robins1986]."""
    N = a + b + c + d
    P, Q = (a + d) / N, (b + c) / N
    R, S = a * d / N, b * c / N
    estimate = log_ratio(R.sum(), S.sum(), "odds ratio")
    r, s = R.sum(), S.sum()
    return estimate, ((P * R).sum() / r**2 + (P * S + Q * R).sum() / (r * s) + (Q * S).sum() / s**2) / 2


def risk_ratio(a, b, c, d):
    """Log risk ratio, and its variance by Greenland & Robins 1985 [greenland1985]."""
    n1, n2 = a + b, c + d
    N = n1 + n2
    R, S = (a * n2 / N).sum(), (c * n1 / N).sum()
    estimate = log_ratio(R, S, "risk ratio")
    return estimate, (n1 * n2 * (a + c) / N**2 - a * c / N).sum() / (R * S)


def risk_difference(a, b, c, d):
    """Risk difference, and its variance by Sato, Greenland & Robins 1989 [sato1989]."""
    n1, n2 = a + b, c + d
    N = n1 + n2
    weight = (n1 * n2 / N).sum()
    estimate = ((a * n2 - c * n1) / N).sum() / weight
    P = (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / N**2
    Q = (a * d + c * b) / (2 * N)
    return estimate, (estimate * P.sum() + Q.sum()) / weight**2


MANTEL_HAENSZEL = {"OR": odds_ratio, "RR": risk_ratio, "RD": risk_difference}


def pooled(measure, estimate, variance, scatter, used, k, level):
    """The result: normal interval and test; the scatter of the tables used about the estimate is Q, 0 of one table."""
    arguments.level(level)
    if not variance > 0:
        raise ValueError(f"ai, bi, ci, di must leave a variance to the pooled {measure}, got {variance:g}")
    df = max(used - 1, 0)
    Q = float(scatter) if df else 0.0
    H2 = Q / df if df else 1.0
    se = np.sqrt(variance)
    half = distributions.quantile((1 + level) / 2) * se
    return Pooled(
        measure=measure,
        estimate=float(estimate),
        se=float(se),
        stat=float(estimate / se),
        p=float(distributions.two_sided_p(estimate / se)),
        ci_low=float(estimate - half),
        ci_high=float(estimate + half),
        Q=Q,
        Q_df=df,
        Q_p=float(distributions.chi2_p(Q, df)) if df else 1.0,
        I2=max(0.0, 100 * (1 - 1 / H2)) if H2 > 0 else 0.0,
        H2=H2,
        k=k,
        level=level,
    )
