"""GRADE, rule by rule, from pools made up for each."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.verdicts import certainty as grade
from evidence.stages.verdicts.missing import missing, reported
from evidence.words.sentences import templates
from tests.support import toy
from tests.support.toy import group, number, sd, study

ROOT = Path(__file__).parents[4]
WORDS = templates(str(ROOT), "verdicts")["certainty"]


def config_of(**changes):
    return replace(load(ROOT), **changes)


def context(severity=(), missing_rows=(), judgements=(), **changes):
    severity = dict(severity)
    made = {"config": config_of(**changes), "words": WORDS, "severity": severity, "judged": severity, "missing": dict(missing_rows)}
    return grade.Context(**made, domains={"level": "semen", "marker": "hormone"}, broader={"proxy": ["wide"]}, judgements=dict(judgements))


def pool(**changes):
    """Three agreeing cohorts of 600 people, a clear increase."""
    made = {"id": "p", "outcome": "level", "contrast": "versus_control", "stratum": "all", "measure": "ROM", "k": 3.0, "n": 600.0,
            "ci_low": 0.2, "ci_high": 0.4, "pi_low": 0.1, "pi_high": 0.5, "I2": 0.0}  # fmt: skip
    return SimpleNamespace(**(made | changes))


def cohorts(design="rct_parallel", contrast="versus_control", weights=(50, 30, 20), **columns):
    k = len(weights)
    made = {"study_id": [f"s{i}" for i in range(k)], "design": design, "contrast": contrast, "weight": np.array(weights, float),
            "yi": 0.3, "vi": 0.01, "conditions": ""}  # fmt: skip
    return pd.DataFrame(made | columns)


@pytest.mark.parametrize(
    ("design", "contrast", "level"),
    [("rct_parallel", "versus_control", "high"), ("rct_crossover", "versus_control", "high"), ("cohort", "versus_control", "low"),
     ("rct_parallel", "before_after", "low"), (["rct_parallel", "rct_parallel", "cohort"], "versus_control", "low")],
)  # fmt: skip
def test_start_by_design(design, contrast, level):
    assert grade.start(pool(), cohorts(design, contrast), context())[0] == level


@pytest.mark.parametrize(
    ("severity", "levels", "words"),
    [((0, 1, 1), 0, "0% of the weight at high or serious"), ((0, 2, 2), -1, "50% of the weight at high or serious"),
     ((1, 2, 0), 0, "30% of the weight"), ((3, 0, 0), -2, "50% of the weight at critical"), ((0, 3, 2), -1, "50% of the weight at high")],
)  # fmt: skip
def test_risk_of_bias_by_weight(severity, levels, words):
    found, reason = grade.risk_of_bias(pool(), cohorts(), context(zip(("s0", "s1", "s2"), severity, strict=True)))
    assert found == levels
    assert reason.startswith(words)


def test_a_study_that_is_not_judged_takes_no_level_by_itself():
    known = {"s0": 2, "s1": 0}
    assert grade.risk_of_bias(pool(), cohorts(weights=(40, 30, 30)), context(known)) == (
        0, "40% of the weight at high or serious risk of bias, below 50%; 30% not judged")  # fmt: skip
    assert grade.risk_of_bias(pool(), cohorts(), context()) == (
        0,
        "0% of the weight at high or serious risk of bias, below 50%; 100% not judged",
    )
    assert grade.risk_of_bias(pool(), cohorts(weights=(40, 30, 30)), context(known, not_judged_counts=True)) == (
        -1, "70% of the weight at high or serious risk of bias or not judged")  # fmt: skip


def judgements(*rows, tool="ROBINS-I"):
    return pd.DataFrame(rows, columns=["study_id", "domain", "judgement"]).assign(tool=tool)


def test_worst_domain_and_what_the_start_counts():
    rows = judgements(("s", "confounding", "serious"), ("s", "measurement", "moderate"))
    assert grade.severities(rows, config_of(), {"s": False}) == {"s": 1}
    assert grade.severities(rows, config_of(), {"s": True}) == {"s": 2}
    assert grade.severities(judgements(("s", "confounding", "critical")), config_of(), {"s": False}) == {"s": 3}
    assert grade.severities(judgements(("s", "missing_data", "serious")), config_of(), {"s": False}) == {"s": 2}


def test_several_concerns_make_a_high_risk():
    rows = [("s", domain, "some_concerns") for domain in ("randomisation", "deviations", "missing_data")]
    assert grade.severities(judgements(*rows, tool="RoB2"), config_of(), {"s": True}) == {"s": 2}
    assert grade.severities(judgements(*rows[:2], tool="RoB2"), config_of(), {"s": True}) == {"s": 1}


def test_concerns_do_not_add_up_where_the_tool_does_not_say_so():
    rows = [("s", domain, "unclear") for domain in ("sequence_generation", "allocation_concealment", "selective_reporting", "other_bias")]
    assert grade.severities(judgements(*rows, tool="RoB1"), config_of(), {"s": True}) == {"s": 1}
    rows = [("s", domain, "moderate") for domain in ("missing_data", "measurement", "reporting")]
    assert grade.severities(judgements(*rows), config_of(), {"s": False}) == {"s": 1}


def test_an_overall_judgement_stands_for_the_study():
    answers = [("s", "sampling", "no"), ("s", "statistics", "yes")]
    assert grade.severities(judgements(*answers, tool="JBI-prevalence"), config_of(), {}) == {"s": 2}
    assert grade.severities(judgements(*answers, ("s", "overall", "low"), tool="JBI-prevalence"), config_of(), {}) == {"s": 0}
    assert grade.severities(judgements(("s", "overall", "critical")), config_of(), {}) == {"s": 3}


def test_an_overall_judgement_that_the_start_explains_gives_way_to_the_domains():
    rows = judgements(("s", "confounding", "serious"), ("s", "measurement", "low"), ("s", "overall", "serious"))
    assert grade.severities(rows, config_of(), {"s": False}) == {"s": 1}
    assert grade.severities(rows, config_of(), {"s": True}) == {"s": 2}


def test_an_item_that_does_not_apply_judges_nothing():
    rows = judgements(("s", "sampling", "not_applicable"), tool="JBI-prevalence")
    assert grade.severities(rows, config_of(), {}) == {}


def test_stars_are_good_fair_or_poor_by_category():
    def stars(selection, comparability, outcome):
        rows = [("s", "selection", selection), ("s", "comparability", comparability), ("s", "outcome", outcome)]
        return grade.severities(judgements(*rows, tool="NOS"), config_of(counted_by_start=()), {})["s"]

    assert (stars("3", "1", "2"), stars("2", "1", "3"), stars("4", "0", "3"), stars("4", "2", "1"), stars("1", "2", "3")) == (0, 1, 2, 2, 2)


def test_single_groups_are_not_rated_and_their_parts_are_facts():
    rows = cohorts("cohort", "single_arm", yi=[0.0, 0.3, 0.9])
    known = context({"s0": 2, "s1": 0})
    assert grade.steps_of(pool(contrast="single_arm", measure="PLO", I2=78.0, n=86.0), rows, known) == [
        ("start", 0, "GRADE has no guidance for proportions of single groups outside questions of prognosis", "fact"),
        ("risk_of_bias", 0, "50% of the weight at high, serious or critical risk of bias, 20% not judged", "fact"),
        ("inconsistency", 0, "I² 78%; intervals of two cohorts do not overlap", "fact"),
        ("imprecision", 0, "86 people", "fact"),
        ("missing_results", 0, "0 of 3 cohorts with a result cannot be pooled", "fact"),
    ]
    (_, _, why, _), *_ = grade.steps_of(pool(contrast="single_arm", measure="ZCOR"), rows, known)
    assert why == "GRADE has no guidance for correlations"


def test_a_judgement_on_a_pool_that_is_not_rated_is_shown_and_moves_nothing():
    key = ("level", "single_arm", "", "indirectness")
    known = context(judgements={key: SimpleNamespace(levels=-1, why="Other people.")})
    steps = grade.steps_of(pool(contrast="single_arm", measure="PR"), cohorts("cohort", "single_arm"), known)
    assert (
        "indirectness",
        0,
        "Other people (an analyst's judgement; it moves no level, since the pool is not rated)",
        "judgement",
    ) in steps


def test_single_groups_are_rated_where_the_config_asks_for_it():
    steps = grade.steps_of(pool(contrast="single_arm", measure="PLO"), cohorts("cohort", "single_arm"), context({}, start_single="high"))
    assert steps[0] == ("start", 4, "single groups, rated as a question of prognosis", "rule")
    assert steps[1] == ("risk_of_bias", 0, "0% of the weight at high or serious risk of bias, below 50%; 100% not judged", "rule")


@pytest.mark.parametrize(
    ("changes", "yi", "levels", "words"),
    [({"k": 1.0}, 0.3, 0, "one cohort"), ({}, 0.3, 0, "I² 0%, no sign"), ({"I2": 60.0}, 0.3, -1, "I² 60%"),
     ({"pi_low": -0.1}, 0.3, -1, "the prediction interval includes no effect"),
     ({"pi_low": -0.1, "ci_low": -0.05}, 0.3, 0, "I² 0%, no sign"),
     ({}, [0.0, 0.3, 0.9], -1, "intervals of two cohorts do not overlap"),
     ({"I2": 80.0, "pi_low": -0.1}, [0.0, 0.3, 0.9], -2, "I² 80%; the prediction interval")],
)  # fmt: skip
def test_inconsistency_by_signs(changes, yi, levels, words):
    found, reason = grade.inconsistency(pool(**changes), cohorts(yi=yi), context())
    assert found == levels
    assert reason.startswith(words)


def test_indirectness_of_a_surrogate_and_of_people_who_stand_in():
    assert grade.indirectness(pool(), cohorts(), context(surrogate_domains=("hormone",)))[0] == 0
    assert grade.indirectness(pool(outcome="marker"), cohorts(), context(surrogate_domains=("hormone",)))[0] == -1
    known = context(surrogate_domains=("hormone",), proxy_conditions=("proxy",))
    people = cohorts(conditions=["proxy;wide", "wide", "wide"])
    assert grade.indirectness(pool(stratum="condition:wide"), people, known) == (
        -1, "50% of the weight comes from a group that only stands in for the condition")  # fmt: skip
    assert grade.indirectness(pool(stratum="condition:proxy"), people, known)[0] == 0
    assert grade.indirectness(pool(stratum="condition:wide"), people.assign(conditions="wide"), known)[0] == 0
    assert grade.indirectness(pool(stratum="condition:wide", outcome="marker"), people, known)[0] == -2


@pytest.mark.parametrize(
    ("changes", "levels", "words"),
    [({}, 0, "the interval excludes no effect, and 600 people reach 400"), ({"n": 120.0}, -1, "120 people, fewer than 400"),
     ({"n": np.nan}, -1, "the number of people is not printed"), ({"ci_low": -0.1}, -1, "the interval includes no effect"),
     ({"ci_low": -0.3, "n": 100.0}, -2, "the interval includes no effect; the interval reaches from an important decrease"),
     ({"ci_low": -0.3, "measure": "MD"}, -1, "the interval includes no effect"),
     ({"contrast": "single_arm", "ci_low": -1.0, "ci_high": 1.0}, 0, "the interval excludes")],
)  # fmt: skip
def test_imprecision(changes, levels, words):
    found, reason = grade.imprecision(pool(**changes), cohorts(), context())
    assert found == levels
    assert reason.startswith(words)


def test_missing_results_by_share():
    def rows(poolable, total):
        return {("level", "versus_control", "all"): SimpleNamespace(poolable=poolable, cohorts=total)}

    assert grade.missing_results(pool(), cohorts(), context(missing_rows=rows(3, 6))) == (
        -1,
        "3 of 6 cohorts with a result cannot be pooled",
    )
    assert grade.missing_results(pool(), cohorts(), context(missing_rows=rows(3, 5)))[0] == 0
    assert grade.missing_results(pool(), cohorts(), context())[0] == 0


LARGE = {"ci_low": 0.8, "ci_high": 1.5}


@pytest.mark.parametrize(
    ("changes", "level", "lowered", "levels", "words"),
    [(LARGE, "low", False, 1, "the whole interval lies beyond a ratio of 2"), ({}, "low", False, 0, "the interval does not lie"),
     ({"ci_low": -1.5, "ci_high": -0.8}, "low", False, 1, "the whole"), (LARGE | {"measure": "MD"}, "low", False, 0, "the interval does not"),
     (LARGE | {"contrast": "before_after"}, "low", False, 0, "large, yet not raised, since a change without a control group"),
     (LARGE, "low", True, 0, "large, yet not raised, since certainty was lowered"), (LARGE, "high", False, 0, "large, yet not raised, since it starts high")],
)  # fmt: skip
def test_a_large_effect_raises_only_where_it_may(changes, level, lowered, levels, words):
    found, reason = grade.large_effect(pool(**changes), cohorts(), context(), level, lowered)
    assert found == levels
    assert reason.startswith(words)


def test_steps_add_up_between_very_low_and_high(tmp_path):
    frame, steps = toy_certainty(tmp_path)
    row = frame.loc["level.versus_control.all.headline"]
    taken = steps[steps.pool == row.name].set_index("domain").levels
    assert (row.start, taken["start"]) == ("high", 4)
    assert taken.drop("start").to_dict() == {"risk_of_bias": 0, "inconsistency": 0, "indirectness": 0, "imprecision": -1,
                                             "missing_results": 0, "large_effect": 0}  # fmt: skip
    assert row.certainty == "moderate"
    assert row.reasons == "imprecision: 80 people, fewer than 400"
    assert (frame.loc["level.before_after.all.headline", "start"], row.overridden) == ("low", "no")


def toy_certainty(path, **tables):
    """A trial of two arms at low risk of bias."""
    numbers = []
    for arm, high in (("treated", 16), ("placebo", 10)):
        numbers += [number("s", 10, "baseline", n=40, group_id=arm, **sd(2)), number("s", high, n=40, group_id=arm, **sd(2))]
    made = {"studies": [study("s", design="rct_parallel")], "groups": [group("s"), group("s", "placebo", arm="placebo", drug="placebo")]}
    bias = [{"study_id": "s", "tool": "RoB2", "domain": name, "judgement": "low", "support": "Said.", "basis": "full_text"}
            for name in ("randomisation", "deviations")]  # fmt: skip
    folder = toy.folder(path, **made, measurements=numbers, risk_of_bias=bias, **tables)
    tables, config = ev.read(folder), load(folder)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config, ("headline",))
    missed = missing(reported(tables, effects, config), tables, config)
    frame, steps = grade.certainty_and_steps(pools, members, effects, missed, tables, config)
    return frame.set_index("pool"), steps


def test_an_analyst_overrides_a_step_and_says_why(tmp_path):
    own = {
        "outcome": "level",
        "contrast": "versus_control",
        "stratum": "",
        "domain": "indirectness",
        "levels": "-2",
        "why": "Other people.",
    }
    frame, steps = toy_certainty(tmp_path, judgements=[own])
    row = frame.loc["level.versus_control.all.headline"]
    assert (row.certainty, row.indirectness, row.overridden) == ("very low", -2, "yes")
    step = steps[(steps.pool == row.name) & (steps.domain == "indirectness")].iloc[0]
    assert step.by == "judgement"
    assert step.reason == "Other people (an analyst's judgement in place of the rule's 0: the outcome and the people are those asked about)"
    assert frame.loc["level.before_after.all.headline", "overridden"] == "no"


def test_certainty_never_rises_for_a_change_without_control():
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config, ("headline",))
    missed = missing(reported(tables, effects, config), tables, config)
    frame, steps = grade.certainty_and_steps(pools, members, effects, missed, tables, config)
    assert not (frame.large_effect > 0).any()
    assert frame.loc[frame.contrast == "before_after", "certainty"].isin(["low", "very low"]).all()
    assert frame.loc[frame.contrast == "single_arm", "certainty"].eq("not rated").all()
    assert steps[steps.contrast != "single_arm"].groupby("pool").size().eq(7).all()
    assert (steps.reason != "").all()
