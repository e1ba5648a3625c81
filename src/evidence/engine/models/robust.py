"""Cluster-robust variances with small-sample corrections."""

from dataclasses import dataclass

import numpy as np

from evidence.engine.models.multilevel import Multilevel, cluster_codes
from evidence.engine.models.uni import Fit
from evidence.engine.numerics import arguments, distributions

SINGULAR = 1e-12


@dataclass(frozen=True, eq=False)
class Robust:
    """Coefficients with cluster-robust standard errors; see `robust`."""

    kind: str
    level: float
    beta: np.ndarray
    vcov: np.ndarray
    estimate: float
    se: float
    stat: float
    p: float
    df: float
    ci_low: float
    ci_high: float
    k: int
    n_clusters: int


def robust(fit, cluster, vcov="CR2", level=0.95):
    """Cluster-robust standard errors of a fitted model.

    Parameters
    ----------
    fit : Fit or Multilevel
        Result of `rma` or `multilevel`.
    cluster : sequence, length k
        Label of the cluster of each effect; for a multilevel model clusters as fitted, or unions of them.
    vcov : {"CR2", "CR1"}
        CR2: residuals adjusted so that the variance is unbiased if the fitted covariance holds, Satterthwaite
        degrees of freedom. CR1: factor n / (n - p) and n - p degrees of freedom, n the number of clusters.
    level : float
        Level of the intervals.

    Returns
    -------
    Robust
        `estimate se stat p df ci_low ci_high` (numbers, or arrays (p,) with moderators), `beta`, `vcov` (p,
        p), `k`, `n_clusters`.

    Raises
    ------
    ValueError
        For no more clusters than coefficients, or clusters that cut those of the fit.

    Notes
    -----
    Weights and working model are those of the fit: W = Phi^-1 with Phi = diag(vi + tau2), or the marginal
    covariance of the multilevel model. With M = (X'WX)^-1, residuals ei and Xi, Wi of cluster i: V = M (sum
    Xi'Wi Ai ei ei'Ai'Wi Xi) M; CR1 has Ai = I; CR2 Ai = Di'Bi^(-1/2) Di with Phi_i = Di'Di and Bi = Di (Phi_i
    - Xi M Xi') Di', Moore-Penrose where singular.

    References
    ----------
    Pustejovsky & Tipton 2018, J Bus Econ Stat 36:672, sections 2 and 3 [pustejovsky2018]; Bell & McCaffrey
    2002 [bell2002]; Hedges, Tipton & Johnson 2010 [hedges2010].
    """
    arguments.choice("vcov", vcov, tuple(SCORES))
    arguments.level(level)
    if not isinstance(fit, (Fit, Multilevel)):
        raise ValueError(f"fit must be a result of rma or multilevel, got {type(fit).__name__}")
    k, p = fit.X.shape
    codes = cluster_codes(cluster, k)
    number = int(codes.max()) + 1
    if number <= p:
        raise ValueError(f"cluster must hold more clusters than coefficients, got {number} for {p}")
    blocks = split(codes)
    covariances = working_model(fit, blocks, codes)
    roots = [np.linalg.cholesky(Phi) for Phi in covariances]
    Z = [np.linalg.solve(L, fit.X[rows]) for L, rows in zip(roots, blocks, strict=True)]
    M = bread(Z)
    check_estimable(Z, M)
    G = [SCORES[vcov](L, z, M) for L, z in zip(roots, Z, strict=True)]
    e = fit.yi - fit.X @ fit.beta
    scores = np.array([g.T @ e[rows] for g, rows in zip(G, blocks, strict=True)])
    df = degrees_of_freedom(fit.X, blocks, roots, G, M)
    V = scores.T @ scores
    if vcov == "CR1":
        V, df = number / (number - p) * V, np.full(p, float(number - p))
    se = np.sqrt(np.diag(V))
    without_error = np.where(fit.beta == 0, 0.0, np.copysign(np.inf, fit.beta))
    stat = np.divide(fit.beta, se, out=without_error, where=se > 0)
    half = distributions.quantile((1 + level) / 2, df) * se
    pick = (lambda values: float(values[0])) if np.ndim(fit.estimate) == 0 else (lambda values: values)
    return Robust(
        kind=vcov, level=level, beta=fit.beta, vcov=V, estimate=fit.estimate, se=pick(se), stat=pick(stat),
        p=pick(distributions.two_sided_p(stat, df)), df=pick(df), ci_low=pick(fit.beta - half),
        ci_high=pick(fit.beta + half), k=k, n_clusters=number,
    )  # fmt: skip


