"""Checks of spreads and p-values: can they stand together, and is an SE taken for an SD?

All of them ask in ranges: a printed 4.2 is anything from 4.15 to 4.25, a p < 0.01 anything below 0.01. What
rounding or an unknown n can explain is not doubted.
"""

import math

from evidence.models.distributions import quantile, two_sided_p
from evidence.stages.checks_data import Finding, kind, rounded, shown

READINGS = {"sd": "SD", "se": "SE"}
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
    outcome = data.outcomes[row["outcome"]]
    low, high = math.ceil((outcome["cv_low"] / cv) ** 2), math.floor((outcome["cv_high"] / cv) ** 2)
    low = max(low, data.limits["least_n"])
    return (low, high) if low <= min(high, data.limits["most_n"]) else None


def other_reading(data, row, reading):
    """How an implausible spread would fit after all, as the end of a sentence."""
    other = "se" if reading == "sd" else "sd"
    n = row["n"]
    if other == "se" and n is None:
        fit = fitting_n(data, row)
        if fit:
            return f"; read as SE it fits for an n from {fit[0]} to {fit[1]}, the likelier reading"
    elif plausible(data, row, other, n):
        cv = row["spread_low"] / row["value"] * (math.sqrt(n) if other == "se" else 1)
        return f"; read as {READINGS[other]} it is {shown(cv)}, the likelier reading"
    for times, move in ((0.1, "one place to the left"), (10.0, "one place to the right")):
        for label in ("sd", "se"):
            if (label == "sd" or n) and plausible(data, row, label, n, times):
                moved = shown(row["spread_low"] * times)
                return (
                    f"; neither SD nor SE fits, but {READINGS[label]} {moved} would: the decimal point {move}"
                )
    return "; neither SD nor SE fits"


def spread_plausible(data):
    """SD/mean outside the outcome's range: most often a standard error taken for an SD, or the reverse."""
    for row in data.measured:
        outcome, reading = data.outcomes[row["outcome"]], kind(row)
        if (
            not level_with_spread(row)
            or reading not in READINGS
            or None in (outcome["cv_low"], outcome["cv_high"])
        ):
            continue
        n = row["n"]
        if (reading == "se" and n is None) or plausible(data, row, reading, n):
            continue
        cv = row["spread_low"] / row["value"] * (math.sqrt(n) if reading == "se" else 1)
        within = f"{outcome['cv_low_text']} to {outcome['cv_high_text']} of {row['outcome']}"
        with_n = f" (n {row['n_text']})" if reading == "se" else ""
        what = f"{READINGS[reading]} {row['spread_low_text']}{with_n} makes SD/mean {shown(cv)}"
        what += f", outside {within}"
        yield Finding(row, "spread_low", what + other_reading(data, row, reading), SOURCE)


def spread_unjudged(data):
    """A spread whose kind nobody names: not used before it is judged, so both readings are tried."""
    for row in data.measured:
        outcome = data.outcomes[row["outcome"]]
        if row["spread"] != "unlabelled" or row["spread_judged"] or not row["spread_low"]:
            continue
        what = f"{row['spread_low_text']} is neither labelled nor judged"
        if level_with_spread(row) and None not in (outcome["cv_low"], outcome["cv_high"]):
            known = [label for label in READINGS if label == "sd" or row["n"]]
            fits = [READINGS[label] for label in known if plausible(data, row, label, row["n"])]
            what += f"; {' and '.join(fits) or 'no'} reading gives a plausible SD/mean"
        yield Finding(row, "spread_judged", what, "Type sd or se there, with the reason in the note.")


def p_range(row):
    """Lowest and highest p-value that the printed one allows."""
    if row["p_operator"] == "<":
        return 0.0, row["p_value"]
    if row["p_operator"] == ">":
        return row["p_value"], 1.0
    low, high = rounded(row, "p_value")
    return max(low, 0.0), min(high, 1.0)


