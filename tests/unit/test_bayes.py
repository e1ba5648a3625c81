"""Bayesian model: against brute force, limiting cases and laws."""

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

import evidence as ev

YI, VI = np.array([0.1, 0.9, 0.4]), np.array([0.04, 0.09, 0.02])
PRIORS = {
    "halfnormal": lambda tau: np.exp(-((tau / 0.5) ** 2) / 2),
    "halfcauchy": lambda tau: 1 / (1 + (tau / 0.5) ** 2),
    "uniform": lambda tau: 1.0 * (tau <= 2),
}


def brute(prior, of):
    """Posterior mean of `of(tau, mean, sd)` by adaptive quadrature over tau, written afresh."""

    def parts(tau):
        w = 1 / (VI + tau**2)
        mean = (w * YI).sum() / w.sum()
        like = np.sqrt(np.prod(w) / w.sum()) * np.exp(-(w * (YI - mean) ** 2).sum() / 2)
        return like * PRIORS[prior](tau), mean, w.sum() ** -0.5

    edges = [0, 0.05, 0.2, 0.5, 1, 2] + ([] if prior == "uniform" else [4, 10, 30, 100, 1e3, 1e4, 1e5, 1e6, 1e7])

    def integral(function):
        return sum(
            scipy.integrate.quad(function, a, b, epsabs=1e-14, epsrel=1e-12)[0] for a, b in zip(edges[:-1], edges[1:], strict=True)
        )

    return integral(lambda tau: parts(tau)[0] * of(tau, *parts(tau)[1:])) / integral(lambda tau: parts(tau)[0])


@pytest.mark.parametrize("prior, scale", [("halfnormal", 0.5), ("halfcauchy", 0.5), ("uniform", 2)])
def test_posterior_equals_brute_force(prior, scale):
    fit = ev.bayes(YI, VI, tau_prior=(prior, scale))
    mean = brute(prior, lambda tau, m, s: m)
    assert fit.estimate == pytest.approx(mean, abs=1e-6)
    assert fit.se == pytest.approx(np.sqrt(brute(prior, lambda tau, m, s: s**2 + m**2) - mean**2), abs=1e-6)
    below = scipy.stats.norm.cdf
    assert brute(prior, lambda tau, m, s: below(fit.ci_low, m, s)) == pytest.approx(0.025, abs=1e-6)
    assert brute(prior, lambda tau, m, s: below(fit.pi_high, m, np.hypot(s, tau))) == pytest.approx(0.975, abs=1e-6)
    if prior == "halfnormal":
        assert fit.tau_mean == pytest.approx(brute(prior, lambda tau, m, s: tau), abs=1e-6)


def test_tau_near_zero_is_the_equal_effects_model():
    fit, fixed = ev.bayes(YI, VI, tau_prior=("halfnormal", 1e-6)), ev.rma(YI, VI, method="EE", test="z")
    for name in ("estimate", "se", "ci_low", "ci_high"):
        assert getattr(fit, name) == pytest.approx(getattr(fixed, name), rel=1e-8), name
    assert fit.shrinkage == pytest.approx(np.full(3, fixed.estimate), abs=1e-8)


@pytest.mark.parametrize("k", [1, 2])
def test_one_and_two_studies_have_an_interval(k):
    fit = ev.bayes(YI[:k], VI[:k])
    assert fit.ci_low < fit.estimate < fit.ci_high
    assert fit.pi_low < fit.ci_low
    if k == 1:
        assert fit.estimate == pytest.approx(YI[0], abs=1e-9)
        assert fit.se**2 == pytest.approx(VI[0] + 0.25, rel=1e-6)


def test_units_do_not_matter():
    fit, large = ev.bayes(YI, VI), ev.bayes(YI * 1e6, VI * 1e12, tau_prior=("halfnormal", 0.5e6))
    for name in ("estimate", "ci_low", "tau", "tau_high", "pi_high"):
        assert getattr(large, name) / 1e6 == pytest.approx(getattr(fit, name), rel=1e-8), name


def test_shrinkage_equals_brute_force():
    fit = ev.bayes(YI, VI)
    for i in range(3):
        own = brute("halfnormal", lambda tau, m, s: (tau**2 * YI[i] + VI[i] * m) / (tau**2 + VI[i]))
        assert fit.shrinkage[i] == pytest.approx(own, abs=1e-6)
    assert (fit.shrinkage_low < fit.shrinkage).all() and (fit.shrinkage < fit.shrinkage_high).all()


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"tau_prior": ("gamma", 1)}, "tau_prior"),
        ({"tau_prior": ("halfnormal", 0)}, "tau_prior must be a name with a scale above zero"),
        ({"mu_prior": ("normal", 0)}, "mu_prior must be"),
        ({"level": 95}, "level must be between 0 and 1, got 95"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        ev.bayes(YI, VI, **arguments)
