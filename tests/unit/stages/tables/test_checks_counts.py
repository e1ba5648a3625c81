"""Checks of what stands beside counts, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages
from tests.support.toy import number

RATE = {"outcome": "relapse", "measure": "IRR", "unit": "", "cv_low": "", "cv_high": ""}


def relapses(value, **columns):
    return number("s", value, outcome="relapse", statistic="events", unit="", **columns)


CASES = {
    "person_times": (
        {"outcomes": [{}, RATE], "measurements": [relapses(3, n=20), relapses(30, n=20, weeks=4, person_time=12.5), number("s", 10, person_time=99)]},
        ["data/raw/measurements.csv:2 person_time: events without person-time, while relapse is pooled as a rate: shown, not weighted. "
         "Type the time at risk if the source prints it.",
         "data/raw/measurements.csv:4 person_time: 99 beside mean. It belongs to a number of events: empty it, or type events as the statistic."],
    ),
    "double_arcsines": (
        {"outcomes": [{}, RATE | {"measure": "PFT"}],
         "measurements": [relapses(0, n=50), relapses(20, n=50, weeks=4), relapses(1, n=1000, weeks=8), relapses(50, n=50, weeks=9)]},
        ["data/raw/measurements.csv:5 value: 3 of 4 proportions of relapse read back from their double arcsine as another number, such as "
         "100% of 50 as 99.5%. Where so few have the event, or lack it, pool the outcome as PLO in outcomes.csv."],
    ),
    "clusters": (
        {"measurements": [number("s", 10, cluster_size=22, icc=""), number("s", 10, weeks=4, cluster_size="", icc=0.02),
                          number("s", 10, weeks=8, cluster_size=22, icc=0)]},
        ["data/raw/measurements.csv:2 icc: empty, while cluster_size is 22: the clusters would count for nothing. Type it (from a source named "
         "in the note where this one lacks it), or empty cluster_size if the spread allows for the clusters.",
         "data/raw/measurements.csv:3 cluster_size: empty, while icc is 0.02: the clusters would count for nothing. Type it (from a source named "
         "in the note where this one lacks it), or empty icc if the spread allows for the clusters."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_events_in_person_time_may_be_more_than_people(tmp_path):
    tables = {"outcomes": [{}, RATE], "measurements": [relapses(30, n=20, person_time=12.5)]}
    assert messages(tmp_path, "events", **tables) == messages(tmp_path, "counts_without_n", **tables) == []