def t_needed(p, df):
    """Test statistic of a two-sided p-value; `df` None for the normal distribution."""
    return math.inf if p <= 0 else float(quantile(1 - p / 2, df))


def errors_by_p(effect, p, dfs):
    """Lowest and highest standard error that a range of effects, of p and of degrees of freedom allow.

    Parameters
    ----------
    effect : (low, high)
        Absolute size of the effect.
    p : (low, high)
    dfs : (low, high)
        Fewest and most degrees of freedom; None stands for the normal distribution.
    """
    t_high, t_low = t_needed(p[0], dfs[0]), t_needed(p[1], dfs[1])
    return effect[0] / t_high, math.inf if t_low <= 1e-12 else effect[1] / t_low


def meet(one, two):
    """Whether two ranges have a number in common."""
    return one[0] <= two[1] and two[0] <= one[1]


def sizes(data, n):
    """Fewest and most participants: n as printed, or what the limits allow."""
    return (n, n) if n else (data.limits["least_n"], None)


def mean_error(row, column, reading, n, log):
    """Range of the standard error of a mean (with `log`: of its logarithm) from its SD or SE."""
    low, high = rounded(row, column)
    scale = 1 / math.sqrt(n) if reading == "sd" else 1.0
    below, above = rounded(row, "value") if log else (1.0, 1.0)
    return max(low, 0.0) * scale / above, high * scale / below


def paired_ranges(data, base, row, reading, log):
    """Standard errors of the difference that the p-value allows, and that the two spreads allow.

    Returns
    -------
    by_p, by_spread : (low, high)
        The second from |se1 - se2| (correlation 1) to se1 + se2 (correlation -1).
    """
    n, most = sizes(data, row["n"] or base["n"])
    one, two = rounded(base, "value"), rounded(row, "value")
    if log:
        one, two = tuple(map(math.log, one)), tuple(map(math.log, two))
    gap = max(two[0] - one[1], one[0] - two[1], 0.0), max(two[1] - one[0], one[1] - two[0])
    by_p = errors_by_p(gap, p_range(row), (n - 1, most - 1 if most else None))
    if reading == "sd" and most is None:
        by_p = by_p[0], math.inf
    first = mean_error(base, "spread_low", reading, n, log)
    second = mean_error(row, "spread_low", reading, n, log)
    apart = max(first[0] - second[1], second[0] - first[1], 0.0)
    return by_p, (apart, first[1] + second[1])


def possible(data, base, row, reading):
    """Whether some correlation reconciles two spreads with a paired p-value, on the raw or log scale."""
    logs = [False]
    if (
        data.outcomes[row["outcome"]]["measure"] == "ROM"
        and min(rounded(base, "value")[0], rounded(row, "value")[0]) > 0
    ):
        logs.append(True)
    return any(meet(*paired_ranges(data, base, row, reading, log)) for log in logs)


def paired_tests(data):
    """Pairs of levels with one kind of spread each, and the p-value of the paired test between them."""
    for pairs, comparison in ((data.pairs, "change_from_baseline"), (data.periods, "between_periods")):
        for base, row in pairs:
            readings = {kind(base), kind(row)}
            same_unit = base["unit"] == row["unit"] and row["statistic"] == "mean"
            spreads = (
                base["spread_low"] and row["spread_low"] and len(readings) == 1 and readings <= set(READINGS)
            )
            enough = (row["n"] or base["n"] or 2) > 1
            if same_unit and spreads and enough and row["p_for"] == comparison and row["p_value"]:
                yield base, row, readings.pop()


