"""Random-effects meta-analysis of counts with their exact distributions."""

from dataclasses import dataclass

import numpy as np

from evidence.engine.measures.inputs import count
from evidence.engine.models.counts import tables
from evidence.engine.models.mixed import Mixed, binomial, hypergeometric, maximise
from evidence.engine.numerics import arguments, distributions

GRID = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
ZERO = 1e-6


@dataclass(frozen=True)
class Glmm:
    """A fitted generalised linear mixed model; see `glmm` for what each name holds."""

    measure: str
    model: str | None
    method: str
    level: float
    estimate: float
    se: float
    stat: float
    p: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float
    tau2: float
    sigma2: float | None
    loglik: float
    k: int


def glmm(measure, *counts, model="UM.FS", method="ML", level=0.95, **named):
    """Fit a generalised linear mixed model to proportions or 2x2 tables, by maximum likelihood.

    Parameters
    ----------
    measure : {"PLO", "OR"}
        Log odds of one proportion, from xi and ni; log odds ratio, from ai, bi, ci, di.
    *counts, **named : array_like, shape (k,)
        In this order or by name. PLO: xi, ni, events and people. OR: ai, bi, ci, di, people with and without
        the event, ai, bi in group 1, ci, di in group 2; tables without an event, or without a non-event, in
        both groups tell nothing and are left out.
    model : {"UM.FS", "UM.RS", "CM.EL", "CM.AL"}
        For OR. UM: two binomials a table, with fixed (FS) or random (RS) study effects; CM: given the
        margins, with the exact hypergeometric likelihood (EL) or its binomial approximation (AL).
    method : {"ML", "EE"}
        EE: no variance between studies.
    level : float
        Level of the intervals.

    Returns
    -------
    Glmm
        `estimate se stat p ci_low ci_high` (normal, on the log scale), `pi_low pi_high` for a new study,
        `tau2`, `sigma2` (variance of the study effects of UM.RS, else None), `loglik` (marginal, with its
        constants; that of UM.FS with the study effects at their maximum), `k` studies used.

    Raises
    ------
    ValueError
        For counts that cannot be, with name and index; where the estimate or tau2 is infinite.

    Notes
    -----
    PLO: xi ~ Binomial(ni, expit(theta_i)), theta_i ~ N(mu, tau2). OR: theta_i is the log odds ratio; the log
    odds are alpha_i + theta_i / 2 and alpha_i - theta_i / 2 (UM), or ai given ai + ci is noncentral
    hypergeometric (CM.EL) or binomial with log odds theta_i + log(n1 / n2) (CM.AL). The integrals over
    theta_i are by quadrature, fine enough to be exact but for UM.RS (21 x 21 points); the maximum by Newton
    steps from a grid of tau; standard errors from the observed information.

    References
    ----------
    Stijnen, Hamza & Oezdemir 2010, Stat Med 29:3046 [stijnen2010]; Jackson et al. 2018,
    models 4, 5 and 7 [jackson2018]; Pinheiro & Chao 2006 [pinheiro2006].
    """
    arguments.choice("measure", measure, tuple(MEASURES))
    arguments.choice("model", model, tuple(MODELS))
    arguments.choice("method", method, ("ML", "EE"))
    arguments.level(level)
    mixed, local, start = MEASURES[measure](model, *arranged(measure, counts, named))
    local, shared, loglik, information, _ = highest(mixed, local, start, method)
    r = mixed.random.shape[1]
    at = len(shared) - r - 1
    known = (np.arange(len(shared)) <= at) | (np.abs(shared) > ZERO)
    se = float(np.sqrt(np.linalg.inv(information[np.ix_(known, known)])[at, at]))
    estimate, tau2 = float(shared[at]), float(shared[-1] ** 2) if abs(shared[-1]) > ZERO else 0.0
    crit = float(distributions.quantile((1 + level) / 2))
    half, wide = crit * se, crit * float(np.sqrt(se**2 + tau2))
    return Glmm(
        measure=measure,
        model=model if measure == "OR" else None,
        method=method,
        level=level,
        estimate=estimate,
        se=se,
        stat=estimate / se,
        p=float(distributions.two_sided_p(estimate / se)),
        ci_low=estimate - half,
        ci_high=estimate + half,
        pi_low=estimate - wide,
        pi_high=estimate + wide,
        tau2=tau2,
        sigma2=float(shared[-2] ** 2) if r == 2 else None,
        loglik=float(loglik),
        k=len(local),
    )


def arranged(measure, counts, named):
    """The counts a measure takes, in its order."""
    names = ARGUMENTS[measure]
    wrong = [name for name in named if name not in names[len(counts) :]]
    if wrong or len(counts) > len(names):
        fault = wrong[0] if wrong else f"{len(counts)} of them"
        raise ValueError(f"counts for {measure} must be {', '.join(names)}, each once, got {fault}")
    given = dict(zip(names, counts, strict=False)) | named
    for name in names:
        if given.get(name) is None:
            raise ValueError(f"{name} must be given for {measure}: it takes {', '.join(names)}")
    return [given[name] for name in names]


