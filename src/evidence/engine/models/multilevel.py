"""Three-level model: effects in clusters."""

from dataclasses import dataclass

import numpy as np

from evidence.engine.models import bounds, regression
from evidence.engine.models.nested import Nested, at, derivatives, grid_loglik
from evidence.engine.models.uni import rma
from evidence.engine.numerics import arguments, distributions

GRID_STEP = 2.0
MOST_STEPS = 200


@dataclass(frozen=True, eq=False)
class Multilevel:
    """A fitted three-level model; see `multilevel` for what each name holds."""

    yi: np.ndarray
    vi: np.ndarray
    X: np.ndarray
    cluster: np.ndarray
    method: str
    test: str
    level: float
    beta: np.ndarray
    vcov: np.ndarray
    estimate: float
    se: float
    stat: float
    p: float
    df: int | None
    ci_low: float
    ci_high: float
    pi_low: float | None
    pi_high: float | None
    sigma2: np.ndarray
    I2: float
    Q: float
    Q_df: int
    Q_p: float
    loglik: float
    k: int
    n_clusters: int


def multilevel(yi, vi, cluster, X=None, method="REML", test="z", level=0.95):
    """Fit a three-level model: effects within clusters, clusters about the mean.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Effects.
    vi : array_like, shape (k,)
        Sampling variances; sampling errors are independent.
    cluster : sequence, length k
        Label of the cluster (paper, laboratory, cohort) of each effect.
    X : array_like, shape (k,) or (k, q), optional
        Moderators; an intercept is put in front unless a column is constant already.
    method : {"REML", "ML"}
        The global maximum of the restricted or full likelihood.
    test : {"z", "t"}
        Normal, or t with k - p degrees of freedom.
    level : float
        Level of the intervals.

    Returns
    -------
    Multilevel
        `estimate se stat p ci_low ci_high` (numbers, or arrays (p,) with moderators), `df` (None for z),
        `sigma2` (2,): variance between clusters and variance within, `pi_low pi_high` for a new effect of a
        new cluster (None with moderators), `I2` (percent of both components), `Q Q_df Q_p` (all variances
        sampling errors), `loglik` (with its constants), `k` effects, `n_clusters`, `cluster` (codes by first
        appearance), `beta`, `vcov`.

    Raises
    ------
    ValueError
        For arguments that cannot be fitted; for one cluster, or moderators that leave nothing between
        clusters.

    Notes
    -----
    yi = Xi beta + u_c + w_i + e_i with variances sigma2[0], sigma2[1] and vi. The likelihood is computed on a
    grid of both components, every summit of the grid is climbed by Newton steps to its maximum, a component
    at zero included, and the highest is taken. With one effect a cluster only the sum of the components is
    known: it is given as variance between clusters.

    References
    ----------
    Konstantopoulos 2011, Res Synth Methods 2:61 [konstantopoulos2011]; Searle, Casella &
    McCulloch 1992, chapter 6 [searle1992].
    """
    yi, vi = bounds.tame(*arguments.studies(yi, vi, least=2))
    arguments.choice("method", method, ("REML", "ML"))
    arguments.choice("test", test, ("z", "t"))
    arguments.level(level)
    codes = cluster_codes(cluster, len(yi))
    X = regression.design(X, len(yi))
    check_clusters(codes, X)
    data, R = nested(yi, vi, X, codes)
    sigma2 = components(data, method)
    fit = at(data, sigma2)
    inverse = np.linalg.inv(R)
    beta, vcov = inverse @ fit["b"], inverse @ fit["C"] @ inverse.T
    return result(yi, vi, X, codes, sigma2, fit, beta, vcov, method, test, level)


