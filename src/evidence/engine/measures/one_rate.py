"""One group described by its events per person-time.

Every measure takes arrays of shape (k,): events xi and person-time ti; add and to are the zero rules.
It returns yi and vi, (k,).
"""

import numpy as np

from evidence.engine.measures.inputs import above_zero_cells, add_to_zeros, count
from evidence.engine.numerics.arguments import positive

ARGUMENTS = {"xi": count, "ti": positive}


def log_rate(xi, ti, add=0.5, to="only0"):
    """IRLN: logarithm of the incidence rate of one group.

    Notes
    -----
    yi = log(x/t), vi = 1/x.

    References
    ----------
    Rothman, Greenland & Lash 2008, chapter 14, one term of the log rate ratio [rothman2008].
    """
    (x,) = add_to_zeros([xi], add, to)
    above_zero_cells("a log rate", xi=x)
    return np.log(x / ti), 1 / x


MEASURES = {"IRLN": log_rate}
