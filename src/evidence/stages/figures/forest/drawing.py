"""Forest plots, drawn: from a layout and the lines of a page to a figure."""

from evidence.document.palette import GRID, INK, LINE, MUTED, SHADE
from evidence.stages.figures.canvas import BEHIND, BODY, SMALL, clean, fill, page, stroke, wrap, write
from evidence.stages.figures.forest.foot import DASHES, draw_foot, foot, reference_place
from evidence.stages.figures.forest.layout import EDGE, HEADING, INDENT, LEADING, ROW_SPACE, SMALL_LEADING
from evidence.stages.figures.forest.marks import bar, diamond, interval, loose_point, square
from evidence.words.scales import scale_named

TITLE, TITLE_LEADING, TITLE_SPACE, HEADER_HEIGHT, TOP = 9.5, 4.2, 1.2, 5.0, 0.6
RIGHT_ALIGNED = ("n", "weight")
STYLES = {
    "heading": {"size": HEADING, "weight": "bold"},
    "single": {"size": BODY, "style": "italic"},
    "spread": {"size": SMALL, "color": MUTED},
    "warning": {"size": SMALL, "style": "italic", "color": INK},
    "subheading": {"size": SMALL, "weight": "bold", "color": MUTED},
    "note": {"size": SMALL, "color": MUTED},
}


def title_lines(layout):
    """The title in lines as wide as the figure."""
    title = layout.options["title"]
    return wrap(title, layout.options["width"] - 2 * EDGE, TITLE, "bold") if title else []


def furniture(layout):
    """Height in mm of what every page has above and below its lines."""
    title = title_lines(layout)
    return TOP + TITLE_LEADING * len(title) + TITLE_SPACE * bool(title) + HEADER_HEIGHT + foot(layout).height


def draw(layout, lines):
    """Draw one page.

    Parameters
    ----------
    layout : Layout
    lines : sequence of Line

    Returns
    -------
    matplotlib.figure.Figure
    """
    height = sum(line.height for line in lines) + furniture(layout)
    sheet = page(layout.options["width"], height)
    y = _draw_header(sheet, layout)
    bottom = y + sum(line.height for line in lines)
    _draw_grid(sheet, layout, y, bottom)
    for line in lines:
        if line.shaded:
            _shade(sheet, layout, y, line.height)
        DRAWERS.get(line.kind, _draw_words)(sheet, layout, line, y)
        y += line.height
    draw_foot(sheet, layout, foot(layout), bottom)
    return sheet.figure


def _draw_header(sheet, layout):
    """Title, rules and column headers; gives back the y below them."""
    y = TOP
    for words in title_lines(layout):
        write(sheet, EDGE, y + 3.2, words, size=TITLE, weight="bold")
        y += TITLE_LEADING
    y += TITLE_SPACE * bool(title_lines(layout))
    right = layout.options["width"]
    stroke(sheet, (0, y), (right, y), color=INK, width=0.9, zorder=BEHIND)
    for name, (x, width) in layout.columns.items():
        words = clean(layout.options["columns"][name])
        align = "right" if name in RIGHT_ALIGNED else "center" if name == "route" else "left"
        write(sheet, _anchor(x, width, align), y + 3.4, words, weight="bold", align=align)
    y += HEADER_HEIGHT
    stroke(sheet, (0, y), (right, y), color=INK, width=0.5, zorder=BEHIND)
    return y


def _anchor(x, width, align):
    return {"left": x, "center": x + width / 2, "right": x + width}[align]


def _draw_grid(sheet, layout, top, bottom):
    """Faint lines at the ticks, the line of no effect, and the dashed reference."""
    for tick, _ in layout.ticks:
        stroke(sheet, (layout.x(tick), top), (layout.x(tick), bottom), color=GRID, width=0.5, zorder=BEHIND)
    null = layout.options["null"]
    if null is not None and layout.inside(null):
        x = layout.x(null)
        stroke(sheet, (x, top), (x, bottom), color=LINE, width=0.8, zorder=BEHIND + 0.5)
    place = reference_place(layout)
    if place is not None:
        x = layout.x(place)
        stroke(sheet, (x, top), (x, bottom), color=MUTED, width=0.7, dashes=DASHES, zorder=BEHIND + 0.5)


def _shade(sheet, layout, y, height):
    right = layout.options["width"]
    fill(sheet, [(0, y), (right, y), (right, y + height), (0, y + height)], color=SHADE, zorder=0)


