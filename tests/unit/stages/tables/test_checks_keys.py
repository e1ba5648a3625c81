"""Checks of cells, keys and references: each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages
from tests.support.toy import group, number, study

TWO = [group("s"), group("s", "part", part_of="treated")]
CLAIM = {"claim_id": "C1", "condition": "condition_a", "outcomes": "level", "direction": "improves", "kind": "effect", "claim": "It works."}

CASES = {
    "required": (
        {"groups": [group("s", label="")]},
        ["data/raw/groups.csv:2 label: the cell is empty. It must be filled: "
         "The group's name as it should stand in a forest plot."],
    ),
    "options": (
        {"groups": [group("s", arm="treatmnt"), group("s", "b", arm="treated")]},
        ['data/raw/groups.csv:2 arm: "treatmnt" is no option. Use one of treatment, placebo, active_control, untreated '
         '(did you mean "treatment"?).',
         'data/raw/groups.csv:3 arm: "treated" is no option. Use one of treatment, placebo, active_control, untreated '
         '(did you mean "treatment"?).'],
    ),
    "bounds": (
        {"measurements": [number("s", 10, p_operator="=", p_value=5, n=0)]},
        ["data/raw/measurements.csv:2 n: 0 is below 1. Check it against the source.",
         "data/raw/measurements.csv:2 p_value: 5 is above 1. Check it against the source."],
    ),
    "shape": (
        {"studies": [study("s", doi="https://doi.org/10.1000/xyz", pmid="PMID 123", pmcid="123"), study("史密斯 2010"), study("t", pmid="1.23E+07")]},
        ['data/raw/studies.csv:2 doi: "https://doi.org/10.1000/xyz" does not look like a doi. Type it as in '
         '"10.1000/xyz123" (did you mean "10.1000/xyz"?).',
         'data/raw/studies.csv:2 pmcid: "123" does not look like a pmcid. Type it as in "PMC1234567".',
         'data/raw/studies.csv:2 pmid: "PMID 123" does not look like a pmid. Type it as in "12345678" '
         '(did you mean "123"?).',
         'data/raw/studies.csv:3 study_id: "史密斯 2010" does not look like a study_id. Type it with small letters, digits and _ only, as in "smith2010".',
         'data/raw/studies.csv:4 pmid: "1.23E+07" does not look like a pmid. Type it as in "12345678".'],
    ),
    "unique": (
        {"studies": [study("s", doi="10.1000/X"), study("t", doi="10.1000/x")]},
        ['data/raw/studies.csv:3 doi: "10.1000/x" stands in line 2 too. '
         "Keep one row for each report, or correct the other."],
    ),
    "keys": (
        {"groups": [group("s"), group("s"), group("s", n=5)]},
        ["data/raw/groups.csv:3: the row repeats line 2. Keep one of the two; a row is told by study_id, group_id.",
         "data/raw/groups.csv:4: the row has the key of line 2 but other contents. "
         "Keep one of the two; a row is told by study_id, group_id."],
    ),
    "references": (
        {"groups": [group("s", conditions="condition_a;conditon_b"), group("s", "b", conditions="x,condition_a")],
         "measurements": [number("s", 10, group_id="treatd"), number("t", 10, outcome="levle"),
                          number("s", 1, "difference", versus="placebo")],
         "claims": [CLAIM | {"cites": "s;u"}]},
        ['data/raw/claims.csv:2 cites: "u" is no study_id in studies.csv. Add a row there, or correct the spelling.',
         'data/raw/groups.csv:2 conditions: "conditon_b" is no condition in conditions.csv. '
         'Add a row there, or correct the spelling (did you mean "condition_a"?).',
         'data/raw/groups.csv:3 conditions: "x,condition_a" is no condition in conditions.csv. '
         'Put a ";" between the entries of a list.',
         'data/raw/measurements.csv:2 group_id: "treatd" is no group_id of s in groups.csv. '
         'Add a row there, or correct the spelling (did you mean "treated"?).',
         'data/raw/measurements.csv:3 outcome: "levle" is no outcome in outcomes.csv. '
         'Add a row there, or correct the spelling (did you mean "level"?).',
         'data/raw/measurements.csv:3 study_id: "t" is no study_id in studies.csv. '
         "Add a row there, or correct the spelling.",
         'data/raw/measurements.csv:4 versus: "placebo" is no group_id of s in groups.csv. '
         "Add a row there, or correct the spelling."],
    ),
    "group_trees": (
        {"groups": [group("s"), group("s", "a", part_of="b"), group("s", "b", part_of="a"), group("s", "c", part_of="c")]},
        ["data/raw/groups.csv:3 part_of: a and b go round in a circle, each a part of the next. Leave part_of empty for the largest of them.",
         "data/raw/groups.csv:5 part_of: c is a part of itself. Leave part_of empty for the largest of them."],
    ),
    "condition_trees": (
        {"conditions": [{"parent": "b"}, {"condition": "b", "parent": "condition_a"}]},
        ["data/raw/conditions.csv:3 parent: b and condition_a go round in a circle, each a child of the next. "
         "Leave parent empty for the broadest of them."],
    ),
    "cohorts": (
        {"studies": [study("s", cohort_id="t"), study("t", cohort_id="u"), study("u")]},
        ["data/raw/studies.csv:2 cohort_id: t itself belongs to the cohort u. Use u in both rows."],
    ),
    "years": (
        {"studies": [study("s", year=2201), study("t", year=201)]},
        ["data/raw/studies.csv:2 year: 2201 is no year of a publication. Check it against the record.",
         "data/raw/studies.csv:3 year: 201 is no year of a publication. Check it against the record."],
    ),
    "year_in_id": (
        {"studies": [study("s"), study("smith2010", year=2011)]},
        ["data/raw/studies.csv:3 year: 2011, while the study_id says 2010. "
         "Check which is right; the id may stay as it is."],
    ),
    "dates": (
        {"studies": [study("s", pages="12-May", note="In May 2012")]},
        ['data/raw/studies.csv:2 pages: "12-May" looks like a date made by a spreadsheet. Check it against the source.'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_a_row_that_is_nearly_empty_is_one_error(tmp_path):
    row = dict.fromkeys(("group_id", "outcome", "timepoint", "statistic", "spread", "source_kind", "source_locator"), "")
    assert messages(tmp_path, "required", measurements=[number("s", 1234) | row]) == [
        "data/raw/measurements.csv:2: the row is nearly empty: group_id, outcome, timepoint, statistic, spread, source_kind, source_locator "
        "are not filled. Fill them, or delete the row if it is a total or a remark."
    ]


def test_numbers_that_became_others(tmp_path):
    """A spreadsheet makes 1.12E+07 of PubMed numbers, so that two are alike, or 11176482.0."""
    studies = [study("s", pmid="1.12E+07"), study("t", pmid="1.12E+07"), study("u", pmid="11176482.0")]
    assert messages(tmp_path, "unique", studies=studies) == []
    assert messages(tmp_path, "shape", studies=studies)[-1].endswith('(did you mean "11176482"?).')


def test_a_name_that_begins_with_a_vowel(tmp_path):
    assert messages(tmp_path, "shape", outcomes=[{"outcome": "水平 1"}]) == [
        'data/raw/outcomes.csv:2 outcome: "水平 1" does not look like an outcome. Type it with small letters, digits and _ only, '
        'as in "haemoglobin".'
    ]
