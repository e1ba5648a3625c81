"""Estimators of the variance between studies, tau2.

Each takes effects and variances, (k,) or (k, m) with infinite variances for absent studies, the design X
(k, p), None for an intercept alone, and what `evidence.engine.models.forms.prepare` makes of them, where the caller
has it already; and returns tau2, a number or an array (m,).
"""

import numpy as np

from evidence.engine.models.forms import prepare
from evidence.engine.models.maxima import highest
from evidence.engine.models.sums import TINY
from evidence.engine.numerics.roots import rise


def df(data):
    """Degrees of freedom k - p; 1 for a lone study, whose sums are all 0."""
    return np.maximum(data.k - data.p, 1)


def equal_effects(yi, vi, X=None, data=None):
    """EE: no variance between studies, tau2 = 0 by assumption [hedges1985]."""
    return 0.0 if yi.ndim == 1 else np.zeros(yi.shape[1])


def dersimonian_laird(yi, vi, X=None, data=None):
    """DL: (Y'PY - (k - p)) / tr P with tau2 = 0 in P, DerSimonian & Laird 1986 [dersimonian1986]."""
    data = data or prepare(yi, vi, X)
    zero = np.zeros_like(data.scale)
    Q, _ = data.q(zero)
    _, trace, _, _ = data.at(zero)
    return shaped(data, np.maximum(0, (Q - df(data)) / (trace + TINY)))


def hedges(yi, vi, X=None, data=None):
    """HE: (RSS - tr PV) / (k - p) with the P of ordinary least squares, Hedges & Olkin 1985 [hedges1985]."""
    data = data or prepare(yi, vi, X)
    present = np.isfinite(vi)
    spread = np.where(present, vi, 0.0) / data.scale
    trace = (spread * (1 - leverages(present, X))).sum(0)
    return shaped(data, np.maximum(0, (data.rss - trace) / df(data)))


def leverages(present, X):
    """Diagonal of the ordinary hat matrix of the studies present, shape of `present`."""
    if X is None:
        return present / present.sum(0)
    if present.all():
        h = (np.linalg.qr(X)[0] ** 2).sum(1)
        return h if present.ndim == 1 else h[:, None]
    hats = np.zeros(present.shape)
    for column in range(present.shape[1]):
        rows = present[:, column]
        hats[rows, column] = (np.linalg.qr(X[rows])[0] ** 2).sum(1)
    return hats


def hunter_schmidt(yi, vi, X=None, data=None):
    """HS: (Y'PY - k) / sum(1 / vi) with tau2 = 0 in P, Hunter & Schmidt 1990 [hunter1990]."""
    data = data or prepare(yi, vi, X)
    Q, _ = data.q(np.zeros_like(data.scale))
    return shaped(data, np.maximum(0, (Q - data.k) / (data.scale / vi).sum(0)))


def sidik_jonkman_start(yi, vi):
    """Variance of the effects with divisor k, the first value of Sidik & Jonkman 2005 [sidik2005]."""
    present = np.isfinite(vi)
    k = present.sum(0)
    mean = np.where(present, yi, 0.0).sum(0) / k
    return np.where(present, (yi - mean) ** 2, 0.0).sum(0) / k


def sidik_jonkman(yi, vi, X=None, data=None):
    """SJ: t Y'PY / (k - p), tau2 = t in P, t the effects' variance; Sidik & Jonkman 2005 [sidik2005]."""
    data = data or prepare(yi, vi, X)
    start = sidik_jonkman_start(yi, vi) / data.scale
    return shaped(data, start * data.q(start)[0] / df(data))


def q_root(yi, vi, X, target):
    """tau2 at which Y'PY is `target`, 0 if it is less at 0; DerSimonian & Kacker 2007 [dersimonian2007]."""
    data = prepare(yi, vi, X)
    return shaped(data, rise(data.q, target, np.zeros_like(data.scale)))


def paule_mandel(yi, vi, X=None, data=None):
    """PM: the tau2 at which Y'PY = k - p, 0 if it is less at 0; Paule & Mandel 1982 [paule1982]."""
    data = data or prepare(yi, vi, X)
    return shaped(data, rise(data.q, df(data), np.zeros_like(data.scale)))


def empirical_bayes(yi, vi, X=None, data=None):
    """EB: the root of sum wi (k / (k - p) (yi - fit)^2 - (vi + tau2)), Morris 1983 [morris1983].

    With wi = 1 / (vi + tau2) this is Y'PY = k - p: the Paule-Mandel equation (Viechtbauer et al. 2015
    [viechtbauer2015]).
    """
    return paule_mandel(yi, vi, X, data)


def maximum_likelihood(yi, vi, X=None, data=None):
    """ML: the global maximum over tau2 >= 0 of -1/2 (sum log(vi + tau2) + Y'PY).

    Viechtbauer 2005 [viechtbauer2005]; how it is found: `evidence.engine.models.maxima`.
    """
    data = data or prepare(yi, vi, X)
    return shaped(data, highest(data, restricted=False))


def restricted_maximum_likelihood(yi, vi, X=None, data=None):
    """REML: the global maximum over tau2 >= 0 of -1/2 (sum log(vi + tau2) + log det X'WX + Y'PY).

    Viechtbauer 2005 [viechtbauer2005]; how it is found: `evidence.engine.models.maxima`.
    """
    data = data or prepare(yi, vi, X)
    return shaped(data, highest(data, restricted=True))


def shaped(data, tau2):
    """tau2 in the units of the variances, a number for one data set."""
    return float(np.asarray(data.scale * tau2).item()) if data.single else data.scale * tau2


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
