"""Checks of the scale that a number is typed on: a ratio in place of its logarithm, a correlation in place of Fisher's z.

A 95% interval is symmetric on the scale on which it was computed, so that its middle tells the scale. A source prints a number
and the ends of its interval to the same decimals, and a spreadsheet strips the zeros at their ends: the longest of the three says
how all of them are rounded.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from evidence.problems import line_list
from evidence.stages.tables.checks.data import Finding, half_unit, shown
from evidence.vocabulary import RATIOS

TINY = 1e-9


class Scale(NamedTuple):
    """A scale that effects are pooled on, and the plain numbers that papers print in its place.

    Parameters
    ----------
    low, high : float
        The plain numbers lie between these.
    onto, back : callable
        From a plain number to the scale, and back.
    most : float or None
        Highest plain number that is not doubted; None where `checks.ratio_high` says it.
    noun : str
        The plain number.
    on_scale : str
        The number on the scale, of a plain one.
    """

    low: float
    high: float
    onto: Callable
    back: Callable
    most: float | None
    noun: str
    on_scale: str


def expit(logit):
    """Proportion of a logit."""
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0


def exponential(log):
    """Exponential, infinite beyond what a float holds."""
    return math.exp(log) if log < 700 else math.inf


LOG = Scale(0.0, math.inf, math.log, exponential, None, "ratio", "the logarithm")
RATE = LOG._replace(noun="rate")
LOGIT = Scale(0.0, 1.0, lambda share: math.log(share / (1 - share)), expit, 0.999, "proportion", "the logit")
FISHER = Scale(-1.0, 1.0, math.atanh, math.tanh, 0.95, "correlation", "Fisher's z")
SCALES = {**dict.fromkeys(("ROM", "OR", "RR", "IRR", "HR"), LOG), "IRLN": RATE, "PLO": LOGIT, "ZCOR": FISHER}
# What is typed in place of an estimate, where the source prints the plain number.
INSTEAD = {
    "ROM": "type fold_change", "OR": "type odds_ratio", "RR": "type risk_ratio", "HR": "type hazard_ratio", "IRR": "type rate_ratio",
    "ZCOR": "type correlation", "PLO": "type percent with its n, or its logit", "IRLN": "type events with person_time, or its logarithm",
}  # fmt: skip
PLAIN = {**dict.fromkeys(RATIOS, LOG), "correlation": FISHER}
# Estimates that are pooled as they are, and lie between two numbers.
BOUNDS = {
    "RD": (-1.0, 1.0, "risk difference", "Type a difference in percent as a share: 0.12 for 12%."),
    "PR": (0.0, 1.0, "proportion", "Type a percentage as a share: 0.12 for 12%, or percent with its n."),
    "PFT": (0.0, math.pi / 2, "double arcsine of a proportion", "Type percent with its n."),
}  # fmt: skip


def measure_of(data, row):
    """Measure that a number is pooled as: the outcome's, but for two proportions, which are compared by the odds ratio."""
    measure = data.outcomes[row["outcome"]]["measure"]
    return "OR" if measure == "PLO" and row["timepoint"] == "difference" else measure


def interval(row):
    """Value and ends of a 95% interval in order, or None."""
    numbers = row["value"], row["spread_low"], row["spread_high"]
    return numbers if row["spread"] == "ci95" and None not in numbers and numbers[1] < numbers[2] else None


def middles(scale, low, high, half):
    """Lowest and highest middle of an interval on a scale, taken back from it, with ends that are rounded by `half`."""
    for shift in (-half, half):
        ends = (min(max(end + shift, scale.low + TINY), scale.high - TINY) for end in (low, high))
        yield scale.back(sum(map(scale.onto, ends)) / 2)


def middles_met(scale, row):
    """Whether the value of a row fits the middle of its interval on the line, and on a scale; and on which side of both it lies.

    Returns
    -------
    line, bent : bool
        What prints so can be the middle on the line, and on the scale.
    nearer : str
        The one that is nearer for every number that prints so: "line", "scale", or "" where that depends on the digits lost.
    """
    value, low, high = interval(row)
    half = min(half_unit(row[f"{name}_text"]) for name in ("value", "spread_low", "spread_high"))
    line = (low + high) / 2 - half, (low + high) / 2 + half
    bent = tuple(middles(scale, low, high, half))
    between = [(one + other) / 2 for one, other in zip(line, bent, strict=True)]
    beneath, beyond = value + half < between[0], value - half > between[1]
    nearer = "" if not (beneath or beyond) else "line" if beyond == (line[0] > bent[0]) else "scale"
    return *(value - half < ends[1] - TINY and value + half > ends[0] + TINY for ends in (line, bent)), nearer


def symmetric_on(scale, row):
    """Where the 95% interval of a row is symmetric, as far as its digits tell.

    Returns
    -------
    str
        "scale" (the numbers are plain ones), "line" (they are on the scale already), or "" where it cannot be told. A value that
        fits one middle alone tells it; one that fits neither is told by the nearer.
    """
    line, bent, nearer = middles_met(scale, row)
    if line == bent:
        return "" if line else nearer
    return "line" if line else "scale"


def plain_estimates(data):
    """Yield (row, measure, scale) of estimates whose value and ends could all be plain numbers."""
    for row in data.having(statistic=("estimate",)):
        measure = measure_of(data, row)
        scale = SCALES.get(measure)
        ends = interval(row) or (row["value"],)
        if scale and all(scale.low < end < scale.high for end in ends):
            yield row, measure, scale


