"""What the report says of verdicts, certainty, robustness, missing results and contrasts; and nothing where none was made."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from evidence.stages.report.contents import SECTIONS, Inputs, content
from evidence.stages.report.names import Names
from evidence.stages.report.report import prose
from evidence.stages.report.sections import certainty as content_certainty
from tests.unit.stages.report.test_contents import cells, made_tables, plain, review, section, table

ROOT = Path(__file__).parents[4]
POOL = "level.before_after.all.headline"
KEYS = {"pool": POOL, "outcome": "level", "contrast": "before_after", "stratum": "all"}
STEPS = [
    ("start", 2, "not randomised", "rule"), ("risk_of_bias", -1, "60% at high risk", "rule"),
    ("inconsistency", 0, "I2 10%", "rule"), ("imprecision", -2, "too few by an analyst", "judgement"),
]  # fmt: skip
NUMBERS = {
    "k": 2.0,
    "n": 40.0,
    "tau2": 0.1,
    "I2": 50.0,
    "estimate": 0.2,
    "ci_low": -0.1,
    "ci_high": 0.5,
    "measure": "ROM",
    "effect_unit": "% change",
}
CONTRAST = {
    "condition": "condition_b", "versus": "others", "outcome": "level", "contrast": "before_after", "kind": "between", "estimate": 0.4,
    "ci_low": -0.7, "ci_high": 1.6, "p": 0.37, "Q_between": 1.03, "Q_between_df": 1.0, "Q_between_p": 0.31, "ratio": 1.52,
    "ratio_low": 0.48, "ratio_high": 4.83, "ratio_unit": "ratio of ratios", "k_a": 5.0, "n_a": 76.0, "k_b": 1.0, "n_b": 23.0,
    "decides": "yes", "note": "",
}  # fmt: skip
NONE = {"condition": "condition_c", "estimate": np.nan, "note": "no cohort of the condition can be weighted", "decides": "no"}
FRAMES = {
    "verdicts": [
        {"claim_id": "C01", "claim": "It lifts the level.", "verdict": "supported", "certainty": "low", "sentence": "Supported, +36%.",
         "cites": "cole2003;able2001", "outcomes_tested": "level", "outcomes_untested": "share;other"},
        {"claim_id": "C02", "claim": "More in B.", "verdict": "untested", "certainty": "", "sentence": "Untested.",
         "cites": "", "outcomes_tested": "", "outcomes_untested": "level"},
    ],
    "contrasts": [CONTRAST, CONTRAST | NONE, CONTRAST | NONE | {"condition": "condition_a"},
                  CONTRAST | {"contrast": "versus_control", "estimate": np.nan, "note": "none"}],
    "certainty": [KEYS | {"k": 3.0, "n": 60.0, "start": "low", "risk_of_bias": -1.0, "inconsistency": 0.0, "indirectness": 0.0, "imprecision": -2.0,
                          "missing_results": 0.0, "large_effect": 0.0, "certainty": "very low", "overridden": "yes"}],
    "certainty_steps": [KEYS | {"domain": domain, "levels": float(levels), "reason": reason, "by": by} for domain, levels, reason, by in STEPS],
    "sensitivity": [
        KEYS | NUMBERS | {"analysis": "estimator-DL", "kind": "estimator", "label": "Estimator DL", "flips": "no", "differs": "yes"},
        KEYS | NUMBERS | {"analysis": "without-able2001", "kind": "leave one out", "label": "Without Able", "flips": "yes", "differs": "yes"},
        KEYS | NUMBERS | {"analysis": "without-cole2003", "kind": "leave one out", "label": "Without Cole", "flips": "no", "differs": "no"},
    ],
    "robustness": [
        KEYS | {"analyses": 9.0, "flips": 1.0, "sentence": "increase in the headline; 1 of 9 say otherwise: Without Able (unclear)"},
        KEYS | {"stratum": "condition:condition_b", "analyses": 4.0, "flips": 2.0, "sentence": "-"},
        KEYS | {"stratum": "condition:condition_c", "analyses": 4.0, "flips": 0.0, "sentence": "-"},
    ],
    "missing": [
        KEYS | {"cohorts": 5.0, "poolable": 3.0, "number": 0.0, "direction": 2.0, "not_significant": 0.0, "nothing": 0.0, "up": 2.0, "down": 0.0,
                "none": 0.0, "unknown": 0.0, "n_poolable": 60.0, "n_unseen": 0.0, "unseen_share": 40.0, "sentence": "The pool does not see 40%."},
        KEYS | {"contrast": "versus_control", "cohorts": 1.0, "poolable": 1.0, "number": 0.0, "direction": 0.0, "not_significant": 0.0, "nothing": 0.0,
                "up": 0.0, "down": 0.0, "none": 0.0, "unknown": 0.0, "n_poolable": 40.0, "n_unseen": 0.0, "unseen_share": 0.0, "sentence": "All."},
    ],
}  # fmt: skip

REFERENCE = {
    "outcome": "level", "condition": "condition_b", "effect_id": "e1", "study_label": "Able 2001", "group_label": "Treated", "unit": "u",
    "baseline": 10.0, "observed_percent": 20.0, "reference": 12.0, "why": "all comers", "expected_percent": 10.0, "most_percent": 20.0,
    "least_percent": 2.0, "share_percent": 50.0, "headline": "no",
}  # fmt: skip
FRAMES |= {
    "regression_to_mean": [
        REFERENCE,
        REFERENCE | {"reference": 9.0, "why": "others", "expected_percent": -5.0, "most_percent": -10.0, "least_percent": -1.0, "share_percent": np.nan},
    ],
    "published": [
        {"review_id": "cole2003", "comparable": "yes", "sentence": "level: both conclude increase", "agrees": "yes", "why": "same people",
         "comparison": "after v. before", "apart": "Of our 5 cohorts 2 cannot be weighted."},
        {"review_id": "cole2003", "comparable": "no", "sentence": "it asks another question", "agrees": "", "why": "", "comparison": "", "apart": ""},
    ],
    "bias_weights": [
        {"pool": POOL, "domain": "overall", "judgement": "moderate", "level": "some_concerns", "share": 40.0},
        {"pool": POOL, "domain": "overall", "judgement": "serious", "level": "high", "share": 60.0},
        {"pool": POOL, "domain": "confounding", "judgement": "critical", "level": "critical", "share": 100.0},
    ],
    "flow": [
        {"step": "found", "reports": 5.0, "cohorts": 5.0, "study_ids": "able2001"},
        {"step": "weighted", "reports": 2.0, "cohorts": 2.0, "study_ids": "able2001;baker2002"},
    ],
    "prisma": [{"item": "4", "topic": "Objectives", "asks": "State the question", "met": "partly", "where": "", "note": "No date."}],
}  # fmt: skip


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    folder = review(tmp_path_factory.mktemp("judged"))
    return Inputs(**made_tables(folder), figures=[], texts=prose(folder))


@pytest.fixture(scope="module")
def judged(bare):
    return replace(bare, **{name: pd.DataFrame(rows) for name, rows in FRAMES.items()})


@pytest.fixture(scope="module")
def made(judged):
    return content(judged)


def level(made):
    """Blocks of the outcome Level."""
    blocks = section(made, "outcomes")["blocks"]
    starts = [place for place, block in enumerate(blocks) if block["kind"] == "heading"]
    return blocks[starts[0] : starts[1]]


def captioned(blocks, words):
    return next(block for block in blocks if block["kind"] == "table" and words in block["caption"])


def test_a_claim_a_row_with_verdict_certainty_and_sentence(made):
    assert cells(table(made, "verdicts")) == [
        ["C01 It lifts the level.", "supported on 1 of 3 outcomes", "low", "Supported, +36%."],
        ["C02 More in B.", "untested", "", "Untested."],
    ]


def test_the_rule_of_the_verdicts_takes_its_numbers_from_the_plan(judged):
    config = replace(judged.config, negligible_ratio=1.5, contrast_cohorts=7)
    blocks = section(content(replace(judged, config=config)), "verdicts")["blocks"]
    rule = " ".join(plain(one) for block in blocks if block["kind"] == "text" for one in block["paragraphs"])
    assert "against a control group, change from baseline" in rule
    assert "the 95% interval" in rule and "a ratio of 1.5 either way" in rule and "with 7 or more cohorts" in rule


def test_the_rules_of_certainty_and_chance_take_their_numbers_from_the_plan(judged):
    config = replace(judged.config, many_concerns=5, inconsistency_signs=(2, 4), important_ratio=1.7, correlation=0.4, between_studies=2)
    made = content(replace(judged, config=config))
    said = {}
    for name in ("certainty", "chance", "verdicts"):
        texts = [block.get("paragraphs", block.get("items", [])) for block in section(made, name)["blocks"]]
        said[name] = " ".join(plain(one) for several in texts for one in several)
    assert "5 domains of concern make a high risk" in said["certainty"]
    assert "one level and two: 2, 4" in said["certainty"] and "beyond a ratio of 1.7 on both sides" in said["certainty"]
    assert "here with r = 0.4" in said["chance"]
    assert "taken down by 2 more where it is between studies" in said["verdicts"]


def test_prose_may_count_the_verdicts(judged, bare):
    names = Names(judged)
    assert names("list.verdicts", "") == "1 supported and 1 untested"
    assert names("list.verdict_certainty", "") == "low"
    assert names("count.claims_in_part", "claim") == "1 claim"
    assert Names(bare)("list.verdicts", "") == "none judged"


def test_certainty_stands_in_the_summary_of_findings(made):
    findings = next(block for block in made["front"]["blocks"] if block["kind"] == "table")
    assert findings["columns"][-1]["title"] == "Certainty"
    levels = [row[-1] for row in cells(findings) if row[0] == "Level"]
    assert levels == ["very\N{NO-BREAK SPACE}low*", ""]


def test_the_profile_shows_the_levels_of_each_domain(made):
    (row,) = cells(table(made, "certainty"))
    assert row == ["Level", "3", "60", "low", "−1", "·", "·", "−2", "·", "·", "very\N{NO-BREAK SPACE}low*"]


def test_steps_have_their_reasons_and_judgements_are_marked(made):
    steps = captioned(level(made), "steps to the certainty")
    assert cells(steps) == [
        ["Start", "low", "not randomised"],
        ["Risk of bias", "−1", "60% at high risk"],
        ["Imprecision", "−2", "Judged: too few by an analyst"],
        ["No level for", "·", "inconsistency: I2 10%"],
    ]
    assert "judgements.csv" in plain(steps["note"])


def test_a_pool_that_is_not_rated_shows_its_facts():
    facts = [
        SimpleNamespace(domain=domain, levels=0, reason=reason, by="fact")
        for domain, reason in (("start", "not rated"), ("imprecision", "86 people"))
    ]
    rows = content_certainty.step_rows(facts, "")
    assert [[row[0], row[1], "".join(piece["text"] for piece in row[2])] for row in rows] == [
        ["Not rated", "\N{EN DASH}", "not rated"], ["Imprecision", "\N{EN DASH}", "86 people"],
    ]  # fmt: skip


def test_conclusions_that_flip_stand_at_the_head(made):
    head = [plain(item) for item in next(block for block in level(made) if block["kind"] == "list")["items"]]
    assert head[0].endswith("Certainty: very\N{NO-BREAK SPACE}low*.")
    assert head[-1] == (
        "Conclusions that flip (change from baseline): Increase in the headline; 1 of 9 say otherwise: Without Able (unclear). "
        "Strata whose conclusion flips: Condition B (2 of 4 analyses)."
    )


def test_a_conclusion_that_stands(judged):
    stands = judged.robustness.assign(flips=0.0)
    made = content(replace(judged, robustness=stands))
    head = [plain(item) for item in next(block for block in level(made) if block["kind"] == "list")["items"]]
    assert head[-1].startswith("Conclusions that stand (change from baseline): ") and "Strata" not in head[-1]


def test_analyses_that_change_a_number_are_laid_beside_and_flips_marked(made):
    beside = cells(captioned(level(made), "sensitivity analyses"))
    names = [row[0] for row in beside]
    assert "Without Able – flips" in names
    assert "Without Cole" not in names
    assert beside[names.index("Without Able – flips")] == ["Without Able – flips", "2", "40", "+22% (−10% to +65%)", "", "50% (0.10)"]


def test_what_the_pool_cannot_see(made):
    seen = [plain(one) for block in level(made) if block["kind"] == "text" for one in block["paragraphs"]]
    assert seen == ["What the pool cannot see. The pool does not see 40%."]
    assert cells(table(made, "missing")) == [
        ["Level", "5", "3", "·", "2", "·", "·", "40%", "↑\N{NO-BREAK SPACE}2", "– : 60"],
        ["Level", "1", "1", "·", "·", "·", "·", "0%", "", "0 : 40"],
    ]


def test_contrasts_with_numbers_and_those_that_no_data_allow(made):
    assert cells(table(made, "contrasts")) == [
        ["Condition B against all others", "Level change from baseline, between studies", "5 : 1", "76 : 23", "1.49 (0.50 to 4.95)", "p = 0.37",
         "1.03 (1), p = 0.31", "yes"]
    ]  # fmt: skip
    without = table(made, "contrasts", 1)
    assert without["rows"][0]["group"] == "No cohort of the condition can be weighted"
    assert cells(without) == [["Condition C; Condition A", "all others", "Level"]]


def test_what_chance_alone_could_do(made):
    found = table(made, "chance")
    assert found["rows"][0]["group"] == "Level: Condition B"
    assert cells(found) == [
        ["Able 2001 Treated, not in a pool", "10.0 u", "+20%", "12.0: all comers", "+10% (+2% to +20%)", "50%"],
        ["", "", "", "9.00: others", "−5% (−10% to −1%)", "–"],
    ]


def test_ours_beside_what_asks_the_same(made):
    beside = table(made, "reviews")
    assert re.fullmatch(r"Cole et al\. 2003 \[\d+\], after v\. before: same people", beside["rows"][0]["group"])
    assert cells(beside) == [["Level: both conclude increase", "yes", "Of our 5 cohorts 2 cannot be weighted."]]


GIVEN = [
    (1, "title", "Iron in anaemia", "Iron in anaemia", "agrees", ""), (1, "authors", "Able A", "Cole C", "differs", "Another writer."),
    (1, "year", "2001", "2003", "differs", "Another writer."), (1, "pages", "1-9", "", "unverified", ""),
    (2, "title", "A book", "A book", "agrees", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def cited(judged):
    """The review with an article that cites Cole 2003 wrongly and a book that the review does not hold."""
    tables = judged.tables
    studies = tables.studies.assign(cited_by_article="no")
    studies.loc[studies.study_id == "cole2003", ["title", "cited_by_article"]] = ["Iron in anaemia", "yes"]
    given = pd.DataFrame(GIVEN, columns=["order", "field", "as_given", "verified", "status", "note"]).assign(source_url="")
    return replace(judged, tables=SimpleNamespace(**{**vars(tables), "studies": studies, "article_citations": given}))


def test_references_of_the_article_beside_the_record(cited):
    found = table(content(cited), "citations")
    one, two = [row["group"] for row in found["rows"] if "group" in row]
    assert re.fullmatch(r"Reference 1: Cole et al\. 2003 \[\d+\]\. Fields: 1 right, 2 wrong and 1 not verified", one)
    assert two == "Reference 2: no report of ours. Fields: 1 right"
    assert cells(found) == [
        ["authors", "Able A", "Cole C", "Another writer."],
        ["year", "2001", "2003", ""],
        ["pages", "1-9", "not verified", ""],
    ]
    assert plain(found["note"]) == (
        "1 of 2 references differ from the record in a field or more; 1 have a field that could not be verified."
    )


def test_a_claim_names_what_it_cites_wrongly(cited):
    why = [row[-1] for row in cells(table(content(cited), "verdicts"))]
    assert why == ["Supported, +36%. Cited wrongly: Cole et al. 2003 (authors and year).", "Untested."]


DRAWN = [
    {"kind": "sensitivity", "outcome": "level", "contrast": "before_after", "caption": "Level: sensitivity"},
    {"kind": "forest", "outcome": "level", "contrast": "before_after", "caption": "Level", "page": 1, "pages": 2},
    {"kind": "direction", "caption": "What each report gives"},
    {"kind": "bias_weights", "caption": "Bias in the weights"},
    {"kind": "traffic_light", "caption": "Bias by study"},
    {"kind": "flow", "caption": "Reports as a diagram"},
]


def test_each_figure_stands_at_its_place(judged):
    about = {"file": "a.svg", "alt": "Numbers.", "width_mm": 174.0, "height_mm": 60.0}
    made = content(replace(judged, figures=[about | words for words in DRAWN]))
    placed = {
        name: [block.get("caption", "") for block in section(made, name)["blocks"]] for name in ("outcomes", "missing", "flow", "bias")
    }
    ours = placed["outcomes"]
    forest, lines, beside = (
        ours.index(words) for words in ("Level (1 of 2)", "Level: sensitivity", "Level, change from baseline: sensitivity analyses")
    )
    assert forest < lines and beside == lines + 1
    assert placed["missing"][-1] == "What each report gives"
    assert [words for words in placed["flow"] if words][0] == "Reports as a diagram"
    assert [words for words in placed["bias"] if words][:3] == [
        "Weight of the pools by risk of bias",
        "Bias by study",
        "Bias in the weights",
    ]


def test_weight_by_the_worst_judgement_of_a_study(made):
    assert cells(table(made, "bias")) == [["Level", "·", "40%", "60%", "·", "·", "·"]]


def test_the_included_by_what_they_give(made):
    assert cells(table(made, "flow", 1)) == [["In a headline pool", "2", "2", "1–2"]]


def test_prisma_items(made):
    assert cells(table(made, "prisma")) == [["4", "Objectives: State the question", "partly", "–", "No date."]]


@pytest.mark.parametrize("path", ["src/evidence/words/text/prisma.csv", "config/text/prisma.csv"])
def test_prisma_names_sections_of_the_report(path):
    titles = {title.replace("’", "'") for title, _ in SECTIONS.values()} | {"Page one", "Title page"}
    where = pd.read_csv(ROOT / path, keep_default_na=False)["where"]
    assert {part.strip() for text in where for part in text.split(";") if part} <= titles


@pytest.mark.parametrize("empty", [False, True])
def test_nothing_is_said_where_nothing_was_made(bare, judged, empty):
    inputs = replace(judged, **{name: getattr(judged, name).iloc[:0] for name in FRAMES}) if empty else bare
    made = content(inputs)
    assert not {"verdicts", "contrasts", "certainty", "missing", "chance", "reviews", "bias", "prisma"} & {
        one["id"] for one in made["sections"]
    }
    findings = next(block for block in made["front"]["blocks"] if block["kind"] == "table")
    assert "Certainty" not in [column["title"] for column in findings["columns"]]
