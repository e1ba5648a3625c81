"""Checks of cells, keys and references: what the schema says of each table."""

import math
import re
from collections import defaultdict

from evidence.stages.tables.checks.data import Finding, doubled, grouped
from evidence.store.cells import is_date, near, short
from evidence.store.schema import NUMBERS, items

SOURCE = "Check it against the source."
SHORT_NAME = "[a-z0-9_]+"


def cells(data, wanted, odd):
    """Yield (row, field, text) of the filled cells whose field has what is wanted of it and whose text is odd for it.

    Each text of a column is looked at once, however many rows hold it.
    """
    for sheet in data.sheets.values():
        columns = []
        for field in filter(wanted, sheet.schema.fields.values()):
            name = f"{field.name}_text" if field.type in NUMBERS else field.name
            texts = {text for text in set(sheet.columns[name]) if text and odd(field, text)}
            columns += [(field, name, texts)] if texts else []
        for row in sheet.rows if columns else []:
            for field, name, texts in columns:
                if row[name] in texts:
                    yield row, field, row[name]


def required(data):
    """A cell that must be filled is empty: without it the row cannot be used or traced."""
    for sheet in data.sheets.values():
        empty = defaultdict(list)
        needed = [field for field in sheet.schema.fields.values() if field.required]
        for field in needed:
            texts = sheet.columns.get(f"{field.name}_text", sheet.columns[field.name])
            for place in [place for place, text in enumerate(texts) if not text] if "" in texts else []:
                empty[place].append(field)
        for place, fields in sorted(empty.items()):
            row = sheet.rows[place]
            if len(fields) > max(2, len(needed) / 2):
                what = f"the row is nearly empty: {', '.join(field.name for field in fields)} are not filled"
                yield Finding(row, "", what, "Fill them, or delete the row if it is a total or a remark.")
                continue
            for field in fields:
                yield Finding(row, field.name, "the cell is empty", f"It must be filled: {field.description}")


def options(data):
    """A word that is none of the column's options: the program would not know what to do with it."""
    for row, field, text in cells(data, lambda field: field.enum, lambda field, text: text not in field.enum):
        remedy = f"Use one of {', '.join(field.enum)}{near(text, field.enum)}."
        yield Finding(row, field.name, f'"{short(text)}" is no option', remedy)


def bounds(data):
    """A number below or above what the column can hold, such as a p-value of 5."""
    told = {(row["table"], row["line"]) for rows in data.lost_p.values() for row in rows}
    for row, field, text in cells(data, lambda field: field.minimum is not None or field.maximum is not None, lambda field, text: True):
        value = row[field.name]
        if value is None or (field.name == "p_value" and (row["table"], row["line"]) in told):
            continue
        if field.minimum is not None and value < field.minimum:
            yield Finding(row, field.name, f"{text} is below {field.minimum:g}", SOURCE)
        if field.maximum is not None and value > field.maximum:
            yield Finding(row, field.name, f"{text} is above {field.maximum:g}", SOURCE)


def article(name):
    """a or an, as the name of a column is spoken: a unit, an outcome."""
    return "an" if name[0] in "aeio" else "a"


def shape(data):
    """An identifier (DOI, PubMed number, short name) that does not look like one: links would fail."""
    for row, field, text in cells(data, lambda field: field.pattern, lambda field, text: not re.fullmatch(field.pattern, text)):
        found = re.search(rf"(?<![\w.+])(?:{field.pattern})$", text)
        meant = text.removesuffix(".0") if re.fullmatch(field.pattern, text.removesuffix(".0")) else found and found[0]
        hint = f' (did you mean "{meant}"?)' if meant and not field.required else ""
        what = f'"{short(text)}" does not look like {article(field.name)} {field.name}'
        letters = "with small letters, digits and _ only, " if field.pattern == SHORT_NAME else ""
        yield Finding(row, field.name, what, f'Type it {letters}as in "{field.example}"{hint}.')


def unique(data):
    """One DOI or PubMed number in two rows: one report was entered twice, and would count twice."""
    for sheet in data.sheets.values():
        for field in (field for field in sheet.schema.fields.values() if field.unique):
            for text, rows in grouped(sheet.rows, lambda row, name=field.name: row[name].casefold()).items():
                shaped = text and re.fullmatch(field.pattern, rows[0][field.name])
                for row in rows[1:] if shaped else []:
                    what = f'"{row[field.name]}" stands in line {rows[0]["line"]} too'
                    remedy = "Keep one row for each report, or correct the other."
                    yield Finding(row, field.name, what, remedy)


