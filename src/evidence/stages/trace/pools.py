"""The arithmetic of one pool: averages of arms, weights, the pooled estimate, its interval and heterogeneity."""

import math

import numpy as np

from evidence.stages.effects.standardised import MEASURES as IN_SDS
from evidence.stages.effects.standardised import OF_CODE
from evidence.stages.trace.arithmetic import Work, logarithmic_mean
from evidence.stages.trace.effects import of_cells
from evidence.stages.trace.readable import OF_POOL, read_back
from evidence.stages.trace.sides import same_people
from evidence.stages.trace.standardised import of_twice, printed_variance

FIXED_POINT = "sum w^2 ((y - mu)^2 - v) / sum w^2"


def total(work, name, what, terms):
    """A sum written out."""
    work.step(name, what, " + ".join(terms))


def averaged(effects, separate, r):
    """Steps to the average of the arms of a cohort, weighted by inverse variance.

    Parameters
    ----------
    effects : list of (yi, vi)
    separate : bool
        Arms of different people.
    r : float
        Correlation between the arms otherwise.
    """
    work, arms = Work(), range(1, len(effects) + 1)
    for i, (yi, vi) in zip(arms, effects, strict=True):
        work.carried(**{f"y{i}": yi, f"v{i}": vi})
    total(work, "inverse", "sum of 1/v", [f"1 / v{i}" for i in arms])
    for i in arms:
        work.step(f"w{i}", f"share of arm {i}: (1/v) / sum", f"1 / v{i} / inverse")
    total(work, "yi", "average of the arms", [f"w{i} * y{i}" for i in arms])
    total(work, "apart", "its variance were the arms independent: sum w^2 v", [f"w{i} ** 2 * v{i}" for i in arms])
    if separate:
        work.step("vi", "", "apart")
        return work
    work.given(r=r)
    total(work, "together", "its standard error were they one: sum w sqrt(v)", [f"w{i} * sqrt(v{i})" for i in arms])
    work.step("vi", "variance with the correlation of config.yaml, pools, arm_correlation", "(1 - r) * apart + r * together ** 2")
    return work


def at_correlation(work, effect, there):
    """The variance of an effect with the correlation of a sensitivity analysis; a standardised effect may move itself."""
    if effect.measure in IN_SDS:
        return standardised_at(work, effect, there)
    work.given(r=round((effect.v_sum - there.vi) / (2 * effect.v_cross), 9))
    work.carried(yi=effect.yi)
    work.step("vi", "variance with r of this analysis: v_sum - 2 r v_cross (effects.csv)", "v_sum - 2 * r * v_cross")


def standardised_at(work, effect, there):
    """A standardised effect with the correlation of a sensitivity analysis."""
    work.given(r_here=there.r)
    spreads = effect.sd1 > 0 and effect.sd2 > 0
    if spreads and same_people(effect):
        work.carried(sd1=effect.sd1, sd2=effect.sd2)
        work.given(n=effect.n, r=there.r)
        of_twice(work, OF_CODE[effect.measure])
        work.step("yi", "", "y")
        work.step("vi", "", "v")
        return
    work.carried(yi=effect.yi)
    if effect.pairing == "counts":
        work.given(n=effect.n, r=there.r)
        words, expression = printed_variance(OF_CODE[effect.measure])
        work.step("vi", words, expression.format(y="yi"))
        return
    if effect.pairing == "difference_of_changes" and spreads:
        work.step("vi", "variance with r of this analysis: vi - 2 (its r - r) v_cross (effects.csv)", "vi - 2 * (r_here - r) * v_cross")
        return
    work.step("share", "share of the variance with r of this analysis: (1 - its r) / (1 - r)", "(1 - r_here) / (1 - r)")
    work.step("yi", "effect with that correlation, in SDs that grow or shrink with it", "yi * sqrt(share)")
    work.step("vi", "its variance", "vi * share")


