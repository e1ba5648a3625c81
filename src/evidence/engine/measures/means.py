"""Two independent groups compared by their means or their spreads.

Every measure takes arrays of shape (k,): means m1i, m2i, standard deviations sd1i, sd2i and
group sizes n1i, n2i. It returns the effects and their sampling variances, yi and vi, (k,).
"""

import numpy as np
import scipy

from evidence.engine.measures.inputs import at_least, sample_size
from evidence.engine.numerics.arguments import choice, positive, vector

ARGUMENTS = {
    "m1i": vector, "sd1i": positive, "n1i": sample_size,
    "m2i": vector, "sd2i": positive, "n2i": sample_size,
}  # fmt: skip


def unbiasing_factor(m):
    """Factor c(m) that makes a standardised mean difference unbiased.

    Parameters
    ----------
    m : ndarray, shape (k,)
        Degrees of freedom of the standard deviation, 2 or more.

    Returns
    -------
    ndarray, shape (k,)

    Notes
    -----
    c(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)), close to 1 - 3/(4m - 1).

    References
    ----------
    Hedges 1981, the unbiased estimator [hedges1981].
    """
    return scipy.special.poch((m - 1) / 2, 0.5) / np.sqrt(m / 2)


def mean_difference(m1i, sd1i, n1i, m2i, sd2i, n2i):
    """MD: difference of two means, in the unit of the outcome.

    Notes
    -----
    yi = m1 - m2, vi = sd1^2/n1 + sd2^2/n2 (the two standard deviations may differ).

    References
    ----------
    Borenstein 2009, eq. 12.5 [borenstein2009handbook].
    """
    return m1i - m2i, sd1i**2 / n1i + sd2i**2 / n2i


def standardised_mean_difference(m1i, sd1i, n1i, m2i, sd2i, n2i, vtype="LS", correct=True):
    """SMD: difference of two means in pooled standard deviations (Hedges' g; Cohen's d uncorrected).

    Notes
    -----
    m = n1 + n2 - 2, sp^2 = ((n1-1) sd1^2 + (n2-1) sd2^2) / m, yi = c(m) (m1 - m2) / sp.
    vtype "LS": vi = 1/n1 + 1/n2 + yi^2 / (2 (n1 + n2)), with the corrected yi
    (Borenstein et al. print c(m)^2 times the variance of the uncorrected d, a third definition).
    vtype "UB": vi = 1/n1 + 1/n2 + (1 - (m-2) / (m c(m)^2)) yi^2, unbiased; needs `correct`.

    References
    ----------
    Hedges 1981 for c(m) [hedges1981]; LS: Hedges 1982, eq. 8 [hedges1982];
    UB: Hedges 1983, eq. 9 [hedges1983].
    """
    choice("vtype", vtype, ("LS", "UB"))
    if vtype == "UB" and not correct:
        raise ValueError('vtype="UB" is the variance of the corrected difference: use correct=True')
    m = n1i + n2i - 2
    factor = unbiasing_factor(m) if correct else 1.0
    pooled = np.sqrt(((n1i - 1) * sd1i**2 + (n2i - 1) * sd2i**2) / m)
    yi = factor * (m1i - m2i) / pooled
    if vtype == "LS":
        return yi, large_sample_variance(yi, n1i, n2i)
    return yi, 1 / n1i + 1 / n2i + (1 - (m - 2) / (m * factor**2)) * yi**2


def large_sample_variance(yi, n1i, n2i):
    """Variance of a standardised difference of two groups: 1/n1 + 1/n2 + yi^2 / (2 (n1 + n2)). Hedges 1982, eq. 8 [hedges1982]."""
    return 1 / n1i + 1 / n2i + yi**2 / (2 * (n1i + n2i))


def standardised_mean_difference_heteroscedastic(m1i, sd1i, n1i, m2i, sd2i, n2i, correct=True):
    """SMDH: difference of two means over the root of the average variance, spreads unequal.

    Notes
    -----
    s^2 = (sd1^2 + sd2^2) / 2, yi = c(n1 + n2 - 2) (m1 - m2) / s,
    vi = yi^2 (sd1^4/(n1-1) + sd2^4/(n2-1)) / (8 s^4) + (sd1^2/(n1-1) + sd2^2/(n2-1)) / s^2.

    References
    ----------
    Bonett 2008 for the variance of a standardised contrast [bonett2008]; Bonett 2009 for two
    groups in a meta-analysis [bonett2009].
    """
    average = (sd1i**2 + sd2i**2) / 2
    factor = unbiasing_factor(n1i + n2i - 2) if correct else 1.0
    yi = factor * (m1i - m2i) / np.sqrt(average)
    of_spread = (sd1i**4 / (n1i - 1) + sd2i**4 / (n2i - 1)) / (8 * average**2)
    of_means = (sd1i**2 / (n1i - 1) + sd2i**2 / (n2i - 1)) / average
    return yi, of_means + of_spread * yi**2


