"""What is made again, and what is not, after an edit: nothing stale, nothing for nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_workflow import copy_of_review, snakemake

ROOT = Path(__file__).parents[2]
WATCH = """
import os, sys
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[1] in ("r", "rb", None):
        os.write(OPENED, (os.path.abspath(arguments[0]) + chr(10)).encode())
words = sys.orig_argv
if "-m" in words and words[words.index("-m") + 1] == "evidence":
    rule = words[words.index("-m") + 2] + ("_part" if "--part" in words else "")
    OPENED = os.open(os.environ["EVIDENCE_OPENED"] + "/" + rule, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    sys.addaudithook(note)
"""
FAIL = "import sys\nif sys.orig_argv[-1] == '{stage}': sys.exit(3)\n"


def built(folder, *arguments, hook=None, **more):
    """Words of a plain run; `hook` is code that each stage runs at its start."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / ".cache")} | more
    if hook:
        place = folder / ".hook"
        place.mkdir(exist_ok=True)
        (place / "sitecustomize.py").write_text(hook, encoding="utf-8")
        environment["PYTHONPATH"] += os.pathsep + str(place)
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)


def finished(folder, **more):
    run = built(folder, **more)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


def state(folder):
    """Time and bytes of everything made."""
    places = (folder / "data/processed", folder / "reports")
    return {path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
            for place in places for path in place.rglob("*") if path.is_file()}  # fmt: skip


def content(folder):
    return {name: written for name, (_, written) in state(folder).items()}


def edit(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean") / "bcg"
    shutil.copytree(ROOT / "examples/bcg", folder, ignore=shutil.ignore_patterns("processed", "reports", ".snakemake"))
    opened = folder / ".opened"
    opened.mkdir()
    finished(folder, hook=WATCH, EVIDENCE_OPENED=str(opened))
    return folder


@pytest.fixture
def folder(clean, tmp_path):
    """A built review of its own."""
    shutil.copytree(clean, tmp_path / "bcg")
    return tmp_path / "bcg"


def test_every_file_that_a_stage_reads_is_an_input_of_its_rule(clean):
    """The program's own files are params of every rule, as one digest."""
    declared = {}
    for line in built(clean, "--detailed-summary").stdout.splitlines():
        cells = line.split("\t")
        if len(cells) > 4 and cells[2] != "rule":
            declared.setdefault(cells[2], set()).update(Path(clean, name) for name in cells[4].split(","))
    opened = {path.name: {Path(line) for line in path.read_text().splitlines()} for path in (clean / ".opened").iterdir()}
    assert set(opened) == set(declared)
    rooms = [clean / name for name in ("data", "config", "reports")]
    for stage, paths in opened.items():
        ours = {path for path in paths if path.is_file() and path.suffix != ".svg" and any(path.is_relative_to(room) for room in rooms)}
        assert {path for path in ours - declared[stage] if not path.name.startswith(".")} == set(), stage


def test_one_edited_number_moves_what_depends_on_it_and_nothing_else(tmp_path):
    folder = copy_of_review(tmp_path)
    assert snakemake(folder).returncode == 0
    before = state(folder)
    edit(folder / "data/raw/measurements.csv", ",270.6,", ",271.6,")
    run = snakemake(folder)
    assert run.returncode == 0, run.stdout + run.stderr
    after = state(folder)
    assert set(after) == set(before)
    figures = [name for name in after if name.endswith(".svg")]
    redrawn = {name for name in figures if after[name][0] != before[name][0]}
    assert redrawn == {name for name in figures if after[name][1] != before[name][1]}
    drawn = {name for name in redrawn if name.startswith("reports/")}
    assert redrawn == drawn | {f"data/processed/{name}" for name in drawn}
    assert drawn == {
        "reports/figures/forest-testosterone-before_after-ROM-1.svg", "reports/figures/forest-testosterone-before_after-ROM-2.svg",
        "reports/figures/sensitivity-testosterone-before_after.svg", "reports/figures/bias-weights.svg",
    }  # fmt: skip
    tables = {
        name.removeprefix("reports/tables/")
        for name in after
        if name.endswith(".csv") and "reports/tables" in name and after[name][1] != before[name][1]
    }
    assert {"effects.csv", "pools.csv", "members.csv", "sensitivity.csv"} <= tables
    assert not tables & {"missing.csv", "citations.csv", "flow.csv", "prisma.csv", "reported.csv"}


def test_a_key_of_the_plan_and_a_formula_run_again_what_depends_on_them(folder, tmp_path):
    edit(folder / "config/config.yaml", "test: adhoc", "test: z")
    told = finished(folder)
    assert "pools    " in told and "report   " in told
    program = tmp_path / "program"
    for name in ("Snakefile", "workflow", "profiles", "src"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        program.mkdir(exist_ok=True)
        copy(ROOT / name, program / name)
    run = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(program / "src"), "XDG_CACHE_HOME": str(folder / ".cache")}
    subprocess.run(run, cwd=program, env=environment, check=True, capture_output=True)
    module = program / "src/evidence/engine/models/maxima.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    done = subprocess.run(run, cwd=program, env=environment, check=True, capture_output=True, text=True)
    told = done.stdout + done.stderr
    assert "tables   " in told and "pools    " in told and "report   " in told


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """What a clean build of an edited table makes."""
    folder = tmp_path_factory.mktemp("edited") / "bcg"
    shutil.copytree(ROOT / "examples/bcg", folder, ignore=shutil.ignore_patterns("processed", "reports", ".snakemake"))
    edit(folder / "data/raw/measurements.csv", ",4,", ",5,")
    finished(folder)
    return content(folder)


@pytest.mark.parametrize("stage", ["tables", "figures", "report"])
def test_a_stage_that_failed_is_run_again_by_the_plain_command(folder, edited, stage):
    """Snakemake puts the last outputs back with a new time: they must not be taken for new ones."""
    edit(folder / "data/raw/measurements.csv", ",4,", ",5,")
    failed = built(folder, hook=FAIL.format(stage=stage))
    assert failed.returncode != 0
    shutil.rmtree(folder / ".hook")
    finished(folder)
    assert content(folder) == edited


def test_whatever_is_deleted_by_hand_comes_back(folder):
    before = content(folder)
    figure = next(name for name in before if name.endswith(".svg"))
    for name in ("reports/evidence.pdf", "reports/index.html", "reports/tables/evidence.xlsx", "reports/tables/verdicts.csv", figure):
        (folder / name).unlink()
    finished(folder)
    assert content(folder) == before
