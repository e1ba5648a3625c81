"""Ids and words as people type them: one form for joining tables, the typed one for people."""

import csv

import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.tables.checks.checks import check
from evidence.store.ids import fold_id
from evidence.store.rows import named_rows
from evidence.words.names import label
from tests.support.checking import PAIR, messages
from tests.support.toy import folder, group, number, study


@pytest.mark.parametrize(
    ("text", "form"),
    [("smith2010", "smith2010"), ("Smith 2010", "smith_2010"), ("smith-2010", "smith_2010"), ("SMITH_2010", "smith_2010"), ("Müller 2010", "muller_2010"),
     ("Groß", "gross"), ("Søren & Łukasz 1999", "soren_lukasz_1999"), ("(a)", "a"), ("te_ratio", "te_ratio"), ("a__b", "a__b"), ("史密斯", "史密斯"), ("-", "-")],
)  # fmt: skip
def test_forms(text, form):
    assert fold_id(text) == form
    assert fold_id(form) == form


TYPED = {
    "studies": [study("Müller 2010", cohort_id="muller-2010", authors="", year="")],
    "groups": [group("müller2010", "Iron A", conditions="Condition-A; condition b"), group("MULLER_2010", "b", part_of="iron-a", conditions="")],
    "outcomes": [{"outcome": "Serum Level"}],
    "units": [{"outcome": "serum_level"}],
    "conditions": [{"condition": "condition a"}, {"condition": "Condition B", "parent": "CONDITION A"}],
    "measurements": [number("muller 2010", 10, "Baseline", group_id="iron_a", outcome="serum level", statistic="Mean", weeks=0),
                     number("Müller-2010", 12, "Follow-up", group_id="IRON A", outcome="SerumLevel", statistic="MEAN", spread="SD", spread_low=2)],
    "claims": [{"claim_id": "C1", "condition": "CONDITION A", "outcomes": "Serum Level", "direction": "Improves", "kind": "effect", "claim": "It works.",
                "cites": "müller 2010"}],
}  # fmt: skip


def test_ids_are_one_however_they_are_typed(tmp_path):
    tables = ev.read(folder(tmp_path, **TYPED))
    assert list(tables.studies["study_id"]) == list(tables.studies["cohort_id"]) == ["muller_2010"]
    assert list(tables.groups["study_id"]) == ["muller_2010"] * 2 and list(tables.groups["group_id"]) == ["iron_a", "b"]
    assert list(tables.groups["conditions"]) == ["condition_a; condition_b", ""] and list(tables.groups["part_of"]) == ["", "iron_a"]
    assert list(tables.conditions["parent"]) == ["", "condition_a"]
    rows = tables.measurements
    assert set(rows["study_id"]) == {"muller_2010"} and set(rows["group_id"]) == {"iron_a"} and set(rows["outcome"]) == {"serum_level"}
    assert (
        list(rows["timepoint"]) == ["baseline", "followup"]
        and set(rows["statistic"]) == {"mean"}
        and list(rows["spread"]) == ["none", "sd"]
    )
    assert list(tables.claims["outcomes"]) == ["serum_level"] and list(tables.claims["cites"]) == ["muller_2010"]
    effect = ev.effects(tables, load(tmp_path)).iloc[0]
    assert effect.id == "muller_2010.iron_a.serum_level.before_after"
    assert effect.study_label == "Müller 2010" == label(named_rows(tables.studies)[0])


def test_messages_show_what_was_typed(tmp_path):
    studies = [study("Müller 2010"), study("Smith-2011", cohort_id="müller 2010")]
    rows = [*PAIR, number("müller 2010", 10), number("smith 2011", 16)]
    tables = {"studies": [*studies, study("s")], "groups": [group("s"), group("Müller 2010"), group("Smith 2011")], "measurements": rows}
    assert messages(tmp_path, "cohort_overlap", **tables) == [
        "data/raw/studies.csv:3 cohort_id: shares participants with Müller 2010 (cohort Müller 2010). They count once in each pool; "
        "nothing to do if that is right."
    ]
    assert messages(tmp_path, "references", measurements=[number("Mueller 2010", 10)]) == [
        'data/raw/measurements.csv:2 study_id: "Mueller 2010" is no study_id in studies.csv. Add a row there, or correct the spelling.'
    ]


def test_two_ids_that_are_one_are_an_error(tmp_path):
    assert messages(tmp_path, "keys", studies=[study("Smith 2010"), study("smith-2010"), study("s")]) == [
        'data/raw/studies.csv:3 study_id: "smith-2010" is "Smith 2010" of line 2 but for capitals, spaces, hyphens and accents. '
        "Give one of them another id, or keep one of the rows."
    ]
    groups = [group("s"), group("s", "A b"), group("s", "a-b")]
    assert len(messages(tmp_path, "keys", groups=groups)) == 1


def test_ids_that_differ_by_low_lines_alone_stay_two(tmp_path):
    groups = [group("s"), group("s", "dose_1_0"), group("s", "dose_10")]
    rows = [*PAIR, number("s", 10, group_id="dose_10"), number("s", 11, group_id="Dose 1 0")]
    tables = ev.read(folder(tmp_path, groups=groups, measurements=rows))
    assert list(tables.measurements["group_id"])[2:] == ["dose_10", "dose_1_0"]
    assert (
        len(
            messages(
                tmp_path,
                "references",
                groups=groups,
                measurements=[number("s", 10, group_id="dose10"), number("s", 1, group_id="dose-1-0")],
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    ("column", "typed", "meant"),
    [
        ("spread", "SEM", "se"),
        ("spread", "95% CI", "ci95"),
        ("timepoint", "post", "followup"),
        ("statistic", "OR", "odds_ratio"),
        ("statistic", "avg", "mean"),
    ],
)
def test_words_that_mean_an_option_are_guessed(tmp_path, column, typed, meant):
    (message,) = messages(tmp_path, "options", measurements=[number("s", 10, **({} if column == "timepoint" else {column: typed}))
                                                             | ({"timepoint": typed} if column == "timepoint" else {})])  # fmt: skip
    assert message.endswith(f'(did you mean "{meant}"?).')


def test_a_design_is_guessed(tmp_path):
    (message,) = messages(tmp_path, "options", studies=[study("s", design="RCT")])
    assert message.endswith('(did you mean "rct_parallel"?).')


def test_ids_of_the_tables_on_disk_stay_as_typed(tmp_path):
    place = folder(tmp_path, **TYPED)
    check(place)
    with open(place / "data/raw/studies.csv", encoding="utf-8") as handle:
        assert next(csv.DictReader(handle))["study_id"] == "Müller 2010"
