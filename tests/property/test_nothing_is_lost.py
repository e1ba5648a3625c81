"""Rows in, rows out: every printed number is in an effect or told why not, every effect in a pool or told why not, and the account adds up."""

import csv
import io
import random
import warnings
from pathlib import Path

import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.pools.account import account, places
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.verdicts.mentions import group_conditions, mentions, parts
from evidence.stages.verdicts.verdicts import appraised
from evidence.store.schema import load as schema
from tests.support.toy import folder, group, number, p, sd, se, study

ROOT = Path(__file__).parents[2]
NUMBERS = {
    "value": ["", "0", "1", "4", "10", "55", "-3", "0.4"], "n": ["", "1", "2", "8", "20"], "spread_low": ["", "0", "1", "3"],
    "spread_high": ["", "5", "20"], "p_value": ["", "0.03", "0.8", "1"], "weeks": ["", "0", "12", "26"],
}  # fmt: skip
CODES = {
    "timepoint": ["baseline", "followup", "change", "difference"], "group_id": ["treated", "placebo"], "study_id": ["s", "t"],
    "outcome": ["level", "score", "hit", "link"], "versus": ["", "placebo"], "eligibility": ["include", "sensitivity", "background"],
    "arm": ["treatment", "placebo", "active_control", "untreated"], "suspect": ["", "", "figure"],
}  # fmt: skip


def ci(low, high):
    return {"spread": "ci95", "spread_low": low, "spread_high": high}


def base(path):
    """Numbers of every kind in two studies."""
    return folder(
        path,
        studies=[study("s", design="rct_parallel"), study("t", design="rct_crossover")],
        groups=[group(name, one, arm=arm) for name in "st" for one, arm in (("treated", "treatment"), ("placebo", "placebo"))],
        outcomes=[
            {"outcome": "level"}, {"outcome": "score", "measure": "MD"}, {"outcome": "hit", "measure": "PLO", "unit": ""},
            {"outcome": "link", "measure": "ZCOR", "unit": ""},
        ],
        measurements=[
            number("s", "10", "baseline", n=20, **sd(2)), number("s", "12", n=20, **sd(2), **p("=", 0.03)),
            number("s", "10", "baseline", n=20, group_id="placebo", **sd(2)), number("s", "11", n=20, group_id="placebo", **sd(2)),
            number("s", "2", "change", n=20, outcome="score", **se(1)),
            number("s", "-1", "change", n=20, outcome="score", group_id="placebo", **se(1)),
            number("s", "3", "difference", outcome="score", statistic="mean_difference", versus="placebo", **ci(1, 5)),
            number("s", "4", n=20, outcome="hit", statistic="events"),
            number("s", "55", n=20, outcome="hit", statistic="percent", group_id="placebo"),
            number("s", "0.4", "baseline", n=20, outcome="link", statistic="correlation"),
            number("t", "10", n=8, **se(1)), number("t", "11", n=8, group_id="placebo", **se(1), **p("<", 0.05, "between_periods")),
            number("t", "0.1", "difference", n=8, statistic="estimate", versus="placebo", **se(0.1)),
            number("t", "50", "change", statistic="percent_change", unit="%"),
        ],
    )  # fmt: skip


def changed(row, name, chance):
    """A row with one cell changed to another that its column may hold."""
    fields = schema(name).fields
    column = chance.choice([one for one in row if one in NUMBERS or one in CODES or fields[one].enum])
    return row | {column: chance.choice(NUMBERS.get(column) or CODES.get(column) or [*fields[column].enum])}


