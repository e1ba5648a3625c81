"""One group described by its mean.

Every measure takes arrays of shape (k,): means mi, standard deviations sdi and people ni. It
returns yi and vi, (k,).
"""

import numpy as np

from evidence.engine.measures.inputs import sample_size
from evidence.engine.numerics.arguments import positive, vector

ARGUMENTS = {"mi": vector, "sdi": positive, "ni": sample_size}


def mean(mi, sdi, ni):
    """MN: mean of one group, in the unit of the outcome.

    Notes
    -----
    yi = m, vi = sd^2/n.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.2 for SE = SD/sqrt(n) [higgins2024].
    """
    return mi, sdi**2 / ni


def log_mean(mi, sdi, ni):
    """MNLN: logarithm of the mean of one group, above zero.

    Notes
    -----
    yi = log(m), vi = sd^2/(n m^2), not corrected for bias.

    References
    ----------
    Hedges, Gurevitch & Curtis 1999, one term of eq. 1 [hedges1999].
    """
    return np.log(positive("mi", mi)), (sdi / mi) ** 2 / ni


MEASURES = {"MN": mean, "MNLN": log_mean}
