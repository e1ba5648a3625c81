"""Sensitivity of a pool in one compact figure: the headline, and each analysis that prints another effect, on one axis."""

from dataclasses import dataclass
from functools import partial

from evidence.document.blocks import effect_words
from evidence.document.palette import GRID, INK, LINE, MUTED, SHADE
from evidence.stages.figures.canvas import BEHIND, SMALL, fill, page, stroke, text_width, write
from evidence.stages.figures.forest.axis import axis_limits, axis_ticks
from evidence.stages.figures.forest.blocks import Block
from evidence.stages.figures.forest.forest import Row
from evidence.stages.figures.forest.marks import box
from evidence.stages.figures.forest.marks import interval as whiskers
from evidence.store.rows import named_rows
from evidence.vocabulary import ALL, HEADLINE
from evidence.words.measures import axis_title, interval, scale_of_row
from evidence.words.scales import scale_named
from evidence.words.sentences import templates

WIDTH, EDGE, GAP, ROW, HEAD, FOOT, LEAST = 174, 1.0, 3.0, 3.7, 5.2, 10.0, 3
FLIPPED = "*"


@dataclass(frozen=True)
class Axis:
    """The axis of the figure: its ends on the scale, and where they lie in mm."""

    limits: tuple
    left: float
    right: float

    def inside(self, place):
        """Whether a position lies on the axis."""
        return self.limits[0] <= place <= self.limits[1]

    def x(self, place):
        """Millimetres of a position, kept within the axis."""
        low, high = self.limits
        return self.left + (min(max(place, low), high) - low) / (high - low) * (self.right - self.left)


def shown(rows):
    """The headline and the analyses that print another effect or another number of studies."""
    first = next((row for row in rows if row.analysis == HEADLINE), None)
    if first is None:
        return []
    printed = (first.k, effect_words(first))
    return [first, *(row for row in rows if row.analysis != HEADLINE and (row.k, effect_words(row)) != printed)]


def label_of(row):
    """Name of an analysis, with a sign where its conclusion is not the headline's."""
    return row.label + (FLIPPED if row.flips == "yes" else "")


def axis_of(rows, left, right):
    """Axis and ticks for all rows, wide intervals cut with arrows."""
    scale = scale_of_row(rows[0])
    block = Block("", [Row(row.label, yi=row.estimate, low=row.ci_low, high=row.ci_high) for row in rows])
    limits, ticks = axis_ticks(scale, axis_limits([block], scale, scale_named(scale).null), right - left, widen=True)
    return Axis(limits, left, right), ticks


def draw(rows, xlabel, words, level):
    """One line an analysis: what it turns, its name, its studies, its effect."""
    kinds = [words["kinds"].get(row.kind, "") for row in rows]
    kind_width = max(text_width(kind, SMALL) for kind in kinds)
    label_x = EDGE + kind_width + GAP
    k_x = label_x + max(text_width(label_of(row), SMALL, "bold") for row in rows) + GAP + 4
    header = words["effect"].format(level=100 * level)
    effect_width = max(text_width(text, SMALL, "bold") for text in (header, *map(effect_words, rows)))
    axis, ticks = axis_of(rows, k_x + GAP + 2, WIDTH - EDGE - effect_width - GAP)
    sheet = page(WIDTH, HEAD + ROW * len(rows) + FOOT + (3.2 if any(row.flips == "yes" for row in rows) else 0))
    bottom = HEAD + ROW * len(rows)
    for x, text, align in ((label_x, words["analysis"], "left"), (k_x, "k", "right"), (WIDTH - EDGE, header, "right")):
        write(sheet, x, HEAD - 1.8, text, size=SMALL, weight="bold", align=align)
    grid(sheet, axis, ticks, scale_of_row(rows[0]), bottom)
    for place, row in enumerate(rows):
        y = HEAD + ROW * (place + 0.5)
        bold = "bold" if row.analysis == HEADLINE else "normal"
        if place == 0 or kinds[place] != kinds[place - 1]:
            stroke(sheet, (0, y - ROW / 2), (WIDTH, y - ROW / 2), color=GRID if place else LINE, width=0.5, zorder=BEHIND)
            write(sheet, EDGE, y + 0.85, kinds[place], size=SMALL, color=MUTED)
        write(sheet, label_x, y + 0.85, label_of(row), size=SMALL, weight=bold)
        write(sheet, k_x, y + 0.85, f"{row.k:.0f}", size=SMALL, align="right")
        write(sheet, WIDTH - EDGE, y + 0.85, effect_words(row), size=SMALL, weight=bold, align="right")
        marks(sheet, axis, y, row)
    write(sheet, (axis.left + axis.right) / 2, bottom + 7.2, xlabel, size=SMALL, align="center")
    if any(row.flips == "yes" for row in rows):
        write(sheet, EDGE, bottom + 10.6, words["note"], size=SMALL, color=MUTED)
    return sheet.figure


