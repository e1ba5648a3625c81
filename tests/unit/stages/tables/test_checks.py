"""The registry of checks, its report, and what it says of the evidence base that ships."""

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import evidence as ev
from evidence.cli import cli
from evidence.config import Config
from evidence.stages.tables.checks import checks
from evidence.stages.tables.checks.checks import CHECKS, GRADES, LIMITS, check
from evidence.stages.tables.checks.report import report_json, report_text
from tests.support.checking import PAIR, rules
from tests.support.toy import CONFIG, folder, group, number, p, sd, study
from tests.unit.stages.tables import (
    test_checks_bias,
    test_checks_counts,
    test_checks_events,
    test_checks_exchanged,
    test_checks_keys,
    test_checks_moderators,
    test_checks_names,
    test_checks_numbers,
    test_checks_pairs,
    test_checks_rows,
    test_checks_scales,
    test_checks_scripts,
    test_checks_spreads,
    test_checks_statistics,
)

ROOT = Path(__file__).parents[4]
SNAPSHOT = Path(__file__).with_name("messages.txt")
MODULES = (
    test_checks_bias,
    test_checks_counts,
    test_checks_events,
    test_checks_exchanged,
    test_checks_keys,
    test_checks_moderators,
    test_checks_names,
    test_checks_numbers,
    test_checks_pairs,
    test_checks_rows,
    test_checks_scales,
    test_checks_scripts,
    test_checks_spreads,
    test_checks_statistics,
)
WEIGHTABLE = {
    "testosterone": ["shah2021", "deboer2005", "loves2008", "loves2013", "leder2004", "zumoff2003", "gibb2016"],
    "estradiol": ["deboer2005", "loves2008", "loves2013", "leder2004", "zumoff2003", "dagata1981", "gibb2016"],
    "te_ratio": ["raman2002", "lee2003", "pavlovich2001"],
    "lh": ["deboer2005", "loves2008", "loves2013", "zumoff2003"],
    "sperm_concentration": ["dony1986", "vigersky1981"],
    "sperm_morphology": ["basar2009"],
    "homa_ir": ["dias2017"],
    "glucose_infusion_rate": ["gibb2016"],
    "bmd_spine": ["burnettbowie2009b"],
    "sperm_retrieval": ["aledwan2020"],
}


@pytest.fixture(scope="module")
def real():
    return check(ROOT)


@pytest.fixture(scope="module")
def blind(tmp_path_factory):
    """Flags of the evidence base with the curator's doubts blanked."""
    copy = tmp_path_factory.mktemp("blind")
    shutil.copytree(ROOT / "data/raw", copy / "data/raw")
    path = copy / "data/raw/measurements.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(row | {"suspect": ""} for row in rows)
    problems, flags, _ = check(copy)
    assert not problems
    return [flag for flag in flags if flag.blocks == "yes"]


def test_every_check_has_a_case_that_makes_it_fail():
    cases = [rule for module in MODULES for rule in module.CASES]
    assert sorted(cases) == sorted(CHECKS)
    assert all(expected for module in MODULES for _, expected in module.CASES.values())


def test_every_check_says_what_and_why():
    for rule, function in CHECKS.items():
        assert len(function.__doc__.split()) >= 6, rule
        assert function.__name__ == rule


def test_grades():
    assert set(GRADES) == set(CHECKS)
    assert set(GRADES.values()) == {"error", "flag", "notice"}
    assert set(checks.FLAGS) | set(checks.NOTICES) <= set(CHECKS)


def test_a_sound_base_is_not_doubted(tmp_path):
    assert rules(tmp_path) == set()


def test_limits_can_be_disputed(tmp_path):
    measurements = [number("s", 10, "baseline", weeks=0), number("s", 50, weeks=26)]
    place = folder(tmp_path, measurements=measurements)
    assert [flag.rule for flag in check(place)[1]] == []
    assert [flag.rule for flag in check(place, {"fold_high": 4})[1]] == ["pair_folds"]
    assert LIMITS["fold_high"] == 10


