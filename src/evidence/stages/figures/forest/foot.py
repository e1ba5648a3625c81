"""Forest plots: what stands below the lines: axis, directions, key to the marks, routes, note."""

from dataclasses import dataclass

from evidence.document.palette import INK, LINE, MUTED
from evidence.stages.figures.canvas import BEHIND, SMALL, clean, stroke, text_width, wrap, write
from evidence.stages.figures.forest.axis import TICK
from evidence.stages.figures.forest.layout import EDGE, GAP, SMALL_LEADING
from evidence.stages.figures.forest.marks import ARROW, arrow, box, circle, slab, small_diamond
from evidence.stages.figures.forest.words import drawn, has_prediction
from evidence.words.scales import scale_named

AXIS_HEIGHT, TITLE_LEADING, SPACE, SYMBOL = 5.0, 3.1, 1.6, 7.0
XLABEL = 7.2
DASHES = (4, 3)


@dataclass(frozen=True)
class Foot:
    """Words below the axis, wrapped, and their height in mm."""

    xlabel: list
    favours: tuple
    key: list
    words: list
    height: float


def foot(layout):
    """Wrap everything that stands below the lines of each page."""
    options = layout.options
    middle = sum(layout.plot) / 2
    reach = 2 * min(middle, options["width"] - middle) - 2 * EDGE
    xlabel = wrap(options["xlabel"], reach, XLABEL) if options["xlabel"] else []
    favours = _favours(layout)
    key = _packed(_key(layout), options["width"] - 2 * EDGE)
    words = [line for text in (_routes(layout), options["note"]) if text for line in wrap(text, options["width"] - 2 * EDGE, SMALL)]
    height = AXIS_HEIGHT + TITLE_LEADING * (len(xlabel) + max(map(len, favours))) + SPACE + SMALL_LEADING * (len(key) + len(words)) + SPACE
    return Foot(xlabel, favours, key, words, height)


def reference_place(layout):
    """Position of the first block's pooled estimate, if it is to be marked."""
    _, pools, _ = drawn(layout.blocks[:1])
    if not layout.options["reference"] or not pools:
        return None
    place = scale_named(layout.options["scale"]).place(pools[0].estimate)
    return place if layout.inside(place) else None


def _favours(layout):
    """Words at both sides of no effect, wrapped into the space there."""
    pair = layout.options["favours"]
    if pair is None:
        return [], []
    x = _turn(layout)
    left, right = (clean(words) for words in pair)
    return (
        wrap(f"← {left}", x - 2 - EDGE, XLABEL) if left else [],
        wrap(f"{right} →", layout.options["width"] - x - 2 - EDGE, XLABEL) if right else [],
    )


def _turn(layout):
    """Millimetres of no effect, or of the middle of the axis without one."""
    null = layout.options["null"]
    return sum(layout.plot) / 2 if null is None else layout.x(null)


def _routes(layout):
    """Letters of the routes that occur, with their words."""
    if "route" not in layout.columns:
        return ""
    rows, _, _ = drawn(layout.blocks)
    used = {row.route for row in rows}
    routes = layout.options["routes"]
    named = [f"{letter}: {words}" for route, (letter, words) in routes.items() if route in used]
    return "Route to the standard error: " + "; ".join(named) + "." if named else ""


