"""One group and an event.

Every measure takes arrays of shape (k,): people with the event xi and without it mi; add and
to are the zero rules. It returns yi and vi, (k,).
"""

import numpy as np

from evidence.engine.measures.inputs import above_zero_cells, add_to_zeros, count

ARGUMENTS = {"xi": count, "mi": count, "ni": count}


def prepared(xi, mi, add, to):
    """Events and people after the zero rules (see `evidence.engine.measures.inputs.add_to_zeros`)."""
    if (xi + mi == 0).any():
        index = int(np.argmax(xi + mi == 0))
        raise ValueError(f"ni[{index}] must be above zero, got 0.0: the group is empty")
    x, m = add_to_zeros([xi, mi], add, to)
    return x, m, x + m


def proportion(xi, mi, add=0.5, to="only0"):
    """PR: proportion of one group.

    Notes
    -----
    With n = x + m: yi = x/n, vi = x m/n^3.

    References
    ----------
    Fleiss & Berlin 2009, single proportions [fleiss2009].
    """
    x, m, n = prepared(xi, mi, add, to)
    return x / n, x * m / n**3


def log_proportion(xi, mi, add=0.5, to="only0"):
    """PLN: logarithm of a proportion.

    Notes
    -----
    With n = x + m: yi = log(x/n), vi = 1/x - 1/n.

    References
    ----------
    Borenstein et al. 2009, one term of the log risk ratio of chapter 5 [borenstein2009].
    """
    x, m, n = prepared(xi, mi, add, to)
    above_zero_cells("a log proportion", xi=x)
    return np.log(x / n), m / (x * n)


def logit_proportion(xi, mi, add=0.5, to="only0"):
    """PLO: log odds of a proportion.

    Notes
    -----
    yi = log(x/m), vi = 1/x + 1/m.

    References
    ----------
    Borenstein et al. 2009, one term of the log odds ratio of chapter 5 [borenstein2009].
    """
    x, m, _ = prepared(xi, mi, add, to)
    above_zero_cells("the log odds of a proportion", xi=x, mi=m)
    return np.log(x / m), 1 / x + 1 / m


def arcsine_proportion(xi, mi, add=0.0, to="only0"):
    """PAS: arcsine-transformed proportion; a zero needs no constant.

    Notes
    -----
    With n = x + m: yi = arcsin(sqrt(x/n)), vi = 1/(4n).

    References
    ----------
    Ruecker et al. 2009, one term of the arcsine difference [rucker2009].
    """
    x, _, n = prepared(xi, mi, add, to)
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def double_arcsine_proportion(xi, mi, add=0.0, to="only0"):
    """PFT: Freeman-Tukey double arcsine transformed proportion; a zero needs no constant.

    Notes
    -----
    With n = x + m: yi = (arcsin(sqrt(x/(n+1))) + arcsin(sqrt((x+1)/(n+1)))) / 2,
    vi = 1/(4n + 2). Freeman and Tukey, and Miller, print twice this yi and four times this vi.

    References
    ----------
    Freeman & Tukey 1950 [freeman1950]; Miller 1978, p. 138 [miller1978].
    """
    x, _, n = prepared(xi, mi, add, to)
    angles = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
    return angles / 2, 1 / (4 * n + 2)


MEASURES = {
    "PR": proportion,
    "PLN": log_proportion,
    "PLO": logit_proportion,
    "PAS": arcsine_proportion,
    "PFT": double_arcsine_proportion,
}
