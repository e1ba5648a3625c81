"""Trim and fill: how many studies are missing on one side, and the average with them."""

import math
from dataclasses import dataclass

import numpy as np

from evidence.engine.bias.asymmetry import egger
from evidence.engine.models.diagnostics import without_moderators
from evidence.engine.models.uni import Fit, rma
from evidence.engine.numerics.arguments import choice, studies

MOST_ITERATIONS = 100
SAME_SIZE = 10  # decimals of the largest distance from the centre


@dataclass(frozen=True)
class TrimFill:
    """Missing studies and the fit with their mirror images filled in."""

    k0: int
    se_k0: float
    side: str
    p: float | None
    estimator: str
    fit: Fit
    yi_filled: np.ndarray
    vi_filled: np.ndarray


def trim_fill(fit, estimator="L0", side=None):
    """Trim and fill of Duval and Tweedie.

    Parameters
    ----------
    fit : Fit
        A fit of `rma` without moderators; its method and test are used throughout.
    estimator : {"L0", "R0"}
        Estimator of the number of missing studies.
    side : {"left", "right"}, optional
        Where studies are missing; unless given, the side that Egger's regression
        points at: "right" if effects fall with the standard error, else "left".

    Returns
    -------
    TrimFill
        `k0` with `se_k0`, `side`, `p` (R0 only: of no study missing on that side),
        `estimator`, `fit` (the fit with the filled studies), `yi_filled` and
        `vi_filled`, shape (k + k0,), the filled studies last.

    Raises
    ------
    ValueError
        An unknown estimator or side, fewer than three studies, moderators, no
        side given with variances that are all equal, or no convergence.

    Notes
    -----
    Studies missing on the left: the k0 largest effects are trimmed, the rest
    pooled, all effects centred there and ranked by absolute value, and k0 is
    estimated from the ranks, until it stays the same. With T the sum of the ranks
    of the positive ones [duval2000a]_ [duval2000b]_,
    L0 = (4 T - k (k + 1))/(2 k - 1), and R0 = g - 1 with g the number of positive
    effects that rank above the largest negative one. Both are rounded, and cut at
    0; the standard error is that of the estimate before, NaN where its formula has no
    root, as for an L0 far below 0. Under no missing study, P(R0 >= k0) = 2^-(k0 + 1). Effects equally far from
    the centre share a rank, so that symmetric effects lack no study.

    References
    ----------
    .. [duval2000a] Duval S, Tweedie R. J Am Stat Assoc 2000;95:89-98.
    .. [duval2000b] Duval S, Tweedie R. Biometrics 2000;56:455-463.
    """
    choice("estimator", estimator, tuple(ESTIMATORS))
    without_moderators(fit)
    yi, vi = studies(fit.yi, fit.vi, least=3)
    if side is None:
        side = "right" if egger(fit).estimate < 0 else "left"
    choice("side", side, ("left", "right"))
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * yi, kind="stable")
    centre, k0, unrounded = trim(sign * yi[order], vi[order], fit, estimator)
    mirrored = order[len(yi) - k0 :]
    yi_filled = np.concatenate([yi, 2 * sign * centre - yi[mirrored]])
    vi_filled = np.concatenate([vi, vi[mirrored]])
    return TrimFill(
        k0=k0,
        se_k0=STANDARD_ERRORS[estimator](unrounded, len(yi)),
        side=side,
        p=0.5 ** (k0 + 1) if estimator == "R0" else None,
        estimator=estimator,
        fit=rma(yi_filled, vi_filled, method=fit.method, test=fit.test, level=fit.level) if k0 else fit,
        yi_filled=yi_filled,
        vi_filled=vi_filled,
    )


def trim(yi, vi, fit, estimator):
    """Average without the k0 largest of sorted effects, and k0 with its unrounded form, repeated until k0 stays."""
    k, k0 = len(yi), 0
    for _ in range(MOST_ITERATIONS):
        kept = rma(yi[: k - k0], vi[: k - k0], method=fit.method, test="z")
        ranks = signed_ranks(centred(yi, kept.estimate))
        unrounded = ESTIMATORS[estimator](ranks)
        previous, k0 = k0, max(0, round(unrounded))
        if k0 == previous:
            return kept.estimate, k0, unrounded
    raise ValueError(f"fit did not settle on a number of missing studies in {MOST_ITERATIONS} rounds")


def centred(yi, centre):
    """Distances from the centre, 0 where they are rounding error."""
    distance = yi - centre
    return np.where(np.abs(distance) > 1e-12 * np.abs(yi).max(), distance, 0.0)


def signed_ranks(distance):
    """Ranks of the absolute values, ties sharing their mean rank, with the signs of the values."""
    sizes = np.abs(distance)
    sizes = np.round(sizes / max(sizes.max(), np.finfo(float).tiny), SAME_SIZE)
    _, place, count = np.unique(sizes, return_inverse=True, return_counts=True)
    return np.sign(distance) * (np.cumsum(count) - (count - 1) / 2)[place]


def L0(ranks):
    """Linear estimator of the number of missing studies [duval2000a]."""
    k = len(ranks)
    return (4 * ranks[ranks > 0].sum() - k * (k + 1)) / (2 * k - 1)


def R0(ranks):
    """Estimator by the run of positive effects at the end [duval2000a]."""
    largest_negative = max(0.0, -ranks.min())
    return int(np.sum(ranks > largest_negative)) - 1


def L0_se(k0, k):
    """Standard error of L0 [duval2000a]."""
    variance = (k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0) / 24
    return 4 * math.sqrt(variance) / (2 * k - 1) if variance >= 0 else math.nan


def R0_se(k0, k):
    """Standard error of R0 [duval2000a]."""
    return math.sqrt(2 * max(0, k0) + 2)


ESTIMATORS = {"L0": L0, "R0": R0}
STANDARD_ERRORS = {"L0": L0_se, "R0": R0_se}
