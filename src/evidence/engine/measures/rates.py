"""Two groups compared by events per person-time.

Every measure takes arrays of shape (k,): events x1i, x2i and person-times t1i, t2i; add, to and
drop00 are the zero rules. It returns yi and vi, (k,).
"""

import numpy as np

from evidence.engine.measures.inputs import above_zero_cells, add_to_zeros, count
from evidence.engine.numerics.arguments import positive

ARGUMENTS = {"x1i": count, "t1i": positive, "x2i": count, "t2i": positive}


def prepared(x1i, x2i, add, to, drop00):
    """Events after the zero rules; `drop00` puts NaN for studies without any event."""
    events = [x1i, x2i]
    if drop00:
        empty = (x1i == 0) & (x2i == 0)
        events = [np.where(empty, np.nan, x) for x in events]
    return add_to_zeros(events, add, to)


def log_rate_ratio(x1i, t1i, x2i, t2i, add=0.5, to="only0", drop00=False):
    """IRR: logarithm of the ratio of two incidence rates.

    Notes
    -----
    yi = log((x1/t1) / (x2/t2)), vi = 1/x1 + 1/x2.

    References
    ----------
    Rothman, Greenland & Lash 2008, chapter 14 [rothman2008].
    """
    x1, x2 = prepared(x1i, x2i, add, to, drop00)
    above_zero_cells("a log rate ratio", x1i=x1, x2i=x2)
    return np.log(x1 / t1i) - np.log(x2 / t2i), 1 / x1 + 1 / x2


def rate_difference(x1i, t1i, x2i, t2i, add=0.5, to="only0", drop00=False):
    """IRD: difference of two incidence rates.

    Notes
    -----
    yi = x1/t1 - x2/t2, vi = x1/t1^2 + x2/t2^2. As in metafor the constant is added to studies
    with a zero here too; to="none" gives the plain difference.

    References
    ----------
    Rothman, Greenland & Lash 2008, chapter 14 [rothman2008].
    """
    x1, x2 = prepared(x1i, x2i, add, to, drop00)
    return x1 / t1i - x2 / t2i, x1 / t1i**2 + x2 / t2i**2


MEASURES = {"IRR": log_rate_ratio, "IRD": rate_difference}