def mutate(path, chance):
    """Change some cells of each table and shuffle or double some measurements."""
    for name, most in (("measurements", 4), ("groups", 1), ("studies", 1)):
        file = path / f"data/raw/{name}.csv"
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
        for _ in range(chance.randint(0, most)):
            i = chance.randrange(len(rows))
            rows[i] = changed(rows[i], name, chance)
        with open(file, "w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def nothing_is_lost(place):
    """Hold the books of a folder that has no errors."""
    tables, config = ev.read(place), load(place)
    effects, unused = effects_and_unused(tables, config)
    used = {int(line) for lines in effects["lines"] for line in lines.split(";")}
    told = set(unused["line"].astype(int)) if len(unused) else set()
    assert used | told == set(tables.measurements["line"]) and not used & told
    assert (unused["reason"] != "").all() and len(unused) == len(told)
    out = effects[effects["headline"] == "no"]
    assert (out["reason"] != "").all() and effects.loc[effects["headline"] == "yes", "reason"].eq("").all()
    flagged = set(tables.flags.loc[(tables.flags["table"] == "measurements") & (tables.flags["blocks"] == "yes"), "line"])
    for effect in effects.itertuples():
        assert not (effect.headline == "yes" and flagged & {int(line) for line in effect.lines.split(";")}), effect.id
    pools, members = pools_and_members(effects, config)
    headline = members[members["pool"].str.contains(r"\.(?:all|comparator-.*)\.headline$")] if len(members) else members
    pooled = [one for ids in headline["effect_ids"] for one in ids.split(";")] if len(members) else []
    assert sorted(pooled) == sorted(effects.loc[effects["headline"] == "yes", "id"])
    ended = places(tables, effects, unused, config).set_index("line")
    assert ended.index.is_unique and set(ended.index) == set(tables.measurements["line"])
    everywhere = members[members["pool"].str.endswith(".headline") & (members["left_out"] == "")] if len(members) else members
    in_pools = {one for ids in everywhere["effect_ids"] for one in ids.split(";")}
    lines = {int(line) for effect in effects.itertuples() if effect.id in in_pools for line in effect.lines.split(";")}
    assert set(ended.index[ended["standing"] == "pool"]) == lines and set(ended.index[ended["standing"] == "none"]) == told
    assert ((ended["reason"] == "") == (ended["standing"] == "pool")).all()
    books = account(tables, effects, unused, config)
    assert books.in_pools + sum(number for *_, number in books.groups) == books.numbers == len(tables.measurements)
    assert books.numbers - books.in_effects == len(told)
    cohorts = dict(zip(tables.studies["study_id"], tables.studies["cohort_id"], strict=True))
    speak = {(cohorts[row.study_id], row.outcome) for table in (tables.measurements, tables.unreported) for row in table.itertuples()}
    assert {(one.cohort_id, one.outcome) for one in mentions(tables, effects)} == speak
    return tables, effects, pools, members


@pytest.mark.parametrize("place", [ROOT, ROOT / "examples/bcg"], ids=["review", "bcg"])
def test_nothing_is_lost_of_a_review(place):
    tables, effects, pools, members = nothing_is_lost(place)
    made = appraised(effects, pools, members, tables, load(place))
    ends = made["flow"][~made["flow"]["step"].isin(["found", "included"])]
    assert sorted(";".join(ends["study_ids"]).split(";")) == sorted(tables.studies["study_id"])
    outside = set(made["left_out"]["study_id"])
    assert outside == set(tables.studies.loc[tables.studies["eligibility"] != "include", "study_id"])
    assert (made["left_out"]["reason"] != "").all()
    spoken = {(condition, row.outcome) for table in (tables.measurements, tables.unreported) for row in table.itertuples()
              for condition in parts(group_conditions(tables).get((row.study_id, row.group_id), ""))}  # fmt: skip
    there = set(zip(made["map"]["condition"], made["map"]["outcome"], strict=True))
    gaps = made["map"][made["map"]["status"] == "gap"]
    assert {*zip(gaps["condition"], gaps["outcome"], strict=True)} == there - spoken
    assert {pair for pair in spoken if pair[1] in set(made["map"]["outcome"])} <= there


def test_nothing_is_lost_of_changed_numbers(tmp_path):
    runs = refused = 0
    for seed in range(120):
        place = base(tmp_path)
        mutate(place, random.Random(seed))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                nothing_is_lost(place)
            runs += 1
        except ev.EvidenceError:
            refused += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert runs > 30 and refused > 10  # the changes are neither always fatal nor always harmless
