"""Tests between the strata of one pool: which sets, which cohorts, whose numbers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.figures.canvas import clipped
from evidence.stages.figures.figures import drawings
from evidence.stages.page import data as page_data
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.pools.subgroups import COLUMNS, subgroups
from evidence.stages.report.inputs import Inputs
from evidence.stages.report.names import Names
from evidence.stages.report.sections import outcomes as content_outcomes
from evidence.stages.verdicts.contrasts import contrasts
from evidence.store.rows import named_rows
from evidence.words import subgroups as subgroup_words
from tests.support import toy
from tests.support.toy import group, number, se, study

ROOT = Path(__file__).parents[4]
METAFOR = json.loads((ROOT / "tests/reference/metafor_models.json").read_text(encoding="utf-8"))["datasets"]["bcg_rr"]["reference"]
TIGHT = {"rel": 1e-8, "abs": 1e-10}
CONFIG = f"{toy.CONFIG}pools:\n  strata: [condition, drug]\n"
CONDITIONS = [
    {"condition": name, "label": name.upper(), "parent": parent}
    for name, parent in (("whole", ""), ("left", "whole"), ("right", "whole"), ("other", ""), ("third", ""))
]
EFFECTS = {"a": (12, 0.5), "b": (15, 0.8), "c": (13, 0.6), "d": (20, 0.7), "e": (18, 0.9)}


def inputs_of(tables, config, effects, pools, members, table):
    unused = effects_and_unused(tables, config)[1]
    return Inputs(tables, config, effects, pools, members, unused, None, [], subgroups=table)


def made(folder):
    tables, config = ev.read(folder), load(folder)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config)
    return tables, config, effects, pools, members, subgroups(pools, members, effects, tables.conditions, tables.moderators, config)


def trials(path, conditions, config=CONFIG, **groups):
    """One treated group a trial with the conditions given, before and after treatment; `groups` are columns of groups.csv by trial."""
    names = list(conditions)
    rows = [number(name, 10, "baseline", n=20, **se(0.5)) for name in names]
    rows += [number(name, EFFECTS[name][0], n=20, **se(EFFECTS[name][1])) for name in names]
    folder = toy.folder(
        path, config=config, studies=[study(name) for name in names], measurements=rows, conditions=CONDITIONS,
        groups=[group(name, conditions=conditions[name], **groups.get(name, {})) for name in names],
    )  # fmt: skip
    return made(folder)


def row_of(frame, name):
    return frame.set_index("id").loc[f"level.before_after.{name}"]


@pytest.fixture(scope="module")
def bcg():
    return made(ROOT / "examples/bcg")


def test_levels_of_a_moderator_are_compared_as_metafor_does(bcg):
    """rma by allocation and with mods = ~ factor(alloc) of dat.bcg; the F test with test="adhoc" is that of metafor 3.8-1."""
    table = bcg[-1]
    assert list(table.columns) == COLUMNS and list(table["id"]) == ["tuberculosis.versus_control.allocation"]
    row, own, common = table.iloc[0], METAFOR["subgroups_separate_tau2"], METAFOR["subgroups_common_tau2"]
    assert row["strata"] == "allocation:alternate;allocation:random;allocation:systematic"
    assert (row["cohorts"], row["k"], row["tau2_of"], row["note"], row["shared"]) == ("2;7;4", 13, "each", "", "")
    assert (row["Q_between"], row["Q_between_df"], row["Q_between_p"]) == pytest.approx((own["Q_between"], own["df"], own["p"]), **TIGHT)
    assert (row["QM"], row["QM_p"], row["tau2"], row["R2"]) == pytest.approx((common["QM"], common["p"], common["tau2"], 0), **TIGHT)
    assert (row["F"], row["F_df"], row["F_p"]) == pytest.approx((0.883755700965849, 10, 0.443176640600857), rel=1e-8)


def test_the_estimates_compared_are_those_of_the_pools(bcg):
    pools, row = bcg[3].set_index("id"), bcg[-1].iloc[0]
    members = bcg[4]
    estimates, weights = [], []
    for stratum in row["strata"].split(";"):
        pool = pools.loc[f"tuberculosis.versus_control.{stratum.replace(':', '-')}.headline"]
        vi = members.loc[members["pool"] == pool.name, "vi"]
        estimates.append(pool["estimate"])
        weights.append((1 / (vi + pool["tau2"])).sum())
    assert estimates == pytest.approx(METAFOR["subgroups_separate_tau2"]["estimate"], **TIGHT)
    centre = np.average(estimates, weights=weights)
    assert row["Q_between"] == pytest.approx(np.dot(weights, (np.array(estimates) - centre) ** 2), rel=1e-9)


def test_no_knapp_hartung_form_where_the_config_tests_by_z(bcg):
    tables, config, effects, pools, members, _ = bcg
    row = subgroups(pools, members, effects, tables.conditions, tables.moderators, replace(config, test="z")).iloc[0]
    assert np.isnan([row["F"], row["F_df"], row["F_p"]]).all()
    assert row["QM"] == pytest.approx(METAFOR["subgroups_common_tau2"]["QM"], **TIGHT)


def test_conditions_are_compared_with_those_that_share_their_parent(tmp_path):
    table = trials(tmp_path, {"a": "left", "b": "left", "c": "right", "d": "right", "e": "other"})[-1]
    assert list(table["id"]) == ["level.before_after.conditions", "level.before_after.conditions-whole"]
    top, below = row_of(table, "conditions"), row_of(table, "conditions-whole")
    assert (top["strata"], top["cohorts"], top["k"]) == ("condition:whole;condition:other", "4;1", 5)
    assert (below["strata"], below["cohorts"], below["tau2_of"]) == ("condition:left;condition:right", "2;2", "each")


def test_a_stratum_of_one_cohort_borrows_the_tau2_of_all(tmp_path):
    row = row_of(trials(tmp_path, {"a": "left", "b": "left", "c": "left", "d": "right"})[-1], "conditions-whole")
    assert (row["cohorts"], row["tau2_of"]) == ("3;1", "all")
    assert (row["Q_between"], row["Q_between_p"]) == (row["QM"], row["QM_p"])
    assert row["note"] == "one cohort, which has no tau2 of its own: right"


def test_one_cohort_in_each_stratum_tells_nothing(tmp_path):
    row = row_of(trials(tmp_path, {"a": "left", "b": "right"})[-1], "conditions-whole")
    assert np.isnan(row["Q_between"]) and np.isnan(row["QM"])
    assert row["note"] == "no test: with one cohort in each stratum nothing tells their difference from the spread between cohorts"


def test_strata_below_the_least_of_the_config_are_left_out(tmp_path):
    where = {"a": "whole", "b": "whole", "c": "other", "d": "other", "e": "third"}
    config = f"{CONFIG}  subgroup_least: 2\n"
    row = row_of(trials(tmp_path / "three", where, config)[-1], "conditions")
    none = row_of(trials(tmp_path / "none", {"a": "left", "b": "left", "c": "right"}, config)[-1], "conditions-whole")
    assert (row["strata"], row["cohorts"], row["note"]) == ("condition:whole;condition:other", "2;2", "too few cohorts, left out: third")
    assert none["note"] == "no test: fewer than two strata have 2 cohorts" and np.isnan(none["Q_between"])


def test_a_cohort_of_people_with_two_conditions_is_left_out_of_both(tmp_path):
    _, config, _, _, members, table = trials(tmp_path, {"a": "left", "b": "left;right", "c": "right", "d": "left", "e": "right"})
    row = row_of(table, "conditions-whole")
    assert (row["cohorts"], row["k"], row["shared"]) == ("2;2", 4, "Able & Baker 2001")
    assert row["note"] == "1 cohort left out: the same people may stand in several strata"
    own = members[members["pool"] == "level.before_after.all.headline"].set_index("cohort_id").loc[list("adce")]
    alone = ev.subgroups(own["yi"], own["vi"], list("llrr"), method=config.method, test=config.test)
    assert row["Q_between"] == pytest.approx(alone.Q_between, rel=1e-12)


def test_no_test_where_a_stratum_would_lose_all_its_cohorts(tmp_path):
    row = row_of(trials(tmp_path, {"a": "left", "b": "left;right", "c": "left", "d": "left;right"})[-1], "conditions-whole")
    assert np.isnan(row["Q_between"]) and (row["strata"], row["cohorts"], row["k"]) == ("condition:left;condition:right", "4;2", 4)
    assert row["note"] == "no test: the same people may stand in several strata, and without them right would have no cohort"


def within_trials(path, controls):
    """A printed difference of men (on the left) and of women (on the right) in each of three trials, from the controls named."""
    arms = [("men", "left", 4), ("women", "right", 1)]
    groups = [group(name, one, conditions=condition) for name in "abc" for one, condition, _ in arms]
    groups += [group(name, one, arm="untreated", drug="none", conditions="") for name in "abc" for one in dict.fromkeys(controls)]
    rows = [
        number(name, value + step, "difference", statistic="mean_difference", group_id=one, versus=control, n=80, **se(1))
        for step, name in zip((-0.1, 0, 0.1), "abc", strict=True)
        for (one, _, value), control in zip(arms, controls, strict=True)
    ]
    return made(toy.folder(
        path, config=CONFIG, studies=[study(name, design="rct_parallel") for name in "abc"], groups=groups, measurements=rows,
        conditions=CONDITIONS, outcomes=[{"measure": "MD"}],
    ))  # fmt: skip


def test_different_people_of_one_trial_are_independent(tmp_path):
    """Men and women of three trials, each with a control group of their own: 4 and 1, each with variance 1/3."""
    *_, table = within_trials(tmp_path, ("men_control", "women_control"))
    row = table.set_index("id").loc["level.versus_control.conditions-whole"]
    assert (row["cohorts"], row["shared"], row["tau2_of"]) == ("3;3", "", "each")
    assert row["in_several"] == "; ".join(["Able & Baker 2001"] * 3)
    assert row["Q_between"] == pytest.approx((4 - 1) ** 2 / (1 / 3 + 1 / 3), rel=1e-9)


def test_a_shared_control_group_makes_strata_dependent(tmp_path):
    *_, table = within_trials(tmp_path, ("control", "control"))
    row = table.set_index("id").loc["level.versus_control.conditions-whole"]
    assert np.isnan(row["Q_between"]) and row["in_several"] == "" and row["shared"].count("Able") == 3
    assert row["note"] == "no test: the same people may stand in several strata, and without them left and right would have no cohort"


@pytest.mark.parametrize("design, tested", [("rct_parallel", True), ("before_after", False)])
def test_two_drugs_outside_parallel_trials_may_have_had_the_same_people(tmp_path, design, tested):
    arms = [(name, one) for name in "abc" for one in ("first", "second")]
    groups = [group(name, one, drug=f"drug_{one}") for name, one in arms]
    rows = [number(name, 10, "baseline", n=20, group_id=one, **se(0.5)) for name, one in arms]
    rows += [number(name, EFFECTS[name][0] + len(one), n=20, group_id=one, **se(0.5)) for name, one in arms]
    folder = toy.folder(tmp_path, config=CONFIG, studies=[study(name, design=design) for name in "abc"], groups=groups, measurements=rows)
    row = row_of(made(folder)[-1], "drugs")
    assert np.isnan(row["Q_between"]) is not tested and (row["shared"] == "") is tested
    assert row["strata"] == "drug:drug_first;drug:drug_second"


def test_where_a_claim_asks_the_same_the_numbers_agree(tmp_path):
    names = {"a": "left", "b": "left", "c": "right", "d": "right", "e": "right"}
    tables, config, effects, *_, table = trials(tmp_path, names)
    claim = {"claim_id": "C1", "condition": "left", "outcomes": "level", "direction": "improves_more", "kind": "modifier", "versus_condition": "right",
             "claim": "More on the left."}  # fmt: skip
    tables = replace(tables, claims=pd.DataFrame([dict.fromkeys(tables.claims.columns, "") | claim]))
    asked, row = contrasts(effects, tables, config).iloc[0], row_of(table, "conditions-whole")
    assert asked["kind"] == "between" and (asked["k_a"], asked["k_b"]) == (2, 3)
    assert (row["QM"], row["QM_p"], row["tau2"]) == pytest.approx(tuple(asked[["Q_between", "Q_between_p", "tau2"]]), rel=1e-12)
    assert row["F_p"] == pytest.approx(asked["p"], rel=1e-9)


def test_a_group_has_its_own_level_before_that_of_its_study(tmp_path):
    names, levels = "abcd", {"a": "near", "b": "near", "c": "far", "d": "far"}
    rows = [number(name, 10, "baseline", n=20, **se(0.5)) for name in names] + [
        number(name, EFFECTS[name][0], n=20, **se(0.5)) for name in names
    ]
    values = [{"study_id": name, "moderator": "place", "value": value, "source": "Table 1"} for name, value in levels.items()]
    values += [{"study_id": "d", "group_id": "treated", "moderator": "place", "value": "near", "source": "Table 2"}]
    values += [
        {"study_id": name, "moderator": "age", "value": age, "source": "Table 1"} for name, age in zip(names, (30, 40, 50, 60), strict=True)
    ]
    folder = toy.folder(
        tmp_path, config=f"{toy.CONFIG}pools:\n  moderators: [age, place]\n", studies=[study(name) for name in names],
        groups=[group(name) for name in names], measurements=rows, moderators=values,
    )  # fmt: skip
    _, _, effects, pools, _, table = made(folder)
    assert list(effects["moderators"]) == ["place:near", "place:near", "place:far", "place:near"]
    row = row_of(table, "place")
    assert (row["kind"], row["strata"], row["cohorts"]) == ("moderator", "place:far;place:near", "1;3")
    strata = pools.loc[pools["analysis"] == "headline", "stratum"]
    assert {"place:far", "place:near"} < set(strata) and not strata.str.startswith("age").any()


def test_the_forest_plot_ends_with_the_test(bcg):
    tables, config, effects, pools, members, table = bcg
    (draw,) = (
        draw for _, draw, words in drawings(tables, config, effects, pools, members, {"subgroups": table}) if words["kind"] == "forest"
    )
    *strata, last = draw.args[0]
    assert [block.heading for block in strata[-3:]] == ["Allocation: alternate", "Allocation: random", "Allocation: systematic"]
    line = "Allocation: Q = 1.86, df = 2, p = 0.39; Knapp-Hartung F = 0.88, df = 2 and 10, p = 0.44."
    assert (last.heading, last.notes, last.rows) == ("Test for subgroup differences", (line,), ())
    assert [clipped(page) for page in draw()] == [[]] * len(draw())


def test_without_the_table_the_forest_plot_has_no_test(bcg):
    (draw,) = (draw for _, draw, words in drawings(*bcg[:5]) if words["kind"] == "forest")
    assert draw.args[0][-1].heading == "Allocation: systematic"


def test_the_report_says_it_below_the_table_of_the_strata(bcg):
    inputs = inputs_of(*bcg)
    shown = content_outcomes.between_strata(inputs, "tuberculosis", "versus_control")
    line = "Allocation: Q = 1.86, df = 2, p = 0.39; Knapp-Hartung F = 0.88, df = 2 and 10, p = 0.44."
    assert shown == [f"Test for subgroup differences. {line}"]
    assert page_data.subgroups(inputs) == [["tuberculosis", "versus_control", "RR", "risk ratio", line]]
    assert Names(inputs).strata[-3:] == ["allocation-alternate", "allocation-random", "allocation-systematic"]


def test_the_report_names_what_cannot_be_tested(tmp_path):
    inputs = inputs_of(*trials(tmp_path, {"a": "left", "b": "right"}))
    assert content_outcomes.between_strata(inputs, "level", "before_after") == [
        "Not tested, for the reasons in subgroups.csv: conditions within WHOLE."
    ]
    assert page_data.subgroups(inputs) == []


def test_words_say_what_was_left_out_and_whose_tau2_it_is(tmp_path):
    table = trials(tmp_path, {"a": "left", "b": "left;right", "c": "right", "d": "left", "e": "other"})[-1]
    first, second = subgroup_words.tests_in_words(named_rows(table), {"whole": "The whole"})
    assert first.startswith("Conditions: Q = ") and first.endswith("; one τ² for all strata, since a single cohort has none of its own.")
    assert second.startswith("Conditions within The whole: Q = ")
    assert second.endswith("; without 1 cohort whose people may stand in several strata.")
