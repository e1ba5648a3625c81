"""Scales: from the analysis scale to the number that a reader reads, and its decimals.

A number beside an interval has two significant digits of half the interval's width, and so have both ends. No number is
rounded to one that says something else: to zero, to no event, to events in all, to a loss of everything.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

MINUS = "\N{MINUS SIGN}"
THOUSANDFOLD = math.log(1000)
MOST_DECIMALS, MORE_DECIMALS, NOISE = 9, 2, 1e-12

PER = re.compile(r"per ([\d,]+)")


@dataclass(frozen=True)
class Scale:
    """How effects of one kind are placed on an axis and printed.

    Parameters
    ----------
    back : callable
        From the analysis scale to the number that a reader reads.
    times : float
        What that number is multiplied by: 100 for percent.
    logarithmic : bool
        Whether the axis is the analysis scale itself, so that equal ratios lie equally far apart.
    null : float or None
        No effect, as a position on the axis.
    least, lone : callable
        Decimals that a number has at least, and those of one that stands without an interval.
    signed : bool
        Whether a number above zero has a plus.
    limits : tuple of float
        Between which such numbers lie, before they are multiplied.
    sign : str
        After each number: %.
    """

    back: Callable
    null: float | None
    least: Callable
    lone: Callable
    times: float = 1.0
    logarithmic: bool = False
    signed: bool = False
    limits: tuple = (-math.inf, math.inf)
    sign: str = ""

    def place(self, value):
        """Position on the axis of a value on the analysis scale."""
        return float(value) if self.logarithmic else self.times * self.back(value)

    def read(self, position):
        """Number that a reader reads at a position of the axis."""
        return self.times * self.back(position) if self.logarithmic else position

    def text(self, number, decimals):
        """A number in words, with more decimals where these would make an end of the scale of it: <0.01% is not none."""
        write = signed if self.signed else unsigned
        for end in (0.0, *(self.times * limit for limit in self.limits if math.isfinite(limit))):
            if abs(number - end) > (NOISE * self.times if self.signed and not end else 0.0):
                counts = range(decimals, decimals + MORE_DECIMALS + 1)
                decimals = next((count for count in counts if unsigned(number, count) != unsigned(end, count)), None)
                if decimals is None:
                    side, step = ("<", 1) if number > end else (">", -1)
                    return f"{side}{write(end + step * 10.0 ** -counts[-1], counts[-1])}{self.sign}"
        return write(number, decimals) + self.sign

    def words(self, position, decimals, least):
        """The number at a position in words; changes beyond a thousandfold, which say nothing, are not told apart."""
        if self.logarithmic and abs(position) > THOUSANDFOLD + 1e-9:
            return BEYOND[self.sign][position > 0]
        number = self.read(position)
        return self.text(number, max(decimals, least(number)))


BEYOND = {"%": (f"<{MINUS}99.9%", ">+99,900%"), "": ("<0.001", ">1,000")}


def unsigned(number, decimals=0):
    """Number with a true minus, thousands apart; zero has no minus."""
    text = f"{abs(number):,.{decimals}f}"
    return (MINUS if number < 0 and text.strip("0.,") else "") + text


def signed(number, decimals=0):
    """Number with its sign, plus or a true minus; zero has none."""
    text = unsigned(number, decimals)
    return "+" + text if number > 0 and text.strip("0.,") else text


def significant(number, digits=2):
    """Decimals that show so many significant digits of a number above zero."""
    return min(max(digits - 1 - math.floor(math.log10(number)), 0), MOST_DECIMALS) if 0 < number < math.inf else 0


def weight_in_words(weight):
    """Share of a pool's weight in percent: 12.3%, and <0.1% where that is next to nothing."""
    return "<0.1%" if 0 < weight < 0.05 else f"{weight:.1f}%"


def raised(unit):
    """A unit as it is printed: cm2 as cm²."""
    return re.sub(r"m([23])\b", lambda found: "m" + "²³"[int(found[1]) - 2], unit)


