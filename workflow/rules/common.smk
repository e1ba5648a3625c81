"""What the rules share: how to call the program, and the code each rule depends on."""

import fcntl
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

EVIDENCE = f"{sys.executable} -m evidence"
SOURCE = Path(workflow.basedir) / "src" / "evidence"
CONFIG = "config/config.yaml"
SCHEMAS = sorted((SOURCE / "schema").glob("*.yaml"))
VERDICTS = ["verdicts", "verdict_outcomes", "contrasts", "certainty", "certainty_steps", "sensitivity", "robustness", "missing",
            "reported", "map", "citations", "published", "regression_to_mean", "bias_weights", "flow", "left_out", "prisma"]
RAW_TABLES = [path.stem for path in SCHEMAS if "\nmade: true" not in path.read_text(encoding="utf-8")]


def raw():
    """Every table of the evidence base."""
    return sorted(str(path) for path in Path("data/raw").glob("*.csv"))


def processed(*names):
    """Made tables by name."""
    return [f"data/processed/{name}.csv" for name in names]


def code(*names):
    """Files of the program whose change must run a rule again: Snakemake does not see imported code."""
    found = [path for name in names for path in SOURCE.glob(name) if path.is_file() and path.suffix != ".pyc"]
    return sorted(map(str, found))


def alone():
    """Hold this folder for one run; the kernel lets go of it however the run ends, kill -9 too, so nothing is to unlock."""
    Path(".snakemake").mkdir(exist_ok=True)
    handle = open(".snakemake/run.lock", "w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorkflowError(f"Another run is at work in {Path.cwd()}. Wait until it has ended, then run this again.")
    return handle


if workflow.is_main_process:
    RUN = alone()
