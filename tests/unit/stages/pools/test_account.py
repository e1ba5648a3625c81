"""The account of the printed numbers: each in one class, the same in terminal, PDF and page; what gives nothing is named."""

import json
import re
from pathlib import Path

import pytest

import evidence as ev
from evidence.cli import cli
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.page.tables import account as page_account
from evidence.stages.pools.account import REMEDIES, account, places, remedy, text, total
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.report.contents import Inputs, content
from evidence.stages.report.report import prose
from evidence.stages.verdicts.evidence_map import evidence_map
from evidence.stages.verdicts.flow import flow
from evidence.stages.verdicts.mentions import WEIGHTED, best, contrast_of, mentions
from evidence.stages.verdicts.missing import missing, reported
from tests.e2e.test_add_a_study import PAGE, ROWS, copy
from tests.support.toy import CONFIG, folder, group, number, p, sd, study
from tests.unit.stages.report.test_contents import cells, empty, made_tables, plain, section, table

ROOT = Path(__file__).parents[4]
NAMES = ("pooled", "bounded", "doubted", "apart", "overlap", "alone", "silent", "words")
OUTCOMES = [{}, {"outcome": "other", "label": "Other level", "headline": "no"}]
UNREPORTED = [{"study_id": "words", "group_id": "treated", "outcome": "level", "timepoint": "followup", "reported_as": "increased",
               "source_locator": "Abstract"}]  # fmt: skip


def pair(name, *, before={}, after={}, **columns):
    return [number(name, 10, "baseline", n=20, **columns, **before), number(name, 12, n=20, **columns, **after)]


def review(path, **tables):
    """One study for each way that a number may end, and two that print none."""
    given = {
        "studies": [
            *(study(name) for name in NAMES if name not in ("apart", "overlap")),
            study("apart", eligibility="sensitivity", eligibility_reason="mixed_drugs"), study("overlap", year="2000", cohort_id="pooled"),
        ],
        "groups": [*(group(name, n=20) for name in NAMES), group("alone", "placebo", arm="placebo", drug="none")],
        "outcomes": OUTCOMES,
        "measurements": [
            *pair("pooled", before=sd(2), after=sd(2)),
            *pair("bounded", after=p("<", 0.05)),
            *pair("doubted", before=sd(2) | {"suspect": "figure", "note": "doubted"}, after=sd(2)),
            *pair("apart", before=sd(2), after=sd(2)),
            *pair("overlap", before=sd(2) | {"spread": "unlabelled", "spread_judged": "sd", "note": "judged"}, after=sd(2)),
            number("alone", 12), number("alone", 10, "baseline", group_id="placebo"),
            number("alone", 7, "baseline", outcome="other"),
        ],
        "units": [{}, {"outcome": "other"}],
        "unreported": UNREPORTED,
        **empty("claims", "reviews", "risk_of_bias", "article_citations"),
    }  # fmt: skip
    return folder(path, **{**given, **tables})


def made(place):
    tables, config = ev.read(place), load(place)
    return tables, *effects_and_unused(tables, config), config


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return review(tmp_path_factory.mktemp("toy"))


def test_every_number_has_one_class(toy):
    books = account(*made(toy))
    assert (books.numbers, books.in_effects, books.in_pools) == (13, 10, 2)
    assert books.groups == (
        ("effect", "cohort counted once", 2),
        ("effect", "flagged: a check or the curator doubts the row", 2),
        ("effect", "only a bound on the standard error (p below a threshold)", 2),
        ("effect", "study marked sensitivity in studies.csv", 2),
        ("none", "baseline without a follow-up that it could be paired with", 1),
        ("none", "control group before the study", 1),
        ("none", "follow-up without a baseline or a control group", 1),
    )
    assert books.in_pools + sum(group[-1] for group in books.groups) == books.numbers


def test_a_number_of_several_effects_counts_by_the_one_nearest_to_a_pool(tmp_path):
    """The follow-up has a bound as a change from baseline; against the placebo group it has an error of its own."""
    groups = [group("s"), group("s", "placebo", arm="placebo", drug="none")]
    rows = [
        number("s", 10, "baseline", n=20),
        number("s", 12, n=20, **sd(2), **p("<", 0.05)),
        number("s", 11, n=20, group_id="placebo", **sd(2)),
    ]
    where = places(*made(folder(tmp_path, studies=[study("s", design="rct_parallel")], groups=groups, measurements=rows)))
    assert list(where.standing) == ["effect", "pool", "pool"]
    assert list(where.reason) == ["only a bound on the standard error (p below a threshold)", "", ""]


