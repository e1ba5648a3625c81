"""Meta-regression on numbers that stand in moderators.csv: which cohorts, which values, which words."""

import numpy as np
import pytest

import evidence as ev
from evidence.config import load
from evidence.problems import EvidenceError
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.pools.regressions import COLUMNS, regressions
from tests.support import toy
from tests.support.toy import group, number, se, study

CONFIG = f"{toy.CONFIG}pools:\n  moderators: [age]\n  regression_least: 4\n"
STUDIES = "abcd"
CHANGES = {"a": 12, "b": 15, "c": 13, "d": 20}


def value(name, age, group_id=""):
    return {"study_id": name, "group_id": group_id, "moderator": "age", "value": age, "source": "Table 1"}


def made(path, *values, config=CONFIG, **tables):
    rows = [number(name, 10, "baseline", n=20, **se(1)) for name in STUDIES]
    rows += [number(name, CHANGES[name], n=20, **se(1)) for name in STUDIES]
    tables = {
        "studies": [study(name) for name in STUDIES], "groups": [group(name) for name in STUDIES], "measurements": rows,
        "moderators": list(values),
    } | tables  # fmt: skip
    folder = toy.folder(path, config=config, **tables)
    read, plan = ev.read(folder), load(folder)
    effects = ev.effects(read, plan)
    pools, members = pools_and_members(effects, plan)
    return regressions(pools, members, effects, read.moderators, plan), members


def test_slope_and_intercept_are_those_of_rma(tmp_path):
    ages = {"a": 30, "b": 41, "c": 35, "d": 60}
    frame, members = made(tmp_path, *(value(name, age) for name, age in ages.items()))
    part = members[members["pool"] == "level.before_after.all.headline"]
    fit = ev.rma(part["yi"], part["vi"], X=part["cohort_id"].map(ages).astype(float), test="adhoc")
    assert list(frame.columns) == COLUMNS
    assert list(frame["id"]) == ["level.before_after.age"] * 2
    assert list(frame["coefficient"]) == ["intercept", "slope"]
    assert frame["estimate"].to_numpy() == pytest.approx(fit.estimate, rel=1e-12)
    assert frame["se"].to_numpy() == pytest.approx(fit.se, rel=1e-12)
    assert (frame["QM"][0], frame["R2"][0], frame["tau2"][0]) == pytest.approx((fit.QM, fit.R2, fit.tau2), rel=1e-12)
    assert (frame["k"][0], frame["without"][0], frame["lowest"][0], frame["highest"][0]) == (4, 0, 30, 60)


def test_a_group_comes_before_its_study_and_arms_are_averaged(tmp_path):
    rows = [number(name, 10, "baseline", n=20, group_id=one, **se(1)) for name in STUDIES for one in ("treated", "second")]
    rows += [number(name, CHANGES[name], n=20, group_id=one, **se(1)) for name in STUDIES for one in ("treated", "second")]
    frame, _ = made(
        tmp_path, value("a", 30), value("a", 50, "second"), *(value(name, 70) for name in "bcd"),
        groups=[group(name, one) for name in STUDIES for one in ("treated", "second")], measurements=rows,
    )  # fmt: skip
    assert (frame["lowest"][0], frame["highest"][0]) == (40, 70)


def test_cohorts_without_a_value_are_counted(tmp_path):
    frame, _ = made(tmp_path, value("a", 30), value("b", 41), value("c", 35))
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["k"], row["without"], row["coefficient"], row["note"]) == (3, 1, "", "fewer than 4 cohorts")
    assert np.isnan(row["estimate"])


def test_equal_values_explain_nothing(tmp_path):
    frame, _ = made(tmp_path, *(value(name, 40) for name in STUDIES))
    assert list(frame["note"]) == ["every cohort has the same value"]


def test_an_unknown_moderator_is_named(tmp_path):
    with pytest.raises(EvidenceError) as told:
        made(tmp_path, *(value(name, 40) for name in STUDIES), config=CONFIG.replace("[age]", "[agee]"))
    assert str(told.value) == (
        'config/config.yaml:7 pools.moderators: "agee" stands in no row of data/raw/moderators.csv. '
        'Add it there, or correct the spelling (did you mean "age"?).'
    )


def test_no_moderators_make_an_empty_table(tmp_path):
    frame, _ = made(tmp_path, config=toy.CONFIG)
    assert list(frame.columns) == COLUMNS and not len(frame)
