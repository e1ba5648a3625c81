"""Stage effects: routes, pairings, reasons; the numbers by hand or by metafor's formulae."""

from pathlib import Path

import numpy as np
import pytest
import scipy.stats

import evidence as ev
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from tests.support import toy
from tests.support.toy import group, number, p, sd, se, study

ROOT = Path(__file__).parents[4]


def effects_of(path, **tables):
    folder = toy.folder(path, **tables)
    return ev.effects(ev.read(folder), load(folder))


def one(path, *measurements, **tables):
    tables = {"studies": [study("s")], "groups": [group("s")]} | tables
    frame = effects_of(path, measurements=list(measurements), **tables)
    assert len(frame) == 1
    return frame.iloc[0]


@pytest.fixture(scope="module")
def real():
    tables, config = ev.read(ROOT), load(ROOT)
    frame, unused = effects_and_unused(tables, config)
    return tables, frame.set_index("id"), unused


def test_shah_2021_testosterone(real):
    row = real[1].loc["shah2021.anastrozole_bmi25.testosterone.before_after"]
    assert row.printed.startswith("270.6 (± 68.0 read as SD) to 412.0 (± 133.1 read as SD) ng/dL")
    assert row.effect == pytest.approx(52.3, abs=0.05)
    assert (row.route, row.n, row.headline) == ("spread", 30, "yes")


def test_gibb_2016_glucose_infusion_rate(real):
    row = real[1].loc["gibb2016.anastrozole~placebo.glucose_infusion_rate.versus_control"]
    assert row.route == "paired_p"
    raw_se = row.sei * (12.16 - 14.15) / np.log(12.16 / 14.15)
    assert raw_se == pytest.approx(0.798, abs=5e-4)
    assert row.r == pytest.approx(0.857, abs=5e-4)
    assert np.exp(row.yi) == pytest.approx(0.859, abs=5e-4)


def test_what_the_data_page_says_is_weightable(real):
    """DATA.md: testosterone 7 groups of 6 studies, estradiol 7 of 6, LH 4, FSH 1, pregnancy 5 proportions."""
    frame = real[1][(real[1].headline == "yes")]
    counts = {outcome: (len(part), part.study_id.nunique()) for outcome, part in frame[frame.contrast == "before_after"].groupby("outcome")}
    assert counts["testosterone"] == (7, 6)
    assert counts["estradiol"] == (7, 6)
    assert counts["lh"] == (4, 4)
    assert counts["fsh"] == (1, 1)
    assert counts["sperm_concentration"] == (3, 3)
    assert (frame[frame.contrast == "single_arm"].outcome == "pregnancy").sum() == 5
    bounded = real[1][(real[1].route == "bound") & (real[1].eligibility == "include")]
    assert (bounded.outcome == "sperm_concentration").sum() == 3
    assert (bounded.outcome == "sperm_motility").sum() == 3


def test_every_measurement_is_accounted_for(real):
    tables, frame, unused = real
    used = {int(line) for lines in frame.lines for line in lines.split(";")}
    left = set(unused.line)
    assert used | left == set(tables.measurements.line)
    assert not used & left
    assert (unused.reason != "").all()
    assert ((frame.headline == "yes") == (frame.reason == "")).all()


def test_spread_route_equals_romc_of_metafor(tmp_path):
    """Paired log ratio from SDs, n and r: escalc("ROMC", correct=False)."""
    row = one(tmp_path, number("s", 10, "baseline", n=20, **sd(3)), number("s", 15, n=20, **sd(5)))
    theirs = ev.escalc("ROMC", m1i=[15], sd1i=[5], m2i=[10], sd2i=[3], ni=[20], ri=[0.5], correct=False)
    assert row.route == "spread"
    assert row.yi == pytest.approx(theirs.yi[0], rel=1e-12)
    assert row.vi == pytest.approx(theirs.vi[0], rel=1e-12)


def test_raman_2002_standard_errors_need_no_n(tmp_path):
    row = one(tmp_path, number("s", 7.2, "baseline", **se(0.3)), number("s", 18.1, **se(1.0)))
    a, b = 1.0 / 18.1, 0.3 / 7.2
    assert row.vi == pytest.approx(a**2 + b**2 - 2 * 0.5 * a * b, rel=1e-12)
    assert np.isnan(row.n)