def test_limits_stand_in_the_config(tmp_path):
    measurements = [number("s", 10, "baseline", weeks=0), number("s", 50, weeks=26)]
    place = folder(tmp_path, config=CONFIG + "checks:\n  fold_high: 4\n", measurements=measurements)
    assert [flag.rule for flag in check(place)[1]] == ["pair_folds"]
    assert {name: getattr(Config, name) for name in LIMITS if name != "year_high"} | {"year_high": None} == LIMITS


@pytest.mark.parametrize(("year", "told"), [(2026, 0), (2027, 0), (2028, 1), (1849, 1)])
def test_years_are_judged_by_the_date_of_the_review_on_any_day(tmp_path, year, told):
    place = folder(tmp_path, studies=[study("s", year=year)])
    assert [problem.rule for problem in check(place)[0]] == ["years"] * told


def test_faults_of_the_config_are_named_beside_those_of_the_tables(tmp_path, capsys):
    place = folder(tmp_path, config=CONFIG + "checks:\n  fold_hihg: 4\n", studies=[study("s", year=1066)])
    assert cli.main(["check", str(place)]) == 2
    assert capsys.readouterr().out.startswith(
        "Errors (2): stop the run\n\nconfig/config.yaml:7 checks.fold_hihg: no such key. Did you mean checks.fold_high?\n\n"
        "data/raw/studies.csv:2 year: 1066 is no year of a publication. Check it against the record.\n"
    )


def test_names_in_the_config_stand_in_the_tables(tmp_path):
    plan = "sensitivity:\n  only_drug: drug_b\ncertainty:\n  surrogate_domains: [hormones]\n  proxy_conditions: [condition_a]\n"
    place = folder(tmp_path, config=CONFIG + plan + "report:\n  outcomes: [levels, level]\n")
    assert [str(problem) for problem in check(place)[0]] == [
        'config/config.yaml:7 sensitivity.only_drug: "drug_b" stands in no row of data/raw/groups.csv. '
        'Add it there, or correct the spelling (did you mean "drug_a"?).',
        'config/config.yaml:9 certainty.surrogate_domains: "hormones" stands in no row of data/raw/outcomes.csv. '
        'Add it there, or correct the spelling (did you mean "hormone"?).',
        'config/config.yaml:12 report.outcomes: "levels" stands in no row of data/raw/outcomes.csv. '
        'Add it there, or correct the spelling (did you mean "level"?).',
    ]
    faulty = CONFIG.replace("  date: 2026-01-02\n", "") + plan + "pools:\n  method: RELM\n"
    place = folder(tmp_path, config=faulty)
    assert [problem.column for problem in check(place)[0]] == [
        "review.date", "sensitivity.only_drug", "certainty.surrogate_domains", "pools.method",
    ]  # fmt: skip
    place = folder(tmp_path, config=CONFIG + plan + "report:\n  outcomes: [levels, level]\n")
    (place / "data/raw/groups.csv").unlink()
    assert [problem.column for problem in check(place)[0] if problem.rule == "config"] == ["certainty.surrogate_domains", "report.outcomes"]


REVIEW = {
    "review_id": "s",
    "outcome": "level",
    "comparison": "after v. before",
    "measure": "MD",
    "estimate": "1",
    "source_locator": "Abstract",
}


