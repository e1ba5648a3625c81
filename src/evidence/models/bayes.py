"""Bayesian random-effects model, exact by quadrature over tau."""

import functools
from dataclasses import dataclass

import numpy as np
import scipy

from evidence import arguments

NODES = 200
PANELS = 12


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


@functools.cache
def gauss_legendre():
    """Nodes and weights of the rule on (-1, 1), worked out once."""
    return np.polynomial.legendre.leggauss(NODES)


def halfnormal(tau, scale):
    """Half-normal density up to its constant: exp(-tau^2 / (2 scale^2))."""
    return np.exp(-((tau / scale) ** 2) / 2)


def halfcauchy(tau, scale):
    """Half-Cauchy density up to its constant: 1 / (1 + (tau / scale)^2), Gelman 2006 [gelman2006]."""
    return 1 / (1 + (tau / scale) ** 2)


def uniform(tau, upper):
    """Uniform density from 0 to `upper`, up to its constant."""
    return (tau <= upper).astype(float)


PRIORS = {"halfnormal": halfnormal, "halfcauchy": halfcauchy, "uniform": uniform}


def conditional(tau, yi, vi, mu_prior):
    """Mean and standard deviation of mu given tau, and the log of the marginal likelihood of tau up to a constant.

    Roever 2020 eq. 6 to 8 [roever2020]; a normal prior enters as one more effect without heterogeneity.
    """
    w = 1 / (vi + tau[:, None] ** 2)
    total, weighted = w.sum(1), w @ yi
    log = np.log(w).sum(1) / 2
    square = w @ yi**2
    if mu_prior[0] == "normal":
        _, mean, sd = mu_prior
        total, weighted, square = total + 1 / sd**2, weighted + mean / sd**2, square + (mean / sd) ** 2
    m = weighted / total
    return m, total**-0.5, log - np.log(total) / 2 - (square - weighted * m) / 2


def nodes_and_weights(yi, vi, tau_prior, mu_prior):
    """Quadrature over tau: nodes, their posterior probabilities, and the density with its constant.

    The range that holds all but a vanishing part of the posterior is found on a coarse grid, then cut into panels of
    Gauss-Legendre nodes, narrower towards 0.
    """
    name, scale = tau_prior
    spread = np.ptp(yi) + np.sqrt(vi.max())
    top = scale if name == "uniform" else (scale * 9 if name == "halfnormal" else 1e8 * max(scale, spread))

    def log_density(tau):
        with np.errstate(divide="ignore"):
            return conditional(tau, yi, vi, mu_prior)[2] + np.log(PRIORS[name](tau, scale))

    small = min(np.sqrt(vi.min()), top) * 1e-4
    coarse = np.concatenate([[0.0], np.geomspace(small, top, 600)])
    heights = log_density(coarse)
    held = np.flatnonzero(heights > heights.max() - 60)
    low, high = coarse[max(held[0] - 1, 0)], coarse[min(held[-1] + 1, len(coarse) - 1)]
    edges = np.unique(np.concatenate([[low], np.geomspace(max(low, small), high, PANELS)]))
    x, w = gauss_legendre()
    half = np.diff(edges) / 2
    tau = ((edges[:-1] + half)[:, None] + half[:, None] * x).ravel()
    weight = (half[:, None] * w).ravel()
    density = np.exp(log_density(tau) - heights.max())
    constant = (weight * density).sum()
    return tau, weight * density / constant, edges, lambda t: np.exp(log_density(t) - heights.max()) / constant


def mixture_quantile(probability, weights, means, sds):
    """Quantile of a mixture of normal distributions, by bisection and Newton steps of `scipy.optimize.brentq`."""
    reach = 40 * sds.max()
    return scipy.optimize.brentq(
        lambda x: weights @ scipy.special.ndtr((x - means) / sds) - probability, means.min() - reach, means.max() + reach, xtol=1e-14, rtol=1e-13
    )


def tau_quantile(probability, edges, density):
    """Quantile of the posterior of tau, by integrating its density up to a trial value."""
    x, w = gauss_legendre()

    def mass(low, high):
        half = (high - low) / 2
        return half * (w @ density(low + half + half * x))

    panels = np.concatenate([[0.0], np.cumsum([mass(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True)])])
    at = min(int(np.searchsorted(panels, probability * panels[-1], side="right")) - 1, len(edges) - 2)
    rest = probability * panels[-1] - panels[at]
    return float(scipy.optimize.brentq(lambda t: mass(edges[at], t) - rest, edges[at], edges[at + 1], rtol=1e-12))


