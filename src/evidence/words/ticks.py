"""Ticks of an axis: round numbers with labels that stay apart."""

import math
from itertools import pairwise

from evidence.words.scales import scale_named, significant

HALVES = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)
DOUBLES = (0.1, 0.25, 0.5, 1, 2, 4, 10, 20, 40, 100)
DECADES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
FIVES = (0.01, 0.05, 0.2, 1, 5, 20, 100)
TENS = (0.001, 0.01, 0.1, 1, 10, 100, 1000)
THOUSANDS = (0.001, 1, 1000)
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def multiples(step, low, high):
    """Multiples of a step between two numbers."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(step * j, 12) for j in range(first, last + 1)]


def ratio_ticks(low, high):
    """Round percent changes near no effect; doublings, then powers of ten over wider ranges."""
    steps = [step for step in STEPS if math.exp(high) - math.exp(low) < 50 * step] if high - low < 3 else []
    even = [[1 + m for m in multiples(step, math.exp(low) - 1, math.exp(high) - 1)] for step in steps]
    return [
        [math.log(ratio) for ratio in ratios if ratio > 0 and low - 1e-9 <= math.log(ratio) <= high + 1e-9]
        for ratios in (*even, HALVES, DOUBLES, DECADES, FIVES, TENS, THOUSANDS)
    ]


def linear_ticks(low, high):
    """Steps of 1, 2 or 5 times a power of ten."""
    power = math.floor(math.log10(high - low)) - 1
    steps = [digit * 10.0**exponent for exponent in range(power, power + 3) for digit in (1, 2, 5)]
    return [multiples(step, low, high) for step in steps]


def tick_sets(scale, low, high):
    """Sets of positions on the axis of a scale, finest first, none outside what such numbers can be."""
    if scale.logarithmic:
        return ratio_ticks(low, high)
    first, last = (scale.times * limit for limit in scale.limits)
    return linear_ticks(max(low, first), min(high, last))


def tick_labels(name, ticks):
    """Words for the ticks of one axis, with the decimals that their step needs."""
    if name == "factor":
        return [f"{math.exp(tick):,.6g}" for tick in ticks]
    scale = scale_named(name)
    numbers = [scale.read(tick) for tick in ticks]
    step = float(f"{min((right - left for left, right in pairwise(numbers)), default=0):.12g}")
    return [scale.text(number, significant(step, 1) if number else 0) for number in numbers]


def choose_ticks(name, low, high, length, width_of, most=9, gap=1.8):
    """Ticks for an axis from `low` to `high` that is `length` mm long.

    Parameters
    ----------
    name : str
        A name of `scale_named`.
    low, high : float
        Ends of the axis, as positions.
    length : float
        Length of the axis in mm.
    width_of : callable
        Width of a label in mm.
    most : int
        Largest number of ticks.
    gap : float
        Smallest free space between two labels in mm.

    Returns
    -------
    list of (float, str)
        Positions and labels: of the sets whose labels stay apart the finest with
        four ticks or more, else the one with the most.
    """
    fitting = []
    for ticks in (ticks for ticks in tick_sets(scale_named(name), low, high) if len(ticks) <= most):
        labels = tick_labels(name, ticks)
        places = [(tick - low) / (high - low) * length for tick in ticks]
        halves = [width_of(label) / 2 for label in labels]
        spaces = [b - a - r - s for (a, b), (r, s) in zip(pairwise(places), pairwise(halves), strict=True)]
        if all(space >= gap for space in spaces):
            fitting.append(list(zip(ticks, labels, strict=True)))
    return next((ticks for ticks in fitting if len(ticks) >= 4), max(fitting, key=len, default=[]))
