"""What the rules share: how to call the program, and the code each rule depends on."""

import base64
import fcntl
import hashlib
import json
import logging
import os
import re
import sys
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

EVIDENCE = f"{sys.executable} -m evidence"
SOURCE = Path(workflow.basedir) / "src" / "evidence"
CONFIG = "config/config.yaml"
SCHEMAS = sorted((SOURCE / "schema").glob("*.yaml"))
VERDICTS = ["verdicts", "verdict_outcomes", "contrasts", "certainty", "certainty_steps", "sensitivity", "robustness", "missing",
            "reported", "map", "citations", "published", "regression_to_mean", "bias_weights", "flow", "left_out", "prisma"]
PARTS = "data/processed/parts"
STAGES_LOCK = ".snakemake/stages.lock"
IMPORT = re.compile(r"^ *from (evidence[\w.]*) import (\([^)]*\)|[^\n]*)", re.M)
SAID_BY_STAGE = ("returned non-zero exit status 2.", "Restored previous version of", "Exiting because a job execution failed",
                 "At least one job did not complete", "Cannot restore")
RAW_TABLES = [path.stem for path in SCHEMAS if "\nmade: true" not in path.read_text(encoding="utf-8")]


def raw():
    """Every table of the evidence base."""
    return sorted(str(path) for path in Path("data/raw").glob("*.csv"))


def marked(mark, command):
    """Shell words of a command that is to be trusted only when it has ended, and no input was edited meanwhile. See outdate()."""
    mark = f"data/processed/.{mark}.unfinished"
    return f'mkdir -p data/processed; touch {mark}; {EVIDENCE} {command}; test -n "$(find {{input}} -newer {mark})" || rm -f {mark}'


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
    wanted = {path for name in (*names, "config.py", "stages/files.py") for path in SOURCE.glob(name)}
    wanted = {path for path in wanted if path.is_file() and path.suffix != ".pyc"}
    reached, new = set(), wanted
    while new:
        reached |= new
        new = {one for path in new if path.suffix == ".py" for one in imported(path)} - reached
    paths = sorted(reached | set(SOURCE.glob("cli*.py")))
    text = "".join(f"{digest(path)} {path.relative_to(SOURCE.parent).as_posix()}\n" for path in paths)
    listed = Path(f"data/processed/.code/{rule}.txt")
    if not listed.is_file() or listed.read_text(encoding="utf-8") != text:
        listed.parent.mkdir(parents=True, exist_ok=True)
        fresh = listed.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(listed)
    return str(listed)


def alone():
    """Hold this folder for one run; the kernel lets go of it however the run ends, kill -9 too, so nothing is to unlock.

    The stages of a run that was killed alone live on for some seconds and hold a lock of their own: they are waited for.
    """
    Path(".snakemake").mkdir(exist_ok=True)
    handle = open(".snakemake/run.lock", "w")
    if not locked(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
        raise WorkflowError(f"Another run is at work in {Path.cwd()}. Wait until it has ended, then run this again.")
    with open(STAGES_LOCK, "w") as stages:
        if not locked(stages, fcntl.LOCK_EX | fcntl.LOCK_NB):
            print("A stage of a run that was killed is still at work: waiting for its end.", file=sys.stderr)
            locked(stages, fcntl.LOCK_EX)
    os.utime(handle.name)
    return handle


def locked(handle, how):
    """Whether a lock could be had."""
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True


def tidy():
    """Remove what a killed run left half-written, and parts of another number of parts."""
    for path in (*Path("data/processed").rglob(".*.part"), *Path("reports").rglob(".*.part")):
        path.unlink()
    number = len(gather.parts("{scatteritem}"))
    for path in Path(PARTS).glob("*-of-*.csv"):
        if f"-of-{number}." not in path.name:
            path.unlink()


def plain(record):
    """Whether a line of Snakemake belongs on an analyst's terminal.

    Warnings and errors do, and that nothing is to be done; not what repeats that a stage has failed whose own words stand above.
    """
    words = record.getMessage()
    if record.levelno < logging.WARNING:
        return words.startswith("Nothing to be done")
    return not any(one in words for one in SAID_BY_STAGE)


def speak():
    """Leave the terminal to the stages, a line each; all of Snakemake's words with --verbose, its plan with --dry-run."""
    settings = workflow.output_settings
    if settings.verbose or settings.dryrun:
        settings.quiet.clear()
    else:
        logger.addFilter(plain)
        logging.raiseExceptions = False  # Snakemake's log on a full disk: its traceback would bury the message of the stage


def begin():
    """What only the run itself knows, when its jobs are about to start.

    On this machine the run ends with its last job (Snakemake would wait out the second over which it counts jobs), and
    stages hold the lock that alone() waits for.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None
        os.environ["EVIDENCE_LOCK"] = str(Path(STAGES_LOCK).absolute())


def edited():
    """Files typed by hand that were saved after this run had begun."""
    started = Path(RUN.name).stat().st_mtime
    typed = [Path(CONFIG), *map(Path, raw()), *Path("config/text").glob("*")]
    return [str(path) for path in typed if path.is_file() and path.stat().st_mtime > started]


def say_edited():
    """Tell of what this run may not have taken in."""
    if names := edited():
        print(f"{', '.join(names)} {'was' if len(names) == 1 else 'were'} edited while this was running. Run it again to take that in.")


def complete():
    """Where a figure of the list is gone, take the list away too, so that the rule is run and draws it again."""
    index = Path("reports/figures/figures.json")
    if index.is_file() and not all((index.parent / one["file"]).is_file() for one in json.loads(index.read_text(encoding="utf-8"))):
        index.unlink()


def outdate(rules):
    """Give old dates to what a stage that did not end well, or whose inputs were edited meanwhile, has made.

    Snakemake puts the last outputs of a failed job back with the time of now and a record of the inputs of now, and would
    then take them for new: hence an old time (0 would mean none) and no record.
    """
    for rule in rules:
        if Path(f"data/processed/.{rule.name}.unfinished").is_file():
            for path in filter(os.path.isfile, map(str, rule.output)):
                os.utime(path, (1, 1))
                Path(".snakemake/metadata", base64.b64encode(path.encode()).decode()).unlink(missing_ok=True)
    for mark in Path("data/processed").glob(".*-of-*.unfinished"):
        stage_name, item = mark.name.strip(".").split(".")[:2]
        for path in Path(PARTS).glob(f"{item}.*.csv"):
            if stage_name == "effects" or path.name != f"{item}.effects.csv":
                path.unlink()
        mark.unlink()


scattergather:
    parts=1,


if workflow.is_main_process:
    speak()
    RUN = alone()
    tidy()
    complete()
