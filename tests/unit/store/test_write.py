"""A made file is written whole or not at all, and an error reaches whoever waits for it."""

import csv
import errno
import io
import pickle

import pytest

from evidence.problems import EvidenceError, Problem
from evidence.store.write import as_csv, replace


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_named_and_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "pools.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(EvidenceError) as raised:
        replace(path, b"new")
    assert str(raised.value) == (
        f"{path}: No space left on device. Check that the path is right, that you may write there, and that the disk has room."
    )
    assert [one.name for one in tmp_path.iterdir()] == ["pools.csv"]
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "reports").write_bytes(b"")
    with pytest.raises(EvidenceError, match=r"reports/tables/pools.csv: (File exists|Not a directory)\. Check"):
        replace(tmp_path / "reports/tables/pools.csv", b"new")


def test_an_error_passes_from_one_process_to_another():
    error = EvidenceError([Problem("data/raw/studies.csv", 3, "year", "none", "Type one.")])
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error) == "data/raw/studies.csv:3 year: none. Type one."


def test_cells_are_quoted_where_a_reader_needs_it():
    columns = [["id", "a", "b", "c"], ["note", "plain; text", 'says "no", twice', ""], ["lines", "one\ntwo", "cr\rlf", "x"]]
    content = as_csv(columns)
    assert content == b'id,note,lines\na,plain; text,"one\ntwo"\nb,"says ""no"", twice","cr\rlf"\nc,,x\n'
    assert list(csv.reader(io.StringIO(content.decode(), newline=""))) == list(map(list, zip(*columns, strict=True)))
    assert as_csv([["id"], ["a,b"]]) == b'id,"a,b"\n'
