"""What the rules share: how to call the program, and what each rule is made from."""

import hashlib
import sys
from pathlib import Path

EVIDENCE = f"{sys.executable} -m evidence"
SOURCE = Path(workflow.basedir) / "src" / "evidence"
CONFIG = "config/config.yaml"
SCHEMAS = sorted((SOURCE / "store/schemas").glob("*.yaml"))
VERDICTS = [
    "verdicts",
    "verdict_outcomes",
    "contrasts",
    "certainty",
    "certainty_steps",
    "sensitivity",
    "robustness",
    "missing",
    "reported",
    "map",
    "citations",
    "published",
    "regression_to_mean",
    "bias_weights",
    "flow",
    "left_out",
    "prisma",
]
PUBLISHED_TABLES = ["effects", "pools", "members", "opinion", "flags", "unused", "regressions", "subgroups", "changes", *VERDICTS]
PUBLISHED = [
    "evidence.pdf",
    "index.html",
    "figures/figures.json",
    "tables/evidence.xlsx",
    *(f"tables/{name}.csv" for name in PUBLISHED_TABLES),
]
PARTS = "data/processed/parts"
DRAFTS = "data/processed/reports"
RAW_TABLES = [path.stem for path in SCHEMAS if "\nmade: true" not in path.read_text(encoding="utf-8")]


def raw():
    """Every table of the evidence base."""
    return sorted(str(path) for path in Path("data/raw").glob("*.csv"))


def texts():
    """The review's own texts."""
    return sorted(map(str, Path("config/text").glob("*")))


def released():
    """The tables of earlier releases."""
    return sorted(map(str, Path("reports/released").glob("*/*.csv")))


def digest(paths):
    """SHA-256 over the names and bytes of files."""
    total = hashlib.sha256()
    for path in filter(Path.is_file, map(Path, paths)):
        total.update(f"{path.name}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


# What people edit, as it was when the run began. Snakemake runs a rule again when one of its params differs from that of its last
# run: so an edited program is seen, and so is a table that was saved while the run was on, whatever the times of the files say.
DIGESTS = {
    "program": digest(sorted(path for path in SOURCE.rglob("*") if path.suffix != ".pyc")),
    "plan": digest([CONFIG]),
    "data": digest(raw()),
    "texts": digest(texts()),
    "releases": digest(released()),
}


def made_from(*names):
    """Digests of the program and of what else a rule reads that people edit."""
    return {name: DIGESTS[name] for name in ("program", *names)}


def processed(*names):
    """Made tables by name."""
    return [f"data/processed/{name}.csv" for name in names]


def record(rule):
    """Where Snakemake notes the time and memory of a rule; benchmarks/pipeline.py reads it."""
    return f".snakemake/benchmarks/{rule}.tsv"


def stage(command):
    """Shell words of a stage.

    A stage says itself what is wrong (status 2) and that it was stopped (130). Who was killed says nothing: the shell does. Ctrl-C is
    for the stage, once it has begun: it would find Python at its own start, which answers with a traceback.
    """
    name = command.split()[0]
    lost = f'echo "{name}: ended with status $status and no word, perhaps for want of memory. Run it again." >&2'
    return f'trap "" INT; {EVIDENCE} {command} || {{{{ status=$?; case $status in 2|130) ;; *) {lost};; esac; exit $status; }}}}'


def part(command):
    """Shell words of one part of a stage."""
    return stage(f"{command} --part {{wildcards.scatteritem}}")


scattergather:
    parts=1,
