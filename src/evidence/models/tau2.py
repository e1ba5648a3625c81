"""Estimators of the variance between studies, tau2.

Each takes Y (k, m), V (k, m) or (k, 1) with infinite variance for an absent
study, and Q (see `evidence.models.likelihood`), and returns tau2 (m,).
"""

import numpy as np

from evidence.models.likelihood import generalised_q, residuals, trace_P
from evidence.models.maximum import maximum
from evidence.models.roots import bracketed_newton


def size(V, Q):
    """Number of studies and of coefficients, per data set."""
    k = np.isfinite(V).sum(0)
    return k, 1 if Q is None else Q.shape[1]


def at_zero(Y, V, Q):
    """Weights, Q statistic and trace of P at tau2 = 0."""
    w = np.broadcast_to(1 / V, Y.shape)
    e, S = residuals(w, Y, Q)
    return w, (w * e * e).sum(0), trace_P(w, S, Q)


def equal_effects(Y, V, Q=None):
    """EE: no variance between studies, tau2 = 0 by assumption."""
    return np.zeros(Y.shape[1])


def dersimonian_laird(Y, V, Q=None):
    """DL: (Q - (k - p)) / tr P, DerSimonian & Laird 1986 eq. 8 [dersimonian1986]; with moderators Raudenbush 2009."""
    k, p = size(V, Q)
    _, q, trace = at_zero(Y, V, Q)
    return np.maximum(0, (q - (k - p)) / trace)


def ordinary(Y, V, Q):
    """Residual sum of squares of ordinary least squares, and tr(P V) with its P."""
    present = np.isfinite(V) & np.ones_like(Y, bool)
    w = present.astype(float)
    e, S = residuals(w, Y, Q)
    v = np.where(present, V, 0.0)
    if Q is None:
        hat = np.broadcast_to(1 / w.sum(0), w.shape)
    else:
        hat = np.einsum("kp,mpq,kq->km", Q, S, Q, optimize=True)
    return (w * e * e).sum(0), (w * v * (1 - hat)).sum(0)


def hedges(Y, V, Q=None):
    """HE: (RSS - tr(P V)) / (k - p) from ordinary least squares, Hedges & Olkin 1985 eq. 9.20 [hedges1985]."""
    k, p = size(V, Q)
    rss, trace = ordinary(Y, V, Q)
    return np.maximum(0, (rss - trace) / (k - p))


def hunter_schmidt(Y, V, Q=None):
    """HS: (Q - k) / sum(wi), Hunter & Schmidt 1990; Viechtbauer 2005 eq. 5 [viechtbauer2005]."""
    k, _ = size(V, Q)
    w, q, _ = at_zero(Y, V, Q)
    return np.maximum(0, (q - k) / w.sum(0))


def sidik_jonkman_start(Y, V):
    """Variance of the effects over k, the first value of Sidik & Jonkman 2005 [sidik2005]."""
    present = np.isfinite(V) & np.ones_like(Y, bool)
    k = present.sum(0)
    mean = np.where(present, Y, 0).sum(0) / k
    return np.where(present, (Y - mean) ** 2, 0).sum(0) / k


def sidik_jonkman(Y, V, Q=None):
    """SJ: tau2_0 Y'PY / (k - p) with weights 1 / (vi + tau2_0), Sidik & Jonkman 2005 eq. 3 [sidik2005]."""
    k, p = size(V, Q)
    start = sidik_jonkman_start(Y, V)
    return start * generalised_q(start, Y, V, Q)[0] / (k - p)


def q_root(Y, V, Q, target, scale=None):
    """tau2 at which the generalised Q statistic equals `target`; 0 where it is below at tau2 = 0.

    Q falls from its value at 0 towards 0, so that the root is unique.
    """
    target = np.broadcast_to(np.asarray(target, float), (Y.shape[1],))
    zero = np.zeros(Y.shape[1])
    typical = 1 / (1 / V).max(0)
    positive = generalised_q(zero, Y, V, Q)[0] > target
    high = np.broadcast_to(typical, zero.shape).copy()
    for _ in range(2000):
        short = positive & (generalised_q(high, Y, V, Q)[0] > target)
        if not short.any():
            break
        high = np.where(short, 4 * high, high)

    def gap(tau2):
        value, slope = generalised_q(tau2, Y, V, Q)
        return value - target, slope

    return np.where(positive, bracketed_newton(gap, zero, high, np.broadcast_to(typical, zero.shape)), 0.0)


def paule_mandel(Y, V, Q=None):
    """PM: the tau2 at which Q(tau2) = k - p, Paule & Mandel 1982 [paule1982]; 0 where Q(0) is below."""
    k, p = size(V, Q)
    return q_root(Y, V, Q, k - p)


def empirical_bayes(Y, V, Q=None):
    """EB: Morris 1983 [morris1983]; its fixed point is the Paule-Mandel equation (Viechtbauer et al. 2015)."""
    return paule_mandel(Y, V, Q)


def maximum_likelihood(Y, V, Q=None):
    """ML: the global maximum of the likelihood over tau2 >= 0, Viechtbauer 2005 eq. 7 [viechtbauer2005]."""
    return maximum(Y, V, Q, restricted=False)


def restricted_maximum_likelihood(Y, V, Q=None):
    """REML: the global maximum of the restricted likelihood, Viechtbauer 2005 eq. 9 [viechtbauer2005]."""
    return maximum(Y, V, Q, restricted=True)


TAU2 = {
    "EE": equal_effects,
    "DL": dersimonian_laird,
    "HE": hedges,
    "HS": hunter_schmidt,
    "SJ": sidik_jonkman,
    "ML": maximum_likelihood,
    "REML": restricted_maximum_likelihood,
    "EB": empirical_bayes,
    "PM": paule_mandel,
}
