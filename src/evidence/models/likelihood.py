"""Sums over studies from which every estimator of tau2 is made, for many data sets at once.

Notation of Viechtbauer 2005 [viechtbauer2005]: W = diag(1 / (vi + tau2)) and
P = W - W X (X'WX)^-1 X'W. Arrays are (k, m): k studies, m data sets or m values
of tau2; an absent study has an infinite variance and so no weight. `Q` is an
orthonormal basis of the columns of X, or None for an intercept alone: nothing
here depends on which basis of X is taken, but for a constant of the likelihood.
"""

import numpy as np


def column_sums(a, b):
    """Sum of a * b over studies."""
    return np.einsum("km,km->m", a, b)


def inner(Q, weights):
    """Q' diag(weights) Q for each column of `weights`: shape (m, p, p)."""
    p = Q.shape[1]
    products = (Q[:, :, None] * Q[:, None, :]).reshape(len(Q), p * p)
    return (weights.T @ products).reshape(-1, p, p)


def inverse(S):
    """Inverses of symmetric positive definite matrices (m, p, p), by formula for p = 2."""
    if S.shape[1] != 2:
        return np.linalg.inv(S)
    a, b, d = S[:, 0, 0], S[:, 0, 1], S[:, 1, 1]
    return np.array([[d, -b], [-b, a]]).transpose(2, 0, 1) / (a * d - b * b)[:, None, None]


def residuals(w, Y, Q):
    """Weighted least squares residuals, shape (k, m), and (Q'WQ)^-1, None for an intercept."""
    if Q is None:
        return Y - column_sums(w, Y) / w.sum(0), None
    S = inverse(inner(Q, w))
    b = np.einsum("mpq,mq->mp", S, (w * Y).T @ Q)
    return Y - Q @ b.T, S


def generalised_q(tau2, Y, V, Q=None):
    """Generalised Q statistic Y'PY, DerSimonian & Kacker 2007 eq. 6 [dersimonian2007], and its slope -Y'PPY."""
    w = 1 / (V + tau2)
    e, _ = residuals(w, Y, Q)
    we = w * e
    return column_sums(we, e), -column_sums(we, we)


def trace_P(w, S, Q):
    """tr P = sum w - tr((X'WX)^-1 X'W^2 X)."""
    s1 = w.sum(0)
    if Q is None:
        return s1 - column_sums(w, w) / s1
    return s1 - np.einsum("mpq,mqp->m", S, inner(Q, w * w))


def trace_PP(w, S, Q):
    """tr PP."""
    w2 = w * w
    if Q is None:
        s1 = w.sum(0)
        s2 = w2.sum(0)
        return s2 - 2 * column_sums(w2, w) / s1 + (s2 / s1) ** 2
    A, B = S @ inner(Q, w2), S @ inner(Q, w2 * w)
    return w2.sum(0) - 2 * np.einsum("mpp->m", B) + np.einsum("mpq,mqp->m", A, A)


def halves(tau2, Y, V, Q=None, restricted=True):
    """The two halves of the score: Y'PPY, and tr P (REML) or tr W (ML).

    Twice the derivative of the log-likelihood in tau2 is the first less the second, Viechtbauer 2005 eq. 8 and 10.
    Both fall as tau2 grows, because P' = -PP.
    """
    w = 1 / (V + tau2)
    e, S = residuals(w, Y, Q)
    np.multiply(w, e, out=e)
    return column_sums(e, e), trace_P(w, S, Q) if restricted else w.sum(0)


def slopes(tau2, Y, V, Q=None, restricted=True):
    """Halves of the score and what each falls by: 2 Y'PPPY, and tr PP (REML) or tr WW (ML). All fall with tau2."""
    w = 1 / (V + tau2)
    e, S = residuals(w, Y, Q)
    we = w * e
    wwe = w * we
    cubic = column_sums(wwe, we) - fitted_square(w, wwe, S, Q)
    if restricted:
        return column_sums(we, we), trace_P(w, S, Q), 2 * cubic, trace_PP(w, S, Q)
    return column_sums(we, we), w.sum(0), 2 * cubic, column_sums(w, w)


def fitted_square(w, z, S, Q):
    """z'Q (Q'WQ)^-1 Q'z for each column."""
    if Q is None:
        return z.sum(0) ** 2 / w.sum(0)
    u = z.T @ Q
    return np.einsum("mp,mpq,mq->m", u, S, u)


def loglik(tau2, Y, V, Q=None, restricted=True):
    """Log-likelihood up to constants, at each tau2.

    -1/2 (sum log(vi + tau2) + log det X'WX + Y'PY), the middle term for REML alone; Viechtbauer 2005 eq. 7 and 9.
    """
    w = 1 / (V + tau2)
    e, _ = residuals(w, Y, Q)
    present = np.isfinite(V)
    value = np.log(np.where(present, V + tau2, 1.0)).sum(0) + column_sums(w * e, e)
    if restricted:
        value = value + (np.log(w.sum(0)) if Q is None else np.linalg.slogdet(inner(Q, w))[1])
    return -value / 2
