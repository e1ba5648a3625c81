"""Likelihood of generalised linear mixed models, by quadrature fitted to each study.

A study has one or two arms j with log f_j(eta_j), eta_j = fixed_j'phi + random_j'diag(scales) u, u standard
normal; its likelihood is the integral over u of the product of the arms. Pinheiro & Chao 2006 [pinheiro2006].
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy

MOST_STEPS = 100
NODES = 21
DROP = 40.0
LOG_RANGE = 20.0
SIDES = np.array([[-1.0], [1.0]])


@dataclass(frozen=True, eq=False)
class Mixed:
    """A model of k studies.

    kernels : one a arm, eta (k, n) -> log f, its slope and its negative curvature in eta
    fixed : (arms, f) multipliers of the coefficients phi
    random : (arms, r) multipliers of the random effects
    local : True where the first coefficient is each study's own
    """

    kernels: tuple
    fixed: np.ndarray
    random: np.ndarray
    local: bool


def binomial(x, n, offset=0.0):
    """Kernel of x events among n, the log odds being eta + offset."""
    x, n, offset = (values[:, None] for values in np.broadcast_arrays(x, n, offset))
    constant = -np.log1p(n) - scipy.special.betaln(n - x + 1, x + 1)

    def kernel(eta):
        eta = eta + offset
        p = scipy.special.expit(eta)
        return constant + x * eta - n * np.logaddexp(0, eta), x - n * p, n * p * scipy.special.expit(-eta)

    return kernel


def hypergeometric(a, b, c, d):
    """Kernel of a given the margins of the table, the log odds ratio being eta: noncentral hypergeometric.

    Values further from a than 30 standard deviations and 100 are left out: for every eta that does not make a
    itself less likely than exp(-40) their probability is below rounding.
    """
    n1, n2, m = a + b, c + d, a + c
    near = np.ceil(100 + 30 / np.sqrt(1 / (a + 0.5) + 1 / (b + 0.5) + 1 / (c + 0.5) + 1 / (d + 0.5)))
    low, high = np.maximum(np.maximum(0, m - n2), a - near), np.minimum(np.minimum(n1, m), a + near)
    sizes = (high - low).astype(int) + 1
    starts = np.cumsum(sizes) - sizes
    rows = np.repeat(np.arange(len(a)), sizes)
    s = np.arange(len(rows)) - starts[rows] + low[rows]
    ways = -scipy.special.betaln(n1[rows] - s + 1, s + 1)
    ways -= scipy.special.betaln(n2[rows] - m[rows] + s + 1, m[rows] - s + 1)
    shift = (s - a[rows])[:, None]
    ways = (ways - (ways[shift[:, 0] == 0])[rows])[:, None]

    def kernel(eta):
        exponent = ways + shift * eta[rows]
        top = np.maximum.reduceat(exponent, starts)
        mass = np.exp(exponent - top[rows])
        total = np.add.reduceat(mass, starts)
        mean = np.add.reduceat(shift * mass, starts) / total
        return -top - np.log(total), -mean, np.add.reduceat((shift - mean[rows]) ** 2 * mass, starts) / total

    return kernel


def integrand(model, phi, scales, u):
    """Log of the integrand at u (k, n, r), and slope and negative curvature of each arm in its eta (k, n)."""
    value = -(u**2).sum(2) / 2
    slopes, curvatures = [], []
    for kernel, fixed, random in zip(model.kernels, model.fixed, model.random, strict=True):
        logf, slope, curvature = kernel((phi @ fixed)[:, None] + u @ (random * scales))
        value = value + logf
        slopes.append(slope)
        curvatures.append(curvature)
    return value, slopes, curvatures


def modes(model, phi, scales, u):
    """The u (k, r) at which each study's integrand is highest, and minus the Hessian there: Newton steps."""
    B = model.random * scales
    value, slopes, curvatures = integrand(model, phi, scales, u[:, None, :])
    for _ in range(MOST_STEPS):
        g = sum(slope * b for slope, b in zip(slopes, B, strict=True)) - u
        H = np.eye(len(scales))
        H = H + sum(c[:, :, None] * np.outer(b, b) for c, b in zip(curvatures, B, strict=True))
        step = np.linalg.solve(H, g[:, :, None])[:, :, 0]
        if (np.abs(step) <= 1e-12 * (1 + np.abs(u))).all():
            break
        for _ in range(60):
            new_value, slopes, curvatures = integrand(model, phi, scales, (u + step)[:, None, :])
            lower = new_value[:, 0] < value[:, 0] - 1e-12 * (1 + np.abs(value[:, 0]))
            if not lower.any():
                break
            step[lower] /= 2
        u, value = u + step, new_value
    return u, H


def marginal(model, phi, scales, u):
    """Log-likelihood of each study with its gradient and Hessian in (phi, scales), and the modes of u.

    The derivatives are posterior moments of those of the integrand: with g and H its gradient and Hessian,
    E[g] and E[H + g g'] - E[g] E[g]'; Louis 1982 [louis1982].
    """
    u, H = modes(model, phi, scales, u)
    U, logw = (line if len(scales) == 1 else plane)(model, phi, scales, u, H)
    value, slopes, curvatures = integrand(model, phi, scales, U)
    value = value + logw
    top = value.max(1)
    weight = np.exp(value - top[:, None])
    total = weight.sum(1)
    weight = (weight / total[:, None])[:, :, None]
    loglik = top + np.log(total)
    number = phi.shape[1] + len(scales)
    g, curved = np.zeros((*U.shape[:2], number)), np.zeros((len(phi), number, number))
    for fixed, random, slope, curvature in zip(model.fixed, model.random, slopes, curvatures, strict=True):
        D = np.concatenate([np.broadcast_to(fixed, (*U.shape[:2], len(fixed))), U * random], axis=2)
        g += slope[:, :, None] * D
        curved += np.swapaxes(D, 1, 2) @ (weight * curvature[:, :, None] * D)
    mean = (weight * g).sum(1)
    hessian = np.swapaxes(g, 1, 2) @ (weight * g) - mean[:, :, None] * mean[:, None, :] - curved
    return loglik, mean, hessian, u


