"""Reading and writing made tables: the same bytes for the same numbers."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd

from evidence.problems import EvidenceError, Problem
from evidence.store.schema import TABLES, load
from evidence.store.write import as_csv, replace

WHOLE = ("k", "Q_df", "arms", "line", "year")
SIGNED = re.compile(r"[+-]\d+(\.\d*)?", re.ASCII)
TWELVE_DIGITS = "{:.12g}".format
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(text):
    """Text that no spreadsheet takes for a formula: an apostrophe before =, +, - or @; numbers and lone signs stay."""
    if not text.startswith(FORMULA) or len(text) == 1 or SIGNED.fullmatch(text):
        return text
    return f"'{text}"


def csv_bytes(frame, for_spreadsheets=False):
    """A frame as CSV: 12 significant digits, empty for missing; formulae neutralised for spreadsheets."""
    whole = [name for name in WHOLE if name in frame and frame[name].dtype.kind == "f"]
    frame = frame.assign(**{name: frame[name].astype("Int64") for name in whole})
    texts = {*frame.select_dtypes(include=["object", "string"]).columns} if for_spreadsheets else ()
    columns = ((name, printed(frame[name])) for name in frame.columns)
    return as_csv([str(name), *(map(once(neutral, cells), cells) if name in texts else cells)] for name, cells in columns)


def once(change, cells):
    """A change of texts as a look-up, each text changed once: few of a column are of their own."""
    return {text: change(text) for text in set(cells)}.__getitem__


def printed(column):
    """The cells of a column as texts; pandas' own writer takes three times as long."""
    if column.dtype.kind == "f":
        bits, places = np.unique(column.to_numpy("float64", na_value=np.nan).view("int64"), return_inverse=True)  # bits: -0 is not 0
        texts = [TWELVE_DIGITS(value) if value == value else "" for value in bits.view("float64").tolist()]
        return np.array(texts, object)[places].tolist()
    values = column.to_numpy(dtype=object).tolist()
    if set(map(type, values)) == {str}:
        return values
    return ["" if missing else str(value) for value, missing in zip(values, column.isna().tolist(), strict=True)]


def write_csv(frame, path):
    """Write a made table."""
    replace(path, csv_bytes(frame))


def number_columns(name):
    """Columns of a table that hold numbers, by its schema, and the line number of made tables."""
    return [*load(name).numbers, "line"]


def empty(name):
    """A made table without rows."""
    return pd.DataFrame(columns=list(load(name).fields))


def read_csv(path, name):
    """Read a made table: texts as text (empty is ""), numbers as floats (empty is NaN).

    Parameters
    ----------
    path : path
    name : str
        The table, for its schema.
    """
    if not Path(path).is_file():
        remedy = "Run snakemake --cores 4, which makes everything in order."
        raise EvidenceError([Problem(str(path), 0, "", "has not been made yet", remedy)])
    numbers = number_columns(name)
    with open(path, encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines))
    empty = {column: [""] for column in header if column in numbers}
    types = {column: float if column in empty else object for column in header if column != "line"}  # str: each column a block of its own
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=empty, encoding="utf-8")


def read_tables(folder, *names):
    """The clean tables that the stage tables has written to data/processed; with `names` just these, the others empty."""
    from evidence.store.evidence import Tables

    processed = Path(folder) / "data/processed"
    wanted = names or (*TABLES, "flags")
    frames = {name: read_csv(processed / f"{name}.csv", name) if name in wanted else empty(name) for name in (*TABLES, "flags")}
    return Tables(folder=str(folder), **frames)