def test_names_in_rows_of_the_config_stand_in_the_tables(tmp_path):
    rows = [
        "missing:", "  measured_reasons: [eligible, no_numbers, eligibel]", "certainty:", "  counted_by_start: [confouding]",
        "regression_to_mean:", "  reference_levels:",
        "    - {outcome: level, condition: condition_a, study_id: s, group_id: treatd, why: x}",
        "published:", "  comparable_reviews:",
        "    - {review_id: s, comparison: after v. before, contrast: before_after, stratum: all, why: x}",
        "    - {review_id: s, comparison: after vs before, contrast: before_and_after, stratum: 'condition:condition_b', why: x}",
        "    - {review_id: s, comparison: after v. before, contrast: single_arm, stratum: drug_a, why: x}",
    ]  # fmt: skip
    bias = [{"study_id": "s", "tool": "ROBINS-I", "domain": "confounding", "judgement": "low", "support": "x", "basis": "abstract"}]
    place = folder(tmp_path, config=CONFIG + "\n".join(rows) + "\n", reviews=[REVIEW], risk_of_bias=bias)
    found = [str(problem).removeprefix("config/config.yaml:") for problem in check(place)[0]]
    add = "Add it there, or correct the spelling"
    assert found == [
        f'7 missing.measured_reasons: "eligibel" stands in no row of data/raw/studies.csv. {add} (did you mean "eligible"?).',
        f'9 certainty.counted_by_start: "confouding" stands in no row of data/raw/risk_of_bias.csv. {add} (did you mean "confounding"?).',
        f'11 regression_to_mean.reference_levels: "treatd" stands in no row of data/raw/groups.csv. {add} (did you mean "treated"?).',
        f'14 published.comparable_reviews: "after vs before" stands in no row of data/raw/reviews.csv. {add} (did you mean "after v. before"?).',
        '14 published.comparable_reviews: "before_and_after" is no contrast. Use one of before_after, versus_control, versus_active, single_arm '
        '(did you mean "before_after"?).',
        f'14 published.comparable_reviews: "condition_b" stands in no row of data/raw/conditions.csv. {add} (did you mean "condition_a"?).',
        '14 published.comparable_reviews: "drug_a" is no stratum. Use all, condition:NAME, drug:NAME, or MODERATOR:LEVEL of one under pools.moderators.',
    ]


def test_a_published_pool_may_be_compared_with_a_level_of_a_moderator(tmp_path):
    rows = ["pools:", "  moderators: [region]", "published:", "  comparable_reviews:"]
    rows += [
        f"    - {{review_id: s, comparison: after v. before, contrast: before_after, stratum: '{stratum}', why: x}}"
        for stratum in ("region:north", "region:norht", "place:north")
    ]
    values = [{"study_id": "s", "moderator": "region", "value": "north", "source": "Table 1"}]
    place = folder(tmp_path, config=CONFIG + "\n".join(rows) + "\n", reviews=[REVIEW], moderators=values, measurements=PAIR)
    assert [str(problem).removeprefix("config/config.yaml:9 published.comparable_reviews: ") for problem in check(place)[0]] == [
        '"norht" stands in no row of data/raw/moderators.csv. Add it there, or correct the spelling (did you mean "north"?).',
        '"place:north" is no stratum. Use all, condition:NAME, drug:NAME, or MODERATOR:LEVEL of one under pools.moderators.',
    ]


def test_without_a_plan_nothing_can_be_built(tmp_path, capsys):
    place = folder(tmp_path)
    (place / "config/config.yaml").unlink()
    assert check(place)[0] == []
    assert cli.main(["check", str(place)]) == 2
    assert "config/config.yaml: the file is missing. Copy it from another review, or run: evidence new FOLDER." in capsys.readouterr().out


def test_no_answer_depends_on_the_day():
    clocks = re.compile(r"\b(today|now|monotonic|perf_counter)\(")
    found = {path.name for path in (ROOT / "src/evidence").rglob("*.py") if clocks.search(path.read_text(encoding="utf-8"))}
    assert found == {"new.py"}  # the date of a new review, written into its config


def test_the_evidence_base_has_no_errors(real):
    problems, _, summary = real
    assert problems == []
    assert summary["rows"]["data/raw/measurements.csv"] >= 304
    assert summary["rules"] == len(CHECKS)


def test_no_weightable_row_of_the_evidence_base_is_left_out(real):
    blocked = {(flag.outcome, flag.study_id) for flag in real[1] if flag.blocks == "yes"}
    for outcome, studies in WEIGHTABLE.items():
        assert not blocked & {(outcome, name) for name in studies}, outcome


