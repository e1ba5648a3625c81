"""Parts of made tables joined to the whole."""

import pytest

from evidence.problems import EvidenceError
from evidence.store.join import by_line, cells, in_order, joined, part_file


def test_parts_follow_each_other_below_one_header():
    parts = [{"pools": b"id,k\nfsh,2\n"}, {"pools": b"id,k\n"}, {"pools": b'id,k\nlh,3\n"a,b",1\n'}]
    assert in_order(parts) == {"pools": b'id,k\nfsh,2\nlh,3\n"a,b",1\n'}


def test_rows_of_parts_return_to_the_order_of_their_lines():
    content = b'outcome,line,reason\nfsh,7,"no, none"\nfsh,12,x\nlh,3,"two\nlines"\nlh,10,y\n'
    assert by_line(content) == b'outcome,line,reason\nlh,3,"two\nlines"\nfsh,7,"no, none"\nlh,10,y\nfsh,12,x\n'
    assert by_line(b"outcome,line,reason\n") == b"outcome,line,reason\n"


def test_cells_of_columns_in_the_order_asked_for():
    assert list(cells(b'a,b,c\n1,"2,5",3\n4,5,6\n', "c", "b")) == [("3", "2,5"), ("6", "5")]
    assert list(cells(b"a,b,c\n", "b")) == []


def test_every_missing_part_is_named(tmp_path):
    place = tmp_path / part_file("2-of-3", "pools")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"id\n")
    with pytest.raises(EvidenceError) as raised:
        joined(tmp_path, ("pools",), 3)
    assert [problem.file.rpartition("/")[2] for problem in raised.value.problems] == ["1-of-3.pools.csv", "3-of-3.pools.csv"]
