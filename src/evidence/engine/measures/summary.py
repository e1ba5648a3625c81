"""Effects from summary figures: means with standard errors, changes, test statistics.

Papers seldom print what `escalc` asks for (two SDs, n and r). These formulae
take what they do print. Where both can be used they agree: a test holds
`log_mean` and `difference` to ``escalc("ROMC", correct=False)``.
"""

import numpy as np

from evidence.engine.numerics.distributions import quantile

ALMOST_EQUAL = 1e-6  # log ratio below which (a - b) / log(a / b) has fewer digits than (a + b) / 2


def log_mean(mean, se):
    """Logarithm of a mean and its variance by the delta method.

    Parameters
    ----------
    mean, se : array_like, shape (k,)
        Means, above zero, and their standard errors, in one unit.

    Returns
    -------
    y, v : ndarray, shape (k,)
        log(mean) and (se / mean)^2.

    Notes
    -----
    No sample size is needed: a printed standard error stands for SD/sqrt(n).

    References
    ----------
    Hedges, Gurevitch & Curtis 1999, Ecology 80:1150, eq. 1 [hedges1999]; Lajeunesse 2011,
    Ecology 92:2049, eq. 2 [lajeunesse2011].
    """
    mean, se = np.asarray(mean, float), np.asarray(se, float)
    return np.log(mean), (se / mean) ** 2


def difference(y1, v1, y2, v2, r=0.0):
    """Difference of two estimates and its variance.

    Parameters
    ----------
    y1, v1, y2, v2 : array_like, shape (k,)
        Estimates and their variances; logs for a ratio.
    r : array_like
        Correlation between the two estimates: 0 for different people.

    Returns
    -------
    yi, vi : ndarray, shape (k,)
        y1 - y2 and v1 + v2 - 2 r sqrt(v1 v2).

    References
    ----------
    Lajeunesse 2011, Ecology 92:2049, eq. 3 for log ratios of means [lajeunesse2011].
    """
    y1, v1, y2, v2 = (np.asarray(value, float) for value in (y1, v1, y2, v2))
    return y1 - y2, v1 + v2 - 2 * r * np.sqrt(v1 * v2)


def logarithmic_mean(a, b):
    """Logarithmic mean (a - b) / log(a / b) of two positive numbers; their mean where they are almost equal.

    A standard error of a - b over this mean is the standard error of log(a / b) that keeps
    the test statistic: (a - b) / se equals log(a / b) / (se / L). Below a log ratio r of ALMOST_EQUAL
    the quotient loses digits, and the mean (a + b) / 2 = L (1 + r^2 / 12 + ...) none.
    """
    a, b = np.asarray(a, float), np.asarray(b, float)
    ratio = np.log(a / b)
    near = np.abs(ratio) < ALMOST_EQUAL
    return np.where(near, (a + b) / 2, (a - b) / np.where(near, 1.0, ratio))


def design_effect(size, icc):
    """Factor by which allocating clusters in place of people raises a variance.

    Parameters
    ----------
    size : array_like
        Mean number of people of a cluster, M.
    icc : array_like
        Intraclass correlation within clusters.

    Returns
    -------
    array_like
        1 + (M - 1) icc.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 23.1.4 [higgins2024].
    """
    return 1 + (size - 1) * icc


def se_from_test(yi, p, df=None):
    """Standard error that gives a two-sided p-value.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Effects on the analysis scale.
    p : array_like
        Two-sided p-values, between 0 and 1.
    df : array_like, optional
        Degrees of freedom of the t test; NaN or None for the normal distribution.

    Returns
    -------
    ndarray, shape (k,)
        |yi| / t with t the quantile at 1 - p/2. With a threshold in place of an exact p this
        is the largest standard error that the threshold allows.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 6.5.2.3 [higgins2024].
    """
    yi, p = np.asarray(yi, float), np.asarray(p, float)
    df = np.full(np.broadcast(yi, p).shape, np.nan) if df is None else np.asarray(df, float)
    normal = np.isnan(df)
    stat = np.where(normal, quantile(p / 2), quantile(p / 2, np.where(normal, 1.0, df)))
    return np.abs(yi) / -stat


def implied_correlation(v1, v2, vd):
    """Correlation that two variances and that of their difference imply.

    Returns
    -------
    ndarray
        (v1 + v2 - vd) / (2 sqrt(v1 v2)), outside -1 to 1 where the three cannot stand together.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 6.5.2.8 [higgins2024].
    """
    v1, v2, vd = (np.asarray(value, float) for value in (v1, v2, vd))
    return (v1 + v2 - vd) / (2 * np.sqrt(v1 * v2))


def pooled_correlation(r, n):
    """One correlation from several, by Fisher's z with weights n - 3 (at least 1).

    References
    ----------
    Hedges & Olkin 1985, chapter 11 [hedges1985].
    """
    weights = np.maximum(np.nan_to_num(np.asarray(n, float), nan=4.0) - 3, 1.0)
    z = np.arctanh(np.clip(np.asarray(r, float), -0.999, 0.999))
    return float(np.tanh(np.sum(weights * z) / np.sum(weights)))


def composite(yi, vi, groups, r):
    """Average of dependent effects within groups, weighted by inverse variance.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects and variances.
    groups : array_like of int, shape (k,)
        Index of the group of each effect, 0 to m - 1.
    r : array_like
        Correlation between the effects of a group, a number or one per group (m,).

    Returns
    -------
    y, v : ndarray, shape (m,)
        With w = (1/v) / sum(1/v): sum(w y) and (1 - r) sum(w^2 v) + r (sum(w sqrt(v)))^2.

    References
    ----------
    Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 24, eq. 24.1 and 24.2
    with weights [borenstein2009].
    """
    yi, vi, groups = np.asarray(yi, float), np.asarray(vi, float), np.asarray(groups)
    m = int(groups.max()) + 1 if len(groups) else 0

    def total(values):
        return np.bincount(groups, values, m)

    w = (1 / vi) / total(1 / vi)[groups]
    return total(w * yi), (1 - r) * total(w**2 * vi) + r * total(w * np.sqrt(vi)) ** 2
