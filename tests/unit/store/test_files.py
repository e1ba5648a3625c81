"""Made tables: whole or not at all, the same bytes for the same numbers, and no formula in a spreadsheet."""

import math

import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.problems import EvidenceError
from evidence.stages.tables.checks.checks import check
from evidence.store.files import csv_bytes, neutral, read_csv, write_csv
from evidence.store.write import replace
from tests.support.toy import folder, group, number, sd

CALC = "=cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", [CALC, "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "-2 (SD 3)"])
def test_formulae_are_neutralised(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "=", "<", "-60.34", "+32", "-5.", "text = 3", "10-12"])
def test_what_is_no_formula_stays(text):
    assert neutral(text) == text


def test_a_formula_of_the_data_reaches_no_spreadsheet(tmp_path):
    rows = [number("s", 10, "baseline", n=20, **sd(2)), number("s", 12, n=20, **sd(2), source_locator=CALC)]
    place = folder(tmp_path, groups=[group("s", label=CALC, dose="+1+1")], measurements=rows)
    problems, flags, _ = check(place)
    assert (problems, flags) == ([], [])
    effects = ev.effects(ev.read(place), load(place))
    assert list(effects["group_label"]) == [CALC]
    cells = csv_bytes(effects, for_spreadsheets=True).decode().split("\n")[1].split(",")
    assert f"'{CALC}" in cells and "'+1+1" in cells and not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_the_same_numbers_make_the_same_bytes(tmp_path):
    frame = pd.DataFrame({"a": [1 / 3, math.nan], "k": [2.0, math.nan], "text": ["x", ""]})
    assert csv_bytes(frame) == b"a,k,text\n0.333333333333,2,x\n,,\n"
    others = pd.DataFrame({"zero": [0.0, -0.0, 0.0], "whole": [1, 2, 3], "any": ["x", None, 2.5], "text": ["a", math.nan, "b,c"]})
    assert csv_bytes(others) == b'zero,whole,any,text\n0,1,x,a\n-0,2,,\n0,3,2.5,"b,c"\n'
    write_csv(frame, tmp_path / "made/frame.csv")
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["frame.csv"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "effects.csv"
    replace(path, b"old")
    with pytest.raises(TypeError):
        replace(path, "no bytes")
    assert path.read_bytes() == b"old" and [one.name for one in tmp_path.iterdir()] == ["effects.csv"]


def test_a_table_that_has_not_been_made_says_what_to_run(tmp_path):
    with pytest.raises(
        EvidenceError, match="effects.csv: has not been made yet. Run snakemake --cores 4, which makes everything in order."
    ):
        read_csv(tmp_path / "effects.csv", "effects")
