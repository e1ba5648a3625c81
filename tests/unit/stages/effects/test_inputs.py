"""What a review may type beside means before and after: each kind of input against escalc or by hand."""

import numpy as np
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from tests.support import toy
from tests.support.toy import group, number, sd, se, study

Z = 1.959963984540054


def made(path, measure, *measurements, design="rct_parallel", **tables):
    """Effects by contrast, and the unused rows, of one outcome with a treated and a placebo group."""
    tables = {
        "studies": [study("s", design=design)],
        "groups": [group("s"), group("s", "placebo", arm="placebo", drug="placebo")],
        "outcomes": [{"measure": measure, "cv_low": "", "cv_high": ""}],
        "measurements": list(measurements),
    } | tables
    folder = toy.folder(path, **tables)
    frame, unused = effects_and_unused(ev.read(folder), load(folder))
    return frame.set_index("contrast"), unused


def ci(low, high):
    return {"spread": "ci95", "spread_low": low, "spread_high": high}


def placebo(value, timepoint="followup", **columns):
    return number("s", value, timepoint, group_id="placebo", **columns)


COUNTS = (number("s", 4, n=20, statistic="events", unit=""), placebo(9, n=22, statistic="events", unit=""))


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_two_arm_counts(tmp_path, measure):
    row = made(tmp_path, measure, *COUNTS)[0].loc["versus_control"]
    theirs = ev.escalc(measure, ai=[4], n1i=[20], ci=[9], n2i=[22])
    assert (row.measure, row.route) == (measure, "counts")
    assert (row.yi, row.vi) == pytest.approx((theirs.yi[0], theirs.vi[0]), rel=1e-12)


def test_a_percent_counts_where_it_is_whole_people(tmp_path):
    rows = (number("s", 20, n=20, statistic="percent", unit="%"), placebo(40.9, n=22, statistic="percent", unit="%"))
    row = made(tmp_path, "RR", *rows)[0].loc["versus_control"]
    assert row.yi == pytest.approx(np.log((4 / 20) / (9 / 22)), rel=1e-12)


@pytest.mark.parametrize("measure, code", [("MD", "MD"), ("ROM", "ROM"), ("SMD", "SMD")])
def test_two_arm_means(tmp_path, measure, code):
    rows = (number("s", 15, n=20, **sd(5)), placebo(10, n=22, **sd(3)))
    row = made(tmp_path, measure, *rows)[0].loc["versus_control"]
    uncorrected = {"correct": False} if measure == "ROM" else {}
    theirs = ev.escalc(code, m1i=[15], sd1i=[5], n1i=[20], m2i=[10], sd2i=[3], n2i=[22], **uncorrected)
    assert (row.measure, row.route) == (code, "spread")
    assert (row.yi, row.vi) == pytest.approx((theirs.yi[0], theirs.vi[0]), rel=1e-12)


def test_change_score_of_a_difference(tmp_path):
    row = made(tmp_path, "MD", number("s", -2, "change", n=16, **sd(4)))[0].loc["before_after"]
    assert (row.yi, row.sei, row.route) == (-2, 1, "printed")


@pytest.mark.parametrize(
    "measure, timepoint, contrast, code",
    [
        ("MD", "difference", "versus_control", "MD"),
        ("ROM", "change", "before_after", "ROM"),
        ("SMD", "difference", "versus_control", "SMD"),
        ("SMD", "change", "before_after", "SMCRP"),
        ("HR", "difference", "versus_control", "HR"),
        ("PLO", "difference", "versus_control", "OR"),
        ("PLO", "followup", "single_arm", "PLO"),
        ("ZCOR", "baseline", "single_arm", "ZCOR"),
    ],
)
def test_estimate_on_the_analysis_scale(tmp_path, measure, timepoint, contrast, code):
    rows = [number("s", -0.3, timepoint, statistic="estimate", unit="", **se(0.1))]
    row = made(tmp_path, measure, *rows)[0].loc[contrast]
    assert (row.measure, row.route, row.yi, row.headline) == (code, "printed", -0.3, "yes")
    assert row.vi == pytest.approx(0.01, rel=1e-12)
    assert row.printed == "estimate -0.3 (SE 0.1)"


def test_estimate_with_interval_is_normal(tmp_path):
    row = made(tmp_path, "HR", number("s", -0.3, "difference", statistic="estimate", unit="", n=12, **ci(-0.5, -0.1)))[0].iloc[0]
    assert row.sei == pytest.approx(0.4 / (2 * Z), rel=1e-12)


def test_only_an_estimate_in_the_unit_is_converted(tmp_path):
    units = [{"unit": "u", "to_unit": "u"}, {"unit": "mu", "to_unit": "u", "factor": "0.001"}]
    rows = [number("s", 500, "difference", statistic="estimate", unit="mu", **se(100))]
    row = made(tmp_path / "MD", "MD", *rows, units=units)[0].iloc[0]
    assert (row.yi, row.sei) == pytest.approx((0.5, 0.1), rel=1e-12)
    rows = [number("s", 0.5, "difference", statistic="estimate", unit="mu", **se(0.1))]
    row = made(tmp_path / "ROM", "ROM", *rows, units=units)[0].iloc[0]
    assert (row.yi, row.sei) == pytest.approx((0.5, 0.1), rel=1e-12)


