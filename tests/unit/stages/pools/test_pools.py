"""Stage pools: who enters, who is left out and why, and the numbers against direct calls of the engine."""

from pathlib import Path

import numpy as np
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.pools.pools import pools_and_members
from tests.support import toy
from tests.support.toy import group, number, sd, study

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def real():
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    pools, members = pools_and_members(effects, config)
    return effects.set_index("id"), pools.set_index("id"), members


def toy_pools(path, only=("headline",), **tables):
    folder = toy.folder(path, **tables)
    config = load(folder)
    pools, members = pools_and_members(ev.effects(ev.read(folder), config), config, only)
    return pools.set_index("id"), members


def before_after(name, low, high, group_id="treated", n=20):
    return [
        number(name, low, "baseline", n=n, group_id=group_id, **sd(low / 3)),
        number(name, high, n=n, group_id=group_id, **sd(high / 3)),
    ]


def test_numbers_are_those_of_the_engine(real):
    _, pools, members = real
    pool = pools.loc["testosterone.before_after.all.headline"]
    part = members[(members.pool == pool.name) & (members.left_out == "")]
    fit = ev.rma(part.yi.to_numpy(), part.vi.to_numpy(), method="REML", test="adhoc")
    assert pool.k == len(part) == 6
    for name in ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "I2", "Q", "Q_p", "pi_low", "pi_high"):
        assert pool[name] == pytest.approx(getattr(fit, name), rel=1e-9, abs=1e-12), name
    low, high = fit.tau2_ci("qprofile")
    assert pool.tau2_low == pytest.approx(low, abs=1e-8)
    assert pool.tau2_high == pytest.approx(high, abs=1e-8)
    assert pool.effect == pytest.approx(100 * np.expm1(fit.estimate), rel=1e-9)
    assert part.weight.sum() == pytest.approx(100)


def test_bounded_errors_stay_out_of_the_headline(real):
    effects, _, members = real
    used = members[members.pool.str.endswith(".headline") & (members.left_out == "")]
    routes = {effects.loc[name, "route"] for ids in used.effect_ids for name in ids.split(";")}
    assert "bound" not in routes and "none" not in routes


def test_a_cohort_counts_once(real):
    _, _, members = real
    used = members[members.left_out == ""]
    assert not used.duplicated(["pool", "cohort_id"]).any()
    left = members[(members.pool == "te_ratio.before_after.all.headline") & (members.left_out != "")]
    assert list(left.left_out) == ["cohort counted once, by raman2002"]


def test_no_group_meets_its_own_subgroup(real):
    effects, _, members = real
    for ids in members.effect_ids[members.left_out == ""]:
        names = ids.split(";")
        larger = {larger for name in names for larger in effects.loc[name, "part_of"].split(";") if larger}
        assert not larger & {effects.loc[name, "group_id"] for name in names}


def test_few_studies_say_so(real):
    _, pools, _ = real
    one, two = pools[pools.k == 1], pools[pools.k == 2]
    assert (one.note == "single study, not pooled").all()
    assert one[["tau2", "I2", "Q", "pi_low"]].isna().all().all()
    assert two.note.str.startswith("two studies").all()
    assert two.pi_low.isna().all()
    assert pools[(pools.k >= 3)].pi_low.notna().all()


def test_subgroup_is_left_out_beside_its_total_and_used_alone(tmp_path):
    pools, members = toy_pools(
        tmp_path,
        studies=[study("s")],
        conditions=[{}, {"condition": "condition_b", "label": "B"}],
        groups=[group("s"), group("s", "part", part_of="treated", conditions="condition_a;condition_b")],
        measurements=before_after("s", 10, 15) + before_after("s", 8, 16, "part", n=9),
    )
    in_all = members[members.pool == "level.before_after.all.headline"]
    assert list(in_all[in_all.left_out == ""].effect_ids) == ["s.treated.level.before_after"]
    assert list(in_all[in_all.left_out != ""].left_out) == ["part of a larger group in the pool"]
    alone = members[members.pool == "level.before_after.condition-condition_b.headline"]
    assert list(alone.effect_ids) == ["s.part.level.before_after"]


def test_broader_condition_holds_the_narrower(tmp_path):
    pools, _ = toy_pools(
        tmp_path,
        studies=[study("s")],
        conditions=[{"condition": "wide"}, {"condition": "narrow", "parent": "wide"}],
        groups=[group("s", conditions="narrow")],
        measurements=before_after("s", 10, 15),
    )
    assert set(pools.stratum) == {"all", "condition:narrow", "condition:wide", "drug:drug_a"}


def test_arms_of_a_parallel_trial_are_averaged_as_independent(tmp_path):
    pools, members = toy_pools(
        tmp_path,
        studies=[study("s", design="rct_parallel")],
        groups=[group("s", "low"), group("s", "high")],
        measurements=before_after("s", 10, 15, "low") + before_after("s", 10, 18, "high"),
    )
    row = members[members.pool == "level.before_after.all.headline"].iloc[0]
    v = (1 / 3) ** 2 / 20
    assert row.arms == 2
    assert row.vi == pytest.approx(v / 2, rel=1e-12)
    assert row.n == 40


def test_crossover_and_arms_are_never_pooled_with_changes(real):
    _, pools, members = real
    contrasts = {ids.split(".")[-1] for ids in members.effect_ids[members.pool.str.contains("before_after")]}
    assert contrasts == {"before_after"}


def test_correlation_grid_equals_direct_calls(real):
    effects, pools, members = real
    part = members[(members.pool == "lh.before_after.all.r_0.9") & (members.left_out == "")]
    rows = effects.loc[part.effect_ids]
    vi = rows.v_sum.to_numpy() - 2 * 0.9 * rows.v_cross.to_numpy()
    fit = ev.rma(rows.yi.to_numpy(), vi, method="REML", test="adhoc")
    pool = pools.loc["lh.before_after.all.r_0.9"]
    assert pool.estimate == pytest.approx(fit.estimate, rel=1e-9)
    assert pool.ci_low == pytest.approx(fit.ci_low, rel=1e-9)
