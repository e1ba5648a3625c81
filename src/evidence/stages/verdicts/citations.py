"""Citations: what the article cites, and what is true of it."""

import re
from collections import Counter

import pandas as pd

from evidence.store.rows import by, named_rows
from evidence.words.sentences import templates

COUNTS = ["agrees", "differs", "unverified"]
COLUMNS = ["order", "study_id", *COUNTS, "field", "as_given", "verified", "status", "note", "source_url", "sentence"]


def letters(text):
    """The letters and digits of a title, for comparing two spellings of it."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def surname(authors):
    """First word of the first author."""
    return letters(re.split(r"[,;\s]", authors.strip(), maxsplit=1)[0]) if authors else ""


def study_of(reference, studies):
    """The cited report in studies.csv: the same title, of several the one with the same first author.

    Parameters
    ----------
    reference : dict
        Field to its row of article_citations.csv.
    studies : list of rows
        The reports that the article cites.
    """
    titles = {letters(value) for value in (reference["title"].as_given, reference["title"].verified)} if "title" in reference else set()
    same = [study for study in studies if letters(study.title) in titles - {""}]
    by_author = [study for study in same if "authors" in reference and surname(study.authors) == surname(reference["authors"].as_given)]
    return (by_author or same)[0].study_id if same else ""


def citations(tables):
    """Where the article's references differ from the record, or could not be verified.

    Parameters
    ----------
    tables : Tables

    Returns
    -------
    DataFrame
        One row per reference and field that differs or is unverified; a reference without fault has one row with an
        empty field. `agrees`, `differs` and `unverified` count the fields of the reference.
    """
    words = templates(tables.folder, "verdicts")["citations"]
    cited = [study for study in named_rows(tables.studies) if study.cited_by_article == "yes"]
    rows = []
    for order, part in sorted(by(named_rows(tables.article_citations), lambda row: row.order).items()):
        fields = {row.field: row for row in part}
        about = {"order": int(order), "study_id": study_of(fields, cited)}
        statuses = Counter(row.status for row in part)
        about |= {status: statuses[status] for status in COUNTS}
        faults = [row for row in part if row.status != "agrees"]
        for row in faults:
            text = words[row.status].format(field=row.field, as_given=row.as_given, verified=row.verified)
            kept = {name: getattr(row, name) for name in ("field", "as_given", "verified", "status", "note", "source_url")}
            rows.append(about | kept | {"sentence": text})
        if not faults:
            rows.append(about | dict.fromkeys(COLUMNS[5:], "") | {"sentence": words["agrees"]})
    return pd.DataFrame(rows, columns=COLUMNS)


def wrong_citations(cites, faults, words):
    """What is wrong with the citations of one claim, in words; empty where nothing is.

    Parameters
    ----------
    cites : str
        Study ids, ";" between.
    faults : list of rows
        From `citations`.
    words : dict
        Templates.
    """
    parts = []
    for study in filter(None, (name.strip() for name in cites.split(";"))):
        wrong = [row.sentence for row in faults if row.study_id == study and row.status == "differs"]
        if wrong:
            parts.append(words["of_study"].format(study_id=study, faults="; ".join(wrong)))
    return ". ".join(parts)