def standardised_mean_difference_of_second(m1i, n1i, m2i, sd2i, n2i, correct=True):
    """SMD1: difference of two means in standard deviations of the second group (Glass' delta).

    Notes
    -----
    yi = c(n2 - 1) (m1 - m2) / sd2, vi = 1/n1 + 1/n2 + yi^2 / (2 n2). The standard deviation
    of the first group is not used; both are taken as equal in the population.

    References
    ----------
    Hedges 1981, on Glass's estimator [hedges1981].
    """
    factor = unbiasing_factor(at_least("n2i", n2i, 3) - 1) if correct else 1.0
    yi = factor * (m1i - m2i) / sd2i
    return yi, 1 / n1i + 1 / n2i + yi**2 / (2 * n2i)


def log_ratio_of_means(m1i, sd1i, n1i, m2i, sd2i, n2i, correct=True):
    """ROM: logarithm of the ratio of two means, both above zero.

    Notes
    -----
    With a = sd1^2/(n1 m1^2) and b = sd2^2/(n2 m2^2): yi = log(m1/m2) + (a - b)/2, vi = a + b.
    `correct=False` leaves (a - b)/2 out. metafor corrects from version 5 on; a review whose
    readers check its ratios against printed means uses the uncorrected one.

    References
    ----------
    vi: Hedges, Gurevitch & Curtis 1999, eq. 1 [hedges1999]; correction: Lajeunesse 2015,
    the estimator RR-delta [lajeunesse2015].
    """
    a = (sd1i / positive("m1i", m1i)) ** 2 / n1i
    b = (sd2i / positive("m2i", m2i)) ** 2 / n2i
    return np.log(m1i / m2i) + correct * (a - b) / 2, a + b


def log_ratio_of_variation(m1i, sd1i, n1i, m2i, sd2i, n2i, correct=True):
    """CVR: logarithm of the ratio of two coefficients of variation, means above zero.

    Notes
    -----
    With a = sd1^2/(n1 m1^2), b = sd2^2/(n2 m2^2), A = 1/(2(n1-1)) and B = 1/(2(n2-1)):
    yi = log((sd1/m1) / (sd2/m2)) + A - B - (a - b)/2, vi = a + b + A + B.
    `correct=False` gives the plain logarithm.

    References
    ----------
    vi: Nakagawa et al. 2015, eq. 12 without its correlation terms, zero for normal data
    [nakagawa2015]; correction: Senior, Viechtbauer & Nakagawa 2020 [senior2020].
    """
    spread, v_spread = log_ratio_of_spreads(sd1i, n1i, sd2i, n2i, correct)
    mean, v_mean = log_ratio_of_means(m1i, sd1i, n1i, m2i, sd2i, n2i, correct)
    return spread - mean, v_spread + v_mean


def log_ratio_of_spreads(sd1i, n1i, sd2i, n2i, correct=True):
    """VR: logarithm of the ratio of two standard deviations.

    Notes
    -----
    With A = 1/(2(n1-1)) and B = 1/(2(n2-1)): yi = log(sd1/sd2) + A - B, vi = A + B.
    `correct=False` gives the plain logarithm.

    References
    ----------
    Nakagawa et al. 2015, section on the log variability ratio [nakagawa2015].
    """
    a, b = 1 / (2 * (n1i - 1)), 1 / (2 * (n2i - 1))
    return np.log(sd1i / sd2i) + correct * (a - b), a + b


MEASURES = {
    "MD": mean_difference,
    "SMD": standardised_mean_difference,
    "SMDH": standardised_mean_difference_heteroscedastic,
    "SMD1": standardised_mean_difference_of_second,
    "ROM": log_ratio_of_means,
    "CVR": log_ratio_of_variation,
    "VR": log_ratio_of_spreads,
}
