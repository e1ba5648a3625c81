"""Forest plots before drawing: widths of columns, lines with their heights, and pages."""

from dataclasses import dataclass, replace
from itertools import groupby

from evidence.stages.figures.canvas import BODY, SMALL, clean, text_width, wrap
from evidence.stages.figures.forest.axis import axis_limits, axis_ticks
from evidence.stages.figures.forest.words import (
    cell_words,
    drawn,
    estimate_words,
    has_marks,
    has_prediction,
    prediction_words,
    split_estimate,
    total_words,
    usual_half,
)  # fmt: skip
from evidence.words.scales import scale_named

LEADING, SMALL_LEADING = 3.15, 2.75
ROW_SPACE, BLOCK_SPACE, GAP, EDGE, BLANK, INDENT = 1.25, 2.6, 2.6, 1.0, 2.2, 2.0
HEADING = 7.9
NARROW_PLOT, LEAST_PLOT, MOST_PLOT, LEAST_TEXT = 34, 48, 80, 16
WIDEST = {"n": 20, "route": 14, "weight": 16}
LEFT, RIGHT = ("label", "drug", "n", "route"), ("text", "weight")
UNWEIGHTED_HEADING = "Reported, not weighted"


@dataclass(frozen=True)
class Line:
    """One line of the plot: what it shows, its words by column, its height in mm."""

    kind: str
    item: object
    block: int
    cells: dict
    height: float
    shaded: bool = False
    keep: bool = False


@dataclass(frozen=True)
class Layout:
    """What all pages of a plot share; columns as (left edge, width) in mm."""

    options: dict
    blocks: list
    columns: dict
    head: float
    plot: tuple
    limits: tuple
    ticks: list
    lines: tuple = ()

    @property
    def left_width(self):
        """Width of all text columns left of the plot."""
        return self.plot[0] - GAP - EDGE

    def inside(self, place):
        """Whether a position lies on the axis."""
        return self.limits[0] <= place <= self.limits[1]

    def x(self, place):
        """Millimetres of a position on the axis, kept within the axis."""
        low, high = self.limits
        share = min(max((place - low) / (high - low), 0), 1)
        return self.plot[0] + BLANK + share * (self.plot[1] - self.plot[0] - 2 * BLANK)


def _estimate_widths(blocks, options):
    """Widths of the estimates, and of the intervals beside them."""
    rows, pools, loose = drawn(blocks)
    scale, level, half = options["scale"], options["level"], options["half"]
    words = [estimate_words(scale, item, half) for item in (*rows, *pools, *loose)]
    words += [prediction_words(scale, pool, level, half) for pool in pools if has_prediction(pool)]
    parts = [part for part in map(split_estimate, words) if part]
    return [max((text_width(part[side], BODY, "bold") for part in parts), default=0) for side in (0, 1)]


def _natural_widths(blocks, options):
    """Width that each column with content would like, its header included."""
    rows, _, loose = drawn(blocks)
    totals = {"weight": [total_words(block, pool) for block in blocks for pool in block.pools]}
    widths = {}
    for name, header in options["columns"].items():
        least = max(text_width(words, BODY, "bold") for words in (clean(header), *totals.get(name, ())))
        if name == "text":
            widths[name] = max(least, sum(_estimate_widths(blocks, options)) + 1, LEAST_TEXT)
            continue
        words = [cell_words(name, row, options["routes"]) for row in (*rows, *loose)]
        if any(words) or name == "label":
            widest = max((text_width(word) for word in words), default=0)
            widths[name] = max(least, min(widest, WIDEST.get(name, widest)))
    return widths


def _longest_word(blocks, name):
    """Width of the longest word of a column, which is the least that breaks none."""
    rows, _, loose = drawn(blocks)
    words = [word for row in (*rows, *loose) for word in cell_words(name, row, {}).split(" ")]
    return max((text_width(word) for word in words), default=0)


def _shared(room, label, drug, longest_label, longest_drug):
    """Widths of the columns study and drug, wrapped where both do not fit into the room."""
    if label + drug > room:
        drug = min(drug, max(0.36 * room, room - label, longest_drug), room - min(longest_label, 0.5 * room))
        label = room - drug
    return label, drug


