"""Scales of figures: from the analysis scale to the axis, its ticks and the words beside it."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

MINUS = "\N{MINUS SIGN}"
THOUSANDFOLD = math.log(1000)

HALVES = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)
DOUBLES = (0.1, 0.25, 0.5, 1, 2, 4, 10, 20, 40, 100)
DECADES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
FIVES = (0.01, 0.05, 0.2, 1, 5, 20, 100)
TENS = (0.001, 0.01, 0.1, 1, 10, 100, 1000)
THOUSANDS = (0.001, 1, 1000)


@dataclass(frozen=True)
class Scale:
    """How effects of one kind are placed and printed.

    Parameters
    ----------
    place : callable
        From the analysis scale to the position on the axis.
    null : float or None
        No effect, as a position on the axis.
    tick_sets : callable
        ``tick_sets(low, high)``: sets of positions, finest first.
    number : callable
        ``number(position, grain)``: a number in words; `grain` is the width of what is to be told apart.
    """

    place: Callable
    null: float | None
    tick_sets: Callable
    number: Callable


def _same(value):
    return float(value)


def _expit(value):
    """Proportion whose log odds are `value`; infinite odds are 0 or 1."""
    if value < -700:
        return 0.0
    return 1 / (1 + math.exp(-value))


def unsigned(number, decimals=0):
    """Number with a true minus, thousands apart; zero has no minus."""
    text = f"{abs(number):,.{decimals}f}"
    return (MINUS if number < 0 and text.strip("0.,") else "") + text


def signed(number, decimals=0):
    """Number with its sign, plus or a true minus; zero has none."""
    text = unsigned(number, decimals)
    return "+" + text if number > 0 and text.strip("0.,") else text


def _decimals(grain):
    """Decimals that show two significant digits of `grain`."""
    return min(max(1 - math.floor(math.log10(grain)), 0), 9) if grain > 0 else 2


def raised(unit):
    """A unit as it is printed: cm2 as cm²."""
    return re.sub(r"m([23])\b", lambda found: "m" + "²³"[int(found[1]) - 2], unit)


def percent_change(log_ratio, grain=None):
    """Ratio, from its logarithm, as a percent change; never rounded to a loss of everything.

    Changes beyond a thousandfold are not told apart: such an interval says nothing.
    """
    if abs(log_ratio) > THOUSANDFOLD + 1e-9:
        return f"<{MINUS}99.9%" if log_ratio < 0 else ">+99,900%"
    change = 100 * math.expm1(log_ratio)
    return f"{signed(change, 1 if change <= -99.5 else 0)}%"


def _ratio(log_ratio, grain=None):
    if abs(log_ratio) > THOUSANDFOLD + 1e-9:
        return "<0.001" if log_ratio < 0 else ">1,000"
    ratio = math.exp(log_ratio)
    decimals = _decimals(ratio) if ratio < 0.1 else 2 if ratio < 10 else 1 if ratio < 100 else 0
    return unsigned(ratio, decimals)


def _difference(value, grain=None):
    return signed(value, _decimals(grain or abs(value)))


def _proportion(share, grain=None):
    fine = 0 < share < 0.01 if grain is None else grain < 0.1
    return f"{unsigned(100 * share, 1 if fine else 0)}%"


def _correlation(r, grain=None):
    return signed(r, 2)


def _multiples(step, low, high):
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(step * j, 12) for j in range(first, last + 1)]


def _ratio_ticks(low, high):
    """Round percent changes near no effect; doublings, then powers of ten over wider ranges."""
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if high - low < 3 else ()
    even = [[1 + m for m in _multiples(step, math.exp(low) - 1, math.exp(high) - 1)] for step in steps]
    return [
        [math.log(ratio) for ratio in ratios if ratio > 0 and low - 1e-9 <= math.log(ratio) <= high + 1e-9]
        for ratios in (*even, HALVES, DOUBLES, DECADES, FIVES, TENS, THOUSANDS)
    ]


def _linear_ticks(low, high):
    """Steps of 1, 2 or 5 times a power of ten."""
    power = math.floor(math.log10(high - low)) - 1
    steps = [digit * 10.0**exponent for exponent in range(power, power + 3) for digit in (1, 2, 5)]
    return [_multiples(step, low, high) for step in steps]


def _share_ticks(low, high):
    """Steps as for differences, none outside 0 to 1."""
    return _linear_ticks(max(low, 0.0), min(high, 1.0))


def _correlation_ticks(low, high):
    """Steps as for differences, none outside -1 to 1."""
    return _linear_ticks(max(low, -1.0), min(high, 1.0))


SCALES = {
    "ratio": Scale(_same, 0.0, _ratio_ticks, percent_change),
    "factor": Scale(_same, 0.0, _ratio_ticks, _ratio),
    "difference": Scale(_same, 0.0, _linear_ticks, _difference),
    "proportion": Scale(_expit, None, _share_ticks, _proportion),
    "correlation": Scale(math.tanh, 0.0, _correlation_ticks, _correlation),
}


def tick_labels(name, ticks):
    """Words for the ticks of one axis, with the decimals that their step needs."""
    if name == "factor":
        return [f"{math.exp(tick):,.6g}" for tick in ticks]
    grain = 10 * min((right - left for left, right in pairwise(ticks)), default=0)
    return ["0" if tick == 0 and name in ("difference", "correlation") else SCALES[name].number(tick, grain) for tick in ticks]


def choose_ticks(name, low, high, length, width_of, most=9, gap=1.8):
    """Ticks for an axis from `low` to `high` that is `length` mm long.

    Parameters
    ----------
    name : str
        A key of `SCALES`.
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
    for ticks in (ticks for ticks in SCALES[name].tick_sets(low, high) if len(ticks) <= most):
        labels = tick_labels(name, ticks)
        places = [(tick - low) / (high - low) * length for tick in ticks]
        halves = [width_of(label) / 2 for label in labels]
        spaces = [b - a - r - s for (a, b), (r, s) in zip(pairwise(places), pairwise(halves), strict=True)]
        if all(space >= gap for space in spaces):
            fitting.append(list(zip(ticks, labels, strict=True)))
    return next((ticks for ticks in fitting if len(ticks) >= 4), max(fitting, key=len, default=[]))


def in_words(name, estimate, low=None, high=None, grain=None):
    """Estimate with its interval as printed beside a plot, such as ``+52% (+38% to +68%)``.

    Parameters
    ----------
    name : str
        A key of `SCALES`.
    estimate, low, high : float or None
        On the analysis scale.
    grain : float or None
        Width of a usual interval, for the decimals of differences; None takes this one's.

    Returns
    -------
    str
    """
    values = (estimate,) if low is None or high is None else (estimate, low, high)
    places = [SCALES[name].place(value) for value in values]
    if name == "difference" and grain is None:
        grain = max(places) - min(places)
    words = [SCALES[name].number(place, grain) for place in places]
    return words[0] if len(words) == 1 else f"{words[0]} ({words[1]} to {words[2]})"
