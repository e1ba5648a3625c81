"""What a name given to evidence trace means: effects, pools, a raw row, a figure."""

import difflib
import json
import re
from pathlib import Path

from evidence.problems import EvidenceError, Problem
from evidence.store.files import read_csv
from evidence.store.rows import named_rows
from evidence.vocabulary import HEADLINE

MEASUREMENTS = "data/raw/measurements.csv"
AGAIN = "Build again: snakemake --cores 4."
FIGURES = "reports/figures/figures.json"
ROW = re.compile(r"(?:.*/)?measurements(?:\.csv)?:(\d+)", re.ASCII)
OF_POOLS = {"regressions": "a meta-regression", "subgroups": "a test between strata", "contrasts": "a contrast between strata"}


def found(made, name):
    """Ids that a name means: one id, the headline of a pool without its analysis, all that begin with it, those of a raw row or figure.

    Raises
    ------
    EvidenceError
        If there are none.
    """
    name = name.strip().rstrip(".")
    if name in made.pools or name in made.effects:
        return [name]
    if f"{name}.{HEADLINE}" in made.pools:
        return [f"{name}.{HEADLINE}"]
    if row := ROW.fullmatch(name):
        return of_row(made, int(row[1]))
    if name.endswith(".svg"):
        return of_figure(made, Path(name).name)
    starting = [one for one in made.ids if one.startswith(f"{name}.")] or [one for one in made.ids if name and one.startswith(name)]
    if starting:
        return starting
    raise EvidenceError([unknown(made, name)])


def of_row(made, line):
    """Ids of the effects that the printed number in a line of measurements.csv is in.

    Raises
    ------
    EvidenceError
        If it is in none, with the reason.
    """
    ids = [effect.id for effect in made.effects.values() if str(line) in effect.lines.split(";")]
    if ids:
        return ids
    unused = read_csv(made.folder / "data/processed/unused.csv", "unused")
    reasons = list(unused.loc[unused["line"] == line, "reason"])
    what = f"the number is in no effect: {reasons[0]}" if reasons else "no printed number begins in this line"
    raise EvidenceError([Problem(MEASUREMENTS, line, "", what, "")])


def of_figure(made, file):
    """Ids of the headline pools that a figure shows.

    Raises
    ------
    EvidenceError
        If it is no figure of the report, or shows no single pools.
    """
    index = made.folder / FIGURES
    figures = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else []
    entries = [entry for entry in figures if entry["file"] == file]
    if not entries:
        raise EvidenceError([Problem("evidence trace", 0, "", f'"{file}" is no figure of this review', f"They stand in {FIGURES}.")])
    about = {name: entries[0][name] for name in ("outcome", "contrast", "measure") if name in entries[0]}
    headline = [pool for pool in made.pools.values() if pool.analysis == HEADLINE]
    shown = [pool.id for pool in headline if all(getattr(pool, name) == text for name, text in about.items())]
    if not about or not shown:
        what = f'"{file}" shows no pool of its own'
        raise EvidenceError([Problem("evidence trace", 0, "", what, "Trace an effect, a pool or a claim: the report prints their ids.")])
    return shown


def of_pools(made, name):
    """The problem with the id of a comparison of pools, None for any other name."""
    for table, words in OF_POOLS.items():
        path = made.folder / f"data/processed/{table}.csv"
        for row in named_rows(read_csv(path, table)) if path.is_file() else ():
            if row.id == name:
                remedy = f"Trace the pools or effects that it compares: evidence trace {row.outcome}.{row.contrast}"
                return Problem("evidence trace", 0, "", f"{name} is {words}", remedy)
    return None


def unknown(made, name):
    """The problem with a name that nothing begins with."""
    if problem := of_pools(made, name):
        return problem
    if name in made.studies:
        what = f"{name} has no number that makes an effect"
        return Problem("evidence trace", 0, "", what, "What it prints, and why that makes none, stands in data/processed/unused.csv.")
    shorter = {one.rsplit(".", cut)[0] for one in made.ids for cut in (1, 2, 3)}
    near = difflib.get_close_matches(name, [*made.studies, *made.claims, *sorted(shorter), *made.ids], 1, 0.6)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    what = f'"{name}" is no effect, pool, study or claim of this review'
    return Problem("evidence trace", 0, "", what, f"The ids stand in data/processed/effects.csv, pools.csv and verdicts.csv.{hint}")
