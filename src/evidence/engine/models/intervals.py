"""Intervals of tau2."""

import numpy as np
import scipy

from evidence.engine.models.forms import prepare
from evidence.engine.models.regression import moderators
from evidence.engine.models.tau2 import q_root
from evidence.engine.numerics import arguments, distributions

STEPS = 400


def tau2_interval(fit, kind, level):
    """Interval of tau2.

    Parameters
    ----------
    fit : Fit
    kind : {"qprofile", "profile"}
        Q-profile: the values of tau2 at which Y'PY equals the quantiles of chi-squared with k - p degrees of
        freedom. Profile: those nearest to the estimate at which the (restricted) likelihood has fallen by
        half the quantile of chi-squared with 1; for ML and REML.
    level : float

    Returns
    -------
    low, high : float
        A bound that would be below zero is 0; both are 0 where Y'PY is below even the lower quantile at tau2
        = 0.

    Raises
    ------
    ValueError
        Another kind, too few studies, or a profile for a method without a likelihood.

    References
    ----------
    Viechtbauer 2007, Stat Med 26:37-52 (Q-profile and profile likelihood) [viechtbauer2007].
    """
    arguments.choice("kind", kind, ("qprofile", "profile"))
    arguments.level(level)
    if fit.k <= fit.X.shape[1]:
        raise ValueError(f"yi must hold more studies than the design has columns for an interval of tau2, got {fit.k}")
    return (q_profile if kind == "qprofile" else profile)(fit, level)


def q_profile(fit, level):
    """Roots of the generalised Q statistic."""
    df = fit.k - fit.X.shape[1]
    targets = (distributions.chi2_quantile(probability, df) for probability in ((1 + level) / 2, (1 - level) / 2))
    low, high = (q_root(fit.yi, fit.vi, moderators(fit.X), target) for target in targets)
    return low, high


def profile(fit, level):
    """Ends of the stretch around the estimate in which the likelihood has not fallen too far."""
    if fit.method not in ("ML", "REML"):
        raise ValueError(f"kind 'profile' needs a fit by ML or REML, got {fit.method}")
    data = prepare(fit.yi, fit.vi, moderators(fit.X))
    restricted = fit.method == "REML"
    top = fit.tau2 / data.scale
    least = data.loglik(np.array([top]), restricted)[0] - distributions.chi2_quantile(level, 1) / 2
    far = 1.0
    while data.loglik(np.array([top + far]), restricted)[0] > least:
        far *= 4

    def excess(tau2):
        return float(data.loglik(np.array([tau2]), restricted)[0] - least)

    steps = np.linspace(0, 1, STEPS)
    above = (1 + top) * ((1 + top + far) / (1 + top)) ** steps - 1
    below = (1 + top) ** (1 - steps) - 1
    ends = []
    for path in (below, above):
        fallen = data.loglik(path, restricted) < least
        first = int(np.argmax(fallen))
        ends.append(scipy.optimize.brentq(excess, path[first - 1], path[first], xtol=1e-13) if first else 0.0)
    return ends[0] * data.scale, ends[1] * data.scale
