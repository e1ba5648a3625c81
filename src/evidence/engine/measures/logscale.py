"""Figures carried to the logarithmic scale."""

from typing import NamedTuple

import numpy as np

from evidence.engine.measures.inputs import apart, ascending, checked, not_zero, probability
from evidence.engine.measures.quantiles import MeanSD
from evidence.engine.measures.standard_errors import se_from_ci, statistic_from_p
from evidence.engine.numerics.arguments import positive


class LogEstimate(NamedTuple):
    """Logarithm of a ratio and its standard error, scalars or arrays of shape (k,)."""

    estimate: float | np.ndarray
    se: float | np.ndarray


def se_log_ratio_from_t(m1, m2, t):
    """Standard error of log(m1/m2) that keeps the test statistic of the difference.

    Parameters
    ----------
    m1, m2 : array_like, shape (k,), or scalar
        Two means above zero, not equal.
    t : array_like, shape (k,), or scalar
        Test statistic of m1 - m2, not zero.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard errors on the log scale.

    Notes
    -----
    SE = |log(m1/m2) / t|: the log ratio is then as many standard errors from zero as the
    difference was, and its p-value is the printed one.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.3, applied on the log scale [higgins2024].
    """
    m1, m2, t = checked(m1=(m1, positive), m2=(m2, positive), t=(t, not_zero))
    apart(m1=m1, m2=m2)
    return np.abs(np.log(m1 / m2) / t)


def se_log_ratio_from_p(m1, m2, p, df=None):
    """Standard error of log(m1/m2) that keeps the exact two-sided p-value of the difference.

    Parameters
    ----------
    m1, m2 : array_like, shape (k,), or scalar
        Two means above zero, not equal.
    p, df
        As for `se_from_p`.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard errors on the log scale.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.3, applied on the log scale [higgins2024].
    """
    m1, m2, p = checked(m1=(m1, positive), m2=(m2, positive), p=(p, probability))
    apart(m1=m1, m2=m2)
    return np.abs(np.log(m1 / m2)) / statistic_from_p(p, df)


def log_from_ci(low, high, estimate=None, level=0.95):
    """Logarithm of a ratio and its standard error from the printed confidence interval.

    Parameters
    ----------
    low, high : array_like, shape (k,), or scalar
        Limits of an odds, risk, rate or hazard ratio or a ratio of means, above zero.
    estimate : array_like, shape (k,), or scalar, optional
        The ratio itself; without it the middle of the interval on the log scale is taken.
    level : float
        Coverage of the interval.

    Returns
    -------
    LogEstimate
        Named tuple (estimate, se) on the scale of natural logarithms.

    References
    ----------
    Higgins et al. 2024, section 6.3.2 [higgins2024].
    """
    low, high = checked(low=(low, positive), high=(high, positive))
    se = se_from_ci(np.log(low), np.log(high), level=level)
    if estimate is None:
        return LogEstimate((np.log(low) + np.log(high)) / 2, se)
    low, estimate, high = checked(low=(low, positive), estimate=(estimate, positive), high=(high, positive))
    ascending(low=low, estimate=estimate, high=high)
    return LogEstimate(np.log(estimate), se)


def raw_to_log(mean, sd):
    """Mean and SD of the logarithms from the mean and SD of a log-normal outcome.

    Parameters
    ----------
    mean, sd : array_like, shape (k,), or scalar
        Mean and standard deviation as printed, above zero.

    Returns
    -------
    MeanSD
        Named tuple (mean, sd) of the natural logarithms.

    Notes
    -----
    sd_log^2 = log(1 + sd^2/mean^2), mean_log = log(mean) - sd_log^2 / 2.

    References
    ----------
    Higgins, White & Anzures-Cabrera 2008, method 1 [higgins2008].
    """
    mean, sd = checked(mean=(mean, positive), sd=(sd, positive))
    variance = np.log1p((sd / mean) ** 2)
    return MeanSD(np.log(mean) - variance / 2, np.sqrt(variance))
