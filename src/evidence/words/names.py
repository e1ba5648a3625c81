"""Labels of studies: first author and year; and ids inside a text, in words."""

import re

import pandas as pd

from evidence.store.rows import named_rows

NAMED = re.compile(r"([a-z_]+)(\d{4})([a-z]?)")
WRITTEN = re.compile(r"(?<![\w/.])[a-z][a-z0-9_]*[0-9_][a-z0-9_]*(?![\w/]|\.\w)")
INITIALS = re.compile(r"([^\W\d_a-z]\.?-?){1,4}")


def surname(name):
    """An author's name without initials at its end; a group's name as it is."""
    *family, last = name.split() or [""]
    return " ".join(family) if family and INITIALS.fullmatch(last) else name


def authors(study):
    """First author, with how many more there are; of a record without authors the name in its id."""
    if not study.authors:
        named = NAMED.fullmatch(study.study_id)
        return named[1].replace("_", " ").capitalize() if named else ""
    names = [name.strip() for name in study.authors.split(";")]
    several = len(names) > 2 or "et al" in study.authors
    first = surname(names[0].removesuffix("et al.").strip().rstrip(".,"))
    return first + (" et al." if several else f" & {surname(names[1])}" if len(names) == 2 else "")


def year(study):
    """Year of the record, else the one in its id, with the letter that tells reports of one year apart."""
    named = NAMED.fullmatch(study.study_id)
    given = "" if pd.isna(study.year) else f"{study.year:.0f}"
    return (given or (named[2] if named else "")) + (named[3] if named else "")


def label(study):
    """Study label: first author and year, what the record lacks from the id, which is made of the two; else the id as typed."""
    who, when = authors(study), year(study)
    typed = getattr(study, "study_id_typed", study.study_id)
    if not study.authors and typed != study.study_id:
        return typed
    return f"{who} {when}" if who and when else study.study_id


def spelled(tables):
    """Words for the ids of studies, outcomes and groups, where a report names one within a sentence."""
    outcomes = zip(tables.outcomes["outcome"], tables.outcomes["label"], strict=True)
    return {
        **{group_id: group_id.replace("_", " ") for group_id in tables.groups["group_id"]},
        **{outcome: words[:1].lower() + words[1:] if words[1:2].islower() else words for outcome, words in outcomes},
        **{row.study_id: label(row) for row in named_rows(tables.studies)},
    }


def named(text, words):
    """Text with its ids in words; an id without a digit or a low line may be a plain word, and stays."""
    return WRITTEN.sub(lambda found: words.get(found[0], found[0]), text)
