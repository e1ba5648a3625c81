"""Checks of what stands beside a number, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages
from tests.support.toy import group, number, p, sd

BOTH = [group("s"), group("s", "placebo", arm="placebo")]


def interval(kind, low, high):
    return {"spread": kind, "spread_low": low, "spread_high": high}


CASES = {
    "spread_cells": (
        {"measurements": [number("s", 10, weeks=week, **columns) for week, columns in enumerate([
            {"spread": "none", "spread_low": 2}, {"spread": "sd"}, interval("iqr", 8, ""), interval("sd", 2, 3), sd(-2),
            sd(2) | {"spread_judged": "se"}, {"spread": "variance", "spread_low": 4}], 1)]},
        ["data/raw/measurements.csv:2 spread: none, yet there is the spread 2. Name its kind, or empty the cells.",
         "data/raw/measurements.csv:3 spread_low: empty, while spread is sd. Type the spread, or none as its kind.",
         "data/raw/measurements.csv:4 spread_high: empty, while spread is iqr. Type the upper end.",
         "data/raw/measurements.csv:5 spread_high: 3, while spread is sd. Only iqr, range and ci95 have an upper end.",
         "data/raw/measurements.csv:6 spread_low: -2 is below zero. A spread is never negative.",
         "data/raw/measurements.csv:7 spread_judged: se, while spread is sd. "
         "It is only for a spread that is unlabelled: empty it.",
         "data/raw/measurements.csv:8 spread: variance, beside mean. "
         "It is only for o_minus_e and estimate: type its root as sd or se."],
    ),
    "zero_spreads": (
        {"measurements": [number("s", 2, "change", **sd("0.0"))]},
        ["data/raw/measurements.csv:2 spread_low: a spread of 0.0 would give the row all the weight. "
         "Check it against the source."],
    ),
    "interval_order": (
        {"measurements": [number("s", 10, **interval("iqr", 12, 8)), number("s", 10, weeks=2, **interval("range", 11, 12)),
                          number("s", 10, weeks=3, **interval("range", 10, 12))]},
        ["data/raw/measurements.csv:2 spread_low: 12 to 8 begins above its end. "
         "Exchange the two, if the source prints them the other way round.",
         "data/raw/measurements.csv:3 value: 10 is not within 11 to 12. Check it against the source."],
    ),
    "interval_centre": (
        {"groups": BOTH,
         "measurements": [number("s", value, "difference", statistic=statistic, versus="placebo", weeks=week,
                                 **interval("ci95", low, high))
                          for week, (statistic, value, low, high) in enumerate([
                              ("mean_difference", 5.24, 2.12, 88.37), ("mean_difference", 5.24, 2.12, 8.37),
                              ("odds_ratio", 0.154, 0.04, 0.579), ("odds_ratio", "1.24", "0.40", 15.79)], 1)],
         "reviews": [{"review_id": "r", "outcome": "level", "comparison": "a v. b", "measure": "OR", "estimate": 2.42,
                      "ci_low": 1.47, "ci_high": 13.94, "source_locator": "Abstract"}]},
        ["data/raw/measurements.csv:2 value: 5.24 is not in the middle of 2.12 to 88.37. Check it against the source.",
         "data/raw/measurements.csv:5 value: 1.24 is not in the middle of 0.40 to 15.79 on the log scale. "
         "Check it against the source.",
         "data/raw/reviews.csv:2 estimate: 2.42 is not in the middle of 1.47 to 13.94 on the log scale. "
         "Check it against the source."],
    ),
    "p_cells": (
        {"measurements": [number("s", 10, p_value=0.1), number("s", 10, weeks=2, p_operator="<"),
                          number("s", 10, weeks=3, **p("=", "0.000"))],
         "unreported": [{"study_id": "s", "group_id": "treated", "outcome": "level", "timepoint": "change",
                         "reported_as": "increased", "p_value": "0.2", "source_locator": "Abstract"}]},
        ["data/raw/measurements.csv:2 p_operator: empty, while the p-value is 0.1. Type =, < or > as printed.",
         'data/raw/measurements.csv:3 p_value: empty, while the operator is "<". Type the p-value as printed.',
         'data/raw/measurements.csv:4 p_value: a p-value is never zero. Where a program printed 0.000, type "<" and 0.001.',
         "data/raw/unreported.csv:2 p_operator: empty, while the p-value is 0.2. Type =, < or > as printed."],
    ),
    "lost_decimals": (
        {"measurements": [number("s", 10, weeks=week, **p("<", value)) for week, value in enumerate((1, 1, 5, "0.05"), 1)]
                         + [number("s", 10, weeks=5, **p("=", 1))],
         "unreported": [{"study_id": "s", "group_id": "treated", "outcome": "level", "timepoint": "change",
                         "reported_as": "increased", "p_operator": "<", "p_value": "1", "source_locator": "Abstract"}]},
        ["data/raw/measurements.csv:2 p_value: 4 p-values are whole numbers (lines 2 to 4, 6); many numbers lost their decimals: opened with "
         "another decimal sign, 0.001 becomes 1. Go back to the file from before, and import it with the point as decimal sign.",
         "data/raw/unreported.csv:2 p_value: p < 1 says nothing. Type it as printed; opened with another decimal sign, 0.001 becomes 1."],
    ),
    "threshold_p": (
        {"measurements": [number("s", 10, **p("=", "0.050")), number("s", 10, weeks=2, **p("<", 0.05)),
                          number("s", 10, weeks=3, **p("=", 0.04))]},
        ['data/raw/measurements.csv:2 p_value: p = 0.050 is a usual threshold. Check whether the source prints "<" or "=".'],
    ),
    "p_between_periods": (
        {"measurements": [number("s", 10, **p("=", 0.03, "between_periods"))]},
        ["data/raw/measurements.csv:2 p_for: between_periods, while the study is no crossover. "
         "Correct p_for, or the design in studies.csv."],
    ),
    "comparisons": (
        {"groups": BOTH,
         "measurements": [number("s", 10, versus="placebo"), number("s", 9, group_id="placebo", versus="treated"),
                          number("s", 10, "difference", versus="treated")]},
        ["data/raw/measurements.csv:3 versus: treated, in the row of a group whose arm is placebo. Empty it: the row of the treated group "
         "names its control.",
         "data/raw/measurements.csv:4 versus: the group is compared with itself. Name the group it is compared with."],
    ),
    "open_comparisons": (
        {"groups": [*BOTH, group("s", "untreated", arm="untreated")],
         "measurements": [number("s", 10), number("s", 9, group_id="placebo"), number("s", 8, group_id="untreated")]},
        ["data/raw/measurements.csv:2 versus: treated could be compared with placebo or untreated. Name its control here, such as placebo, "
         "or tell the groups apart by conditions or part_of in groups.csv."],
    ),
    "unnamed_comparisons": (
        {"measurements": [number("s", 10, "difference"), number("s", 0.3, "difference", statistic="estimate")]},
        ["data/raw/measurements.csv:2 versus: a difference that does not say from which group. "
         "Name the group_id it is compared with."],
    ),
    "suspects": (
        {"measurements": [number("s", 10, suspect="unit", note="mg or g."), number("s", 10, weeks=2, suspect="figure")]},
        ["data/raw/measurements.csv:2 suspect: the curator doubts the unit: mg or g.",
         "data/raw/measurements.csv:3 suspect: the curator doubts the figure: no reason given."],
    ),
    "reasons": (
        {"measurements": [number("s", 10, suspect="unit"),
                          number("s", 10, weeks=2, **(sd(2) | {"spread": "unlabelled", "spread_judged": "sd"}))]},
        ["data/raw/measurements.csv:2 note: no reason for suspect unit. Say in the note why.",
         "data/raw/measurements.csv:3 note: no reason for spread_judged sd. Say in the note why."],
    ),
    "week_order": (
        {"measurements": [number("s", 10, "baseline", weeks=12), number("s", 10, weeks=0), number("s", 1, "change", weeks=-4)]},
        ["data/raw/measurements.csv:2 weeks: a baseline at week 12. Type 0 for the level before treatment.",
         "data/raw/measurements.csv:3 weeks: a followup at week 0. Type the week of the measurement.",
         "data/raw/measurements.csv:4 weeks: a change at week -4. Type the week of the measurement."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_p_values_that_lost_their_decimals_are_not_named_one_by_one(tmp_path):
    rows = [number("s", 10, weeks=week, **p("=", value)) for week, value in enumerate((3, 46, 24), 1)]
    assert messages(tmp_path, "bounds", measurements=rows) == []
    assert len(messages(tmp_path, "lost_decimals", measurements=rows)) == 1
    assert messages(tmp_path, "lost_decimals", measurements=[number("s", 10, **p("=", 1))]) == []