def cluster_codes(cluster, k):
    """Codes 0, 1, ... of the clusters in order of first appearance."""
    labels = np.asarray(cluster, dtype=object).tolist()
    if np.ndim(cluster) != 1:
        raise ValueError(f"cluster must be one-dimensional, got shape {np.shape(cluster)}")
    arguments.same_length(cluster=labels, yi=np.empty(k))
    for index, label in enumerate(labels):
        if label is None or label != label:
            raise ValueError(f"cluster[{index}] must be a label, got {label}")
    numbers = {}
    return np.array([numbers.setdefault(label, len(numbers)) for label in labels])


def check_clusters(codes, X):
    """Raise ValueError where the data cannot tell the variance between clusters."""
    k, p = X.shape
    number = codes.max() + 1
    if number < 2:
        raise ValueError("cluster must hold at least 2 clusters, got 1")
    least = p + 1 if number == k else p + 2
    if k < least:
        raise ValueError(f"yi must hold at least {least} effects for {p} coefficients, got {k}")
    if number <= p:
        indicators = (codes[:, None] == np.arange(number)).astype(float)
        if np.linalg.matrix_rank(np.column_stack([X, indicators])) == np.linalg.matrix_rank(X):
            raise ValueError(f"X must not describe all {number} clusters, got {p} columns that do")


def nested(yi, vi, X, codes):
    """The data sorted by cluster, with X = Q R."""
    order = np.lexsort([vi, codes])
    sizes = np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    Q, R = np.linalg.qr(X)
    return Nested(yi[order], vi[order], Q[order], starts, sizes), R


def components(data, method):
    """Both variances at the highest maximum of the likelihood."""
    if (data.sizes == 1).all():
        return np.array([rma(data.y, data.v, data.Q, method=method, intercept=False).tau2, 0.0])
    restricted = method == "REML"
    climbs = [climb(data, start, free, restricted) for start, free in summits(data, restricted)]
    return max(climbs, key=lambda climbed: climbed[1])[0]


def summits(data, restricted):
    """Starts of climbs, and the components that are free in the first part of each.

    The points that no neighbour exceeds, on a grid from a tenth of the smallest variance (of an effect, of a
    cluster's mean) to beyond the last possible maximum, and 0; likewise on the two edges, where one component
    is 0.
    """
    residual = data.y - data.Q @ (data.Q.T @ data.y)
    high = 4 * residual @ residual + data.v.min()
    smallest = 1 / data.sums(1 / data.v).max(), data.v.min()
    axes = [np.append(0.0, geometric(low / 10, high)) for low in smallest]
    value = grid_loglik(data, *axes, restricted)
    tops = [(place, (True, True)) for place in np.argwhere(local_maxima(value))]
    tops += [((0, place), (True, False)) for place in edge_summits(value[0], value[1])]
    tops += [((place, 0), (False, True)) for place in edge_summits(value[:, 0], value[:, 1])]
    return [(np.array([axes[0][column], axes[1][row]]), free) for (row, column), free in tops]


def edge_summits(edge, inside):
    """Places of the local maxima of an edge, but for those beside which the likelihood rises inwards."""
    falls = np.pad(inside <= edge + 1e-12 * (1 + np.abs(edge)), 1)
    return np.flatnonzero(local_maxima(edge[None])[0] & (falls[:-2] | falls[1:-1] | falls[2:]))


def local_maxima(value):
    """True where none of the eight neighbours is higher; of equal ones the first."""
    rows, columns = value.shape
    padded = np.pad(value, 1, constant_values=-np.inf)
    highest = np.ones_like(value, bool)
    for i, j in ((i, j) for i in (0, 1, 2) for j in (0, 1, 2) if (i, j) != (1, 1)):
        neighbour = padded[i : i + rows, j : j + columns]
        highest &= (value > neighbour) if (i, j) < (1, 1) else (value >= neighbour)
    return highest


def geometric(low, high):
    """Values from `low` to at least `high` by factors of `GRID_STEP`."""
    return low * GRID_STEP ** np.arange(int(np.ceil(np.log(high / low) / np.log(GRID_STEP))) + 1)


