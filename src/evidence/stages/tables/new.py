"""Another review: evidence new FOLDER."""

import csv
import io
import shlex
from datetime import UTC, datetime
from pathlib import Path
from string import Template

import yaml

from evidence.problems import EvidenceError, Problem
from evidence.resources import shipped
from evidence.store import codebook
from evidence.store.schema import TABLES, load
from evidence.store.write import replace

TEXTS = shipped("stages/tables/scaffold")
IGNORED = "data/processed/\nreports/figures/\n.snakemake/\n"


def header(name):
    """The first line of a table: the columns that every review needs."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(load(name).needed)
    return line.getvalue()


def titled(folder):
    """A title from the name of a folder: low_iron becomes Low iron."""
    words = folder.name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] or "A review"


def scaffold(folder, today=None):
    """Make the folder of a new review, which runs at once and says that there are no studies yet.

    Parameters
    ----------
    folder : str or path
        A folder that is not there yet, or is empty.
    today : date, optional
        Date of the evidence; None for today's.

    Returns
    -------
    list of str
        Files made, as paths from the folder.

    Raises
    ------
    EvidenceError
        If there is something at that place already.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EvidenceError([Problem(str(folder), 0, "", "there is something there already", "Name a folder that is new or empty.")])
    today = today or datetime.now(UTC).date()
    title = titled(folder.resolve())
    words = {"folder": shlex.quote(str(folder)), "date": today.isoformat()}
    quoted = yaml.safe_dump(title, allow_unicode=True, default_style='"', width=1000).strip()
    texts = {f"data/raw/{name}.csv": header(name) for name in TABLES} | {
        "data/raw/README.md": codebook.render(),
        "config/config.yaml": Template((TEXTS / "config.yaml").read_text(encoding="utf-8")).substitute(words, title=quoted),
        "README.md": Template((TEXTS / "README.md").read_text(encoding="utf-8")).substitute(words, title=title),
        ".gitignore": IGNORED,
    }
    for name, text in texts.items():
        replace(folder / name, text.encode())
    return list(texts)
