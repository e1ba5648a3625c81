"""Missing results: what each report gives, counted in cohorts; the map with its gaps; the article's citations."""

from pathlib import Path

import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.verdicts.citations import citations, letters, study_of
from evidence.stages.verdicts.evidence_map import evidence_map
from evidence.stages.verdicts.missing import missing, reported
from evidence.store.rows import named_rows
from tests.support import toy
from tests.support.toy import group, number, sd, study

ROOT = Path(__file__).parents[4]


def unreported(name, reported_as, timepoint="followup", group_id="treated", **columns):
    return {"study_id": name, "group_id": group_id, "outcome": "level", "timepoint": timepoint, "reported_as": reported_as,
            "source_locator": "Abstract"} | columns  # fmt: skip


def base(path, **tables):
    """One study each: poolable, a number, up, not significant, a baseline alone, and one that says nothing."""
    names = ("pooled", "shown", "up", "flat", "alone", "silent")
    numbers = [number("pooled", 10, "baseline", n=20, **sd(3)), number("pooled", 15, n=20, **sd(3))]
    numbers += [number("shown", 10, "baseline", n=30), number("shown", 8, n=30), number("alone", 10, "baseline", n=7)]
    made = {
        "studies": [study(name) for name in names], "groups": [group(name, n=n) for name, n in zip(names, (20, 30, 40, 50, 7, 9), strict=True)],
        "measurements": numbers, "unreported": [unreported("up", "increased"), unreported("flat", "not_significant")],
    } | tables  # fmt: skip
    folder = toy.folder(path, **made)
    tables, config = ev.read(folder), load(folder)
    effects = ev.effects(tables, config)
    given = reported(tables, effects, config)
    return given.set_index(["study_id", "group_id", "contrast"]), missing(given, tables, config), effects, tables, config


def test_every_status(tmp_path):
    given, *_ = base(tmp_path)
    rows = given.droplevel(["group_id", "contrast"])
    assert rows.status.to_dict() == {
        "pooled": "poolable",
        "shown": "number",
        "up": "direction",
        "flat": "not_significant",
        "alone": "nothing",
    }
    assert rows.direction.to_dict() == {"pooled": "up", "shown": "down", "up": "up", "flat": "none", "alone": ""}


def test_counts_and_sentence(tmp_path):
    _, frame, *_ = base(tmp_path)
    row = frame[frame.stratum == "all"].iloc[0]
    assert (row.cohorts, row.poolable, row.number, row.direction, row.not_significant, row.nothing) == (5, 1, 1, 1, 1, 1)
    assert (row.up, row.down, row.none, row.unknown, row.not_mentioned) == (1, 1, 1, 0, 1)
    assert (row.n_poolable, row.n_unseen, row.unseen_share) == (20, 127, 80)
    assert row.sentence == (
        "Of 5 cohorts with a result on level (change from baseline), 1 gave a number that can be pooled, 1 a number that cannot be "
        "weighted, 1 a direction without a number, 1 only that it was not significant and 1 a baseline and nothing after it. The pool "
        "does not see 80% of them (127 people whose number is printed, against 20 in the pool); where these point: 1 up, 1 down and "
        "1 to no significant change."
    )


def test_a_cohort_counts_once_by_its_best_report(tmp_path):
    _, frame, *_ = base(tmp_path, studies=[study(name, **({"cohort_id": "pooled"} if name == "up" else {}))
                                           for name in ("pooled", "shown", "up", "flat", "alone", "silent")])  # fmt: skip
    row = frame[frame.stratum == "all"].iloc[0]
    assert (row.cohorts, row.poolable, row.direction) == (4, 1, 0)


