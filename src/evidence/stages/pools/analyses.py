"""Analyses: the headline and what is run beside it to see whether its conclusion stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from evidence.engine.measures import summary
from evidence.engine.measures.escalc import escalc
from evidence.stages.effects import standardised
from evidence.stages.effects.counts import arguments, double_zeros
from evidence.vocabulary import HEADLINE

IN_UNIT = ("levels", "follow_up", "change")
CELLS = ["x1", "n1", "x2", "n2"]
QUESTION = ["outcome", "contrast", "measure"]


def headline(effects, config):
    """Included studies, unflagged, by the routes of the config."""
    return effects[effects["headline"] == "yes"]


def with_bounded(effects, config):
    """The headline and effects whose standard error is only bounded by p below a threshold."""
    bounded = (effects["route"] == "bound") & (effects["eligibility"] == "include") & (effects["flags"] == "")
    return effects[(effects["headline"] == "yes") | bounded]


def with_flagged(effects, config):
    """The headline and flagged effects that have a standard error, taken as they stand."""
    usable = (effects["eligibility"] == "include") & effects["route"].isin(config.routes)
    impossible = (effects["route"] == "paired_p") & (effects["r_implied"].abs() > 1)
    return effects[(effects["headline"] == "yes") | (usable & ~impossible)]


def with_sensitivity_studies(effects, config):
    """The headline and the studies marked `sensitivity`."""
    others = (effects["eligibility"] == "sensitivity") & (effects["flags"] == "") & effects["route"].isin(config.routes)
    return effects[(effects["headline"] == "yes") | others]


def without_judged(effects, config):
    """The headline without spreads whose kind (SD or SE) was judged."""
    chosen = headline(effects, config)
    return chosen[chosen["judged"] != "yes"]


def without_secondary(effects, config):
    """The headline without numbers taken from other papers, reviews or news."""
    chosen = headline(effects, config)
    return chosen[chosen["source_kind"] != "secondary"]


def without_medians(effects, config):
    """The headline without what was estimated from medians and quartiles."""
    chosen = headline(effects, config)
    return chosen[(chosen["route"] != "quantiles") & (chosen["statistic"] != "median")]


def without_converted(effects, config):
    """The headline without effects that were converted from an odds ratio, a correlation or a standardised difference."""
    chosen = headline(effects, config)
    return chosen[chosen["pairing"] != "converted"]


def randomised(effects, config):
    """The headline in randomised studies."""
    chosen = headline(effects, config)
    return chosen[chosen["design"].str.startswith("rct_")]


def only_drug(effects, config):
    """The headline in groups on one drug."""
    chosen = headline(effects, config)
    return chosen[chosen["drug"] == config.only_drug]


def at_correlation(effects, config, r):
    """The headline with one correlation for every effect that assumes one."""
    chosen = headline(effects, config)
    in_sds = chosen["measure"].isin(standardised.MEASURES)
    assumed = chosen["route"].isin(["spread", "quantiles"]) & (chosen["v_cross"] > 0) & ~in_sds
    vi = (chosen["v_sum"] - 2 * r * chosen["v_cross"]).where(assumed, chosen["vi"])
    return standardised.at_correlation(chosen.assign(vi=vi), r)


def as_differences(effects, config):
    """Ratios of means as differences in the outcome's unit; a standard error from p keeps its test statistic."""
    chosen = headline(effects, config)
    chosen = chosen[(chosen["measure"] == "ROM") & chosen["pairing"].isin(IN_UNIT) & chosen["m2"].gt(0)]
    change = chosen["pairing"] == "change"
    after = chosen["m1"].where(~change, chosen["m1"] + chosen["m2"])
    spread = (chosen["route"] == "spread") & ~change
    v_spread = chosen["se1"] ** 2 + chosen["se2"] ** 2 - 2 * chosen["r"].fillna(0) * chosen["se1"] * chosen["se2"]
    v_kept = chosen["vi"] * summary.logarithmic_mean(after, chosen["m2"]) ** 2
    chosen = chosen.assign(measure="MD", effect_unit=chosen["unit"], yi=after - chosen["m2"], vi=v_spread.where(spread, v_kept))
    return chosen[chosen["statistic"] != "median"].dropna(subset=["yi", "vi"])


def as_standardised(effects, config):
    """Changes from baseline in units of the spread at baseline (SMCR)."""
    chosen = headline(effects, config)
    of_levels = (chosen["contrast"] == "before_after") & (chosen["pairing"] == "levels") & (chosen["n"] > 2)
    chosen = chosen[of_levels & chosen["se2"].gt(0)]
    if not len(chosen):
        return chosen
    sd, r = chosen["se2"] * np.sqrt(chosen["n"]), chosen["r"].fillna(config.correlation)
    effect = escalc("SMCR", m1i=chosen["m1"], m2i=chosen["m2"], sd1i=sd, ni=chosen["n"], ri=r)
    return chosen.assign(measure="SMCR", effect_unit="SD", yi=effect.yi, vi=effect.vi)


