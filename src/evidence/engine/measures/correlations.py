"""One group and the correlation of two of its outcomes.

Every measure takes arrays of shape (k,): correlations ri and people ni. It returns yi and vi, (k,).
"""

import numpy as np

from evidence.engine.measures.inputs import at_least, correlation, sample_size

ARGUMENTS = {"ri": correlation, "ni": sample_size}


def raw_correlation(ri, ni):
    """COR: correlation as it stands.

    Notes
    -----
    yi = r, vi = (1 - r^2)^2 / (n - 1).

    References
    ----------
    Borenstein et al. 2009, chapter 6 [borenstein2009].
    """
    return ri, (1 - ri**2) ** 2 / (ni - 1)


def fisher_z(ri, ni):
    """ZCOR: Fisher's z of a correlation.

    Notes
    -----
    yi = artanh(r), vi = 1/(n - 3).

    References
    ----------
    Fisher 1921 [fisher1921]; Borenstein et al. 2009, chapter 6 [borenstein2009].
    """
    if (np.abs(ri) == 1).any():
        index = int(np.argmax(np.abs(ri) == 1))
        raise ValueError(f"ri[{index}] must lie inside -1 to 1 for Fisher's z, got {ri[index]}")
    return np.arctanh(ri), 1 / (at_least("ni", ni, 4) - 3)


MEASURES = {"COR": raw_correlation, "ZCOR": fisher_z}
