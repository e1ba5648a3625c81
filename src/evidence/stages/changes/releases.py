"""Releases: the tables that a report of one day stood on, kept so that the next one can say what has changed.

`evidence release` files what `changes` compares under reports/released/DATE, DATE being the review's date in config.yaml.
A report compares itself with the newest release that is older than its own date. So releasing changes no byte of the
report that is released, nor does committing it; the next report, with a later date, is compared with it. Where the date
was left as it was and the tables have moved on, the release of that date is the one to compare with. What went out is never
replaced, and neither tables nor a report that are older than the data go out.
"""

import re
from pathlib import Path

from evidence.config import FILE, lines_of
from evidence.problems import EvidenceError, Problem
from evidence.stages.tables.tables import written
from evidence.store.files import csv_bytes, read_csv
from evidence.store.provenance import digests
from evidence.store.write import replace

RELEASED = Path("reports/released")
PAGE = Path("reports/index.html")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LATER = "Type a later date there, run snakemake --cores 4, and release again."
BEHIND = "what it was made from, in data/raw or config, has changed since"
NUMBER = ["study_id", "group_id", "outcome", "timepoint", "weeks", "statistic", "versus"]
COLUMNS = {
    "studies": ["study_id", "authors", "year", "title"],
    "measurements": [*NUMBER, "n", "value_text", "unit", "spread", "spread_low_text", "spread_high_text", "p_operator", "p_value_text"],
    "pools": ["id", "outcome", "contrast", "measure", "stratum", "analysis", "estimate", "ci_low", "ci_high", "k", "n"],
    "verdicts": ["claim_id", "verdict"],
    "certainty": ["pool", "certainty"],
    "flags": ["table", "study_id", "group_id", "outcome", "timepoint", "column", "what", "blocks"],
}  # fmt: skip


def kept(frames):
    """Rows and columns that a release keeps: of the pools the headline, of the flags those that block.

    Parameters
    ----------
    frames : dict of DataFrame
        The tables of COLUMNS by name, clean or made.
    """
    found = {name: frames[name].reindex(columns=columns) for name, columns in COLUMNS.items()}
    found["pools"] = found["pools"][found["pools"]["analysis"] == "headline"]
    found["flags"] = found["flags"][found["flags"]["blocks"] == "yes"]
    return found


def write(folder, date, frames):
    """File a release under the review's date.

    Returns
    -------
    path, bool
        Its folder, and whether it stood there already, with the same bytes.

    Raises
    ------
    EvidenceError
        If a release of that date stands there with other bytes: it is what went out.
    """
    target = Path(folder) / RELEASED / date.isoformat()
    content = {target / f"{name}.csv": csv_bytes(frame) for name, frame in kept(frames).items()}
    there = {path: path.read_bytes() for path in content if path.is_file()}
    if any(content[path] != held for path, held in there.items()):
        what = f"{date} is the date of a release that holds other numbers, and stays as it went out"
        raise EvidenceError([Problem(FILE, lines_of(folder).get("review.date", 0), "review.date", what, LATER)])
    for path in content.keys() - there:
        replace(path, content[path])
    return target, len(there) == len(content)


def stale(folder):
    """Problems of clean tables that are not what data and plan make now, and of a page whose foot names others than these.

    The page stands for all that lies between: it is made of pools, verdicts and certainty.

    Raises
    ------
    EvidenceError
        If the raw tables have errors.
    """
    folder = Path(folder)
    content, _ = written(folder)
    tables = {f"data/processed/{name}.csv": now for name, now in content.items()}
    others = [file for file, now in tables.items() if (folder / file).read_bytes() != now]
    page = (folder / PAGE).read_text(encoding="utf-8")
    if not all(f"{name} {digest}" in page for name, digest in digests(folder).items()):
        others.append(PAGE.as_posix())
    return [Problem(file, 0, "", BEHIND, "Run snakemake --cores 4 first.") for file in others]


def before(folder, date):
    """Day of the newest release that is older than `date` (2026-11-23); "" where there is none."""
    found = sorted(path.name for path in (Path(folder) / RELEASED).glob("*") if DAY.fullmatch(path.name))
    return next((day for day in reversed(found) if day < date), "")


def days(folder, date):
    """Days of the releases to compare a report of `date` with, in turn: that of its own date, then the newest older one."""
    own = [date] if (Path(folder) / RELEASED / date).is_dir() else []
    return own + [day for day in [before(folder, date)] if day]


def read(folder, day):
    """The tables of one release by name."""
    return {name: read_csv(Path(folder) / RELEASED / day / f"{name}.csv", name) for name in COLUMNS}
