"""The tables of the page: which columns a reader gets, and what they are called."""

import pandas as pd

from evidence.document.blocks import CONTRASTS, sentence, words_of
from evidence.stages.page.data import records
from evidence.stages.pools.account import TITLES as STANDINGS

WORDS = {
    "claim_id": "Claim", "claim": "What it says", "sentence": "What decides", "wrong_citations": "Citations to correct",
    "study_label": "Study", "group_label": "Group", "effect_low": "From", "effect_high": "To", "effect_unit": "Unit",
    "effect_pi_low": "Predicted from", "effect_pi_high": "Predicted to", "yi": "yi", "vi": "vi", "k": "k", "n": "n", "I2": "I²",
    "tau2": "tau²", "p": "p", "r": "r", "headline": "In headline", "doi": "DOI", "record_url": "Record", "source_url": "Source",
}  # fmt: skip
COLUMNS = {
    "verdicts": ("claim_id", "claim", "verdict", "certainty", "sentence", "wrong_citations"),
    "pools": ("outcome", "contrast", "stratum", "k", "n", "effect", "effect_low", "effect_high", "effect_unit", "effect_pi_low",
              "effect_pi_high", "p", "tau2", "I2", "certainty", "note", "id"),
    "effects": ("study_label", "group_label", "outcome", "contrast", "drug", "dose", "weeks", "n", "printed", "effect", "effect_low",
                "effect_high", "effect_unit", "route", "r", "yi", "vi", "headline", "reason", "id"),
    "studies": ("study", "title", "year", "journal", "design", "country", "participants", "eligibility", "eligibility_reason", "doi",
                "record_url", "study_id"),
    "account": ("standing", "reason", "numbers"),
    "flags": ("file", "line", "column", "what", "remedy", "blocks", "study_id"),
    "citations": ("order", "study_id", "field", "as_given", "verified", "status", "note", "source_url"),
}  # fmt: skip
TITLES = {
    "verdicts": "Verdicts on the claims", "pools": "Pools", "effects": "Effects", "studies": "Reports",
    "account": "Where the printed numbers end", "flags": "Doubts about the data",
    "citations": "Citations checked",
}  # fmt: skip


def frames(inputs, citations):
    """The frames by name, ids of outcomes and strata in words."""
    labels = {name: row.label for name, row in inputs.outcomes.items()}
    headline = inputs.pools[inputs.pools["analysis"] == "headline"]
    certainty = {name: row.certainty for name, row in inputs.certainty_of.items()}
    named = [
        frame.assign(outcome=frame["outcome"].map(labels), contrast=frame["contrast"].map(CONTRASTS))
        for frame in (headline, inputs.effects)
    ]
    studies = inputs.tables.studies
    return {
        "verdicts": inputs.verdicts,
        "pools": named[0].assign(
            stratum=headline["stratum"].map(inputs.stratum_label),
            certainty=headline["id"].map(certainty).fillna(""),
        ),
        "effects": named[1],
        "studies": studies.assign(study=studies["study_id"].map(inputs.labels)),
        "account": account(inputs),
        "flags": inputs.tables.flags,
        "citations": citations,
    }


def account(inputs):
    """The account of the printed numbers, a row for each reason."""
    books = inputs.account
    pooled = [("in a headline pool", "", books.in_pools)] if books.in_pools else []
    rows = [*pooled, *((STANDINGS[standing], reason, number) for standing, reason, number in books.groups)]
    return pd.DataFrame(rows, columns=COLUMNS["account"])


def page_tables(inputs, citations):
    """Tables with rows, in the order they are shown.

    Returns
    -------
    list of dict
        name, title, `columns`, `headings` and `rows`.
    """
    made = []
    for name, frame in frames(inputs, citations).items():
        if frame is not None and len(frame):
            columns = [one for one in COLUMNS[name] if (frame[one].notna() & frame[one].ne("")).any()]
            headings = [WORDS.get(one, sentence(words_of(one))) for one in columns]
            made.append({"name": name, "title": TITLES[name], "headings": headings, **records(frame, columns)})
    return made
