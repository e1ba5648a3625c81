"""Mean and standard deviation from median, quartiles and range."""

from typing import NamedTuple

import numpy as np

from evidence.engine.measures.inputs import apart, ascending, at_least, checked
from evidence.engine.numerics.arguments import numbers, positive, vector
from evidence.engine.numerics.distributions import quantile

LEAST_N = 5


class MeanSD(NamedTuple):
    """A mean and a standard deviation, scalars or arrays of shape (k,)."""

    mean: float | np.ndarray
    sd: float | np.ndarray


def mean_sd_from_quantiles(min=None, q1=None, median=None, q3=None, max=None, n=None):
    """Mean and standard deviation of a normal sample from what a paper prints of its order.

    Parameters
    ----------
    min, q1, median, q3, max : array_like, shape (k,), or scalar, optional
        Smallest value, lower quartile, median, upper quartile and largest value. Give
        (min, median, max), (q1, median, q3) or all five. An argument that is missing (NaN or
        None) throughout counts as not given.
    n : array_like, shape (k,), or scalar
        Sample sizes, 5 or more.

    Returns
    -------
    MeanSD
        Named tuple (mean, sd), in the unit of the outcome.

    Raises
    ------
    ValueError
        Another set of quantiles; quantiles out of order, or equal at both ends; n below 5.

    Notes
    -----
    With N the standard normal quantile, x = 2 N((n - 0.375)/(n + 0.25)) and
    h = 2 N((0.75 n - 0.125)/(n + 0.25)), the expected range and interquartile range in
    standard deviations:

    - range: mean = w (min + max)/2 + (1 - w) median, w = 4/(4 + n^0.75); sd = (max - min)/x
    - quartiles: mean = w (q1 + q3)/2 + (1 - w) median, w = 0.7 + 0.39/n; sd = (q3 - q1)/h
    - all five: mean = w1 (min + max)/2 + w2 (q1 + q3)/2 + (1 - w1 - w2) median,
      w1 = 2.2/(2.2 + n^0.75), w2 = 0.7 - 0.72/n^0.55;
      sd = (max - min)/((1 + 0.07 n^0.6) x) + (q3 - q1)/((1 + 1/(0.07 n^0.6)) h)

    Skewed data need `log_mean_sd_from_quantiles`.

    References
    ----------
    Means: Luo et al. 2018, eq. 7, 11 and 15 [luo2018]; standard deviations: Wan et al. 2014,
    eq. 9 and 16 [wan2014], Shi et al. 2020, eq. 10 for all five [shi2020].
    """
    given = _given(min=min, q1=q1, median=median, q3=q3, max=max)
    rule = RULES.get(tuple(given))
    if rule is None or n is None:
        listed = ", ".join([*given, *(["n"] if n is not None else [])]) or "nothing"
        raise ValueError(f"quantiles must be min, median, max; or q1, median, q3; or all five; each with n; got {listed}")
    *values, n = checked(**{name: (value, vector) for name, value in given.items()}, n=(n, _sample))
    ordered = dict(zip(given, values, strict=True))
    ascending(**ordered)
    for low, high in (("min", "max"), ("q1", "q3")):
        if low in ordered:
            apart(**{low: ordered[low], high: ordered[high]})
    return MeanSD(*rule(*values, n))


def log_mean_sd_from_quantiles(min=None, q1=None, median=None, q3=None, max=None, n=None):
    """Mean and standard deviation of the logarithms, for a log-normal sample.

    Logarithms keep the order of values, so the logs of the quantiles are the quantiles of the
    logs, which are nearer to normal for hormones and other positive, skewed outcomes.

    Parameters
    ----------
    min, q1, median, q3, max, n
        As for `mean_sd_from_quantiles`, all above zero.

    Returns
    -------
    MeanSD
        Named tuple (mean, sd) of the natural logarithms.

    Raises
    ------
    ValueError
        As for `mean_sd_from_quantiles`, and for a quantile not above zero.

    References
    ----------
    Shi, Tong, Wang & Genton 2020, the estimates on the log scale [shi2020lognormal].
    """
    given = _given(min=min, q1=q1, median=median, q3=q3, max=max)
    ascending(**{name: positive(name, value) for name, value in given.items()})
    return mean_sd_from_quantiles(**{name: np.log(value) for name, value in given.items()}, n=n)


def expected_range(n):
    """Expected range of n standard normal values, Wan et al. 2014, eq. 9 [wan2014]."""
    return 2 * quantile((n - 0.375) / (n + 0.25))


def expected_iqr(n):
    """Expected interquartile range of n standard normal values, Wan et al. 2014, eq. 16 [wan2014]."""
    return 2 * quantile((0.75 * n - 0.125) / (n + 0.25))


def _from_range(low, median, high, n):
    w = 4 / (4 + n**0.75)
    return w * (low + high) / 2 + (1 - w) * median, (high - low) / expected_range(n)


def _from_quartiles(q1, median, q3, n):
    w = 0.7 + 0.39 / n
    return w * (q1 + q3) / 2 + (1 - w) * median, (q3 - q1) / expected_iqr(n)


def _from_five(low, q1, median, q3, high, n):
    w1, w2 = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    mean = w1 * (low + high) / 2 + w2 * (q1 + q3) / 2 + (1 - w1 - w2) * median
    of_range = (high - low) / ((1 + 0.07 * n**0.6) * expected_range(n))
    return mean, of_range + (q3 - q1) / ((1 + 1 / (0.07 * n**0.6)) * expected_iqr(n))


RULES = {
    ("min", "median", "max"): _from_range,
    ("q1", "median", "q3"): _from_quartiles,
    ("min", "q1", "median", "q3", "max"): _from_five,
}


def _given(**quantiles):
    """The quantiles that hold a value, in ascending order."""
    given = {name: numbers(name, values) for name, values in quantiles.items() if values is not None}
    return {name: values for name, values in given.items() if not np.isnan(values).all()}


def _sample(name, values):
    return at_least(name, values, LEAST_N)
