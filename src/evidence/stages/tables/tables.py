"""Stage tables: from hand-edited CSVs to typed tables, or all that is wrong with them."""

from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING

from evidence.parallel import side_by_side
from evidence.problems import EvidenceError, Flag
from evidence.stages.tables.checks import checks
from evidence.store.evidence import Tables
from evidence.store.schema import TABLES, load

if TYPE_CHECKING:
    pass


def frame(sheet):
    """DataFrame of one sheet, with the types of its schema."""
    import pandas as pd

    schema = sheet.schema
    columns = {}
    for name in schema.fields:
        if name in schema.numbers:
            columns[name] = pd.Series(sheet.columns[name], dtype="float64")
            columns[f"{name}_text"] = pd.Series(sheet.columns[f"{name}_text"], dtype="object")
        else:
            columns[name] = pd.Series(sheet.columns[name], dtype="object")
    columns |= {name: pd.Series(texts, dtype="object") for name, texts in sheet.columns.items() if name.endswith("_typed")}
    columns["line"] = pd.Series(sheet.columns["line"], dtype="int64")
    return pd.DataFrame(columns)


def flag_frame(flags):
    """DataFrame of flags, one row each, in the order of file and line."""
    import pandas as pd

    names = [field.name for field in fields(Flag)]
    columns = {name: [getattr(flag, name) for flag in sorted(flags)] for name in names}
    return pd.DataFrame({name: pd.Series(values, dtype="int64" if name == "line" else "object") for name, values in columns.items()})


def typed(folder, sheets, flags):
    """The evidence base of raw tables (Sheet by name) that have no error, and their flags."""
    return Tables(folder=str(folder), flags=flag_frame(flags), **{name: frame(sheets[name]) for name in TABLES})


def read(folder=".", limits=None):
    """Read and check the evidence base.

    Parameters
    ----------
    folder : str or path
        The analysis folder, which holds data/raw.
    limits : dict, optional
        Numbers that replace those of `evidence.stages.tables.checks.checks.LIMITS`.

    Returns
    -------
    Tables

    Raises
    ------
    EvidenceError
        With every error of every file at once.
    """
    sheets = checks.raw_tables(folder)
    problems, flags = checks.examine(folder, sheets, limits)
    if problems:
        raise EvidenceError(problems)
    return typed(folder, sheets, flags)


def as_csv(sheets):
    """Raw tables as CSV, by name."""
    from evidence.store.files import csv_bytes

    return {name: csv_bytes(frame(sheet)) for name, sheet in sheets.items()}


def written(folder):
    """The evidence base as `read` returns it, as CSV; large tables are written out while they are checked.

    Returns
    -------
    content : dict of bytes
        By name of table, `flags` among them.
    rows : dict of int
        Their numbers of rows; of `flags` those that block the headline, the others as `notices`.

    Raises
    ------
    EvidenceError
        As `read`.
    """
    from evidence.store.files import csv_bytes

    sheets, content = checks.raw_tables(folder), {}
    if checks.large(sheets):
        content, (problems, flags) = side_by_side(partial(as_csv, sheets), partial(checks.examine, folder, sheets))
    else:
        problems, flags = checks.examine(folder, sheets)
    if problems:
        raise EvidenceError(problems)
    content = content or as_csv(sheets)
    rows = {name: len(sheet.columns["line"]) for name, sheet in sheets.items()}
    return content | {"flags": csv_bytes(flag_frame(flags))}, rows | checks.counts(flags)


def columns(name):
    """Column names of a raw table, in the order of its schema."""
    return list(load(name).fields)