def paired_p(data):
    """A paired p-value and two spreads that need a correlation beyond -1 and 1: one of them is wrong."""
    for base, row, reading in paired_tests(data):
        if possible(data, base, row, reading):
            continue
        other = "se" if reading == "sd" else "sd"
        by_p, by_spread = paired_ranges(data, base, row, reading, False)
        side = "below -1" if by_p[0] > by_spread[1] else "above 1"
        name = READINGS[reading]
        of_n = (
            f"n {row['n'] or base['n']:g}"
            if row["n"] or base["n"]
            else f"any n of {data.limits['least_n']} or more"
        )
        what = (
            f"p {row['p_operator']} {row['p_value_text']} with {name} {base['spread_low_text']} and "
            f"{row['spread_low_text']} needs a correlation {side} ({of_n})"
        )
        if possible(data, base, row, other):
            what += f"; read as {READINGS[other]} they fit, the likelier reading"
        yield Finding(row, "p_value", what, "Check both spreads, their label, and what the p-value compares.")


def own_tests(data):
    """Changes and differences with a spread of their own and a p-value that may belong to them."""
    for row in data.measured:
        comparisons = {
            "change": ("", "change_from_baseline"),
            "difference": ("", "between_groups", "between_periods"),
        }
        fitting = row["p_for"] in comparisons.get(row["timepoint"], ()) and row["p_value"]
        interval = kind(row) == "ci95" and None not in (row["spread_low"], row["spread_high"])
        if fitting and (interval or (kind(row) in READINGS and row["spread_low"])):
            yield row


def on_test_scale(row):
    """Range of the absolute effect and of its standard error (with n known), on the scale of the test."""
    ratio = row["statistic"] in ("odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio")
    scale = math.log if ratio else float
    ends = rounded(row, "value")
    if ratio and ends[0] <= 0:
        return None
    low, high = sorted(map(scale, ends))
    effect = (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
    if kind(row) != "ci95":
        return effect, rounded(row, "spread_low")
    limits = rounded(row, "spread_low"), rounded(row, "spread_high")
    if ratio and limits[0][0] <= 0:
        return None
    factor = 2 * float(
        quantile(0.975, row["n"] - 1 if row["timepoint"] == "change" and (row["n"] or 0) > 1 else None)
    )
    return effect, tuple(max(scale(limits[1][i]) - scale(limits[0][1 - i]), 0.0) / factor for i in (0, 1))


def p_misfit(data, row):
    """What does not fit between a row's own spread and its p-value, or None."""
    reading, n = kind(row), row["n"]
    ranges = on_test_scale(row) if reading != "sd" or n else None
    if ranges is None or (n is not None and n < 2):
        return None
    effect, errors = ranges
    root = math.sqrt(n) if reading == "sd" else 1.0
    slack = 1 + data.limits["se_slack"]
    printed = max(errors[0], 0.0) / root / slack, errors[1] / root * slack
    fewest, most = sizes(data, n)
    df = (fewest - 1, most - 1 if most else None) if row["timepoint"] == "change" else (None, None)
    if meet(errors_by_p(effect, p_range(row), df), printed):
        return None
    statistic = sum(effect) / (sum(errors) / root)
    p = float(two_sided_p(statistic, n - 1 if row["timepoint"] == "change" and n else None))
    stated = f"{row['spread'] if reading == 'ci95' else READINGS[reading]} {row['spread_low_text']}"
    printed_p = f"p {row['p_operator']} {row['p_value_text']}"
    return f"{printed_p} does not fit {row['value_text']} with {stated}, which gives p = {shown(p)}"


def own_p(data):
    """A change or difference whose own spread gives another p-value: figure, spread or p is wrong."""
    for row in own_tests(data):
        relative = row["statistic"] in ("percent_change", "fold_change")
        what = (
            None
            if relative or row["statistic"] in ("events", "percent", "correlation")
            else p_misfit(data, row)
        )
        if what:
            yield Finding(
                row, "p_value", what, "Check figure, spread and n, and what the p-value compares (p_for)."
            )


def relative_p(data):
    """A percent change whose spread gives another p-value: the paper may have tested the levels."""
    for row in own_tests(data):
        what = p_misfit(data, row) if row["statistic"] == "percent_change" else None
        if what:
            yield Finding(
                row, "p_value", what, "The paper may have tested the levels; check figure and spread."
            )
