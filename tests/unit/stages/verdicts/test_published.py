"""Beside the pools: regression to the mean, published pools, flow, weights of the risk of bias, the PRISMA checklist."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

import evidence as ev
from evidence.config import load
from evidence.engine.measures.regression_to_mean import expected_regression
from evidence.problems import EvidenceError
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.verdicts.bias_weights import bias_weights
from evidence.stages.verdicts.flow import flow
from evidence.stages.verdicts.missing import missing, reported
from evidence.stages.verdicts.prisma import prisma
from evidence.stages.verdicts.published import published
from evidence.stages.verdicts.regression_to_mean import regression_to_mean
from tests.support import toy
from tests.support.toy import group, number, sd, study

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def real():
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    return tables, config, effects, *pools_and_members(effects, config)


def test_expected_regression_is_that_of_a_truncated_normal():
    """Barnett 2005: below a cut-off the first mean is mu - sigma phi/Phi, the second r times as far from mu."""
    mu, sigma, r, z = 10.0, 3.0, 0.6, -0.4
    first = mu - sigma * scipy.stats.norm.pdf(z) / scipy.stats.norm.cdf(z)
    second = mu - r * sigma * scipy.stats.norm.pdf(z) / scipy.stats.norm.cdf(z)
    assert expected_regression([first], [mu], [r])[0] == pytest.approx(second - first, rel=1e-12)
    chance = np.random.default_rng(1).multivariate_normal([mu, mu], sigma**2 * np.array([[1, r], [r, 1]]), 400_000)
    chosen = chance[chance[:, 0] < mu + z * sigma]
    assert (chosen[:, 1] - chosen[:, 0]).mean() == pytest.approx(second - first, abs=0.02)


def test_expected_regression_names_a_wrong_argument():
    with pytest.raises(ValueError, match=r"r must lie in \[-1, 1\], got 1.5 at index 1"):
        expected_regression([1, 1], [2, 2], [0.5, 1.5])
    with pytest.raises(ValueError, match="lengths differ"):
        expected_regression([1, 1], [2], [0.5])


def test_pavlovich_2001_beside_its_series_and_fertile_men(real):
    tables, config, effects, *_ = real
    frame = regression_to_mean(effects, tables, config)
    rows = frame[frame.effect_id == "pavlovich2001.testolactone.te_ratio.before_after"].set_index("reference_group")
    assert rows.loc["fertile_controls", "expected"] == pytest.approx(0.5 * (14.5 - 5.0))
    assert rows.loc["infertile_all", "expected"] == pytest.approx(0.5 * (6.9 - 5.0))
    assert rows.loc["fertile_controls", "most"] == pytest.approx(14.5 - 5.0)
    assert rows.observed.tolist() == pytest.approx([7.7, 7.7])
    assert rows.loc["fertile_controls", "share_percent"] == pytest.approx(100 * 4.75 / 7.7)
    assert "62% of the change could be chance" in rows.loc["fertile_controls", "sentence"]


def test_more_than_the_whole_change_is_not_cut_down(real):
    tables, config, effects, *_ = real
    frame = regression_to_mean(effects, tables, config)
    row = frame[frame.share_percent > 100].iloc[0]
    assert row.expected > row.observed > 0
    assert row.sentence.endswith(f"chance could explain all of it ({row.share_percent:.0f}%).")


def test_no_regression_upwards_from_above_the_reference(real):
    tables, config, effects, *_ = real
    frame = regression_to_mean(effects, tables, config)
    rows = frame[frame.expected < 0]
    assert len(rows) and rows.share_percent.isna().all()
    assert rows.sentence.str.contains("would not move it the way it went").all()


def test_without_reference_levels_nothing_is_claimed(real):
    tables, config, effects, *_ = real
    frame = regression_to_mean(effects, tables, replace(config, reference_levels=()))
    assert len(frame) == 0 and "expected" in frame
    absent = ({"outcome": "fsh", "condition": "hypogonadism", "study_id": "gibb2016", "group_id": "placebo", "why": "no baseline"},)
    assert len(regression_to_mean(effects, tables, replace(config, reference_levels=absent))) == 0


def test_published_pools_stand_beside_the_comparable_of_ours(real):
    tables, config, effects, pools, _ = real
    frame = published(pools, missing(reported(tables, effects, config), tables, config), tables, config)
    assert len(frame) == len(tables.reviews)
    row = frame[(frame.review_id == "guo2022") & (frame.outcome == "testosterone")].iloc[0]
    ours = pools.set_index("id").loc["testosterone.before_after.condition-infertility.headline"]
    assert (row.our_pool, row.our_effect, row.our_k) == (ours.name, ours.effect, ours.k)
    assert (row.stated, row.our_conclusion, row.agrees) == ("increase", "increase", "yes")
    other = frame[frame.review_id == "ccaz_ma"]
    assert set(other.comparable) == {"no"} and (other.our_pool == "").all() and (other.apart == "").all()


def test_a_comparison_that_ours_lacks_shows_the_nearest(real):
    tables, config, effects, pools, _ = real
    frame = published(pools, missing(reported(tables, effects, config), tables, config), tables, config)
    row = frame[(frame.review_id == "dutta2022") & (frame.outcome == "testosterone")].iloc[0]
    assert (row.our_pool, row.nearest_pool) == ("", "testosterone.before_after.condition-hypogonadism.MD")
    assert "none of our results can be weighted" in row.sentence
    assert row.sentence.endswith("theirs +7.1 (+5.9 to +8.2) nmol/L")


def test_what_sets_ours_apart_from_a_published_pool(real):
    """Our results without weight, as the table of missing results counts them, and the curator's note on theirs."""
    tables, config, effects, pools, _ = real
    missed = missing(reported(tables, effects, config), tables, config)
    frame = published(pools, missed, tables, config).set_index(["review_id", "outcome"])
    unseen = missed.set_index(["outcome", "contrast", "stratum"]).loc[("testosterone", "before_after", "condition:infertility")]
    assert (unseen.cohorts - unseen.poolable, unseen.cohorts, unseen.up, unseen.none) == (13, 14, 11, 1)
    assert frame.loc[("guo2022", "testosterone"), "apart"] == (
        "Of our 14 cohorts with a result by that comparison, 13 cannot be weighted; where these point: 11 up and 1 to no significant "
        "change. k and n are those of the whole review."
    )
    doubted = frame.loc[("dutta2022", "estradiol"), "apart"].iloc[0]
    assert doubted.startswith(
        "Of our 1 cohort with a result by that comparison, none can be weighted; where these point: 1 down. Labelled pmol/L but of the size"
    )
    assert frame.loc[("guo2022", "lh"), "apart"].startswith("Of our 10 cohorts with a result by that comparison, none can be weighted")
    assert frame.loc[("ribeiro2016", "prolactin"), "apart"] == "None of our studies gives a result by that comparison. One study behind it."


