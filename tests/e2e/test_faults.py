"""Runs that are killed or meet each other: the plain command then finishes, with the bytes of a clean build."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLEAN_SECONDS = 6
MOMENTS = random.Random(2026).sample(range(10, 10 * CLEAN_SECONDS), 2)


def copy(folder):
    """The small example review without anything made."""
    shutil.copytree(ROOT / "examples/bcg", folder, ignore=shutil.ignore_patterns("processed", "reports", ".snakemake"))
    return folder


def start(folder):
    """A rebuild in a process group of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / ".cache")}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def finished(folder):
    """Words of a plain run, which must succeed."""
    run = start(folder)
    told, _ = run.communicate(timeout=120)
    assert run.returncode == 0, told
    return told


def made(folder):
    """Bytes of everything made."""
    places = (folder / "data/processed", folder / "reports")
    return {str(path.relative_to(folder)): path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = copy(tmp_path_factory.mktemp("clean") / "bcg")
    assert "The report is in reports/evidence.pdf" in finished(folder)
    return folder


@pytest.mark.parametrize("tenths", MOMENTS)
def test_a_killed_run_is_finished_by_the_plain_command(clean, tmp_path, tenths):
    folder = copy(tmp_path / "bcg")
    run = start(folder)
    time.sleep(tenths / 10)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    finished(folder)
    whole = {name: content for name, content in made(folder).items() if not name.endswith(".part")}
    assert whole == made(clean)


def test_a_second_run_is_told_of_the_first_and_harms_nothing(clean, tmp_path):
    folder = copy(tmp_path / "bcg")
    first = start(folder)
    while not (folder / "data/processed/studies.csv").exists():
        assert first.poll() is None
        time.sleep(0.05)
    second = start(folder)
    told, _ = second.communicate(timeout=60)
    assert second.returncode != 0
    assert f"Another run is at work in {folder}. Wait until it has ended" in told and "Traceback" not in told
    first.communicate(timeout=120)
    assert first.returncode == 0
    assert made(folder) == made(clean)


def test_an_output_deleted_by_hand_comes_back(clean, tmp_path):
    folder = tmp_path / "bcg"
    shutil.copytree(clean, folder)
    (folder / "reports/tables/pools.csv").unlink()
    finished(folder)
    assert made(folder) == made(clean)
