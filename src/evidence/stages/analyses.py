"""Analyses: the headline and what is run beside it to see whether its conclusion stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from evidence.measures import summary
from evidence.measures.escalc import escalc

HEADLINE = "headline"
LEAST_STUDIES = 10  # to tell asymmetry from chance, see funnel.py
IN_UNIT = ("levels", "follow_up", "change")


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
    assumed = chosen["route"].isin(["spread", "quantiles"]) & (chosen["v_cross"] > 0)
    return chosen.assign(vi=(chosen["v_sum"] - 2 * r * chosen["v_cross"]).where(assumed, chosen["vi"]))


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


@dataclass(frozen=True)
class Analysis:
    """An analysis: its effects, its plan, its name for a reader, and what kind of choice it turns."""

    label: str
    select: Callable = headline
    changes: tuple = ()
    kind: str = "studies"

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
    "MD": Analysis("Difference in the unit", as_differences, kind="scale"),
    "SMCR": Analysis("Standardised change", as_standardised, kind="scale"),
}


def analyses(config):
    """All analyses by id, in the order they are shown."""
    grid = {
        f"r_{r:g}": Analysis(f"Correlation {r:g}", partial(at_correlation, r=r), kind="correlation")
        for r in config.correlation_grid
    }
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
    return {HEADLINE: Analysis("Headline", kind=HEADLINE), **STUDIES, **drug, **grid, **methods, **tests, **SCALES}