def line(model, phi, scales, u, _):
    """Equally spaced points (k, n, 1) from end to end of each study's integrand, and log weights (k, 1).

    The trapezoidal rule is exact to rounding for smooth functions that vanish at both ends once the points
    are close enough [trefethen2014]: the more, the steeper the binomial likelihood in u, that is the larger
    tau. The ends, where it has fallen to exp(-40) of its height, are within sqrt(80) of the mode because of
    the normal density alone.
    """
    number = int(41 + 30 * min(abs(scales[0]), 20))
    top = integrand(model, phi, scales, u[:, None, :])[0]
    log_reach = np.full((len(u), 2), np.log(2 * DROP) / 2)
    for halving in range(1, 10):
        trial = log_reach - LOG_RANGE / 2**halving
        fallen = top - integrand(model, phi, scales, u[:, None, :] + SIDES * np.exp(trial)[:, :, None])[0]
        log_reach = np.where(fallen >= DROP, trial, log_reach)
    reach = SIDES[:, 0] * np.exp(log_reach)
    step = (reach[:, 1:] - reach[:, :1]) / (number - 1)
    U = u + reach[:, :1] + step * np.arange(number)
    return U[:, :, None], np.log(step) - np.log(2 * np.pi) / 2


def plane(model, phi, scales, u, H):
    """Gauss-Hermite points (k, n, 2) about each study's mode, scaled by its curvature, and log weights."""
    z, logw = gauss_hermite()
    L = np.linalg.inv(np.linalg.cholesky(H))
    return u[:, None, :] + z @ L, logw + np.log(np.einsum("krr->kr", L)).sum(1)[:, None]


@lru_cache
def gauss_hermite():
    """Points z (n, 2) of the product rule of the standard normal, and log(weight / density) - log(2 pi)."""
    z, w = scipy.special.roots_hermitenorm(NODES)
    logw = np.log(w) - np.log(2 * np.pi) / 2 + z**2 / 2
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(NODES), np.arange(NODES)))
    return np.column_stack([z[i], z[j]]), logw[i] + logw[j]


def maximise(model, local, shared, free):
    """Newton steps to a maximum over each study's own coefficient and the free ones of the shared parameters.

    Parameters
    ----------
    local : ndarray, shape (k, 0) or (k, 1)
    shared : ndarray, shape (p,)
        The other coefficients, then the scales.
    free : ndarray of bool, shape (p,)

    Returns
    -------
    local, shared, loglik, information (p, p) of the shared parameters, u
        None where the likelihood has no maximum within reach.
    """
    u = np.zeros((len(local), model.random.shape[1]))
    loglik, gradient, hessian, u = at(model, local, shared, u)
    for _ in range(MOST_STEPS):
        information, score, share, own = eliminate(gradient, hessian, local.shape[1])
        step = np.zeros(len(shared))
        index = np.flatnonzero(free)
        step[index] = ascent(information[np.ix_(index, index)], score[index])
        local_step = own - (share @ step)[:, None] if local.shape[1] else local
        gain = score @ step + (gradient[:, : local.shape[1]] * own if local.shape[1] else local).sum()
        done = gain <= 1e-11 * (1 + abs(loglik))
        for halving in range(50):
            trial = local + local_step / 2**halving, shared + step / 2**halving
            found = at(model, *trial, u)
            if found[0] >= loglik - 1e-11 * (1 + abs(loglik)):
                break
        (local, shared), (loglik, gradient, hessian, u) = trial, found
        if done:
            return local, shared, loglik, eliminate(gradient, hessian, local.shape[1])[0], u
        if np.abs(shared).max() > 100:
            break
    return None


def at(model, local, shared, u):
    """Log-likelihood, gradient and Hessian a study, modes, at given parameters."""
    r = model.random.shape[1]
    coefficients = shared[:-r]
    phi = np.column_stack([local, np.broadcast_to(coefficients, (len(u), len(coefficients)))])
    loglik, gradient, hessian, u = marginal(model, phi, shared[-r:], u)
    return loglik.sum(), gradient, hessian, u


def eliminate(gradient, hessian, local):
    """Information and score of the shared parameters, with each study's own coefficient profiled out."""
    if not local:
        return -hessian.sum(0), gradient.sum(0), None, None
    D, B = hessian[:, 0, 0], hessian[:, 0, 1:]
    share = B / D[:, None]
    information = -(hessian[:, 1:, 1:] - share[:, :, None] * B[:, None, :]).sum(0)
    score = (gradient[:, 1:] - share * gradient[:, :1]).sum(0)
    return information, score, share, -gradient[:, :1] / D[:, None]


def ascent(information, score):
    """Newton step, at most 2 long; eigenvalues of an information that is indefinite are made positive."""
    if not len(score):
        return score
    values, vectors = np.linalg.eigh(information)
    values = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
    step = vectors @ ((vectors.T @ score) / values)
    return step * min(1.0, 2 / np.linalg.norm(step)) if step.any() else step