@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("lew2003", "estradiol", "needs a correlation below -1 (any n of 5 or more); read as SE they fit"),
        ("lew2003", "estradiol", "SD 4.2 makes SD/mean 0.0492, outside 0.15 to 1.0 of estradiol; read as SE it fits"),
        ("lee2004", "te_ratio", "neither SD nor SE fits, but SD 0.07 would: the decimal point one place to the left"),
        ("lee2004", "te_ratio", "SE 0.15 (n 68) makes SD/mean 3.26, outside 0.2 to 1.2 of te_ratio; read as SD it is 0.395"),
        ("cavallini2013", "sperm_concentration", "is 3,225 times the level before; the units differ within the pair"),
        ("dias2017", "abdominal_subcutaneous_fat", "p = 0.003 does not fit -60.34 with SE 3.19, which gives p = 1.48e-08"),
        ("dias2017", "leptin", "p = 0.04 does not fit -1.5 with SE 1.2, which gives p = 0.243"),
        ("dias2017", "midthigh_subcutaneous_fat", "p = 0.0002 does not fit -6.05 with SE 0.87, which gives p = 6.65e-05"),
        ("dias2017", "midthigh_subcutaneous_fat", "p = 0.008 does not fit -4.88 with SE 1.24, which gives p = 0.00343"),
        ("dias2017", "adiponectin", "p = 0.02 does not fit -1.8 with SE 0.9, which gives p = 0.0766"),
        ("kooshesh2020", "te_ratio", "change of 1600% is outside 0.02 to 10 times the level before"),
        ("basar2009", "sperm_concentration", "SD 5.7 makes SD/mean 0.256, outside 0.3 to 2.5 of sperm_concentration"),
    ],
)  # fmt: skip
def test_faults_found_without_the_curator(blind, name, outcome, words):
    assert any(words in flag.what for flag in blind if (flag.study_id, flag.outcome) == (name, outcome))


def test_what_is_found_without_the_curator_is_what_the_curator_doubts_too(blind, real):
    doubted = {flag.line for flag in real[1] if flag.rule == "suspects"}
    assert {flag.line for flag in blind} <= doubted


def test_a_total_and_its_part_are_named(real):
    pairs = {(flag.study_id, flag.group_id) for flag in real[1] if flag.rule == "wholes"}
    assert {("raman2002", "testolactone_oligozoospermic"), ("raman2002", "anastrozole_oligozoospermic")} <= pairs


def test_a_total_that_repeats_its_part_is_flagged(tmp_path):
    shutil.copytree(ROOT / "data/raw", tmp_path / "data/raw")
    path = tmp_path / "data/raw/measurements.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    part = next(line for line in lines if line.startswith("raman2002,testolactone_oligozoospermic,sperm_concentration"))
    path.write_text("".join(lines) + part.replace("testolactone_oligozoospermic", "testolactone", 1), encoding="utf-8")
    problems, flags, _ = check(tmp_path)
    assert not problems
    assert [str(flag) for flag in flags if flag.rule == "whole_equals_part"] == [
        "data/raw/measurements.csv:6 value: 5.5 million/mL is also the number of the whole group testolactone "
        f"(line {len(lines) + 1}). Check to which of them the source gives it."
    ]
    named = [flag.what for flag in flags if flag.rule == "wholes" and flag.study_id == "raman2002"]
    assert any(what.endswith("(both in: sperm_concentration)") for what in named)


def test_a_misprint_in_an_earlier_review_is_named(real):
    assert [flag.line for flag in real[1] if flag.rule == "interval_centre"] == [23]


def test_the_report_in_words(tmp_path):
    text = report_text(*check(faulty(tmp_path))) + "\n"
    assert text == SNAPSHOT.read_text(encoding="utf-8").replace("{rules}", str(len(CHECKS)))


def faulty(path):
    """An evidence base with faults of each grade in several files."""
    raw = folder(
        path,
        studies=[study("s", doi="doi:10.1000/xyz"), study("t", cohort_id="s", year="2O11")],
        groups=[group("s", n=20), group("s", "part", part_of="treated", n=8, conditions="conditon_a"), group("t")],
        measurements=[
            number("s", "7,5", "baseline", n=20, **sd("1,234")),
            number("s", "12.0", n=21, unit="U", weeks="12-May", **p("<", "0.001")),
            number("s", "80.5", group_id="part", statistic="mena", n="NA"),
            number("t", "200", "baseline", suspect="unit", note="mg or g"),
            number("t", "10", **p("=", "<0.05")),
        ],
    ) / "data/raw"  # fmt: skip
    (raw / "claim.csv").write_text("claim_id\n", encoding="utf-8")
    (raw / "units.csv").unlink()
    with open(raw / "outcomes.csv", "a", encoding="utf-8") as handle:
        handle.write("weight,Weight\n")
    return path


