"""Checks of standardised differences and test statistics: the scales that they are measured by, and their direction."""

from evidence.stages.checks_data import Finding

TURNING = ("SMD", "MD", "ZCOR")


def reversed_scales(data):
    """A scale that runs the other way, of an outcome that knows no sign: a ratio or a proportion cannot turn."""
    for row in data.rows("units"):
        measure = data.outcomes[row["outcome"]]["measure"] if row["outcome"] in data.outcomes else "SMD"
        if row["reversed"] == "yes" and measure not in TURNING:
            what = f"yes, while {row['outcome']} is pooled as {measure}"
            remedy = f"Empty the cell, or pool the outcome as one of {', '.join(TURNING)} in outcomes.csv."
            yield Finding(row, "reversed", what, remedy)