def test_exact_paired_p_comes_before_the_spreads(tmp_path):
    row = one(tmp_path, number("s", 120, "baseline", n=10, **se(20)), number("s", 70, n=10, **se(9), **p("=", 0.006)))
    assert row.route == "paired_p"
    assert row.sei == pytest.approx(abs(np.log(70 / 120)) / scipy.stats.t.ppf(0.997, 9), rel=1e-9)


def test_impossible_correlation_is_kept_out(tmp_path):
    row = one(tmp_path, number("s", 100, "baseline", n=10, **se(1)), number("s", 70, n=10, **se(1), **p("=", 0.006)))
    assert row.headline == "no"
    assert "needs a correlation below -1" in row.reason


def test_threshold_bounds_and_stays_out(tmp_path):
    row = one(tmp_path, number("s", 10, "baseline", n=12), number("s", 20, n=12, **p("<", 0.01)))
    assert row.route == "bound"
    assert row.sei == pytest.approx(np.log(2) / 3.10581, abs=1e-6)
    assert row.headline == "no"
    assert "bound" in row.reason


def test_p_without_its_comparison_gives_nothing(tmp_path):
    row = one(tmp_path, number("s", 10, "baseline", n=12), number("s", 20, n=12, p_operator="=", p_value=0.01))
    assert row.route == "none"
    assert np.isnan(row.vi)


def test_unspecified_and_relative_are_shown_not_weighted(tmp_path):
    row = one(
        tmp_path,
        number("s", 3.4, "baseline", n=30, statistic="unspecified"),
        number("s", 5.4, n=30, statistic="unspecified", **p("=", 0.001)),
    )
    assert (row.route, row.reason) == ("none", "not weighted: statistic not named")
    assert row.effect == pytest.approx(100 * (5.4 / 3.4 - 1))


def test_percent_change_is_a_ratio_without_weight(tmp_path):
    row = one(tmp_path, number("s", -35, "change", n=9, statistic="percent_change", unit="%"))
    assert row.yi == pytest.approx(np.log(0.65), rel=1e-12)
    assert row.route == "none"


def test_printed_change_keeps_its_test_statistic_on_the_log_scale(tmp_path):
    row = one(tmp_path, number("s", 100, "baseline", n=10, **se(5)), number("s", -20, "change", n=10, **se(4)))
    assert row.route == "printed"
    assert row.yi == pytest.approx(np.log(0.8), rel=1e-12)
    assert row.yi / row.sei == pytest.approx(-20 / 4, rel=1e-12)


def test_units_are_converted(tmp_path):
    row = one(
        tmp_path,
        number("s", 288.42, "baseline", n=10, unit="ng/dL", **se(10)),
        number("s", 20, n=10, unit="nmol/L", **se(1)),
        outcomes=[{"unit": "nmol/L"}],
        units=[{"unit": "nmol/L", "to_unit": "nmol/L"}, {"unit": "ng/dL", "to_unit": "nmol/L", "factor": "0.0346717"}],
    )
    assert row.yi == pytest.approx(np.log(20 / (288.42 * 0.0346717)), rel=1e-12)


def test_nearest_follow_up_is_taken_and_the_others_listed(tmp_path):
    folder = toy.folder(
        tmp_path, studies=[study("s")], groups=[group("s")],
        measurements=[number("s", 10, "baseline", n=9, **sd(3))]
        + [number("s", value, weeks=weeks, n=9, **sd(3)) for value, weeks in ((11, 4), (12, 24), (13, 52))],
    )  # fmt: skip
    frame, unused = effects_and_unused(ev.read(folder), load(folder))
    assert list(frame.weeks) == [24]
    assert list(unused.line) == [3, 5]


def test_recovered_correlation_is_used_for_the_outcome(tmp_path):
    frame = effects_of(
        tmp_path,
        studies=[study("a"), study("b")],
        groups=[group("a"), group("b")],
        measurements=[
            number("a", 120, "baseline", n=10, **se(20)), number("a", 70, n=10, **se(9), **p("=", 0.006)),
            number("b", 100, "baseline", n=10, **se(10)), number("b", 60, n=10, **se(6)),
        ],
    ).set_index("study_id")  # fmt: skip
    assert frame.loc["b", "r"] == pytest.approx(frame.loc["a", "r_implied"], rel=1e-12)
    assert frame.loc["b", "r_source"] == "recovered from a"


def two_arms(**columns):
    return {
        "studies": [study("s", design="rct_parallel")],
        "groups": [group("s"), group("s", "placebo", arm="placebo", drug="placebo", **columns)],
    }