def _baseline(y):
    """Baseline of the first line of text in a row that begins at y."""
    return y + ROW_SPACE / 2 + 2.4


def _middle(y):
    """Where the marks of a row sit: at the middle of its first line."""
    return y + (LEADING + ROW_SPACE) / 2


def _draw_words(sheet, layout, line, y):
    """Words at the left, over all columns before the plot."""
    style = STYLES.get(line.kind, {})
    leading = SMALL_LEADING if style.get("size") == SMALL else LEADING
    for number, words in enumerate(line.cells.get("label", [])):
        write(sheet, EDGE, _baseline(y) + number * leading, words, **style)


def _draw_cells(sheet, layout, line, y, **style):
    """Words of a row in their columns."""
    for name, words in line.cells.items():
        if name in ("text", "below"):
            continue
        x, width = layout.columns[name]
        align = "right" if name in RIGHT_ALIGNED else "center" if name == "route" else "left"
        anchor = _anchor(x, width, align)
        for number, text in enumerate(words):
            write(sheet, anchor, _baseline(y) + number * LEADING, text, align=align, **style)
    _draw_estimate(sheet, layout, line, y, **style)


def _draw_estimate(sheet, layout, line, y, **style):
    """Estimate and interval, each aligned with those of the other rows."""
    if "text" not in line.cells or "text" not in layout.columns:
        return
    x, _ = layout.columns["text"]
    words = line.cells["text"]
    if isinstance(words, tuple):
        write(sheet, x + layout.head, _baseline(y), words[0], align="right", **style)
        write(sheet, x + layout.head + 1, _baseline(y), words[1], **style)
        return
    for number, text in enumerate(words):
        write(sheet, x, _baseline(y) + number * LEADING, text, **style)


def _draw_row(sheet, layout, line, y):
    """A study: words, interval, and the square whose area is its weight."""
    row = line.item
    _draw_cells(sheet, layout, line, y)
    place = scale_named(layout.options["scale"]).place
    ends = (place(row.low), place(row.yi), place(row.high))
    interval(sheet, layout, _middle(y), ends[0], ends[2])
    weights = [other.weight for other in layout.blocks[line.block].rows if other.weight is not None]
    share = None if row.weight is None or max(weights) == 0 else row.weight / max(weights)
    square(sheet, layout, _middle(y), ends, share, hollow=row.style == "hollow")


def _draw_unweighted(sheet, layout, line, y):
    """A study without weight: words, what was printed, and an open circle where a point is known."""
    _draw_cells(sheet, layout, line, y, color=MUTED)
    rows = max(len(words) for name, words in line.cells.items() if name not in ("text", "below"))
    first = _baseline(y) + LEADING * (rows - 1)
    for number, words in enumerate(line.cells["below"]):
        write(sheet, EDGE + INDENT, first + SMALL_LEADING * (number + 1), words, size=SMALL, color=MUTED)
    if line.item.yi is not None:
        loose_point(sheet, layout, _middle(y), scale_named(layout.options["scale"]).place(line.item.yi))


def _draw_pooled(sheet, layout, line, y):
    """A pooled estimate: words and diamond, open for two studies."""
    pool = line.item
    for number, words in enumerate(line.cells["label"]):
        write(sheet, EDGE, _baseline(y) + number * LEADING, words, weight="bold")
    _draw_estimate(sheet, layout, line, y, weight="bold")
    if "weight" in layout.columns and line.cells["weight"]:
        x, width = layout.columns["weight"]
        write(sheet, x + width, _baseline(y), line.cells["weight"], weight="bold", align="right")
    place = scale_named(layout.options["scale"]).place
    ends = (place(pool.ci_low), place(pool.estimate), place(pool.ci_high))
    diamond(sheet, layout, _middle(y), *ends, hollow=pool.kind == "pair")


def _draw_spread(sheet, layout, line, y):
    """Heterogeneity in words and the prediction interval as a bar."""
    _draw_words(sheet, layout, line, y)
    _draw_estimate(sheet, layout, line, y, color=MUTED)
    pool = line.item
    if "text" in line.cells:
        place = scale_named(layout.options["scale"]).place
        bar(sheet, layout, _middle(y), place(pool.pi_low), place(pool.pi_high))


DRAWERS = {
    "row": _draw_row,
    "unweighted": _draw_unweighted,
    "pooled": _draw_pooled,
    "spread": _draw_spread,
}
