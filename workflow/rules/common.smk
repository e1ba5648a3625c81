"""What the rules share: how to call the program, and the code each rule depends on."""

import hashlib
import os
import re
import sys
from functools import cache
from pathlib import Path

EVIDENCE = f"{sys.executable} -m evidence"
SOURCE = Path(workflow.basedir) / "src" / "evidence"
CONFIG = "config/config.yaml"
SCHEMAS = sorted((SOURCE / "store/schemas").glob("*.yaml"))
VERDICTS = ["verdicts", "verdict_outcomes", "contrasts", "certainty", "certainty_steps", "sensitivity", "robustness", "missing",
            "reported", "map", "citations", "published", "regression_to_mean", "bias_weights", "flow", "left_out", "prisma"]
PARTS = "data/processed/parts"
IMPORT = re.compile(r"^ *from (evidence[\w.]*) import (\([^)]*\)|[^\n]*)", re.M)
RAW_TABLES = [path.stem for path in SCHEMAS if "\nmade: true" not in path.read_text(encoding="utf-8")]


def raw():
    """Every table of the evidence base."""
    return sorted(str(path) for path in Path("data/raw").glob("*.csv"))


def marked(mark, command):
    """Shell words of a command that is to be trusted only when it has ended, and no input was edited meanwhile. See outdate().

    Ctrl-C is for the command, once it has begun: it would find Python at its own start, which answers with a traceback.
    """
    mark = f"data/processed/.{mark}.unfinished"
    return f'mkdir -p data/processed; touch {mark}; trap "" INT; {EVIDENCE} {command}; test -n "$(find {{input}} -newer {mark})" || rm -f {mark}'


def stage(command):
    """Shell words of a stage."""
    return marked(command.split()[0], command)


def part(command):
    """Shell words of one part of a stage."""
    return marked(f"{command}.{{wildcards.scatteritem}}", f"{command} --part {{wildcards.scatteritem}}")


def record(rule):
    """Where Snakemake notes the time and memory of a rule; benchmarks/pipeline.py reads it."""
    return f".snakemake/benchmarks/{rule}.tsv"


def processed(*names):
    """Made tables by name."""
    return [f"data/processed/{name}.csv" for name in names]


@cache
def imported(path):
    """Modules of the program that a module imports, at its top or in a function."""
    found = set()
    for module, names in IMPORT.findall(path.read_text(encoding="utf-8")):
        place = SOURCE.parent.joinpath(*module.split("."))
        inside = [place / f"{name}.py" for name in re.findall(r"\w+", names)]
        found |= {place.with_suffix(".py"), *inside}
    return {one for one in found if one.is_file()}


@cache
def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def code(rule, *names):
    """List of the files of the program that a rule is run from, with their digests: Snakemake does not see imported code.

    One list a rule and not the files themselves, since Snakemake reads each input again for each output.
    """
    wanted = {path for name in (*names, "config.py", "store/files.py") for path in SOURCE.glob(name)}
    wanted = {path for path in wanted if path.is_file() and path.suffix != ".pyc"}
    reached, new = set(), wanted
    while new:
        reached |= new
        new = {one for path in new if path.suffix == ".py" for one in imported(path)} - reached
    paths = sorted(reached | set(SOURCE.glob("cli/*.py")))
    text = "".join(f"{digest(path)} {path.relative_to(SOURCE.parent).as_posix()}\n" for path in paths)
    listed = Path(f"data/processed/.code/{rule}.txt")
    if not listed.is_file() or listed.read_text(encoding="utf-8") != text:
        listed.parent.mkdir(parents=True, exist_ok=True)
        fresh = listed.with_name(f".{listed.name}.{os.getpid()}.part")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(listed)
    return str(listed)


scattergather:
    parts=1,
