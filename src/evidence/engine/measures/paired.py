"""The same people measured twice: change from time (or treatment) 2 to time 1.

Every measure takes arrays of shape (k,): means m1i, m2i and standard deviations sd1i, sd2i at
the two times, people ni and the correlation ri of the two times. It returns yi and vi, (k,).
"""

import numpy as np

from evidence.engine.measures.inputs import at_least, correlation, sample_size
from evidence.engine.measures.means import unbiasing_factor
from evidence.engine.numerics.arguments import positive, vector

ARGUMENTS = {
    "m1i": vector, "sd1i": positive, "m2i": vector, "sd2i": positive,
    "ni": sample_size, "ri": correlation,
}  # fmt: skip


def variance_of_difference(s1, s2, r):
    """s1^2 + s2^2 - 2 r s1 s2, written so that rounding cannot make it negative."""
    return (s1 - s2) ** 2 + 2 * (1 - r) * s1 * s2


def mean_change(m1i, sd1i, m2i, sd2i, ni, ri):
    """MC: difference of two means of the same people, in the unit of the outcome.

    Notes
    -----
    yi = m1 - m2, vi = (sd1^2 + sd2^2 - 2 r sd1 sd2) / n.

    References
    ----------
    Borenstein et al. 2009, chapter 4, matched groups [borenstein2009].
    """
    return m1i - m2i, variance_of_difference(sd1i, sd2i, ri) / ni


def standardised_change(m1i, sd1i, m2i, sd2i, ni, ri, correct=True):
    """SMCC: mean change in standard deviations of the change.

    Notes
    -----
    sd^2 = sd1^2 + sd2^2 - 2 r sd1 sd2, yi = c(n - 1) (m1 - m2) / sd, vi = 1/n + yi^2/(2n).

    References
    ----------
    Gibbons, Hedeker & Davis 1993 [gibbons1993].
    """
    sd_change = np.sqrt(variance_of_difference(sd1i, sd2i, ri))
    if (sd_change == 0).any():
        index = int(np.argmax(sd_change == 0))
        raise ValueError(
            f"ri[{index}] must be below 1 where both standard deviations are equal, got {ri[index]}: the change would not vary"
        )
    yi = _factor(ni, correct) * (m1i - m2i) / sd_change
    return yi, 1 / ni + yi**2 / (2 * ni)


def standardised_change_raw(m1i, sd1i, m2i, ni, ri, correct=True):
    """SMCR: mean change in standard deviations of the first measurement.

    Notes
    -----
    yi = c(n - 1) (m1 - m2) / sd1, vi = 2 (1 - r)/n + yi^2/(2n). The second standard
    deviation is not used; both are taken as equal in the population.

    References
    ----------
    Becker 1988 [becker1988].
    """
    yi = _factor(ni, correct) * (m1i - m2i) / sd1i
    return yi, 2 * (1 - ri) / ni + yi**2 / (2 * ni)


def standardised_change_heteroscedastic(m1i, sd1i, m2i, sd2i, ni, ri, correct=True):
    """SMCRH: mean change in standard deviations of the first measurement, spreads unequal.

    Notes
    -----
    yi = c(n - 1) (m1 - m2) / sd1,
    vi = (sd1^2 + sd2^2 - 2 r sd1 sd2) / (sd1^2 (n - 1)) + yi^2 / (2 (n - 1)).

    References
    ----------
    Bonett 2008, standardised contrasts within subjects [bonett2008].
    """
    yi = _factor(ni, correct) * (m1i - m2i) / sd1i
    of_change = variance_of_difference(sd1i, sd2i, ri) / sd1i**2
    return yi, (of_change + yi**2 / 2) / (ni - 1)


def standardised_change_average(m1i, sd1i, m2i, sd2i, ni, ri, correct=True):
    """SMCRP: mean change in units of the average spread of both measurements.

    Notes
    -----
    s^2 = (sd1^2 + sd2^2) / 2, m = 2 (n - 1) / (1 + r^2), yi = c(m) (m1 - m2) / s,
    vi = 2 (1 - r)/n + (1 + r^2) yi^2/(4n). With r = 0 both are those of SMD for two groups of n.

    References
    ----------
    Cousineau 2020 for the degrees of freedom m [cousineau2020].
    """
    degrees = 2 * (at_least("ni", ni, 3) - 1) / (1 + ri**2)
    factor = unbiasing_factor(degrees) if correct else 1.0
    yi = factor * (m1i - m2i) / np.sqrt((sd1i**2 + sd2i**2) / 2)
    return yi, 2 * (1 - ri) / ni + (1 + ri**2) * yi**2 / (4 * ni)


def log_ratio_of_means_change(m1i, sd1i, m2i, sd2i, ni, ri, correct=True):
    """ROMC: logarithm of the ratio of two means of the same people, both above zero.

    Notes
    -----
    With a = sd1^2/(n m1^2) and b = sd2^2/(n m2^2): yi = log(m1/m2) + (a - b)/2,
    vi = a + b - 2 r sqrt(a b). `correct=False` leaves (a - b)/2 out. metafor corrects from
    version 5 on; a review whose readers check its ratios against printed means uses the
    uncorrected one.

    References
    ----------
    vi: Lajeunesse 2011, ratios of correlated means [lajeunesse2011]; correction: Lajeunesse
    2015, the estimator RR-delta [lajeunesse2015].
    """
    cv1 = sd1i / (positive("m1i", m1i) * np.sqrt(ni))
    cv2 = sd2i / (positive("m2i", m2i) * np.sqrt(ni))
    yi = np.log(m1i / m2i) + correct * (cv1**2 - cv2**2) / 2
    return yi, variance_of_difference(cv1, cv2, ri)


def _factor(ni, correct):
    """c(n - 1), or 1 without correction; c needs three people."""
    return unbiasing_factor(at_least("ni", ni, 3) - 1) if correct else 1.0


MEASURES = {
    "MC": mean_change,
    "SMCC": standardised_change,
    "SMCR": standardised_change_raw,
    "SMCRH": standardised_change_heteroscedastic,
    "SMCRP": standardised_change_average,
    "ROMC": log_ratio_of_means_change,
}
