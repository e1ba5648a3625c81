"""Forest plots: the words of each cell."""

from statistics import median

from evidence.stages.figures.canvas import BODY, clean, text_width
from evidence.words.scales import half_width, in_words, scale_named, weight_in_words

WIDEST_ESTIMATE, WIDEST_INTERVAL = 18, 36


def has_prediction(pool):
    """Whether a pool has a prediction interval to draw."""
    return pool.kind != "single" and pool.pi_low is not None and pool.pi_high is not None


def drawn(blocks):
    """Rows, pools with an estimate, and studies without weight, of all blocks."""
    rows = [row for block in blocks for row in block.rows]
    pools = [pool for block in blocks for pool in block.pools if pool.kind != "single"]
    return rows, pools, [row for block in blocks for row in block.unweighted]


def has_marks(blocks):
    """Whether anything lies on the axis; without, the plot has none."""
    rows, pools, loose = drawn(blocks)
    return bool(rows or pools) or any(row.yi is not None for row in loose)


def cell_words(name, row, routes):
    """Words of a row in one of the columns label, drug, n, route and weight."""
    if name == "label":
        return clean(row.label + getattr(row, "mark", ""))
    if name == "route":
        return clean(routes[row.route][0]) if getattr(row, "route", "") else ""
    if name == "weight":
        return "" if getattr(row, "weight", None) is None else weight_in_words(row.weight)
    return clean(getattr(row, name))


def usual_half(blocks, name):
    """Half the width of the usual interval, as it is read, so that the numbers of a figure have the same decimals."""
    rows, _, _ = drawn(blocks)
    scale = scale_named(name)
    halves = [half_width(scale, scale.place(row.low), scale.place(row.high)) for row in rows]
    known = [half for half in halves if half]
    return median(known) if known else None


def total_words(block, pool):
    """Sum of the weights, beside the first pooled estimate of a block."""
    weights = [row.weight for row in block.rows if row.weight is not None]
    return f"{sum(weights):.1f}%" if weights and pool is block.pools[0] else ""


def estimate_words(scale, item, half=None):
    """Words for the estimate of a row, of a study without weight, or of a pool."""
    if item.text or getattr(item, "kind", "") == "single":
        return clean(item.text)
    if hasattr(item, "kind"):
        return in_words(scale, item.estimate, item.ci_low, item.ci_high, half)
    if item.yi is None:
        return ""
    return in_words(scale, item.yi, getattr(item, "low", None), getattr(item, "high", None), half)


def prediction_words(scale, pool, level, half=None):
    """Words for a prediction interval."""
    interval = in_words(scale, pool.estimate, pool.pi_low, pool.pi_high, half).partition(" ")[2]
    return f"{100 * level:g}% PI {interval}"


def split_estimate(words):
    """Estimate and interval, to be aligned apart; None where the words are too wide for that."""
    head, bracket, tail = words.partition(" (")
    tail = bracket.strip() + tail
    head_fits = text_width(head, BODY, "bold") <= WIDEST_ESTIMATE
    tail_fits = text_width(tail, BODY, "bold") <= WIDEST_INTERVAL
    return (head, tail) if head_fits and tail_fits else None
