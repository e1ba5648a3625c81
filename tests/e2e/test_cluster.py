"""Stages in parts as jobs of an executor: the bytes of the plain commands."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.pools.parts import as_bytes, only, pooled
from evidence.store.files import read_csv, read_tables, write_csv
from evidence.store.join import by_line, in_order
from tests.e2e.test_workflow import copy_of_review

PLUGINS = Path(sys.prefix) / "plugins"
SUBMIT = """\
number=$(basename "$1" .sh | tr -cd 0-9a-zA-Z)-$$
(sh "$1" >"$JOBS/$number.log" 2>&1; echo $? >"$JOBS/$number.code") >/dev/null 2>&1 &
echo $number
"""
STATUS = """\
[ -f "$JOBS/$1.code" ] || { echo running; exit; }
[ "$(cat "$JOBS/$1.code")" = 0 ] && echo success || echo failed
"""
JOINED = ("effects", "unused", "pools", "members", "regressions", "subgroups")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Tables of the stages as their plain commands make them."""
    folder = copy_of_review(tmp_path_factory.mktemp("plain"))
    for stage in ("tables", "effects", "pools"):
        run = evidence(folder, stage)
        assert run.returncode == 0, run.stderr
    return folder


def evidence(folder, *arguments):
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    return subprocess.run([sys.executable, "-m", "evidence", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def made(folder):
    return {name: (folder / f"data/processed/{name}.csv").read_bytes() for name in JOINED}


def test_jobs_of_an_executor_make_the_same_bytes(plain, tmp_path):
    if not PLUGINS.is_dir():
        pytest.fail(f"{PLUGINS} is missing: run the tests with make test, which installs the executors there")
    folder = copy_of_review(tmp_path / "review")
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    (jobs / "submit.sh").write_text(SUBMIT, encoding="utf-8")
    (jobs / "status.sh").write_text(STATUS, encoding="utf-8")
    environment = os.environ | {
        "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{PLUGINS}",
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "JOBS": str(jobs),
    }
    command = [
        sys.executable, "-m", "snakemake", "--executor", "cluster-generic", "--jobs", "2", "--set-scatter", "parts=2",
        "--cluster-generic-submit-cmd", f"sh {jobs / 'submit.sh'}", "--cluster-generic-status-cmd", f"sh {jobs / 'status.sh'}",
        "--seconds-between-status-checks", "1", "--latency-wait", "10", "data/processed/effects.csv", "data/processed/pools.csv",
    ]  # fmt: skip
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280)
    logs = "".join(path.read_text(encoding="utf-8") for path in jobs.glob("*.log"))
    assert run.returncode == 0, run.stdout + run.stderr + logs
    assert len(list(jobs.glob("*.code"))) == 5
    assert made(folder) == made(plain)


@pytest.mark.parametrize("parts", [1, 3, 24])
def test_any_number_of_parts_makes_the_same_bytes(plain, parts):
    """Of 24 parts some are empty, since an outcome is never cut."""
    config, tables = load(plain), read_tables(plain)
    effects, unused, pools = [], [], []
    for part in range(1, parts + 1):
        frames = effects_and_unused(only(tables, f"{part}-of-{parts}"), config)
        effects.append(as_bytes({"effects": frames[0]}))
        unused.append(as_bytes({"unused": frames[1]}))
        pools.append(pooled(config, tables.conditions, tables.moderators, read_again(frames[0])))
    joined = in_order(effects) | {"unused": by_line(in_order(unused)["unused"])} | in_order(pools)
    assert joined == made(plain)


def read_again(frame):
    """A frame as the next stage reads it."""
    with tempfile.TemporaryDirectory() as name:
        write_csv(frame, Path(name) / "effects.csv")
        return read_csv(Path(name) / "effects.csv", "effects")


def test_a_missing_part_is_named(plain):
    run = evidence(plain, "pools", "--join", "2")
    assert run.returncode == 2
    assert run.stderr.count("this part has not been made. Run snakemake, which makes all parts before it joins them.") == 8


@pytest.mark.parametrize("words", [("--part", "3-of-2"), ("--part", "0-of-2"), ("--part", "half"), ("--join", "0")])
def test_a_part_that_cannot_be_is_named(plain, words):
    run = evidence(plain, "pools", *words)
    assert run.returncode == 2
    assert words[1] in run.stderr and "Traceback" not in run.stderr
