"""Checks of what stands beside counts: person-time, and clusters."""

import math

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


def double_arcsines(data):
    """Proportions pooled as double arcsines of which so few people have the event, or lack it, that they read back as another number.

    References
    ----------
    Miller 1978, p. 138 [miller1978]; Schwarzer et al. 2019 on what reading back can do [schwarzer2019].
    """
    outcomes = [name for name, row in data.outcomes.items() if row["measure"] == "PFT"]
    for outcome in outcomes:
        rows = [row for row in data.having(statistic=("events", "percent"), outcome=(outcome,)) if row["n"] and 0 <= share(row) <= 1]
        apart = [row for row in rows if abs(read_back(row) - share(row)) > 0.1 * min(share(row), 1 - share(row))]
        if apart:
            worst = max(apart, key=lambda row: abs(read_back(row) - share(row)))
            what = (
                f"{len(apart)} of {len(rows)} proportions of {outcome} read back from their double arcsine as another number, "
                f"such as {100 * share(worst):.3g}% of {worst['n_text']} as {100 * read_back(worst):.3g}%"
            )
            yield Finding(worst, "value", what, "Where so few have the event, or lack it, pool the outcome as PLO in outcomes.csv.")


def share(row):
    """Share of the participants with the event."""
    return row["value"] / 100 if row["statistic"] == "percent" else row["value"] / row["n"]


def read_back(row):
    """The share that the double arcsine of a proportion is read back as: sin^2."""
    x, n = share(row) * row["n"], row["n"]
    return math.sin((math.asin(math.sqrt(x / (n + 1))) + math.asin(math.sqrt((x + 1) / (n + 1)))) / 2) ** 2