def test_two_arms_are_independent(tmp_path):
    frame = effects_of(
        tmp_path, **two_arms(), measurements=[number("s", 15, n=20, **sd(5)), number("s", 10, n=20, group_id="placebo", **sd(3))]
    )
    theirs = ev.escalc("ROM", m1i=[15], sd1i=[5], n1i=[20], m2i=[10], sd2i=[3], n2i=[20], correct=False)
    assert list(frame.contrast) == ["versus_control"]
    assert frame.vi[0] == pytest.approx(theirs.vi[0], rel=1e-12)


def test_changes_of_two_arms_are_subtracted(tmp_path):
    frame = effects_of(
        tmp_path, **two_arms(), outcomes=[{"measure": "MD"}],
        measurements=[number("s", 0.15, "change", n=10, **se(0.10)), number("s", -0.11, "change", n=9, group_id="placebo", **se(0.26))],
    ).set_index("contrast")  # fmt: skip
    row = frame.loc["versus_control"]
    assert row.yi == pytest.approx(0.26, rel=1e-12)
    assert row.vi == pytest.approx(0.10**2 + 0.26**2, rel=1e-12)


def test_difference_of_changes_takes_the_p_between_groups(tmp_path):
    frame = effects_of(
        tmp_path, **two_arms(), outcomes=[{"measure": "MD"}],
        measurements=[
            number("s", 1.121, "baseline", **sd(0.141)), number("s", 1.102, **sd(0.138), **p("=", 0.0014, "between_groups")),
            number("s", 1.180, "baseline", group_id="placebo", **sd(0.145)), number("s", 1.189, group_id="placebo", **sd(0.146)),
        ],
    ).set_index("contrast")  # fmt: skip
    row = frame.loc["versus_control"]
    assert row.yi == pytest.approx((1.102 - 1.121) - (1.189 - 1.180), rel=1e-9)
    assert row.route == "between_p"
    assert row.sei == pytest.approx(0.028 / 3.1947, abs=1e-6)


def test_a_printed_difference_between_groups_has_one_n_of_both(tmp_path):
    """Cochrane Handbook 6.5.2.3: n1 + n2 - 2 degrees of freedom. An SD is of men, not the error of a difference."""
    arms = two_arms() | {"studies": [study("s", design="rct_parallel")]}
    ways = {"interval": {"spread": "ci95", "spread_low": -2, "spread_high": 0}, "p": p("=", 0.05, "between_groups"), "sd": sd(1)}
    for name, columns in ways.items():
        row = number("s", -1, "difference", n=12, statistic="mean_difference", versus="placebo", **columns)
        ways[name] = one(tmp_path / name, row, **arms, outcomes=[{"measure": "MD"}])
    assert ways["interval"].sei == pytest.approx(1 / scipy.stats.t.ppf(0.975, 10), rel=1e-12)
    assert ways["p"].sei == pytest.approx(1 / scipy.stats.t.ppf(0.975, 10), rel=1e-9)
    assert ways["sd"].reason == "not weighted: an SD is not the error of a difference between groups"


def test_counts_become_logits_and_odds_ratios(tmp_path):
    outcome = [{"outcome": "event", "measure": "PLO", "unit": "proportion", "cv_low": "", "cv_high": ""}]
    frame = effects_of(
        tmp_path, **two_arms(), outcomes=outcome, units=[{"outcome": "event", "unit": "proportion", "to_unit": "proportion"}],
        measurements=[
            number("s", 4, n=20, outcome="event", statistic="events", unit="men"),
            number("s", 0, n=20, outcome="event", statistic="events", unit="men", group_id="placebo"),
        ],
    ).set_index("contrast")  # fmt: skip
    assert frame.loc["single_arm", "yi"] == pytest.approx(np.log(4 / 16), rel=1e-12)
    assert frame.loc["versus_control", "yi"] == pytest.approx(np.log(4.5 * 20.5 / (16.5 * 0.5)), rel=1e-12)
    assert frame.loc["versus_control", "measure"] == "OR"


def test_excluded_studies_are_shown_with_their_reason(tmp_path):
    row = one(
        tmp_path, number("s", 10, "baseline", n=9, **sd(3)), number("s", 12, n=9, **sd(3)),
        studies=[study("s", eligibility="exclude", eligibility_reason="mixed_drugs")],
    )  # fmt: skip
    assert row.reason == "study not in the headline: mixed drugs"
    assert row.route == "spread"
