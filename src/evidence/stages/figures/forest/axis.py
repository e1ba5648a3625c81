"""Forest plots: how far the axis reaches, and its ticks."""

import math
from statistics import median

from evidence.stages.figures.canvas import text_width
from evidence.stages.figures.forest.words import drawn, has_prediction
from evidence.words.scales import scale_named
from evidence.words.ticks import choose_ticks

TICK = 6.8


def axis_limits(blocks, scale, null):
    """Ends of the axis: all points and pooled intervals, and other intervals where they do not dwarf those.

    Parameters
    ----------
    blocks : sequence of Block
    scale : str
        A name of `scale_named`.
    null : float or None
        Position that the axis must show.

    Returns
    -------
    tuple of float
        Positions, with a little space at both ends.
    """
    place = scale_named(scale).place
    rows, pools, loose = drawn(blocks)
    points = [place(row.yi) for row in loose if row.yi is not None]
    core = [place(row.yi) for row in rows] + [place(pool.estimate) for pool in pools]
    core += [place(end) for pool in pools if pool.kind == "pooled" for end in (pool.ci_low, pool.ci_high)]
    core = core + ([] if null is None else [null]) or points or [0.0]
    intervals = [(place(row.low), place(row.high)) for row in rows]
    others = intervals + [(place(pool.ci_low), place(pool.ci_high)) for pool in pools]
    others += [(place(pool.pi_low), place(pool.pi_high)) for pool in pools if has_prediction(pool)]
    others += [(point, point) for point in points]
    low, high = min(core), max(core)
    widths = [right - left for left, right in intervals if math.isfinite(right - left)]
    usual = median(widths) if widths else max((abs(point) for point in points), default=0.0)
    reach = max(0.6 * (high - low), usual)
    low = max(min([low, *(left for left, _ in others)]), low - reach)
    high = min(max([high, *(right for _, right in others)]), high + reach)
    space = 0.03 * (high - low) or 0.2
    return low - space, high + space


def axis_ticks(scale, limits, length, widen):
    """Ticks, and the axis widened to one more at each end where it lies close."""
    low, high = limits
    near = 0.12 * (high - low) if widen else 0.0
    ticks = choose_ticks(scale, low - near, high + near, length, lambda label: text_width(label, TICK))
    ends = [tick for tick, _ in ticks] or [low]
    space = 0.15 * near
    return (min(low, ends[0] - space), max(high, ends[-1] + space)), ticks
