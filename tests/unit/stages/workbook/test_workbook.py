"""The workbook: a sheet per table, numbers as numbers, all else as text that no spreadsheet runs, the same bytes."""

import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from evidence.stages.workbook.sheets import number_format, number_formats, shown
from evidence.stages.workbook.workbook import workbook
from evidence.store.codebook import kind
from evidence.store.files import empty
from evidence.store.schema import TABLES, load
from tests.unit.stages.report.test_contents import made_tables, review

ROOT = Path(__file__).parents[4]
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-2 points",
    "@SUM(A1)",
    "\tx",
    "\x00\x07bell",
    "one\u202etwo",
    "_x0041_",
    "https://example.org",
    "12",
]


def book_of(folder):
    made = made_tables(folder)
    tables, config = made.pop("tables"), made.pop("config")
    return workbook(tables, config, made | {"changes": empty("changes")}, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from tests.unit.stages.report.test_contents import STUDIES

    more = [STUDIES[0] | {"study_id": f"s{place}", "title": words, "eligibility": "background", "eligibility_reason": "no_numbers"}
            for place, words in enumerate(HOSTILE[:5] + HOSTILE[6:])]  # fmt: skip
    return review(tmp_path_factory.mktemp("book"), studies=[*STUDIES, *more])


@pytest.fixture(scope="module")
def made(folder):
    return book_of(folder)


@pytest.fixture(scope="module")
def book(made):
    return openpyxl.load_workbook(io.BytesIO(made))


def test_the_sheets(book):
    assert book.sheetnames[:4] == ["read me", "pools", "effects", "changes"] and book.sheetnames[-1] == "codebook"
    assert set(TABLES) <= set(book.sheetnames)
    lines = {row[0].value: row[1].value for row in book["read me"].iter_rows(min_row=3)}
    assert book["read me"]["A1"].value == "Toy"
    assert lines["Evidence as of"] == "2026-01-02" and lines["Question"] == "Does it work?"
    assert re.fullmatch(r"evidence \S+; data [0-9a-f]{12}, config [0-9a-f]{12} \(.*\)", lines["Made by"])
    assert lines["studies"].startswith(f"{load('studies').title}: 14 rows.")


def test_headers_are_frozen_filtered_and_styled(book):
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes in ("B2", "C2"), sheet.title
        assert sheet.auto_filter.ref.startswith("A1:"), sheet.title
        assert sheet["A1"].font.bold and sheet["A1"].alignment.wrap_text and sheet["A1"].fill.fgColor.rgb == "FFEEF2F6"
        assert all(8 < one.width <= 71 for one in sheet.column_dimensions.values()), sheet.title


def test_every_row_stands_in_it_with_numbers_as_numbers(book, folder):
    effects = made_tables(folder)["effects"]
    names, *rows = book["effects"].iter_rows(values_only=True)
    assert list(names) == [name for name in load("effects").fields if name in effects]
    assert [row[0] for row in rows] == list(effects["id"])
    for name in ("yi", "vi", "n"):
        values = pd.Series([row[names.index(name)] for row in rows], dtype=float)
        pd.testing.assert_series_equal(values, effects[name].astype(float), check_names=False, rtol=1e-11)
    analyses = {row[0].value for row in book["pools"].iter_rows(min_row=2, min_col=7, max_col=7)}
    assert analyses == {"headline"}


def test_no_cell_is_a_formula_or_a_link(book, made):
    for sheet in book.worksheets:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink], sheet.title
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for name in archive.namelist():
            assert not re.search(rb"<f[ >]|<hyperlink|externalLink|vbaProject", archive.read(name)), name


def test_hostile_texts_stay_texts(book):
    names, *rows = book["studies"].iter_rows()
    column = [cell.value for cell in names].index("title")
    titles = {row[0].value: row[column] for row in rows}
    assert titles["s0"].value == HOSTILE[0] and titles["s0"].quotePrefix and titles["s0"].data_type == "s"
    assert [titles[f"s{place}"].value for place in (1, 2, 3)] == HOSTILE[1:4]
    assert all(titles[f"s{place}"].quotePrefix for place in (1, 2, 3))
    assert titles["s5"].value == "one‹U+202E›two"
    assert titles["s7"].value == "https://example.org" and titles["s8"].value == "12" and titles["s8"].data_type == "s"


@pytest.mark.parametrize("words, expected", [("\x00\x07bell", "‹U+0000›‹U+0007›bell"), ("a\u202eb", "a‹U+202E›b"),
                                             ("\ufeffx\u200b", "‹U+FEFF›x‹U+200B›"), ("a\tb\nc", "a\tb\nc"), ("größer −1", "größer −1")])  # fmt: skip
def test_signs_that_act_are_shown(words, expected):
    assert shown(words) == expected


@pytest.mark.parametrize("name, values, expected", [
    ("year", [2001.0], "0"), ("k", [1.0, 1200.0], "#,##0"), ("p", [0.03], "[<0.0001]0.0E+00;0.0000"), ("I2", [31.2], "0.0"),
    ("estimate", [0.59, -0.1], "0.000"), ("vi", [1e-4, 2e-3], "General"),
    ("n", [float("nan")], "#,##0"),
])  # fmt: skip
def test_number_formats_by_meaning(name, values, expected):
    assert number_format(name, pd.Series(values)) == expected


def test_numbers_have_the_digits_of_their_interval_and_none_reads_as_zero():
    frame = pd.DataFrame({
        "effect": [52.2, 0.0225, 22.5, -0.028, 1234.5, 0.00004], "effect_low": [38.1, 0.0181, 18.1, -0.045, 1000.0, float("nan")],
        "effect_high": [68.4, 0.0279, 27.9, -0.011, 1468.8, float("nan")], "estimate": [0.42, 0.0003, -0.00004, 1.2, 0.0, 0.5],
    })  # fmt: skip
    assert number_formats("effect", frame) == ["#,##0.0", "#,##0.0000", "#,##0.0", "#,##0.0000", "#,##0", "#,##0.0000000"]
    assert number_formats("effect_low", frame)[:2] == ["#,##0.0", "#,##0.0000"]
    assert number_formats("estimate", frame) == ["0.000", "#,##0.00000", "#,##0.000000", "0.000", "0.000", "0.000"]


def test_the_codebook_sheet_explains_every_column(book):
    explained = {row[:2]: row[2:] for row in book["codebook"].iter_rows(min_row=2, values_only=True)}
    for sheet in book.worksheets[1:-1]:
        for cell in sheet[1]:
            meaning, holds, _ = explained[sheet.title, cell.value]
            field = load(sheet.title).fields[cell.value]
            assert (meaning, holds) == (field.description, kind(field))


def test_same_bytes_in_another_process_zone_and_place(folder, made, tmp_path):
    code = "import sys; from pathlib import Path; from tests.unit.stages.workbook.test_workbook import book_of; sys.stdout.buffer.write(book_of(Path(sys.argv[1])))"
    environment = os.environ | {"TZ": "Pacific/Auckland", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "PYTHONHASHSEED": "3", "LC_ALL": "C"}
    again = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert again.stdout == made
