"""Sums over studies from which every estimator of tau2 is made, for many data sets at once.

Notation of Viechtbauer 2005 [viechtbauer2005]: W = diag(1 / (vi + tau2)) and
P = W - W X (X'WX)^-1 X'W. Arrays are (k, m): k studies, m data sets or m values
of tau2; an absent study has an infinite variance and so no weight. `Q` is an
orthonormal basis of the columns of X, or None for an intercept alone: nothing
here depends on which basis of X is taken, but for constants of the likelihood.
"""

import numpy as np


def inner(Q, weights):
    """Q' diag(weights) Q for each column of `weights`: shape (m, p, p)."""
    return np.einsum("kp,kq,km->mpq", Q, Q, weights, optimize=True)


def residuals(w, Y, Q):
    """Weighted least squares residuals, shape (k, m), and (Q'WQ)^-1, None for an intercept."""
    if Q is None:
        return Y - (w * Y).sum(0) / w.sum(0), None
    S = np.linalg.inv(inner(Q, w))
    b = np.einsum("mpq,kq,km->mp", S, Q, w * Y, optimize=True)
    return Y - Q @ b.T, S


def generalised_q(tau2, Y, V, Q=None):
    """Generalised Q statistic Y'PY, DerSimonian & Kacker 2007 eq. 6 [dersimonian2007], and its slope -Y'PPY."""
    w = 1 / (V + tau2)
    e, _ = residuals(w, Y, Q)
    we = w * e
    return (we * e).sum(0), -(we * we).sum(0)


def traces(w, S, Q):
    """tr P and tr PP."""
    s1, s2, s3 = w.sum(0), (w * w).sum(0), (w * w * w).sum(0)
    if Q is None:
        return s1 - s2 / s1, s2 - 2 * s3 / s1 + (s2 / s1) ** 2
    A, B = S @ inner(Q, w * w), S @ inner(Q, w * w * w)
    trace = np.einsum("mpp->m", A)
    return s1 - trace, s2 - 2 * np.einsum("mpp->m", B) + np.einsum("mpq,mqp->m", A, A)


def score(tau2, Y, V, Q=None, restricted=True):
    """Derivative of twice the (restricted) log-likelihood in tau2, and its own derivative.

    Y'PPY - tr P (REML) or Y'PPY - tr W (ML), Viechtbauer 2005 eq. 8 and 10; derivative tr PP - 2 Y'PPPY.
    """
    w = 1 / (V + tau2)
    e, S = residuals(w, Y, Q)
    we = w * e
    quadratic = (we * we).sum(0)
    cubic = (w * we * we).sum(0) - fitted_square(w, w * we, S, Q)
    if restricted:
        first, second = traces(w, S, Q)
    else:
        first, second = w.sum(0), (w * w).sum(0)
    return quadratic - first, second - 2 * cubic


def fitted_square(w, z, S, Q):
    """z'Q (Q'WQ)^-1 Q'z for each column."""
    if Q is None:
        return z.sum(0) ** 2 / w.sum(0)
    u = Q.T @ z
    return np.einsum("pm,mpq,qm->m", u, S, u, optimize=True)


def loglik(tau2, Y, V, Q=None, restricted=True):
    """Log-likelihood up to constants, at each tau2.

    -1/2 (sum log(vi + tau2) + log det X'WX + Y'PY), the middle term for REML alone; Viechtbauer 2005 eq. 7 and 9.
    """
    w = 1 / (V + tau2)
    e, _ = residuals(w, Y, Q)
    present = np.isfinite(V)
    value = np.log(np.where(present, V + tau2, 1.0)).sum(0) + (w * e * e).sum(0)
    if restricted:
        value = value + (np.log(w.sum(0)) if Q is None else np.linalg.slogdet(inner(Q, w))[1])
    return -value / 2
