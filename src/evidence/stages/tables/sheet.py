"""Read one hand-edited CSV: as text first, with physical line numbers and every fault at once."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from evidence.problems import Problem, line_list
from evidence.stages.tables.csv_text import (
    AS_CSV,
    Unreadable,
    content,
    decoded,
    encoding_notices,
    header,
    other_form,
    records,
    separator,
    trimmed,
    twice,
    width_of_all,
    wrong_width,
)  # fmt: skip
from evidence.store import cells

CONTROL = re.compile(r"[^\n\r\t -~\u00a0-\U0010ffff]")


class Row:
    """One record of a sheet: what its columns hold at its place, by their names."""

    __slots__ = ("columns", "place")

    def __init__(self, columns, place):
        self.columns, self.place = columns, place

    def __getitem__(self, name):
        return self.columns[name][self.place]

    def get(self, name, default=None):
        """What a column holds, or `default` where the table has no such column."""
        return self.columns[name][self.place] if name in self.columns else default

    def typed(self, name):
        """What was typed in a column of ids, before they were brought to one form."""
        return self.get(f"{name}_typed", self[name])


@dataclass(frozen=True)
class Sheet:
    """One table as read.

    Parameters
    ----------
    schema : Schema
    columns : dict of list
        Every column (text, or float and None for numbers), for each number also `<column>_text` as
        typed, `line`, the physical line on which each record starts, and `table`.
    problems : list of Problem
        Faults, and notices as Flag.
    readable : bool
        False where columns or rows are missing, so that nothing can be said about what refers to it.
    """

    schema: object
    columns: dict
    problems: list = field(default_factory=list)
    readable: bool = True

    @cached_property
    def rows(self):
        """The records as Row, in file order."""
        return [Row(self.columns, place) for place in range(len(self.columns["line"]))]

    def cells(self, *names):
        """What the records hold in some columns, a tuple a record."""
        return zip(*(self.columns[name] for name in names), strict=True)


def header_problems(names, schema, line):
    """Missing, misspelt, unknown and doubled column names, each once."""
    missing = [name for name in schema.fields if name not in names]
    unknown = [name for name in dict.fromkeys(names) if name not in schema.fields]
    meant = {name: cells.nearest(name, tuple(missing)) for name in unknown if name}
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield twice(schema.file, line, name)
        if name in unknown and meant.get(name) not in schema.needed:
            shown = f'"{cells.short(name)}"' if name else "a column without a name"
            hint = cells.near(name, tuple(missing))
            yield Problem(schema.file, line, "", f"{shown} is no column of this table", f"Delete it, or correct its name{hint}.", "header")
    for name in [name for name in schema.needed if name not in names]:
        misspelt = [other for other, target in meant.items() if target == name]
        what = f'the column is missing, while there is "{cells.short(misspelt[0])}"' if misspelt else "the column is missing"
        remedy = f'Correct the name to "{name}".' if misspelt else "Add it to the first row."
        yield Problem(schema.file, line, name, what, remedy, "header")


def misread(text, value, field, decimal_comma):
    """What is wrong with a filled number cell, and what to do, or None."""
    if value is None:
        return cells.complaint(text, field, decimal_comma)
    if field.type != "number" and not value.is_integer():
        grouped = f" (did you mean {cells.ungrouped(text)}?)" if cells.THREE_AFTER_POINT.fullmatch(text) else ""
        return f"{text} is no whole number", f"Type one such as {field.example}{grouped}."
    return None


def with_numbers(columns, schema, semicolons):
    """Columns with those of numbers turned into numbers, beside them their texts; and the problems of what is none.

    Decimal commas become points in the texts: they are the typist's, and what is printed does not depend on them.
    """
    numbers = [schema.fields[name] for name in schema.numbers]
    texts = {field.name: set(columns[field.name]) - {""} for field in numbers}
    decimal_comma = cells.has_decimal_comma(set().union(*texts.values()), semicolons)
    made, problems = dict(columns), []
    for field in numbers:
        values = {text: cells.number(text, decimal_comma) for text in texts[field.name]}
        wrong = {text: fault for text, value in values.items() if (fault := misread(text, value, field, decimal_comma))}
        known = {"": None} | values | dict.fromkeys(wrong)
        printed = columns[field.name]
        pointed = {text: text.replace(",", ".") for text, value in values.items() if value is not None and "," in text}
        made[f"{field.name}_text"] = [pointed.get(text, text) for text in printed] if pointed else printed
        made[field.name] = [known[text] for text in printed]
        faults = [(line, text) for line, text in zip(columns["line"], printed, strict=True) if text in wrong] if wrong else []
        problems += number_problems(schema.file, field.name, faults, wrong)
    return made, problems


MANY = 4


def number_problems(file, column, faults, wrong):
    """Problems of the cells of a column that are no numbers, given as (line, text); many dates are one, for one step made them all."""
    dates = [(line, text) for line, text in faults if cells.is_date(text)]
    if len(dates) >= MANY:
        (first, text), lines = dates[0], [line for line, _ in dates]
        what = f'{len(dates)} cells are dates, such as "{cells.short(text)}" (lines {line_list(lines)}): a spreadsheet turned numbers into them'
        remedy = "Go back to the file from before, and import it with this column as text and the point as decimal sign."
        yield Problem(file, first, column, what, remedy, "number")
    folded = {line for line, _ in dates} if len(dates) >= MANY else set()
    yield from (Problem(file, line, column, *wrong[text], "number") for line, text in faults if line not in folded)


def with_words(columns, schema):
    """Columns with those of options as the schema spells them, however their capitals, spaces and hyphens were typed."""
    standard = {}
    for field in (field for field in schema.fields.values() if field.enum):
        known = {form: option for option in field.enum if (form := cells.folded(option))}
        forms = {text: known.get(cells.folded(text), text) for text in set(columns[field.name]) - set(field.enum)}
        if any(text != form for text, form in forms.items()):
            standard[field.name] = [forms.get(text, text) for text in columns[field.name]]
    return columns | standard


def hidden(schema, line, values):
    """Problem of a record with a control character in one of its cells, or none."""
    for name, cell in values.items():
        if name in schema.fields and cells.control_character(cell):
            what, remedy = "the cell holds a control character that cannot be seen", "Type the text anew."
            return [Problem(schema.file, line, name, what, remedy, "text")]
    return []


def in_columns(schema, names, rows, lines):
    """Columns of a table from its cells row by row: those of the schema, empty where the file has none."""
    found = {name: rows[place :: len(names)] for place, name in enumerate(names)}
    columns = {name: found.get(name) or [""] * len(lines) for name in schema.fields}
    return columns | {"line": lines, "table": [schema.name] * len(lines)}


def standard(names, schema):
    """Column names as the schema has them, however their capitals, spaces and hyphens were typed."""
    return [name if name in schema.fields else schema.folded_names.get(cells.folded(name), name) for name in names]


def column_names(found, schema):
    """As `header`, which must hold names of this table."""
    line, names, width = header(found)
    names = standard(names, schema)
    if not set(names) & set(schema.fields):
        what = f'the first row holds none of the column names: it is "{cells.short(",".join(names))}"'
        below = [at for at, row in islice(found, 9) if set(standard(row, schema)) & set(schema.needed) == set(schema.needed)]
        remedy = f"Put the column names back above the rows, as they are: {','.join(schema.needed)}."
        if below:
            remedy = f"Delete what stands above the column names in line {below[0]}."
        elif len(names) == 1 and set(standard(names[0].split(","), schema)) & set(schema.needed):
            remedy = f"Each row is in quotation marks, as one cell: split it at the commas, and s{AS_CSV[1:]}"
        raise Unreadable(line, "", what, remedy)
    return line, names, width


def table(text, schema):
    """Columns and problems of a decoded file."""
    mark = separator(text, schema.fields)
    found = records(text, mark)
    line, names, width = column_names(found, schema)
    problems = list(header_problems(names, schema, line))
    looked_through = CONTROL.search(text)
    rows, lines, crooked = [], [], []
    for at, row in found:
        row = trimmed(row, names, width)
        if row[0] and cells.folded(row[0]) == cells.folded(names[0]) and standard(row, schema) == names:
            what, remedy = "the row repeats the column names", "Delete it: they stand above the rows, once."
            problems.append(Problem(schema.file, at, "", what, remedy, "names"))
            continue
        if len(row) != len(names):
            crooked.append((at, len(row)))
            problems.append(wrong_width(schema.file, at, row, names, mark))
            row = list(map(dict(zip(names, row, strict=False)).get, names, [""] * len(names)))
        if looked_through:
            problems += hidden(schema, at, dict(zip(names, row, strict=True)))
        rows += row
        lines.append(at)
    whole = width_of_all(schema.file, line, names, crooked, len(lines), [name for name in schema.needed if name not in names])
    if whole:
        problems = [whole]
    columns, misread_cells = with_numbers(with_words(in_columns(schema, names, rows, lines), schema), schema, mark == ";")
    return columns, problems + ([] if whole else misread_cells)


def read_sheet(path, schema):
    """Read one table.

    Parameters
    ----------
    path : Path
        The CSV.
    schema : Schema

    Returns
    -------
    Sheet
        Never raises for what is in the file: faults are its `problems`.
    """
    without_rows, _ = with_numbers(in_columns(schema, [], [], []), schema, semicolons=False)
    if schema.optional and not path.exists() and not other_form(path):
        return Sheet(schema, without_rows)
    try:
        text, odd_lines = decoded(content(path))
        columns, problems = table(text, schema)
    except Unreadable as error:
        return Sheet(schema, without_rows, [Problem(schema.file, *error.args, "file")], readable=False)
    problems.extend(encoding_notices(schema.file, schema.name, odd_lines))
    return Sheet(schema, columns, problems, all(problem.rule not in ("header", "widths") for problem in problems))
