"""Standard errors and standard deviations from confidence intervals, t and p."""

import numpy as np

from evidence.engine.measures.inputs import apart, ascending, checked, not_zero, probability, sample_size
from evidence.engine.numerics.arguments import positive, vector
from evidence.engine.numerics.distributions import quantile, two_sided_p


def se_from_sd(sd, n):
    """Standard error of a mean: SD / sqrt(n).

    Parameters
    ----------
    sd, n : array_like, shape (k,), or scalar
        Standard deviations and sample sizes.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard errors.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.2 [higgins2024].
    """
    sd, n = checked(sd=(sd, positive), n=(n, sample_size))
    return sd / np.sqrt(n)


def sd_from_se(se, n):
    """Standard deviation behind the standard error of a mean: SE sqrt(n).

    Parameters
    ----------
    se, n : array_like, shape (k,), or scalar
        Standard errors and sample sizes.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard deviations.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.2 [higgins2024].
    """
    se, n = checked(se=(se, positive), n=(n, sample_size))
    return se * np.sqrt(n)


def se_from_ci(low, high, n=None, level=0.95):
    """Standard error behind a confidence interval: (high - low) / (2 q).

    Parameters
    ----------
    low, high : array_like, shape (k,), or scalar
        Limits, low below high; of a ratio, see `log_from_ci`.
    n : array_like or scalar, optional
        Sample sizes: q is then the t quantile with n - 1 degrees of freedom, else the normal.
    level : float
        Coverage of the interval.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard errors.

    References
    ----------
    Higgins et al. 2024, sections 6.3.1 (normal) and 6.5.2.2 (t) [higgins2024].
    """
    low, high, level = checked(low=(low, vector), high=(high, vector), level=(level, probability))
    ascending(low=low, high=high)
    apart(low=low, high=high)
    if n is None:
        return (high - low) / (2 * quantile((1 + level) / 2))
    width, n = checked(width=(high - low, positive), n=(n, sample_size))
    return width / (2 * quantile((1 + level) / 2, n - 1))


def sd_from_ci(low, high, n, level=0.95):
    """Standard deviation behind the confidence interval of a mean, by t with n - 1 df.

    Parameters
    ----------
    low, high, n, level
        As for `se_from_ci`.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard deviations.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.2 [higgins2024].
    """
    return sd_from_se(se_from_ci(low, high, n, level), n)


def se_from_t(estimate, t):
    """Standard error of an estimate from its t (or z) statistic: |estimate / t|.

    Parameters
    ----------
    estimate, t : array_like, shape (k,), or scalar
        Differences and test statistics, neither zero.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard errors.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.3 [higgins2024].
    """
    estimate, t = checked(estimate=(estimate, not_zero), t=(t, not_zero))
    return np.abs(estimate / t)


def statistic_from_p(p, df=None):
    """Test statistic, above zero, whose two-sided p-value is p.

    Parameters
    ----------
    p : array_like, shape (k,), or scalar
        Two-sided p-values, between 0 and 1.
    df : array_like or scalar, optional
        Degrees of freedom of the t distribution; None for the normal.

    Returns
    -------
    float or ndarray, shape (k,)
        Statistics.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.3 [higgins2024].
    """
    if df is None:
        (p,) = checked(p=(p, probability))
        return -quantile(p / 2)
    p, df = checked(p=(p, probability), df=(df, positive))
    return -quantile(p / 2, df)


def se_from_p(estimate, p, df=None):
    """Standard error of an estimate from its exact two-sided p-value.

    Parameters
    ----------
    estimate : array_like, shape (k,), or scalar
        Differences, or logarithms of ratios, not zero.
    p : array_like, shape (k,), or scalar
        Two-sided p-values, between 0 and 1.
    df : array_like or scalar, optional
        Degrees of freedom of the t test: n - 1 paired, n1 + n2 - 2 for two groups; None for a
        normal statistic.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard errors.

    Notes
    -----
    SE = |estimate| / q, with q the quantile at 1 - p/2.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.3 [higgins2024].
    """
    estimate, p = checked(estimate=(estimate, not_zero), p=(p, probability))
    return np.abs(estimate) / statistic_from_p(p, df)


def p_from_se(estimate, se, df=None):
    """Two-sided p-value of an estimate, to hold beside the printed one.

    Parameters
    ----------
    estimate, se : array_like, shape (k,), or scalar
        Differences or logarithms of ratios with their standard errors.
    df : array_like or scalar, optional
        Degrees of freedom of the t distribution; None for the normal.

    Returns
    -------
    float or ndarray, shape (k,)
        p-values.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.3, read backwards [higgins2024].
    """
    estimate, se = checked(estimate=(estimate, vector), se=(se, positive))
    return two_sided_p(estimate / se, None if df is None else checked(df=(df, positive))[0])


def sd_from_se_difference(se, n1, n2):
    """Standard deviation within two groups from the standard error of their difference.

    Parameters
    ----------
    se, n1, n2 : array_like, shape (k,), or scalar
        Standard errors of the difference of two means, and group sizes.

    Returns
    -------
    float or ndarray, shape (k,)
        Standard deviations.

    Notes
    -----
    SD = SE / sqrt(1/n1 + 1/n2), the same SD being assumed in both groups.

    References
    ----------
    Higgins et al. 2024, section 6.5.2.3 [higgins2024].
    """
    se, n1, n2 = checked(se=(se, positive), n1=(n1, sample_size), n2=(n2, sample_size))
    return se / np.sqrt(1 / n1 + 1 / n2)
