"""Checks of p-values against spreads: can they stand together?

All ask in ranges: a printed 4.2 is anything from 4.15 to 4.25, a p < 0.01 anything below 0.01. What rounding,
an unknown n or some correlation can explain is not doubted.
"""

import math

from evidence.engine.numerics.distributions import quantile, two_sided_p
from evidence.stages.tables.checks.data import Finding, grouped, kind, rounded, shown
from evidence.vocabulary import LEVELS, RATIOS, READINGS

OPERATORS = ("=", "<", ">")
EFFECTS = ("mean_difference", "estimate", "odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio")


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
    return over(effect[0], t_high), over(effect[1], t_low)


def over(effect, t):
    """Standard error of an effect and its test statistic; without limit for a statistic of zero."""
    return effect / t if t > 1e-12 else math.inf


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
    lowest = min(rounded(base, "value")[0], rounded(row, "value")[0])
    if data.outcomes[row["outcome"]]["measure"] == "ROM" and lowest > 0:
        logs.append(True)
    return any(meet(*paired_ranges(data, base, row, reading, log)) for log in logs)


def paired_tests(data):
    """Pairs of levels with one kind of spread each, and the p-value of the paired test between them."""
    for pairs, comparison in ((data.pairs, "change_from_baseline"), (data.periods, "between_periods")):
        for base, row in pairs:
            if not row["p_value"] or row["p_operator"] not in OPERATORS or row["p_for"] != comparison:
                continue
            readings = {kind(base), kind(row)}
            comparable = base["unit"] == row["unit"] and row["statistic"] == "mean" and len(readings) == 1
            spreads = readings <= set(READINGS) and base["spread_low"] and row["spread_low"]
            enough = (row["n"] or base["n"] or 2) > 1
            if comparable and spreads and enough:
                yield base, row, readings.pop()


def paired_p(data):
    """A paired p-value and two spreads that need a correlation beyond -1 and 1: one of them is wrong.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 6.5.2.8 [higgins2024].
    """
    for base, row, reading in paired_tests(data):
        if possible(data, base, row, reading):
            continue
        other = "se" if reading == "sd" else "sd"
        by_p, by_spread = paired_ranges(data, base, row, reading, False)
        side = "below -1" if by_p[0] > by_spread[1] else "above 1"
        name = READINGS[reading]
        n = row["n"] or base["n"]
        of_n = f"n {n:g}" if n else f"any n of {data.limits['least_n']} or more"
        what = (
            f"p {row['p_operator']} {row['p_value_text']} with {name} {base['spread_low_text']} and "
            f"{row['spread_low_text']} needs a correlation {side} ({of_n})"
        )
        if possible(data, base, row, other):
            what += f"; read as {READINGS[other]} they fit, the likelier reading"
        yield Finding(row, "p_value", what, "Check both spreads, their label, and what the p-value compares.")


def p_elsewhere(data):
    """A p-value in the row of a baseline or a control group, where it is not looked for: no standard error is made of it."""
    found = []
    for row in data.having(p_operator=OPERATORS, p_for=("change_from_baseline", "between_groups", "between_periods")):
        before = row["p_for"] == "change_from_baseline"
        if before and row["timepoint"] == "baseline":
            found.append((row, "baseline", "follow-up", ("followup", row["group_id"])))
        if not before and row["timepoint"] in ("followup", "change") and data.arm(row) in ("placebo", "untreated"):
            found.append((row, "control group", "treated group", (row["timepoint"], "treatment")))
    rows = grouped(data.having(timepoint=("followup", "change")), lambda row: (row["study_id"], row["outcome"])) if found else {}
    for row, place, whose, (timepoint, who) in found:
        others = [other for other in rows.get((row["study_id"], row["outcome"]), ())
                  if other["timepoint"] == timepoint and who in (other["group_id"], data.arm(other))]  # fmt: skip
        if others and others[0]["p_value"] is None:
            what = f"{row['p_for']} in the row of the {place}, where it is not looked for"
            yield Finding(row, "p_for", what, f"Move the p-value to line {others[0]['line']}, the row of the {whose}.")


def own_tests(data):
    """Changes and differences with a usable spread of their own and a p-value that may belong to them."""
    fitting = {
        "change": ("", "change_from_baseline"),
        "difference": ("", "between_groups", "between_periods"),
    }
    for row in data.having(timepoint=tuple(fitting)):
        if row["p_value"] and row["p_operator"] in OPERATORS and row["p_for"] in fitting[row["timepoint"]] and testable(row):
            yield row


def testable(row):
    """Whether a row's own spread gives a standard error of its effect."""
    if row["spread_low"] is None or (row["n"] is not None and row["n"] < 2):
        return False
    if kind(row) == "ci95":
        above_zero = row["statistic"] not in RATIOS or min(row["value"], row["spread_low"]) > 0
        return above_zero and row["spread_high"] is not None and row["spread_high"] > row["spread_low"]
    labelled = kind(row) == "se" or (kind(row) == "sd" and row["n"] and row["timepoint"] == "change")
    return bool(labelled) and row["spread_low"] > 0 and (row["statistic"] not in RATIOS or error_of_ratio(row))


