"""PRISMA 2020: where the report meets each item, and where it does not.

References
----------
Page et al. 2021, BMJ 372:n71 [page2021].
"""

import csv
from pathlib import Path

import pandas as pd

from evidence.problems import EvidenceError, Problem
from evidence.resources import shipped

OWN = shipped("words/text/prisma.csv")
FILE = "config/text/prisma.csv"
COLUMNS = ["item", "topic", "asks", "met", "where", "note"]
MET = ("yes", "partly", "no")


def answers(path):
    """Rows of a checklist by item, with their line."""
    with open(path, newline="", encoding="utf-8-sig") as handle:
        return {row["item"]: row | {"line": line} for line, row in enumerate(csv.DictReader(handle), 2)}


def problems_of(own, known):
    """What is wrong in a review's own checklist."""
    for item, row in own.items():
        if item not in known:
            yield Problem(FILE, row["line"], "item", f'"{item}" is no item of PRISMA 2020', f"Use one of {', '.join(known)}.")
        elif row["met"] not in MET:
            yield Problem(FILE, row["line"], "met", f'"{row["met"]}" is no option', f"Use one of {', '.join(MET)}.")


def prisma(folder):
    """The checklist: the program's own answers, and those of the review in config/text/prisma.csv in their place.

    Parameters
    ----------
    folder : str or path
        The analysis folder.

    Returns
    -------
    DataFrame
        One row per item: what it asks, whether the report meets it, where, and a note.

    Raises
    ------
    EvidenceError
        With every fault of the review's file.
    """
    known = answers(OWN)
    path = Path(folder) / FILE
    own = answers(path) if path.is_file() else {}
    problems = list(problems_of(own, known))
    if problems:
        raise EvidenceError(problems)
    rows = [row | {name: own[item][name] for name in ("met", "where", "note") if item in own} for item, row in known.items()]
    return pd.DataFrame(rows, columns=COLUMNS)
