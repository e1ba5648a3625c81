"""Frame of a plot with two axes, on a sheet in millimetres."""

from dataclasses import dataclass

from evidence.document.palette import GRID, INK, MUTED
from evidence.stages.figures.canvas import BEHIND, SMALL, Sheet, fill, page, stroke, text_width, wrap, write

TICK, LABEL, TITLE = 6.8, 7.5, 9.5
EDGE, LINE_HEIGHT, KEY_HEIGHT, SYMBOL = 1.5, 3.4, 3.2, 6.0


@dataclass(frozen=True)
class Frame:
    """Box of a plot in mm, and the values at its ends; low above high turns an axis round."""

    sheet: Sheet
    left: float
    right: float
    top: float
    bottom: float
    x_ends: tuple
    y_ends: tuple

    def x(self, value):
        """Millimetres from the left."""
        low, high = self.x_ends
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def y(self, value):
        """Millimetres from the top."""
        low, high = self.y_ends
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def frame(width, height, *, x_ends, y_ends, x_ticks, y_ticks, xlabel, ylabel, title="", key=(), note=""):
    """Draw an empty frame with its axes, title, key and note.

    Parameters
    ----------
    width, height : float
        Of the figure in mm; the key and the note come out of the height.
    x_ends, y_ends : (float, float)
        Values at the left and right, and at the bottom and top.
    x_ticks, y_ticks : sequence of (float, str)
        Values and labels.
    xlabel, ylabel, title, note : str
        The label of the vertical axis stands above it.
    key : sequence of (callable, str)
        ``draw(sheet, x, y)`` draws a mark around a point in mm; words beside it.

    Returns
    -------
    Frame
    """
    sheet = page(width, height)
    titles = wrap(title, width - 2 * EDGE, TITLE, "bold") if title else []
    for number, words in enumerate(titles):
        write(sheet, EDGE, 3.8 + 4.2 * number, words, size=TITLE, weight="bold")
    top = 1 + 4.6 * len(titles)
    write(sheet, EDGE, top + 2.8, ylabel, size=LABEL)
    xlabels = wrap(xlabel, width - 2 * EDGE, LABEL) if xlabel else []
    rows = _packed(key, width - 2 * EDGE)
    notes = wrap(note, width - 2 * EDGE, SMALL) if note else []
    foot = KEY_HEIGHT * (len(rows) + len(notes)) + LINE_HEIGHT * len(xlabels)
    left = EDGE + max(text_width(label, TICK) for _, label in y_ticks) + 2.2
    box = Frame(sheet, left, width - 4, top + 5, height - foot - 6.5, x_ends, y_ends)
    _draw_axes(box, x_ticks, y_ticks)
    y = box.bottom + 5
    for words in xlabels:
        write(sheet, (box.left + box.right) / 2, y + 2.5, words, size=LABEL, align="center")
        y += LINE_HEIGHT
    _draw_key(sheet, rows, y + 0.8)
    for number, words in enumerate(notes):
        baseline = y + 0.8 + KEY_HEIGHT * (len(rows) + number) + 2.3
        write(sheet, EDGE, baseline, words, size=SMALL, color=MUTED)
    return box


def _draw_axes(box, x_ticks, y_ticks):
    left, right, top, bottom = box.left, box.right, box.top, box.bottom
    for value, label in x_ticks:
        x = box.x(value)
        stroke(box.sheet, (x, bottom), (x, bottom + 1), color=INK, zorder=BEHIND)
        write(box.sheet, x, bottom + 3.8, label, size=TICK, align="center")
    for value, label in y_ticks:
        y = box.y(value)
        stroke(box.sheet, (left, y), (right, y), color=GRID, width=0.5, zorder=BEHIND - 0.5)
        stroke(box.sheet, (left - 1, y), (left, y), color=INK, zorder=BEHIND)
        write(box.sheet, left - 1.6, y + 0.85, label, size=TICK, align="right")
    stroke(box.sheet, (left, bottom), (right, bottom), color=INK, zorder=BEHIND)
    stroke(box.sheet, (left, top), (left, bottom), color=INK, zorder=BEHIND)


def _packed(key, width):
    """Entries of a key in lines, each with its x in mm."""
    rows, x = [[]], 0.0
    for draw, words in key:
        needed = SYMBOL + text_width(words, SMALL)
        if rows[-1] and x + needed > width:
            rows, x = [*rows, []], 0.0
        rows[-1].append((EDGE + x, draw, words))
        x += needed + 4
    return [row for row in rows if row]


def _draw_key(sheet, rows, y):
    for row in rows:
        for x, draw, words in row:
            draw(sheet, x + SYMBOL / 2 - 0.7, y + 1.5)
            write(sheet, x + SYMBOL, y + 2.3, words, size=SMALL, color=MUTED)
        y += KEY_HEIGHT


def swatch(color):
    """Mark of a key: a small patch of `color`."""

    def draw(sheet, x, y):
        corners = [(x - 2, y - 1), (x + 2, y - 1), (x + 2, y + 1), (x - 2, y + 1)]
        fill(sheet, corners, color=color, edge=MUTED, width=0.4)

    return draw


def line(color, width=0.9, dashes=None):
    """Mark of a key: a short line."""

    def draw(sheet, x, y):
        stroke(sheet, (x - 2.2, y), (x + 2.2, y), color=color, width=width, dashes=dashes)

    return draw