def error_of_ratio(row):
    """Whether a ratio stands with its own standard error, as programs print it: that of the logarithm is this over the ratio."""
    return row["statistic"] in RATIOS and kind(row) == "se" and row["value"] > 0 and (row["spread_low"] or 0) > 0


def degrees(row):
    """Degrees of freedom of a row's own test: n - 1 for a change, None (normal) else or without n."""
    return row["n"] - 1 if row["timepoint"] == "change" and row["n"] else None


def own_effect(row, digits):
    """Range of the absolute effect on the scale of its test, by `digits`: `rounded` or `exactly`."""
    low, high = map(scale_of(row), digits(row, "value"))
    return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))


def own_error(row, digits):
    """Range of the standard error that a row's own spread states, on the scale of its test."""
    scale = scale_of(row)
    low, high = digits(row, "spread_low")
    if error_of_ratio(row):
        least, most = digits(row, "value")
        return max(low, 0.0) / most, over(high, max(least, 0.0))
    if kind(row) == "ci95":
        width = 2 * float(quantile(0.975, degrees(row)))
        bottom, top = digits(row, "spread_high")
        return max(scale(bottom) - scale(high), 0.0) / width, (scale(top) - scale(low)) / width
    root = math.sqrt(row["n"]) if kind(row) == "sd" else 1.0
    return max(low, 0.0) / root, high / root


def scale_of(row):
    """The logarithm for a ratio (minus infinity at zero and below), else the number itself."""
    if row["statistic"] in RATIOS:
        return lambda number: math.log(number) if number > 0 else -math.inf
    return float


def exactly(row, column):
    """A printed number as it stands, as a range of no width."""
    return row[column], row[column]


def p_misfit(data, row):
    """What does not fit between a row's own spread and its p-value, or None."""
    slack = 1 + data.limits["se_slack"]
    low, high = own_error(row, rounded)
    fewest, most = sizes(data, row["n"])
    dfs = (fewest - 1, most and most - 1) if row["timepoint"] == "change" else (None, None)
    if meet(errors_by_p(own_effect(row, rounded), p_range(row), dfs), (low / slack, high * slack)):
        return None
    if error_of_ratio(row) and tested_as_it_is(row, slack):
        return None
    statistic = own_effect(row, exactly)[0] / own_error(row, exactly)[0]
    p = shown(float(two_sided_p(statistic, degrees(row))))
    stated = f"{READINGS.get(kind(row), '95% CI')} {row['spread_low_text']}"
    stated += f" to {row['spread_high_text']}" if kind(row) == "ci95" else ""
    printed = f"p {row['p_operator']} {row['p_value_text']}"
    what = f"{printed} does not fit {row['value_text']} with {stated}, which gives p = {p}"
    if error_of_ratio(row) and meet(errors_by_p(own_effect(row, rounded), p_range(row), dfs), error_as_printed(row, slack)):
        what += "; as the SE of its logarithm it fits: type estimate, with the logarithm"
    return what


def error_as_printed(row, slack):
    """Range of a printed standard error, with the slack of the checks."""
    low, high = rounded(row, "spread_low")
    return max(low, 0.0) / slack, high * slack


def tested_as_it_is(row, slack):
    """Whether the p-value is that of a ratio less 1 over its standard error, as some programs test it."""
    low, high = rounded(row, "value")
    gap = (0.0 if low <= 1 <= high else min(abs(low - 1), abs(high - 1))), max(abs(low - 1), abs(high - 1))
    return meet(errors_by_p(gap, p_range(row), (None, None)), error_as_printed(row, slack))


def ratio_errors(data):
    """A standard error beside a ratio: it is read as that of the ratio itself, and what interval follows."""
    z = float(quantile(0.975))
    for row in data.having(spread=("se",), statistic=("odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio")):
        if error_of_ratio(row):
            error = row["spread_low"] / row["value"]
            low, high = (row["value"] * math.exp(sign * z * error) for sign in (-1, 1))
            what = f"SE {row['spread_low_text']} is read as that of the ratio {row['value_text']}: 95% CI {shown(low)} to {shown(high)}"
            yield Finding(
                row, "spread", what, "If it is the SE of the logarithm, type estimate as the statistic, with the logarithm as value."
            )


def own_p(data):
    """A change or difference whose own spread gives another p-value: figure, spread or p is wrong.

    References
    ----------
    Nuijten et al. 2016, Behav Res Methods 48:1205, who recompute p-values so [nuijten2016].
    """
    remedy = "Check figure, spread and n, and what the p-value compares (p_for)."
    for row in own_tests(data):
        if row["statistic"] in (*LEVELS, *EFFECTS) and (what := p_misfit(data, row)):
            yield Finding(row, "p_value", what, remedy)


def relative_p(data):
    """A percent change whose spread gives another p-value: the paper may have tested the levels."""
    for row in own_tests(data):
        if row["statistic"] == "percent_change" and (what := p_misfit(data, row)):
            remedy = "The paper may have tested the levels; check figure and spread."
            yield Finding(row, "p_value", what, remedy)