def grid(sheet, axis, ticks, scale, bottom):
    """Axis with ticks, the line of no effect, and the headline's band behind all rows."""
    fill(sheet, [(0, HEAD), (WIDTH, HEAD), (WIDTH, HEAD + ROW), (0, HEAD + ROW)], color=SHADE, zorder=BEHIND - 0.5)
    for tick, text in ticks:
        stroke(sheet, (axis.x(tick), HEAD), (axis.x(tick), bottom), color=GRID, width=0.5, zorder=BEHIND)
        stroke(sheet, (axis.x(tick), bottom), (axis.x(tick), bottom + 0.9), color=LINE, width=0.6)
        write(sheet, axis.x(tick), bottom + 3.6, text, size=SMALL, color=INK, align="center")
    null = scale_named(scale).null
    if null is not None and axis.inside(null):
        stroke(sheet, (axis.x(null), HEAD), (axis.x(null), bottom), color=LINE, width=0.8, zorder=BEHIND + 0.5)
    stroke(sheet, (axis.left, bottom), (axis.right, bottom), color=LINE, width=0.6)


def marks(sheet, axis, y, row):
    """Interval and estimate; open where the conclusion flips."""
    place = scale_named(scale_of_row(row)).place
    whiskers(sheet, axis, y, place(row.ci_low), place(row.ci_high))
    box(sheet, axis.x(place(row.estimate)), y, 0.95, hollow=row.flips == "yes")


def alt_text(title, rows, words):
    """The figure in words, with its numbers."""
    parts = [f"{label_of(row)}: {interval(row.measure, row.estimate, row.ci_low, row.ci_high, row.effect_unit)}" for row in rows]
    return words["alt"].format(title=title, parts="; ".join(parts))


def sensitivity_plots(sensitivity, outcomes, tables, config):
    """One figure per outcome and comparison of all groups with three or more lines to show.

    Parameters
    ----------
    sensitivity : DataFrame
        From `evidence.stages.verdicts.sensitivity.sensitivity`.
    outcomes : sequence of str
        Outcomes to draw.
    tables : Tables
    config : Config

    Yields
    ------
    tuple of str, partial, dict
        File name, the call that draws it, and words about it.
    """
    words = templates(tables.folder, "verdicts")["sensitivity_plot"]
    about = {row.outcome: row for row in named_rows(tables.outcomes)}
    drawn = sensitivity[(sensitivity["stratum"] == ALL) & (sensitivity["k"] > 0) & (sensitivity["kind"] != "scale")]
    drawn = drawn[drawn["outcome"].isin(outcomes)]
    drawn = drawn[(drawn["analysis"] == HEADLINE) | (drawn["differs"] == "yes")]
    for (outcome, contrast), part in drawn.groupby(["outcome", "contrast"], sort=True):
        rows = shown(named_rows(part))
        if len(rows) < LEAST:
            continue
        title = words["title"].format(outcome=about[outcome].label, contrast=words["contrasts"][contrast])
        xlabel = axis_title(rows[0].measure, "", rows[0].effect_unit, about[outcome])
        entry = {"outcome": outcome, "contrast": contrast, "kind": "sensitivity", "caption": title,
                 "alt": alt_text(title, rows, words)}  # fmt: skip
        yield f"sensitivity-{outcome}-{contrast}.svg", partial(draw, rows, xlabel, words, config.level), entry
