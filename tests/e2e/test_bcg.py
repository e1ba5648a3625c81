"""A second review, from counts to PDF: no line of the program knows it, and its numbers are metafor's."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pypdf
import pytest

import evidence as ev
from tests.support.browser import data_of

ROOT = Path(__file__).parents[2]
NAMED = json.loads((ROOT / "tests/reference/metafor_models.json").read_text(encoding="utf-8"))["datasets"]["bcg_rr"]
DATA, METAFOR = NAMED["data"], NAMED["reference"]
TIGHT = {"rel": 1e-8, "abs": 1e-10}


@pytest.fixture(scope="module")
def bcg(tmp_path_factory):
    """The example, built in a copy by the command of docs/new-topic.md."""
    folder = tmp_path_factory.mktemp("reviews") / "bcg"
    shutil.copytree(ROOT / "examples/bcg", folder, ignore=shutil.ignore_patterns("processed", "reports", ".snakemake"))
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / ".cache")}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="module")
def table(bcg):
    return lambda name: pd.read_csv(bcg / f"reports/tables/{name}.csv")


@pytest.fixture(scope="module")
def effects(bcg, table):
    """Effects in the order of studies.csv, which is that of the reference."""
    order = pd.read_csv(bcg / "data/raw/studies.csv")["study_id"]
    return table("effects").set_index("study_id").loc[order]


@pytest.fixture(scope="module")
def pools(table):
    return table("pools").set_index("id")


def test_effects_are_the_log_risk_ratios_of_the_reference(effects):
    assert effects["yi"].to_numpy() == pytest.approx(DATA["yi"], **TIGHT)
    assert effects["vi"].to_numpy() == pytest.approx(DATA["vi"], **TIGHT)
    assert (effects["route"] == "counts").all() and (effects["headline"] == "yes").all()


def test_the_pool_is_metafors(pools):
    pool, theirs = pools.loc["tuberculosis.versus_control.all.headline"], METAFOR["REML_z"]
    for name in ("estimate", "tau2", "I2", "H2", "Q", "Q_p"):
        assert pool[name] == pytest.approx(theirs[name], **TIGHT), name
    assert pool["estimate"] == pytest.approx(-0.7145323, abs=5e-8)
    assert pool["tau2"] == pytest.approx(0.3132433, abs=5e-8)
    plain = pools.loc["tuberculosis.versus_control.all.test_z"]
    for name in ("estimate", "se", "ci_low", "ci_high", "stat", "p", "pi_low", "pi_high"):
        assert plain[name] == pytest.approx(theirs[name], **TIGHT), name
    knapp_hartung = pools.loc["tuberculosis.versus_control.all.test_knha"]
    for name in ("se", "ci_low", "ci_high", "stat", "p", "df", "pi_low", "pi_high"):
        assert knapp_hartung[name] == pytest.approx(METAFOR["REML_knha"][name], **TIGHT), name


def test_the_pool_is_the_engines_by_the_test_of_the_config(effects, pools):
    pool = pools.loc["tuberculosis.versus_control.all.headline"]
    fit = ev.rma(effects["yi"], effects["vi"], method=pool["method"], test=pool["test"])
    for name in ("estimate", "se", "ci_low", "ci_high", "stat", "p", "df", "pi_low", "pi_high"):
        assert pool[name] == pytest.approx(getattr(fit, name), **TIGHT), name
    assert pool["effect"] == pytest.approx(0.489421, abs=5e-7)


def test_strata_by_allocation_are_metafors_subgroups(pools):
    theirs = METAFOR["subgroups_separate_tau2"]
    for label, k, estimate, tau2 in zip(*(theirs[name] for name in ("levels", "k", "estimate", "tau2")), strict=True):
        pool = pools.loc[f"tuberculosis.versus_control.allocation-{label}.headline"]
        assert tuple(pool[["k", "estimate", "tau2"]]) == pytest.approx((k, estimate, tau2), **TIGHT), label


def test_the_test_between_them_is_metafors_by_either_tau2(bcg, table):
    (row,) = table("subgroups").to_dict("records")
    own, common = METAFOR["subgroups_separate_tau2"], METAFOR["subgroups_common_tau2"]
    assert [row[name] for name in ("Q_between", "Q_between_df", "Q_between_p")] == pytest.approx(
        [own[name] for name in ("Q_between", "df", "p")], **TIGHT
    )
    assert [row[name] for name in ("QM", "QM_p", "tau2")] == pytest.approx([common[name] for name in ("QM", "p", "tau2")], **TIGHT)
    line = "Allocation: Q = 1.86, df = 2, p = 0.39; Knapp-Hartung F = 0.88, df = 2 and 10, p = 0.44."
    pages = " ".join(page.extract_text() for page in pypdf.PdfReader(bcg / "reports/evidence.pdf").pages)
    assert f"Test for subgroup differences. {line}" in " ".join(pages.split())
    assert [words for *_, words in data_of(bcg / "reports/index.html")["subgroups"]] == [line]


def test_the_regression_on_latitude_is_metafors(table):
    rows = table("regressions")
    assert list(rows["coefficient"]) == ["intercept", "slope"]
    assert set(rows["id"]) == {"tuberculosis.versus_control.latitude"}
    theirs = METAFOR["metareg_REML_z"]
    assert rows["estimate"].to_numpy() == pytest.approx(theirs["estimate"], **TIGHT)
    for name in ("tau2", "I2", "H2", "R2", "Q", "Q_p"):
        assert rows[name].to_numpy() == pytest.approx([theirs[name]] * 2, **TIGHT), name
    adjusted = METAFOR["metareg_REML_knha"]
    for name in ("se", "ci_low", "ci_high", "stat", "p"):
        assert rows[name].to_numpy() == pytest.approx(adjusted[name], **TIGHT), name
    for name in ("QM", "QM_p"):
        assert rows[name].to_numpy() == pytest.approx([adjusted[name]] * 2, **TIGHT), name
    assert list(rows["k"]) == [13, 13] and list(rows["without"]) == [0, 0]


def test_nothing_is_left_out(bcg, table):
    used = {int(line) for lines in table("effects")["lines"] for line in str(lines).split(";")}
    assert used == set(range(2, 28))
    assert not len(table("unused"))


def test_the_report_is_built(bcg):
    pages = pypdf.PdfReader(bcg / "reports/evidence.pdf").pages
    words = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "BCG vaccine and tuberculosis" in words
    assert "0.49 (0.33 to 0.73)" in words
    assert list((bcg / "reports/figures").glob("*.svg"))


def test_no_file_of_the_program_knows_it():
    secrets = ("tuberculosis", "vaccin", "latitude", "bcg")
    for path in sorted((ROOT / "src/evidence").rglob("*")):
        if path.suffix in (".py", ".yaml", ".md", ".typ") and path.is_file():
            text = path.read_text(encoding="utf-8").lower()
            assert not [word for word in secrets if word in text], path
