"""Double zeros, and pools of 2x2 tables: Mantel-Haenszel, Peto, a binomial model."""

from dataclasses import replace

import numpy as np
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.pools.analyses import analyses
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.report.sections.outcomes import KINDS
from evidence.stages.verdicts.missing import missing, reported
from evidence.stages.verdicts.sensitivity import sensitivity
from tests.support import rosiglitazone
from tests.support.rosiglitazone import arm
from tests.support.toy import group

FEW = {"a": (0, 40, 3, 38), "b": (2, 60, 5, 62), "c": (1, 25, 0, 24), "none": (0, 30, 0, 31), "all": (12, 12, 9, 9)}
"""Two tables with an empty cell, one without, one without an event, one where everyone has it."""


def run(folder, **changes):
    tables, config = ev.read(folder), replace(load(folder), **changes)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config)
    return effects.set_index("study_id"), pools.set_index("id"), members, sensitivity(pools, members, config), tables


@pytest.fixture(scope="module")
def nissen(tmp_path_factory):
    return run(rosiglitazone.folder(tmp_path_factory.mktemp("nissen")))


def line(frame, analysis):
    return frame[(frame["stratum"] == "all") & (frame["analysis"] == analysis)].iloc[0]


def test_rosiglitazone_as_published(nissen):
    """Nissen & Wolski 2007: Peto odds ratio 1.43 (1.03 to 1.98); 4 of the 42 trials had no infarction."""
    row = line(nissen[3], "Peto")
    assert [f"{row[name]:.2f}" for name in ("effect", "effect_low", "effect_high")] == ["1.43", "1.03", "1.98"]
    assert (row.k, row.kind, row.flips) == (38, "rare events", "yes")


@pytest.mark.parametrize(
    ("analysis", "estimate", "se", "k"),
    [
        # rma.peto(ai=, n1i=, ci=, n2i=) and rma.mh(measure="OR", ...) of metafor 3.8.1
        ("Peto", 0.3564888269235, 0.1663395922005, 38),
        ("MH", 0.355516544362, 0.166620687037, 38),
        # rma(measure="OR", ..., drop00=TRUE, test="z") and without drop00: exp() 1.2855866 and 1.2607481
        ("test_z", np.log(1.2855866), np.nan, 38),
        ("with_double_zeros", np.log(1.2607481), np.nan, 42),
    ],
)
def test_rosiglitazone_equals_metafor(nissen, analysis, estimate, se, k):
    pool = nissen[1].loc[f"infarction.versus_control.all.{analysis}"]
    assert pool.estimate == pytest.approx(estimate, abs=1e-7 if np.isnan(se) else 1e-11)
    assert np.isnan(se) or pool.se == pytest.approx(se, abs=1e-11)
    assert pool.k == k


def test_pools_of_tables_have_honest_columns(nissen):
    _, pools, members, *_ = nissen
    for method in ("MH", "Peto", "GLMM"):
        pool = pools.loc[f"infarction.versus_control.all.{method}"]
        assert (pool.method, pool.test) == (method, "z")
        assert np.isnan(pool.df) and np.isnan(pool.tau2) == (method != "GLMM")
        assert pool.note == "4 of 42 tables have no event, or nothing else, in both arms and add nothing"
        part = members[members.pool == pool.name]
        assert len(part) == 42
        silent = part[part.left_out != ""]
        assert len(silent) == 4 and set(silent.left_out) == {"no event in either arm, which says nothing of a ratio"}
        assert part.weight.sum() == pytest.approx(0 if method == "GLMM" else 100)
    dream = members[(members.pool == "infarction.versus_control.all.Peto") & (members.cohort_id == "dream")].iloc[0]
    assert [dream.x1, dream.n1, dream.x2, dream.n2] == [15, 2635, 9, 2634]


def test_the_report_has_a_heading_for_every_kind_of_analysis(tmp_path):
    config = load(rosiglitazone.folder(tmp_path, FEW))
    assert {plan.kind for plan in analyses(config).values()} == {"headline", *KINDS}


