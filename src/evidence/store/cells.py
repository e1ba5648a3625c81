"""One cell of a hand-edited table: clean its text, read its number, or say what is wrong."""

import difflib
import re
import unicodedata
from functools import lru_cache

LARGEST = 1e30
SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u200a\u202f\u3000"), " ")
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
DASHES = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"), "-")
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d{1,4})?", re.ASCII)
THREE_AFTER_COMMA = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
THREE_AFTER_POINT = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
GROUPED = re.compile(r"[+-]?\d{1,3}(?:([,.' ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?", re.ASCII)
MONTH = (  # in full and as spreadsheets shorten it, in English and German; no other word that begins so, such as a name
    r"(?:jan(?:uary|uar)?|jänner|feb(?:ruary|ruar)?|m[aä]r|march|märz|mrz|apr(?:il)?|ma[iy]|june?|juni|july?|juli|"
    r"aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
DATE = re.compile(
    rf"\d{{1,2}}[-. /]{{1,2}}{MONTH}\.?(?:[-. /]{{1,2}}\d{{2,4}})?|{MONTH}\.?[- /]\d{{1,4}}"
    r"|\d{4}-\d{1,2}-\d{1,2}(?:[T ][\d:.]+)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}/\d{1,2}",
    re.IGNORECASE,
)
NOT_STATED = {
    "-",
    "--",
    ".",
    "?",
    "na",
    "n/a",
    "n.a.",
    "nan",
    "nr",
    "nd",
    "none",
    "null",
    "not reported",
    "not stated",
}
WITH_TEXT = re.compile(
    r"['’`]?(?:p\s*)?(?P<sign>[<>=≤≥~])?\s*(?P<number>[+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*(?:(?:±|\+/-).*|\D*)",
    re.ASCII | re.DOTALL | re.IGNORECASE,
)
TIME = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>d|days?|w|wks?|weeks?|mo|mos|mths?|months?|y|yrs?|years?)\.?", re.ASCII | re.IGNORECASE
)
WEEKS = {"d": 1 / 7, "w": 1, "m": 13 / 3, "y": 52}
OF_ALL = re.compile(r"(\d+)\s*(?:/|of|out of)\s*(\d+)", re.ASCII)
IN_BRACKETS = re.compile(r"([+-]?\d*\.?\d+)\s*[(\[]\s*(?:sd|se|sem)?\s*([^()\[\]]*)[)\]]", re.ASCII | re.IGNORECASE)
NEGATIVE = re.compile(r"\((\d+\.?\d*)\)", re.ASCII)
NOT_SIGNIFICANT = ("ns", "n.s.", "n.s", "not significant", "nonsignificant", "non-significant")
TWO_ENDS = re.compile(r"[(\[]?\s*([+-]?\d*\.?\d+)\s*(?:-|to|,|;)\s*([+-]?\d*\.?\d+)\s*[)\]]?", re.ASCII)


def clean(text):
    """Text without what cannot be seen: odd spaces become plain ones, zero-width marks go."""
    if text.isascii():
        return text.strip().replace("\r\n", "\n") if "\r" in text else text.strip()
    text = unicodedata.normalize("NFC", text).translate(SPACES).translate(INVISIBLE)
    return text.strip().replace("\r\n", "\n")


def control_character(text):
    """The first control character in a cell (line breaks and tabs are none), or None."""
    if text.isprintable():
        return None
    return next((char for char in text if unicodedata.category(char) == "Cc" and char not in "\n\r\t"), None)


def is_date(text):
    """Whether a cell is a date and nothing else, as spreadsheets make of 5-12 or 3/4."""
    parts = re.fullmatch(r"(\d{1,2})/(\d{1,2})", text)
    return DATE.fullmatch(text) is not None and not (parts and min(int(parts[1]), int(parts[2])) > 12)


def has_decimal_comma(texts, semicolons=False):
    """Whether number cells are written with decimal commas: some are, beyond doubt, and none with points.

    Spreadsheets put semicolons between cells where the comma is the decimal sign, so in such a file it is
    enough that none is written with a point.
    """
    comma = semicolons or any("," in text and COMMA.fullmatch(text) and not THREE_AFTER_COMMA.fullmatch(text) for text in texts)
    point = any("." in text and PLAIN.fullmatch(text) and not THREE_AFTER_POINT.fullmatch(text) for text in texts)
    return comma and not point


def number(text, decimal_comma=False):
    """Read a number as people type them.

    Parameters
    ----------
    text : str
        A cleaned cell, not empty.
    decimal_comma : bool
        Whether the file's other numbers have decimal commas.

    Returns
    -------
    float or None
        None where it is no number, beyond LARGEST, or could be read in two ways (1,234).
    """
    text = text if text.isascii() else text.translate(DASHES)
    if not decimal_comma and PLAIN.fullmatch(text):
        return bounded(float(text))
    comma, doubtful = COMMA.fullmatch(text), THREE_AFTER_COMMA.fullmatch(text)
    if decimal_comma and THREE_AFTER_POINT.fullmatch(text):
        return None
    if PLAIN.fullmatch(text) or (comma and (decimal_comma or not doubtful)):
        return bounded(float(text.replace(",", ".")))
    return None


def bounded(value):
    """A number, or None where it is beyond LARGEST."""
    return value if value == 0 or 1 / LARGEST < abs(value) < LARGEST else None


def ungrouped(text, sign_of_decimals="."):
    """The number that a text with thousands separators most likely means, as text."""
    sign = "-" if text.startswith("-") else ""
    parts = re.split(r"[,.' ]", text.lstrip("+-"))
    separators = re.findall(r"[,.' ]", text)
    if len(set(separators)) > 1:
        return f"{sign}{''.join(parts[:-1])}{sign_of_decimals}{parts[-1]}"
    return sign + "".join(parts)


