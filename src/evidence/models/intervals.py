"""Intervals of tau2."""

import numpy as np

from evidence.arguments import choice
from evidence.models import distributions
from evidence.models.likelihood import loglik
from evidence.models.tau2 import q_root


def tau2_interval(fit, kind, level):
    """Interval of tau2.

    Parameters
    ----------
    fit : Fit
    kind : {"qprofile", "profile"}
        Q-profile: the values of tau2 at which Q(tau2) equals the quantiles of chi-squared with k - p degrees of
        freedom. Profile: those at which the (restricted) likelihood has fallen by half the quantile of
        chi-squared with 1; for ML and REML.
    level : float

    Returns
    -------
    low, high : float

    References
    ----------
    Viechtbauer 2007, Stat Med 26:37, section 2.7 (Q-profile) and 2.1 (profile likelihood) [viechtbauer2007].
    """
    choice("kind", kind, ("qprofile", "profile"))
    if fit.k <= fit.X.shape[1]:
        raise ValueError(f"yi must hold more studies than X has columns for an interval of tau2, got {fit.k}")
    from evidence.models.regression import basis

    return (q_profile if kind == "qprofile" else profile)(fit, basis(fit.X), level)


def q_profile(fit, Q, level):
    """Roots of the generalised Q statistic; 0 where Q(0) is below."""
    Y, V = fit.yi[:, None], fit.vi[:, None]
    df = fit.k - fit.X.shape[1]
    bounds = [
        float(q_root(Y, V, Q, distributions.chi2_quantile(probability, df))[0]) for probability in ((1 + level) / 2, (1 - level) / 2)
    ]
    return bounds[0], bounds[1]


def profile(fit, Q, level):
    """Nearest tau2 on each side at which the likelihood has fallen enough; 0 where it never has below."""
    if fit.method not in ("ML", "REML"):
        raise ValueError(f"kind 'profile' needs a fit by ML or REML, got {fit.method}")
    restricted = fit.method == "REML"
    Y, V = fit.yi[:, None], fit.vi[:, None]

    def height(tau2):
        return float(loglik(np.array([tau2]), Y, V, Q, restricted)[0])

    least = height(fit.tau2) - distributions.chi2_quantile(level, 1) / 2
    high = fit.tau2 + fit.vi.min()
    while height(high) > least:
        high = fit.tau2 + 2 * (high - fit.tau2)
    upper = crossing(height, least, fit.tau2, high)
    if fit.tau2 == 0 or height(0.0) >= least:
        return 0.0, upper
    return crossing(height, least, fit.tau2, 0.0), upper


def crossing(height, least, inside, outside):
    """Point between `inside` (above `least`) and `outside` (below) where `height` crosses `least`, by halving."""
    for _ in range(200):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        if height(middle) >= least:
            inside = middle
        else:
            outside = middle
    return inside
