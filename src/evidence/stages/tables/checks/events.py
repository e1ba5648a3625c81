"""Checks of outcomes.csv: what a ratio or a difference counts, and which way of it is better."""

import re

from evidence.stages.tables.checks.data import Finding
from evidence.words.measures import measure_of

GOOD = ("survival", "remission", "recovery", "cure", "response", "success", "improvement")
BAD = ("death", "mortality", "relapse", "recurrence", "progression", "failure")
DENIED = r"\b(no|non|not|without|loss|lack|free|freedom)\b"
NAME = "Name it in the column event: death where the label is Overall survival. The column better is about the event: lower for death."


def event_names(data):
    """A hazard ratio without the name of its event: of survival and of death it would be the same words, and the opposite."""
    for row in data.rows("outcomes"):
        if row["measure"] == "HR" and not row["event"]:
            of = ", while a higher hazard is said to be better" if row["better"] == "higher" else ""
            yield Finding(row, "event", f'"{row["label"]}" is pooled as a hazard ratio, and its event has no name{of}', NAME)


def event_directions(data):
    """Something good of which fewer are said to be better, or the reverse: its results would be said the wrong way round."""
    for row in data.rows("outcomes"):
        counted = row["event"] or row["label"]
        names = GOOD if row["better"] == "lower" else BAD if row["better"] == "higher" else ()
        if not (measure_of(row["measure"]).of_event or measure_of(row["measure"]).counted) or re.search(DENIED, counted, re.IGNORECASE):
            continue
        if found := next((name for name in names if re.search(rf"\b{name}", counted, re.IGNORECASE)), None):
            kind = "good" if found in GOOD else "bad"
            what = f'{row["better"]} is said to be better, and "{counted}" names something {kind}'
            yield Finding(row, "better", what, f"Correct it{'' if row['event'] else ', or name what is counted in the column event'}.")