def test_a_difference_needs_a_control_arm(tmp_path):
    groups = [group("a"), group("a", "placebo", arm="placebo", drug="placebo"), group("b"), group("b", "part", part_of="treated")]
    rows = [unreported("a", "increased", "difference"), unreported("b", "not_significant", "difference"),
            unreported("a", "decreased", group_id="placebo")]  # fmt: skip
    given, frame, *_ = base(tmp_path, studies=[study("a"), study("b")], groups=groups, measurements=[], unreported=rows)
    assert set(given.index) == {("a", "treated", "versus_control"), ("b", "treated", "between_groups")}
    assert list(frame[frame.stratum == "all"].contrast) == ["versus_control"]


def test_only_reports_that_could_be_in_the_headline_count(tmp_path):
    studies = [study("up", eligibility="background", eligibility_reason="no_numbers"),
               study("flat", eligibility="exclude", eligibility_reason="women")]  # fmt: skip
    given, *_ = base(tmp_path, studies=studies, groups=[group("up"), group("flat")], measurements=[])
    assert set(given.index.get_level_values("study_id")) == {"up"}


def test_gaps_are_gaps(tmp_path):
    conditions = [
        {},
        {"condition": "condition_b", "label": "B", "in_article": "yes"},
        {"condition": "condition_c", "label": "C", "in_article": "no"},
    ]
    _, frame, effects, tables, config = base(tmp_path, conditions=conditions)
    made = evidence_map(ev.pools(effects, config), frame, effects, tables, config).set_index("condition")
    assert made.status.to_dict() == {"condition_a": "weighted", "condition_b": "gap"}
    assert made.loc["condition_a", "conclusion"] == "increase"
    assert (made.loc["condition_a", "number"], made.loc["condition_a", "nothing"]) == (1, 1)


@pytest.fixture(scope="module")
def real():
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    given = reported(tables, effects, config)
    return given, missing(given, tables, config), effects, tables, config


def test_each_condition_of_the_article_has_its_row(real):
    _, frame, effects, tables, config = real
    made = evidence_map(ev.pools(effects, config), frame, effects, tables, config)
    wanted = {"obesity", "insulin_resistance", "type2_diabetes", "hypothyroidism", "hyperthyroidism", "primary_hypogonadism",
              "secondary_hypogonadism", "hyperprolactinaemia", "klinefelter", "varicocele"}  # fmt: skip
    assert wanted <= set(made.condition)
    status = made.set_index(["condition", "outcome"]).status
    assert (status.loc["insulin_resistance"] == "gap").all()
    assert status["klinefelter", "sperm_retrieval"] == "set_apart"
    assert status["obesity", "testosterone"] == "weighted"
    assert status["varicocele", "te_ratio"] == "direction"


def test_a_part_compared_with_another_part_is_no_comparison_with_placebo(real):
    given = real[0]
    row = given[(given.study_id == "veldhuis2005") & (given.outcome == "testosterone")].iloc[0]
    assert row.contrast == "between_groups"


def test_counts_add_up(real):
    frame = real[1]
    assert (frame[["poolable", "number", "direction", "not_significant", "nothing"]].sum(axis=1) == frame.cohorts).all()
    assert (frame[["up", "down", "none", "unknown"]].sum(axis=1) <= frame.cohorts - frame.poolable).all()


def test_references_find_their_reports(real):
    frame = citations(real[3])
    first = frame.drop_duplicates("order").set_index("order").study_id.to_dict()
    assert first[2] == "shah2021" and first[3] == "raman2002" and first[9] == "schlegel2012"
    assert "" not in first.values()
    assert frame[frame.order == 7].field.tolist() == [""]
    assert (frame.groupby("order")[["agrees", "differs", "unverified"]].nunique() == 1).all().all()
    total = frame.drop_duplicates("order")[["agrees", "differs", "unverified"]].to_numpy().sum()
    assert total == len(real[3].article_citations)


def test_titles_are_compared_by_their_letters(real):
    assert letters("BMI >=25 kg/m2: a Study") == "bmi25kgm2astudy"
    assert study_of({}, named_rows(real[3].studies)) == ""
