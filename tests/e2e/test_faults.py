"""Runs that are killed, stopped, out of room or meet each other: the plain command then finishes, with the bytes of a clean build."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import SENT

ROOT = Path(__file__).parents[2]
# make faults kills thirty runs of everything; else a few of the run up to the figures, which have the costliest stages behind them.
KILLS = int(os.environ.get("EVIDENCE_KILLS", 0))
TARGETS = () if KILLS else ("data/processed/reports/figures/figures.json",)
# Shares of a whole run's time.
MOMENTS = [round(random.Random(2026 + number).uniform(0.02, 0.98), 3) for number in range(KILLS or 2)]


def copy(folder):
    """The small example review without anything made."""
    shutil.copytree(ROOT / "examples/bcg", folder, ignore=shutil.ignore_patterns("processed", "reports", ".snakemake"))
    return folder


SLOW = """
import sys, time
def wait(event, arguments):
    if event == "open" and "{file}" in str(arguments[0]) and arguments[1] == "w":
        open(".waiting", "a").close()
        time.sleep(6)
if sys.orig_argv[2:3] == ["evidence"]:
    sys.addaudithook(wait)
"""


def start(folder, hook="", targets=TARGETS):
    """A rebuild in a process group of its own; `hook` is code that each process runs at its start."""
    (folder / ".hook").mkdir(exist_ok=True)
    (folder / ".hook/sitecustomize.py").write_text(hook, encoding="utf-8")
    path = f"{ROOT / 'src'}{os.pathsep}{folder / '.hook'}"
    environment = os.environ | {"PYTHONPATH": path, "XDG_CACHE_HOME": str(folder / ".cache")}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder), *targets]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def finished(folder, targets=TARGETS):
    """Words of a plain run, which must succeed."""
    run = start(folder, targets=targets)
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
    begun = time.monotonic()
    assert ("The report is in" in finished(folder)) == (not TARGETS)
    (folder / ".seconds").write_text(str(time.monotonic() - begun))
    return folder


def until(run, found):
    """Wait for a moment of a run."""
    while not found():
        assert run.poll() is None, run.communicate()[0]
        time.sleep(0.01)


def stopped(run, kill, sign):
    """End a run by a signal to its whole group or to itself, and return its words."""
    kill(run.pid, sign)
    return run.communicate(timeout=60)[0]


@pytest.mark.parametrize("share", MOMENTS)
def test_a_killed_run_is_finished_by_the_plain_command(clean, tmp_path, share):
    folder = copy(tmp_path / "bcg")
    run = start(folder)
    time.sleep(share * float((clean / ".seconds").read_text()))
    stopped(run, os.killpg, signal.SIGKILL)
    finished(folder)
    assert made(folder) == made(clean)


def test_stages_that_outlive_a_killed_run_are_waited_for(clean, tmp_path):
    folder = copy(tmp_path / "bcg")
    run = start(folder, SLOW.format(file="1-of-1.effects"))
    until(run, (folder / ".waiting").exists)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert "A stage of a run that was killed is still at work: waiting for its end." in finished(folder)
    assert made(folder) == made(clean)


@pytest.mark.parametrize("stage", ["effects", "pools"])
def test_a_part_that_was_killed_is_made_again_and_no_other(clean, tmp_path, stage):
    folder = copy(tmp_path / "bcg")
    run = start(folder, SLOW.format(file=f"1-of-1.{stage}"))
    until(run, (folder / ".waiting").exists)
    stopped(run, os.killpg, signal.SIGKILL)
    finished(folder)
    assert made(folder) == made(clean)


@pytest.mark.parametrize(("stage", "file"), [("effects", "1-of-1.effects"), ("figures", "figures.json")])
def test_a_run_stopped_at_the_keyboard_says_so_and_is_finished_by_the_plain_command(clean, tmp_path, stage, file):
    folder = copy(tmp_path / "bcg")
    run = start(folder, SLOW.format(file=file))
    until(run, (folder / ".waiting").exists)
    told = stopped(run, os.killpg, signal.SIGINT)
    assert run.returncode != 0
    assert f"{stage}: stopped; what it would have written is as it was.\n" in told
    assert "Traceback" not in told and "non-zero exit status" not in told, told
    finished(folder)
    assert made(folder) == made(clean)


def test_a_run_stopped_while_it_is_planned_says_so_in_a_line(clean, tmp_path):
    folder = copy(tmp_path / "bcg")
    run = start(folder, SENT.format(event="open", file="run.lock", sign="SIGINT"))
    told, _ = run.communicate(timeout=60)
    assert run.returncode == -signal.SIGINT
    assert told.splitlines()[1:] == ["Stopped. Run it again to go on."]
    finished(folder)
    assert made(folder) == made(clean)


@pytest.fixture
def mounted():
    """Mounts a folder in another way, and ends that after the test."""
    places = []

    def mount(folder, *arguments):
        if not places:
            places.append(folder)
        subprocess.run(["mount", *arguments, str(folder)], check=True)

    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("FULL AND READ-ONLY DISKS ARE NOT TESTED: mounting needs root")
    yield mount
    for place in places:
        subprocess.run(["umount", "--recursive", str(place)], check=True)


def test_a_full_disk_is_named_and_the_plain_command_finishes_when_there_is_room(clean, tmp_path, mounted):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted(disk, "-t", "tmpfs", "-o", "size=900k", "tmpfs")
    folder = copy(disk / "bcg")
    run = start(folder)
    told, _ = run.communicate(timeout=120)
    assert run.returncode != 0
    assert "No space left on device. Check that the path is right, that you may write there, and that the disk has room." in told
    assert "Traceback" not in told, told
    mounted(disk, "-o", "remount,size=200m")
    finished(folder)
    assert made(folder) == made(clean)


def test_reports_that_may_not_be_written_are_named(tmp_path, mounted):
    folder, whole = copy(tmp_path / "bcg"), copy(tmp_path / "whole" / "bcg")
    finished(whole, targets=())
    reports = folder / "reports"
    reports.mkdir()
    mounted(reports, "--bind", str(reports))
    mounted(reports, "-o", "remount,bind,ro")
    run = start(folder, targets=())
    told, _ = run.communicate(timeout=120)
    assert run.returncode != 0
    assert "Read-only file system" in told and "Traceback" not in told, told
    mounted(reports, "-o", "remount,bind,rw")
    finished(folder, targets=())
    assert made(folder) == made(whole)


@pytest.mark.parametrize("seen", ["data/processed/studies.csv", "data/processed/effects.csv"])
def test_a_table_edited_while_the_run_is_on_is_taken_in_by_the_next(tmp_path, seen):
    """The first file appears when the stage tables has read all and is still writing.

    The page and the report name a row that is not as it was, and then the run ends with that.
    """
    folder, fresh = copy(tmp_path / "bcg"), copy(tmp_path / "fresh" / "bcg")
    run = start(folder)
    until(run, (folder / seen).exists)
    for one in (folder, fresh):
        table = one / "data/raw/measurements.csv"
        table.write_text(table.read_text(encoding="utf-8").replace(",4,", ",5,", 1), encoding="utf-8")
    told, _ = run.communicate(timeout=120)
    assert run.returncode == 0 or "data/raw/measurements.csv:2: the row has changed since the tables were built." in told, told
    assert "Traceback" not in told
    assert "data/raw/measurements.csv was edited while this was running. Run it again to take that in." in told
    finished(folder)
    finished(fresh)
    assert made(folder) == made(fresh)


def test_what_was_made_of_an_outcome_goes_with_it(clean, tmp_path):
    folder = copy(tmp_path / "bcg")
    kept = {name: (folder / f"data/raw/{name}.csv").read_bytes() for name in ("outcomes", "measurements")}
    for name, content in kept.items():
        header, *rows = content.decode().splitlines()
        more = [row.replace("tuberculosis", "leprosy") for row in rows]
        (folder / f"data/raw/{name}.csv").write_text("\n".join([header, *rows, *more]) + "\n", encoding="utf-8")
    finished(folder)
    assert {name for name in made(folder) if "forest-leprosy" in name}
    for name, content in kept.items():
        (folder / f"data/raw/{name}.csv").write_bytes(content)
    finished(folder)
    assert made(folder) == made(clean)


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
