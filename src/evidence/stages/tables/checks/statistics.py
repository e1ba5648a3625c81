"""Checks of standardised differences and test statistics: the scales that they are measured by, and their direction."""

from evidence.stages.tables.checks.data import Finding, grouped
from evidence.vocabulary import LEVELS, TESTS, UNSIGNED

TURNING = ("SMD", "MD", "ZCOR")
SIGNED = ("t_value", "z_value", "standardised_difference")
DIRECTED = (*TESTS, "standardised_difference")
SIGNS = {"higher": 1, "lower": -1}
SIDES = {1: "higher", -1: "lower"}
NAMES = TESTS | {"standardised_difference": "d"}


def reversed_scales(data):
    """A scale that runs the other way, of an outcome that knows no sign: a ratio or a proportion cannot turn."""
    for row in data.rows("units"):
        measure = data.outcomes[row["outcome"]]["measure"] if row["outcome"] in data.outcomes else "SMD"
        if row["reversed"] == "yes" and measure not in TURNING:
            what = f"yes, while {row['outcome']} is pooled as {measure}"
            remedy = f"Empty the cell, or pool the outcome as one of {', '.join(TURNING)} in outcomes.csv."
            yield Finding(row, "reversed", what, remedy)


def directions(data):
    """A test statistic whose direction cannot be known, or a direction that quarrels with its number."""
    for row in data.where(lambda direction, statistic: bool(direction) and statistic not in DIRECTED, "direction", "statistic"):
        what = f"{row['direction']}, while the statistic is {row['statistic']}"
        yield Finding(row, "direction", what, "It is only for a test statistic: empty it; the sign of any other number is its own.")
    rows = data.having(statistic=DIRECTED)
    beside = levels_by_place(data) if rows else {}
    for row in rows:
        name = NAMES[row["statistic"]]
        if row["value"] < 0 and row["statistic"] in UNSIGNED:
            remedy = "Type it as printed, and higher or lower as its direction."
            yield Finding(row, "value", f"{name} of {row['value_text']}, which is never below zero", remedy)
        elif row["value"] < 0 and row["direction"] == "higher":
            what = f"higher, while {name} is {row['value_text']}"
            yield Finding(row, "direction", what, "Correct the one that the source does not mean.")
        elif row["statistic"] in UNSIGNED and not row["direction"] and not difference_beside(data, row, beside):
            remedy = "Type higher or lower, or the means of both sides in rows of their own."
            yield Finding(row, "direction", f"empty, and {name} does not say which side is higher", remedy)


def tested_levels(data):
    """A test of a level, of an outcome pooled as standardised differences: it compares nothing."""
    for row in data.having(statistic=DIRECTED, timepoint=("baseline", "followup")):
        if data.outcomes[row["outcome"]]["measure"] == "SMD":
            what = f"{row['timepoint']}, while {row['statistic']} compares two sides"
            yield Finding(row, "timepoint", what, "Type difference for two groups or periods, change for one group and its baseline.")


def quarrelling_signs(data):
    """A test statistic against the means beside it: its sign may be that of the other group, or of the other subtraction."""
    rows = [row for row in data.having(statistic=DIRECTED) if row["direction"] or row["statistic"] in SIGNED]
    beside = levels_by_place(data) if rows else {}
    for row in rows:
        stated = SIGNS.get(row["direction"]) or (row["value"] > 0) - (row["value"] < 0)
        means = difference_beside(data, row, beside)
        if means and stated * turn(data, row) * means < 0:
            side = "lower" if means * turn(data, row) < 0 else "higher"
            what = f"{NAMES[row['statistic']]} = {row['value_text']} says that the group is {SIDES[stated]}, while its mean is {side}"
            yield Finding(
                row, "value", what, f"Type {side} as its direction if only the order of the subtraction differs; else check the means."
            )


def turn(data, row):
    """-1 on a scale that runs the other way, else 1."""
    return -1 if (row["outcome"], row["unit"]) in data.turning else 1


def levels_by_place(data):
    """Levels by study, outcome, group and timepoint."""
    rows = data.having(timepoint=("baseline", "followup"), statistic=LEVELS)
    return grouped(rows, lambda row: (row["study_id"], row["outcome"], row["group_id"], row["timepoint"]))


def difference_beside(data, row, beside):
    """Difference of the means that a test compares, in the direction of the outcome; 0 where they are not printed."""
    sides = [(row["group_id"], "followup"), (row["versus"], "followup")]
    if row["timepoint"] == "change":
        sides[1] = (row["group_id"], "baseline")
    first, second = (beside.get((row["study_id"], row["outcome"], *side), []) for side in sides)
    for one in first:
        for other in second:
            same_week = row["timepoint"] == "change" or one["weeks"] == other["weeks"]
            values = data.converted(one), data.converted(other)
            if same_week and one["weeks"] == row["weeks"] and None not in values:
                return values[0] * turn(data, one) - values[1] * turn(data, other)
    return 0
