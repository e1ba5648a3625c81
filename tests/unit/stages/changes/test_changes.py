"""What has changed since the last release: each kind of change, its words, and which release is meant."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from evidence.cli import cli
from evidence.config import load as load_config
from evidence.stages.changes import releases
from evidence.stages.changes.changes import changes
from evidence.stages.report.inputs import Inputs
from evidence.stages.report.sections.changes import FIRST, SAME
from evidence.stages.report.sections.changes import changes as section
from evidence.store.files import read_csv, write_csv
from evidence.store.schema import load
from tests.support.browser import page_of
from tests.unit.stages.report.test_contents import made_tables, review

POOL = "level.before_after.all.headline"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return made_tables(review(tmp_path_factory.mktemp("review")))


@pytest.fixture
def old(made):
    tables, pools = made["tables"], made["pools"]
    certainty = pd.DataFrame({"pool": pools.loc[pools["analysis"] == "headline", "id"], "certainty": "low"})
    verdicts = pd.DataFrame({"claim_id": ["c1", "c2"], "verdict": ["supported", "untested"]})
    flag = dict.fromkeys(releases.COLUMNS["flags"], "") | {"table": "studies", "study_id": "able2001", "what": "the year", "blocks": "yes"}
    frames = {"studies": tables.studies, "measurements": tables.measurements, "pools": pools, "verdicts": verdicts,
              "certainty": certainty, "flags": pd.DataFrame([flag])}  # fmt: skip
    return releases.kept(frames)


def one(old, name, frame):
    """The only change, where one table is another."""
    found = changes(old, old | {name: frame})
    assert len(found) == 1
    return found.iloc[0]


def changed(frame, row, **cells):
    frame = frame.copy()
    for name, value in cells.items():
        frame.loc[row, name] = value
    return frame


def test_nothing_changed(old):
    found = changes(old, old)
    assert not len(found) and list(found.columns) == list(load("changes").fields)


def test_a_study_that_comes_and_goes(old):
    fewer = old["studies"][old["studies"]["study_id"] != "baker2002"]
    gone = one(old, "studies", fewer)
    assert (gone["kind"], gone["id"], gone["before"], gone["after"]) == ("study_removed", "baker2002", "Baker 2002. Second", "")
    back = changes(old | {"studies": fewer}, old).iloc[0]
    assert (back["kind"], back["before"], back["after"]) == ("study_added", "", "Baker 2002. Second")


def test_a_number_that_is_typed_otherwise(old):
    row = one(old, "measurements", changed(old["measurements"], 1, value_text="14"))
    assert (row["kind"], row["id"]) == ("number_changed", "able2001.treated.level.followup")
    assert row["before"].startswith("12 u (SD 4") and row["after"].startswith("14 u (SD 4") and row["after"].endswith(", n 20")


def test_numbers_of_a_report_that_is_new_are_not_told_again(old):
    rest = {name: old[name][old[name]["study_id"] != "baker2002"] for name in ("studies", "measurements")}
    assert list(changes(old | rest, old)["kind"]) == ["study_added"]


def test_an_estimate_that_moves(old):
    place = old["pools"].index[old["pools"]["id"] == POOL][0]
    row = one(old, "pools", changed(old["pools"], place, estimate=0.5, ci_low=0.4, ci_high=0.6))
    assert (row["kind"], row["id"], row["stratum"]) == ("estimate_moved", POOL, "all")
    assert row["before"] == "+36% (−6% to +96%), 3 cohorts, 60 people" and row["after"] == "+65% (+49% to +82%), 3 cohorts, 60 people"
    assert (row["estimate_after"], row["k_before"]) == (0.5, 3) and row["estimate_before"] == old["pools"].loc[place, "estimate"]


def test_what_is_printed_alike_has_not_moved(old):
    place = old["pools"].index[old["pools"]["id"] == POOL][0]
    estimate = old["pools"].loc[place, "estimate"] + 1e-9
    assert not len(changes(old, old | {"pools": changed(old["pools"], place, estimate=estimate)}))


def test_a_pool_that_is_new_and_one_that_is_gone(old):
    rest = old["pools"][old["pools"]["id"] != POOL]
    assert one(old, "pools", rest)["kind"] == "estimate_removed"
    assert list(changes(old | {"pools": rest}, old)["kind"]) == ["estimate_added"]


def test_a_verdict_that_flips_and_a_certainty_that_falls(old):
    row = one(old, "verdicts", changed(old["verdicts"], 0, verdict="contradicted"))
    assert (row["kind"], row["id"], row["before"], row["after"]) == ("verdict_changed", "c1", "supported", "contradicted")
    row = one(old, "certainty", old["certainty"].assign(certainty=lambda x: ["very low"] + ["low"] * (len(x) - 1)))
    assert (row["kind"], row["before"], row["after"]) == ("certainty_changed", "low", "very low")


def test_flags_raised_and_lifted(old):
    lifted = one(old, "flags", old["flags"].iloc[:0])
    assert (lifted["kind"], lifted["study_id"], lifted["before"]) == ("flag_lifted", "able2001", "the year")
    assert list(changes(old | {"flags": old["flags"].iloc[:0]}, old)["kind"]) == ["flag_raised"]


def test_the_newest_release_that_is_older_than_the_report_is_meant(tmp_path, old):
    day = "2026-03-01"
    assert releases.before(tmp_path, day) == ""
    releases.write(tmp_path, date(2026, 1, 2), old)
    releases.write(tmp_path, date(2026, 2, 2), old)
    assert releases.before(tmp_path, day) == "2026-02-02"
    releases.write(tmp_path, date(2026, 3, 1), old)
    assert releases.before(tmp_path, day) == "2026-02-02" and releases.before(tmp_path, "2026-03-02") == "2026-03-01"


def test_a_release_of_the_same_date_is_asked_before_the_older_one(tmp_path, old):
    day = "2026-03-01"
    assert releases.days(tmp_path, day) == []
    releases.write(tmp_path, date(2026, 3, 1), old)
    assert releases.days(tmp_path, day) == ["2026-03-01"]
    releases.write(tmp_path, date(2026, 1, 2), old)
    assert releases.days(tmp_path, day) == ["2026-03-01", "2026-01-02"] and releases.days(tmp_path, "2026-02-01") == ["2026-01-02"]


def told(folder, capsys):
    """What the stage changes says, and the releases that its rows name."""
    capsys.readouterr()
    assert cli.main(["changes", str(folder)]) == 0
    return capsys.readouterr().err.strip(), set(read_csv(folder / "data/processed/changes.csv", "changes")["since"])


def test_a_date_that_was_left_as_it_was_hides_no_change(tmp_path, capsys):
    folder = review(tmp_path)
    config = folder / "config/config.yaml"
    page_of(folder)
    assert told(folder, capsys) == ("changes  no earlier release", set())
    day = load_config(folder).date.isoformat()
    assert cli.main(["release", str(folder)]) == 0
    assert told(folder, capsys) == ("changes  no earlier release", set())
    path = folder / "data/processed/pools.csv"
    pools = read_csv(path, "pools")
    write_csv(pools[pools["id"] != POOL], path)
    words = "changes  1 change since the release of {}"
    assert told(folder, capsys) == (
        f"{words.format(day)}; it has the date of this report, give the review a later one in config.yaml",
        {day},
    )
    config.write_text(config.read_text(encoding="utf-8").replace(day, "2099-01-01"), encoding="utf-8")
    assert told(folder, capsys) == (words.format(day), {day})


def released(folder, capsys):
    """The exit code of `evidence release`, and what it says."""
    capsys.readouterr()
    return cli.main(["release", str(folder)]), capsys.readouterr().err


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_went_out_is_never_replaced(tmp_path, capsys):
    folder = review(tmp_path)
    page_of(folder)
    day = load_config(folder).date.isoformat()
    place = folder / "reports/released" / day
    words = "a report with a later date in config.yaml is compared with it\n"
    assert released(folder, capsys) == (0, f"release  {place}: {words}")
    first = contents(place)
    assert set(first) == {f"{name}.csv" for name in releases.COLUMNS}
    assert released(folder, capsys) == (0, f"release  {place} stands already, with the same numbers: {words}")
    path = folder / "data/processed/pools.csv"
    pools = read_csv(path, "pools")
    write_csv(pools[pools["id"] != POOL], path)
    line = (folder / "config/config.yaml").read_text(encoding="utf-8").split(f"date: {day}")[0].count("\n") + 1
    assert released(folder, capsys) == (2, (
        f"config/config.yaml:{line} review.date: {day} is the date of a release that holds other numbers, and stays as it went out. "
        "Type a later date there, run snakemake --cores 4, and release again.\n"
        "1 problem to mend; the reports of the last good run are as they were.\n"
    ))  # fmt: skip
    assert contents(place) == first


def test_a_release_that_was_cut_short_is_completed(tmp_path, old):
    place, _ = releases.write(tmp_path, date(2026, 1, 2), old)
    whole = contents(place)
    (place / "verdicts.csv").unlink()
    assert releases.write(tmp_path, date(2026, 1, 2), old) == (place, False) and contents(place) == whole


def behind(*files):
    """What `evidence release` says of files that are older than what they are made from."""
    words = "what it was made from, in data/raw or config, has changed since. Run snakemake --cores 4 first."
    number = f"{len(files)} problem{'' if len(files) == 1 else 's'}"
    return "\n".join([*(f"{file}: {words}" for file in files), f"{number} to mend; the reports of the last good run are as they were.\n"])


def test_tables_and_reports_older_than_the_data_or_the_plan_do_not_go_out(tmp_path, capsys):
    folder = review(tmp_path)
    page_of(folder)
    raw, plan = folder / "data/raw/measurements.csv", folder / "config/config.yaml"
    before = raw.read_bytes(), plan.read_bytes()
    raw.write_bytes(before[0].replace(b",12,", b",13,", 1))
    assert released(folder, capsys) == (2, behind("data/processed/measurements.csv", "reports/index.html"))
    assert cli.main(["tables", str(folder)]) == 0
    assert released(folder, capsys) == (2, behind("reports/index.html"))
    raw.write_bytes(before[0])
    assert released(folder, capsys) == (2, behind("data/processed/measurements.csv"))
    assert cli.main(["tables", str(folder)]) == 0
    plan.write_bytes(before[1] + b"# another plan\n")
    assert released(folder, capsys) == (2, behind("reports/index.html"))
    plan.write_bytes(before[1])
    assert not (folder / "reports/released").exists()
    assert released(folder, capsys)[0] == 0


def test_a_release_is_read_as_it_was_written(tmp_path, old):
    releases.write(tmp_path, date(2026, 1, 2), old)
    assert not len(changes(releases.read(tmp_path, "2026-01-02"), old))


def said(made, frame, day):
    return section(Inputs(**made, figures=[], changes=frame, last_release=day), None)


def test_the_section_says_what_there_is(made, old):
    assert said(made, None, "") == []
    assert said(made, changes(old, old), "")[0]["paragraphs"][0][0]["text"] == FIRST
    assert said(made, changes(old, old), "2026-01-01")[0]["paragraphs"][0][0]["text"] == SAME.format(day="2026-01-01")
    rest = {name: old[name][old[name]["study_id"] != "baker2002"] for name in ("studies", "measurements")}
    new = old | {"verdicts": changed(old["verdicts"], 0, verdict="mixed"), "pools": old["pools"][old["pools"]["id"] != POOL]}
    words, table = said(made, changes(old | rest, new), "2026-01-01")
    assert words["paragraphs"][0][0]["text"] == "Since the release of 2026-01-01: 1 report added, 1 verdict changed and 1 pool gone."
    assert [row["group"] for row in table["rows"] if "group" in row] == ["Reports added: 1", "Verdicts changed: 1", "Pools gone: 1"]
    cells = ["".join(run["text"] for run in one["runs"]) for row in table["rows"] if "cells" in row for one in row["cells"]]
    assert "+36% (−6% to +96%), 3 cohorts, 60 people" in cells and "mixed" in cells


def test_ids_that_no_table_has_are_shown_as_they_are(made):
    row = SimpleNamespace(kind="study_removed", study_id="gone1999", outcome="", contrast="", stratum="")
    from evidence.stages.report.sections.changes import subject

    assert subject(Inputs(**made, figures=[]), {}, row) == [{"text": "gone1999"}]
