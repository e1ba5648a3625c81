"""The faces that all figures share, and the parts of them that an SVG carries so that it looks the same on any machine.

The part that nearly every figure needs lies beside its face; `python -m evidence.stages.faces` cuts it anew.
"""

import base64
import io
from functools import lru_cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font, weight_dict
from matplotlib.text import Text

FONT_FOLDER = Path(__file__).parents[1] / "template" / "fonts"
FONT_FOLDERS = (FONT_FOLDER, Path(matplotlib.get_data_path()) / "fonts" / "ttf")
FACES = ("Source Sans Pro", "DejaVu Sans")
USUAL = FONT_FOLDER / "usual"

COMMON = frozenset(range(32, 127)) | frozenset(map(ord, "±²³·×µτχ–…←→−≤≥"))
ROW = 128
COPYRIGHT, LICENCE, LICENCE_ADDRESS = 0, 13, 14  # OpenType's numbers of the names that a part of a face keeps

for _file in sorted(FONT_FOLDER.glob("*.ttf")):
    fontManager.addfont(_file)


@lru_cache(maxsize=32)
def face(size, weight="normal", style="normal"):
    """Font properties of the shared face at `size` points."""
    return FontProperties(family=list(FACES), size=size, weight=weight, style=style)


@lru_cache(maxsize=32)
def files(weight, style):
    """Font files of the shared face; to find them takes longer than to measure a text."""
    return [findfont(FontProperties(family=name, weight=weight, style=style)) for name in FACES]


@lru_cache(maxsize=32)
def characters(file):
    """Code points that a font file can draw."""
    return frozenset(get_font(file).get_charmap())


@lru_cache(maxsize=1)
def known_characters():
    """Code points that one of the shared faces can draw."""
    return frozenset().union(*map(characters, files("normal", "normal")))


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
    for (weight, style), missing in sorted(written(figure).items()):
        for name, file in zip(FACES, files(weight, style), strict=True):
            if missing & characters(file):
                font = part(file, shared(missing) & characters(file))
                rules.append(
                    f"@font-face{{font-family: '{name}'; font-weight: {weight}; font-style: {style}; "
                    f"src: url(data:font/woff;base64,{font}) format('woff')}}\n"
                )
            missing = missing - characters(file)
    return "".join(rules)


def written(figure):
    """Code points of a figure's text by weight and style."""
    found = {}
    for text in figure.findobj(Text):
        if text.get_text():
            key = weight_dict.get(text.get_weight(), text.get_weight()), text.get_style()
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
    content = usual.read_bytes() if points == COMMON & characters(file) and usual.is_file() else cut(file, points)
    return base64.b64encode(content).decode()


def cut(file, points):
    """A font of some code points of a face, with its kerning and licence."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff", hinting=False, layout_features=["ccmp", "kern", "liga", "mark"], name_IDs=[COPYRIGHT, LICENCE, LICENCE_ADDRESS]
    )
    font, cutter, content = subset.load_font(file, options), subset.Subsetter(options), io.BytesIO()
    cutter.populate(unicodes=points)
    cutter.subset(font)
    subset.save_font(font, content, options)
    return content.getvalue()


if __name__ == "__main__":
    for _file in sorted(FONT_FOLDER.glob("*.ttf")):
        (USUAL / f"{_file.stem}.woff").write_bytes(cut(_file, COMMON & characters(_file)))
