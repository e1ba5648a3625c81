"""The faces that all figures share, and the parts of them that an SVG carries so that it looks the same on any machine.

The part that nearly every figure needs lies beside its face; `python -m evidence.stages.figures.fonts` cuts it anew.
"""

import base64
import re
from functools import lru_cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontEntry, FontPath, FontProperties, findfont, fontManager, get_font, weight_dict
from matplotlib.text import Text

from evidence.document import scripts
from evidence.resources import shipped

FONT_FOLDER = shipped("document/fonts")
FONT_FOLDERS = (FONT_FOLDER, Path(matplotlib.get_data_path()) / "fonts" / "ttf")
FACES = ("Source Sans Pro", "DejaVu Sans")
USUAL = FONT_FOLDER / "usual"

COMMON = frozenset(range(32, 127)) | frozenset(map(ord, "±²³·×µτχ–…←→−≤≥"))
ROW = 128
TEXT = re.compile(r"(<text[^>]*>)([^<]+)(</text>)")

for _file in sorted(FONT_FOLDER.glob("*.ttf")):
    fontManager.addfont(_file)


@lru_cache(maxsize=128)
def face(size, weight="normal", style="normal", more=()):
    """Font properties of the shared face at `size` points, with the families of this machine that a text needs beside it."""
    for family in more:
        register(family)
    return FontProperties(family=[*FACES, *more], size=size, weight=weight, style=style)


@lru_cache(maxsize=None)
def register(family):
    """Tell matplotlib of a family of this machine, whose list of fonts may be older than the font."""
    faces = {scripts.face_of(family, weight) for weight in (scripts.NORMAL, scripts.BOLD)}
    fontManager.ttflist.extend(FontEntry(fname=one.file, index=one.index, name=family, weight=one.weight) for one in faces)


@lru_cache(maxsize=128)
def files(weight, style, more=()):
    """Font files of the shared face and of some families of this machine; to find them takes longer than to measure a text."""
    shipped = [findfont(FontProperties(family=name, weight=weight, style=style)) for name in FACES]
    number = weight if isinstance(weight, int) else weight_dict[weight]
    return [*shipped, *(FontPath(one.file, one.index) for one in (scripts.face_of(family, number) for family in more))]


@lru_cache(maxsize=32)
def characters(file):
    """Code points that a font file can draw."""
    return frozenset(get_font(file).get_charmap())


@lru_cache(maxsize=1)
def known_characters():
    """Code points that one of the shared faces can draw."""
    return frozenset().union(*map(characters, files("normal", "normal")))


def can_draw(sign):
    """Whether one of the shipped faces, or one of this machine for its script, draws a sign."""
    return ord(sign) in known_characters() or (scripts.script_of(sign) is not None and scripts.is_drawn(sign))


def face_rules(figure):
    """CSS that brings the faces of a figure's text with it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    str
        An `@font-face` for each face, weight and style that the figure writes in, with the font inside.
    """
    rules = []
    for weight, style, name, file, points in carried(figure):
        own = shared(points) & characters(file) if name in FACES else frozenset(points)
        rules.append(
            f"@font-face{{font-family: '{name}'; font-weight: {weight}; font-style: {style}; "
            f"src: url(data:font/woff;base64,{part(file, own)}) format('woff')}}\n"
        )
    return "".join(rules)


def name_faces(svg):
    """An SVG whose texts name the face of each part in Chinese, Japanese or Korean.

    What shows the SVG would find it by itself, but for parts of a text whose other letters are joined, as ff is.
    """

    def spans(found):
        parts = [f"<tspan style=\"font-family: '{family}'\">{part}</tspan>" if family else part for part, family in scripts.runs(found[2])]
        return found[1] + "".join(parts) + found[3]

    return TEXT.sub(spans, svg) if scripts.signs_of(svg) else svg


def carried(figure):
    """Yield (weight, style, family, file, code points) of every face that a figure writes in; the first family that has a letter draws it."""
    drawn = {}
    for (weight, style, more), missing in sorted(written(figure).items()):
        for name, file in zip((*FACES, *more), files(weight, style, more), strict=True):
            points = missing & characters(file)
            drawn.setdefault((weight, style, name), (file, set()))[1].update(points)
            missing = missing - points
    yield from ((*key, file, points) for key, (file, points) in drawn.items() if points)


def written(figure):
    """Code points of a figure's text by weight, style and the families of this machine that it names."""
    found = {}
    for text in figure.findobj(Text):
        if text.get_text():
            more = tuple(text.get_fontfamily()[len(FACES) :])
            key = weight_dict.get(text.get_weight(), text.get_weight()), text.get_style(), more
            found.setdefault(key, set()).update(map(ord, text.get_text()))
    return found


def shared(points):
    """Code points with their neighbours: the common ones, and whole rows of others, so that most figures need the same part of a face."""
    rows = {point // ROW for point in points - COMMON}
    return frozenset(COMMON if points & COMMON else ()).union(*(range(ROW * row, ROW * (row + 1)) for row in rows))


@lru_cache(maxsize=64)
def part(file, points):
    """The part of a face that draws some code points, as WOFF in base64."""
    usual = USUAL / f"{Path(file).stem}.woff"
    index = getattr(file, "face_index", 0)
    content = usual.read_bytes() if points == COMMON & characters(file) and usual.is_file() else scripts.cut(str(file), points, index)
    return base64.b64encode(content).decode()


if __name__ == "__main__":
    for _file in sorted(FONT_FOLDER.glob("*.ttf")):
        (USUAL / f"{_file.stem}.woff").write_bytes(scripts.cut(_file, COMMON & characters(_file)))