def complaint(text, field, decimal_comma=False):
    """What is wrong with a cell that is no number, and what to do.

    Parameters
    ----------
    text : str
        The cleaned cell.
    field : Field
        Its column.
    decimal_comma : bool
        Whether the file's other numbers have decimal commas: what is to be typed must be readable there.

    Returns
    -------
    what, remedy : str
    """
    shown = f'"{short(text)}"'
    plain = text.translate(DASHES)
    if plain.lower() in NOT_STATED:
        return f"{shown} is no number", "Leave the cell empty where the source does not state it."
    if is_date(plain):
        what = f"{shown} is a date: a spreadsheet turned a number or a range such as 5-12 into it"
        return what, "Type what the source prints, with the column formatted as text."
    mark = "," if decimal_comma else "."
    doubtful = THREE_AFTER_COMMA.fullmatch(plain) or THREE_AFTER_POINT.fullmatch(plain)
    if doubtful and field.type == "number":
        decimal, whole = re.sub("[,.]", mark, plain), re.sub("[,.]", "", plain)
        return (
            f"{shown} can be read as {decimal} or as {whole}",
            f"Type {decimal} or {whole}, whichever the source means.",
        )
    if GROUPED.fullmatch(plain):
        return f"{shown} has a thousands separator", f"Type it without (did you mean {ungrouped(plain, mark)}?)."
    if PLAIN.fullmatch(plain):
        return f"{shown} is too large or too small", f"Type a number such as {field.example}."
    return f"{shown} is no number", mixed(plain, field)


def mixed(text, field):
    """What to do about a number that has something else beside it."""
    ends = TWO_ENDS.fullmatch(text)
    if ends and field.name.startswith("spread_"):
        return f"Type {ends[1]} in spread_low and {ends[2]} in spread_high."
    if text.startswith(("=", "#")):
        return "It is a formula, or the error of one: paste the values alone."
    if text.lower() in NOT_SIGNIFICANT:
        return "Leave the cell empty, unless the source prints a threshold: then type > and that number."
    if NEGATIVE.fullmatch(text):
        return f"Type a negative number with its sign (did you mean -{NEGATIVE.fullmatch(text)[1]}?)."
    if (share := OF_ALL.fullmatch(text)) and int(share[1]) <= int(share[2]):
        return f"Type {share[1]} here if it means {share[1]} of {share[2]}; {share[2]} is an n of its own, of the group or of the events."
    if (both := IN_BRACKETS.fullmatch(text)) and not field.name.startswith("spread_"):
        between = TWO_ENDS.fullmatch(both[2])
        where = f"{between[1]} and {between[2]} in spread_low and spread_high" if between else "the spread in spread_low"
        return f"Type {both[1]} here, and {where}."
    time = TIME.fullmatch(text) if field.name == "weeks" else None
    if time:
        weeks = float(time["number"]) * WEEKS[time["unit"][0].lower()]
        return f"Type the number of weeks (did you mean {round(weeks, 1):g}?)."
    if ends and field.type == "integer":
        return f"Type the number behind this very row; if the source gives only the range, {ends[1]}, with {text} in the note."
    found = WITH_TEXT.fullmatch(text)
    if ends or not found:
        return f"Type a number such as {field.example}, or leave the cell empty where the source states none."
    number, sign = found["number"], found["sign"]
    if sign and sign in "<>=":
        return f"Type {number} here, and the {sign} in p_operator if it is a p-value."
    if "±" in text or "+/-" in text:
        return f"Type {number} here, and the spread in spread_low."
    return f"Type the number alone (did you mean {number}?), its unit or remark in the column for it."


def short(text, limit=60):
    """Text for a message: one line, not too long."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def folded(text):
    """A word without what may differ between two ways to type it: capitals, accents, spaces, hyphens, low lines."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", "", text.casefold())


SYNONYMS = {
    "sem": "se", "standarderror": "se", "stdev": "sd", "std": "sd", "standarddeviation": "sd", "ci": "ci95", "95ci": "ci95", "confidenceinterval": "ci95",
    "quartiles": "iqr", "minmax": "range", "average": "mean", "avg": "mean", "pre": "baseline", "before": "baseline", "post": "followup",
    "after": "followup", "endpoint": "followup", "rr": "risk_ratio", "or": "odds_ratio", "hr": "hazard_ratio", "irr": "rate_ratio", "md": "mean_difference",
    "smd": "standardised_difference", "r": "correlation", "control": "untreated", "randomised": "rct_parallel", "randomized": "rct_parallel",
    "observational": "cohort", "fulltext": "full_text", "true": "yes", "false": "no", "y": "yes", "1": "yes", "0": "no", "paper": "full_text",
}  # fmt: skip


@lru_cache(maxsize=1000)
def nearest(value, known):
    """The known word that a mistyped one most likely means, or "".

    Parameters
    ----------
    value : str
    known : tuple of str
    """
    value = value[:80]
    if (synonym := SYNONYMS.get(folded(value))) in known:
        return synonym
    plain = {word.casefold(): word for word in reversed(known)}
    close = [word for word in difflib.get_close_matches(value.casefold(), plain, 3, 0.6) if word != f"un{value.casefold()}"]
    parts = [word for word in known if value.casefold() in word.casefold().split("_")]
    return plain[close[0]] if close else parts[0] if parts else ""  # never the opposite, as of treated


def near(value, known):
    """Did-you-mean: a hint at the known word that is nearest, or an empty text."""
    word = nearest(value, known)
    return f' (did you mean "{word}"?)' if word else ""
