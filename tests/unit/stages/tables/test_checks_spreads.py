"""Checks of spreads and p-values: arithmetic that a reader can redo, on toy rows and textbook cases."""

import pytest

from evidence.stages.tables.checks.p_values import errors_by_p, t_needed
from tests.support.checking import messages
from tests.support.toy import group, number, p, sd, se, study

OUTCOME = [{"cv_low": "0.2", "cv_high": "1.0"}]
UNLABELLED = {"spread": "unlabelled", "spread_low": 2, "n": 25}


def pair(spread1, spread2, pvalue, n="", after=12.0):
    return [number("s", "10.0", "baseline", n=n, **spread1), number("s", str(after), n=n, **spread2, **pvalue)]


CASES = {
    "spread_plausible": (
        {"outcomes": OUTCOME,
         "measurements": [number("s", "10.0", weeks=week, **columns) for week, columns in enumerate([
             sd("4.0") | {"n": 25}, sd("1.0") | {"n": 25}, se("4.0") | {"n": 25}, sd("1.0"), sd("20.0") | {"n": 9},
             sd("90.0"), se("4.0")], 1)]},
        ["data/raw/measurements.csv:3 spread_low: SD 1.0 makes SD/mean 0.1, outside 0.2 to 1.0 of level; "
         "read as SE it is 0.5, the likelier reading. Check the spread, its label and n in the source.",
         "data/raw/measurements.csv:4 spread_low: SE 4.0 (n 25) makes SD/mean 2, outside 0.2 to 1.0 of level; "
         "read as SD it is 0.4, the likelier reading. Check the spread, its label and n in the source.",
         "data/raw/measurements.csv:5 spread_low: SD 1.0 makes SD/mean 0.1, outside 0.2 to 1.0 of level; "
         "read as SE it fits for an n from 5 to 100, the likelier reading. Check the spread, its label and n in the source.",
         "data/raw/measurements.csv:6 spread_low: SD 20.0 makes SD/mean 2, outside 0.2 to 1.0 of level; "
         "neither SD nor SE fits, but SD 2 would: the decimal point one place to the left. "
         "Check the spread, its label and n in the source.",
         "data/raw/measurements.csv:7 spread_low: SD 90.0 makes SD/mean 9, outside 0.2 to 1.0 of level; "
         "neither SD nor SE fits, but SD 9 would: the decimal point one place to the left. "
         "Check the spread, its label and n in the source."],
    ),
    "spread_unjudged": (
        {"outcomes": OUTCOME, "measurements": [number("s", "10.0", **UNLABELLED), number("s", "10.0", weeks=2, **UNLABELLED | {"n": ""}),
                                               number("s", "1.0", "change", **UNLABELLED)]},
        ["data/raw/measurements.csv:2 spread_judged: 2 is neither labelled nor judged; as SD it makes SD/mean 0.2, "
         "as SE 1 (n 25); plausible is 0.2 to 1.0. Type sd or se there, with the reason in the note.",
         "data/raw/measurements.csv:3 spread_judged: 2 is neither labelled nor judged; as SD it makes SD/mean 0.2, "
         "as SE 0.2 times the root of n; plausible is 0.2 to 1.0. Type sd or se there, with the reason in the note.",
         "data/raw/measurements.csv:4 spread_judged: 2 is neither labelled nor judged. "
         "Type sd or se there, with the reason in the note."],
    ),
    "paired_p": (
        {"measurements": pair(sd("0.5"), sd("0.6"), p("=", "0.042"))},
        ["data/raw/measurements.csv:3 p_value: p = 0.042 with SD 0.5 and 0.6 needs a correlation below -1 "
         "(any n of 5 or more); read as SE they fit, the likelier reading. "
         "Check both spreads, their label, and what the p-value compares."],
    ),
    "p_elsewhere": (
        {"groups": [group("s"), group("s", "placebo", arm="placebo", drug="placebo"), group("t")], "studies": [study("s", design="rct_parallel"), study("t")],
         "measurements": [number("s", 14, n=9), number("s", 10, n=9, group_id="placebo", **p("=", "0.004", "between_groups")),
                          number("t", 10, "baseline", n=9, **p("=", "0.004")), number("t", 14, n=9),
                          number("s", 10, "baseline", n=9, weeks=0, group_id="placebo", **p("=", "0.4", "between_groups"))]},
        ["data/raw/measurements.csv:3 p_for: between_groups in the row of the control group, where it is not looked for. "
         "Move the p-value to line 2, the row of the treated group.",
         "data/raw/measurements.csv:4 p_for: change_from_baseline in the row of the baseline, where it is not looked for. "
         "Move the p-value to line 5, the row of the follow-up."],
    ),
    "own_p": (
        {"measurements": [number("s", "-6.05", "change", n=10, **se("0.87"), **p("=", "0.0002", "")),
                          number("s", "-6.05", "change", n=10, weeks=2, **se("1.00"), **p("=", "0.0002", "")),
                          number("s", "-6.05", "change", n=10, weeks=3, **se("0.87"), **p("=", "0.0002", "between_groups")),
                          number("s", "-1.0", "change", n=10, weeks=4, **sd("2.0"), **p("<", "0.05")),
                          number("s", "0.154", "difference", statistic="odds_ratio", spread="ci95", spread_low="0.04",
                                 spread_high="0.579", **p("=", "0.006", "between_groups")),
                          number("s", "0.154", "difference", statistic="odds_ratio", weeks=5, spread="ci95",
                                 spread_low="0.04", spread_high="0.579", **p("=", "0.06", "between_groups"))]},
        ["data/raw/measurements.csv:2 p_value: p = 0.0002 does not fit -6.05 with SE 0.87, which gives p = 6.65e-05. "
         "Check figure, spread and n, and what the p-value compares (p_for).",
         "data/raw/measurements.csv:5 p_value: p < 0.05 does not fit -1.0 with SD 2.0, which gives p = 0.148. "
         "Check figure, spread and n, and what the p-value compares (p_for).",
         "data/raw/measurements.csv:7 p_value: p = 0.06 does not fit 0.154 with 95% CI 0.04 to 0.579, which gives p = 0.00607. "
         "Check figure, spread and n, and what the p-value compares (p_for)."],
    ),
    "ratio_errors": (
        {"measurements": [number("s", "0.50", "difference", statistic="odds_ratio", **se("0.20")),
                          number("s", "-0.69", "difference", weeks=4, statistic="estimate", **se("0.20"))]},
        ["data/raw/measurements.csv:2 spread: SE 0.20 is read as that of the ratio 0.50: 95% CI 0.228 to 1.1. "
         "If it is the SE of the logarithm, type estimate as the statistic, with the logarithm as value."],
    ),
    "relative_p": (
        {"measurements": [number("s", -21, "change", statistic="percent_change", n=12, **sd(7), **p("=", "0.0003"))]},
        ["data/raw/measurements.csv:2 p_value: p = 0.0003 does not fit -21 with SD 7, which gives p = 5.03e-07. "
         "The paper may have tested the levels; check figure and spread."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def ratio(error, p_value):
    return [number("s", "0.50", "difference", statistic="odds_ratio", **se(error), **p("=", p_value, "between_groups"))]


@pytest.mark.parametrize(
    ("error", "p_value", "told"),
    [
        ("0.20", "0.083", ""),  # ln 0.5 / (0.2 / 0.5) = -1.733
        ("0.20", "0.0124", ""),  # (0.5 - 1) / 0.2 = -2.5
        ("0.20", "0.00053", "; as the SE of its logarithm it fits: type estimate, with the logarithm"),  # ln 0.5 / 0.2 = -3.466
        ("0.20", "0.4", "p = 0.0831"),
    ],
)
def test_the_error_of_a_ratio_and_its_p(tmp_path, error, p_value, told):
    found = messages(tmp_path, "own_p", measurements=ratio(error, p_value))
    assert len(found) == bool(told)
    assert all(told in message for message in found)


PAIRED = {
    "possible as SE": (pair(se("0.5"), se("0.6"), p("=", "0.042")), 0),
    "correlation above 1": (pair(se("0.2"), se("2.2"), p("<", "0.001"), n=20), 1),
    "threshold reached": (pair(se("0.9"), se("1.0"), p("<", "0.001"), n=20), 0),
    "above a threshold": (pair(se("0.1"), se("0.1"), p(">", "0.05"), n=20), 1),
    "other comparison": (pair(sd("0.5"), sd("0.6"), p("=", "0.042", "between_groups")), 0),
    "n known": (pair(sd("0.5"), sd("0.6"), p("=", "0.042"), n=3), 0),
    "n too small for a test": (pair(sd("0.5"), sd("0.6"), p("=", "0.042"), n=1), 0),
}


@pytest.mark.parametrize("case", PAIRED)
def test_paired_p_value_and_two_spreads(tmp_path, case):
    rows, count = PAIRED[case]
    assert len(messages(tmp_path, "paired_p", measurements=rows)) == count


def test_periods_of_a_crossover_are_a_pair(tmp_path):
    tables = {
        "studies": [study("s", design="rct_crossover")],
        "groups": [group("s", n=17), group("s", "placebo", arm="placebo", n=17)],
        "measurements": [
            number("s", "12.16", n=17, **se("0.13"), **p("=", "0.024", "between_periods")),
            number("s", "14.15", n=17, group_id="placebo", **se("0.15")),
        ],
    }
    assert messages(tmp_path, "paired_p", **tables) == [
        "data/raw/measurements.csv:2 p_value: p = 0.024 with SE 0.15 and 0.13 needs a correlation below -1 (n 17). "
        "Check both spreads, their label, and what the p-value compares."
    ]


def test_t_of_a_p_value_is_the_tabulated_one():
    assert t_needed(0.05, 9) == pytest.approx(2.262157, abs=1e-6)  # Student's t, 9 df, two-sided 5%
    assert t_needed(0.05, None) == pytest.approx(1.959964, abs=1e-6)


def test_a_threshold_bounds_the_error_from_above_only():
    assert errors_by_p((2.0, 2.0), (0.0, 0.05), (9, 9)) == pytest.approx((0.0, 2.0 / 2.262157), abs=1e-6)


def test_mean_and_spread_that_changed_places(tmp_path):
    rows = [number("s", 75, "baseline", n=24, **sd(290)), number("s", 455, n=24, **sd(120))]
    assert messages(tmp_path, "spread_plausible", outcomes=[{"cv_low": "0.2", "cv_high": "1.0"}], measurements=rows) == [
        "data/raw/measurements.csv:2 spread_low: SD 290 makes SD/mean 3.87, outside 0.2 to 1.0 of level; mean and spread have changed "
        "places: mean 290, SD 75 would fit. Check the spread, its label and n in the source."
    ]


def test_a_spread_that_lost_its_decimals(tmp_path):
    rows = [number("s", 0.5, "baseline", n=24, **sd(125)), number("s", 0.6, n=24, **sd("0.12"))]
    assert messages(tmp_path, "spread_plausible", outcomes=[{"cv_low": "0.2", "cv_high": "1.0"}], measurements=rows) == [
        "data/raw/measurements.csv:2 spread_low: SD 125 makes SD/mean 250, outside 0.2 to 1.0 of level; neither SD nor SE fits, but SD 0.125 "
        "would: the decimal point three places to the left, lost with another decimal sign. Check the spread, its label and n in the source."
    ]
