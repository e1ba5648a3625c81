"""Read one hand-edited CSV: as text first, with physical line numbers and every fault at once."""

import csv
import io
import os
import re
from dataclasses import dataclass, field
from functools import cached_property

from evidence.problems import Flag, Problem
from evidence.stages import cells

LIMIT_BYTES = 250_000_000
SEPARATORS = (",", ";", "\t")
NAMED = {",": "commas", ";": "semicolons", "\t": "tabs"}
MISSING = ("the file is missing", "Put it there, or make an empty one with: evidence new FOLDER.")
EMPTY = ("the file is empty", "It needs at least the row of column names; see data/raw/README.md.")
AS_CSV = 'Save it as "CSV UTF-8 (comma delimited)".'
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


class Unreadable(Exception):
    """The file cannot be read on; holds line, column, what and remedy."""


def content(path):
    """The bytes of a file, unless it is missing, empty, too large or no text."""
    if not path.is_file():
        raise Unreadable(0, "", *MISSING)
    size = os.path.getsize(path)
    if size > LIMIT_BYTES:
        what = f"the file has {size / 1e6:,.0f} MB, more than the {LIMIT_BYTES / 1e6:.0f} MB that are read"
        raise Unreadable(0, "", what, "Check that it is the right file.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})"
        raise Unreadable(0, "", what, "Close it elsewhere and check its permissions.") from None
    if raw.startswith(b"PK\x03\x04") or raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(0, "", "the file is a workbook, not a CSV", AS_CSV)
    if not raw.strip():
        raise Unreadable(0, "", *EMPTY)
    return raw


def decoded(raw):
    """Text of the bytes, and the lines that are Windows-1252 (Latin-1) and not UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), []
        except UnicodeDecodeError:
            raise Unreadable(0, "", "the file begins as UTF-16 but is not", AS_CSV) from None
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise Unreadable(line, "", "there is a NUL byte: the file is damaged or no text", AS_CSV)
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return by_lines(raw.removeprefix(b"\xef\xbb\xbf"))


def by_lines(raw):
    """Text of bytes that are UTF-8 in some lines and Windows-1252 in others."""
    texts, odd = [], []
    for line, part in enumerate(raw.splitlines(keepends=True), 1):
        try:
            texts.append(part.decode("utf-8"))
        except UnicodeDecodeError:
            texts.append(part.decode("cp1252", errors="replace"))
            odd.append(line)
    return "".join(texts), odd


def separator(text, names):
    """The separator by which the first line shows most of the known column names."""
    first = text.lstrip().split("\n", 1)[0]
    if first[:4].lower() == "sep=" and first[4:5] in SEPARATORS:
        return first[4]
    known = set(names)

    def hits(mark):
        return len(known & {cells.clean(cell.strip('" \r')) for cell in first.split(mark)})

    return max(SEPARATORS, key=hits)


class Cleaned(dict):
    """Each text of a file that was met, and what it is cleaned: looked at once, and kept once however many cells hold it."""

    def __missing__(self, text):
        self[text] = cleaned = cells.clean(text)
        return cleaned


def records(text, mark):
    """Yield (line, cells) of each record that is not blank; `line` is where it starts."""
    clean = Cleaned().__getitem__
    lines = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="")  # StringIO takes 4 bytes a letter
    reader = csv.reader(lines, delimiter=mark, strict=True)
    start = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            if "field larger" in str(error):
                what = f"a cell has more than {csv.field_size_limit():,} letters: a quotation mark opened in this row is perhaps never closed"
            elif "unexpected end" in str(error):
                what = "a quotation mark opened in this row is never closed"
            else:
                what = "a quotation mark stands inside a cell"
            remedy = 'Close it; a quotation mark within a quoted text is typed twice ("").'
            raise Unreadable(start, "", what, remedy) from None
        if row is None:
            return
        row = list(map(clean, row))
        if any(row):
            yield start, row
        start = reader.line_num + 1


def header_problems(names, schema, line):
    """Missing, unknown and doubled column names."""
    missing = [name for name in schema.fields if name not in names]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem(schema.file, line, name, "the column stands there twice", "Delete or rename one of them.", "header")
        if name not in schema.fields:
            shown = f'"{cells.short(name)}"' if name else "a column without a name"
            what, hint = f"{shown} is no column of this table", cells.near(name, tuple(missing))
            yield Problem(schema.file, line, "", what, f"Delete it, or correct its name{hint}.", "header")
    for name in missing:
        hint = cells.near(name, tuple(other for other in names if other and other not in schema.fields))
        yield Problem(schema.file, line, name, "the column is missing", f"Add it to the first row{hint}.", "header")


def wrong_width(schema, line, row, names, mark):
    """Problem of a row with too many or too few cells."""
    what = f"the row has {len(row)} {'cell' if len(row) == 1 else 'cells'}, the header {len(names)}"
    others = [other for other in SEPARATORS if other != mark and mark.join(row).count(other) >= len(names) - 1]
    if others:
        remedy = f"It is written with {NAMED[others[0]]} between the cells, the first row with {NAMED[mark]}: use these."
    elif len(row) > len(names):
        remedy = "Put a text or number that holds the separator in quotation marks"
        remedy += "." if row[-1] else "; if none does, delete the empty cells at its end."
    else:
        remedy = "Add the missing cells, empty ones too; a line break within a text needs quotation marks."
    return Problem(schema.file, line, "", what, remedy, "width")


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
        problems += [
            Problem(schema.file, line, field.name, *wrong[text], "number")
            for line, text in (zip(columns["line"], printed, strict=True) if wrong else ())
            if text in wrong
        ]
    return made, problems


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


def column_names(found, schema):
    """Line, names and width of the row of column names."""
    line, names = next(found, (0, []))
    if names and names[0].lower().startswith("sep="):
        line, names = next(found, (0, []))
    if not any(names):
        raise Unreadable(0, "", *EMPTY)
    width = len(names)
    while names and not names[-1]:
        names.pop()
    if not set(names) & set(schema.fields):
        what = f'the first row holds none of the column names: it is "{cells.short(",".join(names))}"'
        remedy = f"Put the column names back above the rows, as they are: {','.join(schema.fields)}."
        raise Unreadable(line, "", what, remedy)
    return line, names, width


def table(text, schema):
    """Columns and problems of a decoded file."""
    mark = separator(text, schema.fields)
    found = records(text, mark)
    line, names, width = column_names(found, schema)
    problems = list(header_problems(names, schema, line))
    looked_through = CONTROL.search(text)
    rows, lines = [], []
    for line, row in found:
        while width >= len(row) > len(names) and not row[-1]:
            row.pop()
        if row == names:
            what, remedy = "the row repeats the column names", "Delete it: they stand above the rows, once."
            problems.append(Problem(schema.file, line, "", what, remedy, "names"))
            continue
        if len(row) != len(names):
            problems.append(wrong_width(schema, line, row, names, mark))
            row = list(map(dict(zip(names, row, strict=False)).get, names, [""] * len(names)))
        if looked_through:
            problems += hidden(schema, line, dict(zip(names, row, strict=True)))
        rows += row
        lines.append(line)
    columns, misread_cells = with_numbers(in_columns(schema, names, rows, lines), schema, mark == ";")
    return columns, problems + misread_cells


def encoding_notices(schema, lines):
    """One notice that some lines are not UTF-8."""
    if lines:
        shown = ", ".join(map(str, lines[:10])) + (", ..." if len(lines) > 10 else "")
        what = (
            f"not UTF-8 in {'line' if len(lines) == 1 else 'lines'} {shown}, read as Windows-1252 (Latin-1)"
        )
        remedy = f"Check accents and signs there. {AS_CSV}"
        yield Flag(schema.file, lines[0], "", what, remedy, "encoding", schema.name)


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
    if schema.optional and not path.exists():
        return Sheet(schema, without_rows)
    try:
        text, odd_lines = decoded(content(path))
        columns, problems = table(text, schema)
    except Unreadable as error:
        return Sheet(schema, without_rows, [Problem(schema.file, *error.args, "file")], readable=False)
    problems.extend(encoding_notices(schema, odd_lines))
    return Sheet(schema, columns, problems, all(problem.rule != "header" for problem in problems))
