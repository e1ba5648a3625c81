"""The report's words: numbers as a reader reads them, and the pieces a page is made of.

A page is a list of blocks (text, list, table, figure), a block is a dict, so that all
of it can be written as JSON and no text of the data ever stands in markup.
"""

import math
import re

from evidence.words.measures import measure_of, scale_of_row
from evidence.words.scales import MINUS, in_words, raised, unsigned

CONTRASTS = {
    "before_after": "Change from baseline",
    "versus_control": "Against a control group",
    "versus_active": "Against another active treatment",
    "single_arm": "Single groups",
}
NOT_PRINTED = "not printed"
DASH = "\N{EN DASH}"


def missing(value):
    """Whether a number or text of the data is absent."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def count(value):
    """A whole number of people or studies; a missing one is not printed by the source."""
    return NOT_PRINTED if missing(value) else f"{value:,.0f}"


def plural(number, noun, several=""):
    """1 study, 2 studies."""
    return f"{number:,.0f} {noun if number == 1 else several or noun + 's'}"


def listed(names, last="and"):
    """a, b and c."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}" if names else ""


def decimal(value, digits=3):
    """A number with `digits` significant digits, a true minus and no exponent."""
    if missing(value):
        return DASH
    if value == 0:
        return "0"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return unsigned(value, min(places, 9))


def percent(value):
    """A share that is already in percent."""
    return DASH if missing(value) else f"{value:.0f}%"


def effect_words(row):
    """Estimate and interval of a pool, such as +52% (+38% to +68%)."""
    return in_words(scale_of_row(row), row.estimate, row.ci_low, row.ci_high)


def point_words(row):
    """The estimate alone, with the decimals it has beside its interval."""
    return effect_words(row).partition(" (")[0]


def prediction_words(row):
    """Prediction interval of a pool, empty where there is none."""
    if missing(row.pi_low):
        return ""
    words = in_words(scale_of_row(row), row.estimate, row.pi_low, row.pi_high)
    return words.partition(" ")[2].strip("()")


def study_effect_words(effect, z):
    """Estimate and interval of one effect; without an interval where it has no standard error."""
    if missing(effect.yi):
        return ""
    if missing(effect.sei):
        return in_words(scale_of_row(effect), effect.yi)
    half = z * effect.sei
    return in_words(scale_of_row(effect), effect.yi, effect.yi - half, effect.yi + half)


def unit_words(measure, unit, label=""):
    """Unit of an effect beside its outcome: none for percent changes, not said twice."""
    words = measure_of(measure)
    if words.scale == "ratio":
        return ""
    if words.unit == "%" and unit == "%":
        return "share"
    name = "difference" if words.scale == "difference" and not words.noun else words.name
    return name if unit in ("", name, label) else f"{name}, {raised(unit)}"


def sentence(text):
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]


def words_of(code):
    """A code of the data in words: no_numbers, no numbers."""
    return code.replace("_", " ")


def each_once(text):
    """Text whose parts between semicolons are said once: two rows of an effect may be doubted for one reason."""
    return "; ".join(dict.fromkeys(text.split("; ")))


def true_minus(text):
    """Hyphens that stand for a minus, as such."""
    return re.sub(r"(?<![\w/])-(?=\d)", MINUS, text)


def run(text, style="", to="", url=""):
    """A piece of text: style bold, italic, small or code; linked to a place of the report or an address."""
    options = {"style": style, "to": to, "url": url}
    return {"text": text} | {name: value for name, value in options.items() if value}


def text(*paragraphs):
    """Block of paragraphs; each a text or a list of runs."""
    return {"kind": "text", "paragraphs": [runs(paragraph) for paragraph in paragraphs if paragraph]}


def bullets(items):
    """Block of a list."""
    return {"kind": "list", "items": [runs(item) for item in items]}


def heading(title, anchor=""):
    """A heading within a section."""
    return {"kind": "heading", "title": title, "anchor": anchor}


def runs(content):
    """Text or runs as a list of runs."""
    return [run(content)] if isinstance(content, str) else content


def cell(content, **options):
    """A cell: runs with `fill` (0 to 4), `align`, `vertical`, `span`, `rows`, `joined` or `plot`."""
    return {"runs": runs(content), **options}


def as_cell(content):
    """A text, runs or a cell as a cell."""
    return content if isinstance(content, dict) else cell(content)


def column(title, width="auto", align="left"):
    """A column: width in mm, a share such as "2fr", or auto."""
    return {"title": title, "width": width, "align": align}


def table(caption, columns, rows, note="", size=7.5, **options):
    """Block of a table.

    Parameters
    ----------
    caption : str
    columns : list of dict
        From `column`.
    rows : list of (list or dict)
        Lists of cells (text, runs or `cell`), or `group` rows.
    note : str
        Below the table.
    size : float
        Of the type, in points.
    """
    made = [row if isinstance(row, dict) else {"cells": [as_cell(one) for one in row]} for row in rows]
    return {
        "kind": "table",
        "caption": caption,
        "columns": columns,
        "rows": made,
        "note": runs(note) if note else [],
        "size": size,
        "letters": sum(map(letters, made)),
        **options,
    }


def letters(row):
    """Letters in the longest cell of a row, a measure of how high it is."""
    return max((sum(len(piece["text"]) for piece in one["runs"]) for one in row.get("cells", [])), default=0)


def group(title, repeat=False):
    """A row that heads those below it, again on each page if `repeat`."""
    return {"group": title, "repeat": repeat}