def as_difference(work, effect, there):
    """A ratio of means as a difference in the outcome's unit."""
    change = effect.pairing == "change"
    work.step("after", "mean afterwards, or of the treated", "m1 + m2" if change else "m1")
    work.step("yi", "difference in the unit", "after - m2")
    if effect.route != "spread" or change:
        work.step("l", "logarithmic mean of the two means", logarithmic_mean(work, "after", "m2", "yi / ln(after / m2)"))
        work.step("vi", "variance with the same test statistic: v of the log ratio times its square", "vi * l ** 2")
    elif "r" in work:
        work.step("vi", "variance: SE1^2 + SE2^2 - 2 r SE1 SE2", "se1 ** 2 + se2 ** 2 - 2 * r * se1 * se2")
    else:
        work.step("vi", "variance of different people: SE1^2 + SE2^2", "se1 ** 2 + se2 ** 2")


def as_standardised(work, effect, there):
    """A change in SDs at baseline."""
    work.given(r=round(1 - (there.vi - there.yi**2 / (2 * effect.n)) * effect.n / 2, 9))
    work.step("sd", "SD at baseline: SE sqrt(n)", "se2 * sqrt(n)")
    work.step("yi", "change in SDs at baseline, times c(n - 1)", "c(n - 1) * (m1 - m2) / sd")
    work.step("vi", "variance: 2 (1 - r) / n + y^2 / (2 n)", "2 * (1 - r) / n + yi ** 2 / (2 * n)")


def as_counted(work, effect, there):
    """A double zero with 1/2 in each cell."""
    if there.measure == "IRR":
        work.given(a=effect.x1, t1=effect.t1, c=effect.x2, t2=effect.t2)
        of_cells(work, "IRR", "ac")
        return
    work.given(a=effect.x1, n1=effect.n1, c=effect.x2, n2=effect.n2)
    work.step("b", "people without the event", "n1 - a")
    work.step("d", "people without the event of the controls", "n2 - c")
    of_cells(work, there.measure, "abcd")


def rescaled(effect, there):
    """Steps from an effect to what it is in an analysis with another correlation, on another scale, or with double zeros in.

    Parameters
    ----------
    effect, there : row of effects
        As in effects.csv, and as the analysis takes it.

    Returns
    -------
    Work
        Without steps where the two are the same.
    """
    work = Work()
    numbers = {name: getattr(effect, name) for name in ("vi", "v_sum", "v_cross", "m1", "se1", "m2", "se2", "n", "r")}
    work.carried(**{name: number for name, number in numbers.items() if number == number})
    if there.route != effect.route:
        as_counted(work, effect, there)
    elif there.measure != effect.measure:
        {"MD": as_difference, "SMCR": as_standardised}[there.measure](work, effect, there)
    elif there.vi != effect.vi:
        at_correlation(work, effect, there)
    else:
        work.carried(yi=effect.yi)
    return work


def tau2_check(work, pool, cohorts):
    """The equation that tau2 solves, where it has one that can be written out."""
    if not pool.tau2 > 0 or pool.method not in ("REML", "ML", "DL", "PM", "EB"):
        return
    if pool.method == "DL":
        work.step(
            "tau2", "tau2 by its formula: (Q - (k - 1)) / (sum 1/v - sum 1/v^2 / sum 1/v)", "(q - (k - 1)) / (inverse - squares / inverse)"
        )
    elif pool.method in ("PM", "EB"):
        terms = [f"w{i} * (y{i} - mu) ** 2" for i in cohorts]
        total(work, "q_tau2", "check of tau2: sum w (y - mu)^2 must be k - 1", terms)
    else:
        total(work, "sum_w2", "check of tau2: sum w^2", [f"w{i} ** 2" for i in cohorts])
        total(work, "excess", "sum w^2 ((y - mu)^2 - v)", [f"w{i} ** 2 * ((y{i} - mu) ** 2 - v{i})" for i in cohorts])
        more = " + 1 / sum_w" if pool.method == "REML" else ""
        words = " + 1 / sum w" if pool.method == "REML" else ""
        work.step("tau2_again", f"which gives tau2 back: {FIXED_POINT}{words}", f"excess / sum_w2{more}")


def heterogeneity(work, cohorts):
    """Q about the average at tau2 = 0, the typical variance and I2."""
    total(work, "inverse", "sum of 1/v", [f"1 / v{i}" for i in cohorts])
    total(work, "squares", "sum of 1/v^2", [f"1 / v{i} ** 2" for i in cohorts])
    total(work, "weighted", "sum of y/v", [f"y{i} / v{i}" for i in cohorts])
    work.step("mu0", "average at tau2 = 0", "weighted / inverse")
    total(work, "q", "Q: sum (y - average)^2 / v", [f"(y{i} - mu0) ** 2 / v{i}" for i in cohorts])
    work.step("typical", "typical variance: (k - 1) S1 / (S1^2 - S2)", "(k - 1) * inverse / (inverse ** 2 - squares)")


