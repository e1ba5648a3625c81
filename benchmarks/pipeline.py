"""How long the review takes to build: whole, with nothing to do, and after one edited number; and what each stage takes of it.

    python benchmarks/pipeline.py [--runs 5]

Builds in a temporary copy with the environment that runs this script and prints medians with minimum and maximum. Time and
memory of the stages are those that Snakemake has recorded in one more whole rebuild, in which several ran side by side. It looks at memory twice a second, too seldom for a stage of less than one, which has
none here. The last line tells how fast the machine was.
"""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ["Snakefile", "workflow", "profiles", "config", "data/raw", "src"]
FIT = "from engine import data, ev, median_of_single_fits as median; Y, V, _ = data(); print(median(ev.rma, Y, V) * 1000)"
LOOKS = 1.0  # seconds after which Snakemake has surely seen a stage at work
BUDGETS = {"whole rebuild": 7.0, "nothing to do": 2.0, "one number edited": 6.0, "evidence check": 1.0}


def copied(folder):
    """The review without anything made."""
    for name in COPIED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, target)
    return folder


def seconds(folder, *command, **more):
    """Wall time of one command, which must succeed."""
    environment = os.environ | {"PYTHONPATH": str(folder / "src")} | more
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def yardstick():
    """Milliseconds of one REML fit of 20 studies, which engine.py shows beside its peers."""
    return float(subprocess.run([sys.executable, "-c", FIT], cwd=ROOT / "benchmarks", check=True, capture_output=True, text=True).stdout)


def edit(folder, run):
    """Change one printed number: the first follow-up with a printed mean."""
    path = folder / "data/raw/measurements.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    row = next(index for index, line in enumerate(lines) if ",followup," in line and ",mean," in line)
    before, after = lines[row].split(",mean,")
    lines[row] = f"{before},mean,{float(after.split(',')[0]) + run / 10:g},{after.split(',', 1)[1]}"
    path.write_text("\n".join(lines), encoding="utf-8")


def recorded(folder):
    """Seconds and peak memory in MB of each rule of the last build."""
    found = {}
    for path in sorted((folder / ".snakemake/benchmarks").glob("*.tsv")):
        with open(path, encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        found[path.stem] = (float(row["s"]), float(row["max_rss"]) if row["max_rss"] not in ("-", "NA") else 0.0)
    return found


def timed(runs):
    """All measurements by name, those of the stages by rule, and of the yardstick."""
    build = ("snakemake", "--cores", "4")
    times, stages, fits = {name: [] for name in BUDGETS}, {}, []
    for run in range(1, runs + 1):
        fits.append(yardstick())
        with tempfile.TemporaryDirectory() as name:
            folder = copied(Path(name))
            times["whole rebuild"].append(seconds(folder, *build))
            times["nothing to do"].append(seconds(folder, *build))
            edit(folder, run)
            times["one number edited"].append(seconds(folder, *build))
            times["evidence check"].append(seconds(folder, "evidence", "check"))
            seconds(folder, *build, "--forceall")
            for rule, figures in recorded(folder).items():
                stages.setdefault(rule, []).append(figures)
    return times, stages, fits


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--runs", type=int, default=5)
    times, stages, fits = timed(arguments.parse_args().runs)
    print(f"{'':20} {'median s':>9} {'min':>6} {'max':>6} {'budget':>7}")
    for name, values in times.items():
        print(f"{name:20} {statistics.median(values):9.1f} {min(values):6.1f} {max(values):6.1f} {BUDGETS[name]:7.1f}")
    print(f"\n{'stage':20} {'median s':>9} {'MB':>6}")
    for rule, figures in stages.items():
        taken, memory = zip(*figures, strict=True)
        seconds_taken = statistics.median(taken)
        seen = f"{max(memory):.0f}" if seconds_taken >= LOOKS else "-"
        print(f"{rule:20} {seconds_taken:9.1f} {seen:>6}")
    print(f"\none REML fit of 20 studies meanwhile: {statistics.median(fits):.2f} ms ({min(fits):.2f} to {max(fits):.2f})")


if __name__ == "__main__":
    main()