def _key(layout):
    """Marks that occur, each with its words."""
    level = f"{100 * layout.options['level']:g}%"
    place = scale_named(layout.options["scale"]).place
    rows, pools, loose = drawn(layout.blocks)
    points = [place(row.yi) for row in loose if row.yi is not None]
    spans = [(row.low, row.high) for row in rows] + [(pool.ci_low, pool.ci_high) for pool in pools]
    spans += [(pool.pi_low, pool.pi_high) for pool in pools if has_prediction(pool)]
    beyond = not all(layout.inside(place(end)) for span in spans for end in span)
    first = clean(layout.blocks[0].heading) or "first block"
    weighted = any(row.weight is not None for row in rows)
    entries = [
        ("square", f"study, {level} interval" + (", area by weight within its block" * weighted), bool(rows)),
        ("diamond", f"pooled, {level} interval", any(pool.kind == "pooled" for pool in pools)),
        ("open diamond", "two studies only", any(pool.kind == "pair" for pool in pools)),
        ("bar", f"{level} prediction interval (PI)", any(map(has_prediction, pools))),
        ("circle", "estimate without interval", any(map(layout.inside, points))),
        ("dashes", f"pooled estimate, {first}", reference_place(layout) is not None),
        ("arrow", "runs beyond the axis", beyond or not all(map(layout.inside, points))),
    ]
    return [(mark, words) for mark, words, occurs in entries if occurs]


def _packed(entries, width):
    """Entries of the key in lines, each entry with its x in mm."""
    lines, x = [[]], 0.0
    for mark, words in entries:
        needed = SYMBOL + text_width(words, SMALL)
        if lines[-1] and x + needed > width:
            lines, x = [*lines, []], 0.0
        lines[-1].append((EDGE + x, mark, words))
        x += needed + 2 * GAP
    return [line for line in lines if line]


def draw_foot(sheet, layout, parts, y):
    """Draw what stands below the lines, from y on."""
    width = layout.options["width"]
    if layout.ticks:
        stroke(sheet, (layout.plot[0], y), (layout.plot[1], y), color=INK, width=0.8, zorder=BEHIND)
    for tick, label in layout.ticks:
        x = layout.x(tick)
        stroke(sheet, (x, y), (x, y + 1), color=INK, width=0.8, zorder=BEHIND)
        write(sheet, x, y + 3.8, label, size=TICK, align="center")
    y += AXIS_HEIGHT
    for words in parts.xlabel:
        write(sheet, sum(layout.plot) / 2, y + 2.4, words, size=XLABEL, align="center")
        y += TITLE_LEADING
    for side, lines in zip((-1, 1), parts.favours, strict=True):
        for number, words in enumerate(lines):
            place = (_turn(layout) + 2 * side, y + 2.4 + TITLE_LEADING * number)
            write(sheet, *place, words, size=XLABEL, color=MUTED, align="right" if side < 0 else "left")
    y += TITLE_LEADING * max(map(len, parts.favours)) + SPACE
    stroke(sheet, (0, y), (width, y), color=INK, width=0.5, zorder=BEHIND)
    y += SPACE / 2
    for line in parts.key:
        for x, mark, words in line:
            KEY_MARKS[mark](sheet, x + SYMBOL / 2 - 0.8, y + 1.6)
            write(sheet, x + SYMBOL, y + 2.3, words, size=SMALL, color=MUTED)
        y += SMALL_LEADING
    for number, words in enumerate(parts.words):
        write(sheet, EDGE, y + 2.3 + SMALL_LEADING * number, words, size=SMALL, color=MUTED)


def _key_square(sheet, x, y):
    stroke(sheet, (x - 2.6, y), (x + 2.6, y), color=LINE, width=0.9)
    box(sheet, x, y, 0.8)


def _key_dashes(sheet, x, y):
    stroke(sheet, (x - 2.6, y), (x + 2.6, y), color=MUTED, width=0.7, dashes=DASHES)


def _key_arrow(sheet, x, y):
    stroke(sheet, (x - 2.6, y), (x + 2.2 - ARROW, y), color=LINE, width=0.9)
    arrow(sheet, x + 2.2, y, 1)


KEY_MARKS = {
    "square": _key_square,
    "diamond": lambda sheet, x, y: small_diamond(sheet, x, y, hollow=False),
    "open diamond": lambda sheet, x, y: small_diamond(sheet, x, y, hollow=True),
    "bar": lambda sheet, x, y: slab(sheet, x - 2.6, x + 2.6, y),
    "circle": circle,
    "dashes": _key_dashes,
    "arrow": _key_arrow,
}
