"""Checks of what stands beside counts: person-time, and clusters."""

from evidence.stages.tables.checks.data import Finding
from evidence.vocabulary import RATES


def person_times(data):
    """Person-time beside a number that is no count of events, or a rate without it: no rate can be made."""
    rates = {name for name, row in data.outcomes.items() if row["measure"] in RATES}
    for row in data.having(statistic=("events",), outcome=rates):
        if not row["person_time"]:
            what = f"events without person-time, while {row['outcome']} is pooled as a rate: shown, not weighted"
            yield Finding(row, "person_time", what, "Type the time at risk if the source prints it.")
    for row in data.where(lambda time, statistic: time is not None and statistic != "events", "person_time", "statistic"):
        what = f"{row['person_time_text']} beside {row['statistic'].replace('_', ' ')}"
        yield Finding(row, "person_time", what, "It belongs to a number of events: empty it, or type events as the statistic.")


def clusters(data):
    """A cluster size without its intraclass correlation, or the other way round: no design effect follows."""
    for row in data.where(lambda size, icc: (size is None) != (icc is None), "cluster_size", "icc"):
        size = row["cluster_size"] is not None
        column, other = ("icc", "cluster_size") if size else ("cluster_size", "icc")
        remedy = (
            f"Type it (from a source named in the note where this one lacks it), or empty {other} if the spread allows for the clusters."
        )
        yield Finding(row, column, f"empty, while {other} is {row[f'{other}_text']}: the clusters would count for nothing", remedy)