def keys(data):
    """Two rows with one key: the program could not tell which of them holds."""
    for sheet in data.sheets.values():
        for first, *others in doubled(sheet.rows, sheet.cells(*sheet.schema.key)):
            for row in others if any(first[name] for name in sheet.schema.key) else []:
                line, (here, there) = first["line"], (row.typed(sheet.schema.key[-1]), first.typed(sheet.schema.key[-1]))
                if here != there:
                    what = f'"{here}" is "{there}" of line {line} but for capitals, spaces, hyphens and accents'
                    yield Finding(row, sheet.schema.key[-1], what, "Give one of them another id, or keep one of the rows.")
                    continue
                same = all(row[name] == first[name] for name in sheet.schema.fields)
                what = f"the row repeats line {line}" if same else f"the row has the key of line {line} but other contents"
                yield Finding(row, "", what, f"Keep one of the two; a row is told by {', '.join(sheet.schema.key)}.")


def references(data):
    """A name that stands in no row of the table it refers to: a misspelling would drop the row in silence."""
    for sheet in data.sheets.values():
        for reference in sheet.schema.references:
            if data.readable(reference.table):
                yield from broken(data, sheet, reference)


def broken(data, sheet, reference):
    """Findings of one reference of one table."""
    *outer, column = reference.columns
    field = sheet.schema.fields[column]
    known = set(data.sheets[reference.table].cells(*reference.to))
    stated = list(sheet.cells(*reference.columns))
    astray = {key for key in set(stated) if not all((*key[:-1], name) in known for name in items(field, key[-1]))}
    for row in [row for row, key in zip(sheet.rows, stated, strict=True) if key in astray] if astray else []:
        within = tuple(row[name] for name in outer)
        if outer and row["study_id"] not in data.studies:
            continue
        for name in items(field, row[column]):
            if (*within, name) not in known:
                of = f" of {within[0]}" if within else ""
                what = f'"{short(name)}" is no {reference.to[-1]}{of} in {reference.table}.csv'
                if field.separator and "," in name:
                    remedy = f'Put a "{field.separator}" between the entries of a list.'
                    yield Finding(row, column, what, remedy)
                    continue
                hint = near(name, tuple(sorted(key[-1] for key in known if key[:-1] == within)))
                yield Finding(row, column, what, f"Add a row there, or correct the spelling{hint}.")


def circles(parents):
    """The members of circles among children and their parents, each circle as a sorted list."""
    found = set()
    for start in parents:
        path = []
        node = start
        while node in parents and node not in path:
            path.append(node)
            node = parents[node]
        if node in path:
            found.add(tuple(sorted(path[path.index(node) :])))
    return sorted(found)


def around(names, word):
    """What a circle is, in words."""
    if len(names) == 1:
        return f"{names[0]} is a {word} of itself"
    return f"{' and '.join(names)} go round in a circle, each a {word} of the next"


def group_trees(data):
    """A group that is a part of itself, by one step or more: no pool could leave out its parts."""
    parents = {key: (row["study_id"], row["part_of"]) for key, row in data.groups.items() if row["part_of"]}
    for circle in circles(parents):
        row = data.groups[circle[0]]
        what = around([name for _, name in circle], "part")
        yield Finding(row, "part_of", what, "Leave part_of empty for the largest of them.")


def condition_trees(data):
    """A condition that lies within itself: strata could not be nested."""
    rows = {row["condition"]: row for row in data.rows("conditions")}
    for circle in circles({name: row["parent"] for name, row in rows.items() if row["parent"]}):
        what = around(circle, "child")
        yield Finding(rows[circle[0]], "parent", what, "Leave parent empty for the broadest of them.")


def cohorts(data):
    """A cohort_id that names a report with another cohort_id: one cohort would count as two."""
    for row in data.rows("studies"):
        named = data.studies.get(row["cohort_id"])
        if named and named["cohort_id"] != row["cohort_id"]:
            what = f"{row['cohort_id']} itself belongs to the cohort {named['cohort_id']}"
            yield Finding(row, "cohort_id", what, f"Use {named['cohort_id']} in both rows.")


def years(data):
    """A year in which nobody can have published: too early, or later than the year after the review's date."""
    last = data.limits["year_high"] or math.inf
    for row in data.rows("studies"):
        if row["year"] is not None and not data.limits["year_low"] <= row["year"] <= last:
            what = f"{row['year_text']} is no year of a publication"
            yield Finding(row, "year", what, "Check it against the record.")


def year_in_id(data):
    """A year that differs from the one in the study_id: one of them is a slip of the pen."""
    for row in data.rows("studies"):
        named = re.search("(?:19|20)[0-9]{2}", row["study_id"])
        if named and row["year"] is not None and int(named[0]) != row["year"]:
            what = f"{row['year_text']}, while the study_id says {named[0]}"
            yield Finding(row, "year", what, "Check which is right; the id may stay as it is.")


def dates(data):
    """A text that is a date and nothing else: spreadsheets make 12-May of pages or ranges such as 5-12."""
    for row, field, text in cells(data, lambda field: field.type == "string", lambda field, text: is_date(text)):
        what = f'"{text}" looks like a date made by a spreadsheet'
        yield Finding(row, field.name, what, "Check it against the source.")
