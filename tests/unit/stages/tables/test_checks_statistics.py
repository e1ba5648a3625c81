"""Checks of standardised differences and test statistics, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages
from tests.support.toy import group, number

SMD = [{"measure": "SMD"}]
GROUPS = [group("s"), group("s", "placebo", arm="placebo")]


def statistic(value, name, timepoint="difference", **columns):
    columns = {"statistic": name, "unit": ""} | ({"versus": "placebo"} if timepoint == "difference" else {}) | columns
    return number("s", value, timepoint, **columns)


def placebo(value, **columns):
    return number("s", value, group_id="placebo", **columns)


CASES = {
    "reversed_scales": (
        {"units": [{"reversed": "yes"}, {"unit": "v", "reversed": "no"}, {"outcome": "mood", "unit": "w", "reversed": "yes"}],
         "outcomes": [{}, {"outcome": "mood", "measure": "SMD"}]},
        ["data/raw/units.csv:2 reversed: yes, while level is pooled as ROM. "
         "Empty the cell, or pool the outcome as one of SMD, MD, ZCOR in outcomes.csv."],
    ),
    "directions": (
        {"outcomes": SMD, "groups": GROUPS,
         "measurements": [number("s", 10, direction="lower"),
                          statistic(-5.3, "f_value", weeks=1),
                          statistic(-2.3, "t_value", weeks=2, direction="higher"),
                          statistic(5.3, "f_value", weeks=3),
                          statistic(5.3, "chi2_value", "change", weeks=4),
                          statistic(5.3, "f_value", weeks=5, direction="lower"),
                          number("s", 10, weeks=6), placebo(12, weeks=6), statistic(5.3, "f_value", weeks=6)]},
        ["data/raw/measurements.csv:2 direction: lower, while the statistic is mean. "
         "It is only for a test statistic: empty it; the sign of any other number is its own.",
         "data/raw/measurements.csv:3 value: F of -5.3, which is never below zero. Type it as printed, and higher or lower as its direction.",
         "data/raw/measurements.csv:4 direction: higher, while t is -2.3. Correct the one that the source does not mean.",
         "data/raw/measurements.csv:5 direction: empty, and F does not say which side is higher. "
         "Type higher or lower, or the means of both sides in rows of their own.",
         "data/raw/measurements.csv:6 direction: empty, and chi-squared does not say which side is higher. "
         "Type higher or lower, or the means of both sides in rows of their own."],
    ),
    "tested_levels": (
        {"outcomes": SMD, "groups": GROUPS, "measurements": [statistic(2.3, "t_value", "followup"), statistic(2.3, "t_value")]},
        ["data/raw/measurements.csv:2 timepoint: followup, while t_value compares two sides. "
         "Type difference for two groups or periods, change for one group and its baseline."],
    ),
    "quarrelling_signs": (
        {"outcomes": SMD, "groups": GROUPS, "units": [{}, {"unit": "v", "reversed": "yes"}],
         "measurements": [number("s", 10, weeks=6), placebo(12, weeks=6), statistic(2.3, "t_value", weeks=6),
                          number("s", 10, weeks=7), placebo(12, weeks=7), statistic(2.3, "t_value", weeks=7, direction="lower"),
                          number("s", 10, weeks=8, unit="v"), placebo(12, weeks=8, unit="v"), statistic(2.3, "t_value", weeks=8),
                          number("s", 9, "baseline", weeks=0), statistic(-2.3, "t_value", "change", weeks=6)]},
        ["data/raw/measurements.csv:4 value: t = 2.3 says that the group is higher, while its mean is lower. "
         "Type lower as its direction if only the order of the subtraction differs; else check the means.",
         "data/raw/measurements.csv:12 value: t = -2.3 says that the group is lower, while its mean is higher. "
         "Type higher as its direction if only the order of the subtraction differs; else check the means."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_message(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected
