"""Interval of Henmi and Copas, robust to publication bias."""

from dataclasses import dataclass

import numpy as np
import scipy

from evidence.engine.models.bounds import tame
from evidence.engine.models.diagnostics import without_moderators
from evidence.engine.numerics import arguments

NORMAL_END = 38.0  # the normal density beyond is 0


@dataclass(frozen=True)
class HenmiCopas:
    """Fixed-effect average with an interval that allows for heterogeneity."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    tau2: float
    level: float
    k: int


def henmi_copas(fit_or_yi, vi=None, level=None):
    """Average effect with fixed-effect weights and a random-effects interval.

    Large studies keep their full weight, so the estimate is moved less than the
    random-effects one by small studies that were published selectively; the
    interval still holds under heterogeneity.

    Parameters
    ----------
    fit_or_yi : Fit or array_like, shape (k,)
        A fit of `rma` without moderators, or the effects.
    vi : array_like, shape (k,), optional
        Sampling variances, in squared units of the effects; with effects only.
    level : float, optional
        Coverage of the interval: the fit's own, or 0.95.

    Returns
    -------
    HenmiCopas
        `estimate`, `se`, `ci_low`, `ci_high`, `tau2` (DerSimonian-Laird), `level`, `k`.

    Raises
    ------
    ValueError
        Fewer than two studies, moderators, or a variance that is not above zero.

    Notes
    -----
    With wi = 1/vi and Wj = sum(wi^j)/sum(wi) (W1 = sum(wi)), the estimate is
    sum(wi yi)/W1 and its squared error (1 + tau2 W2)/W1. The interval is
    estimate +- u se, where u solves P(U > u) = (1 - level)/2 for
    U = R/sqrt(1 + W2 tau2_DL), R ~ N(0, 1 + tau2 W2), and tau2_DL depends on Q.
    Given R = r, Q is taken as gamma with the mean and variance that it has under
    the model [henmi2010]_ (R code in the appendix). The estimate of tau2 is that
    of [dersimonian1986]_.

    metafor's `hc` stops the search for u at a tolerance of 1.2e-4; here u is
    solved to machine precision.

    References
    ----------
    .. [henmi2010] Henmi M, Copas JB. Stat Med 2010;29:2969-2983.
    .. [dersimonian1986] DerSimonian R, Laird N. Control Clin Trials 1986;7:177-188.
    """
    yi, vi, level = _data(fit_or_yi, vi, level)
    wi = 1 / vi
    W1 = wi.sum()
    estimate = wi @ yi / W1
    Q = wi @ (yi - estimate) ** 2
    tau2 = max(0.0, (Q - (len(yi) - 1)) / (W1 - wi @ wi / W1))
    se = np.sqrt((1 + tau2 * (wi @ wi) / W1) / W1)
    half = critical_value(wi, tau2, level) * se
    return HenmiCopas(
        estimate=float(estimate),
        se=float(se),
        ci_low=float(estimate - half),
        ci_high=float(estimate + half),
        tau2=float(tau2),
        level=level,
        k=len(yi),
    )


def _data(fit_or_yi, vi, level):
    """Effects, variances and level from a fit, or from effects and variances."""
    if hasattr(fit_or_yi, "yi"):
        if vi is not None:
            raise ValueError("vi must be left out when a fit is given, which brings its own")
        fit = without_moderators(fit_or_yi)
        yi, vi, own_level = fit.yi, fit.vi, fit.level
    else:
        yi, own_level = fit_or_yi, 0.95
    return *tame(*arguments.studies(yi, vi, least=2)), arguments.level(own_level if level is None else level)


def critical_value(wi, tau2, level):
    """Value u with P(|estimate - mu|/se > u) = 1 - level [henmi2010]."""
    spread = np.sqrt(1 + tau2 * (wi @ wi) / wi.sum())
    tail = (1 - level) / 2

    def excess(x):
        return upper_tail(x, wi, tau2) - tail

    low = high = 1.0
    while excess(low) < 0:
        low /= 2
    while excess(high) > 0:
        high *= 2
    return spread * scipy.optimize.brentq(excess, low, high, xtol=1e-14 * low, rtol=1e-14)


def upper_tail(x, wi, tau2):
    """P(U > x spread): the normal R above x, and Q small enough for so narrow a se."""
    k, W1 = len(wi), wi.sum()
    W2 = wi @ wi / W1
    spread = np.sqrt(1 + tau2 * W2)

    def density(z):
        mean, variance = heterogeneity_moments(spread * z, wi, tau2)
        largest_Q = (W1 / W2 - 1) * ((z / x) ** 2 - 1) + k - 1
        below = scipy.special.gammainc(mean**2 / variance, largest_Q * mean / variance)
        return below * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)

    decades = x * 10.0 ** np.arange(np.ceil(np.log10(NORMAL_END / x)))
    edges = [*decades, max(x, NORMAL_END)]
    return sum(scipy.integrate.quad(density, a, b, epsabs=1e-14, epsrel=1e-11)[0] for a, b in zip(edges, edges[1:]))


def heterogeneity_moments(r, wi, tau2):
    """Mean and variance of Q given R = sqrt(W1) (estimate - mu) = r [henmi2010]."""
    k, W1 = len(wi), wi.sum()
    W2, W3, W4 = ((wi**power).sum() / W1 for power in (2, 3, 4))
    VR = 1 + tau2 * W2
    shift = (r / VR) ** 2 - 1 / VR
    mean = k - 1 + tau2 * (W1 - W2) + tau2**2 * shift * (W3 - W2**2)
    variance = (
        2 * (k - 1)
        + 4 * tau2 * (W1 - W2)
        + 2 * tau2**2 * (W1 * W2 - 2 * W3 + W2**2)
        + 4 * tau2**2 * shift * (W3 - W2**2)
        + 4 * tau2**3 * shift * (W4 - 2 * W2 * W3 + W2**3)
        + 2 * tau2**4 * (1 / VR**2 - 2 * r**2 / VR**3) * (W3 - W2**2) ** 2
    )
    return mean, variance