def test_estimate_of_a_level_is_left_with_its_reason(tmp_path):
    frame, unused = made(tmp_path, "MD", number("s", 3, statistic="estimate", **se(1)))
    assert not len(frame)
    assert list(unused.reason) == ["an estimate of a level compares nothing: name it change or difference"]


@pytest.mark.parametrize("statistic, measure", [("odds_ratio", "OR"), ("risk_ratio", "RR"), ("hazard_ratio", "HR"), ("rate_ratio", "IRR")])
def test_printed_ratio_with_its_interval(tmp_path, statistic, measure):
    row = made(tmp_path, measure, number("s", 0.5, "difference", statistic=statistic, unit="", **ci(0.25, 1)))[0].loc["versus_control"]
    assert (row.measure, row.route) == (measure, "printed")
    assert row.yi == pytest.approx(np.log(0.5), rel=1e-12)
    assert row.sei == pytest.approx(np.log(4) / (2 * Z), rel=1e-12)
    assert row.effect == pytest.approx(0.5, rel=1e-12)


def test_a_ratio_of_another_kind_is_shown_not_weighted(tmp_path):
    """An odds ratio beside risk ratios would be pooled as what it is not."""
    row = made(tmp_path, "RR", number("s", 0.5, "difference", statistic="odds_ratio", unit="", **ci(0.25, 1)))[0].loc["versus_control"]
    assert (row.measure, row.route) == ("OR", "none")
    assert row.reason == "not weighted: odds ratio, while its outcome is pooled as RR"


def test_mean_difference_with_its_interval(tmp_path):
    row = made(tmp_path, "MD", number("s", 2, "difference", statistic="mean_difference", versus="placebo", **ci(1, 3)))[0].loc[
        "versus_control"
    ]
    assert row.id == "s.treated~placebo.level.versus_control"
    assert row.sei == pytest.approx(1 / Z, rel=1e-12)


def test_fold_change_with_its_interval_is_taken_to_the_log_scale(tmp_path):
    row = made(tmp_path, "ROM", number("s", 2, "change", statistic="fold_change", unit="", **ci(1, 4)))[0].loc["before_after"]
    assert (row.yi, row.sei) == pytest.approx((np.log(2), np.log(4) / (2 * Z)), rel=1e-12)


def test_percent_change_with_its_interval_is_taken_to_the_log_scale(tmp_path):
    row = made(tmp_path, "ROM", number("s", 50, "change", statistic="percent_change", unit="%", **ci(20, 87.5)))[0].loc["before_after"]
    assert (row.yi, row.sei) == pytest.approx((np.log(1.5), np.log(1.875 / 1.2) / (2 * Z)), rel=1e-12)


def test_proportion_of_one_group(tmp_path):
    row = made(tmp_path, "PLO", COUNTS[0])[0].loc["single_arm"]
    theirs = ev.escalc("PLO", xi=[4], ni=[20])
    assert (row.yi, row.vi) == pytest.approx((theirs.yi[0], theirs.vi[0]), rel=1e-12)
    assert row.effect == pytest.approx(20)


def test_correlation_is_fishers_z(tmp_path):
    row = made(tmp_path, "ZCOR", number("s", 0.4, "baseline", n=50, statistic="correlation", unit=""))[0].loc["single_arm"]
    theirs = ev.escalc("ZCOR", ri=[0.4], ni=[50])
    assert (row.route, row.effect_unit, row.printed) == ("counts", "correlation", "r = 0.4")
    assert (row.yi, row.vi) == pytest.approx((theirs.yi[0], theirs.vi[0]), rel=1e-12)
    assert row.effect == pytest.approx(0.4)


def test_correlation_with_its_interval_needs_no_n(tmp_path):
    row = made(tmp_path, "ZCOR", number("s", 0.4, "baseline", statistic="correlation", unit="", **ci(0.1, 0.6)))[0].loc["single_arm"]
    assert row.route == "printed"
    assert row.sei == pytest.approx((np.arctanh(0.6) - np.arctanh(0.1)) / (2 * Z), rel=1e-12)


def test_correlation_with_neither_is_shown(tmp_path):
    row = made(tmp_path, "ZCOR", number("s", 0.4, "baseline", statistic="correlation", unit=""))[0].loc["single_arm"]
    assert row.reason == "not weighted: correlation without n or interval"


def test_a_statistic_that_the_measure_has_no_use_for(tmp_path):
    frame, unused = made(tmp_path, "RR", number("s", 15, n=20, **sd(5)), placebo(10, n=22, **sd(3)))
    assert not len(frame)
    assert set(unused.reason) == {"mean does not fit an outcome pooled as RR"}


def test_quartiles_out_of_order_give_no_weight_and_no_crash(tmp_path):
    quartiles = {"statistic": "median", "spread": "iqr", "spread_low": 30, "spread_high": 8}
    rows = (number("s", 10, "baseline", n=20, **quartiles), number("s", 12, n=20, **quartiles))
    row = made(tmp_path, "ROM", *rows, design="before_after")[0].loc["before_after"]
    assert row.route == "none"
