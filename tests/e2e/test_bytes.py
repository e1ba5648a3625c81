"""The same input makes the same bytes: another folder, time zone, language, hash seed, file mode, day and processor; and the PDF says what the tables hold."""

import io
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest

from evidence.document.blocks import count, effect_words

ROOT = Path(__file__).parents[2]
STAGES = ("tables", "effects", "pools", "opinion", "verdicts", "changes", "figures", "report", "page", "workbook", "publish")


def older_processor():
    """Settings with which NumPy and OpenBLAS leave unused what only newer processors can do: sums and logarithms round otherwise."""
    newer = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    settings = {"NPY_DISABLE_CPU_FEATURES": ",".join(newer)} if newer else {}
    return settings | ({"OPENBLAS_CORETYPE": "Nehalem"} if platform.machine() == "x86_64" else {})


PLACES = {
    "here": {"TZ": "UTC", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "0"},
    "a long way from there": {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "4321"}
    | older_processor(),
}
# The second build runs on another day: the clock is replaced before the program is imported.
RUN = """
import os, sys, time
os.umask(int(sys.argv[1], 8))
shift = float(sys.argv[2])
real = time.time
time.time = lambda: real() + shift
from evidence.cli.cli import main
for stage in sys.argv[3:]:
    if main([stage]):
        sys.exit(f"{stage} failed")
"""


def built(folder, review, environment, umask, shift):
    """Copy a review and run every stage of it in one process per stage group; all that is made, by name."""
    shutil.copytree(
        review, folder, ignore=shutil.ignore_patterns("processed", "reports", "examples", ".*", "src", "tests", "docs", "workflow")
    )
    if (review / "reports/released").is_dir():
        shutil.copytree(review / "reports/released", folder / "reports/released")
    command = [sys.executable, "-c", RUN, umask, shift, *STAGES]
    run = subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | environment,
                         capture_output=True, text=True, timeout=280)  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    files = [path for place in ("data/processed", "reports") for path in sorted((folder / place).rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module", params=["examples/bcg", "."], ids=["bcg", "review"])
def both(request, tmp_path_factory):
    review = ROOT / request.param
    places = [tmp_path_factory.mktemp("bytes") / name for name in PLACES]
    ways = zip(places, PLACES.values(), ("022", "077"), ("0", "34560000"), strict=True)
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda way: built(way[0], review, *way[1:]), ways))


def test_every_file_has_the_same_bytes(both):
    one, other = both
    assert one.keys() == other.keys()
    assert not [name for name in one if one[name] != other[name]]


def test_nothing_is_left_out_of_the_comparison(both):
    one, _ = both
    for name in ("reports/evidence.pdf", "reports/index.html", "reports/tables/evidence.xlsx", "reports/tables/pools.csv",
                 "reports/figures/figures.json", "data/processed/changes.csv"):  # fmt: skip
        assert len(one[name]) > 40, name
    assert sum(name.endswith(".svg") for name in one) >= 1


@pytest.mark.parametrize("kind", ["Figure", "Table"])
def test_figures_and_tables_stand_in_the_order_of_their_numbers(both, kind):
    made, _ = both
    pages = pypdf.PdfReader(io.BytesIO(made["reports/evidence.pdf"])).pages
    found = [[int(number) for number in re.findall(rf"^{kind} (\d+)\.", page.extract_text(), re.M)] for page in pages]
    numbers = [number for page in found for number in sorted(page)]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 1


def test_the_pdf_prints_every_headline_number_and_verdict(both):
    made, _ = both
    tables = {
        name: pd.read_csv(io.BytesIO(made[f"reports/tables/{name}.csv"]), keep_default_na=False, na_values=[""])
        for name in ("pools", "verdicts")
    }
    outcomes = pd.read_csv(io.BytesIO(made["data/processed/outcomes.csv"]))
    shown = set(outcomes.loc[outcomes["headline"] == "yes", "outcome"])
    pages = pypdf.PdfReader(io.BytesIO(made["reports/evidence.pdf"])).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    pools = tables["pools"]
    headline = pools[(pools["analysis"] == "headline") & pools["outcome"].isin(shown)]
    assert len(headline) >= 1
    for row in headline.itertuples():
        words = effect_words(row)
        if row.stratum == "all":
            words = f"{row.k:.0f} {count(row.n)} {words}"
        assert words.replace(" ", "") in text, row.id
    for row in tables["verdicts"].itertuples():
        assert row.claim_id in text and row.verdict in text.lower(), row.claim_id
