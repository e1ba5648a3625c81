"""What stands on the sheets of the workbook: rows, words and the formats of numbers."""

import re

from evidence.store.codebook import kind
from evidence.store.schema import load
from evidence.words.scales import MOST_DECIMALS, significant, three_digits

NARROW, WIDE = 9, 48
WHOLE, PLAIN, SHARE, SMALL = "#,##0", "0.000", "0.0", "[<0.0001]0.0E+00;0.0000"
YEAR = "0"
FORMATS = {"year": YEAR, "line": YEAR, "p": SMALL, "p_value": "General", "Q_p": SMALL, "I2": SHARE}
READABLE = ("effect", "effect_low", "effect_high", "effect_pi_low", "effect_pi_high")
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def shown(text):
    """Text as a spreadsheet can hold it: signs that act and are not seen as their code points."""
    return UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def headline(frame):
    """The rows of the headline analysis."""
    return frame[frame["analysis"] == "headline"]


def of_headline(frame):
    """The rows of headline pools."""
    return frame[frame["pool"].str.endswith(".headline")]


SHEETS = {"pools": headline, "members": of_headline}


def number_format(name, values):
    """Format of a column of numbers by what it means: years without commas, counts whole, p-values with four decimals."""
    if name in FORMATS:
        return FORMATS[name]
    present = values.dropna()
    if (present % 1 == 0).all():
        return WHOLE
    return PLAIN if present.abs().median() >= 0.01 else "General"


def fixed(decimals):
    """Format with so many decimals, thousands apart."""
    return "#,##0." + "0" * decimals if decimals else WHOLE


def visible(format, value):
    """The format, with more decimals where these would show a number as zero."""
    decimals = len(format.partition(".")[2]) if set(format) <= set("#,0.") else MOST_DECIMALS
    return format if not value or abs(value) >= 0.5 * 10.0**-decimals else fixed(significant(abs(value)))


def number_formats(name, frame):
    """Format of each number of a column: readable effects and their ends two digits of half the interval and three of the effect.

    Parameters
    ----------
    name : str
        A column of numbers of the frame.
    frame : DataFrame

    Returns
    -------
    list of str
        None of them shows a number as zero that is not.
    """
    values = frame[name].astype(float)
    formats = [number_format(name, values)] * len(values)
    if name in READABLE and {"effect", "effect_low", "effect_high"} <= set(frame):
        halves = (frame["effect_high"] - frame["effect_low"]).astype(float) / 2
        formats = [fixed(max(significant(half), three_digits(effect))) for half, effect in zip(halves, frame["effect"], strict=True)]
    return [visible(format, value) for format, value in zip(formats, values, strict=True)]


def options(field):
    """What the words of a column mean, in one cell."""
    if field.options:
        return "\n".join(f"{word}: {meaning}" for word, meaning in field.options.items())
    return ", ".join(map(str, field.enum))


def codebook_rows(names):
    """One row for each column of the tables."""
    return [(name, field.name, field.description, kind(field), options(field)) for name in names for field in load(name).fields.values()]


def first_rows(config, digests, program, frames):
    """The lines of the first sheet: a name and what is said."""
    level = f"{100 * config.level:g}%"
    lines = [
        ("Question", " ".join(config.question.split())),
        ("Evidence as of", config.date.isoformat()),
        ("Made by", f"evidence {program}; data {digests['data']}, config {digests['config']} (the report's foot names the same data)"),
        ("How to read it", "One sheet for each table. The first row names the columns and filters; the sheet codebook says what "
         "each column means. An empty cell means that there is nothing, or that the sources do not say."),
        ("Scale", "yi, estimate and the columns beside them stand on the analysis scale: logarithms for ratios, logits for proportions, "
         f"the outcome's unit for differences. effect is the readable form. Intervals are {level} intervals."),
        ("Left out here", "The sheets pools and members hold the headline analyses; the sheet sensitivity lays the others beside them, "
         "and pools.csv and members.csv hold every row."),
        ("Formulae", "There are none: a text that begins with =, +, - or @ is text. Change numbers in data/raw, then build again."),
    ]  # fmt: skip
    return lines + [(name, f"{load(name).title}: {len(frame):,} rows. {load(name).description}") for name, frame in frames.items()]
