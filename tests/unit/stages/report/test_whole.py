"""The report of the review itself: page one stands alone, and each number of the tables stands in the text."""

import io
import re
from pathlib import Path

import pypdf
import pytest

from evidence.document.blocks import effect_words, true_minus
from evidence.stages.report.contents import Inputs
from evidence.stages.report.report import build
from evidence.stages.verdicts.verdicts import appraised
from tests.unit.stages.report.test_contents import made_tables
from tests.unit.stages.report.test_report import structure

ROOT = Path(__file__).parents[4]
SHOWN = ("verdicts", "contrasts", "certainty", "certainty_steps", "sensitivity", "robustness", "missing", "published", "regression_to_mean",
         "bias_weights", "flow", "prisma")  # fmt: skip


@pytest.fixture(scope="module")
def inputs():
    made = made_tables(ROOT)
    frames = appraised(made["effects"], made["pools"], made["members"], made["tables"], made["config"])
    return Inputs(**made, figures=[], **{name: frames[name] for name in SHOWN})


@pytest.fixture(scope="module")
def pdf(inputs):
    names = ("tables", "config", "effects", "pools", "members", "unused", "opinion")
    return build(ROOT, **{name: getattr(inputs, name) for name in (*names, *SHOWN)}, figures=[])


@pytest.fixture(scope="module")
def pages(pdf):
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text):
    return "".join(text.split())


def test_page_one_stands_alone(pages, inputs):
    for words in ("Question", "Answer", "Summary of findings", "Limits of the evidence", "Certainty", "No control group."):
        assert squeezed(words) in pages[0], words
    assert squeezed(inputs.config.question) in pages[0]
    assert squeezed("Page 1 of") in pages[0] and "Contents" in pages[1][: len(inputs.config.title) + 60]


def test_every_stratum_and_every_analysis_of_a_headline_outcome_is_printed(pages, inputs):
    text = "".join(pages)
    shown = [row for row in inputs.pool.values() if row.outcome in inputs.shown_outcomes and row.analysis == "headline"]
    assert len(shown) > 80
    for row in shown:
        if row.k > 1 or row.stratum == "all":
            assert squeezed(effect_words(row)) in text, row.id
    for row in inputs.rows_of("sensitivity"):
        if row.stratum == "all" and row.outcome in inputs.shown_outcomes and row.k > 0 and row.differs == "yes":
            assert squeezed(effect_words(row)) in text, (row.pool, row.analysis)


def test_verdicts_flips_missing_results_and_contrasts_are_printed(pages, inputs):
    text = "".join(pages)
    for row in inputs.rows_of("robustness"):
        if row.stratum == "all" and row.outcome in inputs.shown_outcomes:
            for label in filter(None, row.labels.split("; ")):
                assert squeezed(label) in text, row.pool
    unseen = [
        row
        for row in inputs.rows_of("missing")
        if row.stratum == "all" and row.outcome in inputs.shown_outcomes and row.poolable < row.cohorts
    ]
    assert unseen and all(squeezed(f"{row.unseen_share:.0f}% of them") in text for row in unseen)
    for row in inputs.rows_of("contrasts"):
        if row.estimate == row.estimate and row.ratio_unit.startswith("ratio"):
            assert squeezed(f"{row.ratio:.2f} ({row.ratio_low:.2f} to {row.ratio_high:.2f})") in text, row.id
    for row in inputs.rows_of("verdicts"):
        start = squeezed(true_minus(row.sentence))[:40]
        assert start in text, row.claim_id


def test_every_effect_and_every_headline_pool_is_printed_with_its_id(pages, inputs):
    text = "".join(pages)
    ids = [*inputs.effects["id"], *inputs.pools.loc[inputs.pools["analysis"] == "headline", "id"]]
    assert len(ids) > 300 and not [one for one in ids if one not in text]


def test_no_id_stands_where_a_word_belongs(pages, inputs):
    text = "".join(pages)
    for words in ("outside 0.3 to 2.5 of sperm concentration", "cohort counted once, by Raman & Schlegel 2002", "follow-up: 18.2 nmol/L"):
        assert squeezed(words) in text
    assert "followup:" not in text and squeezed("by raman2002") not in text
    assert not [name for name, words in inputs.labels.items() if words == name and re.fullmatch(r"[a-z]+\d{4}[a-z]?", name)]


def test_tables_have_header_rows_and_bookmarks_lead_to_each_outcome(pdf, inputs):
    kinds, _ = structure(pdf)
    assert kinds.count("/Table") == kinds.count("/THead") > 60
    outline = pypdf.PdfReader(io.BytesIO(pdf)).outline
    below = [one.title.partition(" ")[2] for part in outline if isinstance(part, list) for one in part]
    assert {inputs.outcomes[name].label for name in inputs.shown_outcomes} <= set(below)