def highest(mixed, local, start, method):
    """The highest maximum of the likelihood: along a grid of tau with the others free, then with tau free."""
    held = np.arange(len(start)) < len(start) - 1
    free = held if method == "EE" else np.ones(len(start), bool)
    profile = [maximise(mixed, local, np.append(start[:-1], 0.0), held)]
    for tau in GRID if method == "ML" else ():
        profile.append(maximise(mixed, settled(profile[-1])[0], np.append(profile[-1][1][:-1], tau), held))
    heights = np.array([-np.inf, *(settled(point)[2] for point in profile), -np.inf])
    summits = np.flatnonzero((heights[1:-1] >= heights[:-2]) & (heights[1:-1] >= heights[2:]))
    information = profile[0][3]
    if len(profile) > 1 and information[-1, -1] < -1e-9 * information[0, 0]:
        summits = np.unique(np.append(summits, 1))
    climbed = [settled(maximise(mixed, *profile[at][:2], free)) for at in summits]
    return max(climbed, key=lambda point: point[2])


def settled(found):
    """The maximum, or ValueError where there is none."""
    if found is None:
        raise ValueError("the counts must have a finite estimate and tau2: the likelihood rises without end")
    return found


def proportions(model, xi, ni):
    """PLO: model, start."""
    xi, ni = count("xi", xi), count("ni", ni)
    arguments.same_length(xi=xi, ni=ni)
    if len(xi) == 0:
        raise ValueError("xi must hold at least 1 study, got 0")
    if (xi > ni).any() or (ni == 0).any():
        index = int(np.argmax((xi > ni) | (ni == 0)))
        least = f"above zero and not below xi[{index}] = {xi[index]}"
        raise ValueError(f"ni[{index}] must be {least}, got {ni[index]}")
    if xi.sum() in (0, ni.sum()):
        raise ValueError(f"xi must hold both events and non-events, got {xi.sum():g} events of {ni.sum():g}")
    return one(binomial(xi, ni), len(xi), np.log(xi.sum() / (ni - xi).sum()))


def odds_ratios(model, ai, bi, ci, di):
    """OR: model, start."""
    cells = np.array(tables(ai, bi, ci, di))
    a, b, c, d = cells = cells[:, (cells[0] + cells[2] > 0) & (cells[1] + cells[3] > 0)]
    if not len(a):
        raise ValueError("ai, bi, ci, di must hold a table with both events and non-events, got none")
    for one, other, words in ((a, d, "-infinity"), (b, c, "infinity")):
        if ((one == 0) | (other == 0)).all() or (model == "CM.AL" and (a if one is a else c).sum() == 0):
            fault = f"got {words}: a zero in the way in every table"
            raise ValueError(f"ai, bi, ci, di must have a finite log odds ratio, {fault}")
    N = a + b + c + d
    mu = float(np.log(((a + 0.5) * (d + 0.5) / N).sum() / ((b + 0.5) * (c + 0.5) / N).sum()))
    return MODELS[model](a, b, c, d, mu)


def fixed_studies(a, b, c, d, mu):
    """UM.FS: each table its own log odds, Jackson et al. 2018 model 4 [jackson2018]."""
    alpha = np.log((a + c + 0.5) / (b + d + 0.5))[:, None]
    half = np.array([[0.5], [-0.5]])
    return Mixed(two(a, b, c, d), np.hstack([np.ones((2, 1)), half]), half, True), alpha, np.array([mu, 0.0])


def random_studies(a, b, c, d, mu):
    """UM.RS: log odds of the tables normal, independent of theta_i, Jackson et al. model 5 [jackson2018]."""
    alpha = np.log((a + c + 0.5) / (b + d + 0.5))
    design = np.array([[1.0, 0.5], [1.0, -0.5]])
    start = np.array([alpha.mean(), mu, max(alpha.std(), 0.1), 0.0])
    return Mixed(two(a, b, c, d), design, design, False), np.empty((len(a), 0)), start


def conditional(a, b, c, d, mu):
    """CM.EL: ai given the margins, Stijnen et al. 2010 [stijnen2010]."""
    for name, cell in zip(("ai", "bi", "ci", "di"), (a, b, c, d), strict=True):
        if (cell != np.floor(cell)).any():
            broken = cell[cell != np.floor(cell)][0]
            raise ValueError(f"{name} must hold whole numbers for CM.EL, got {broken}")
    return one(hypergeometric(a, b, c, d), len(a), mu)


def approximate(a, b, c, d, mu):
    """CM.AL: ai given ai + ci as binomial, for rare events, Stijnen et al. 2010 [stijnen2010]."""
    return one(binomial(a, a + c, np.log((a + b) / (c + d))), len(a), mu)


def two(a, b, c, d):
    """Both arms as binomials."""
    return binomial(a, a + b), binomial(c, c + d)


def one(kernel, k, mu):
    """A model of one number a study, eta = mu + tau u."""
    return Mixed((kernel,), np.ones((1, 1)), np.ones((1, 1)), False), np.empty((k, 0)), np.array([mu, 0.0])


ARGUMENTS = {"PLO": ("xi", "ni"), "OR": ("ai", "bi", "ci", "di")}
MEASURES = {"PLO": proportions, "OR": odds_ratios}
MODELS = {"UM.FS": fixed_studies, "UM.RS": random_studies, "CM.EL": conditional, "CM.AL": approximate}
