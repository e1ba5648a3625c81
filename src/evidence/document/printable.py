"""Text that the report's faces can print, with nothing hidden in it."""

import unicodedata
from functools import cache
from importlib import util
from pathlib import Path

from evidence.document import scripts
from evidence.document.directions import end_runs
from evidence.resources import shipped

FONTS = shipped("document/fonts")


def second_faces():
    """Folder of the face of matplotlib, which draws what the first face lacks: Arabic and Hebrew, signs."""
    return Path(util.find_spec("matplotlib").origin).parent / "mpl-data/fonts/ttf"


@cache
def known_characters():
    """Code points that the shipped faces can draw."""
    from fontTools.ttLib import TTFont

    points = set()
    for path in (*sorted(FONTS.glob("*.ttf")), second_faces() / "DejaVuSans.ttf"):
        with TTFont(path, lazy=True) as face:
            points |= set(face.getBestCmap())
    return frozenset(points)


def can_print(sign):
    """Whether a sign is seen, and one of the shipped faces or a face of this machine for its script draws it."""
    if unicodedata.category(sign)[0] == "C":
        return False
    return ord(sign) in known_characters() or (scripts.script_of(sign) is not None and scripts.is_drawn(sign))


@cache
def shown(sign):
    """One character as it can be printed.

    What no face has becomes its plain form where Unicode knows one, else its code point; so does
    what is not seen but acts: control characters and marks that turn the direction of a line.
    """
    if sign == "\n" or can_print(sign):
        return sign
    plain = unicodedata.normalize("NFKD", sign)
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    if plain != sign and plain and all(ord(one) in known_characters() for one in plain):
        return plain
    return f"‹U+{ord(sign):04X}›"


def texts(value):
    """All texts in a JSON-able value, each once."""
    found, waiting = set(), [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, (list, tuple)):
            waiting += one
    return found


def replaced(value):
    """What `printable` changes in the texts of a JSON-able value: the characters, each with what is shown."""
    signs = set().union(*(unicodedata.normalize("NFC", text) for text in texts(value)))
    return {sign: shown(sign) for sign in sorted(signs) if shown(sign) != sign}


def printable(value):
    """All texts of a JSON-able value, made printable.

    Parameters
    ----------
    value : dict, list, str, number or None

    Returns
    -------
    The same, with texts in composed form (NFC), and a left-to-right mark after letters that run from right to left.
    """
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            return value
        return end_runs("".join(map(shown, unicodedata.normalize("NFC", value))))
    if isinstance(value, dict):
        return {key: printable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(one) for one in value]
    return value