def climb(data, sigma2, first_free, restricted):
    """Newton steps to a maximum over components not below zero, along an edge first from a start on one.

    Where the Hessian has no maximum the expected information stands for it; a step that leads down is halved.
    """
    name = "restricted" if restricted else "loglik"
    smallest = 1e-13 * np.median(data.v)
    fit, allowed = at(data, sigma2), np.array(first_free)
    for _ in range(MOST_STEPS):
        gradient, observed, expected = derivatives(data, sigma2, fit, restricted)
        free = allowed & ((sigma2 > 0) | (gradient > 0))
        before = sigma2
        if free.any():
            sigma2, fit = uphill(data, sigma2, newton_step(gradient, observed, expected, free), fit, name)
        if (np.abs(sigma2 - before) <= 1e-12 * sigma2 + smallest).all():
            if allowed.all():
                break
            allowed[:] = True
    return sigma2, fit[name]


def newton_step(gradient, observed, expected, free):
    """Step in the free components, 0 in the others."""
    step = np.zeros(2)
    index = np.flatnonzero(free)
    information = observed[np.ix_(index, index)]
    diagonal = np.diag(expected)[index]
    scaled = information / np.sqrt(np.outer(diagonal, diagonal))
    if np.linalg.eigvalsh(scaled)[0] < 1e-6:
        information = expected[np.ix_(index, index)] + 1e-6 * np.diag(diagonal)
    step[index] = np.linalg.solve(information, gradient[index])
    return step


def uphill(data, sigma2, step, fit, name):
    """The first of step, step / 2, step / 4, ... that does not lead down, cut at zero."""
    slack = 1e-12 * (1 + abs(fit[name]))
    for halving in range(60):
        new = np.maximum(sigma2 + step / 2**halving, 0)
        new_fit = at(data, new)
        if new_fit[name] >= fit[name] - slack:
            return new, new_fit
    return sigma2, fit


def result(yi, vi, X, codes, sigma2, fit, beta, vcov, method, test, level):
    """The result at the given components."""
    k, p = X.shape
    df = None if test == "z" else k - p
    se = np.sqrt(np.diag(vcov))
    crit = distributions.quantile((1 + level) / 2, df)
    plain = p == 1 and (X == 1).all()
    half = float(crit * np.sqrt(vcov[0, 0] + sigma2.sum())) if plain else None
    pick = (lambda values: float(values[0])) if plain else (lambda values: values)
    loglik = fit["loglik"] - k * np.log(2 * np.pi) / 2
    if method == "REML":
        loglik = fit["restricted"] - (k - p) * np.log(2 * np.pi) / 2
    return Multilevel(
        yi=yi,
        vi=vi,
        X=X,
        cluster=codes,
        method=method,
        test=test,
        level=level,
        beta=beta,
        vcov=vcov,
        estimate=pick(beta),
        se=pick(se),
        stat=pick(beta / se),
        p=pick(distributions.two_sided_p(beta / se, df)),
        df=df,
        ci_low=pick(beta - crit * se),
        ci_high=pick(beta + crit * se),
        pi_low=float(beta[0]) - half if plain else None,
        pi_high=float(beta[0]) + half if plain else None,
        sigma2=sigma2,
        **heterogeneity(yi, vi, X, float(sigma2.sum())),
        loglik=float(loglik),
        k=k,
        n_clusters=int(codes.max()) + 1,
    )


def heterogeneity(yi, vi, X, total):
    """Q with sampling errors alone, and I2 with the typical variance (k - p) / tr P [higgins2002]."""
    k, p = X.shape
    w = 1 / vi
    beta, inverse = regression.coefficients(yi, w, X)
    Q = float((w * (yi - X @ beta) ** 2).sum())
    typical = float((k - p) / (w.sum() - np.trace(inverse @ (X.T * w**2) @ X)))
    Q_p = float(distributions.chi2_p(Q, k - p))
    return {"Q": Q, "Q_df": k - p, "Q_p": Q_p, "I2": 100 * total / (total + typical)}
