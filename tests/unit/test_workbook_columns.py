"""Sheets of whole columns: the file that xlsxwriter makes of the same cells, byte for byte."""

import io
import math
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter

from evidence.stages.workbook_columns import ColumnSheet
from evidence.stages.workbook_sheets import CELL, held

ROWS = 40
WORDS = [["", "a", "b & <c>", " edge ", "a", "_x0041_", "two\nlines"][place % 7] for place in range(ROWS)]
NUMBERS = [math.nan if place % 3 else place / 7 - 2 for place in range(ROWS)]
LATE = [""] * 20 + ["late"] * 10 + [""] * 10
EXTREMES = [-0.0, 1e300, 5e-324, 123456789012345.0, 0.1 + 0.2, 1.0, *[math.inf] * 34]
SETS = {
    "texts and numbers": [WORDS, NUMBERS, LATE, EXTREMES],
    "blocks that end early": [NUMBERS, LATE, LATE],
    "no rows": [[], []],
}


def book_of(columns, fill, sheet_class):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 2)})
    head, first, other = (book.add_format(options) for options in ({"bold": True}, {"italic": True}, {"valign": "top"}))
    for name in ("one", "two"):
        sheet = book.add_worksheet(name, sheet_class)
        sheet.autofilter(0, 0, ROWS, len(columns) - 1)
        names = [f"{name} {place}" for place in range(len(columns))]
        fill(sheet, names, head, [(cells, [other if place % 5 else first for place in range(len(cells))]) for cells in columns])
    book.close()
    return target.getvalue()


def by_cell(sheet, names, head, columns):
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, head)
    for place, (cells, styles) in enumerate(columns):
        for row, (cell, style) in enumerate(zip(cells, styles, strict=True), 1):
            if isinstance(cell, str) and cell:
                sheet.write_string(row, place, cell, style)
            elif not isinstance(cell, str) and math.isfinite(cell):
                sheet.write_number(row, place, float(f"{cell:.12g}"), style)


@pytest.mark.parametrize("columns", SETS.values(), ids=SETS)
def test_the_same_bytes_as_cell_by_cell(columns):
    made = book_of(columns, ColumnSheet.put, ColumnSheet)
    assert made == book_of(columns, by_cell, None)
    assert openpyxl.load_workbook(io.BytesIO(made))["two"]["B1"].value == "two 1"


def test_a_text_is_cut_where_a_cell_ends():
    assert held("a" * (CELL + 1)) == "a" * CELL
    assert held("a" + "\U0001f9ea" * CELL) == "a" + "\U0001f9ea" * (CELL // 2)
    assert held("\ud800\x00") == "‹U+D800›‹U+0000›"