def _columns(blocks, options):
    """Left edge and width of each column, and both ends of the plot.

    The plot has its least width first; study and drug share what is left, wrap
    where that is too little, and take some of the plot before they break a word.
    """
    widths = _natural_widths(blocks, options)
    fixed = sum(width for name, width in widths.items() if name not in ("label", "drug"))
    longest = [_longest_word(blocks, name) if name in widths else 0 for name in ("label", "drug")]
    room = options["width"] - 2 * EDGE - fixed - GAP * len(widths) - LEAST_PLOT
    borrowed = min(max(sum(longest) - room, 0), LEAST_PLOT - NARROW_PLOT)
    room += borrowed
    if room < 20:
        raise ValueError(f"width_mm must leave 20 mm for the labels, got {options['width']}, which leaves {room:.0f}")
    label, drug = _shared(room, widths["label"], widths.get("drug", 0), *longest)
    spare = room - label - drug
    plot_width = LEAST_PLOT - borrowed + min(spare, MOST_PLOT - LEAST_PLOT)
    widths["label"] = label + max(spare - (MOST_PLOT - LEAST_PLOT), 0)
    if drug:
        widths["drug"] = drug
    return _placed({**widths, "plot": plot_width})


def _placed(widths):
    """Columns from left to right, the plot among them, with a gap between two."""
    columns, x = {}, EDGE
    for name in (*LEFT, "plot", *RIGHT):
        if name in widths:
            columns[name] = (x, widths[name])
            x += widths[name] + GAP
    left, width = columns.pop("plot")
    return columns, (left, left + width)


def arrange(blocks, **options):
    """Measure everything once, for all pages.

    Parameters
    ----------
    blocks : sequence of Block
    **options
        As in `forest_pages`, `null` as a position, `columns` as headers in words.

    Returns
    -------
    Layout
    """
    scale = options["scale"]
    options["half"] = usual_half(blocks, scale)
    columns, plot = _columns(blocks, options)
    if not has_marks(blocks):
        options |= {"null": None, "favours": None, "xlabel": ""}
    if options["limits"] is None:
        limits = axis_limits(blocks, scale, options["null"])
    else:
        limits = tuple(scale_named(scale).place(end) for end in options["limits"])
    limits, ticks = axis_ticks(scale, limits, plot[1] - plot[0] - 2 * BLANK, widen=options["limits"] is None)
    ticks = ticks if has_marks(blocks) else []
    layout = Layout(options, blocks, columns, _estimate_widths(blocks, options)[0], plot, limits, ticks)
    lines = [line for index in range(len(blocks)) for line in _block_lines(layout, index)]
    return replace(layout, lines=tuple(lines))


def _row_line(layout, row, index, position):
    """A study in its columns, and below it what was printed where it has no weight."""
    weighted = hasattr(row, "weight")
    cells = {
        name: wrap(cell_words(name, row, layout.options["routes"]), width)
        for name, (_, width) in layout.columns.items()
        if name != "text" and (weighted or name in ("label", "drug", "n"))
    }
    if "text" in layout.columns:
        words = estimate_words(layout.options["scale"], row, layout.options["half"])
        cells["text"] = split_estimate(words) or wrap(words, layout.columns["text"][1])
    count = max(1 if isinstance(words, tuple) else len(words) for words in cells.values())
    height = count * LEADING + ROW_SPACE
    if weighted:
        return Line("row", row, index, cells, height, shaded=position % 2 == 0)
    words = "; ".join(part for part in (row.printed, row.reason) if part)
    below = wrap(words, layout.left_width - INDENT, SMALL) if words else []
    height += SMALL_LEADING * len(below)
    return Line("unweighted", row, index, cells | {"below": below}, height, shaded=position % 2 == 0)


