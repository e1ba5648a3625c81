"""Bayesian model: against brute force, limiting cases and laws."""

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

import evidence as ev
from evidence.engine.models.bayes import bayes_average

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
        return sum(scipy.integrate.quad(function, a, b, epsabs=1e-14, epsrel=1e-12)[0] for a, b in zip(edges[:-1], edges[1:], strict=True))

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


SCHOOLS = np.array([28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16])
SCHOOLS_SE = np.array([14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6])


def test_roever_2020_eight_schools():
    """J Stat Softw 93(6) and the bayesmeta vignette: Rubin 1981, half-Cauchy(25) and N(0, 50).

    tau: median 4.758539, mean 5.884511, shortest 95% interval from 0 to 15.165894; mu: median 7.962961, mean 7.985729,
    sd 4.995762, to 1e-3 only because bayesmeta takes mu from a coarse mixture (its delta is 0.01).
    """
    found = ev.bayes(SCHOOLS, SCHOOLS_SE**2, ("halfcauchy", 25), ("normal", 0, 50))
    assert (found.tau, found.tau_mean) == pytest.approx((4.758539, 5.884511), abs=2e-6)
    assert (found.median, found.estimate, found.se) == pytest.approx((7.962961, 7.985729, 4.995762), abs=1e-3)
    wide = ev.bayes(SCHOOLS, SCHOOLS_SE**2, ("halfcauchy", 25), ("normal", 0, 50), level=0.9)
    assert wide.tau_high == pytest.approx(15.165894, abs=2e-5)


def grid(yi, vi, log_prior, top, mean=0.0, sd=np.inf):
    """Posterior on a fine plane grid of mu and tau, with nothing integrated by hand."""
    tau = (np.arange(4000) + 0.5) * top / 4000
    mu = np.linspace(-4, 5, 1801)
    logp = log_prior(tau) - ((mu[:, None] - mean) / sd) ** 2 / 2 * np.isfinite(sd)
    for y, v in zip(yi, vi, strict=True):
        logp = logp - np.log(v + tau**2) / 2 - (y - mu[:, None]) ** 2 / (v + tau**2) / 2
    p = np.exp(logp - logp.max())
    return mu, tau, p / p.sum()


@pytest.mark.parametrize(
    "tau_prior, log_prior, top",
    [(("halfnormal", 0.5), lambda tau: -2 * tau**2, 4.0), (("uniform", 1.5), np.zeros_like, 1.5)],
    ids=["halfnormal", "uniform"],
)
def test_posterior_as_on_a_plane_grid(tau_prior, log_prior, top):
    found = ev.bayes(YI, VI, tau_prior, ("normal", 0.2, 0.6))
    mu, tau, p = grid(YI, VI, log_prior, top, 0.2, 0.6)
    over_tau, over_mu = p.sum(0), p.sum(1)
    assert found.estimate == pytest.approx(over_mu @ mu, abs=1e-6)
    assert found.se == pytest.approx(np.sqrt(over_mu @ mu**2 - (over_mu @ mu) ** 2), abs=1e-6)
    assert found.tau_mean == pytest.approx(over_tau @ tau, abs=1e-6)
    cumulated, edges = np.append(0, np.cumsum(over_tau)), np.linspace(0, top, 4001)
    for value, probability in ((found.tau_low, 0.025), (found.tau, 0.5), (found.tau_high, 0.975)):
        assert np.interp(value, edges, cumulated) == pytest.approx(probability, abs=1e-6)
    assert found.p_positive == pytest.approx(over_mu[mu > 0].sum() + over_mu[mu == 0].sum() / 2, abs=1e-4)


def test_one_study_leaves_tau_to_its_prior():
    half_normal, half_cauchy, uniform = (ev.bayes([0.3], [0.04], (name, 2.0)) for name in PRIORS)
    assert half_normal.tau_high == pytest.approx(2 * scipy.stats.halfnorm.ppf(0.975), rel=1e-10)
    assert half_cauchy.tau_high == pytest.approx(2 * scipy.stats.halfcauchy.ppf(0.975), rel=1e-10)
    assert uniform.tau_high == pytest.approx(1.95, rel=1e-10)
    assert half_normal.tau_mean == pytest.approx(2 * np.sqrt(2 / np.pi), rel=1e-10)
    for found in (half_normal, half_cauchy, uniform):
        assert found.estimate == pytest.approx(0.3, abs=1e-12)
        assert found.shrinkage == pytest.approx([0.3], abs=1e-12)
        assert found.shrinkage_se == pytest.approx([0.2], rel=1e-9)