def test_the_report_for_programs(tmp_path):
    place = faulty(tmp_path)
    report = json.loads(report_json(*check(place)))
    assert sorted(report) == ["errors", "flags", "notices", "summary"]
    assert len(report["errors"]) == report["summary"]["errors"] > 5
    first = next(item for item in report["errors"] if item["column"] == "unit" or item["rule"] == "shape")
    assert first["file"] == "data/raw/studies.csv" and first["line"] == 2 and first["remedy"]
    assert {item["blocks"] for item in report["flags"]} == {"yes"}


def test_consequences_of_a_lost_column_are_not_listed(tmp_path):
    place = folder(tmp_path, measurements=PAIR)
    path = place / "data/raw/studies.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("study_id", "stdyid", 1), encoding="utf-8")
    problems, _, _ = check(place)
    assert [str(problem) for problem in problems] == [
        'data/raw/studies.csv:1 study_id: the column is missing, while there is "stdyid". Correct the name to "study_id".',
    ]


def rewritten(place, name, change):
    """Change each record of a table: `change(place in the file, cells)` gives the new cells."""
    path = place / f"data/raw/{name}.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = [change(number, row) for number, row in enumerate(csv.reader(handle))]
    with open(path, "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)


@pytest.mark.parametrize(("name", "column"), [("measurements", 1), ("measurements", 10), ("outcomes", 5), ("groups", 0), ("units", 0)])
@pytest.mark.parametrize(
    "change",
    [
        lambda at: lambda number, row: row[:at] + row[at + 1 :],
        lambda at: lambda number, row: row if number else row[:at] + row[at + 1 :],
        lambda at: lambda number, row: row[:at] + row[at + 1 :] if number else row,
        lambda at: lambda number, row: row[:at] + ["x"] + row[at:] if number else row,
        lambda at: lambda number, row: row[:at] + ["x" if number else "extra"] + row[at:],
    ],
    ids=["column lost", "name lost", "cells lost", "cells added", "column added"],
)
def test_a_column_is_one_error(tmp_path, change, name, column):
    shutil.copytree(ROOT / "data/raw", tmp_path / "data/raw")
    rewritten(tmp_path, name, change(column))
    assert len(check(tmp_path)[0]) == 1


def test_one_fault_in_many_rows_is_one_line(tmp_path):
    rows = [number("s", 10 + week, unit="U", weeks=week) for week in range(1, 7)]
    problems, *_ = check(folder(tmp_path, measurements=rows))
    assert [str(problem) for problem in problems] == [
        'data/raw/measurements.csv:2 unit: "U" has no conversion for level (6 rows: 2 to 7). Add a row to units.csv, or correct the spelling '
        '(did you mean "u"?).'
    ]


def test_faults_that_differ_by_their_numbers_are_one_line(tmp_path):
    rows = [number("s", f"'{week}.5", weeks=week) for week in range(1, 12)]
    problems, *_ = check(folder(tmp_path, measurements=rows))
    assert [str(problem) for problem in problems] == [
        """data/raw/measurements.csv:2 value: "'1.5" is no number (11 rows of this kind: 2 to 12). Type the number alone (did you mean 1.5?), """
        "its unit or remark in the column for it."
    ]


def test_no_folder():
    problems, flags, summary = check("/nowhere")
    assert [str(problem) for problem in problems] == [
        "/nowhere/data/raw: the folder is missing. Name an analysis folder, or make one with: evidence new FOLDER."
    ]
    assert flags == [] and summary["rows"] == {}


def test_check_imports_neither_pandas_nor_plots():
    code = (
        "import sys; from evidence.stages.tables.checks.checks import check; check('.'); "
        "assert not {'pandas', 'matplotlib', 'scipy.stats'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_flags_reach_the_tables(real):
    tables = ev.read(ROOT)
    assert len(tables.flags) == len(real[1])
    assert set(tables.flags["blocks"]) == {"yes", "no"}