TEXT = """\
Of 13 numbers, 10 are in an effect, 2 in a headline pool; 3 are in no effect.

8 are in an effect and in no headline pool:
     2  cohort counted once
     2  flagged: a check or the curator doubts the row
     2  only a bound on the standard error (p below a threshold)
     2  study marked sensitivity in studies.csv

3 are in no effect:
     1  baseline without a follow-up that it could be paired with
     1  control group before the study
     1  follow-up without a baseline or a control group

Notices (3): studies and outcomes that give no effect

data/raw/outcomes.csv:3 outcome: Other level has 1 number and no effect: baseline without a
  follow-up that it could be paired with. Type the follow-up, if the report prints one; in words
  alone it goes into unreported.csv.
data/raw/studies.csv:5 study_id: alone has 3 numbers and no effect: follow-up without a baseline or
  a control group (1); control group before the study (1); baseline without a follow-up that it
  could be paired with (1). Type the baseline or the control group, if the report prints one.
data/raw/studies.csv:6 study_id: silent is included and has no row in measurements.csv or
  unreported.csv. Type what it prints, or give it another eligibility.
"""


def test_check_ends_with_the_account(toy, capsys):
    assert cli.main(["check", str(toy)]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith(f" notices.\n\n{TEXT}")
    assert max(map(len, TEXT.splitlines())) <= 100


def test_the_account_for_programs(toy, capsys):
    assert cli.main(["check", "--json", str(toy)]) == 0
    books = json.loads(capsys.readouterr().out)["account"]
    assert (books["numbers"], books["in_effects"], books["in_pools"]) == (13, 10, 2)
    assert books["groups"][0] == {"standing": "effect", "reason": "cohort counted once", "numbers": 2}
    assert [(one["file"], one["line"], one["study_id"], one["outcome"]) for one in books["notices"]] == [
        ("data/raw/outcomes.csv", 3, "", "other"), ("data/raw/studies.csv", 5, "alone", ""), ("data/raw/studies.csv", 6, "silent", ""),
    ]  # fmt: skip


def test_the_account_needs_the_plan(tmp_path, capsys):
    place = review(tmp_path)
    (place / "config/config.yaml").unlink()
    assert cli.main(["check", str(place)]) == 2
    assert capsys.readouterr().out.endswith(
        "\n\nHow many of the numbers are in an effect, and why the others are not: that needs the plan, config/config.yaml.\n"
    )
    assert cli.main(["check", "--json", str(place)]) == 2
    assert json.loads(capsys.readouterr().out)["account"] is None


def test_with_errors_there_is_no_account(tmp_path, capsys):
    place = review(tmp_path, studies=[study(name, year="1066") for name in NAMES])
    assert cli.main(["check", str(place)]) == 2
    assert capsys.readouterr().out.endswith(" The errors stand at the top.\n")


def test_one_number_and_none(tmp_path, capsys):
    assert (
        total(account(*made(folder(tmp_path, measurements=[number("s", 10)]))))
        == "Of 1 number, 0 are in an effect, 0 in a headline pool; 1 is in no effect."
    )
    books = account(*made(folder(tmp_path, measurements=[], unreported=UNREPORTED[:0])))
    assert text(books).startswith("Of 0 numbers, 0 are in an effect, 0 in a headline pool; 0 are in no effect.\n\nNotices (1): ")


def test_remedies_belong_to_reasons_that_the_effects_give():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/evidence").rglob("*.py") if path.name != "account.py")
    assert [start for start in REMEDIES if f'"{start}' not in code] == []
    assert remedy("percent change does not fit an outcome pooled as MD").startswith("Correct the statistic")


def test_only_studies_that_count_are_named(tmp_path):
    away = {"eligibility": "background", "eligibility_reason": "no_numbers"}
    place = review(tmp_path, studies=[study(name, **(away if name in ("alone", "silent") else {})) for name in NAMES])
    assert account(*made(place)).notices == ()


@pytest.mark.parametrize("place", [ROOT, ROOT / "examples/bcg"], ids=["review", "bcg"])
def test_the_counts_are_those_of_the_tables(place):
    tables, effects, unused, config = made(place)
    books = account(tables, effects, unused, config)
    _, members = pools_and_members(effects, config, ["headline"])
    kept = {one for ids in members.loc[members["left_out"] == "", "effect_ids"] for one in ids.split(";")}
    lines = {line for ids in effects.loc[effects["id"].isin(kept), "lines"] for line in ids.split(";")}
    assert books.in_pools == len(lines) > 0
    assert books.numbers == len(tables.measurements) and books.numbers - books.in_effects == len(unused)
    assert {reason: number for standing, reason, number in books.groups if standing == "none"} == unused["reason"].value_counts().to_dict()
    assert books.in_pools + sum(number for *_, number in books.groups) == books.numbers


def test_the_account_of_the_page_on_adding_a_study(tmp_path, capsys):
    """What docs/add-a-study.md shows, of the rows that it types: with the baseline, and without."""
    folder_of = {
        name: copy(tmp_path / name, rows)
        for name, rows in (("both", ROWS), ("alone", [(name, followup_alone(text)) for name, text in ROWS]))
    }
    printed = {name: (cli.main(["check", str(place)]), capsys.readouterr().out)[1] for name, place in folder_of.items()}
    shown = re.findall(r"```\n(Of .*?|data/raw/studies\.csv.*?)\n```", PAGE, re.DOTALL)
    assert len(shown) == 2
    for words, name in zip(shown, ("both", "alone"), strict=True):
        assert words in printed[name], f"docs/add-a-study.md: evidence check no longer says this:\n{printed[name].partition('rules')[2]}"


def followup_alone(text):
    """The rows of the page without the baseline."""
    return "".join(line for line in text.splitlines(keepends=True) if ",baseline," not in line)


@pytest.fixture(scope="module")
def inputs(toy):
    return Inputs(**made_tables(toy), figures=[], texts=prose(toy))


def test_terminal_report_and_page_say_the_same(inputs):
    report = content(inputs)
    books = inputs.account
    block = table(report, "numbers")
    assert plain(block["note"]) == total(books)
    assert cells(block) == [[reason, str(number)] for _, reason, number in books.groups]
    assert [row["group"] for row in block["rows"] if "group" in row] == ["In an effect and in no headline pool", "In no effect"]
    named = section(report, "numbers")["blocks"]
    items = next(one for one in named if one["kind"] == "list")["items"]
    assert [plain(item) for item in items] == [f"{one.what}." for one in books.notices]
    note = plain(report["front"]["blocks"][2]["note"])
    assert "Of 13 printed numbers, 10 are in an effect, 2 in a headline pool." in note
    page = page_account(inputs)
    assert page["numbers"].sum() == books.numbers and page["numbers"].iloc[0] == books.in_pools


def test_page_one_counts_studies_whose_numbers_are_in_no_effect(inputs):
    """Bounded, doubted, apart; alone, of which no number is in an effect; words, which states a direction."""
    assert best(inputs.mentions_of["level", "before_after"]) == (1, 4, 1)
    (row,) = (row for row in cells(inputs_front(inputs)) if row[0] == "Level")
    assert row[-1] == "5"


def inputs_front(inputs):
    return content(inputs)["front"]["blocks"][2]


def test_what_is_in_no_effect_stands_under_its_outcome(inputs):
    blocks = section(content(inputs), "outcomes")["blocks"]
    left = next(one for one in blocks if one.get("caption", "").endswith("measured, not in the pool"))
    rows = [row for row in cells(left) if len(row) == 5 and row[3] == ""]
    assert [row[2] for row in rows] == ["follow-up: 12 u", "baseline: 10 u"]
    assert rows[0][4] == "follow-up without a baseline or a control group"


def test_an_outcome_with_nothing_but_unused_numbers_has_its_place(tmp_path):
    inputs = Inputs(
        **made_tables(folder(tmp_path, measurements=[number("s", 10)], **empty("article_citations", "claims", "reviews"))), figures=[]
    )
    report = content(inputs)
    anchors = [one["anchor"] for one in section(report, "outcomes")["blocks"] if one["kind"] == "heading"]
    assert anchors == ["outcome-level"]
    (_, row) = report["front"]["blocks"][2]["rows"]
    assert plain(row["cells"][0]["runs"]) == "No study can be weighted: Level (1 study)"


@pytest.mark.parametrize(
    ("timepoint", "measure", "contrast"),
    [("baseline", "ROM", "before_after"), ("followup", "MD", "before_after"), ("change", "PLO", "before_after"), ("difference", "SMD", "versus_control"),
     ("followup", "OR", "versus_control"), ("followup", "PLO", "single_arm"), ("baseline", "ZCOR", "single_arm")],
)  # fmt: skip
def test_numbers_serve_a_contrast(timepoint, measure, contrast):
    assert contrast_of(timepoint, measure) == contrast


def test_a_cohort_with_an_effect_counts_once_where_it_stands(tmp_path):
    """The baseline of a trial whose difference is weighted is no second study among the changes from baseline."""
    groups = [group("s"), group("s", "placebo", arm="placebo", drug="none")]
    rows = [number("s", 10, "baseline", outcome="score"),
            number("s", 2, "difference", outcome="score", statistic="mean_difference", versus="placebo", n=40, **sd("")
                   | {"spread": "ci95", "spread_low": 1, "spread_high": 3})]  # fmt: skip
    outcomes, units = [{"outcome": "score", "measure": "MD"}], [{"outcome": "score"}]
    tables, effects, _, _ = made(
        folder(tmp_path, studies=[study("s", design="rct_parallel")], groups=groups, measurements=rows, outcomes=outcomes, units=units)
    )
    assert {one.contrast for one in mentions(tables, effects)} == {"versus_control"}
    assert best(mentions(tables, effects)) == (1, 0, 0)
    assert {one.standing for one in mentions(tables, effects)} == {WEIGHTED, 2}


CONDITIONS = [{}, *({"condition": f"condition_{one}", "label": one.upper(), "definition": one, "in_article": "yes"} for one in "bcde")]


def test_only_what_nobody_speaks_of_is_a_gap(tmp_path):
    """Condition b: a number in no effect; c: a result between groups; d: a result of a study left out; e: a gap."""
    groups = [group("pooled"), group("alone", conditions="condition_b", arm="placebo", drug="none"),
              group("words", conditions="condition_c"), group("apart", conditions="condition_d")]  # fmt: skip
    away = {"eligibility": "exclude", "eligibility_reason": "women"}
    place = review(
        tmp_path, conditions=CONDITIONS, groups=groups, studies=[study(one, **(away if one == "apart" else {})) for one in ("pooled", "alone", "words", "apart")],
        measurements=[*pair("pooled", before=sd(2), after=sd(2)), number("alone", 12)],
        unreported=[UNREPORTED[0] | {"timepoint": "difference"}, UNREPORTED[0] | {"study_id": "apart"}],
    )  # fmt: skip
    tables, effects, _, config = made(place)
    pools, _ = pools_and_members(effects, config)
    frame = evidence_map(pools, missing(reported(tables, effects, config), tables, config), effects, tables, config)
    rows = frame[frame["outcome"] == "level"].set_index("condition")
    assert rows["status"].to_dict() == {
        "condition_a": "weighted", "condition_b": "shown", "condition_c": "stated", "condition_d": "stated", "condition_e": "gap",
    }  # fmt: skip
    assert rows["shown"].tolist() == [0, 1, 0, 0, 0] and rows["stated"].tolist() == [0, 0, 1, 1, 0]


def test_conditions_without_pools_of_their_own_are_no_gaps(tmp_path):
    place = review(tmp_path, config=CONFIG + "pools:\n  strata: [drug]\n")
    tables, effects, _, config = made(place)
    pools, _ = pools_and_members(effects, config)
    frame = evidence_map(pools, missing(reported(tables, effects, config), tables, config), effects, tables, config)
    row = frame.set_index("outcome").loc["level"]
    assert (row["status"], row["shown"], row["stated"]) == ("number", 5, 1)


def test_a_treated_number_in_no_effect_is_a_result_that_the_pools_cannot_see(toy):
    tables, effects, _, config = made(toy)
    given = reported(tables, effects, config).set_index(["study_id", "outcome"])
    assert tuple(given.loc[("alone", "level"), ["contrast", "status", "direction", "reason"]]) == (
        "before_after",
        "number",
        "",
        "in no effect",
    )
    assert tuple(given.loc[("alone", "other"), ["contrast", "status"]]) == ("before_after", "nothing")


def test_a_report_with_numbers_in_no_effect_is_not_silent(toy):
    tables, effects, *_ = made(toy)
    steps = dict(zip(*flow(tables, effects)[0][["step", "study_ids"]].to_numpy().T, strict=True))
    assert "alone" in steps["shown"].split(";") and steps["silent"].split(";") == ["silent", "words"]
