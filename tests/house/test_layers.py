"""The engine knows arrays and papers; the stages know tables; nothing below knows what is above."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/evidence"
LIBRARY = ("numerics", "measures", "models", "bias")
ALLOWED = {"numpy", "scipy", "evidence"}
STANDARD = sys.stdlib_module_names


def imports(path):
    """Every module a file imports at its top level, and those it imports inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top, inner = set(), set()
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        (top if node in tree.body else inner).update(names)
    return top, inner


LIBRARY_FILES = [path for room in LIBRARY for path in sorted((SOURCE / "engine" / room).glob("*.py"))]
ALL_FILES = sorted(SOURCE.rglob("*.py"))


def test_each_layer_knows_only_those_below_it():
    """The contracts stand in pyproject.toml; docs/architecture.md shows them."""
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=SOURCE.parents[1], capture_output=True, text=True)
    assert run.returncode == 0 and "Contracts: 3 kept, 0 broken." in run.stdout, run.stdout + run.stderr


def test_the_rooms_stand():
    for room in (*LIBRARY, "stages", "store", "words", "document", "cli"):
        assert (SOURCE / "engine" / room if room in LIBRARY else SOURCE / room).is_dir(), room
    assert len(LIBRARY_FILES) > 20


@pytest.mark.parametrize("path", LIBRARY_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_library_imports_numpy_and_scipy_only(path):
    top, inner = imports(path)
    for name in top:
        root = name.split(".")[0]
        assert root in ALLOWED or root in STANDARD, f"{path.name} imports {name} at its top"
    assert {name.split(".")[0] for name in inner} <= ALLOWED | STANDARD | {"pandas"}, path.name
    for name in top | inner:
        assert not name.startswith(("evidence.stages", "evidence.cli", "evidence.config")), f"{path.name} knows {name}"


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_modules_stay_small(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 330, f"{path.name} has {lines} lines: split it"


def test_import_loads_no_pandas_and_no_plots():
    code = (
        "import sys, evidence; heavy = {'pandas', 'matplotlib', 'seaborn', 'pymare', 'statsmodels', 'typst', 'scipy.stats', "
        "'scipy.optimize', 'scipy.special'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_one_says_todo():
    for path in ALL_FILES:
        text = path.read_text(encoding="utf-8")
        assert "TODO" not in text and "FIXME" not in text and "XXX" not in text, path.name
