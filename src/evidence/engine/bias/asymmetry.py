"""Tests for asymmetry of the funnel plot."""

from dataclasses import dataclass

import numpy as np

from evidence.engine.models.diagnostics import NO_SCATTER, has_moderators, without_moderators
from evidence.engine.models.uni import result_of_rma, rma
from evidence.engine.numerics.arguments import choice, studies
from evidence.engine.numerics.distributions import quantile, two_sided_p


@dataclass(frozen=True)
class Egger:
    """Regression of the effects on their standard errors; `limit` is the effect at se = 0."""

    estimate: float
    se: float
    stat: float
    p: float
    df: int | None
    limit: float | None
    limit_low: float | None
    limit_high: float | None
    model: str
    k: int


@dataclass(frozen=True)
class Begg:
    """Rank correlation of the standardised effects with their variances."""

    tau: float
    p: float
    exact: bool
    k: int


def egger(fit, model="rma"):
    """Egger's regression test.

    Parameters
    ----------
    fit : Fit
        A fit of `rma`; its moderators, if any, stay in the regression.
    model : {"rma", "lm"}
        Meta-regression with the fit's own method and test, or weighted least
        squares with a multiplicative dispersion, as in the first paper.

    Returns
    -------
    Egger
        `estimate` and `se` of the slope on the standard error, `stat`, `p`, `df`
        (None for the normal), and without moderators `limit`, the effect expected
        of a study of infinite size, with its interval at the fit's level.

    Raises
    ------
    ValueError
        An unknown model, too few studies, variances that are all equal, or effects exactly
        on the line where the test needs their scatter.

    Notes
    -----
    yi = b0 + b1 sqrt(vi), weighted by 1/(vi + tau2) for "rma" and by 1/vi for
    "lm"; the test is of b1 = 0, and b0 is the limit. With "lm", b1 is the
    intercept of yi/sqrt(vi) on 1/sqrt(vi) of [egger1997]_ (p. 629); the form
    with a heterogeneity variance is that of [sterne2005]_. The limit as a
    corrected effect: [stanley2014]_.

    References
    ----------
    .. [egger1997] Egger M, Davey Smith G, Schneider M, Minder C. BMJ 1997;315:629-634.
    .. [sterne2005] Sterne JAC, Egger M. In: Rothstein HR, Sutton AJ, Borenstein M, eds.
       Publication Bias in Meta-Analysis. Wiley, 2005:99-110.
    .. [stanley2014] Stanley TD, Doucouliagos H. Res Synth Methods 2014;5:60-78.
    """
    choice("model", model, tuple(EGGER_MODELS))
    least = result_of_rma(fit).X.shape[1] + 2
    yi, vi = studies(fit.yi, fit.vi, least=least)
    _must_differ("vi", vi)
    X = np.column_stack([fit.X, np.sqrt(vi)])
    _must_scatter(fit, X, model)
    beta, se, df = EGGER_MODELS[model](fit, X)
    stat = beta[-1] / se[-1]
    limit = low = high = None
    if not has_moderators(fit):
        half = quantile((1 + fit.level) / 2, df) * se[0]
        limit, low, high = float(beta[0]), float(beta[0] - half), float(beta[0] + half)
    return Egger(
        estimate=float(beta[-1]),
        se=float(se[-1]),
        stat=float(stat),
        p=float(two_sided_p(stat, df)),
        df=df,
        limit=limit,
        limit_low=low,
        limit_high=high,
        model=model,
        k=len(yi),
    )


def _must_scatter(fit, X, model):
    """Raise ValueError if the effects lie on the line and the errors come from the scatter about it."""
    beta, _, df = weighted_least_squares(fit, X)
    scatter = np.sum((fit.yi - X @ beta) ** 2 / fit.vi) / df
    if scatter < NO_SCATTER and (model == "lm" or fit.test == "knha"):
        raise ValueError("yi must scatter about the line: the effects lie exactly on one")


def meta_regression(fit, X):
    """Coefficients, standard errors and df with the fit's own method and test [sterne2005]."""
    line = rma(fit.yi, fit.vi, X, method=fit.method, test=fit.test, level=fit.level, intercept=False)
    return line.estimate, line.se, line.df


def weighted_least_squares(fit, X):
    """Coefficients, standard errors and df with weights 1/vi and a free dispersion [egger1997]."""
    root = np.sqrt(1 / fit.vi)
    Q, R = np.linalg.qr(X * root[:, None])
    beta = np.linalg.solve(R, Q.T @ (fit.yi * root))
    df = len(fit.yi) - X.shape[1]
    dispersion = np.sum((fit.yi - X @ beta) ** 2 / fit.vi) / df
    inverse = np.linalg.inv(R)
    return beta, np.sqrt(dispersion * np.sum(inverse**2, axis=1)), df


