"""Stage workbook: reports/tables/evidence.xlsx, every table for those who live in a spreadsheet."""

import io
import math
from datetime import datetime, time
from pathlib import Path

from evidence.stages.workbook.sheets import NARROW, SHEETS, WIDE, codebook_rows, first_rows, number_formats, shown
from evidence.store.files import FORMULA
from evidence.store.provenance import digests, versions
from evidence.store.schema import TABLES, load

CELL = 32767
INK, PALE, LINE = "#1D4F7C", "#EEF2F6", "#C9D3DD"
TEXT = {"valign": "top", "text_wrap": True}


class Book:
    """A workbook being written, and its styles by name."""

    def __init__(self, target, title, date, made_by):
        import xlsxwriter

        self.book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.book.set_properties({"title": title, "author": "", "comments": made_by, "created": datetime.combine(date, time())})
        self.styles = {}

    def style(self, **options):
        """A format, made once."""
        key = tuple(sorted(options.items()))
        if key not in self.styles:
            self.styles[key] = self.book.add_format(options)
        return self.styles[key]

    def text(self, sheet, row, column, words, **options):
        """A text as text: what a spreadsheet could take for a formula is marked as quoted, too."""
        quoted = {"quote_prefix": True} if words.startswith(FORMULA) else {}
        sheet.write_string(row, column, shown(words)[:CELL], self.style(**TEXT | options | quoted))

    def header(self, sheet, row, names):
        """Column names: bold, on a tint, with a line below."""
        for place, name in enumerate(names):
            self.text(sheet, row, place, name, bold=True, bg_color=PALE, font_color=INK, bottom=1, bottom_color=LINE)


def width(name, cells, numeric):
    """Width of a column in letters: that of most of its texts, within bounds."""
    if numeric:
        return max(len(name) + 3, NARROW)
    lengths = sorted(len(text) for text in cells if text)
    usual = lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    return min(max(usual + 2, len(name) + 3, NARROW), WIDE)


def table_sheet(book, name, frame):
    """One table: names frozen and filtered, numbers as numbers by what they mean, all else as text."""
    sheet, schema = book.book.add_worksheet(name), load(name)
    names = [column for column in schema.fields if column in frame]
    book.header(sheet, 0, names)
    for place, column in enumerate(names):
        numeric = column in schema.numbers
        cells = frame[column] if numeric else frame[column].fillna("").astype(str).tolist()
        sheet.set_column(place, place, width(column, cells, numeric))
        if numeric:
            number_column(book, sheet, place, cells, number_formats(column, frame))
        else:
            text_column(book, sheet, place, cells)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(frame), 1), len(names) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)


def number_column(book, sheet, place, cells, formats):
    """Numbers, each in its format; a missing one leaves its cell empty."""
    for row, (value, words) in enumerate(zip(cells.astype(float).tolist(), formats, strict=True), 1):
        if math.isfinite(value):
            sheet.write_number(row, place, float(f"{value:.12g}"), book.style(valign="top", num_format=words))


def text_column(book, sheet, place, cells):
    """Texts; an empty one leaves its cell empty."""
    style = book.style(**TEXT)
    for row, words in enumerate(cells, 1):
        if words.startswith(FORMULA):
            book.text(sheet, row, place, words)
        elif words:
            sheet.write_string(row, place, shown(words)[:CELL], style)


def first_sheet(book, config, rows):
    """What this is, and how to read it."""
    sheet = book.book.add_worksheet("read me")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    book.text(sheet, 0, 0, config.title, bold=True, font_size=16, font_color=INK, text_wrap=False)
    for place, (name, words) in enumerate(rows, 2):
        book.text(sheet, place, 0, name, bold=True)
        book.text(sheet, place, 1, words)


def codebook_sheet(book, names):
    """Every column of every sheet, from the schemas."""
    sheet = book.book.add_worksheet("codebook")
    book.header(sheet, 0, ("sheet", "column", "meaning", "holds", "options"))
    for place, wide in enumerate((20, 24, 70, 16, 70)):
        sheet.set_column(place, place, wide)
    rows = codebook_rows(names)
    for row, cells in enumerate(rows, 1):
        for place, words in enumerate(cells):
            book.text(sheet, row, place, words)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), 4)


def workbook(tables, config, frames, folder):
    """The workbook.

    Parameters
    ----------
    tables : Tables
    config : Config
    frames : dict of DataFrame
        The made tables by name.
    folder : path
        The analysis folder, for the digests of its data and plan.

    Returns
    -------
    bytes
        XLSX without formulae and links, the same bytes for the same input.
    """
    folder, target = Path(folder), io.BytesIO()
    data = {name: getattr(tables, name) for name in (*TABLES, "flags")} | frames
    shown_tables = {name: SHEETS[name](data[name]) if name in SHEETS else data[name] for name in ordered(data)}
    named = digests(folder)
    program = versions().get("evidence", "")
    book = Book(target, config.title, config.date, f"evidence {program}, data {named['data']}, config {named['config']}")
    first_sheet(book, config, first_rows(config, named, program, shown_tables))
    for name, frame in shown_tables.items():
        table_sheet(book, name, frame)
    codebook_sheet(book, list(shown_tables))
    book.book.close()
    return target.getvalue()


def ordered(data):
    """Names of the sheets: what is concluded first, what was typed last."""
    first = ("verdicts", "pools", "certainty", "effects", "changes")
    made = [name for name in data if name not in TABLES and name not in first]
    return [name for name in (*first, *made, *TABLES) if name in data]
