"""The text of a CSV as people save them: its encoding, its separator, its records with their lines, and what is wrong with them."""

import csv
import io
import os
import re

from evidence.problems import Flag, Problem
from evidence.store import cells

LIMIT_BYTES = 250_000_000
SEPARATORS = (",", ";", "\t")
NAMED = {",": "commas", ";": "semicolons", "\t": "tabs"}
MISSING = ("the file is missing", "Put it there, or make an empty one with: evidence new FOLDER.")
EMPTY = ("the file is empty", "It needs at least the row of column names; see data/raw/README.md.")
AS_CSV = 'Save it as "CSV UTF-8 (comma delimited)".'


class Unreadable(Exception):
    """The file cannot be read on; holds line, column, what and remedy."""


OTHER_FORMS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".tsv", ".txt")


def other_form(path):
    """Name of a file beside a missing CSV that most likely holds the table: a workbook, or a copy that was named otherwise, or ""."""
    if path.exists() or not path.parent.is_dir():
        return ""
    copies = re.compile(
        rf"{path.stem}(?:[ _-]*(?:copy|final|new|v?\d+|\(\d+\)))?(?:\.csv)?({'|'.join(map(re.escape, (*OTHER_FORMS, '.csv')))})"
    )
    return next((other.name for other in sorted(path.parent.iterdir()) if copies.fullmatch(other.name.lower())), "")


def content(path):
    """The bytes of a file, unless it is missing, empty, too large or no text."""
    if (other := other_form(path)).lower().endswith(".csv"):
        raise Unreadable(0, "", f'the file is missing, while "{other}" is there', f"If it is this table, name it {path.name}.")
    if other:
        raise Unreadable(0, "", f"the file is missing, while {other} is there", f"Open it and s{AS_CSV[1:-1]}, under the name {path.name}.")
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
    return legible(raw)


def legible(raw):
    """The bytes of a file, unless they are a workbook or none at all."""
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
    """The separator by which the first line shows most of the known column names, or where it shows none the one it has most of."""
    first = text.lstrip().split("\n", 1)[0]
    if first[:4].lower() == "sep=" and first[4:5] in SEPARATORS:
        return first[4]
    known = set(names)

    def hits(mark):
        return len(known & {cells.clean(cell.strip('" \r')) for cell in first.split(mark)})

    return max(SEPARATORS, key=lambda mark: (hits(mark), first.count(mark)))


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
                what = (
                    f"a cell has more than {csv.field_size_limit():,} letters: a quotation mark opened in this row is perhaps never closed"
                )
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


def twice(file, line, name):
    """Problem of a column name that stands in the header more than once."""
    return Problem(file, line, name, "the column stands there twice", "Delete or rename one of them.", "header")


def header(found):
    """Line, names and width of the row of column names."""
    line, names = next(found, (0, []))
    if names and names[0].lower().startswith("sep="):
        line, names = next(found, (0, []))
    if not any(names):
        raise Unreadable(0, "", *EMPTY)
    width = len(names)
    while names and not names[-1]:
        names.pop()
    return line, names, width


def trimmed(row, names, width):
    """A row without the empty cells that stand below the nameless end of the header."""
    while width >= len(row) > len(names) and not row[-1]:
        row.pop()
    return row


def wrong_width(file, line, row, names, mark):
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
    return Problem(file, line, "", what, remedy, "width")


def width_of_all(file, line, names, crooked, rows, missing):
    """Problem of a column that nearly every row has and the header has not, or the other way round, else None.

    Parameters
    ----------
    line : int
        Of the header.
    crooked : list of (int, int)
        Line and number of cells of each row of wrong width.
    rows : int
        Number of rows.
    missing : list of str
        Columns of the table that the header lacks.
    """
    widths = {width for _, width in crooked}
    if len(widths) != 1 or len(crooked) < max(3, 0.9 * rows):
        return None
    width = widths.pop()
    what = f"the first row has {len(names)} names, while {len(crooked)} of {rows} rows have {width} {'cell' if width == 1 else 'cells'}"
    if width < len(names):
        remedy = "Delete the name of the column that the rows do not have, or add its cells, empty ones too."
    elif len(missing) == width - len(names):
        remedy = f"Put the name {', '.join(missing)} back over its cells."
    else:
        remedy = "Give the added column its name, or delete its cells."
    return Problem(file, line, "", what, remedy, "widths")


def encoding_notices(file, name, lines):
    """One notice that some lines are not UTF-8."""
    if lines:
        shown = ", ".join(map(str, lines[:10])) + (", ..." if len(lines) > 10 else "")
        what = f"not UTF-8 in {'line' if len(lines) == 1 else 'lines'} {shown}, read as Windows-1252 (Latin-1)"
        remedy = f"Check accents and signs there. {AS_CSV}"
        yield Flag(file, lines[0], "", what, remedy, "encoding", name)
