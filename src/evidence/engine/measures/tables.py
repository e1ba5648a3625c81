"""Two groups and an event: 2x2 tables.

Every measure takes arrays of shape (k,): people with and without the event, ai and bi in group
1, ci and di in group 2; add, to and drop00 are the zero rules. It returns yi and vi, (k,).
"""

import numpy as np

from evidence.engine.measures.inputs import above_zero_cells, add_to_zeros, count

ARGUMENTS = {"ai": count, "bi": count, "ci": count, "di": count, "n1i": count, "n2i": count}

LOGISTIC_SD = np.pi / np.sqrt(3)
COX = 1.65


def prepared(ai, bi, ci, di, add, to, drop00):
    """Cells after the zero rules.

    Parameters
    ----------
    ai, bi, ci, di : ndarray, shape (k,)
        Cell counts.
    add, to : float, str
        See `evidence.engine.measures.inputs.add_to_zeros`.
    drop00 : bool
        Put NaN for studies without events, or without non-events, in both groups.

    Returns
    -------
    list of ndarray, shape (k,)
        The four cells.
    """
    for row, rest, group in ((ai, bi, 1), (ci, di, 2)):
        if (row + rest == 0).any():
            index = int(np.argmax(row + rest == 0))
            raise ValueError(f"n{group}i[{index}] must be above zero, got 0.0: group {group} is empty")
    cells = [ai, bi, ci, di]
    if drop00:
        empty = ((ai == 0) & (ci == 0)) | ((bi == 0) & (di == 0))
        cells = [np.where(empty, np.nan, cell) for cell in cells]
    return add_to_zeros(cells, add, to)


def log_odds_ratio(ai, bi, ci, di, add=0.5, to="only0", drop00=False):
    """OR: logarithm of the odds ratio.

    Notes
    -----
    yi = log(a d / (b c)), vi = 1/a + 1/b + 1/c + 1/d.

    References
    ----------
    Borenstein et al. 2009, chapter 5, odds ratio [borenstein2009].
    """
    a, b, c, d = prepared(ai, bi, ci, di, add, to, drop00)
    above_zero_cells("a log odds ratio", ai=a, bi=b, ci=c, di=d)
    return np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d


def log_risk_ratio(ai, bi, ci, di, add=0.5, to="only0", drop00=False):
    """RR: logarithm of the risk ratio.

    Notes
    -----
    yi = log((a/n1) / (c/n2)), vi = 1/a - 1/n1 + 1/c - 1/n2.

    References
    ----------
    Borenstein et al. 2009, chapter 5, risk ratio [borenstein2009].
    """
    a, b, c, d = prepared(ai, bi, ci, di, add, to, drop00)
    above_zero_cells("a log risk ratio", ai=a, ci=c)
    n1, n2 = a + b, c + d
    return np.log(a / n1) - np.log(c / n2), b / (a * n1) + d / (c * n2)


def risk_difference(ai, bi, ci, di, add=0.5, to="only0", drop00=False):
    """RD: difference of two risks.

    Notes
    -----
    yi = a/n1 - c/n2, vi = a b/n1^3 + c d/n2^3. As in metafor the constant is added to tables
    with a zero here too; to="none" gives the plain difference.

    References
    ----------
    Borenstein et al. 2009, chapter 5, risk difference [borenstein2009].
    """
    a, b, c, d = prepared(ai, bi, ci, di, add, to, drop00)
    n1, n2 = a + b, c + d
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def arcsine_difference(ai, bi, ci, di, add=0.0, to="only0", drop00=False):
    """AS: difference of two arcsine-transformed risks; a zero needs no constant.

    Notes
    -----
    yi = arcsin(sqrt(a/n1)) - arcsin(sqrt(c/n2)), vi = 1/(4 n1) + 1/(4 n2).

    References
    ----------
    Ruecker et al. 2009 [rucker2009].
    """
    a, b, c, d = prepared(ai, bi, ci, di, add, to, drop00)
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)


def peto_log_odds_ratio(ai, bi, ci, di, add=0.5, to="only0", drop00=False):
    """PETO: logarithm of the odds ratio by Peto's one-step method.

    Notes
    -----
    With N = n1 + n2, E = (a + c) n1/N and V = (a + c)(b + d) n1 n2 / (N^2 (N - 1)):
    yi = (a - E)/V, vi = 1/V.

    References
    ----------
    Yusuf et al. 1985 [yusuf1985].
    """
    a, b, c, d = prepared(ai, bi, ci, di, add, to, drop00)
    above_zero_cells("Peto's odds ratio", **{"ai + ci": a + c, "bi + di": b + d})
    n1, n2 = a + b, c + d
    n = n1 + n2
    expected = (a + c) * n1 / n
    variance = (a + c) * (b + d) * (n1 / n) * (n2 / n) / (n - 1)
    return (a - expected) / variance, 1 / variance


def odds_ratio_to_normal_difference(ai, bi, ci, di, add=0.5, to="only0", drop00=False):
    """OR2DN: standardised mean difference behind a dichotomised normal outcome.

    Notes
    -----
    yi = log(OR) / 1.65, vi = vi(OR) / 1.65^2.

    References
    ----------
    Sanchez-Meca, Marin-Martinez & Chacon-Moscoso 2003, the index d-Cox [sanchezmeca2003].
    """
    yi, vi = log_odds_ratio(ai, bi, ci, di, add, to, drop00)
    return yi / COX, vi / COX**2


def odds_ratio_to_logistic_difference(ai, bi, ci, di, add=0.5, to="only0", drop00=False):
    """OR2DL: standardised mean difference behind a dichotomised logistic outcome.

    Notes
    -----
    yi = log(OR) sqrt(3)/pi, vi = vi(OR) 3/pi^2.

    References
    ----------
    Hasselblad & Hedges 1995 [hasselblad1995]; Chinn 2000 [chinn2000].
    """
    yi, vi = log_odds_ratio(ai, bi, ci, di, add, to, drop00)
    return yi / LOGISTIC_SD, vi / LOGISTIC_SD**2


MEASURES = {
    "OR": log_odds_ratio,
    "RR": log_risk_ratio,
    "RD": risk_difference,
    "AS": arcsine_difference,
    "PETO": peto_log_odds_ratio,
    "OR2DN": odds_ratio_to_normal_difference,
    "OR2DL": odds_ratio_to_logistic_difference,
}
