"""The sheets as the checks see them: columns, rows, and rows picked by what their columns hold."""

import pytest

from evidence.stages.tables.checks.data import Data, doubled
from evidence.stages.tables.sheet import Row, read_sheet
from evidence.store.schema import TABLES, load
from tests.support.toy import folder, group, number, study


@pytest.fixture
def data(tmp_path):
    rows = [
        number("s", 10, "baseline", weeks=0),
        number("s", 12, weeks=26),
        number("s", 14, weeks=52),
        number("unknown", 11, weeks=26),
        number("s", 12, weeks=26, source_kind="abstract"),
    ]
    folder(tmp_path, studies=[study("s")], groups=[group("s")], measurements=rows)
    return Data({name: read_sheet(tmp_path / f"data/raw/{name}.csv", load(name)) for name in TABLES}, {})


def lines(rows):
    return [row["line"] for row in rows]


def test_a_row_is_what_the_columns_hold_at_its_place():
    row = Row({"n": [1.0, None], "n_text": ["1", ""]}, 1)
    assert (row["n"], row["n_text"], row.get("n"), row.get("weeks"), row.get("weeks", "")) == (None, "", None, None, "")
    with pytest.raises(KeyError):
        row["weeks"]


def test_rows_and_columns_of_a_sheet_are_the_same_cells(data):
    sheet = data.sheets["measurements"]
    assert list(sheet.cells("value_text", "weeks")) == [("10", 0.0), ("12", 26.0), ("14", 52.0), ("11", 26.0), ("12", 26.0)]
    assert [(row["value_text"], row["weeks"]) for row in sheet.rows] == list(sheet.cells("value_text", "weeks"))
    assert sheet.rows[2]["table"] == "measurements"


def test_measured_leaves_out_what_has_no_study(data):
    assert lines(data.measured) == [2, 3, 4, 6]
    assert list(data.cells("value")) == [(10.0,), (12.0,), (14.0,), (12.0,)]


def test_a_test_sees_each_combination_of_cells_once(data):
    seen = []

    def late(timepoint, weeks):
        seen.append((timepoint, weeks))
        return weeks > 0

    assert lines(data.where(late, "timepoint", "weeks")) == [3, 4, 6]
    assert sorted(seen) == [("baseline", 0.0), ("followup", 26.0), ("followup", 52.0)]


def test_rows_are_picked_by_their_words(data):
    assert lines(data.having(timepoint=("followup", "change"), statistic=("mean",))) == [3, 4, 6]
    assert data.having(timepoint=("change",)) == []


def test_pairs_are_every_follow_up_with_the_first_baseline(data):
    assert [(base["line"], row["line"]) for base, row in data.pairs] == [(2, 3), (2, 4), (2, 6)]


def test_rows_alike_come_in_lists(data):
    assert [lines(rows) for rows in data.same_number] == [[3, 6]]
    assert data.alike("value", "line") == []


def test_doubled_keeps_the_order_of_the_file():
    assert doubled("abcdef", [1, 2, 1, 3, 2, 1]) == [["a", "c", "f"], ["b", "e"]]
    assert doubled("abc", [1, 2, 3]) == []
    assert doubled("", []) == []
