"""Interval of Henmi and Copas."""

import numpy as np
import pytest

from evidence.engine.bias.henmi_copas import henmi_copas, heterogeneity_moments
from evidence.engine.models.uni import rma


def lee_2004():
    """Log odds ratios of nausea, acupoint P6 stimulation against sham (Lee and Done 2004), 16 trials."""
    ai = np.array([18, 5, 9, 32, 9, 11, 69, 3, 1, 11, 7, 4, 1, 24, 16, 28])
    n1i = np.array([100, 50, 20, 135, 23, 18, 122, 25, 30, 30, 44, 47, 30, 40, 50, 110])
    ci = np.array([20, 18, 7, 31, 10, 12, 80, 12, 1, 19, 16, 6, 13, 71, 53, 25])
    n2i = np.array([100, 50, 20, 139, 23, 18, 122, 25, 30, 30, 39, 47, 30, 80, 88, 111])
    bi, di = n1i - ai, n2i - ci
    return np.log(ai * di / (bi * ci)), 1 / ai + 1 / bi + 1 / ci + 1 / di


def test_henmi_copas_2010_acupoint_stimulation():
    """Stat Med 29, p. 2978: -0.5145, interval -0.9994 to -0.0295; tau2 (DL) 0.3325."""
    found = henmi_copas(*lee_2004())
    assert found.estimate == pytest.approx(-0.5145, abs=5e-5)
    assert found.ci_low == pytest.approx(-0.9994, abs=1e-4)
    assert found.ci_high == pytest.approx(-0.0295, abs=1e-4)
    assert found.tau2 == pytest.approx(0.3325, abs=5e-5)


def test_a_fit_gives_its_data_and_level():
    yi, vi = lee_2004()
    from_fit = henmi_copas(rma(yi, vi, level=0.9))
    assert from_fit == henmi_copas(yi, vi, level=0.9)
    assert from_fit.level == 0.9
    assert from_fit.ci_high - from_fit.ci_low < henmi_copas(yi, vi).ci_high - henmi_copas(yi, vi).ci_low


def test_moments_are_those_of_the_model():
    """Mean and variance of Q given R, derived from the covariance of (y, R)."""
    rng = np.random.default_rng(4)
    wi, tau2, r = 1 / rng.uniform(0.01, 0.3, 7), 0.11, 1.7
    k, W1 = len(wi), wi.sum()
    covariance = np.diag(1 / wi + tau2)
    a = wi / np.sqrt(W1)
    centre = np.eye(k) - np.outer(np.ones(k), wi) / W1
    variance_R = a @ covariance @ a
    given = covariance - np.outer(covariance @ a, covariance @ a) / variance_R
    mean = covariance @ a * r / variance_R
    M = centre.T @ np.diag(wi) @ centre
    wanted = np.trace(M @ given) + mean @ M @ mean
    spread = 2 * np.trace(M @ given @ M @ given) + 4 * mean @ M @ given @ M @ mean
    assert heterogeneity_moments(r, wi, tau2) == pytest.approx((wanted, spread), rel=1e-10)


def test_variances_that_span_eight_orders():
    vi = np.geomspace(1e-6, 1e2, 12)
    found = henmi_copas(np.linspace(-1, 2, 12) * np.sqrt(vi), vi)
    assert found.ci_low < found.estimate < found.ci_high


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([0.1], [0.1]), "yi must hold at least 2 studies, got 1"),
        (([0.1, 0.2], None), "vi"),
        (([0.1, 0.2], [0.1, 0.0]), r"vi\[1\] must be above zero"),
        (([0.1, 0.2], [0.1, 0.1], 1.0), "level must be between 0 and 1, got 1.0"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        henmi_copas(*arguments)


def test_errors_of_fits():
    yi, vi = lee_2004()
    with pytest.raises(ValueError, match="fit must have no moderators here, got a design of 2 columns"):
        henmi_copas(rma(yi, vi, np.arange(16)))
    with pytest.raises(ValueError, match="vi must be left out when a fit is given"):
        henmi_copas(rma(yi, vi), vi)
