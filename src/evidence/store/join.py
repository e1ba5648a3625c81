"""Parts of a made table joined to the whole: text alone, so that a join starts at once and needs no memory for numbers."""

import csv
import io
from pathlib import Path

from evidence.problems import EvidenceError, Problem
from evidence.store.write import as_csv

PARTS = Path("data/processed/parts")


def part_file(item, name):
    """Where one part of a table lies, from the analysis folder: item "2-of-8" of table "effects"."""
    return PARTS / f"{item}.{name}.csv"


def in_order(parts):
    """The tables of all parts, one below the other: the first with its header.

    Parameters
    ----------
    parts : iterable of dict
        Content by name of table, as bytes; each is let go once it is joined, so that no more than one is held beside the whole.
    """
    whole = {}
    for part in parts:
        for name, content in part.items():
            if name in whole:
                whole[name] += memoryview(content)[content.index(b"\n") + 1 :]
            else:
                whole[name] = bytearray(content)
    return whole


def lines_of(content):
    """Bytes as lines of text, decoded as they are read; all of them at once would take four bytes a letter."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")


def by_line(content):
    """A table in the order of its column `line`, which parts of whole outcomes do not keep."""
    header, *rows = csv.reader(lines_of(content))
    rows.sort(key=lambda row, line=header.index("line"): int(row[line]))
    return as_csv(zip(header, *rows, strict=True))


def joined(folder, names, parts):
    """Tables of which each part has been made.

    Parameters
    ----------
    folder : path-like
    names : sequence of str
    parts : int

    Returns
    -------
    dict of bytes

    Raises
    ------
    EvidenceError
        Where parts are missing: each of them.
    """
    paths = [{name: Path(folder) / part_file(f"{one}-of-{parts}", name) for name in names} for one in range(1, parts + 1)]
    missing = [path for own in paths for path in own.values() if not path.is_file()]
    if missing:
        remedy = "Run snakemake, which makes all parts before it joins them."
        raise EvidenceError([Problem(path.as_posix(), 0, "", "this part has not been made", remedy) for path in missing])
    return in_order({name: path.read_bytes() for name, path in own.items()} for own in paths)


def cells(content, *columns):
    """Yield the cells of some columns of a table, a tuple each row."""
    rows = csv.reader(lines_of(content))
    header = next(rows)
    places = [header.index(column) for column in columns]
    for row in rows:
        yield tuple(row[place] for place in places)
