"""Texts that try to act, typed into a review, come out of every stage as plain text."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pypdf
import pytest

from evidence.cli import cli
from tests.support.fonts import make_font
from tests.unit.stages.report.test_contents import CONDITIONS, GROUPS, MEASUREMENTS, OUTCOMES, STUDIES, UNITS, review

ROOT = Path(__file__).parents[2]
STAGES = ("tables", "effects", "pools", "opinion", "verdicts", "changes", "figures", "report", "workbook", "publish")
SIGNS = ['#read("/etc/passwd")', "<script>alert(1)</script>", "=cmd|' /C calc'!A0", r"\input{x}", "$x$", "*bold* _it_ @ref", "one\u202etwo"]
SHOWN = [*SIGNS[:-1], "one‹U+202E›two"]
RUN = "import sys\nfrom evidence.cli.cli import main\nsys.exit(max(main([stage]) for stage in sys.argv[1:]))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    more = [STUDIES[0] | {"study_id": f"s{place}", "title": words, "note": words, "eligibility": "background", "eligibility_reason": "no_numbers"}
            for place, words in enumerate(SIGNS)]  # fmt: skip
    words = " ".join(SIGNS)
    folder = review(
        tmp_path_factory.mktemp("hostile"),
        studies=[*STUDIES, *more],
        groups=[one | {"label": SIGNS[place % 7]} for place, one in enumerate(GROUPS)],
        measurements=[one | {"source_locator": words, "note": words} for one in MEASUREMENTS],
    )
    run = subprocess.run([sys.executable, "-c", RUN, *STAGES], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
                         capture_output=True, text=True, timeout=200)  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def test_the_pdf_prints_them(folder):
    pages = pypdf.PdfReader(folder / "reports/evidence.pdf").pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    for sign in SHOWN:
        assert sign.replace(" ", "") in text, sign
    assert "\u202e" not in text and "root:x:0" not in text


def test_the_workbook_holds_them_as_text(folder):
    made = (folder / "reports/tables/evidence.xlsx").read_bytes()
    sheets = openpyxl.load_workbook(io.BytesIO(made))
    names, *rows = sheets["studies"].iter_rows()
    title = [cell.value for cell in names].index("title")
    cells = {row[0].value: row[title] for row in rows}
    assert [cells[f"s{place}"].value for place in range(7)] == SHOWN
    assert {cell.data_type for sheet in sheets for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name) or "\u202e".encode() in archive.read(name)]


def test_the_tables_are_safe_in_a_spreadsheet(folder):
    seen = set()
    for path in sorted((folder / "reports/tables").glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                texts = {value for value in row.values() if not value.removeprefix("-").replace(".", "").replace("e-", "").isdigit()}
                assert not [text for text in texts if text.startswith(("=", "+", "@"))], path.name
                seen |= texts
    assert "'=cmd|' /C calc'!A0" in seen and "<script>alert(1)</script>" in seen


def test_the_figures_hold_no_script(folder):
    drawn = "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "reports/figures").glob("*.svg")))
    assert "<script" not in drawn and "\u202e" not in drawn


@pytest.mark.parametrize("letters", ["ب", "＝", "א", "☂", "\u202e", "👪"])
def test_letters_that_the_face_lacks_stop_no_report(tmp_path, letters):
    def lettered(rows, *columns):
        return [row | {name: f"{row.get(name, '')} {letters}" for name in columns} for row in rows]

    folder = review(
        tmp_path, outcomes=lettered(OUTCOMES, "label", "unit"), units=lettered(UNITS, "to_unit"), conditions=lettered(CONDITIONS, "label"),
        studies=lettered(STUDIES, "authors"), groups=lettered(GROUPS, "label", "drug"), measurements=MEASUREMENTS,
    )  # fmt: skip
    for stage in STAGES:
        assert cli.main([stage, str(folder)]) == 0, stage
    drawn = "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "reports/figures").glob("*.svg")))
    assert "\u202e" not in drawn


def test_chinese_is_printed_by_a_font_of_the_machine_and_stops_the_run_without_one(tmp_path, install, capsys):
    folder = review(tmp_path, studies=[row | {"authors": "王伟; 李娜"} for row in STUDIES], measurements=MEASUREMENTS)
    assert cli.main(["tables", str(folder)]) == 2
    assert 'authors: "王伟; 李娜" is Chinese, which no font of this machine draws. Install a font such as' in capsys.readouterr().err
    install(make_font(tmp_path / "sc.ttf", "Noto Sans CJK SC", "王伟李娜中"))
    for stage in STAGES:
        assert cli.main([stage, str(folder)]) == 0, stage
    text = "".join(page.extract_text() for page in pypdf.PdfReader(folder / "reports/evidence.pdf").pages)
    drawn = "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "reports/figures").glob("forest-*.svg")))
    assert "王伟 & 李娜" in text and '">王伟</tspan>' in drawn
