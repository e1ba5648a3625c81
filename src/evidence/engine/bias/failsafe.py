"""Fail-safe N: how many unseen studies would overturn a result."""

import math
from dataclasses import dataclass

import numpy as np
import scipy

from evidence.engine.numerics.arguments import between, choice, finite, studies


@dataclass(frozen=True)
class FailSafeN:
    """Number of unseen studies; `p`, `average` and `target` are None where a kind has none."""

    fsnum: int
    kind: str
    k: int
    alpha: float | None
    p: float | None
    average: float | None
    target: float | None


def fail_safe_n(yi, vi=None, kind="Rosenthal", alpha=0.05, target=None):
    """Number of unseen studies with no effect that would overturn the result.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Effects.
    vi : array_like, shape (k,), optional
        Sampling variances, in squared units of `yi`. Only Orwin's number can do
        without them: it then takes the plain mean in place of the weighted one.
    kind : {"Rosenthal", "Orwin", "Rosenberg"}
        What must be overturned: the significance of Stouffer's pooled z
        (Rosenthal), the size of the average effect (Orwin), or the significance
        of the weighted average (Rosenberg).
    alpha : float
        Significance level: one-sided for Rosenthal, two-sided for Rosenberg.
    target : float, optional
        Orwin only: the average that would count as negligible, in units of `yi`
        and with the sign of the average; half the average unless given.

    Returns
    -------
    FailSafeN
        `fsnum`, rounded up, with `kind`, `k`, `alpha`, `p` (one-sided for
        Rosenthal, two-sided for Rosenberg), `average` and `target`.

    Raises
    ------
    ValueError
        An unknown kind, `vi` missing where it is needed, `alpha` outside (0, 0.5),
        a target of zero or of the other sign than the average, or a target for a
        kind that has none.

    Notes
    -----
    Rosenthal [rosenthal1979]_: (sum(zi)/z_alpha)^2 - k, with zi = yi/sqrt(vi).
    Orwin [orwin1983]_: k (average - target)/target.
    Rosenberg [rosenberg2005]_: k ((sum(wi yi)/z_(alpha/2))^2 - W)/W, with
    wi = 1/vi and W = sum(wi): the unseen studies have the average weight W/k.
    Negative numbers count as 0.

    References
    ----------
    .. [rosenthal1979] Rosenthal R. Psychol Bull 1979;86:638-641.
    .. [orwin1983] Orwin RG. J Educ Stat 1983;8:157-159.
    .. [rosenberg2005] Rosenberg MS. Evolution 2005;59:464-468.
    """
    choice("kind", kind, tuple(KINDS))
    between("alpha", alpha, 0, 0.5)
    if vi is None and kind != "Orwin":
        raise ValueError(f"vi must be given for {kind}'s number")
    if target is not None and kind != "Orwin":
        raise ValueError(f"target must be left out for {kind}'s number: only Orwin's has one")
    yi, vi = studies(yi, np.ones(np.size(yi)) if vi is None else vi)
    return KINDS[kind](yi, vi, target if kind == "Orwin" else alpha)


def rosenthal(yi, vi, alpha):
    """Studies with z = 0 until Stouffer's test is no longer significant [rosenthal1979]."""
    k = len(yi)
    total = abs(np.sum(yi / np.sqrt(vi)))
    fsnum = (total / scipy.special.ndtri(1 - alpha)) ** 2 - k
    p = float(scipy.special.ndtr(-total / math.sqrt(k)))
    return FailSafeN(_rounded_up(fsnum), "Rosenthal", k, alpha, p, None, None)


def orwin(yi, vi, target):
    """Studies with effect 0 until the average falls to the target [orwin1983]."""
    k = len(yi)
    average = float(np.average(yi, weights=1 / vi))
    target = average / 2 if target is None else finite("target", target)
    if target * average <= 0:
        raise ValueError(f"target must have the average's sign, {average:.6g}, and not be 0, got {target}")
    fsnum = k * (average - target) / target
    return FailSafeN(_rounded_up(fsnum), "Orwin", k, None, None, average, target)


def rosenberg(yi, vi, alpha):
    """Studies with effect 0 and average weight until the weighted mean is not significant [rosenberg2005]."""
    k, wi = len(yi), 1 / vi
    W = wi.sum()
    average = wi @ yi / W
    added_weight = (wi @ yi / scipy.special.ndtri(1 - alpha / 2)) ** 2 - W
    p = float(2 * scipy.special.ndtr(-abs(average) * math.sqrt(W)))
    return FailSafeN(_rounded_up(k * added_weight / W), "Rosenberg", k, alpha, p, float(average), None)


def _rounded_up(number):
    """Whole studies; a number off a whole one by rounding error alone is that one."""
    nearest = round(number)
    whole = nearest if math.isclose(number, nearest, rel_tol=1e-12) else math.ceil(number)
    return max(0, whole)


KINDS = {"Rosenthal": rosenthal, "Orwin": orwin, "Rosenberg": rosenberg}
