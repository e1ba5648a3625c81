"""Chinese, Japanese and Korean, which no shipped face draws: the faces of this machine that do.

The faces that ship draw Latin, Greek, Cyrillic, Arabic and Hebrew. A face of Chinese characters has 20 MB, so it is taken from the
machine, and only the letters in use go into a figure or the report. Their shapes, and so the bytes, are those of the machine's face.
"""

import hashlib
import io
import os
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from evidence.document.directions import RUN

FIRST = 0x1100  # no letter of these scripts stands before it in Unicode
NORMAL, BOLD = 400, 700
COPYRIGHT, FAMILY, SUBFAMILY, FULL_NAME, POSTSCRIPT_NAME, LICENCE, LICENCE_ADDRESS = 0, 1, 2, 4, 6, 13, 14  # OpenType's numbers of names
KEPT_NAMES = (COPYRIGHT, LICENCE, LICENCE_ADDRESS)
FEATURES = ["ccmp", "kern", "liga", "mark"]
JOINING = ["mkmk", "init", "medi", "fina", "isol", "rlig", "calt"]  # the shapes of Arabic letters beside others


@dataclass(frozen=True)
class Script:
    """A script, a letter of it, and families that draw it, the preferred ones first."""

    name: str
    sample: str
    families: tuple


JAPANESE = Script("Japanese", "あ", (
    "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Hiragino Sans", "Hiragino Kaku Gothic ProN", "Yu Gothic", "Meiryo",
    "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic", "MS Gothic",
))  # fmt: skip
KOREAN = Script("Korean", "한", (
    "Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", "NanumGothic", "UnDotum", "Gulim",
))  # fmt: skip
CHINESE = Script("Chinese", "中", (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti",
    "Microsoft YaHei", "SimHei", "SimSun", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Noto Sans CJK TC",
    "Noto Sans TC", "PingFang TC", "Heiti TC", "Microsoft JhengHei", "Arial Unicode MS",
))  # fmt: skip
SCRIPTS = {
    "HIRAGANA": JAPANESE,
    "KATAKANA": JAPANESE,
    "HANGUL": KOREAN,
    "CJK": CHINESE,
    "IDEOGRAPHIC": CHINESE,
}  # by the first word of a name
ORDER = (JAPANESE, KOREAN, CHINESE)


@dataclass(frozen=True)
class Face:
    """One face of the machine: its file, its number in it, and the weight that it draws."""

    file: str
    index: int
    weight: int


@lru_cache(maxsize=16384)
def script_of(sign):
    """The script of a sign, None where the shipped faces serve."""
    return SCRIPTS.get(unicodedata.name(sign, "").partition(" ")[0]) if ord(sign) >= FIRST else None


def signs_of(text):
    """The signs of a text that are Chinese, Japanese or Korean."""
    return set() if text.isascii() else {sign for sign in set(text) if script_of(sign)}


def font_files():
    """Font files of this machine that may be read, where matplotlib finds them."""
    from matplotlib.font_manager import findSystemFonts

    return sorted(file for file in findSystemFonts() if os.access(file, os.R_OK))


@contextmanager
def open_faces(file):
    """The faces in a font file, none where it cannot be read; it is closed afterwards."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    with open(file, "rb") as handle:
        try:
            faces = TTCollection(handle, lazy=True).fonts if file.lower().endswith(".ttc") else [TTFont(handle, lazy=True)]
        except (TTLibError, ValueError):
            faces = []
        yield faces


@cache
def machine_faces():
    """Faces of this machine by family, of the families that a script names."""
    known, found = {family for script in ORDER for family in script.families}, {}
    for file in font_files():
        with open_faces(file) as faces:
            for index, face in enumerate(faces):
                family = face["name"].getBestFamilyName()
                if family in known:
                    found.setdefault(family, []).append(Face(file, index, face["OS/2"].usWeightClass))
    return found


def face_of(family, weight):
    """The face of a family whose weight is nearest."""
    return min(machine_faces()[family], key=lambda face: (abs(face.weight - weight), face.file, face.index))


@cache
def covered(family):
    """Code points that a family draws in its normal weight."""
    face = face_of(family, NORMAL)
    with open_faces(face.file) as faces:
        return frozenset(faces[face.index].getBestCmap())


@lru_cache(maxsize=4096)
def families(text):
    """Families of this machine that draw the Chinese, Japanese and Korean signs of a text.

    A text with kana is Japanese, one with hangul is Korean: their families come first, for they have their own shapes of the
    characters that the scripts share.

    Returns
    -------
    tuple of str
        As few as draw all signs that any of them draws; empty where the shipped faces serve.
    """
    left, found = set(map(ord, signs_of(text))), []
    used = [script for script in ORDER if script in {script_of(sign) for sign in signs_of(text)}]
    for family in dict.fromkeys(family for script in (*used, *ORDER) for family in script.families) if left else ():
        if family in machine_faces() and left & covered(family):
            found.append(family)
            left -= covered(family)
    return tuple(found)


def runs(text):
    """Parts of a text with the family of this machine that draws each; an empty one where the shipped faces do."""
    order = families(text)

    def family_of(sign):
        return next((family for family in order if script_of(sign) and ord(sign) in covered(family)), "")

    return [("".join(signs), family) for family, signs in groupby(text, family_of)]


@lru_cache(maxsize=16384)
def is_drawn(sign):
    """Whether a face of this machine draws a Chinese, Japanese or Korean sign."""
    return any(ord(sign) in covered(family) for family in families(sign))


def undrawn_scripts(text):
    """Scripts of a text's letters that no face of this machine draws, each with its first letter there."""
    found = {}
    for sign in text if signs_of(text) else "":
        script = script_of(sign)
        if script and unicodedata.category(sign)[0] == "L" and not is_drawn(script.sample) and not is_drawn(sign):
            found.setdefault(script, sign)
    return found


def remedy(script):
    """How a script comes to be drawn."""
    usual = ", ".join(script.families[:2])
    return f"Install a font such as {usual} (Debian and Ubuntu: apt-get install fonts-noto-cjk), or type it in Latin letters."


def fingerprint(text):
    """SHA-256 of the font files that draw a text's Chinese, Japanese and Korean; empty where it has none."""
    files = {face.file for family in families("".join(sorted(signs_of(text)))) for face in machine_faces()[family]}
    return "".join(hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in sorted(files))


def cut(file, points, index=0, flavor="woff", family=""):
    """A font of some code points of a face, with its shaping, kerning and licence, and under `family` where a name is given."""
    from fontTools import subset
    from fontTools.varLib import instancer

    features = FEATURES + (JOINING if RUN.search("".join(map(chr, points))) else [])
    options = subset.Options(flavor=flavor, font_number=index, hinting=False, layout_features=features, name_IDs=list(KEPT_NAMES))
    options.drop_tables += ["FFTM"]  # FontForge's own times
    whole, cutter, content = io.BytesIO(Path(file).read_bytes()), subset.Subsetter(options), io.BytesIO()
    font = subset.load_font(whole, options)
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes})
    cutter.populate(unicodes=points)
    cutter.subset(font)
    if family:
        weight = "Bold" if font["OS/2"].usWeightClass >= BOLD else "Regular"
        names = {FAMILY: family, SUBFAMILY: weight, FULL_NAME: f"{family} {weight}", POSTSCRIPT_NAME: f"{family}-{weight}".replace(" ", "")}
        for number, name in names.items():
            font["name"].setName(name, number, 3, 1, 0x409)
    subset.save_font(font, content, options)
    return content.getvalue()