def test_a_double_zero_has_no_ratio(tmp_path):
    effects, pools, _, _, tables = run(rosiglitazone.folder(tmp_path, FEW))
    assert effects.loc["none", "reason"] == "not weighted: no event in either arm, which says nothing of a ratio"
    assert effects.loc["all", "reason"] == "not weighted: the event in everyone of both arms, which says nothing of a ratio"
    assert effects.loc[["none", "all"], ["yi", "vi"]].isna().all(axis=None)
    assert pools.loc["infarction.versus_control.all.headline", "k"] == 3
    given = missing(reported(tables, effects.reset_index(), load(tmp_path)), tables, load(tmp_path))
    assert given.unseen_share.max() == 0


def test_a_double_zero_has_a_risk_difference(tmp_path):
    """escalc("RD"): 1/2 is added to a table with an empty cell, as in metafor."""
    effects, pools, *_ = run(rosiglitazone.folder(tmp_path, FEW, "RD"))
    assert pools.loc["infarction.versus_control.all.headline", "k"] == 5
    assert effects.loc["none", "yi"] == pytest.approx(0.5 / 31 - 0.5 / 32)
    assert "infarction.versus_control.all.with_double_zeros" not in pools.index


@pytest.mark.parametrize(
    ("measure", "analysis", "estimate", "se", "k"),
    [
        # ai <- c(0,2,1,0,12); n1i <- c(40,60,25,30,12); ci <- c(3,5,0,0,9); n2i <- c(38,62,24,31,9)
        # rma.mh(measure=, ai, n1i=, ci=, n2i=) and rma.peto(ai=, n1i=, ci=, n2i=) of metafor 3.8.1
        ("OR", "MH", -1.011319969189, 0.685874317687, 3),
        ("OR", "Peto", -0.942701777798, 0.615141667003, 3),
        ("RR", "MH", -0.318223583545, 0.209482590556, 4),
        ("RD", "MH", -0.0301562640508, 0.0195981347783, 5),
    ],
)
def test_few_tables_equal_metafor(tmp_path, measure, analysis, estimate, se, k):
    _, pools, *_ = run(rosiglitazone.folder(tmp_path, FEW, measure))
    pool = pools.loc[f"infarction.versus_control.all.{analysis}"]
    assert (pool.estimate, pool.se) == pytest.approx((estimate, se), abs=1e-9)
    assert pool.k == k


def test_common_events_need_no_tables(tmp_path):
    common = {"a": (10, 40, 12, 38), "b": (20, 60, 25, 62)}
    _, pools, *_ = run(rosiglitazone.folder(tmp_path, common))
    assert not {"MH", "Peto", "GLMM"} & set(pools.analysis)
    _, pools, *_ = run(tmp_path, rare_risk=0.5)
    assert {"MH", "Peto", "GLMM"} <= set(pools.analysis)


def test_a_pool_without_a_finite_ratio_is_none(tmp_path):
    _, pools, members, *_ = run(rosiglitazone.folder(tmp_path, {"a": (0, 40, 3, 38), "b": (0, 60, 5, 62)}))
    assert set(pools[pools.analysis.isin(["MH", "Peto", "GLMM"])].analysis) == {"Peto"}
    assert set(members.pool) == set(pools.index)


def test_arms_of_one_trial_are_one_table(tmp_path):
    """Cochrane Handbook 23.3.4: two doses together, their control group once."""
    folder = rosiglitazone.folder(tmp_path, {"a": (1, 40, 3, 38), "b": (0, 60, 5, 62)})
    groups, rows = folder / "data/raw/groups.csv", folder / "data/raw/measurements.csv"
    for path, columns in ((groups, group("a", "high", label="High dose", arm="treatment", conditions="condition_a", drug="drug_a")),
                          (rows, arm("a", "high", 2, 42) | {"timepoint": "followup", "spread": "none", "source_kind": "abstract", "source_locator": "x"})):  # fmt: skip
        header = path.read_text().split("\n", 1)[0].split(",")
        path.write_text(path.read_text() + ",".join(str(columns.get(name, "")) for name in header) + "\n")
    _, pools, members, *_ = run(folder)
    pool = pools.loc["infarction.versus_control.all.Peto"]
    part = members[members.pool == pool.name].set_index("cohort_id")
    assert part.loc["a", ["x1", "n1", "x2", "n2"]].tolist() == [3, 82, 3, 38]
    assert part.loc["a", "arms"] == 2 and part.loc["a", "n"] == 120
    direct = ev.peto([3, 0], [79, 60], [3, 5], [35, 57])
    assert (pool.estimate, pool.se, pool.k) == (direct.estimate, direct.se, 2)
