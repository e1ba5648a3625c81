"""One run in one folder: alone, and leaving nothing half-made that a later run would take for whole."""

import fcntl
import json
import logging
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

RUN_LOCK = Path(".snakemake/run.lock")
STAGES_LOCK = Path(".snakemake/stages.lock")
LOCKS = []  # held until the process ends


def explain_uncaught(kind, error, trace):
    """Say in words that Ctrl-C has ended the run while Snakemake planned, or at its end."""
    if kind is KeyboardInterrupt:
        print("Stopped. Run it again to go on.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def require_config():
    """Stop where this is no analysis folder. Snakemake does not read the config itself: the stages name its faults by line."""
    if not Path(CONFIG).is_file():
        raise WorkflowError(
            f"{Path.cwd()} holds no {CONFIG}. Name an analysis folder with --directory, or make one with: evidence new FOLDER."
        )
    if config:
        keys = ", ".join(sorted(config))
        raise WorkflowError(f"The plan is {CONFIG} and nothing else: type {keys} there, not behind --config or --configfile.")


def drop_incomplete_figures():
    """Where a figure of a list is gone, take the list away too, so that its rule runs and brings the figure back."""
    for index in (Path(DRAFTS, "figures/figures.json"), Path("reports/figures/figures.json")):
        if index.is_file() and not all((index.parent / page["file"]).is_file() for page in json.loads(index.read_text(encoding="utf-8"))):
            index.unlink()


def lock(handle, how):
    """Whether a lock could be had."""
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True


def hold_folder():
    """Hold this folder for one run; the kernel lets go of it however the run ends, kill -9 too, so nothing is to unlock.

    The stages of a run that was killed alone live on for some seconds and hold a lock of their own: this run waits for them.
    """
    handle = open(RUN_LOCK, "w")
    if not lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
        raise WorkflowError(f"Another run is at work in {Path.cwd()}. Wait until it has ended, then run this again.")
    with open(STAGES_LOCK, "w") as stages:
        if not lock(stages, fcntl.LOCK_EX | fcntl.LOCK_NB):
            print("A stage of a run that was killed is still at work: waiting for its end.", file=sys.stderr)
            lock(stages, fcntl.LOCK_EX)
    os.utime(RUN_LOCK)
    LOCKS.append(handle)


def require_writable_folders():
    """Stop before hours of work where its results could not be written."""
    for folder in map(Path, ("data/processed", "reports")):
        probe = folder / f".{os.getpid()}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise WorkflowError(f"{folder.absolute()}: {error.strerror}. Check that you may write there.") from None


def remove_leftovers():
    """Remove what a killed run left half-written, and parts of another number of parts."""
    for path in (*Path("data/processed").rglob(".*.part"), *Path("reports").rglob(".*.part")):
        path.unlink()
    number = len(gather.parts("{scatteritem}"))
    for path in Path(PARTS).glob("*-of-*.csv"):
        if f"-of-{number}." not in path.name:
            path.unlink()


def say_edited():
    """Name the files typed by hand that were saved after this run had begun: the next run takes them in."""
    started = RUN_LOCK.stat().st_mtime
    typed = map(Path, (CONFIG, *raw(), *texts()))
    names = [str(path) for path in typed if path.is_file() and path.stat().st_mtime > started]
    if names:
        print(f"{', '.join(names)} {'was' if len(names) == 1 else 'were'} edited while this was running. Run it again to take that in.")


sys.excepthook = explain_uncaught
logging.raiseExceptions = False  # Snakemake's log on a full disk: its traceback would bury the message of the stage
os.environ["EVIDENCE_LOCK"] = str(STAGES_LOCK.absolute())
require_config()
drop_incomplete_figures()


onstart:
    hold_folder()
    require_writable_folders()
    remove_leftovers()


onsuccess:
    say_edited()


onerror:
    say_edited()