@pytest.mark.parametrize("k, mu_prior, se, tau_mean", [
    (1, ("flat",), False, False), (2, ("flat",), False, True), (3, ("flat",), True, True), (1, ("normal", 0, 1), True, True),
])  # fmt: skip
def test_moments_without_end_are_infinite(k, mu_prior, se, tau_mean):
    """Under half-Cauchy the posterior of tau falls as tau^-(k + 1), or k + 2 with a proper prior of the average."""
    found = ev.bayes(YI[:k], VI[:k], ("halfcauchy", 0.5), mu_prior)
    assert (np.isfinite(found.se), np.isfinite(found.tau_mean)) == (se, tau_mean)
    assert np.isfinite([found.ci_low, found.ci_high, found.pi_low, found.pi_high, found.tau_high]).all()


def test_heavy_tail_of_three_studies():
    """se^2 of half-Cauchy and k = 3 hangs on the far tail; by adaptive quadrature in log tau."""
    found = ev.bayes(YI, VI, ("halfcauchy", 0.5))

    def density(x, power):
        tau = np.exp(x)
        w = 1 / (VI + tau**2)
        m = w @ YI / w.sum()
        like = np.sqrt(np.prod(w) / w.sum()) * np.exp(-(w * (YI - m) ** 2).sum() / 2) / (1 + (tau / 0.5) ** 2)
        return like * tau * (1, m, 1 / w.sum() + m**2)[power]

    parts = [scipy.integrate.quad(density, -40, 40, (power,), limit=400, epsrel=1e-12, points=[-2, 0])[0] for power in range(3)]
    mean = parts[1] / parts[0]
    assert found.estimate == pytest.approx(mean, rel=1e-9)
    assert found.se == pytest.approx(np.sqrt(parts[2] / parts[0] - mean**2), rel=1e-9)


def test_many_precise_studies():
    """The posterior is narrow and normal: tau about the spread, standard error about that of REML."""
    yi = np.random.default_rng(1).normal(0.2, 0.5, 800)
    found, fit = ev.bayes(yi, np.full(800, 1e-4), ("halfcauchy", 1)), ev.rma(yi, np.full(800, 1e-4), test="z")
    assert found.estimate == pytest.approx(fit.estimate, abs=1e-9)
    assert found.se == pytest.approx(fit.se, rel=2e-3)
    assert found.tau**2 == pytest.approx(fit.tau2, rel=2e-3)


ERRORS = {
    "tau_prior[0] must be one of 'halfnormal', 'halfcauchy', 'uniform', got 'gamma'": {"tau_prior": ("gamma", 1)},
    "tau_prior must be a name with a scale above zero, such as ('halfnormal', 0.5), got ('halfnormal', 0)": {
        "tau_prior": ("halfnormal", 0)
    },
    "tau_prior must be a name with a scale above zero, such as ('halfnormal', 0.5), got ('uniform', nan)": {
        "tau_prior": ("uniform", float("nan"))
    },
    "tau_prior must be a tuple that starts with the name of a prior, got 0.5": {"tau_prior": 0.5},
    "mu_prior[0] must be one of 'flat', 'normal', got 't'": {"mu_prior": ("t", 0, 1)},
    "mu_prior must be ('flat',) or ('normal', mean, sd) with sd above zero, got ('normal', 0)": {"mu_prior": ("normal", 0)},
    "mu_prior must be ('flat',) or ('normal', mean, sd) with sd above zero, got ('normal', 0, -1)": {"mu_prior": ("normal", 0, -1)},
    "level must be between 0 and 1, got 95": {"level": 95},
    "yi[1] must be a finite number, got nan": {"yi": [0.1, np.nan, 0.2]},
    "vi[2] must be above zero, got -1.0": {"vi": [1, 1, -1]},
    "yi must hold at least 1 study, got 0": {"yi": [], "vi": []},
}


@pytest.mark.parametrize("message", ERRORS)
def test_errors_say_what_is_wrong(message):
    with pytest.raises(ValueError) as error:
        ev.bayes(**{"yi": YI, "vi": VI} | ERRORS[message])
    assert str(error.value) == message


@pytest.mark.parametrize("prior", ["halfnormal", "halfcauchy", "uniform"])
@pytest.mark.parametrize("mu_prior", [("flat",), ("normal", 0.2, 0.5)])
def test_the_average_alone_is_that_of_the_whole_posterior(prior, mu_prior):
    whole = ev.bayes(YI[:2], VI[:2], tau_prior=(prior, 0.5), mu_prior=mu_prior, level=0.9)
    alone = bayes_average(YI[:2], VI[:2], tau_prior=(prior, 0.5), mu_prior=mu_prior, level=0.9)
    assert alone == {name: getattr(whole, name) for name in ("estimate", "se", "ci_low", "ci_high", "tau2")}