def test_the_flow_adds_up(real):
    tables, _, effects, *_ = real
    frame, left = flow(tables, effects)
    reports = frame.groupby("step").reports.sum()
    assert reports["found"] == len(tables.studies)
    assert reports["found"] == reports[["reviews", "excluded", "background", "sensitivity", "included"]].sum()
    assert reports["included"] == reports.reindex(["weighted", "shown", "silent"]).sum()
    assert len(left) == reports["found"] - reports["included"]
    assert (left.reason != "").all()
    weighted = frame[frame.step == "weighted"].study_ids.iat[0].split(";")
    assert set(weighted) == set(effects[effects.headline == "yes"].study_id)


def test_weights_of_the_risk_of_bias_are_whole(real):
    tables, _, effects, pools, members = real
    frame = bias_weights(pools, members, effects, tables)
    overall = frame[frame.domain == "overall"].groupby("pool").share.sum()
    assert overall.to_numpy() == pytest.approx(100)
    rows = frame[(frame.pool == "sperm_retrieval.versus_control.all.headline") & (frame.domain == "overall")]
    assert list(rows.judgement) == ["critical"]


def test_a_study_without_judgement_is_said_to_have_none(tmp_path):
    numbers = [number("s", 10, "baseline", n=20, **sd(3)), number("s", 15, n=20, **sd(3))]
    folder = toy.folder(tmp_path, studies=[study("s")], groups=[group("s")], measurements=numbers)
    tables, config = ev.read(folder), load(folder)
    effects = ev.effects(tables, config)
    frame = bias_weights(*pools_and_members(effects, config, ("headline",)), effects, tables)
    assert frame[["domain", "judgement", "share"]].to_numpy().tolist() == [["overall", "not_judged", 100.0]]


def test_prisma_has_its_42_items_and_admits_what_is_not_met(tmp_path):
    frame = prisma(ROOT).set_index("item")
    assert len(frame) == 42
    assert frame.loc["7", "met"] == "no" and frame.loc["24a", "met"] == "no"
    assert frame.loc["20b", "met"] == "yes"
    assert (frame.loc[frame.met != "no", "where"] != "").all()
    assert (frame.loc[frame.met != "yes", "note"] != "").all()
    assert prisma(tmp_path).set_index("item").loc["7", "note"] == "For the review to state"


def test_faults_of_a_reviews_own_checklist_are_named(tmp_path):
    (tmp_path / "config/text").mkdir(parents=True)
    (tmp_path / "config/text/prisma.csv").write_text("item,met,where,note\n99,yes,x,\n7,maybe,x,\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as error:
        prisma(tmp_path)
    told = [str(problem) for problem in error.value.problems]
    assert told[0].startswith('config/text/prisma.csv:2 item: "99" is no item of PRISMA 2020')
    assert told[1] == 'config/text/prisma.csv:3 met: "maybe" is no option. Use one of yes, partly, no.'
