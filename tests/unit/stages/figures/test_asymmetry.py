"""What needs ten studies is drawn for a review that has them, and its absence is said for one that has not."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.engine.bias.asymmetry import egger
from evidence.stages.figures.asymmetry import many_study_plots
from evidence.stages.figures.canvas import clipped, overlaps
from evidence.stages.figures.figures import bayesian_rows, pooled
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.pools.regressions import regressions
from evidence.stages.report.contents import Inputs, content
from evidence.stages.report.report import prose
from evidence.stages.verdicts.sensitivity import robustness, sensitivity
from tests.unit.stages.report.test_contents import cells, made_tables, plain, review, section

ROOT = Path(__file__).parents[4]
BCG = ROOT / "examples/bcg"


@pytest.fixture(scope="module")
def bcg():
    return made_tables(BCG)


@pytest.fixture(scope="module")
def drawn(bcg):
    made = many_study_plots(bcg["pools"], bcg["members"], bcg["effects"], ["tuberculosis"], bcg["tables"], bcg["config"])
    return {words["kind"]: (file, draw(), words) for file, draw, words in made}


def test_thirteen_trials_have_a_funnel_a_baujat_plot_and_a_bubble_plot(drawn):
    assert [file for file, *_ in drawn.values()] == [
        "funnel-tuberculosis-versus_control.svg", "baujat-tuberculosis-versus_control.svg", "bubble-latitude-tuberculosis-versus_control.svg",
    ]  # fmt: skip
    for file, figure, _ in drawn.values():
        assert clipped(figure) == [], file


def test_alt_texts_hold_the_numbers_of_the_engine(bcg, drawn):
    own = bcg["members"][(bcg["members"]["pool"] == "tuberculosis.versus_control.all.headline") & (bcg["members"]["left_out"] == "")]
    fit = ev.rma(own["yi"].to_numpy(), own["vi"].to_numpy(), test="adhoc")
    assert f"Egger’s test p = {egger(fit).p:.3f}" in drawn["funnel"][2]["caption"]
    slopes = regressions(bcg["pools"], bcg["members"], bcg["effects"], bcg["tables"].moderators, bcg["config"])
    slope = slopes[slopes["coefficient"] == "slope"].iloc[0]
    assert "0.971 (0.954 to 0.989)" in drawn["bubble"][2]["alt"] and f"p = {slope.p:.3f}" in drawn["bubble"][2]["caption"]
    most = own["study_label"].to_numpy()[((fit.yi - fit.estimate) ** 2 / (fit.vi + fit.tau2)).argmax()]
    assert f"{most} adds most to heterogeneity" in drawn["baujat"][2]["alt"]


def test_no_names_lie_on_each_other(drawn):
    for kind in ("funnel", "baujat"):
        assert overlaps(drawn[kind][1]) == [], kind


def test_the_report_shows_them_with_the_regression(bcg, drawn):
    slopes = regressions(bcg["pools"], bcg["members"], bcg["effects"], bcg["tables"].moderators, bcg["config"])
    figures = [{"file": file, "width_mm": 120.0, "height_mm": 95.0, **words} for file, _, words in drawn.values()]
    made = content(Inputs(**bcg, figures=figures, texts=prose(BCG), regressions=slopes))
    captions = [block.get("caption", "") for block in section(made, "outcomes")["blocks"]]
    assert sum("funnel plot" in words or "heterogeneity" in words or "on latitude" in words for words in captions) == 3
    rows = next(block for block in section(made, "outcomes")["blocks"] if block.get("caption", "").endswith("meta-regression"))
    assert [row[:3] for row in cells(rows)] == [["Latitude", "intercept", "13"], ["Latitude", "slope", "13"]]
    assert cells(rows)[1][3] == "0.971 (0.954 to 0.989)"
    axis = next(column["axis"] for column in made["front"]["blocks"][2]["columns"] if "axis" in column)
    assert [tick["words"] for tick in axis] == ["0.5", "1", "2", "4"]


@pytest.mark.parametrize(("measure", "said"), [("PLO", True), ("RR", False), ("MD", False)])
def test_an_axis_that_is_not_the_readable_scale_says_so(bcg, measure, said):
    pools = bcg["pools"].assign(measure=measure)
    made = many_study_plots(pools, bcg["members"], bcg["effects"], ["tuberculosis"], bcg["tables"], bcg["config"])
    for file, draw, _ in made:
        figure = draw()
        words = {artist.get_text() for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))}
        assert any("scale of the analysis" in text for text in words) == (said and not file.startswith("baujat")), file
        assert clipped(figure) == [], file


MISSING = {
    "pool": "p", "outcome": "level", "contrast": "before_after", "stratum": "all", "cohorts": 5.0, "poolable": 4.0, "number": 0.0, "direction": 1.0,
    "not_significant": 0.0, "nothing": 0.0, "up": 1.0, "down": 0.0, "none": 0.0, "unknown": 0.0, "n_poolable": 60.0, "n_unseen": 0.0,
    "unseen_share": 20.0, "sentence": "-",
}  # fmt: skip


def test_a_review_with_fewer_says_why_there_is_none(tmp_path):
    folder = review(tmp_path)
    made = content(Inputs(**made_tables(folder), figures=[], texts=prose(folder), missing=pd.DataFrame([MISSING])))
    said = " ".join(plain(one) for block in section(made, "missing")["blocks"] if block["kind"] == "text" for one in block["paragraphs"])
    assert "No funnel plot. No pool has the 10 studies" in said


@pytest.fixture(scope="module")
def shipped():
    tables, config = ev.read(ROOT), load(ROOT)
    pools, members = pools_and_members(ev.effects(tables, config), config)
    return tables, config, pools, members, sensitivity(pools, members, config)


def test_every_pool_of_two_has_its_bayesian_interval(shipped):
    """DESIGN: both studies, and the Bayesian interval beside the t one, which has 1 degree of freedom."""
    tables, config, pools, members, frame = shipped
    two = pools[(pools.analysis == "headline") & (pools.k == 2) & pools.measure.isin(["ROM", "PLO", "OR"])]
    posteriors = bayesian_rows(frame)
    assert len(two) and set(two.id) <= set(posteriors)
    assert any(stratum.startswith("drug:") for stratum in two.stratum)
    pool = next(two.itertuples())
    own = members[(members.pool == pool.id) & (members.left_out == "")]
    fit = ev.bayes(own.yi.to_numpy(), own.vi.to_numpy(), tau_prior=("halfnormal", config.tau_prior))
    lines = pooled(pool, posteriors[pool.id], config.tau_prior)
    assert [line.kind for line in lines] == ["pair", "pair"]
    assert (lines[1].estimate, lines[1].ci_low, lines[1].ci_high) == pytest.approx((fit.estimate, fit.ci_low, fit.ci_high))
    assert lines[1].label == "Bayesian, half-normal prior of τ (0.5)"


def test_strata_that_are_not_varied_are_not_counted_as_robust(shipped):
    tables, config, pools, members, _ = shipped
    frame = sensitivity(pools, members, replace(config, sensitivity_strata=("condition",)))
    assert frame.stratum.str.startswith("drug:").any()
    assert not robustness(frame, tables).stratum.str.startswith("drug:").any()


def test_the_numbers_of_an_outcome_show_both_intervals(tmp_path):
    made = made_tables(review(tmp_path))
    two = made["pools"]["id"] == "level.before_after.all.headline"
    made["pools"] = made["pools"].assign(k=made["pools"]["k"].mask(two, 2))
    pool = next(made["pools"][two].itertuples())
    row = {"pool": pool.id, "analysis": "bayes", "kind": "Bayesian", "label": "Bayesian", "k": 2.0, "n": 40.0, "measure": pool.measure,
           "effect_unit": pool.effect_unit, "estimate": 0.1, "ci_low": 0.02, "ci_high": 0.2, "tau2": 0.03, "I2": float("nan"), "flips": "no",
           "differs": "yes", "outcome": pool.outcome, "contrast": pool.contrast, "stratum": "all"}  # fmt: skip
    inputs = replace(Inputs(**made, figures=[], texts=prose(tmp_path)), sensitivity=pd.DataFrame([row]))
    blocks = section(content(inputs), "outcomes")["blocks"]
    assert any("Bayesian" in plain(item) for block in blocks if block["kind"] == "list" for item in block["items"])
    strata = next(block for block in blocks if "pools by stratum" in block.get("caption", ""))
    assert any(row[0] == "two studies: Bayesian interval" for row in cells(strata))
