"""The worked example of docs/add-a-study.md, typed literally, and what one more study moves: its own pools and nothing else."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

import evidence as ev
from evidence.cli import cli
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.tables.checks.checks import check
from evidence.stages.trace import trace as tracing
from evidence.store.files import csv_bytes

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/add-a-study.md").read_text(encoding="utf-8")
ROWS = re.findall(r"\*\*\d\. `data/raw/(\w+)\.csv`\*\*.*?```\n(.*?)```", PAGE, re.DOTALL)
TOLD = re.search(r"```\n(data/raw/measurements\.csv:\d+ unit: .*?)\n```", PAGE)[1]
NEW = "sample2025.anastrozole.testosterone.before_after"
STRATA = {"all", "condition:infertility", "condition:hypogonadism", "drug:anastrozole"}


class Made(NamedTuple):
    """What the stages make of an analysis folder."""

    tables: object
    effects: pd.DataFrame
    unused: pd.DataFrame
    pools: pd.DataFrame
    members: pd.DataFrame


def made(folder):
    tables, config = ev.read(folder), load(folder)
    effects, unused = effects_and_unused(tables, config)
    return Made(tables, effects, unused, *pools_and_members(effects, config))


def copy(folder, rows):
    """A copy of the shipped review with rows added below those of its tables."""
    shutil.copytree(ROOT / "data/raw", folder / "data/raw")
    shutil.copytree(ROOT / "config", folder / "config")
    for name, text in rows:
        with open(folder / f"data/raw/{name}.csv", "a", encoding="utf-8") as handle:
            handle.write(text)
    return folder


@pytest.fixture(scope="module")
def before():
    return made(ROOT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return copy(tmp_path_factory.mktemp("added") / "review", ROWS)


@pytest.fixture(scope="module")
def after(folder):
    return made(folder)


def by_id(frame):
    """Each row as the bytes of its CSV, by id."""
    lines = csv_bytes(frame).decode().splitlines()
    assert len(lines) == len(frame) + 1
    return dict(zip(frame["id"], lines[1:], strict=True))


def moved(frame, other):
    """Ids of rows that are new, gone or different."""
    one, two = by_id(frame), by_id(other)
    return {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}


def test_the_page_has_the_rows_of_three_tables():
    assert [name for name, _ in ROWS] == ["studies", "groups", "measurements"]


def test_the_rows_of_the_page_have_no_errors_and_no_doubts(folder):
    problems, flags, _ = check(folder)
    assert problems == []
    assert [str(flag) for flag in flags if flag.study_id == "sample2025"] == []


def test_the_slip_of_the_page_is_named_as_it_says(folder, tmp_path):
    shutil.copytree(folder / "data", tmp_path / "data")
    path = tmp_path / "data/raw/measurements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",24,mean,290,ng/dL,", ",24,mean,290,ng/dLL,"), encoding="utf-8")
    assert [str(problem) for problem in check(tmp_path)[0]] == [TOLD]


def test_the_numbers_of_the_page_come_out(after):
    effect = after.effects.set_index("id").loc[NEW]
    pool = after.pools.set_index("id").loc["testosterone.before_after.all.headline"]
    for row, words in ((effect, "The new effect is {}:"), (pool, f"now holds {pool['k']:.0f}\ncohorts, {{}},")):
        shown = f"{row['effect']:+.0f}% ({row['effect_low']:+.0f}% to {row['effect_high']:+.0f}%)"
        assert words.format(shown) in PAGE
    assert effect["effect"] == pytest.approx(100 * (455 / 290 - 1), rel=1e-12)
    assert f"455 / 290 = {455 / 290:.2f}" in PAGE


def test_the_new_effect_can_be_traced(folder, capsys):
    for command in ("tables", "effects", "pools"):
        assert cli.main([command, str(folder)]) == 0
    assert f"evidence trace {NEW}" in PAGE
    assert cli.main(["trace", NEW, str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "data/raw/measurements.csv:306" in printed and "ln(15.7756 / 10.0548) = 0.450416" in printed
    (pool,) = tracing.trace("testosterone.before_after.all", folder)
    assert [NEW] in [cohort["effects"] for cohort in pool["cohorts"]]


def test_one_effect_is_new_and_no_other_has_moved(before, after):
    assert moved(before.effects, after.effects) == {NEW}
    assert by_id(before.effects).keys() | {NEW} == by_id(after.effects).keys()


def test_just_the_pools_it_belongs_to_have_moved(before, after):
    holds = {pool for pool, ids in zip(after.members["pool"], after.members["effect_ids"], strict=True) if NEW in ids.split(";")}
    assert moved(before.pools, after.pools) == holds
    rows = after.pools[after.pools["id"].isin(holds)]
    assert set(rows["outcome"]) == {"testosterone"} and set(rows["contrast"]) == {"before_after"}
    headline = rows[rows["analysis"] == "headline"]
    assert set(headline["stratum"]) == STRATA and (headline["measure"] == "ROM").all()
    cohorts = before.pools.set_index("id")["k"].reindex(headline["id"])
    assert (headline["k"].to_numpy() - cohorts.to_numpy() == 1).all()


def test_the_page_names_the_strata_that_move():
    conditions = (one.split(":")[1] for one in STRATA if ":" in one)
    assert all(one in PAGE.split("every pool it belongs to: ")[1].split(".")[0] for one in conditions)


def test_other_pools_keep_their_members(before, after):
    def others(made):
        moving = made.members["pool"].str.startswith("testosterone.before_after.")
        return csv_bytes(made.members[~moving])

    assert others(before) == others(after)


def test_flags_and_unused_rows_are_those_of_before(before, after):
    assert csv_bytes(before.tables.flags) == csv_bytes(after.tables.flags)
    assert csv_bytes(before.unused) == csv_bytes(after.unused)


def test_a_second_report_on_a_cohort_adds_no_people(before, tmp_path):
    rows = [(name, text.replace("24 infertile men,sample2025,", "24 infertile men,shah2021,")) for name, text in ROWS]
    again = made(copy(tmp_path / "review", rows))
    pool = "testosterone.before_after.all.headline"
    old, new = (frame.set_index("id").loc[pool] for frame in (before.pools, again.pools))
    assert new["k"] == old["k"]
    there = again.members[(again.members["pool"] == pool) & (again.members["cohort_id"] == "shah2021")].set_index("effect_ids")["left_out"]
    assert there[NEW] == ""  # its SD is labelled, that of the other report judged
    assert set(there.drop(NEW)) == {"cohort counted once, by sample2025"}


def test_an_exact_p_value_moves_the_correlation_of_its_outcome_alone(before, tmp_path):
    rows = [(name, text.replace(",<,0.001,", ",=,0.0001,")) for name, text in ROWS]
    again = made(copy(tmp_path / "review", rows))
    rows = again.effects[again.effects["id"].isin(moved(before.effects, again.effects) - {NEW})]
    assert len(rows) and set(rows["outcome"]) == {"testosterone"}
    assert (rows["r_source"] == "recovered from gibb2016 sample2025").all()
    assert set(again.pools.loc[again.pools["id"].isin(moved(before.pools, again.pools)), "outcome"]) == {"testosterone"}