def checked(tau_prior, mu_prior, level):
    """Priors and level, or ValueError."""
    tau_prior, mu_prior = tuple(tau_prior), tuple(mu_prior)
    arguments.choice("tau_prior[0]", tau_prior[0], tuple(PRIORS))
    if len(tau_prior) != 2 or not (np.isfinite(tau_prior[1]) and tau_prior[1] > 0):
        raise ValueError(f"tau_prior must be a name with a scale above zero, such as ('halfnormal', 0.5), got {tau_prior!r}")
    arguments.choice("mu_prior[0]", mu_prior[0], ("flat", "normal"))
    if mu_prior[0] == "normal" and (len(mu_prior) != 3 or not mu_prior[2] > 0):
        raise ValueError(f"mu_prior must be ('flat',) or ('normal', mean, sd) with sd above zero, got {mu_prior!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    return tau_prior, mu_prior


def bayes(yi, vi, tau_prior=("halfnormal", 0.5), mu_prior=("flat",), level=0.95):
    """Posterior of the average effect, of tau, of each study's effect and of a new one.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects and their variances; one study is enough.
    tau_prior : (str, float)
        "halfnormal" or "halfcauchy" with a scale, or "uniform" with the upper end, in the unit of yi.
    mu_prior : ("flat",) or ("normal", mean, sd)
    level : float
        Level of the central intervals.

    Returns
    -------
    Bayes
        `estimate`, `median`, `se`, `ci_low`, `ci_high`: mean, median, standard deviation and interval of the average
        effect; `p_positive`: probability that it is above 0; `tau` (median), `tau_mean`, `tau_low`, `tau_high`, `tau2` (of the
        median); `pi_low`, `pi_high`: interval of the effect of a new study; `shrinkage...` (k,): the studies' own effects.

    Raises
    ------
    ValueError
        Names the argument.

    Notes
    -----
    p(tau | y) is proportional to p(tau) V^(1/2) prod(vi + tau^2)^(-1/2) exp(-Q(tau) / 2) with V the variance of mu given
    tau; given tau all else is normal, so every posterior is a mixture of normal distributions over the nodes.

    References
    ----------
    Roever 2020, J Stat Softw 93(6), section 2 [roever2020].
    """
    yi, vi = arguments.studies(yi, vi)
    tau_prior, mu_prior = checked(tau_prior, mu_prior, level)
    tau, weights, edges, density = nodes_and_weights(yi, vi, tau_prior, mu_prior)
    m, s, _ = conditional(tau, yi, vi, mu_prior)
    mean = float(weights @ m)
    low, high = (1 - level) / 2, (1 + level) / 2
    predictive = np.sqrt(s**2 + tau**2)
    B = vi / (vi + tau[:, None] ** 2)
    own = (1 - B) * yi + B * m[:, None]
    own_sd = np.sqrt((1 - B) * vi + (B * s[:, None]) ** 2)
    theta = weights @ own
    median = tau_quantile(0.5, edges, density)
    return Bayes(
        estimate=mean,
        median=mixture_quantile(0.5, weights, m, s),
        se=float(np.sqrt(weights @ (s**2 + (m - mean) ** 2))),
        ci_low=mixture_quantile(low, weights, m, s),
        ci_high=mixture_quantile(high, weights, m, s),
        p_positive=float(weights @ scipy.special.ndtr(m / s)),
        tau=median,
        tau_mean=float(weights @ tau),
        tau_low=tau_quantile(low, edges, density),
        tau_high=tau_quantile(high, edges, density),
        tau2=median**2,
        pi_low=mixture_quantile(low, weights, m, predictive),
        pi_high=mixture_quantile(high, weights, m, predictive),
        shrinkage=theta,
        shrinkage_se=np.sqrt(weights @ (own_sd**2 + (own - theta) ** 2)),
        shrinkage_low=np.array([mixture_quantile(low, weights, own[:, i], own_sd[:, i]) for i in range(len(yi))]),
        shrinkage_high=np.array([mixture_quantile(high, weights, own[:, i], own_sd[:, i]) for i in range(len(yi))]),
        k=len(yi),
        level=level,
        tau_prior=tau_prior,
        mu_prior=mu_prior,
    )