def printed(row):
    """Value and ends of an interval as printed."""
    ends = f" ({row['spread_low_text']} to {row['spread_high_text']})" if row["spread_high_text"] else ""
    return f"{row['value_text']}{ends}"


def estimate_scale(data):
    """An estimate that is a ratio, proportion or correlation, and no logarithm, logit or Fisher's z: its interval says so."""
    for row, measure, scale in plain_estimates(data):
        if interval(row) and symmetric_on(scale, row) == "scale":
            what = f"{printed(row)} looks like a {scale.noun}, while an estimate of {measure} is {scale.on_scale}"
            yield Finding(row, "statistic", what, f"If the source prints the {scale.noun}, {INSTEAD[measure]}.")


def undecided_scale(data):
    """Estimates that could be ratios, proportions or correlations as well: which reading was taken.

    Without an interval nothing is told where another estimate of the outcome shows its scale.
    """
    doubtful = defaultdict(list)
    for row, measure, scale in plain_estimates(data):
        if not too_large(data, row) and not (interval(row) and symmetric_on(scale, row)):
            doubtful[row["outcome"], measure].append(row)
    lines = {row["line"] for rows in doubtful.values() for row in rows}
    sure = {row["outcome"] for row in data.having(statistic=("estimate",)) if row["line"] not in lines} if doubtful else set()
    for (outcome, measure), rows in doubtful.items():
        apart = [row for row in rows if abs(SCALES[measure].back(row["value"]) - row["value"]) > half_unit(row["value_text"])]
        rows = [row for row in apart if interval(row) or outcome not in sure]
        yield from readings_taken(rows, measure) if rows else ()


def readings_taken(rows, measure):
    """Notice of the reading that was taken of estimates, at the first of them."""
    first, scale = rows[0], SCALES[measure]
    more = f"; likewise line{'s' if len(rows) > 2 else ''} {line_list(row['line'] for row in rows[1:])}" if len(rows) > 1 else ""
    what = f"{printed(first)} is read as {scale.on_scale} of a {scale.noun} of {shown(scale.back(first['value']))}{more}"
    yield Finding(first, "value", what, f"If the source prints the {scale.noun}, {INSTEAD[measure]}.")


def too_large(data, row):
    """The highest plain number that an estimate may stand for, where it stands for more, else None."""
    scale = SCALES.get(measure_of(data, row))
    if scale in (None, RATE):
        return None
    most = scale.most or data.limits["ratio_high"]
    size = row["value"] if scale is LOGIT else abs(row["value"])
    return most if size > scale.onto(most) * (1 + TINY) else None


def estimate_size(data):
    """An estimate that stands for a ratio, proportion or correlation beyond what studies find: perhaps it is no logarithm."""
    for row in data.having(statistic=("estimate",)):
        most = too_large(data, row)
        if most is not None:
            measure = measure_of(data, row)
            scale = SCALES[measure]
            what = f"{row['value_text']} is {scale.on_scale} of a {scale.noun} of {shown(scale.back(row['value']))}"
            beyond = f"beyond {most:g}" if row["value"] > 0 else f"below {shown(scale.back(-scale.onto(most)))}"
            test = ", and for the z of a test z_value" if scale is FISHER else ""
            yield Finding(
                row,
                "value",
                f"{what}, {beyond}",
                f"If the source prints the {scale.noun}, {INSTEAD[measure]}{test}; else check the figure.",
            )


def estimate_bounds(data):
    """An estimate beyond what its measure can be: most often a percentage typed in place of a share."""
    for row in data.having(statistic=("estimate",)):
        low, high, noun, remedy = BOUNDS.get(measure_of(data, row), (-math.inf, math.inf, "", ""))
        if not low <= row["value"] <= high:
            yield Finding(row, "value", f"{row['value_text']} is no {noun}: it lies between {low:g} and {high:.3g}", remedy)


def plain_scale(data):
    """A ratio or correlation whose interval is symmetric as that of its logarithm or Fisher's z is: perhaps it is that."""
    for row in data.having(statistic=tuple(PLAIN), spread=("ci95",)):
        scale = PLAIN[row["statistic"]]
        ends = interval(row)
        within = ends and scale.low < ends[0] < scale.high and all(scale.low <= end <= scale.high for end in ends)
        if within and middles_met(scale, row)[:2] == (True, False):
            what = f"{printed(row)} has the middle that {scale.on_scale} of a {scale.noun} has, and not that of the {scale.noun}"
            yield Finding(row, "statistic", what, f"If the source prints {scale.on_scale}, type estimate; else check the interval.")


def possible_values(data):
    """A ratio that is not above zero, a correlation beyond -1 and 1, or an interval that reaches there."""
    for row in data.having(statistic=tuple(PLAIN)):
        scale = PLAIN[row["statistic"]]
        bounds = "is above zero" if scale is LOG else "lies between -1 and 1"
        remedy = f"A {scale.noun} {bounds}; if it is {scale.on_scale} of one, type estimate."
        value = row["value"]
        if value <= 0 if scale is LOG else abs(value) > 1:
            test = " For the z of a test, type z_value." if scale is FISHER else ""
            yield Finding(row, "value", f"a {scale.noun} of {row['value_text']}", remedy + test)
            continue
        for name in ("spread_low", "spread_high") if row["spread"] == "ci95" else ():
            if row[name] is not None and not scale.low <= row[name] <= scale.high:
                yield Finding(row, name, f"a {scale.noun} whose interval ends at {row[f'{name}_text']}", remedy)
