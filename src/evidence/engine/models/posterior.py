"""Posterior of tau in the normal-normal model, and of what is normal given tau."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy

NODES = 16
FALL = 45.0
MOST_PANELS = 3072


def halfnormal(tau, scale):
    """Log density of the half-normal prior up to a constant: -tau^2 / (2 scale^2)."""
    return -((tau / scale) ** 2) / 2


def halfcauchy(tau, scale):
    """Log density of the half-Cauchy prior up to a constant: -log(1 + (tau / scale)^2) [gelman2006]."""
    return -np.log1p((tau / scale) ** 2)


def uniform(tau, upper):
    """Log density of the uniform prior from 0 to `upper`, up to a constant."""
    return np.zeros_like(tau)


PRIORS = {"halfnormal": halfnormal, "halfcauchy": halfcauchy, "uniform": uniform}


@dataclass(frozen=True, eq=False)
class Tau:
    """Posterior of tau: quadrature nodes with their probabilities, and what its quantiles need.

    `density` is that of x, with `tau_of` the increasing function from x to tau; `edges` those of the panels
    in x.
    """

    tau: np.ndarray
    weights: np.ndarray
    edges: np.ndarray
    density: object
    tau_of: object


def conditional(tau, yi, vi, mu_prior):
    """Mean and standard deviation of mu given tau (n,), and log marginal likelihood of tau up to a constant.

    Roever 2020, section 2 [roever2020]; a normal prior enters as one more effect without heterogeneity.
    """
    w = 1 / (vi + tau[:, None] ** 2)
    total, weighted, square = w.sum(1), w @ yi, w @ yi**2
    log = np.log(w).sum(1) / 2
    if mu_prior[0] == "normal":
        _, mean, sd = mu_prior
        total, weighted, square = total + 1 / sd**2, weighted + mean / sd**2, square + (mean / sd) ** 2
    m = weighted / total
    return m, total**-0.5, log - np.log(total) / 2 - (square - weighted * m) / 2


def posterior(yi, vi, tau_prior, mu_prior, moments):
    """Posterior of tau, by Gauss-Legendre panels in x: tau = exp(x), or upper / (1 + exp(-x)) if uniform.

    In x the density is smooth on one scale and falls exponentially at both ends. Panels are halved until
    nothing changes in the twelfth digit. `moments` is the highest power of tau whose mean is finite and
    wanted.
    """
    name, scale = tau_prior
    smallest, spread = np.sqrt(vi.min()), np.ptp(yi) + np.sqrt(vi.max())
    bounded = name == "uniform"
    if bounded:
        ends = np.log(min(1.0, smallest / scale)) - FALL, FALL
    else:
        ends = np.log(min(scale, smallest)) - FALL, np.log(max(scale, spread)) + FALL

    def tau_of(x):
        return scale * scipy.special.expit(x) if bounded else np.exp(x)

    def log_slope(x):
        return scipy.special.log_expit(x) + scipy.special.log_expit(-x) if bounded else x

    def log_density(x):
        tau = tau_of(x)
        return conditional(tau, yi, vi, mu_prior)[2] + PRIORS[name](tau, scale) + log_slope(x)

    low, high = support(lambda x: log_density(x) + moments * np.log(tau_of(x)), *ends)
    low = min(low, support(log_density, *ends)[0])
    return panelled(log_density, low, high, tau_of)


def support(log_density, low, high):
    """Ends of the range outside which a density is below exp(-45) of its top, found on ever finer grids."""
    width = np.inf
    while high - low < width / 2:
        width = high - low
        x = np.linspace(low, high, 129)
        height = log_density(x)
        held = np.flatnonzero(height > height.max() - FALL)
        low, high = x[max(held[0] - 1, 0)], x[min(held[-1] + 1, 128)]
    return low, high


def panelled(log_density, low, high, tau_of):
    """The posterior on panels, twice as many until mass, mean and mean square of x stay."""
    before, panels, (z, w) = np.inf, 24, gauss_legendre()
    while True:
        edges = np.linspace(low, high, panels + 1)
        half = (high - low) / panels / 2
        x = ((edges[:-1] + half)[:, None] + half * z).ravel()
        height = log_density(x)
        weights = np.tile(half * w, panels) * np.exp(height - height.max())
        constant = np.log(weights.sum()) + height.max()
        weights /= weights.sum()
        now = np.array([constant, weights @ x, weights @ x**2])
        if (np.abs(now - before) <= 1e-12 * (1 + np.abs(now))).all() or panels >= MOST_PANELS:
            return Tau(tau_of(x), weights, edges, lambda x: np.exp(log_density(x) - constant), tau_of)
        before, panels = now, 2 * panels


@cache
def gauss_legendre():
    """Nodes and weights of the rule on (-1, 1)."""
    return scipy.special.roots_legendre(NODES)


def tau_quantile(found, probability):
    """Quantile of tau: the panel that holds it, then its place inside by integrating up to a trial value."""
    z, w = gauss_legendre()
    masses = np.concatenate([[0.0], np.cumsum(found.weights.reshape(-1, NODES).sum(1))])
    at = min(int(np.searchsorted(masses, probability, side="right")) - 1, len(masses) - 2)
    start = found.edges[at]

    def excess(x):
        half = (x[0] - start) / 2
        inside = found.density(np.append(start + half + half * z, x[0]))
        return masses[at] + half * (w @ inside[:-1]) - probability, inside[-1:]

    x = increasing_root(excess, np.array([start]), np.array([found.edges[at + 1]]), 1e-13)
    return float(found.tau_of(x)[0])


def mixture_quantiles(probability, weights, means, sds):
    """Quantile of each of several mixtures of n normal distributions: weights (n,), means and sds (n, m)."""
    felt = weights > 1e-17
    weights, means, sds = weights[felt], means[felt], sds[felt]
    centre, reach = weights @ means, 1 / (weights @ (1 / sds))

    def excess(x):
        z = (x - means) / sds
        density = weights @ (np.exp(-z * z / 2) / sds) / np.sqrt(2 * np.pi)
        return weights @ scipy.special.ndtr(z) - probability, density

    unit = reach.copy()
    while ((excess(centre - reach)[0] > 0) | (excess(centre + reach)[0] < 0)).any():
        reach *= 2
    return increasing_root(excess, centre - reach, centre + reach, 1e-13 * unit)


def increasing_root(function, low, high, tolerance):
    """Roots (m,) of increasing functions within brackets: Newton steps where inside, else halving."""
    x = (low + high) / 2
    for _ in range(200):
        value, slope = function(x)
        low, high = np.where(value < 0, x, low), np.where(value < 0, high, x)
        new = x - np.divide(value, slope, out=np.full_like(x, np.inf), where=slope > 0)
        new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
        moved, x = np.abs(new - x), new
        if (moved <= tolerance).all():
            break
    return x