def _words_line(layout, kind, words, index, *, size=SMALL, weight="normal", style="normal", keep=False):
    """Words over the columns left of the plot."""
    lines = wrap(words, layout.left_width, size, weight, style)
    leading = SMALL_LEADING if size == SMALL else LEADING
    return Line(kind, None, index, {"label": lines}, len(lines) * leading + ROW_SPACE, keep=keep)


def _pool_lines(layout, pool, index):
    """A pooled estimate; then its heterogeneity and prediction interval; then its warning."""
    scale, level, half = (layout.options[name] for name in ("scale", "level", "half"))
    if pool.kind == "single":
        return [_words_line(layout, "single", pool.label, index, size=BODY, style="italic")]
    label = wrap(pool.label, layout.left_width, BODY, "bold")
    words = estimate_words(scale, pool, half)
    text = split_estimate(words) or wrap(words, layout.columns.get("text", (0, 50))[1], BODY, "bold")
    count = max(len(label), 1 if isinstance(text, tuple) else len(text))
    height = count * LEADING + ROW_SPACE
    cells = {"label": label, "text": text, "weight": total_words(layout.blocks[index], pool)}
    lines = [Line("pooled", pool, index, cells, height, keep=True)]
    if pool.heterogeneity or has_prediction(pool):
        line = _words_line(layout, "spread", pool.heterogeneity, index, keep=True)
        text = split_estimate(prediction_words(scale, pool, level, half)) if has_prediction(pool) else None
        lines.append(replace(line, item=pool, cells=line.cells | ({"text": text} if text else {})))
    if pool.warning:
        lines.append(_words_line(layout, "warning", pool.warning, index, style="italic", keep=True))
    return [*lines[:-1], replace(lines[-1], keep=False)]


def _block_lines(layout, index):
    """All lines of one block, those that belong together marked so."""
    block = layout.blocks[index]
    lines = []
    if block.heading:
        lines.append(_words_line(layout, "heading", block.heading, index, size=HEADING, weight="bold", keep=True))
    rows = [_row_line(layout, row, index, position) for position, row in enumerate(block.rows)]
    pools = [line for pool in block.pools for line in _pool_lines(layout, pool, index)]
    last = len(rows) - 1
    for position, row in enumerate(rows):
        first, final = position == 0 and last > 0, position == last and bool(pools)
        lines.append(replace(row, keep=first or final))
    lines += pools
    if block.unweighted:
        lines.append(_words_line(layout, "subheading", UNWEIGHTED_HEADING, index, weight="bold", keep=True))
        lines += [_row_line(layout, row, index, position) for position, row in enumerate(block.unweighted)]
    lines += [_words_line(layout, "note", note, index) for note in block.notes]
    if index + 1 < len(layout.blocks):
        lines.append(Line("space", None, index, {}, BLOCK_SPACE))
    return lines


def paginate(layout, room):
    """Lines of each page, no higher than `room` mm where the parts that belong together allow it.

    A block that fits on a page of its own moves there when more than half of the
    current page is filled; otherwise it goes on below and continues overleaf.
    """
    pages, used = [[]], 0.0
    for index, block in groupby(layout.lines, key=lambda line: line.block):
        block = list(block)
        height = sum(line.height for line in block if line.kind != "space")
        if pages[-1] and used + height > room and height <= room and used > 0.5 * room:
            pages, used = [*pages, []], 0.0
        for group in _groups(block):
            height = sum(line.height for line in group)
            if pages[-1] and used + height > room and group[0].kind != "space":
                pages, used = [*pages, _continued(layout, index, group)], 0.0
                used = sum(line.height for line in pages[-1])
            pages[-1] += group
            used += height
    return pages


def _groups(lines):
    """Lines in runs that stay on one page."""
    groups = [[]]
    for line in lines:
        groups[-1].append(line)
        if not line.keep:
            groups.append([])
    return [group for group in groups if group]


def _continued(layout, index, group):
    """The heading of a block that goes on over the page."""
    heading = layout.blocks[index].heading
    if not heading or group[0].kind == "heading":
        return []
    words = f"{heading} (continued)"
    return [_words_line(layout, "heading", words, index, size=HEADING, weight="bold", keep=True)]
