"""Checks of the spread of a mean: is a standard error taken for a standard deviation?

A printed 4.2 is anything from 4.15 to 4.25: what rounding or an unknown n can explain is not doubted.
"""

import math

from evidence.stages.tables.checks.data import Finding, kind, rounded, shown
from evidence.vocabulary import LEVELS, READINGS

SOURCE = "Check the spread, its label and n in the source."


def level_with_spread(row):
    """Whether a row is the mean level of a group with one spread beside it."""
    stated = row["timepoint"] in ("baseline", "followup") and row["statistic"] == "mean"
    return stated and row["spread"] in ("sd", "se", "unlabelled") and row["spread_low"] and row["value"] > 0


def variation(row, reading, n):
    """Lowest and highest SD/mean that the printed digits allow, with the spread read as SD or SE."""
    low, high = rounded(row, "spread_low")
    below, above = rounded(row, "value")
    scale = math.sqrt(n) if reading == "se" else 1.0
    return max(low, 0.0) * scale / above, high * scale / below if below > 0 else math.inf


def plausible(data, row, reading, n, times=1.0):
    """Whether SD/mean lies in the outcome's range with the spread (times a factor) read as SD or SE."""
    low, high = variation(row, reading, n)
    outcome = data.outcomes[row["outcome"]]
    return low * times <= outcome["cv_high"] and high * times >= outcome["cv_low"]


def fitting_n(data, row):
    """Lowest and highest n for which a spread read as SE gives a plausible SD/mean, None for none."""
    cv = row["spread_low"] / row["value"]
    if not 1e-6 < cv < 1e6:
        return None
    outcome = data.outcomes[row["outcome"]]
    low, high = math.ceil((outcome["cv_low"] / cv) ** 2), math.floor((outcome["cv_high"] / cv) ** 2)
    low = max(low, data.limits["least_n"])
    return (low, high) if low <= min(high, data.limits["most_n"]) else None


def swapped(data, row):
    """Whether mean and spread have changed places: plausible so, and nearer to the other levels of the outcome than as typed."""
    low, high = (data.outcomes[row["outcome"]][name] for name in ("cv_low", "cv_high"))
    value, spread = row["value"], row["spread_low"]
    ratio = value / spread * (math.sqrt(row["n"] or 1) if kind(row) == "se" else 1)
    if spread <= value or not low <= ratio <= high:
        return False
    levels = data.having(outcome=(row["outcome"],), statistic=LEVELS, timepoint=("baseline", "followup"))
    others = sorted(other["value"] for other in levels if other is not row and other["unit"] == row["unit"] and other["value"] > 0)
    usual = others[len(others) // 2] if others else spread
    return abs(math.log(spread / usual)) < abs(math.log(value / usual))


def other_reading(data, row, reading):
    """How an implausible spread would fit after all, as the end of a sentence."""
    other = "se" if reading == "sd" else "sd"
    n = row["n"]
    if swapped(data, row):
        return f"; mean and spread have changed places: mean {row['spread_low_text']}, {READINGS[reading]} {row['value_text']} would fit"
    if other == "se" and n is None:
        fit = fitting_n(data, row)
        if fit:
            return f"; read as SE it fits for an n from {fit[0]} to {fit[1]}, the likelier reading"
    elif plausible(data, row, other, n):
        cv = row["spread_low"] / row["value"] * (math.sqrt(n) if other == "se" else 1)
        return f"; read as {READINGS[other]} it is {shown(cv)}, the likelier reading"
    for times, move in (
        (0.1, "one place to the left"),
        (10.0, "one place to the right"),
        (0.001, "three places to the left, lost with another decimal sign"),
    ):
        for label in ("sd", "se"):
            if (label == "sd" or n) and plausible(data, row, label, n, times):
                moved = shown(row["spread_low"] * times)
                fit = f"{READINGS[label]} {moved} would: the decimal point {move}"
                return f"; neither SD nor SE fits, but {fit}"
    return "; neither SD nor SE fits"


def in_doubt(data):
    """Measured rows with a spread read as SD or SE whose SD/mean as printed is outside the outcome's range, or not known."""
    ranges = {name: (row["cv_low"], row["cv_high"]) for name, row in data.outcomes.items()}
    names = ("outcome", "value", "spread_low", "n", "spread", "spread_judged")
    for row, (outcome, value, spread, n, label, judged) in zip(data.measured, data.cells(*names), strict=True):
        low, high = ranges[outcome]
        reading = judged if label == "unlabelled" else label
        if reading not in READINGS or low is None or high is None:
            continue
        scale = 1.0 if reading == "sd" else math.sqrt(n or 0)
        if not (spread and spread > 0 and value > 0 and low <= spread * scale / value <= high):
            yield row


def spread_plausible(data):
    """SD/mean outside the outcome's range: most often a standard error taken for an SD, or the reverse."""
    for row in in_doubt(data):
        outcome, reading, n = data.outcomes[row["outcome"]], kind(row), row["n"]
        if not level_with_spread(row) or (reading == "se" and n is None) or plausible(data, row, reading, n):
            continue
        cv = row["spread_low"] / row["value"] * (math.sqrt(n) if reading == "se" else 1)
        within = f"{outcome['cv_low_text']} to {outcome['cv_high_text']} of {row['outcome']}"
        with_n = f" (n {row['n_text']})" if reading == "se" else ""
        what = f"{READINGS[reading]} {row['spread_low_text']}{with_n} makes SD/mean {shown(cv)}"
        what += f", outside {within}"
        yield Finding(row, "spread_low", what + other_reading(data, row, reading), SOURCE)


def both_readings(row):
    """SD/mean by either reading of a spread, in words."""
    cv, n = row["spread_low"] / row["value"], row["n"]
    as_se = f"{shown(cv * math.sqrt(n))} (n {row['n_text']})" if n else f"{shown(cv)} times the root of n"
    return f"as SD it makes SD/mean {shown(cv)}, as SE {as_se}"


def spread_unjudged(data):
    """A spread whose kind nobody names: not used before it is judged, so both readings are tried."""
    for row in data.having(spread=("unlabelled",), spread_judged=("",)):
        outcome = data.outcomes[row["outcome"]]
        if not row["spread_low"]:
            continue
        what = f"{row['spread_low_text']} is neither labelled nor judged"
        if level_with_spread(row) and None not in (outcome["cv_low"], outcome["cv_high"]):
            within = f"{outcome['cv_low_text']} to {outcome['cv_high_text']}"
            what += f"; {both_readings(row)}; plausible is {within}"
        yield Finding(row, "spread_judged", what, "Type sd or se there, with the reason in the note.")
