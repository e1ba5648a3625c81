"""Selection model: publication depends on the p-value through a step function."""

from dataclasses import dataclass

import numpy as np
import scipy

from evidence.engine.bias.steplikelihood import StepModel, loglik
from evidence.engine.models.bounds import tame
from evidence.engine.models.uni import rma
from evidence.engine.numerics import arguments
from evidence.engine.numerics.distributions import chi2_p, quantile, two_sided_p

SMALLEST_DELTA, LARGEST_DELTA = 1e-8, 100.0
STARTING_DELTAS = (1.0, 0.3, 3.0, 0.05, 20.0)
MOST_NEWTON_STEPS, LARGEST_STEP = 200, 2.0


@dataclass(frozen=True)
class SelectionModel:
    """Average corrected for selection; `delta` are the relative chances of publication."""

    estimate: float | np.ndarray
    se: float | np.ndarray
    stat: float | np.ndarray
    p: float | np.ndarray
    ci_low: float | np.ndarray
    ci_high: float | np.ndarray
    tau2: float
    se_tau2: float
    delta: np.ndarray
    delta_se: np.ndarray
    steps: tuple
    counts: tuple
    loglik: float
    lrt: float
    lrt_df: int
    lrt_p: float
    k: int


def selection_model(yi, vi, steps=(0.025,), alternative="greater", X=None, level=0.95):
    """Step-function selection model; with one step, the three-parameter one (3PSM).

    Parameters
    ----------
    yi : array_like, shape (k,)
        Effects.
    vi : array_like, shape (k,)
        Sampling variances, in squared units of `yi`.
    steps : sequence of float
        Where the chance of publication changes, as p-values in rising order; a
        p-value equal to a step belongs below it. A last step of 1 may be given.
    alternative : {"greater", "less", "two.sided"}
        Side of the p-values: small ones for large effects, for small ones, or for both.
    X : array_like, shape (k,) or (k, q), optional
        Moderators; an intercept is put in front as in `rma`.
    level : float
        Coverage of the intervals.

    Returns
    -------
    SelectionModel
        `estimate`, `se`, `stat`, `p`, `ci_low`, `ci_high`: scalars, or arrays (p,)
        with `X`; `tau2` and `se_tau2`; `delta` and `delta_se`, one per interval of
        p-values, the first fixed at 1 with no error; `counts`, the p-values per
        interval; `loglik`; `lrt`, `lrt_df`, `lrt_p`: likelihood ratio test of no
        selection. A `se_tau2` or `delta_se` is NaN, and the others take the
        parameter as known, where the maximum lies at a limit: tau2 = 0, or delta =
        1e-8 or 100, beyond which it is not sought.

    Raises
    ------
    ValueError
        Steps out of order or of (0, 1], an interval of p-values without a study
        (its delta has no maximum), no more studies than parameters, or a
        likelihood that rises without end.

    Notes
    -----
    yi ~ N(Xi beta, vi + tau2) times the chance of publication, which is
    proportional to delta_j for a p-value in interval j [hedges1992]_
    [vevea1995]_:
    log L = sum(log phi(yi; Xi beta, vi + tau2) + log delta_j(i) - log Ai), with
    Ai the expected chance, sum_j delta_j P(p in interval j). Maximised by Newton
    steps from several starts; standard errors from the observed information.

    References
    ----------
    .. [hedges1992] Hedges LV. Stat Sci 1992;7:246-255.
    .. [vevea1995] Vevea JL, Hedges LV. Psychometrika 1995;60:419-435.
    """
    yi, vi = tame(*arguments.studies(yi, vi))
    arguments.choice("alternative", alternative, tuple(PIECES))
    steps = _checked_steps(steps)
    arguments.level(level)
    interval = np.searchsorted(steps, P_VALUES[alternative](yi / np.sqrt(vi)), side="left")
    counts = np.bincount(interval, minlength=len(steps) + 1)
    _every_interval_has_a_study(steps, counts)
    null = rma(yi, vi, X, method="ML", test="z")
    if len(yi) <= null.X.shape[1] + len(counts):
        wanted = null.X.shape[1] + len(counts) + 1
        raise ValueError(f"yi must hold at least {wanted} studies for this model, got {len(yi)}")
    scale = np.sqrt(np.median(vi) + null.tau2)
    to_design = np.linalg.qr(null.X, mode="r") / np.sqrt(len(yi))
    to_beta = np.linalg.inv(to_design)
    model = StepModel(yi / scale, vi / scale**2, null.X @ to_beta, interval, *PIECES[alternative](steps))
    start = np.concatenate([to_design @ null.beta / scale, [null.tau2 / scale**2], np.zeros(len(steps))])
    theta = _maximum(model, start)
    return _result(model, theta, start, to_beta * scale, scale, steps, counts, X is None, level)


def _checked_steps(steps):
    """Steps as a vector that rises within (0, 1), a last one of 1 left out."""
    steps = arguments.vector("steps", steps)
    given = steps
    if len(steps) and steps[-1] == 1:
        steps = steps[:-1]
    if not len(steps) or np.any(np.diff(steps) <= 0) or steps[0] <= 0 or steps[-1] >= 1:
        raise ValueError(f"steps must rise between 0 and 1, got {given.tolist()}")
    return steps