def empty_tables(effects):
    """Which effects are double zeros of eligible, undoubted studies."""
    empty = double_zeros(effects["measure"], *(effects[name] for name in CELLS)) != ""
    return empty & (effects["eligibility"] == "include") & (effects["flags"] == "")


def of_questions(effects, of):
    """The effects of the outcomes, contrasts and measures that the effects `of` are of."""
    asked = set(zip(*(of[name] for name in QUESTION), strict=True))
    return effects[np.array([key in asked for key in zip(*(effects[name] for name in QUESTION), strict=True)], bool)]


def with_double_zeros(effects, config):
    """The headline and double zeros, 1/2 added to each of their cells, of the outcomes that have any."""
    chosen = headline(effects, config)
    empty = of_questions(effects[empty_tables(effects)], chosen)
    if not len(empty):
        return empty
    parts = [of_questions(chosen, empty)]
    for measure, part in empty.groupby("measure", sort=True):
        effect = escalc(measure, **arguments(measure, part))
        parts.append(part.assign(yi=effect.yi, vi=effect.vi, route="counts"))
    return pd.concat([part for part in parts if len(part)])


def rare_tables(effects, config, measures):
    """All 2x2 tables of the outcomes whose events are rare, double zeros too.

    Rare: a cell of a table is empty, or the risk of the control groups together is not above `rare_risk` of the config.
    """
    tables = effects[effects["measure"].isin(measures) & ((effects["headline"] == "yes") | empty_tables(effects))]
    tables = tables[tables[CELLS].notna().all(axis=1)]
    if not len(tables):
        return tables
    full = (tables["x1"] == tables["n1"]) | (tables["x2"] == tables["n2"])
    groups = tables.assign(gap=(tables["x1"] == 0) | (tables["x2"] == 0) | full).groupby(QUESTION)
    rare = groups["gap"].transform("any") | (groups["x2"].transform("sum") <= config.rare_risk * groups["n2"].transform("sum"))
    return tables[rare].assign(route="counts")


@dataclass(frozen=True)
class Analysis:
    """An analysis: its effects, its plan, its name for a reader, and what kind of choice it turns.

    `everywhere`: whether it speaks of every headline pool, so that a pool without its row has nothing left.
    """

    label: str
    select: Callable = headline
    changes: tuple = ()
    kind: str = "studies"
    everywhere: bool = True

    def plan(self, config):
        """The config of this analysis."""
        return replace(config, **dict(self.changes))


STUDIES = {
    "with_bounded": Analysis("Bounded errors in", with_bounded),
    "with_flagged": Analysis("Flagged numbers in", with_flagged),
    "with_sensitivity_studies": Analysis("Sensitivity studies in", with_sensitivity_studies),
    "without_judged": Analysis("Judged spreads out", without_judged),
    "without_secondary": Analysis("Secondary sources out", without_secondary),
    "without_medians": Analysis("Medians out", without_medians),
    "randomised": Analysis("Randomised studies only", randomised),
}
SCALES = {
    "MD": Analysis("Difference in the unit", as_differences, kind="scale", everywhere=False),
    "SMCR": Analysis("Standardised change", as_standardised, kind="scale", everywhere=False),
}
ODDS, ANY = partial(rare_tables, measures=("OR",)), partial(rare_tables, measures=("OR", "RR", "RD"))
RARE = {
    "with_double_zeros": Analysis("Double zeros in", with_double_zeros, kind="rare events", everywhere=False),
    "MH": Analysis("Mantel-Haenszel", ANY, (("method", "MH"), ("test", "z")), "rare events", everywhere=False),
    "Peto": Analysis("Peto", ODDS, (("method", "Peto"), ("test", "z")), "rare events", everywhere=False),
    "GLMM": Analysis("Binomial model", ODDS, (("method", "GLMM"), ("test", "z")), "rare events", everywhere=False),
}


def analyses(config):
    """All analyses by id, in the order they are shown."""
    grid = {f"r_{r:g}": Analysis(f"Correlation {r:g}", partial(at_correlation, r=r), kind="correlation") for r in config.correlation_grid}
    drug = {"only_drug": Analysis(f"{config.only_drug.capitalize()} only", only_drug)} if config.only_drug else {}
    methods = {
        f"method_{method}": Analysis(f"Estimator {method}", changes=(("method", method),), kind="estimator")
        for method in config.other_methods
        if method != config.method
    }
    tests = {
        f"test_{test}": Analysis(f"Test {test}", changes=(("test", test),), kind="test")
        for test in config.other_tests
        if test != config.test
    }
    conversions = {"without_converted": Analysis("Converted effects out", without_converted)} if config.convert else {}
    return {HEADLINE: Analysis("Headline", kind=HEADLINE), **STUDIES, **conversions, **drug, **grid, **methods, **tests, **RARE, **SCALES}
