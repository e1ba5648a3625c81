"""Spread of a change, and the correlation between two measurements of the same people."""

import numpy as np

from evidence.engine.measures.inputs import apart, checked, correlation, probability
from evidence.engine.measures.paired import variance_of_difference
from evidence.engine.measures.standard_errors import statistic_from_p
from evidence.engine.numerics.arguments import positive, vector


def sd_change(sd1, sd2, r):
    """Standard deviation of the change between two measurements of the same people.

    Parameters
    ----------
    sd1, sd2 : array_like, shape (k,), or scalar
        Standard deviations (or standard errors, for that of the change) at the two times.
    r : array_like, shape (k,), or scalar
        Correlation between the two times.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard deviations of the change.

    Notes
    -----
    sqrt(sd1^2 + sd2^2 - 2 r sd1 sd2).

    References
    ----------
    Higgins et al. 2024, section 6.5.2.8 [higgins2024].
    """
    sd1, sd2, r = checked(sd1=(sd1, positive), sd2=(sd2, positive), r=(r, correlation))
    return np.sqrt(variance_of_difference(sd1, sd2, r))


def r_from_sds(sd1, sd2, sd_change):
    """Correlation between two measurements from their SDs and that of the change.

    Parameters
    ----------
    sd1, sd2, sd_change : array_like, shape (k,), or scalar
        Three standard deviations, or three standard errors of one n.

    Returns
    -------
    float or ndarray
        Outside -1 to 1 where the three figures cannot stand together.

    Notes
    -----
    r = (sd1^2 + sd2^2 - sd_change^2) / (2 sd1 sd2).

    References
    ----------
    Higgins et al. 2024, section 6.5.2.8 [higgins2024].
    """
    sd1, sd2, change = checked(sd1=(sd1, positive), sd2=(sd2, positive), sd_change=(sd_change, positive))
    return (sd1**2 + sd2**2 - change**2) / (2 * sd1 * sd2)


def r_from_p(m1, m2, se1, se2, p, df):
    """Correlation between two measurements that a paired t test's p-value implies.

    Parameters
    ----------
    m1, m2, se1, se2 : array_like, shape (k,), or scalar
        Means and standard errors at the two times; with SDs in place of standard errors the
        result is wrong, and often outside -1 to 1.
    p : array_like, shape (k,), or scalar
        Exact two-sided p-value of the paired t test.
    df : array_like, shape (k,), or scalar
        Its degrees of freedom, n - 1.

    Returns
    -------
    float or ndarray
        Outside -1 to 1 where means, standard errors and p cannot stand together.

    Notes
    -----
    `se_from_p` gives the standard error of m1 - m2, `r_from_sds` the correlation.

    References
    ----------
    Higgins et al. 2024, sections 6.5.2.3 and 6.5.2.8 [higgins2024].
    """
    m1, m2, se1, se2, p = checked(m1=(m1, vector), m2=(m2, vector), se1=(se1, positive), se2=(se2, positive), p=(p, probability))
    apart(m1=m1, m2=m2)
    return r_from_sds(se1, se2, np.abs(m1 - m2) / statistic_from_p(p, df))