def _every_interval_has_a_study(steps, counts):
    """Raise ValueError naming the first interval of p-values that holds no study."""
    if (counts > 0).all():
        return
    edges = [0.0, *steps.tolist(), 1.0]
    empty = int(np.argmin(counts > 0))
    low, high = edges[empty], edges[empty + 1]
    raise ValueError(f"steps must leave a study in every interval: none has a p-value from {low:g} to {high:g}")


def greater_pieces(steps):
    """Cuts of z from low to high, and the interval of p-values that each piece between them belongs to."""
    return -scipy.special.ndtri(steps[::-1]), np.arange(len(steps), -1, -1)


def less_pieces(steps):
    """As `greater_pieces`, for p-values that are small for small effects."""
    return scipy.special.ndtri(steps), np.arange(len(steps) + 1)


def two_sided_pieces(steps):
    """As `greater_pieces`, for two-sided p-values: the pieces rise and fall again."""
    low, high = less_pieces(steps / 2), greater_pieces(steps / 2)
    return np.concatenate([low[0], high[0]]), np.concatenate([low[1], high[1][1:]])


PIECES = {"greater": greater_pieces, "less": less_pieces, "two.sided": two_sided_pieces}
P_VALUES = {
    "greater": lambda z: scipy.special.ndtr(-z),
    "less": scipy.special.ndtr,
    "two.sided": two_sided_p,
}


def _maximum(model, start):
    """Parameters of the highest likelihood found from several starts."""
    p = model.X.shape[1]
    found = []
    for delta in STARTING_DELTAS:
        for added_tau2 in (0.0, 1.0):
            theta = start.copy()
            theta[p] += added_tau2
            theta[p + 1 :] = np.log(delta)
            found.append(_climb(model, theta))
    _, theta, settled = max(found, key=lambda each: each[0])
    if not settled:
        raise ValueError("yi and vi give a likelihood that rises without end for these steps")
    return theta


def _climb(model, theta):
    """Newton steps uphill within the limits: the value reached, where, and whether it settled."""
    low, high = _limits(model)
    value, gradient, hessian = loglik(theta, model)
    for _ in range(MOST_NEWTON_STEPS):
        free = _free(theta, gradient, low, high)
        step = np.zeros_like(theta)
        step[free] = _uphill(gradient[free], hessian[np.ix_(free, free)])
        if np.max(np.abs(step)) < 1e-9:
            return value, theta, True
        step *= min(1.0, LARGEST_STEP / np.max(np.abs(step)))
        while True:
            moved = np.clip(theta + step, low, high)
            reached = loglik(moved, model)
            if reached[0] >= value - 1e-12 * max(1.0, abs(value)):
                break
            step /= 2
        theta, (value, gradient, hessian) = moved, reached
    return value, theta, False


def _uphill(gradient, hessian):
    """Newton step with every curvature taken as downward, so that it leads uphill."""
    curvature, axes = np.linalg.eigh(hessian)
    size = np.abs(curvature)
    return axes @ (axes.T @ gradient / np.maximum(size, 1e-8 * size.max()))


def _limits(model):
    """Smallest and largest values of the parameters beta, tau2, log delta."""
    p, deltas = model.X.shape[1], model.intervals - 1
    low = np.concatenate([np.full(p, -np.inf), [0.0], np.full(deltas, np.log(SMALLEST_DELTA))])
    high = np.concatenate([np.full(p + 1, np.inf), np.full(deltas, np.log(LARGEST_DELTA))])
    return low, high


def _free(theta, gradient, low, high):
    """Which parameters the likelihood does not push against one of their limits."""
    return ~((theta <= low) & (gradient <= 0)) & ~((theta >= high) & (gradient >= 0))


def _result(model, theta, start, to_beta, scale, steps, counts, without_X, level):
    """Parameters on the scale of the effects, with their errors and tests."""
    p = model.X.shape[1]
    value, gradient, hessian = loglik(theta, model)
    free = _free(theta, gradient, *_limits(model))
    vcov = np.full(hessian.shape, np.nan)
    vcov[np.ix_(free, free)] = np.linalg.inv(-hessian[np.ix_(free, free)])
    estimate = to_beta @ theta[:p]
    se = np.sqrt(np.diag(to_beta @ vcov[:p, :p] @ to_beta.T))
    half = quantile((1 + level) / 2) * se
    table = {
        "estimate": estimate,
        "se": se,
        "stat": estimate / se,
        "p": two_sided_p(estimate / se),
        "ci_low": estimate - half,
        "ci_high": estimate + half,
    }
    delta = np.exp(np.concatenate([[0.0], theta[p + 1 :]]))
    lrt = 2 * (value - loglik(start, model)[0])
    return SelectionModel(
        **{name: float(column[0]) if without_X else column for name, column in table.items()},
        tau2=float(theta[p] * scale**2),
        se_tau2=float(np.sqrt(vcov[p, p]) * scale**2),
        delta=delta,
        delta_se=delta * np.sqrt(np.concatenate([[0.0], np.diag(vcov)[p + 1 :]])),
        steps=tuple(steps.tolist()),
        counts=tuple(counts.tolist()),
        loglik=float(value - len(model.yi) * np.log(scale)),
        lrt=float(lrt),
        lrt_df=len(delta) - 1,
        lrt_p=float(chi2_p(lrt, len(delta) - 1)),
        k=len(model.yi),
    )