def interval(work, pool, level):
    """Standard error by the test, and the confidence and prediction intervals."""
    work.step("se_plain", "plain standard error: 1 / sqrt(sum w)", "1 / sqrt(sum_w)")
    work.given(share=(1 + level) / 2)
    if pool.test == "z":
        work.step("se", "", "se_plain")
        work.step("width", "normal quantile", "z(share)")
    else:
        cohorts = range(1, int(work["k"]) + 1)
        total(work, "rss", "sum w (y - mu)^2", [f"w{i} * (y{i} - mu) ** 2" for i in cohorts])
        work.step("factor", "factor of Knapp-Hartung: that over k - 1", "rss / (k - 1)")
        if pool.test == "adhoc":
            work.step("factor", "never below 1, so that the interval is never narrower than the plain one", "max(1, factor)")
        work.step("se", "standard error: plain times the root of the factor", "se_plain * sqrt(factor)")
        work.step("width", "t quantile with k - 1 degrees of freedom", "t(share, k - 1)")
    work.step("ci_low", f"lower end of the {100 * level:g}% interval", "mu - width * se")
    work.step("ci_high", "upper end", "mu + width * se")
    if pool.pi_low == pool.pi_low:
        work.step("pi_low", "lower end of the prediction interval: mu - quantile sqrt(tau2 + se^2)", "mu - width * sqrt(tau2 + se ** 2)")
        work.step("pi_high", "upper end", "mu + width * sqrt(tau2 + se ** 2)")


def alone(cohort, level):
    """A single cohort: its own estimate and normal interval, nothing pooled."""
    work = Work()
    work.carried(y1=cohort.yi, v1=cohort.vi)
    work.given(share=(1 + level) / 2)
    work.step("mu", "", "y1")
    work.step("se", "standard error", "sqrt(v1)")
    work.step("width", "normal quantile", "z(share)")
    work.step("ci_low", f"lower end of the {100 * level:g}% interval", "mu - width * se")
    work.step("ci_high", "upper end", "mu + width * se")
    return work


def spelled_out(pool, members, level):
    """Steps from the cohorts of a pool to its numbers.

    Parameters
    ----------
    pool : row of pools
    members : list of rows of members
        The cohorts that have a weight.
    level : float
    """
    if len(members) == 1:
        work = alone(members[0], level)
        read_back(work, pool, OF_POOL)
        return work
    work, cohorts = Work(), range(1, len(members) + 1)
    work.given(k=len(members), tau2=0)
    if pool.tau2 > 0:
        work.carried(tau2=pool.tau2)
    for i, member in zip(cohorts, members, strict=True):
        work.carried(**{f"y{i}": member.yi, f"v{i}": member.vi})
    heterogeneity(work, cohorts)
    for i, member in zip(cohorts, members, strict=True):
        work.step(f"w{i}", f"weight of {member.study_label}: 1 / (v + tau2)", f"1 / (v{i} + tau2)")
    total(work, "sum_w", "sum of the weights", [f"w{i}" for i in cohorts])
    total(work, "sum_wy", "sum of w y", [f"w{i} * y{i}" for i in cohorts])
    work.step("mu", "pooled estimate: sum w y / sum w", "sum_wy / sum_w")
    tau2_check(work, pool, cohorts)
    work.step("i2", "I2 in percent: tau2 over tau2 and the typical variance", "100 * tau2 / (tau2 + typical)")
    interval(work, pool, level)
    read_back(work, pool, OF_POOL)
    return work


def differing(work, pool):
    """Names of the pool's numbers that the steps do not give back."""
    names = {"mu": "estimate", "se": "se", "ci_low": "ci_low", "ci_high": "ci_high", "pi_low": "pi_low", "pi_high": "pi_high",
             "q": "Q", "i2": "I2", "effect": "effect"}  # fmt: skip
    return [
        stated
        for name, stated in names.items()
        if name in work and not math.isclose(work[name], getattr(pool, stated), rel_tol=1e-6, abs_tol=1e-9 * np.sqrt(pool.se))
    ]
