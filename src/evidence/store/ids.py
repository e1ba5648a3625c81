"""Ids as people type them: Smith 2010, smith-2010 and smith_2010 are one.

Tables are joined by the folded form: small letters, digits and low lines. Messages show what was typed.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import replace

from evidence.store.cells import folded
from evidence.store.schema import items

PLAIN = re.compile("[a-z0-9_]+")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})


def fold_id(text):
    """The form of an id by which tables are joined.

    Parameters
    ----------
    text : str
        As typed.

    Returns
    -------
    str
        Small letters without accents, digits, and low lines for what stands between them; the text itself where it has none of
        these, or letters of another script.
    """
    if PLAIN.fullmatch(text):
        return text
    letters = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    letters = "".join(char for char in letters if not unicodedata.combining(char))
    plain = re.sub(r"[\W_]+", "_", letters).strip("_")
    return plain if PLAIN.fullmatch(plain) else text


def known_ids(columns, reference):
    """Ids of a table, by what else the reference names, and by their text and their form without low lines.

    Where two differ by low lines alone, only the text tells which is meant.
    """
    known = defaultdict(dict)
    stated = set(zip(*(columns[column] for column in reference.to), strict=True))
    for *outer, name in stated:
        forms, loose = known[tuple(outer)], folded(name)
        forms[loose] = "" if loose in forms else name
    for *outer, name in stated:
        known[tuple(outer)][name] = name
    return known


def resolved(columns, reference, field, known):
    """Cells of a column with the ids that they mean; those that mean none stay as typed."""

    def resolve(key):
        forms = known.get(key[:-1], {})
        names = items(field, key[-1])
        meant = [name if name in forms else forms.get(fold_id(name)) or forms.get(folded(name)) or name for name in names]
        return key[-1] if meant == names else f"{field.separator} ".join(meant) if field.separator else meant[0]

    keys = zip(*(columns[column] for column in reference.columns), strict=True)
    forms = {}
    return [forms[key] if key in forms else forms.setdefault(key, resolve(key)) for key in keys]


def fold_ids(sheets):
    """Sheets whose ids are in one form, with what was typed in `<column>_typed` where the ids of a table changed.

    Parameters
    ----------
    sheets : dict of Sheet
        By table name.

    Returns
    -------
    dict of Sheet
    """
    columns = {name: dict(sheet.columns) for name, sheet in sheets.items()}
    schemas = {name: sheet.schema for name, sheet in sheets.items()}
    references = [(schema, reference) for schema in schemas.values() for reference in schema.references
                  if schemas[reference.table].fields[reference.to[-1]].pattern == PLAIN.pattern]  # fmt: skip
    for table, column in dict.fromkeys((reference.table, reference.to[-1]) for _, reference in references):
        forms = {text: fold_id(text) for text in set(columns[table][column])}
        if any(text != form for text, form in forms.items()):
            typed = columns[table][column]
            columns[table] |= {column: [forms[text] for text in typed], f"{column}_typed": typed}
    for schema, reference in sorted(references, key=lambda pair: len(pair[1].columns)):
        column, stated = reference.columns[-1], columns[schema.name]
        if not set(stated[column]) <= {"", *columns[reference.table][reference.to[-1]]}:
            stated[column] = resolved(stated, reference, schema.fields[column], known_ids(columns[reference.table], reference))
    return {name: replace(sheet, columns=columns[name]) for name, sheet in sheets.items()}
