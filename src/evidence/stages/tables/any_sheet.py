"""Any CSV with a header, by the rules of the hand-edited tables: semicolons and decimal commas are read, every fault is named at once."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from evidence.problems import EvidenceError, Problem
from evidence.stages.tables.csv_text import (
    EMPTY,
    Unreadable,
    decoded,
    encoding_notices,
    header,
    legible,
    records,
    separator,
    trimmed,
    twice,
    wrong_width,
)  # fmt: skip
from evidence.store.cells import complaint, has_decimal_comma, number
from evidence.store.schema import field

NO_ROWS = ("holds no rows", "Give one row per study below the header.")
OUT = "Correct it, or take the row out."
HALF = re.compile(r"[+-]?\d+", re.ASCII)
NUMBER = field({"name": "", "type": "number", "description": ""})


@dataclass(frozen=True)
class AnySheet:
    """A CSV as read: its columns in order, its rows as (line, dict of texts), its separator, and what is wrong or doubtful."""

    file: str
    line: int
    names: list
    rows: list
    mark: str
    problems: list
    notices: list

    def texts(self, name):
        """The cells of a column with their lines."""
        return [(line, row[name]) for line, row in self.rows]

    def decimal_comma(self, *names):
        """Whether the numbers of some columns are written with decimal commas."""
        return has_decimal_comma({text for name in names for _, text in self.texts(name)}, self.mark == ";")


def read(path, wanted):
    """Read a CSV.

    Parameters
    ----------
    path : path
    wanted : list of str
        Columns that should be in it: they tell the separator.

    Raises
    ------
    EvidenceError
        If it cannot be read, or holds no rows. Rows of wrong width and columns that stand twice are `problems`.
    """
    file = str(path)
    try:
        text, odd = decoded(legible(Path(path).read_bytes()))
        mark = separator(text, wanted)
        found = records(text, mark)
        line, names, width = header(found)
        rows = [(line, trimmed(row, names, width)) for line, row in found]
    except OSError as error:
        raise EvidenceError([Problem(file, 0, "", f"cannot be read ({error.strerror})", "Check the name of the file.")]) from None
    except Unreadable as error:
        place, column, *words = error.args
        raise EvidenceError([Problem(file, place, column, *(NO_ROWS if tuple(words) == EMPTY else words))]) from None
    if not rows:
        raise EvidenceError([Problem(file, 0, "", *NO_ROWS)])
    problems = [twice(file, line, name) for name in dict.fromkeys(names) if name and names.count(name) > 1]
    problems += [width_problem(file, line, row, names, mark) for line, row in rows if len(row) != len(names)]
    whole = [(line, dict(zip(names, row, strict=True))) for line, row in rows if len(row) == len(names)]
    return AnySheet(file, line, names, whole, mark, problems, list(encoding_notices(file, "", odd)))


def width_problem(file, line, row, names, mark):
    """Problem of a row that is too long or too short; in a file split by commas decimal commas are the likely cause."""
    problem = wrong_width(file, line, row, names, mark)
    halves = any(HALF.fullmatch(one) and other.isascii() and other.isdigit() for one, other in pairwise(row))
    if mark != "," or len(row) < len(names) or not halves:
        return problem
    remedy = "If its numbers have decimal commas, save the file with semicolons between the cells, or write points; "
    remedy += "else put a text that holds a comma in quotation marks."
    return Problem(file, line, "", problem.what, remedy, problem.rule)


def numbers(sheet, name, decimal_comma, above_zero=False):
    """Values of a column of numbers, and the problems with them."""
    values = [number(text, decimal_comma) if text else None for _, text in sheet.texts(name)]
    problems = []
    for (line, text), value in zip(sheet.texts(name), values, strict=True):
        if not text:
            problems.append(Problem(sheet.file, line, name, "the cell is empty", "Fill it, or take the row out."))
        elif value is None:
            problems.append(Problem(sheet.file, line, name, complaint(text, NUMBER, decimal_comma)[0], OUT))
        elif above_zero and value <= 0:
            problems.append(Problem(sheet.file, line, name, f'"{text}" is not a number above zero', OUT))
    return values, problems
