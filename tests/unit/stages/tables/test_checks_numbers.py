"""Checks of the numbers themselves, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages
from tests.support.toy import group, number, study

PROPORTION = [{"outcome": "cured", "measure": "PLO", "cv_low": "", "cv_high": ""}]


def counted(statistic, value, **columns):
    return number("s", value, outcome="cured", statistic=statistic, unit="people", **columns)


CASES = {
    "statistics_fit": (
        {"outcomes": [{"outcome": "level"}, {"outcome": "hit", "measure": "PLO", "unit": ""}],
         "measurements": [number("s", 1.4, "difference", statistic="odds_ratio", unit="", versus=""),
                          number("s", 12, statistic="mean", outcome="hit", unit=""),
                          number("s", 4, statistic="events", outcome="hit", unit="", n=9)]},
        ["data/raw/measurements.csv:2 statistic: odds_ratio, while level is pooled as ROM: shown, not weighted. "
         "Nothing to do if the source prints no other number.",
         "data/raw/measurements.csv:3 statistic: mean, while hit is pooled as PLO: shown, not weighted. "
         "Nothing to do if the source prints no other number."],
    ),
    "units": (
        {"measurements": [number("s", 10, unit="U"), number("s", 12, "difference", statistic="percent_change", unit="%")]},
        ['data/raw/measurements.csv:2 unit: "U" has no conversion for level. '
         'Add a row to units.csv, or correct the spelling (did you mean "u"?).'],
    ),
    "unit_targets": (
        {"units": [{"to_unit": "v"}, {"unit": "w", "factor": "0"}]},
        ['data/raw/units.csv:2 to_unit: "v" is not the unit of level. Convert to "u", as outcomes.csv has it.',
         "data/raw/units.csv:3 factor: 0 would turn every number into zero. Type the factor of the conversion."],
    ),
    "plausible_ranges": (
        {"outcomes": [{"cv_low": "2", "cv_high": "1"}, {"outcome": "other", "cv_low": ""}]},
        ["data/raw/outcomes.csv:2 cv_low: 2 is not below cv_high. Exchange the two.",
         "data/raw/outcomes.csv:3 cv_low: only one of cv_low and cv_high is filled. Fill both or none."],
    ),
    "group_sizes": (
        {"groups": [group("s", n=8), group("s", "placebo", arm="placebo", n=8)],
         "measurements": [number("s", 10, n=9), number("s", 2, "difference", n=16, versus="placebo")]},
        ["data/raw/measurements.csv:2 n: 9 participants, while groups.csv says 8. Correct the n here or there."],
    ),
    "part_sizes": (
        {"groups": [group("s", n=8), group("s", "part", part_of="treated", n=9)]},
        ["data/raw/groups.csv:3 n: 9 participants, while treated as a whole has 8. "
         "Correct part_of or one of the two n."],
    ),
    "percentages": (
        {"outcomes": PROPORTION, "measurements": [counted("percent", 101, n=20), counted("percent", -1, n=20, weeks=2)]},
        ["data/raw/measurements.csv:2 value: 101% of participants. A percentage lies between 0 and 100.",
         "data/raw/measurements.csv:3 value: -1% of participants. A percentage lies between 0 and 100."],
    ),
    "percent_levels": (
        {"units": [{"unit": "%"}],
         "measurements": [number("s", 120, unit="%"), number("s", 120, "change", unit="%", statistic="percent_change")]},
        ["data/raw/measurements.csv:2 value: a level of 120%. Check value and unit against the source."],
    ),
    "events": (
        {"outcomes": PROPORTION,
         "measurements": [counted("events", 21, n=20), counted("events", 2.5, n=20, weeks=2), counted("events", -1, weeks=3)]},
        ["data/raw/measurements.csv:2 value: 21 events among 20 participants. Correct the count or the n.",
         "data/raw/measurements.csv:3 value: 2.5 events are no count. "
         "Type a whole number, or percent as the statistic.",
         "data/raw/measurements.csv:4 value: -1 events are no count. "
         "Type a whole number, or percent as the statistic."],
    ),
    "counts_without_n": (
        {"outcomes": PROPORTION, "measurements": [counted("events", 2)]},
        ["data/raw/measurements.csv:2 n: events or percent without n can be shown, not weighted. "
         "Add n if the source prints it."],
    ),
    "double_zeros": (
        {"outcomes": PROPORTION, "studies": [study(name) for name in "stuv"],
         "groups": [one for name in "stuv" for one in (group(name), group(name, "placebo", arm="placebo"))],
         "measurements": [counted("events", value, n=20, study_id=name, group_id=arm)
                          for name, *values in (("s", 0, 0), ("t", 20, 20), ("u", 0, 3), ("v", 1, 0))
                          for arm, value in zip(("treated", "placebo"), values, strict=True)]},
        ["data/raw/measurements.csv:2 value: no event, or nothing else, in any arm of 2 trials: s, t. Nothing to do: the ratio of cured "
         "leaves them out, and a sensitivity analysis puts them in."],
    ),
    "whole_persons": (
        {"outcomes": PROPORTION,
         "measurements": [counted("percent", 17, n=13), counted("percent", 95.3, n=86, weeks=2)]},
        ["data/raw/measurements.csv:2 value: 17% is no whole number of 13 participants. "
         "Check percent and n: the percentage may have another denominator."],
    ),
    "shares": (
        {"outcomes": PROPORTION,
         "measurements": [counted("percent", "0.25", n=24), counted("percent", "0.25", n=400, weeks=2), counted("percent", "2", n=24, weeks=3)]},
        ["data/raw/measurements.csv:2 value: 0.25% of 24 participants is less than one of them. "
         "Type 25 if the source means that share; else check percent and n."],
    ),
    "positive_levels": (
        {"measurements": [number("s", -10), number("s", -2, "change")]},
        ["data/raw/measurements.csv:2 value: a level of -10, while level is pooled as a ratio of means. "
         "Check the sign, or pool the outcome as MD in outcomes.csv."],
    ),
    "relative_changes": (
        {"measurements": [number("s", value, "change", statistic=statistic, weeks=week) for week, (statistic, value)
                          in enumerate([("percent_change", 1600), ("percent_change", -100), ("percent_change", 900),
                                        ("fold_change", 11), ("fold_change", 0.5)], 1)]},
        ["data/raw/measurements.csv:2 value: change of 1600% is outside 0.02 to 10 times the level before. "
         "Check it against the source.",
         "data/raw/measurements.csv:3 value: change of -100% is outside 0.02 to 10 times the level before. "
         "Check it against the source.",
         "data/raw/measurements.csv:5 value: 11-fold change is outside 0.02 to 10 times the level before. "
         "Check it against the source."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_the_unit_of_the_outcome_needs_no_row(tmp_path):
    assert messages(tmp_path, "units", units=[]) == []


def test_a_change_in_percent_typed_as_a_mean(tmp_path):
    assert messages(tmp_path, "units", measurements=[number("s", 57, "change", unit="%")]) == [
        'data/raw/measurements.csv:2 unit: "%" has no conversion for level. '
        "Add a row to units.csv, or type percent_change as the statistic of a change in percent."
    ]


def test_a_share_typed_as_a_percentage(tmp_path):
    assert messages(tmp_path, "whole_persons", outcomes=PROPORTION, measurements=[counted("percent", "0.8", n=85)]) == [
        "data/raw/measurements.csv:2 value: 0.8% is no whole number of 85 participants. "
        "Check percent and n: as a share it is 68 of them, and 80 the percentage."
    ]


def test_n_of_a_difference_that_names_no_group_is_not_judged(tmp_path):
    rows = [number("s", 2, "difference", n=48, statistic="mean_difference")]
    assert messages(tmp_path, "group_sizes", groups=[group("s", n=24)], measurements=rows) == []