EGGER_MODELS = {"rma": meta_regression, "lm": weighted_least_squares}


def begg(fit, exact=False):
    """Rank correlation test of Begg and Mazumdar.

    Parameters
    ----------
    fit : Fit
        A fit of `rma` without moderators; its effects and variances are used.
    exact : bool
        Take p from the exact distribution, possible without ties only, in place of
        the normal approximation of the first paper.

    Returns
    -------
    Begg
        `tau` (Kendall's tau b), the two-sided `p`, `exact` and `k`.

    Raises
    ------
    ValueError
        Fewer than three studies, moderators, effects or variances that are all
        equal, or `exact` with ties.

    Notes
    -----
    With the fixed-effect mean m = sum(yi/vi)/W and W = sum(1/vi), the ranks of
    (yi - m)/sqrt(vi - 1/W) are compared with those of vi [begg1994]_. The normal
    approximation takes the score's variance corrected for ties [kendall1970]_
    (chapter 4) and no correction for continuity; the exact distribution is that
    of [kendall1938]_.

    References
    ----------
    .. [begg1994] Begg CB, Mazumdar M. Biometrics 1994;50:1088-1101.
    .. [kendall1938] Kendall MG. Biometrika 1938;30:81-93.
    .. [kendall1970] Kendall MG. Rank Correlation Methods. 4th ed. Griffin, 1970.
    """
    without_moderators(fit)
    choice("exact", exact, (True, False))
    yi, vi = studies(fit.yi, fit.vi, least=3)
    _must_differ("vi", vi)
    W = np.sum(1 / vi)
    standardised = (yi - np.sum(yi / vi) / W) / np.sqrt(vi - 1 / W)
    _must_differ("yi", standardised)
    tau, p = kendall(standardised, vi, exact)
    return Begg(tau=tau, p=p, exact=exact, k=len(yi))


def _must_differ(name, values):
    """Raise ValueError if all values are the same."""
    if np.ptp(values) == 0:
        raise ValueError(f"{name} must differ between studies, got one value for all")


def kendall(x, y, exact):
    """Kendall's tau b and its two-sided p [kendall1938, kendall1970]."""
    n = len(x)
    upper = np.triu_indices(n, 1)
    score = int(np.sum((np.sign(x[:, None] - x) * np.sign(y[:, None] - y))[upper]))
    pairs = n * (n - 1) // 2
    ties_x, ties_y = (np.unique(values, return_counts=True)[1] for values in (x, y))
    tied_x, tied_y = (int(np.sum(t * (t - 1)) // 2) for t in (ties_x, ties_y))
    tau = score / np.sqrt(float(pairs - tied_x) * float(pairs - tied_y))
    if not exact:
        return float(tau), float(two_sided_p(score / np.sqrt(score_variance(n, ties_x, ties_y))))
    if tied_x + tied_y:
        raise ValueError("exact must be False with ties: some variances or standardised effects are equal")
    return float(tau), exact_p((pairs + score) // 2, n)


def exact_p(concordant, n):
    """Two-sided p of a number of concordant pairs among n untied ranks [kendall1938].

    The number of concordant pairs is a sum of independent uniform numbers on
    0..j-1, j = 1..n; the distribution is built up to the smaller tail.
    """
    tail = min(concordant, n * (n - 1) // 2 - concordant)
    probability = np.zeros(tail + 1)
    probability[0] = 1.0
    for j in range(2, n + 1):
        below = np.cumsum(probability)
        below[j:] = below[j:] - below[:-j]
        probability = below / j
    return float(min(1.0, 2 * probability.sum()))


def score_variance(n, ties_x, ties_y):
    """Variance of Kendall's score with groups of tied ranks [kendall1970, chapter 4]."""

    def summed(t, *factors):
        return float(np.sum(np.prod([t.astype(float) + shift for shift in factors], axis=0)))

    def untied(t):
        return float(np.sum(t * (t - 1.0) * (2.0 * t + 5)))

    between = n * (n - 1.0)
    return (
        (between * (2 * n + 5) - untied(ties_x) - untied(ties_y)) / 18
        + summed(ties_x, 0, -1) * summed(ties_y, 0, -1) / (2 * between)
        + summed(ties_x, 0, -1, -2) * summed(ties_y, 0, -1, -2) / (9 * between * (n - 2))
    )
