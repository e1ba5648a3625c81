"""Checks across rows, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import PAIR, messages
from tests.support.toy import group, number, se, study

WHOLE_AND_PART = [group("s", n=20), group("s", "part", part_of="treated", n=8)]
TWO_UNITS = [{}, {"unit": "mu", "factor": "0.001"}]
ELSEWHERE = {"source_locator": "Table 2"}

CASES = {
    "pair_folds": (
        {"units": TWO_UNITS, "groups": [group("s"), group("s", "b")],
         "measurements": [number("s", 400, "baseline", unit="mu"), number("s", "12.90"),
                          number("s", 10, "baseline", group_id="b"), number("s", 101, group_id="b")]},
        ["data/raw/measurements.csv:2 unit: from 400 mu to 12.90 u is 32.2 times the level before; "
         "the units differ within the pair. Check both rows against the source.",
         "data/raw/measurements.csv:3 unit: from 400 mu to 12.90 u is 32.2 times the level before; "
         "the units differ within the pair. Check both rows against the source.",
         "data/raw/measurements.csv:5 value: from 10 u to 101 u is 10.1 times the level before. "
         "Check both rows against the source."],
    ),
    "pair_mixups": (
        {"units": [{"unit": "mu", "factor": "0.04"}, {"unit": "pu", "factor": "0.3"}], "groups": [group("s"), group("s", "b"), group("s", "c")],
         "measurements": [number("s", 290, "baseline", unit="mu"), number("s", 15.8, unit="mu"),
                          number("s", 290, "baseline", unit="mu", group_id="b"), number("s", 60, unit="mu", group_id="b"),
                          number("s", 290, "baseline", group_id="c"), number("s", 15.8, group_id="c")]},
        ["data/raw/measurements.csv:3 unit: from 290 mu to 15.8 mu is 0.0545 times the level before; in pu it would be 0.409. "
         "Check the unit against the source.",
         "data/raw/measurements.csv:3 unit: from 290 mu to 15.8 mu is 0.0545 times the level before; in u it would be 1.36. "
         "Check the unit against the source."],
    ),
    "pair_unit_slips": (
        {"units": [{}, {"unit": "mu", "factor": "0.29"}], "groups": [group("s"), group("s", "b"), group("s", "c")],
         "measurements": [number("s", 8.2, "baseline"), number("s", 17.5, unit="mu"),
                          number("s", 10, "baseline", group_id="b"), number("s", 50, unit="mu", group_id="b"),
                          number("s", 10, "baseline", group_id="c"), number("s", 11, unit="mu", group_id="c")]},
        [f"data/raw/measurements.csv:{line} unit: from 8.2 u to 17.5 mu is 0.619 times the level before; in one unit it would be 2.13. "
         "Type the unit that the source prints for both." for line in (2, 3)]
        + [f"data/raw/measurements.csv:{line} unit: from 10 u to 11 mu is 0.319 times the level before; in one unit it would be 1.1. "
           "Type the unit that the source prints for both." for line in (6, 7)],
    ),
    "pair_units": (
        {"units": TWO_UNITS, "measurements": [number("s", 400, "baseline", unit="mu"), number("s", 0.6)]},
        ["data/raw/measurements.csv:3 unit: u at follow-up, while the baseline in line 2 has mu. "
         "Check both rows against the source."],
    ),
    "pair_sizes": (
        {"measurements": [number("s", 10, "baseline", n=20), number("s", 12, n=18)]},
        ["data/raw/measurements.csv:3 n: 18 participants, 20 at baseline (line 2). "
         "If the source prints the baseline of those who stayed, use it."],
    ),
    "pairless": (
        {"measurements": [number("s", 12), number("s", 2, "change")]},
        ["data/raw/measurements.csv:2 timepoint: a follow-up without baseline or control: shown, not weighted. "
         "Add the baseline if the source prints it.",
         "data/raw/measurements.csv:3 timepoint: a change without baseline of an outcome pooled as a ratio: shown, "
         "not weighted. Add the baseline if the source prints it."],
    ),
    "sources_disagree": (
        {"measurements": [number("s", "271"), number("s", "270.6", **ELSEWHERE), number("s", "300", source_kind="full_text"),
                          number("s", "123", "baseline", **se("11")), number("s", "123", "baseline", **se("1.1"), **ELSEWHERE)]},
        ["data/raw/measurements.csv:2 value: 271 u, while line 4 has 300 u from another source. "
         "Keep the better source, and the other value in its note.",
         "data/raw/measurements.csv:4 value: 300 u, while line 2 has 271 u from another source. "
         "Keep the better source, and the other value in its note.",
         "data/raw/measurements.csv:5 value: 123 u (se 11), while line 6 has 123 u (se 1.1) from another source. "
         "Keep the better source, and the other value in its note.",
         "data/raw/measurements.csv:6 value: 123 u (se 1.1), while line 5 has 123 u (se 11) from another source. "
         "Keep the better source, and the other value in its note."],
    ),
    "repeated": (
        {"measurements": [number("s", "271"), number("s", "270.6", **ELSEWHERE)]},
        ["data/raw/measurements.csv:3 value: the number of line 2 again, from another source. "
         "Keep the better source; only one is used."],
    ),
    "cohort_values": (
        {"studies": [study("s"), study("t", cohort_id="s")], "groups": [group("s"), group("t")],
         "measurements": [number("s", "5.5", n=12), number("t", "16.1", n=12), number("s", 10, "baseline", n=12),
                          number("t", 10.3, "baseline", n=12)]},
        ["data/raw/measurements.csv:3 value: 16.1 u, while s (line 2) of the same cohort has 5.5 u. "
         "Check both; only one report of a cohort is pooled."],
    ),
    "cohort_overlap": (
        {"studies": [study("s"), study("t", cohort_id="s"), study("u", cohort_id="s")], "groups": [group("s"), group("t")],
         "measurements": [*PAIR, number("t", 10)]},
        ["data/raw/studies.csv:3 cohort_id: shares participants with s (cohort s). "
         "They count once in each pool; nothing to do if that is right."],
    ),
    "shared_numbers": (
        {"studies": [study("s"), study("t"), study("u", cohort_id="s")], "groups": [group("s"), group("t"), group("u")],
         "measurements": [number(name, value, point, spread="sd", spread_low=12.5)
                          for name in "stu" for value, point in ((27.4, "baseline"), (31.9, "followup"))]
         + [number(name, value, outcome="other") for name, value in (("s", 3), ("t", 4), ("u", 4))],
         "outcomes": [{}, {"outcome": "other"}], "units": [{}, {"outcome": "other"}]},
        ["data/raw/studies.csv:3 cohort_id: 2 numbers with their spreads are also those of s (measurements.csv, lines 4 and 2, "
         "5 and 3). If they are the same people, give both the cohort_id of s."],
    ),
    "same_report": (
        {"studies": [study("s"), study("t"), study("u")], "groups": [group("s"), group("t"), group("u")],
         "outcomes": [{}, {"outcome": "other"}], "units": [{}, {"outcome": "other"}],
         "measurements": [number(name, value, point, spread="sd", spread_low=12.5)
                          for name in "stu" for value, point in ((27.4 + (name == "u"), "baseline"), ("31.90" if name == "t" else 31.9, "followup"))]
         + [number("s", 3, outcome="other")]},
        [f"data/raw/measurements.csv:{line} study_id: {name} and {twin} print the same numbers wherever both print one: the same people would "
         "count twice. Give both the same cohort_id in studies.csv, or delete one report."
         for line, name, twin in ((2, "s", "t"), (3, "s", "t"), (4, "t", "s"), (5, "t", "s"))],
    ),
    "wholes": (
        {"groups": [*WHOLE_AND_PART, group("s", "core", part_of="part")],
         "measurements": [*PAIR, number("s", 3, group_id="core")]},
        ["data/raw/groups.csv:4 part_of: core is a part of treated, and both are measured (both in: level). "
         "They are never pooled together; nothing to do if part_of is right."],
    ),
    "whole_equals_part": (
        {"groups": WHOLE_AND_PART,
         "measurements": [number("s", 5.5, n=20, spread="sd", spread_low=2), number("s", 5.5, n=8, group_id="part", spread="sd", spread_low=2)]},
        ["data/raw/measurements.csv:3 value: 5.5 u (sd 2) is also the number of the whole group treated (line 2). "
         "Check to which of them the source gives it."],
    ),
    "copied": (
        {"groups": [group("s"), group("s", "b"), group("s", "c", part_of="b")],
         "measurements": [number("s", 5.5), number("s", 5.5, group_id="b"), number("s", 5.6, group_id="c")]},
        ["data/raw/measurements.csv:3 value: 5.5 u is also the number of treated (line 2). "
         "Check that the source gives it to both."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_a_follow_up_beside_a_control_has_its_pair(tmp_path):
    groups = [group("s"), group("s", "placebo", arm="placebo")]
    assert messages(tmp_path, "pairless", groups=groups, measurements=[number("s", 12), number("s", 9, group_id="placebo")]) == []


def test_a_row_typed_twice_is_one_error_and_no_second_source(tmp_path):
    assert messages(tmp_path, "repeated", measurements=[number("s", 12), number("s", 12)]) == []
