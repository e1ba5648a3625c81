"""Moderators: numbers or words, never both, and each level spelled one way."""

import pytest

from evidence.stages.tables.checks.checks import check
from evidence.store.moderators import numbers_of
from tests.support.checking import PAIR, messages
from tests.support.toy import folder, study

NAMES = "abcdefghij"
STUDIES = [study(name) for name in NAMES]


def rows(moderator, *values):
    return [
        {"study_id": name, "moderator": moderator, "value": value, "source": "Table 1"} for name, value in zip(NAMES, values, strict=False)
    ]


CASES = {
    "moderator_names": (
        {"studies": STUDIES, "moderators": [*rows("drug", "one", "two"), *rows("region", "north; south", "south", "north: far")]},
        ['data/raw/moderators.csv:2 moderator: "drug" names other strata, or a set of them. Choose another name, such as drug_of_study.',
         'data/raw/moderators.csv:3 moderator: "drug" names other strata, or a set of them. Choose another name, such as drug_of_study.',
         'data/raw/moderators.csv:4 value: "north; south" holds a ;. Write it without: a group has one value of a moderator.',
         'data/raw/moderators.csv:6 value: "north: far" holds a :. Write it without: a group has one value of a moderator.'],
    ),
    "moderator_kinds": (
        {"studies": STUDIES, "moderators": [*rows("age", "30", "41.5", "about 50"), *rows("dose", "low", "high", "3"),
                                            *rows("weight", "1,234", "1,300"), *rows("region", "north", "NR"), *rows("beside", "none", "diet")]},
        ['data/raw/moderators.csv:4 value: "about 50" is no number, and other values of age are numbers. '
         "Type numbers alone, or words alone; leave the row out where the source does not state it.",
         'data/raw/moderators.csv:7 value: "3" is a number, and other values of dose are words. '
         "Type numbers alone, or words alone; leave the row out where the source does not state it.",
         *(f'data/raw/moderators.csv:{line} value: "{text}" is neither a number nor the name of a category. '
           "Type the number, a word, or leave the row out where the source does not state it."
           for line, text in ((8, "1,234"), (9, "1,300"), (11, "NR")))],
    ),
    "levels_spelled_twice": (
        {"studies": STUDIES, "moderators": [*rows("region", "North", "north", "north", "south"), *rows("dose", "4.4", "44")]},
        ['data/raw/moderators.csv:2 value: "North" is spelled "north" in 2 other places. Spell it one way: they would count as two.'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(rule, tmp_path):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


def test_numbers_and_words_apart_are_sound(tmp_path):
    sound = [*rows("age", "30", "41,5", "1e2"), *rows("region", "north", "south", "18 to 30 years"), *rows("dose", "2-4 mg", "8 mg")]
    problems, flags, _ = check(folder(tmp_path, studies=STUDIES, moderators=sound, measurements=PAIR))
    assert not [one for one in problems + flags if one.file.endswith("moderators.csv")]


def test_decimal_commas_are_read_as_the_other_tables_read_them():
    assert numbers_of({"44,5", "1,234"}) == {"44,5": 44.5, "1,234": 1.234}
    assert numbers_of({"1,234"}) == {"1,234": None}
