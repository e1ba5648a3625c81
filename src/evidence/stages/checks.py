"""Checks of the evidence base."""

from pathlib import Path

from evidence.problems import Flag
from evidence.stages.reading import read_sheet
from evidence.stages.schemas import TABLES, load


def read_sheets(folder):
    """All raw tables of an analysis folder as sheets, by name."""
    raw = Path(folder) / "data" / "raw"
    return {name: read_sheet(raw / f"{name}.csv", load(name)) for name in TABLES}


def found(sheets, limits=None):
    """Errors and flags of all sheets."""
    everything = [problem for sheet in sheets.values() for problem in sheet.problems]
    flags = [problem for problem in everything if isinstance(problem, Flag)]
    return [problem for problem in everything if not isinstance(problem, Flag)], flags
