"""One run in one folder: alone, quiet, and leaving nothing half-made that a later run would take for whole."""

import atexit
import base64
import fcntl
import gc
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

STAGES_LOCK = ".snakemake/stages.lock"
FORKSERVER = ".snakemake/forkserver"
PARTS_OF = {"effects": ("effects", "unused"), "pools": ("pools", "members", "regressions", "subgroups")}
SAID_BY_STAGE = ("returned non-zero exit status 2.", "returned non-zero exit status 130.", "Restored previous version of",
                 "Exiting because a job execution failed", "At least one job did not complete", "Cannot restore")


def uncaught(kind, error, trace):
    """Words for an error that nobody has caught: Ctrl-C while Snakemake plans, or ends, is none to trace back."""
    if kind is KeyboardInterrupt:
        print("Stopped. Run it again to go on.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def planned():
    """Stop where this is no analysis folder. Snakemake is not asked to read the config: the stages name its faults by line."""
    if not Path(CONFIG).is_file():
        raise WorkflowError(f"{Path.cwd()} holds no {CONFIG}. Name an analysis folder with --directory, or make one with: evidence new FOLDER.")


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


def import_program():
    """Start what stages on this machine are copied from. It is begun while Snakemake plans, on another processor.

    Snakemake then sees the memory of those that wait for the copies; EVIDENCE_FORKSERVER=no leaves each stage a process of its own.
    """
    if sys.platform != "linux" or os.environ.get("EVIDENCE_FORKSERVER") == "no" or workflow.output_settings.dryrun:
        return None
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C is for the copies, which hear it again
    server = subprocess.Popen([sys.executable, "-m", "evidence.cli.forkserver", FORKSERVER], stdin=subprocess.PIPE)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    atexit.register(end, server, Path(FORKSERVER).absolute())  # Snakemake leaves the folder before it ends
    return server


def end(server, address):
    """Stop the server, which may still be importing, and take its addresses away: tools that copy folders stumble over them."""
    server.kill()
    server.wait()
    for path in address.parent.glob(f"{address.name}*"):
        path.unlink()


def begin():
    """What only the run itself knows, when its jobs are about to start.

    On this machine the run ends with its last job (Snakemake would wait out the second over which it counts jobs), and
    stages are copies of the server and hold the lock that alone() waits for.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None
        os.environ["EVIDENCE_LOCK"] = str(Path(STAGES_LOCK).absolute())
        os.environ.setdefault("EVIDENCE_FORKSERVER", FORKSERVER)
    elif SERVER:
        SERVER.kill()


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
        command, item = mark.name.strip(".").split(".")[:2]
        for table in PARTS_OF[command]:
            Path(PARTS, f"{item}.{table}.csv").unlink(missing_ok=True)
        mark.unlink()


if workflow.is_main_process:
    sys.excepthook = uncaught
    gc.freeze()  # the search of Snakemake's own modules for cycles takes a third of a second at its end
    planned()
    speak()
    RUN = alone()
    SERVER = import_program()
    tidy()
    complete()


onstart:
    begin()


onsuccess:
    if any(job.rule.name == "report" for job in workflow.persistence.dag.jobs):
        print("The report is in reports/evidence.pdf")
    say_edited()


onerror:
    say_edited()
