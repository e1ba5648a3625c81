"""The look that all figures share: sizes, colours, millimetres, and SVG files with the same bytes every time.

A figure is a page in millimetres with its origin at the top left, so that text
can be measured and placed exactly.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Polygon
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from evidence.document.directions import RUN, end_runs
from evidence.document.palette import BLUE, INK, LINE
from evidence.document.scripts import families
from evidence.stages.figures.fonts import can_draw, face, face_rules, files, name_faces
from evidence.store.write import replace

BODY, SMALL = 7.5, 6.7
POINTS_PER_MM = 72 / 25.4

BEHIND, MARKS, WORDS = 1, 3, 6


def unprintable(text):
    """Characters of `text` that no face can draw, neither of those that ship nor of this machine, in order.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return "".join(sign for sign in plain(text) if not can_draw(sign))


def plain(text):
    """Text without control and direction characters, white space made single.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        In composed form (NFC). What could turn the direction of the page or
        hide is taken out; letters stay as they are.
    """
    composed = unicodedata.normalize("NFC", str(text))
    spaced = "".join(" " if sign.isspace() else sign for sign in composed)
    visible = "".join(sign for sign in spaced if unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())


@lru_cache(maxsize=4096)
def clean(text):
    """Text as it can be drawn: `plain`, with a replacement sign for what no face has."""
    return drawable(plain(text))


