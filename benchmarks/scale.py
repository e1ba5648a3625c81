"""How time and memory grow with the number of outcomes.

    python benchmarks/scale.py [--outcomes 10 100 1000 10000] [--studies 50]

Writes synthetic evidence bases in a temporary folder, runs tables, effects and pools on each as the workflow does, and
prints seconds and peak memory of each stage, how many times the time of the size before the whole took, and how often the
95% intervals of the headline pools hold the truth. Each pool is run as headline and in ten sensitivity analyses.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from make_evidence import make

STAGES = ("tables", "effects", "pools")
WATCHED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def measured(stage, folder):
    """Seconds and peak memory in GB of one stage, that of its largest process."""
    start = time.perf_counter()
    command = [sys.executable, "-c", WATCHED, sys.executable, "-m", "evidence", stage, str(folder)]
    run = subprocess.run(command, env=os.environ, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, int(run.stdout) / 1024**2


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def coverage(folder):
    """Share of headline intervals that hold the true mean."""
    truth = {row["outcome"]: float(row["mu"]) for row in rows(folder / "truth.csv")}
    pools = [row for row in rows(folder / "data/processed/pools.csv") if row["analysis"] == "headline"]
    return sum(float(row["ci_low"]) <= truth[row["outcome"]] <= float(row["ci_high"]) for row in pools) / len(pools)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--outcomes", type=int, nargs="+", default=[10, 100, 1000, 10_000])
    parser.add_argument("--studies", type=int, default=50)
    given = parser.parse_args()
    head = "".join(f"{stage:>9} s {stage:>8} GB" for stage in STAGES)
    print(f"{'outcomes':>8}{head}{'whole s':>10}{'times':>7}{'coverage':>10}")
    before = None
    for outcomes in given.outcomes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "review"
            make(folder, outcomes, given.studies)
            found = [measured(stage, folder) for stage in STAGES]
            whole = sum(seconds for seconds, _ in found)
            cells = "".join(f"{seconds:11.1f} {memory:11.2f}" for seconds, memory in found)
            times = f"{whole / before:.1f}" if before else ""
            print(f"{outcomes:>8}{cells}{whole:>10.1f}{times:>7}{coverage(folder):>10.3f}", flush=True)
            before = whole


if __name__ == "__main__":
    main()
