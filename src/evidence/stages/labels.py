"""Labels of studies: first author and year."""

import re

import pandas as pd

INITIALS = re.compile(r"([^\W\d_a-z]\.?-?){1,4}")


def surname(name):
    """An author's name without initials at its end; a group's name as it is."""
    *family, last = name.split() or [""]
    return " ".join(family) if family and INITIALS.fullmatch(last) else name


def label(study):
    """Study label: first author and year, or the id where the record lacks them."""
    if not study.authors or pd.isna(study.year):
        return study.study_id
    names = [name.strip() for name in study.authors.split(";")]
    several = len(names) > 2 or "et al" in study.authors
    first = surname(names[0].removesuffix("et al.").strip().rstrip(".,"))
    more = " et al." if several else f" & {surname(names[1])}" if len(names) == 2 else ""
    letter = study.study_id[-1] if study.study_id[-2:-1].isdigit() and study.study_id[-1].isalpha() else ""
    return f"{first}{more} {int(study.year)}{letter}"
