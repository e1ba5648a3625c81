"""The whole workflow in a copy, as a user runs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pypdf
import pytest
import yaml

ROOT = Path(__file__).parents[2]
COPIED = ["Snakefile", "workflow", "profiles", "config", "data/raw", "src"]


def snakemake(folder, *arguments):
    """Run Snakemake in `folder` with the environment of these tests."""
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "XDG_CACHE_HOME": str(folder / ".cache")}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280)


def copy_of_review(folder):
    for name in COPIED:
        source = ROOT / name
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, target)
    return folder


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    folder = copy_of_review(tmp_path_factory.mktemp("review"))
    run = snakemake(folder)
    assert run.returncode == 0, run.stdout + run.stderr
    folder.joinpath(".first").write_text(run.stderr + run.stdout, encoding="utf-8")
    return folder


def test_everything_is_made(review):
    assert (review / "reports/evidence.pdf").read_bytes().startswith(b"%PDF")
    for name in ("effects", "pools", "members", "opinion", "flags", "unused"):
        assert (review / f"reports/tables/{name}.csv").stat().st_size > 0
    assert list((review / "reports/figures").glob("*.svg"))


def test_every_column_of_every_made_table_is_in_its_schema(review):
    for path in sorted((review / "reports/tables").glob("*.csv")):
        stated = yaml.safe_load((ROOT / f"src/evidence/store/schemas/{path.stem}.yaml").read_text(encoding="utf-8"))
        header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        assert header == [field["name"] for field in stated["fields"]], path.name


def test_the_report_prints_every_verdict(review):
    verdicts = pd.read_csv(review / "reports/tables/verdicts.csv")
    pages = pypdf.PdfReader(review / "reports/evidence.pdf").pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    claims = pd.read_csv(review / "data/raw/claims.csv").set_index("claim_id")["claim"]
    assert sorted(verdicts["claim_id"]) == sorted(claims.index)
    decided = verdicts[verdicts["verdict"] != "untested"]
    assert decided["decided_by"].notna().all()
    for row in verdicts.itertuples():
        assert f"{row.claim_id} {claims[row.claim_id].rstrip('.')}. {row.verdict} " in text


def test_shah_2021_reads_as_printed(review):
    effects = pd.read_csv(review / "reports/tables/effects.csv").set_index("id")
    shah = effects.loc["shah2021.anastrozole_bmi25.testosterone.before_after"]
    assert shah["printed"].startswith("270.6 (± 68.0 read as SD) to 412.0 (± 133.1 read as SD) ng/dL")
    assert shah["effect"] == pytest.approx(100 * (412.0 / 270.6 - 1), abs=1e-9)
    assert round(shah["effect"], 1) == 52.3


PROFILE = "Using workflow specific profile profiles/default for setting default command line arguments."


def test_a_run_says_a_line_for_each_stage_and_the_report_last(review):
    lines = review.joinpath(".first").read_text(encoding="utf-8").splitlines()
    stages = ("tables", "effects", "pools", "opinion", "verdicts", "changes", "figures", "page", "workbook", "report")
    assert lines[0] == PROFILE
    assert sorted(line.split()[0] for line in lines[1:-1]) == sorted(stages)
    assert lines[-1] == "The report is in reports/evidence.pdf"
    pools = pd.read_csv(review / "reports/tables/pools.csv")
    headline = int((pools["analysis"] == "headline").sum())
    assert any(line.startswith(f"pools    {headline} headline pools, {len(pools)} with sensitivity analyses") for line in lines)


def test_second_run_has_nothing_to_do(review):
    run = snakemake(review)
    assert run.returncode == 0
    assert (run.stdout + run.stderr).splitlines() == [PROFILE, "Nothing to be done (all requested files are present and up to date)."]


def test_verbose_tells_all(review):
    told = snakemake(review, "--verbose", "--forcerun", "changes", "--until", "changes").stderr
    assert all(
        words in told for words in ("Job stats:", "rule changes:", "reason: Forced execution", "steps (17%) done", "Complete log(s)")
    )


def test_bad_input_is_named_and_reports_stay(review, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(review, folder)
    before = (folder / "reports/evidence.pdf").read_bytes()
    raw = folder / "data/raw/measurements.csv"
    lines = raw.read_text(encoding="utf-8").split("\n")
    assert ",270.6," in lines[83]
    lines[83] = lines[83].replace(",270.6,", ",about 270,")
    raw.write_text("\n".join(lines), encoding="utf-8")
    run = snakemake(folder)
    assert run.returncode != 0
    assert (run.stdout + run.stderr).splitlines() == [
        PROFILE,
        'data/raw/measurements.csv:84 value: "about 270" is no number. Type a number such as 13.4, or leave the cell empty where the source '
        "states none.",
        "1 problem to mend; the reports of the last good run are as they were.",
    ]
    assert (folder / "reports/evidence.pdf").read_bytes() == before


def test_a_slip_in_the_plan_is_named_by_its_line_and_a_folder_without_one_by_its_name(tmp_path):
    folder = copy_of_review(tmp_path / "slip")
    plan = folder / "config/config.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("\npools:", "\npools: x"), encoding="utf-8")
    run = snakemake(folder)
    assert run.returncode != 0
    assert (run.stdout + run.stderr).splitlines() == [
        PROFILE,
        "config/config.yaml:58: not readable as YAML (did not find expected key). Check indents, colons and quotes on this line and the one above.",
        "1 problem to mend; the reports of the last good run are as they were.",
    ]
    plan.unlink()
    run = snakemake(folder)
    assert run.returncode != 0
    assert f"{folder} holds no config/config.yaml. Name an analysis folder with --directory, or make one with" in run.stdout + run.stderr


def test_cli_ends_with_2_for_what_a_user_can_mend(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run([sys.executable, "-m", "evidence", "tables", str(tmp_path)], env=environment, capture_output=True, text=True)
    assert run.returncode == 2
    assert "data/raw: the folder is missing. Name an analysis folder" in run.stderr
    assert "missing" in run.stderr
    assert "Traceback" not in run.stderr