@lru_cache(maxsize=4096)
def drawable(text):
    """Text with a replacement sign for what no face has, and without what turns the direction of a line."""
    visible = (sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf"))
    return end_runs("".join(sign if can_draw(sign) else "\N{REPLACEMENT CHARACTER}" for sign in visible))


@lru_cache(maxsize=16384)
def _unit_width(text, weight, style):
    """Width of a letter or a pair of letters in mm, at one point; FreeType measures in 64ths of a point."""
    font = get_font(files(weight, style, families(text)))
    font.set_size(100, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return font.get_width_height()[0] / 64 / 100 / POINTS_PER_MM


@lru_cache(maxsize=16384)
def text_width(text, size=BODY, weight="normal", style="normal"):
    """Width of one line of text in mm.

    Summed over its pairs of letters, less the letters that two pairs share: kerning is
    between neighbours, so this is the width of the whole line, and pairs come again. Letters that run from right to left
    take another shape beside others, so a text with them is measured whole.
    """
    if len(text) < 2 or RUN.search(text):
        return size * _unit_width(text, weight, style) if text else 0.0
    pairs = sum(_unit_width(one + other, weight, style) for one, other in pairwise(text))
    return size * (pairs - sum(_unit_width(letter, weight, style) for letter in text[1:-1]))


def wrap(text, width, size=BODY, weight="normal", style="normal"):
    """Lines of text that fit into `width` mm, broken between words.

    A word wider than the width is broken between letters; nothing is cut off.

    Returns
    -------
    list of str
        At least one line.
    """
    lines = [""]
    for word in clean(text).split(" "):
        joined = f"{lines[-1]} {word}".strip()
        if text_width(joined, size, weight, style) <= width:
            lines[-1] = joined
            continue
        pieces = _broken(word, width, size, weight, style)
        lines = [line for line in lines if line] + pieces
    return lines


def _broken(word, width, size, weight, style):
    """One word in pieces that fit, at least a letter each."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, weight, style) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


@dataclass(frozen=True)
class Sheet:
    """A figure, and the way from millimetres, from its top left, to it."""

    figure: Figure
    millimetres: Transform


def page(width, height):
    """Empty sheet of `width` x `height` mm."""
    figure = Figure(figsize=(width / 25.4, height / 25.4), dpi=200, facecolor="white")
    FigureCanvasAgg(figure)
    inches = Affine2D().scale(1 / 25.4, -1 / 25.4).translate(0, height / 25.4)
    return Sheet(figure, inches + figure.dpi_scale_trans)


class _Line(Text):
    """One line of text on its baseline.

    Where an SVG keeps text as text, what shows the SVG aligns it: matplotlib would measure every line in vain,
    half of all the work on a figure.
    """

    def draw(self, renderer):
        as_text = isinstance(renderer, MixedModeRenderer) and matplotlib.rcParams["svg.fonttype"] == "none"
        if not as_text or not self.get_text():
            super().draw(renderer)
            return
        x, y = self.get_transform().transform(self.get_position())
        _, height = renderer.get_canvas_width_height()
        context = renderer.new_gc()
        context.set_foreground(self.get_color())
        renderer.open_group("text", self.get_gid())
        renderer.draw_text(context, x, height - y, self.get_text(), self.get_fontproperties(), self.get_rotation(), mtext=self)
        renderer.close_group("text")
        context.restore()


def write(sheet, x, y, text, *, size=BODY, weight="normal", style="normal", color=INK, align="left"):
    """Put one line of text with its baseline at y, as `drawable`, never read as mathematics."""
    sheet.figure.add_artist(
        _Line(
            x,
            y,
            drawable(text),
            color=color,
            fontproperties=face(size, weight, style, families(text)),
            horizontalalignment=align,
            parse_math=False,
            zorder=WORDS,
            transform=sheet.millimetres,
        )
    )


def stroke(sheet, start, end, *, color=LINE, width=0.8, dashes=None, zorder=MARKS):
    """Draw a straight line; `width` in points, `dashes` in multiples of it."""
    style = (0, dashes) if dashes else "solid"
    sheet.figure.add_artist(
        Line2D(
            (start[0], end[0]),
            (start[1], end[1]),
            color=color,
            linewidth=width,
            linestyle=style,
            solid_capstyle="butt",
            dash_capstyle="butt",
            zorder=zorder,
            transform=sheet.millimetres,
        )
    )


def fill(sheet, corners, *, color=BLUE, edge="none", width=0.8, zorder=MARKS + 1):
    """Draw a polygon."""
    sheet.figure.add_artist(
        Polygon(
            corners,
            closed=True,
            facecolor=color,
            edgecolor=edge,
            linewidth=width,
            joinstyle="miter",
            zorder=zorder,
            transform=sheet.millimetres,
        )
    )


def dot(sheet, x, y, radius, *, color=BLUE, edge="none", width=0.8, zorder=MARKS + 1):
    """Draw a disc of `radius` mm."""
    sheet.figure.add_artist(
        Circle((x, y), radius, facecolor=color, edgecolor=edge, linewidth=width, zorder=zorder, transform=sheet.millimetres)
    )


def save_svg(figure, path):
    """Write a figure as SVG, the same bytes for the same figure on any day and in any process.

    Text stays text, and the file carries the faces that it is laid out for.
    The file appears whole or not at all: it is written beside its place and
    moved there.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : path-like
    """
    settings = {"svg.fonttype": "none", "svg.hashsalt": "evidence", "svg.id": None}
    content = _drawn(figure, io.StringIO(), settings, format="svg", metadata={"Date": None, "Creator": None})
    replace(path, name_faces(content).replace("</style>", f"\n{face_rules(figure)}</style>", 1).encode())


def save_png(figure, path, dpi=200):
    """Write a figure as PNG, with letters as wide as they were measured.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : path-like
    dpi : float
        Dots per inch.
    """
    replace(path, _drawn(figure, io.BytesIO(), {"text.hinting": "no_hinting"}, format="png", dpi=dpi, metadata={"Software": None}))


def _drawn(figure, target, settings, **options):
    """What a figure is in a format, drawn in memory: a file is then whole or absent."""
    with matplotlib.rc_context(settings):
        figure.savefig(target, **options)
    return target.getvalue()


def _boxes(figure, kinds, least_zorder=0):
    """Artists of the given kinds that are drawn, with their boxes in mm from the bottom left."""
    renderer = figure.canvas.get_renderer()
    boxes = []
    for artist in figure.findobj(lambda artist: isinstance(artist, kinds)):
        hidden = not artist.get_visible() or artist.get_zorder() < least_zorder
        if hidden or (isinstance(artist, Text) and not artist.get_text()):
            continue
        corners = artist.get_window_extent(renderer).get_points() * 25.4 / figure.dpi
        boxes.append((artist, corners))
    return boxes


def _meet(one, other, slack):
    return bool((one[1] - slack > other[0]).all() and (other[1] - slack > one[0]).all())


def _name(artist):
    return artist.get_text() if isinstance(artist, Text) else type(artist).__name__


def overlaps(figure, slack=0.15):
    """Pairs of texts, and of texts and marks, whose boxes overlap by more than `slack` mm.

    Returns
    -------
    list of tuple of str
        The two texts, or the text and the kind of mark.
    """
    words = _boxes(figure, Text)
    marks = _boxes(figure, (Line2D, Patch), least_zorder=MARKS)
    pairs = [*combinations(words, 2), *((word, mark) for word in words for mark in marks)]
    return [(_name(a), _name(b)) for (a, box), (b, other) in pairs if _meet(box, other, slack)]


def clipped(figure, slack=0.3):
    """Names of texts and marks that reach beyond the edge of the figure by more than `slack` mm."""
    width, height = figure.get_size_inches() * 25.4
    drawn = _boxes(figure, (Text, Line2D, Circle, Polygon))
    return [_name(artist) for artist, (low, high) in drawn if min(low) < -slack or high[0] > width + slack or high[1] > height + slack]
