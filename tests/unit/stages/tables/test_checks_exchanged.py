"""Checks whether two numbers have changed places, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages
from tests.support.toy import group, number, p, sd, se, study

ARMS = [group("s"), group("s", "placebo", arm="placebo", drug="placebo")]
FOUR = {"studies": [study(name) for name in "stuv"], "groups": [group(name) for name in "stuv"]}
COUNTED = [{"outcome": "cured", "measure": "OR", "unit": "", "cv_low": "", "cv_high": ""}]
PLACES = "Baseline and follow-up have changed places, or the change has lost its sign: check both against the source."


def placebo(value, timepoint="followup", **columns):
    return number("s", value, timepoint, group_id="placebo", **columns)


def pair(name, before, after, **columns):
    return [number(name, before, "baseline", **se(1), **columns), number(name, after, **se(1), **columns)]


def others(last, **columns):
    """Three cohorts in which the level rises from 10 to about 20, and a last one."""
    return [row for i, name in enumerate("stu") for row in pair(name, 10, 19 + i)] + pair("v", *last, **columns)


FALLS = "level falls from 20 (line 8) at baseline to 10 (line 9), while it rises significantly with drug_a in all 3 other cohorts"
CASES = {
    "exchanged_change": (
        {"groups": [*ARMS, group("s", "b"), group("s", "c")],
         "measurements": [number("s", 15, "baseline"), number("s", 10), number("s", 5, "change"),
                          placebo(10, "baseline"), placebo(7), placebo(30, "change", statistic="percent_change", unit="%"),
                          number("s", 10, "baseline", group_id="b"), number("s", 15, group_id="b"), number("s", 4.8, "change", group_id="b"),
                          number("s", 10, "baseline", group_id="c"), number("s", 15, group_id="c"), number("s", -1, "change", group_id="c")]},
        [f"data/raw/measurements.csv:{line} value: from 15 (line 2) at baseline to 10 (line 3), while line 4 prints a change of 5. {PLACES}"
         for line in (2, 3, 4)]
        + [f"data/raw/measurements.csv:{line} value: from 10 (line 5) at baseline to 7 (line 6), while line 7 prints a change of 30%. {PLACES}"
           for line in (5, 6, 7)],
    ),
    "exchanged_changes": (
        {"groups": ARMS,
         "measurements": [number("s", 10, "baseline"), number("s", 21), number("s", 8, "change"),
                          placebo(20, "baseline"), placebo(18), placebo(1, "change")]},
        [f"data/raw/measurements.csv:{line} value: follow-up less baseline is 11 in treated and -2 in placebo, "
         f"which fits the changes in lines 4 and 7 only with the {name} exchanged. Check both against the source."
         for line, name in ((3, "follow-ups"), (6, "follow-ups"))],
    ),
    "exchanged_arms": (
        {"groups": ARMS, "outcomes": [{}, *COUNTED], "units": [],
         "measurements": [number("s", 10), placebo(15), number("s", 5, "difference", statistic="mean_difference", versus="placebo"),
                          number("s", 4, outcome="cured", statistic="events", n=20), placebo(10, outcome="cured", statistic="events", n=20),
                          number("s", "4.1", "difference", outcome="cured", statistic="odds_ratio", unit="", versus="placebo")]},
        [f"data/raw/measurements.csv:{line} value: treated 10 (line 2) and placebo 15 (line 3) give the opposite of the mean difference "
         "of 5 in line 4. The arms have changed places, or the sign of one is lost: check both against the source." for line in (2, 3, 4)]
        + [f"data/raw/measurements.csv:{line} value: treated 4 (line 5) and placebo 10 (line 6) give the opposite of the odds ratio "
           "of 4.1 in line 7. The arms have changed places, or the sign of one is lost: check both against the source." for line in (5, 6, 7)],
    ),
    "exchanged_others": (
        FOUR | {"measurements": others((20, 10))},
        [f"data/raw/measurements.csv:{line} value: {FALLS}. Baseline and follow-up have perhaps changed places; "
         "if the source prints them so, type its change as a row of its own." for line in (8, 9)],
    ),
    "exchanged_p": (
        {"studies": [study("s", design="rct_parallel")], "groups": ARMS,
         "measurements": [number("s", 15, "baseline", n=20, **sd(3)), number("s", 10, n=20, **sd(3), **p("<", 0.001, "between_groups")),
                          placebo(10, "baseline", n=20, **sd(3)), placebo(10.5, n=20, **sd(3))]},
        [f"data/raw/measurements.csv:{line} value: the arms differ at baseline (lines 2 and 4) and not at follow-up, "
         "while p < 0.001 says that they differ from placebo at follow-up. Baseline and follow-up have changed places, "
         "or the p-value is of another comparison: check both against the source." for line in (2, 3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


@pytest.mark.parametrize(
    "rows",
    [
        others((20, 19.5)),  # no significant movement
        others((200, 20)),  # far more than the others move
        others((20, 10)) + [number("v", -10, "change")],  # the source prints the fall
        others((20, 10))[2:],  # two others are too few
        [*pair("s", 10, 19), *pair("t", 10, 20), *pair("u", 22, 11), *pair("v", 20, 10)],  # another cohort falls too
    ],
    ids=["small", "large", "printed", "few", "mixed"],
)
def test_a_movement_of_its_own_is_not_taken_for_an_exchange(tmp_path, rows):
    assert messages(tmp_path, "exchanged_others", **FOUR, measurements=rows) == []


def test_a_difference_of_changes_is_no_contradiction(tmp_path):
    """Follow-ups differ by -2, changes by +3: the printed +3 is the difference of changes."""
    rows = [number("s", 10, "baseline"), number("s", 15), placebo(15, "baseline"), placebo(17),
            number("s", 3, "difference", statistic="mean_difference", versus="placebo")]  # fmt: skip
    assert messages(tmp_path, "exchanged_arms", groups=ARMS, measurements=rows) == []


def test_a_sound_report_with_changes_and_differences_is_not_doubted(tmp_path):
    rows = [number("s", 10, "baseline"), number("s", 15), number("s", 5, "change"), placebo(10, "baseline"), placebo(11), placebo(1, "change"),
            number("s", 4, "difference", statistic="mean_difference", versus="placebo")]  # fmt: skip
    for rule in ("exchanged_change", "exchanged_changes", "exchanged_arms"):
        assert messages(tmp_path, rule, groups=ARMS, measurements=rows) == []


def test_an_adjusted_ratio_near_one_is_no_contradiction(tmp_path):
    rows = [number("s", 10, outcome="cured", statistic="events", n=100), placebo(10.0, outcome="cured", statistic="events", n=103),
            number("s", "0.97", "difference", outcome="cured", statistic="odds_ratio", unit="", versus="placebo")]  # fmt: skip
    assert messages(tmp_path, "exchanged_arms", groups=ARMS, outcomes=COUNTED, units=[], measurements=rows) == []