def same(value):
    """The value itself."""
    return float(value)


def exp(value):
    """Number whose logarithm is `value`, at most 1e304."""
    return math.exp(min(value, 700))


def expit(value):
    """Proportion whose log odds are `value`; infinite odds are 0 or 1."""
    if value < -700:
        return 0.0
    return 1 / (1 + math.exp(-value))


def arcsine(value):
    """Proportion whose double arcsine is `value`: sin^2, the limit of Miller's inverse for many people [miller1978]."""
    return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2


def whole(number):
    """No decimals."""
    return 0


def of_percent(number):
    """No decimals, below 1% one."""
    return 1 if 0 < number < 1 else 0


def hundredths(number):
    """Two decimals."""
    return 2


def of_ratio(ratio):
    """Two decimals below 10, one below 100; below 0.1 two significant digits."""
    return significant(ratio) if ratio < 0.1 else 2 if ratio < 10 else 1 if ratio < 100 else 0


def two_digits(number):
    """Two significant digits."""
    return significant(abs(number)) if number else 2


def three_digits(number):
    """Three significant digits."""
    return significant(abs(number), 3) if number else 0


SCALES = {
    "ratio": Scale(math.expm1, 0.0, whole, whole, 100, logarithmic=True, signed=True, limits=(-1, math.inf), sign="%"),
    "factor": Scale(math.exp, 0.0, of_ratio, of_ratio, logarithmic=True, limits=(0, math.inf)),
    "difference": Scale(same, 0.0, whole, two_digits, signed=True),
    "level": Scale(same, None, whole, three_digits),
    "proportion": Scale(expit, None, of_percent, of_percent, 100, limits=(0, 1), sign="%"),
    "share": Scale(same, None, of_percent, of_percent, 100, limits=(0, 1), sign="%"),
    "arcsine": Scale(arcsine, None, of_percent, of_percent, 100, limits=(0, 1), sign="%"),
    "rate": Scale(exp, None, whole, three_digits, limits=(0, math.inf)),
    "correlation": Scale(math.tanh, 0.0, hundredths, hundredths, signed=True, limits=(-1, 1)),
}


def times_of(unit):
    """What numbers are multiplied by that are printed in a unit: 1000 in "per 1,000 person-years", None in kg."""
    found = PER.match(unit)
    return float(found[1].replace(",", "")) if found else None


@cache
def scale_named(name):
    """The scale of a name: one of `SCALES`, which may go on as "proportion per 100,000"."""
    kind, _, per = name.partition(" ")
    scale = SCALES[kind]
    return replace(scale, times=times_of(per), sign="", least=whole, lone=three_digits) if per else scale


def half_width(scale, low, high):
    """Half the width of an interval between two positions, as it is read; None where it has none, or no end."""
    if not math.isfinite(high - low):
        return None
    if scale.logarithmic:
        low, high = (min(max(end, -THOUSANDFOLD), THOUSANDFOLD) for end in (low, high))
    return abs(scale.read(high) - scale.read(low)) / 2 or None


def in_words(name, estimate, low=None, high=None, half=None):
    """Estimate with its interval as printed beside a plot, such as ``+52% (+38% to +68%)``.

    Parameters
    ----------
    name : str
        A name of `scale_named`.
    estimate, low, high : float or None
        On the analysis scale.
    half : float or None
        Half the width of the usual interval of a figure, as it is read: two digits of it are shown, and at least one of
        this interval's own. None shows two of its own.

    Returns
    -------
    str
    """
    scale = scale_named(name)
    values = (estimate,) if low is None or high is None else (estimate, low, high)
    places = [scale.place(value) for value in values]
    own = half_width(scale, *places[1:]) if len(places) > 1 else None
    least = scale.lone if own is None and half is None else scale.least
    decimals = max(significant(half or 0), significant(own or 0, 1 if half else 2))
    words = [scale.words(place, decimals, least) for place in places]
    return words[0] if len(words) == 1 else f"{words[0]} ({words[1]} to {words[2]})"
