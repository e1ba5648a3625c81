"""Likelihood of effects nested in clusters, in closed form.

The covariance of the effects of cluster c is Vc = diag(vi + within) + between 11'. With wi = 1 / (vi +
within) and S = sum(wi), Sherman & Morrison give Vc^-1 = diag(wi) - between / (1 + between S) wi wi', and log
det Vc = sum(log(vi + within)) + log(1 + between S): every sum is over effects or clusters, none over pairs.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Nested:
    """Effects sorted by cluster.

    y (k,), v (k,), an orthonormal basis Q (k, p) of the design; for each cluster its first effect, which is
    its most precise, and its number of effects.
    """

    y: np.ndarray
    v: np.ndarray
    Q: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray

    def sums(self, M):
        """Z'M: the sums of the rows of M over each cluster."""
        return np.add.reduceat(M, self.starts, axis=0)

    def spread(self, S):
        """ZS: the row of its cluster for each effect."""
        return np.repeat(S, self.sizes, axis=0)


def inverse_times(data, w, total, between, M):
    """V^-1 M, and Z'V^-1 M: deviations from the weighted cluster mean plus the shrunken mean.

    Deviations are taken from the most precise effect first, so that none is lost where one outweighs the
    others.
    """
    w, total, pivot = w[:, None], total[:, None], M[data.starts]
    D = M - data.spread(pivot)
    mean = data.sums(w * D) / total
    shrunk = (pivot + mean) / (1 + between * total)
    return w * (D - data.spread(mean)) + w * data.spread(shrunk), total * shrunk


def at(data, sigma2):
    """The generalised least squares fit at given components.

    Returns
    -------
    dict
        `w` weights, `total` their cluster sums, `A` = V^-1 Q and `U` = Z'V^-1 Q, `C` = (Q'V^-1 Q)^-1, `b` the
        coefficients of Q, `f` = P y and `u` = Z'P y, `loglik` (ML) and `restricted` (REML) without constants.
    """
    between, within = sigma2
    w = 1 / (data.v + within)
    total = data.sums(w)
    A, U = inverse_times(data, w, total, between, data.Q)
    cross = data.Q.T @ A
    C = np.linalg.inv(cross)
    b = C @ (A.T @ data.y)
    e = data.y - data.Q @ b
    f, u = inverse_times(data, w, total, between, e[:, None])
    deviance = np.log(data.v + within).sum() + np.log1p(between * total).sum() + float(e @ f[:, 0])
    return {
        "w": w, "total": total, "A": A, "U": U, "C": C, "b": b, "f": f[:, 0], "u": u[:, 0],
        "loglik": -deviance / 2, "restricted": -(deviance + np.linalg.slogdet(cross)[1]) / 2,
    }  # fmt: skip


def derivatives(data, sigma2, fit, restricted):
    """Gradient of the log-likelihood in the two components, its negative Hessian and the expected one.

    With J1 = ZZ' and J2 = I: gradient (y'P Ji P y - tr(P Ji)) / 2, negative Hessian y'P Ji P Jj P y - tr(P Ji
    P Jj) / 2, expected information tr(P Ji P Jj) / 2; for ML the traces have V^-1 for P. Searle, Casella &
    McCulloch 1992, chapter 6 [searle1992].
    """
    between = sigma2[0]
    w, total, A, U, C, f, u = (fit[name] for name in ("w", "total", "A", "U", "C", "f", "u"))
    grown = 1 + between * total
    J = [np.column_stack([data.spread(u), f]), np.column_stack([data.spread(U), A])]
    VJ, VJA = (inverse_times(data, w, total, between, M)[0] for M in J)
    quadratic = J[0].T @ VJ - (A.T @ J[0]).T @ C @ (A.T @ J[0])
    squares = data.sums(w * w)
    diagonal = w * (1 + between * (data.spread(total) - w)) / data.spread(grown)
    beside = (data.spread(between / grown) * w) ** 2 * (data.spread(squares) - w * w)
    mixed = (squares / grown**2).sum()
    first = np.array([(total / grown).sum(), diagonal.sum()])
    second = np.array([[((total / grown) ** 2).sum(), mixed], [mixed, (diagonal**2 + beside).sum()]])
    if restricted:
        p = len(C)
        G = [C @ (U.T @ U), C @ (A.T @ A)]
        H = (J[1].T @ VJA).reshape(2, p, 2, p)
        first = first - [np.trace(g) for g in G]
        second = second - 2 * np.einsum("pq,iqjp->ij", C, H) + np.einsum("ipq,jqp->ij", G, G)
    gradient = (np.array([u @ u, f @ f]) - first) / 2
    return gradient, quadratic - second / 2, second / 2


def grid_loglik(data, between, within, restricted):
    """Log-likelihood without constants on a grid of both components, shape (len(within), len(between))."""
    M = np.column_stack([data.Q, data.y - data.Q @ (data.Q.T @ data.y)])
    m = M.shape[1]
    w = 1 / (data.v[:, None] + within)
    total = data.sums(w).T[:, None, :]
    sums = np.stack([data.sums(w * column[:, None]) for column in M.T], axis=2).transpose(1, 0, 2)
    grown = 1 + between[:, None] * total
    products = (sums[:, :, :, None] * sums[:, :, None, :]).reshape(len(within), -1, m * m)
    cross = np.einsum("kp,kq,kg->gpq", M, M, w, optimize=True)[:, None]
    cross = cross - ((between[:, None] / grown) @ products).reshape(len(within), len(between), m, m)
    value = -np.log(w).sum(0)[:, None] + np.log(grown).sum(2)
    XX, Xy = cross[..., :-1, :-1], cross[..., :-1, -1:]
    value = value + cross[..., -1, -1] - (Xy * np.linalg.solve(XX, Xy)).sum((-2, -1))
    if restricted:
        value = value + np.linalg.slogdet(XX)[1]
    return -value / 2
