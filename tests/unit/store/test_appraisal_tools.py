"""The tools for risk of bias: their domains as their papers number them, and what each judgement means."""

import re
from pathlib import Path

import pandas as pd
import pytest

import evidence as ev
from evidence.stages.figures import bias as traffic_light
from evidence.stages.figures.canvas import clipped
from evidence.stages.verdicts.bias_levels import grade, summarise
from evidence.stages.verdicts.bias_weights import NOT_JUDGED, with_overall
from evidence.store.appraisal_tools import OVERALL, SEVERITY, tools
from evidence.store.schema import load
from evidence.words.sentences import templates

ROOT = Path(__file__).parents[3]
WORDS = templates(str(ROOT), "verdicts")["bias_plot"]
DOMAINS = {
    "RoB2": 5, "RoB2-crossover": 6, "RoB2-cluster": 6, "RoB1": 7, "ROBINS-I": 7, "ROBINS-E": 7, "QUADAS-2": 4, "NOS": 4, "SYRCLE": 10,
    "JBI-RCT": 13, "JBI-quasi-experimental": 9, "JBI-cohort": 11, "JBI-case-control": 10, "JBI-cross-sectional": 8, "JBI-prevalence": 9,
    "JBI-case-series": 10,
}  # fmt: skip


def judged(tool, *rows, study="s"):
    return pd.DataFrame([(study, tool, *row) for row in rows], columns=["study_id", "tool", "domain", "judgement"])


def test_every_tool_has_the_domains_of_its_paper():
    assert {name: len(tool.domains) for name, tool in tools().items()} == DOMAINS
    assert len(tools()["QUADAS-2"].applicability) == 3


def test_the_schema_names_the_tools_of_the_table():
    field = load("risk_of_bias").fields["tool"]
    assert field.enum == tuple(tools()) and field.options == {name: tool.use for name, tool in tools().items()}


@pytest.mark.parametrize("name", DOMAINS)
def test_every_judgement_has_a_level_a_word_and_a_source(name):
    tool, keys = tools()[name], re.findall(r"@\w+\{(\w+),", (ROOT / "docs/references.bib").read_text(encoding="utf-8"))
    for domain in (*tool.labels, OVERALL):
        levels = tool.levels(domain)
        assert set(levels.values()) <= {*SEVERITY, "none"} and all(judgement in WORDS["judgements"] for judgement in levels)
    for level in SEVERITY:
        severities = {SEVERITY.get(known) for known in tool.levels(OVERALL).values()}
        assert SEVERITY[level] in severities or level == "critical"
    assert tool.cite in keys and set(tool.concerns) <= set(tool.judgements)


def test_the_judgements_of_the_review_are_known():
    graded = grade(ev.read(ROOT).risk_of_bias)
    assert len(graded) == 228 and graded["severity"].notna().all()


def test_the_worst_domain_stands_for_the_study_in_the_words_of_its_tool():
    assert summarise(grade(judged("NOS", ("selection", "2"), ("comparability", "1"), ("outcome", "3"))))["judgement"].tolist() == ["fair"]
    assert summarise(grade(judged("JBI-RCT", ("statistics", "unclear"), ("trial_design", "yes"))))["judgement"].tolist() == [
        "some_concerns"
    ]
    assert summarise(grade(judged("RoB1", ("other_bias", "unclear"), ("selective_reporting", "low"))))["judgement"].tolist() == ["unclear"]
    rows = [
        ("measurement", "low"),
        ("confounding", "no_information"),
        ("selection", "moderate"),
        ("reporting", "serious"),
        ("missing_data", "critical"),
    ]
    worst = [summarise(grade(judged("ROBINS-I", *rows[:number])))["judgement"].item() for number in range(1, 6)]
    assert worst == ["low", "no_information", "moderate", "serious", "critical"]


def test_applicability_is_no_risk_of_bias():
    rows = judged("QUADAS-2", ("index_test", "low"), ("applicability_index_test", "high"))
    assert summarise(grade(rows))["judgement"].tolist() == ["low"]


def test_a_study_by_two_tools_is_as_bad_as_the_worse():
    rows = pd.concat([judged("RoB2", ("measurement", "low")), judged("NOS", ("comparability", "0"))], ignore_index=True)
    whole = with_overall(rows)
    assert whole[whole["domain"] == OVERALL][["judgement", "level"]].values.tolist() == [["poor", "high"]]


def test_nothing_judged():
    assert with_overall(judged("RoB2")).empty


@pytest.mark.parametrize("name", DOMAINS)
def test_the_lights_of_every_tool_fit_their_page(name):
    tool = tools()[name]
    rows = [(domain, list(tool.levels(domain))[number % len(tool.levels(domain))]) for number, domain in enumerate(tool.labels)]
    graded = grade(pd.concat([judged(name, *rows), judged(name, *rows[:2], (OVERALL, next(iter(tool.levels(OVERALL)))), study="t")]))
    figure = traffic_light.lights(graded.reset_index(drop=True), {"s": "Able & Baker 2001", "t": "Carr 2002"}, WORDS)
    assert clipped(figure) == []
    texts = [artist.get_text() for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    joined = " ".join(texts)
    assert all(word in joined for label in tool.labels.values() for word in label.split())


def test_marks_stand_in_order_of_severity():
    marks = [
        ("critical", "critical"),
        ("low", "low"),
        (NOT_JUDGED, NOT_JUDGED),
        ("2", "some_concerns"),
        ("no", "high"),
        ("not_applicable", "none"),
    ]
    assert [mark[0] for mark in traffic_light.in_severity(iter(marks), WORDS["judgements"])] == [
        "low", "2", "no", "critical", "not_applicable", NOT_JUDGED,
    ]  # fmt: skip
