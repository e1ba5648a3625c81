"""docs/new-topic.md, done literally: from evidence new to the PDF, with the numbers that the page prints."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pypdf
import pytest

import evidence as ev
from evidence.cli import cli
from tests.support import toy
from tests.support.toy import number, sd, se

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/new-topic.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^`(\w+)\.csv`|^```csv\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
RESULTS = re.findall(r"^\| (\w+) \| (\w+) \| [^|]+ \| (\d) \| (.+) \|$", PAGE, re.MULTILINE)


def typed(folder):
    """A new review into which the blocks of the page are typed."""
    assert cli.main(["new", str(folder)]) == 0
    name = ""
    for named, block in STEPS:
        name = named or name
        with open(folder / f"data/raw/{name}.csv", "a", encoding="utf-8") as handle:
            handle.write(block)
    path = folder / "config/config.yaml"
    text = path.read_text(encoding="utf-8")
    for line in re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1].splitlines():
        key = line.split(":")[0]
        text, found = re.subn(rf"(?m)^  {key}: .*$", f"  {line}", text)
        assert found == 1, key
    path.write_text(text, encoding="utf-8")
    return folder


def snakemake(folder):
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / ".cache")}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory", str(folder)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280)


@pytest.fixture(scope="module")
def walking(tmp_path_factory):
    folder = typed(tmp_path_factory.mktemp("reviews") / "walking")
    run = snakemake(folder)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="module")
def table(walking):
    return lambda name: pd.read_csv(walking / f"reports/tables/{name}.csv", keep_default_na=False, na_values={"yi": ""})


@pytest.fixture(scope="module")
def effects(table):
    return table("effects").set_index("id")


def test_check_says_what_the_page_says(tmp_path, capsys):
    folder = typed(tmp_path / "walking")
    capsys.readouterr()
    assert cli.main(["check", str(folder)]) == 0
    rules, _, books = capsys.readouterr().out.rstrip().partition("\n\n")
    assert rules.endswith(": 0 errors, 0 flags, 0 notices.") and "`0 errors, 0 flags, 0 notices`" in PAGE
    assert f"`{books}`" in PAGE


EXPECTED = {
    "adams2018.walking~usual.systolic.versus_control": (
        "spread", lambda: ev.escalc("MD", m1i=134, sd1i=11, n1i=40, m2i=141, sd2i=12, n2i=38)),
    "brown2020.walking~usual.systolic.versus_control": (
        "printed", lambda: ev.escalc("MD", m1i=-6.2, sd1i=9, n1i=50, m2i=-1.1, sd2i=8.5, n2i=52)),
    "adams2018.walking~usual.left.versus_control": ("counts", lambda: ev.escalc("RR", ai=4, n1i=40, ci=9, n2i=38)),
    "brown2020.walking~usual.left.versus_control": ("counts", lambda: ev.escalc("RR", ai=6, n1i=50, ci=11, n2i=52)),
    "adams2018.walking.still_walking.single_arm": ("counts", lambda: ev.escalc("PLO", xi=21, ni=36)),
    "brown2020.walking.still_walking.single_arm": ("counts", lambda: ev.escalc("PLO", xi=30, ni=44)),
    "clark2022.walking.steps_and_weight.single_arm": ("counts", lambda: ev.escalc("ZCOR", ri=-0.42, ni=60)),
    "brown2020.walking.cholesterol.before_after": (
        "spread", lambda: ev.escalc("ROMC", m1i=5.2, sd1i=0.9, m2i=5.6, sd2i=1, ni=50, ri=0.5, correct=False)),
}  # fmt: skip


@pytest.mark.parametrize("key", EXPECTED)
def test_effects_are_those_of_escalc(effects, key):
    route, stated = EXPECTED[key]
    row, effect = effects.loc[key], stated()
    assert row["route"] == route and row["headline"] == "yes"
    assert [row["yi"], float(row["vi"])] == pytest.approx(np.ravel([effect.yi, effect.vi]).tolist(), rel=1e-11)


@pytest.mark.parametrize(
    "key, yi, se",
    [
        ("clark2022.walking~usual.left.versus_control", np.log(0.75), np.log(1.25 / 0.45) / (2 * 1.959963984540054)),
        ("adams2018.walking~usual.wellbeing.versus_control", 0.31, 0.23),
        ("clark2022.walking~usual.wellbeing.versus_control", 0.22, 0.72 / (2 * 1.959963984540054)),
    ],
)
def test_precomputed_effects_stand_as_printed(effects, key, yi, se):
    row = effects.loc[key]
    assert row["route"] == "printed" and row["headline"] == "yes"
    assert (row["yi"], float(row["sei"])) == pytest.approx((yi, se), rel=1e-11)


def shown(pool):
    """A pool as the page prints it."""
    percent = pool["effect_unit"] in ("%", "% change")
    numbers = [float(pool[name]) for name in ("effect", "effect_low", "effect_high")]
    one, low, high = (f"{number:.1f}%" if percent else f"{number:.2f}" for number in numbers)
    unit = "" if percent or pool["measure"] == "ZCOR" else f" {pool['effect_unit']}"
    return f"{one} ({low} to {high}){unit}"


def test_the_results_of_the_page_are_those_of_the_tables(table):
    pools = table("pools").set_index("id")
    assert len(RESULTS) == 7
    for outcome, contrast, k, words in RESULTS:
        pool = pools.loc[f"{outcome}.{contrast}.all.headline"]
        assert (str(pool["k"]), shown(pool)) == (k, words), outcome


def test_the_pools_are_the_engines(effects, table):
    pools = table("pools").set_index("id")
    for outcome in ("systolic", "left"):
        rows = effects[(effects["outcome"] == outcome) & (effects["contrast"] == "versus_control")]
        fit = ev.rma(rows["yi"].astype(float), rows["vi"].astype(float), method="REML", test="adhoc")
        pool = pools.loc[f"{outcome}.versus_control.all.headline"]
        for name in ("estimate", "ci_low", "ci_high"):
            assert float(pool[name]) == pytest.approx(getattr(fit, name), rel=1e-8), (outcome, name)


def test_nothing_is_left_out(walking, table):
    used = {int(line) for lines in table("effects")["lines"] for line in str(lines).split(";")}
    assert used == {row.line for row in ev.read(walking).measurements.itertuples()} and not len(table("unused"))


def test_the_trace_of_the_page(walking, capsys):
    assert cli.main(["trace", "systolic.versus_control.all", str(walking)]) == 0
    printed = capsys.readouterr().out
    assert "134 - 141 = -7" in printed and "134 - 141 = -7" in PAGE
    assert f"{11**2 / 40 + 12**2 / 38:.2f}" == "6.81" and "11^2 / 40 + 12^2 / 38 = 6.81" in PAGE
    assert "data/raw/measurements.csv:2" in printed


def test_the_report_is_built(walking):
    words = " ".join(page.extract_text() for page in pypdf.PdfReader(walking / "reports/evidence.pdf").pages)
    for word in ("Walking and blood pressure", "Systolic blood pressure", "Steps a day and body weight", "Clark"):
        assert word in words


def test_a_new_folder_runs_at_once(tmp_path):
    folder = tmp_path / "a topic of ours"
    assert cli.main(["new", str(folder)]) == 0
    run = snakemake(folder)
    assert run.returncode == 0, run.stdout + run.stderr
    words = " ".join(pypdf.PdfReader(folder / "reports/evidence.pdf").pages[0].extract_text().split())
    assert "A topic of ours" in words


def test_commands_of_the_page_are_commands():
    block = re.findall(r"```\n(evidence [^\n]+)\n```", PAGE)
    for line in block:
        arguments = line.split()[1:]
        assert cli.parser().parse_args(arguments).command == arguments[0]
    assert len(block) == 3


STAGES = ("check", "tables", "effects", "pools", "opinion", "verdicts", "changes", "figures", "workbook", "page", "report", "publish")
SCARCE = {
    "nothing reaches the headline": {"measurements": [
        number("s", 10, "baseline", n=20, suspect="figure", note="doubted", **sd(2)), number("s", 12, n=20, **sd(2))]},
    "no outcome of the summary": {"outcomes": [{"headline": "no"}], "measurements": [
        number("s", 10, "baseline", n=20, **sd(2)), number("s", 12, n=20, **sd(2))]},
    "an interval without end": {"outcomes": [{"cv_low": "", "cv_high": ""}], "measurements": [
        number("s", 0.01, "baseline", n=20, **se(5)), number("s", 0.02, n=20, **se(9))]},
    "no error anywhere": {"measurements": [number("s", 10, "baseline"), number("s", 12)]},
    "words alone": {"measurements": [], "unreported": [{
        "study_id": "s", "group_id": "treated", "outcome": "level", "timepoint": "followup", "reported_as": "increased",
        "source_locator": "Abstract"}]},
}  # fmt: skip


@pytest.mark.parametrize("case", SCARCE)
def test_a_review_with_little_in_it_is_built_too(tmp_path, case):
    folder = toy.folder(tmp_path, **SCARCE[case])
    for stage in STAGES:
        assert cli.main([stage, str(folder)]) == 0, stage
    words = " ".join(pypdf.PdfReader(folder / "reports/evidence.pdf").pages[0].extract_text().split())
    assert "A toy review" in words
    assert ("No study can be weighted." in words) == (case in ("nothing reaches the headline", "no error anywhere", "words alone"))
    assert ("No study of the outcomes in the summary of findings can be weighted" in words) == (case == "no outcome of the summary")


def test_an_interval_without_end_is_traced(tmp_path, capsys):
    folder = toy.folder(tmp_path, **SCARCE["an interval without end"])
    for stage in STAGES[1:4]:
        assert cli.main([stage, str(folder)]) == 0
    capsys.readouterr()
    assert cli.main(["trace", "s.treated.level.before_after", str(folder)]) == 0
    assert "100 * (exp(935.536) - 1) = inf" in capsys.readouterr().out
    assert cli.main(["trace", "s.treated.level.before_after", str(folder), "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(name))
    assert made["numbers"]["effect_high"] is None and made["steps"][-1]["equation"] == "100 * (exp(935.536) - 1) = inf"