def split(codes):
    """Rows of each cluster."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])


def working_model(fit, blocks, codes):
    """Covariance of the effects of each cluster under the fitted model."""
    if not isinstance(fit, Multilevel):
        return [np.diag(fit.vi[rows] + fit.tau2) for rows in blocks]
    first = np.unique(fit.cluster, return_index=True)[1]
    cut = codes != codes[first][fit.cluster]
    if cut.any():
        index = int(np.argmax(cut))
        raise ValueError(f"cluster[{index}] must be that of the other effects of its cluster in the fit")
    between, within = fit.sigma2
    same = [fit.cluster[rows][:, None] == fit.cluster[rows] for rows in blocks]
    return [between * s + np.diag(fit.vi[rows] + within) for s, rows in zip(same, blocks, strict=True)]


def bread(Z):
    """M = (X'WX)^-1 from the whitened designs Zi = Li^-1 Xi, by QR."""
    inverse = np.linalg.inv(np.linalg.qr(np.concatenate(Z), mode="r"))
    return inverse @ inverse.T


def check_estimable(Z, M):
    """Raise ValueError where a cluster alone determines a coefficient, in whole or part.

    Its residuals then say nothing of that coefficient.
    """
    for cluster, z in enumerate(Z):
        values, vectors = np.linalg.eigh(np.eye(len(z)) - z @ M @ z.T)
        share = ((vectors[:, values <= SINGULAR].T @ z @ M) ** 2).sum(0) / np.diag(M)
        if (share > 1e-8).any():
            column = int(np.argmax(share > 1e-8))
            fault = f"cluster {cluster} (counted from 0) alone fixes its coefficient"
            raise ValueError(f"X[:, {column}] must vary beyond one cluster, but {fault}")


def plain(L, Z, M):
    """Wi Xi M of one cluster, from the root Phi_i = L L' and Zi = L^-1 Xi [hedges2010]."""
    return np.linalg.solve(L.T, Z @ M)


def adjusted(L, Z, M):
    """Ai'Wi Xi M of one cluster [pustejovsky2018], from the root Phi_i = L L' and Zi = L^-1 Xi.

    With Di = L' and N = I - Zi M Zi', Bi = (L'L) N (L'L): N tells the rank of Bi, and a root of N gives that
    of Bi without squaring the variances.
    """
    values, vectors = np.linalg.eigh(np.eye(len(L)) - Z @ M @ Z.T)
    kept = values > SINGULAR
    K = (np.sqrt(values[kept]) * vectors[:, kept]).T @ L.T @ L
    _, s, Vt = np.linalg.svd(K, full_matrices=False)
    return L @ (Vt.T / s) @ (Vt @ (Z @ M))


def degrees_of_freedom(X, blocks, roots, G, M):
    """Satterthwaite's 2 E^2 / Var of each variance under the working model, section 3 [pustejovsky2018].

    The scores gi'ei of the clusters have covariance diag(q) - U M U', qi = gi'Phi_i gi and Ui = gi'Xi.
    """
    q = np.array([((L.T @ g) ** 2).sum(0) for L, g in zip(roots, G, strict=True)])
    U = np.array([X[rows].T @ g for g, rows in zip(G, blocks, strict=True)])
    df = np.empty(len(M))
    for j in range(len(M)):
        UM = U[:, :, j] @ M
        shared = (UM * U[:, :, j]).sum(1)
        cross = U[:, :, j].T @ UM
        expected = q[:, j].sum() - shared.sum()
        df[j] = expected**2 / ((q[:, j] ** 2).sum() - 2 * (q[:, j] * shared).sum() + (cross * cross.T).sum())
    return df


SCORES = {"CR2": adjusted, "CR1": plain}
