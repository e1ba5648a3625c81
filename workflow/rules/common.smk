"""What the rules share: how to call the program, and the code each rule depends on."""

import sys
from pathlib import Path

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
