"""Checks of moderators.csv: whether a moderator is a number or a category must be beyond doubt, and each level one stratum."""

from collections import Counter, defaultdict

from evidence.stages.tables.checks.data import Finding
from evidence.stages.tables.checks.names import folded
from evidence.store.cells import DASHES, GROUPED, NOT_STATED, is_date
from evidence.store.moderators import numbers_of

OTHER_STRATA = ("all", "condition", "conditions", "drug", "drugs")


def by_moderator(data):
    """Rows of moderators.csv with a value, by moderator."""
    found = defaultdict(list)
    for row in data.rows("moderators"):
        if row["moderator"] and row["value"]:
            found[row["moderator"]].append(row)
    return found


def moderator_names(data):
    """A moderator with a name that other strata have, or a level with a sign that parts the levels of several: pools would be mixed up."""
    for row in data.rows("moderators"):
        if row["moderator"] in OTHER_STRATA:
            what = f'"{row["moderator"]}" names other strata, or a set of them'
            yield Finding(row, "moderator", what, f"Choose another name, such as {row['moderator']}_of_study.")
        if signs := [sign for sign in ";:" if sign in row["value"]]:
            yield Finding(row, "value", f'"{row["value"]}" holds a {signs[0]}', "Write it without: a group has one value of a moderator.")


def moderator_kinds(data):
    """Numbers and words in one moderator, or what was to be a number: all of them would be taken for words, each a stratum."""
    for name, rows in by_moderator(data).items():
        values = numbers_of({row["value"] for row in rows})
        words = [row for row in rows if values[row["value"]] is None]
        if 0 < len(words) < len(rows):
            numbers = 2 * len(words) <= len(rows)
            for row in words if numbers else [row for row in rows if values[row["value"]] is not None]:
                what = f'"{row["value"]}" is {"no number" if numbers else "a number"}, and other values of {name} are {"numbers" if numbers else "words"}'
                yield Finding(
                    row, "value", what, "Type numbers alone, or words alone; leave the row out where the source does not state it."
                )
        for row in words if len(words) == len(rows) else ():
            if is_misread(row["value"]):
                what = f'"{row["value"]}" is neither a number nor the name of a category'
                yield Finding(row, "value", what, "Type the number, a word, or leave the row out where the source does not state it.")


def is_misread(text):
    """Whether a text was to be a number, or says that there is none; "none" may be a category."""
    plain = text.translate(DASHES)
    return plain.lower() in {*NOT_STATED} - {"none"} or bool(GROUPED.fullmatch(plain)) or is_date(plain)


def levels_spelled_twice(data):
    """One level of a moderator with other capitals, spaces or hyphens: it would be a stratum of its own."""
    for rows in by_moderator(data).values():
        times = Counter(row["value"] for row in rows)
        if None not in numbers_of(times).values():
            continue
        usual = {}
        for name, _ in times.most_common():
            usual.setdefault(folded(name), name)
        for row in rows:
            other = usual[folded(row["value"])]
            if other != row["value"]:
                what = f'"{row["value"]}" is spelled "{other}" in {times[other]} other {"place" if times[other] == 1 else "places"}'
                yield Finding(row, "value", what, "Spell it one way: they would count as two.")
