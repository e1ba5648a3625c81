"""Checks of names that are typed freely: spelled in two ways they would be two things, and be pooled apart."""

from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

from evidence.stages.tables.checks.data import Finding
from evidence.store.cells import folded, near
from evidence.store.schema import items

FREE = (("groups", "drug"),)
ALIKE = 0.88  # anastrozol and anastrozole have 0.95, testolactone and hydrotestolactone 0.83


def whole(field, cell):
    """Entries of a cell, and the cell, which as a list makes a stratum of its own."""
    return dict.fromkeys([*items(field, cell), cell]) if cell else ()


def rarer(data, alike, entries):
    """Yield (row, column, name, other, how often) of each row with the rarer of two names of a column that are alike."""
    for table, column in FREE:
        field = data.sheets[table].schema.fields[column]
        times = Counter(name for cell in data.sheets[table].columns[column] for name in entries(field, cell))
        pairs = [sorted(pair, key=times.get, reverse=True) for pair in combinations(times, 2) if alike(*pair)]
        others = {rare: common for common, rare in pairs}
        for row in data.rows(table) if others else []:
            yield from ((row, column, name, others[name], times[others[name]]) for name in entries(field, row[column]) if name in others)


def spelled_twice(data):
    """One name with other capitals, spaces or hyphens: it would count as another."""
    for row, column, name, other, times in rarer(data, lambda one, two: folded(one) == folded(two), whole):
        what = f'"{name}" is spelled "{other}" in {times} other {"place" if times == 1 else "places"}'
        yield Finding(row, column, what, "Spell it one way: they would count as two.")


def spelled_alike(data):
    """Two names that differ by a letter or two: perhaps a slip of the pen, which would count as another."""

    def alike(one, two):
        one, two = folded(one), folded(two)
        return one != two and SequenceMatcher(None, one, two, autojunk=False).ratio() >= ALIKE

    for row, column, name, other, _ in rarer(data, alike, items):
        remedy = "Correct it, for they would count as two; nothing to do if they are."
        yield Finding(row, column, f'"{name}" is nearly "{other}"', remedy)


def judged_strata(data):
    """A judgement on a stratum that there is not: it would override nothing, in silence."""
    known = ("all", *(f"condition:{row['condition']}" for row in data.rows("conditions")),
             *dict.fromkeys(f"drug:{row['drug']}" for row in data.rows("groups")))  # fmt: skip
    for row in data.rows("judgements"):
        if row["stratum"] and row["stratum"] not in known and data.readable("conditions", "groups"):
            what = f'"{row["stratum"]}" is no stratum'
            yield Finding(row, "stratum", what, f"Use all, condition:NAME or drug:NAME, or leave it empty{near(row['stratum'], known)}.")
