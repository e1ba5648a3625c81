"""Sensitivity: who enters each analysis, the numbers against direct calls of the engine, and what flips."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.pools.analyses import analyses
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.verdicts.sensitivity import conclusions, robustness, sensitivity
from tests.support import toy
from tests.support.toy import group, number, p, sd, se, study

ROOT = Path(__file__).parents[4]
POOL = "testosterone.before_after.all"


@pytest.fixture(scope="module")
def real():
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config)
    return effects, pools.set_index("id"), members, sensitivity(pools, members, config), config, tables


def used(members, pool):
    return members[(members.pool == pool) & (members.left_out == "")]


def cohort_effects(effects, members, pool):
    ids = [name for text in used(members, pool).effect_ids for name in text.split(";")]
    return effects.set_index("id").loc[ids]


@pytest.mark.parametrize(
    ("analysis", "method", "test"),
    [("method_DL", "DL", "adhoc"), ("method_PM", "PM", "adhoc"), ("test_z", "REML", "z"), ("test_knha", "REML", "knha"),
     ("without_judged", "REML", "adhoc"), ("with_bounded", "REML", "adhoc"), ("with_flagged", "REML", "adhoc"),
     ("with_sensitivity_studies", "REML", "adhoc"), ("only_drug", "REML", "adhoc"), ("randomised", "REML", "adhoc"),
     ("MD", "REML", "adhoc"), ("SMCR", "REML", "adhoc")],
)  # fmt: skip
def test_every_analysis_equals_a_direct_call(real, analysis, method, test):
    _, pools, members, *_ = real
    pool, part = pools.loc[f"{POOL}.{analysis}"], used(members, f"{POOL}.{analysis}")
    fit = ev.rma(part.yi, part.vi, method=method, test=test)
    assert (pool.method, pool.test, pool.k) == (method, test, len(part))
    for name in ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "I2", "Q"):
        assert pool[name] == pytest.approx(getattr(fit, name), rel=1e-8, abs=1e-10), name


def test_who_is_in_each_analysis(real):
    effects, pools, members, *_, config, _ = real
    ids = [name.removesuffix(".headline") for name in pools.index if name.endswith(".all.headline")]
    for pool in ids:
        assert not (cohort_effects(effects, members, f"{pool}.without_judged").judged == "yes").any()
        assert not (cohort_effects(effects, members, f"{pool}.without_secondary").source_kind == "secondary").any()
        assert not (cohort_effects(effects, members, f"{pool}.without_medians").route == "quantiles").any()
        assert cohort_effects(effects, members, f"{pool}.randomised").design.str.startswith("rct_").all()
        assert (cohort_effects(effects, members, f"{pool}.only_drug").drug == config.only_drug).all()
    bounded = cohort_effects(effects, members, "sperm_motility.before_after.all.with_bounded")
    assert set(bounded.route) == {"bound"}
    assert (cohort_effects(effects, members, "te_ratio.before_after.all.with_flagged")["flags"] != "").any()


def test_differences_in_the_unit_by_hand(real):
    effects, _, members, *_ = real
    part = used(members, f"{POOL}.MD").set_index("cohort_id")
    row = effects.set_index("id").loc["loves2008.letrozole.testosterone.before_after"]
    assert part.loc["loves2008", "yi"] == pytest.approx(19.6 - 5.9, rel=1e-12)
    assert part.loc["loves2008", "vi"] == pytest.approx(1.4**2 + 0.5**2 - 2 * row.r * 1.4 * 0.5, rel=1e-12)
    shah = (412.0 - 270.6) * 0.0346717
    assert part.loc["shah2021", "yi"] == pytest.approx(shah, rel=1e-12)


def test_a_standard_error_from_p_keeps_its_test_statistic(real):
    effects, pools, members, *_ = real
    row = used(members, "glucose_infusion_rate.versus_control.all.MD").iloc[0]
    assert row.yi == pytest.approx(12.16 - 14.15)
    assert np.sqrt(row.vi) == pytest.approx(0.798, abs=5e-4)


def test_standardised_changes_equal_escalc(real):
    effects, _, members, *_ = real
    row = effects.set_index("id").loc["loves2008.letrozole.testosterone.before_after"]
    direct = ev.escalc("SMCR", m1i=[19.6], m2i=[5.9], sd1i=[0.5 * np.sqrt(12)], ni=[12], ri=[row.r])
    part = used(members, f"{POOL}.SMCR").set_index("cohort_id").loc["loves2008"]
    assert (part.yi, part.vi) == pytest.approx((direct.yi[0], direct.vi[0]), rel=1e-12)


def test_side_by_side_holds_the_pools(real):
    _, pools, _, frame, *_ = real
    rows = frame[(frame.pool == f"{POOL}.headline") & frame.analysis.isin(["headline", "method_DL", "r_0.9", "MD"])]
    for row in rows.itertuples():
        pool = pools.loc[f"{POOL}.{row.analysis}"]
        assert (row.estimate, row.ci_low, row.ci_high, row.k, row.effect) == (pool.estimate, pool.ci_low, pool.ci_high, pool.k, pool.effect)
    assert list(frame[frame.pool == f"{POOL}.headline"].analysis)[0] == "headline"


def test_bayes_equals_a_direct_call(real):
    _, _, members, frame, config, _ = real
    part = used(members, f"{POOL}.headline")
    direct = ev.bayes(part.yi, part.vi, tau_prior=("halfnormal", config.tau_prior))
    row = frame[(frame.pool == f"{POOL}.headline") & (frame.analysis == "bayes")].iloc[0]
    assert (row.estimate, row.ci_low, row.ci_high) == pytest.approx((direct.estimate, direct.ci_low, direct.ci_high), rel=1e-9)


def test_leave_one_out_equals_direct_calls(real):
    _, _, members, frame, *_ = real
    part = used(members, f"{POOL}.headline")
    estimates = {
        cohort: ev.rma(part.yi[part.cohort_id != cohort], part.vi[part.cohort_id != cohort], test="adhoc").estimate
        for cohort in part.cohort_id
    }
    rows = frame[(frame.pool == f"{POOL}.headline") & (frame.kind == "leave one out")]
    assert rows.estimate.min() == pytest.approx(min(estimates.values()), rel=1e-8)
    assert rows.estimate.max() == pytest.approx(max(estimates.values()), rel=1e-8)
    lowest = min(estimates, key=estimates.get)
    assert rows.loc[rows.estimate.idxmin(), "analysis"] == f"without_{lowest}"


def test_flips_are_named(real):
    *_, frame, _, tables = real
    row = robustness(frame, tables).set_index("pool").loc[f"{POOL}.headline"]
    flipped = frame[(frame.pool == f"{POOL}.headline") & (frame.flips == "yes")]
    assert row.conclusion == "increase"
    assert row.flips == len(flipped) > 0
    assert list(row["labels"].split("; ")) == list(flipped.label)
    assert all(f"{label} (unclear)" in row.sentence for label in flipped.label)


@pytest.mark.parametrize(
    ("changed", "flipped", "words"),
    [
        (4, 0, "increase in the headline and in all of 4 other analyses that change a number"),
        (1, 0, "increase in the headline and in the one other analysis that changes a number"),
        (4, 2, "increase in the headline; 2 of 4 other analyses that change a number say otherwise: A0 (unclear); A1 (unclear)"),
        (4, 1, "increase in the headline; one of 4 other analyses that change a number says otherwise: A0 (unclear)"),
        (1, 1, "increase in the headline; the one other analysis that changes a number says otherwise: A0 (unclear)"),
    ],
)
def test_one_is_said_in_the_singular(real, changed, flipped, words):
    flips = ["yes"] * flipped + ["no"] * (changed - flipped)
    rows = [
        {"pool": "p", "outcome": "level", "contrast": "before_after", "stratum": "all", "label": f"A{number}", "k": 2, "differs": "yes",
         "flips": flip, "conclusion": "unclear" if flip == "yes" else "increase", "headline_conclusion": "increase"}
        for number, flip in enumerate(flips)
    ]  # fmt: skip
    headline = rows[0] | {"label": "Headline", "analysis": "headline", "differs": "no", "flips": "no"}
    frame = pd.DataFrame([headline, *rows]).reindex(columns=real[3].columns)
    assert robustness(frame, real[-1]).sentence.tolist() == [words]


def test_what_is_left_empty_is_said_and_is_no_flip(real):
    frame = real[3]
    row = frame[(frame.pool == "sperm_concentration.before_after.all.headline") & (frame.analysis == "randomised")].iloc[0]
    assert (row.k, row.conclusion, row.flips) == (0, "nothing left", "no")


def test_conclusion_by_interval_or_direction():
    frame = pd.DataFrame({"contrast": ["before_after"] * 3 + ["single_arm"], "estimate": [0.2, -0.2, 0.1, 1.0],
                          "ci_low": [0.1, -0.3, -0.1, 0.5], "ci_high": [0.3, -0.1, 0.3, 1.5]})  # fmt: skip
    assert list(conclusions(frame, "interval")) == ["increase", "decrease", "unclear", ""]
    assert list(conclusions(frame, "direction")) == ["increase", "decrease", "increase", ""]


def test_analyses_follow_the_config(tmp_path):
    config = load(toy.folder(tmp_path))
    assert "only_drug" not in analyses(config)
    config = replace(config, only_drug="drug_a", correlation_grid=(0.2,), other_methods=("PM",), other_tests=("z", "adhoc"))
    names = [name for name, plan in analyses(config).items() if plan.everywhere and plan.kind != "studies"]
    assert names == ["headline", "r_0.2", "method_PM", "test_z"]
    assert analyses(config)["only_drug"].label == "Drug_a only"


def test_a_conclusion_that_rests_on_one_study_flips(tmp_path):
    """Three studies: without the secondary one the interval includes no effect."""
    rows = []
    for name, high, kind in (("s1", 12, "abstract"), ("s2", 20, "abstract"), ("s3", 15, "secondary"), ("s4", 16, "secondary")):
        rows += [number(name, 10, "baseline", n=20, source_kind=kind, **se(1)), number(name, high, n=20, source_kind=kind, **se(1))]
    names = ("s1", "s2", "s3", "s4")
    folder = toy.folder(tmp_path, studies=[study(name) for name in names], groups=[group(name) for name in names], measurements=rows)
    config = load(folder)
    pools, members = pools_and_members(ev.effects(ev.read(folder), config), config)
    frame = sensitivity(pools, members, config).set_index(["pool", "analysis"])
    row = frame.loc[("level.before_after.all.headline", "without_secondary")]
    assert (row.headline_conclusion, row.conclusion, row.flips, row.k) == ("increase", "unclear", "yes", 2)


def test_bounded_and_flagged_enter_only_where_asked(tmp_path):
    rows = [number("s1", 10, "baseline", n=20, **sd(3)), number("s1", 15, n=20, **sd(3))]
    rows += [number("s2", 10, "baseline", n=20), number("s2", 14, n=20, **p("<", "0.01"))]
    rows += [number("s3", 10, "baseline", n=20, **sd(3)), number("s3", 13, n=20, suspect="figure", note="doubted", **sd(3))]
    names = ("s1", "s2", "s3")
    folder = toy.folder(tmp_path, studies=[study(name) for name in names], groups=[group(name) for name in names], measurements=rows)
    config = load(folder)
    pools = ev.pools(ev.effects(ev.read(folder), config), config).set_index("id")
    k = pools.loc[[name for name in pools.index if ".all." in name], "k"].to_dict()
    assert k["level.before_after.all.headline"] == 1
    assert k["level.before_after.all.with_bounded"] == 2
    assert k["level.before_after.all.with_flagged"] == 2


def test_every_headline_pool_has_the_whole_set(real):
    """Whatever its stratum: each analysis of the plan is a row, computed or with nothing left."""
    _, pools, _, frame, config, _ = real
    wanted = {name for name, plan in analyses(config).items() if plan.everywhere}
    have = frame.groupby("pool")["analysis"].agg(set)
    heads = pools[pools.analysis == "headline"]
    assert set(have.index) == set(heads.index)
    assert set(heads.stratum.str.partition(":")[0]) == {"all", "comparator", "condition", "drug"}
    for pool, head in heads.iterrows():
        assert wanted <= have[pool], pool
        assert ("bayes" in have[pool]) == (head.k >= 2 and head.measure in ("ROM", "PLO", "OR", "RR")), pool
        assert any(name.startswith("without_") and name not in wanted for name in have[pool]) == (head.k >= 3), pool
        ratio = head.measure == "ROM"
        assert ("MD" in have[pool]) <= ratio and ("SMCR" in have[pool]) <= (ratio and head.contrast == "before_after")
