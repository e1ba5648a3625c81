"""Bayesian random-effects model, exact by quadrature over tau."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
import scipy

from evidence.engine.models import bounds
from evidence.engine.models.posterior import PRIORS, conditional, mixture_quantiles, posterior, tau_quantile
from evidence.engine.numerics import arguments


@dataclass(frozen=True, eq=False)
class Bayes:
    """Posterior of the normal-normal model; see `bayes` for what each name holds."""

    estimate: float
    median: float
    se: float
    ci_low: float
    ci_high: float
    p_positive: float
    tau: float
    tau_mean: float
    tau_low: float
    tau_high: float
    tau2: float
    pi_low: float
    pi_high: float
    shrinkage: np.ndarray
    shrinkage_se: np.ndarray
    shrinkage_low: np.ndarray
    shrinkage_high: np.ndarray
    k: int
    level: float
    tau_prior: tuple
    mu_prior: tuple


def bayes(yi, vi, tau_prior=("halfnormal", 0.5), mu_prior=("flat",), level=0.95):
    """Posterior of the average effect, of tau, of each study's effect and of a new one.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Effects; one study is enough.
    vi : array_like, shape (k,)
        Sampling variances.
    tau_prior : (str, float)
        "halfnormal" or "halfcauchy" with a scale, or "uniform" with the upper end, in the unit of yi.
    mu_prior : ("flat",) or ("normal", mean, sd)
        Improper uniform or normal prior of the average effect.
    level : float
        Level of the intervals, central ones: as much probability below as above.

    Returns
    -------
    Bayes
        `estimate median se ci_low ci_high`: mean, median, standard deviation and interval of the average
        effect; `p_positive`: probability that it is above 0; `tau tau_mean tau_low tau_high tau2`: median,
        mean and interval of tau, square of its median; `pi_low pi_high`: interval of the effect of a new
        study; `shrinkage shrinkage_se shrinkage_low shrinkage_high` (k,): the studies' own effects. With a
        half-Cauchy prior, a flat one of the average and two studies `se` is infinite, with one `tau_mean`
        too: those integrals have no end.

    Raises
    ------
    ValueError
        For effects, priors or a level that cannot be, by name.

    Notes
    -----
    p(tau | y) is proportional to p(tau) V^(1/2) prod(vi + tau^2)^(-1/2) exp(-Q(tau) / 2) with V the variance
    of mu given tau; given tau all else is normal, so every posterior is a mixture of normal distributions
    over the nodes of a quadrature over tau that is exact to about 12 digits. No simulation.

    References
    ----------
    Roever 2020, J Stat Softw 93(6), section 2 [roever2020].
    """
    yi, vi = bounds.tame(*arguments.studies(yi, vi))
    tau_prior, mu_prior = checked(tau_prior, mu_prior, level)
    found, moments, given = quadrature(yi, vi, tau_prior, mu_prior)
    finite_se = moments == 2 or mu_prior[0] == "normal"
    return Bayes(
        **average(found, *given, level, finite_se),
        median=median_average(found, *given),
        **studies(found, *given, level),
        **heterogeneity(found, level, moments),
        k=len(yi),
        level=level,
        tau_prior=tau_prior,
        mu_prior=mu_prior,
    )


def bayes_average(yi, vi, tau_prior=("halfnormal", 0.5), mu_prior=("flat",), level=0.95):
    """What `bayes` finds of the average effect, and its tau2: a dict of estimate, se, ci_low, ci_high and tau2.

    The quantiles that `bayes` adds (of tau, of each study's own effect) take most of its time.
    """
    yi, vi = bounds.tame(*arguments.studies(yi, vi))
    tau_prior, mu_prior = checked(tau_prior, mu_prior, level)
    found, moments, given = quadrature(yi, vi, tau_prior, mu_prior)
    of_average = average(found, *given, level, moments == 2 or mu_prior[0] == "normal")
    return {name: of_average[name] for name in ("estimate", "se", "ci_low", "ci_high")} | {"tau2": tau_quantile(found, 0.5) ** 2}


def quadrature(yi, vi, tau_prior, mu_prior):
    """Posterior of tau, its finite moments, and what the posteriors given tau need: effects and prior less `shift`."""
    shift = yi.mean()
    centred = (mu_prior[0], mu_prior[1] - shift, mu_prior[2]) if mu_prior[0] == "normal" else mu_prior
    moments = finite_moments(len(yi), tau_prior, mu_prior)
    return posterior(yi - shift, vi, tau_prior, centred, moments), moments, (yi - shift, vi, centred, shift)


def average(found, yi, vi, mu_prior, shift, level, finite_se):
    """Posterior of the average effect, interval of a new study's effect; effects are given less `shift`."""
    weights = found.weights
    m, s, _ = conditional(found.tau, yi, vi, mu_prior)
    mean = weights @ m
    means, sds = np.column_stack([m, m]), np.column_stack([s, np.hypot(s, found.tau)])
    low, high = (mixture_quantiles(tail, weights, means, sds) + shift for tail in tails(level))
    return {
        "estimate": float(mean + shift),
        "se": float(np.sqrt(weights @ (s**2 + (m - mean) ** 2))) if finite_se else np.inf,
        "p_positive": float(weights @ scipy.special.ndtr((m + shift) / s)),
        "ci_low": float(low[0]),
        "ci_high": float(high[0]),
        "pi_low": float(low[1]),
        "pi_high": float(high[1]),
    }


def median_average(found, yi, vi, mu_prior, shift):
    """Posterior median of the average effect."""
    m, s, _ = conditional(found.tau, yi, vi, mu_prior)
    return float(mixture_quantiles(0.5, found.weights, m[:, None], s[:, None])[0] + shift)


def studies(found, yi, vi, mu_prior, shift, level):
    """Posterior of each study's own effect: given tau normal, drawn towards the mean by vi / (vi + tau^2)."""
    m, s, _ = conditional(found.tau, yi, vi, mu_prior)
    square = found.tau[:, None] ** 2
    drawn = vi / (vi + square)
    means = yi + drawn * (m[:, None] - yi)
    sds = np.sqrt(drawn * square + (drawn * s[:, None]) ** 2)
    theta = found.weights @ means
    low, high = (mixture_quantiles(tail, found.weights, means, sds) + shift for tail in tails(level))
    se = np.sqrt(found.weights @ (sds**2 + (means - theta) ** 2))
    return {"shrinkage": theta + shift, "shrinkage_se": se, "shrinkage_low": low, "shrinkage_high": high}


def heterogeneity(found, level, moments):
    """Posterior of tau."""
    low, high = (tau_quantile(found, tail) for tail in tails(level))
    median = tau_quantile(found, 0.5)
    mean = float(found.weights @ found.tau) if moments else np.inf
    return {"tau": median, "tau_mean": mean, "tau_low": low, "tau_high": high, "tau2": median**2}


def tails(level):
    """Probabilities below the ends of a central interval."""
    return (1 - level) / 2, (1 + level) / 2


def finite_moments(k, tau_prior, mu_prior):
    """Highest power of tau, up to 2, with a finite mean: under half-Cauchy the posterior falls as tau^-(k + 1).

    With a normal prior of the average effect as tau^-(k + 2).
    """
    if tau_prior[0] != "halfcauchy":
        return 2
    return min(2, k - (mu_prior[0] == "flat"))


def checked(tau_prior, mu_prior, level):
    """Priors and level, or ValueError."""
    tau_prior, mu_prior = as_tuple("tau_prior", tau_prior), as_tuple("mu_prior", mu_prior)
    arguments.choice("tau_prior[0]", tau_prior[0], tuple(PRIORS))
    if len(tau_prior) != 2 or not (finite(tau_prior[1]) and tau_prior[1] > 0):
        words = "a name with a scale above zero, such as ('halfnormal', 0.5)"
        raise ValueError(f"tau_prior must be {words}, got {tau_prior!r}")
    arguments.choice("mu_prior[0]", mu_prior[0], ("flat", "normal"))
    numbers = mu_prior[1:]
    complete = len(numbers) == {"flat": 0, "normal": 2}[mu_prior[0]] and all(map(finite, numbers))
    if not complete or (numbers and numbers[1] <= 0):
        words = "('flat',) or ('normal', mean, sd) with sd above zero"
        raise ValueError(f"mu_prior must be {words}, got {mu_prior!r}")
    arguments.level(level)
    return tau_prior, mu_prior


def as_tuple(name, prior):
    """A prior as a tuple that starts with a name."""
    if not isinstance(prior, tuple | list) or not prior:
        raise ValueError(f"{name} must be a tuple that starts with the name of a prior, got {prior!r}")
    return tuple(prior)


def finite(value):
    """Whether a value is a finite number."""
    return isinstance(value, Real) and bool(np.isfinite(value))
