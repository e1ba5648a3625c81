"""Checks of names that are typed freely, each on a toy evidence base that breaks it."""

import pytest

from evidence.stages.tables.checks.checks import check
from tests.support.checking import PAIR, messages
from tests.support.toy import folder, group

JUDGED = {"outcome": "level", "contrast": "before_after", "domain": "indirectness", "levels": "-1", "why": "Healthier."}
GROUPS = [group("s"), group("s", "b"), group("s", "c", drug="Drug A")]

CASES = {
    "spelled_twice": (
        {"groups": [*GROUPS, group("s", "d", drug="drug_b; drug_a"), group("s", "e", drug="drug_b; drug_a"), group("s", "f", drug="drug_b;drug_a")]},
        ['data/raw/groups.csv:4 drug: "Drug A" is spelled "drug_a" in 5 other places. Spell it one way: they would count as two.',
         'data/raw/groups.csv:7 drug: "drug_b;drug_a" is spelled "drug_b; drug_a" in 2 other places. '
         "Spell it one way: they would count as two."],
    ),
    "spelled_alike": (
        {"groups": [group("s", drug="anastrozole"), group("s", "b", drug="anastrozole"), group("s", "c", drug="clomiphene; anastrozol"),
                    group("s", "d", drug="testolactone"), group("s", "e", drug="hydrotestolactone")]},
        ['data/raw/groups.csv:4 drug: "anastrozol" is nearly "anastrozole". Correct it, for they would count as two; nothing to do if they are.'],
    ),
    "judged_strata": (
        {"judgements": [JUDGED | {"stratum": name} for name in ("alll", "all", "", "condition:condition_a", "drug:drug_a", "drug:drug_b")]},
        ['data/raw/judgements.csv:2 stratum: "alll" is no stratum. Use all, condition:NAME or drug:NAME, or leave it empty (did you mean "all"?).',
         'data/raw/judgements.csv:7 stratum: "drug:drug_b" is no stratum. Use all, condition:NAME or drug:NAME, or leave it empty '
         '(did you mean "drug:drug_a"?).'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_two_spellings_stop_the_run_and_a_likeness_does_not(tmp_path):
    problems, flags, _ = check(folder(tmp_path, measurements=PAIR, groups=[*GROUPS, group("s", "d", drug="drug_ab")]))
    assert [problem.rule for problem in problems] == ["spelled_twice"]
    assert [(flag.rule, flag.blocks) for flag in flags] == [("spelled_alike", "no")]
