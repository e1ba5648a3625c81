"""Checks of single rows of measurements: units, n, counts, intervals, p-values."""

import math

from evidence.stages.cells import near
from evidence.stages.checks_data import INTERVALS, LEVELS, Finding, half_unit, shown

RATIOS = ("odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio", "fold_change")
SOURCE = "Check it against the source."


def units(data):
    """A unit that units.csv cannot convert: the number could not be put beside the others."""
    if not data.readable("units", "outcomes"):
        return
    for row in data.measured:
        needs = row["statistic"] in (*LEVELS, "mean_difference")
        if not needs or (row["outcome"], row["unit"]) in data.factors:
            continue
        known = tuple(sorted(unit for outcome, unit in data.factors if outcome == row["outcome"]))
        hint = near(row["unit"], known)
        what = f'"{row["unit"]}" has no conversion for {row["outcome"]}'
        yield Finding(row, "unit", what, f"Add a row to units.csv, or correct the spelling{hint}.")


def unit_targets(data):
    """A conversion to another unit than the outcome's, or by a factor of zero: converted numbers would not meet."""
    for row in data.rows("units"):
        outcome = data.outcomes.get(row["outcome"])
        if outcome and row["to_unit"] != outcome["unit"]:
            what = f'"{row["to_unit"]}" is not the unit of {row["outcome"]}'
            yield Finding(row, "to_unit", what, f'Convert to "{outcome["unit"]}", as outcomes.csv has it.')
        if row["factor"] == 0:
            yield Finding(row, "factor", "0 would turn every number into zero", "Type the factor of the conversion.")


def plausible_ranges(data):
    """A range of SD/mean that is no range: spreads could not be judged by it."""
    for row in data.rows("outcomes"):
        low, high = row["cv_low"], row["cv_high"]
        if (low is None) != (high is None):
            yield Finding(row, "cv_low", "only one of cv_low and cv_high is filled", "Fill both or none.")
        elif low is not None and low >= high:
            yield Finding(row, "cv_low", f"{row['cv_low_text']} is not below cv_high", "Exchange the two.")


def group_sizes(data):
    """More participants measured than the group has: one of the numbers is wrong, or stands in the wrong row."""
    for row in data.measured:
        names = [row["group_id"], row["versus"]] if row["versus"] else [row["group_id"]]
        sizes = [data.groups[row["study_id"], name]["n"] for name in names if (row["study_id"], name) in data.groups]
        if row["n"] is not None and sizes and None not in sizes and row["n"] > sum(sizes):
            what = f"{row['n_text']} participants, while groups.csv says {sum(sizes):g}"
            yield Finding(row, "n", what, "Correct the n here or there.")


def part_sizes(data):
    """A part with more participants than its whole: part_of or an n is wrong."""
    for row in data.rows("groups"):
        whole = data.groups.get((row["study_id"], row["part_of"]))
        if whole and row["n"] is not None and whole["n"] is not None and row["n"] > whole["n"]:
            what = f"{row['n_text']} participants, more than the {whole['n_text']} of {row['part_of']} that they are a part of"
            yield Finding(row, "n", what, "Correct part_of or one of the two n.")


def spread_cells(data):
    """A spread whose cells do not fit its kind: one number for sd, se, unlabelled, two for iqr, range, ci95."""
    for row in data.rows("measurements"):
        low, high = row["spread_low_text"], row["spread_high_text"]
        if row["spread"] == "none" and (low or high):
            yield Finding(row, "spread", f"none, yet there is the spread {low or high}", "Name its kind, or empty the cells.")
        if row["spread"] in ("sd", "se", "unlabelled", *INTERVALS) and not low:
            yield Finding(row, "spread_low", f"empty, while spread is {row['spread']}", "Type the spread, or none as its kind.")
        if row["spread"] in INTERVALS and not high:
            yield Finding(row, "spread_high", f"empty, while spread is {row['spread']}", "Type the upper end.")
        if row["spread"] in ("sd", "se", "unlabelled"):
            yield from one_spread(row)
        if row["spread_judged"] and row["spread"] != "unlabelled":
            what = f"{row['spread_judged']}, while spread is {row['spread']}"
            yield Finding(row, "spread_judged", what, "It is only for a spread that is unlabelled: empty it.")


def one_spread(row):
    """Findings of a spread that is one number."""
    if row["spread_high_text"]:
        what = f"{row['spread_high_text']}, while spread is {row['spread']}"
        yield Finding(row, "spread_high", what, "Only iqr, range and ci95 have an upper end.")
    if row["spread_low"] is not None and row["spread_low"] < 0:
        yield Finding(row, "spread_low", f"{row['spread_low_text']} is below zero", "A spread is never negative.")


def zero_spreads(data):
    """A spread of zero: it would give its row all the weight."""
    for row in data.measured:
        if row["spread"] in ("sd", "se", "unlabelled") and row["spread_low"] == 0:
            yield Finding(row, "spread_low", f"a spread of {row['spread_low_text']} would give the row all the weight", SOURCE)


def interval_order(data):
    """An interval whose ends are exchanged, or which does not hold its own value."""
    for row in data.measured:
        low, high = row["spread_low"], row["spread_high"]
        if row["spread"] not in INTERVALS or low is None or high is None:
            continue
        interval = f"{row['spread_low_text']} to {row['spread_high_text']}"
        if low > high:
            yield Finding(row, "spread_low", f"{interval} begins above its end", "Exchange the two, if the source has them so.")
        elif not low <= row["value"] <= high:
            yield Finding(row, "value", f"{row['value_text']} is not within {interval}", SOURCE)


def off_centre(value, low, high, logs, halves):
    """Whether a value lies far from the middle of its interval, by more than rounding can explain."""
    if logs and min(value, low, high) <= 0:
        return False
    scale = math.log if logs else float
    half = (scale(high) - scale(low)) / 2
    slack = sum(part / number if logs else part for part, number in zip(halves, (value, low, high), strict=True))
    return half > 0 and abs(scale(value) - (scale(low) + half)) > 0.25 * half + slack


def interval_centre(data):
    """A 95% interval that is not centred on its estimate, on the scale of its measure: a digit may be misprinted."""
    for row in data.measured:
        logs = row["statistic"] in RATIOS
        if row["spread"] == "ci95" and row["spread_high"] is not None and row["spread_low"] is not None:
            if row["statistic"] not in (*LEVELS, "percent", "events", "correlation"):
                yield from centred(row, ("value", "spread_low", "spread_high"), logs)
    for row in data.rows("reviews"):
        if None not in (row["estimate"], row["ci_low"], row["ci_high"]):
            yield from centred(row, ("estimate", "ci_low", "ci_high"), row["measure"] in ("OR", "RR", "HR", "IRR", "ROM"))


def centred(row, columns, logs):
    """Finding of one interval that is not centred on its estimate."""
    numbers = [row[name] for name in columns]
    texts = [row[f"{name}_text"] for name in columns]
    if off_centre(*numbers, logs, [half_unit(text) for text in texts]):
        what = f"{texts[0]} is not in the middle of {texts[1]} to {texts[2]}{' on the log scale' if logs else ''}"
        yield Finding(row, columns[0], what, SOURCE)


def percentages(data):
    """A percentage of participants outside 0 to 100."""
    for row in data.measured:
        if row["statistic"] == "percent" and not 0 <= row["value"] <= 100:
            yield Finding(row, "value", f"{row['value_text']}% of participants", "A percentage lies between 0 and 100.")


def percent_levels(data):
    """A level in percent outside 0 to 100."""
    for row in data.measured:
        if row["unit"] == "%" and row["statistic"] in LEVELS and row["timepoint"] in ("baseline", "followup"):
            if not 0 <= row["value"] <= 100:
                yield Finding(row, "value", f"a level of {row['value_text']}%", "Check value and unit against the source.")


def events(data):
    """Events that are no count, or more than there are participants."""
    for row in data.measured:
        if row["statistic"] != "events":
            continue
        if row["value"] < 0 or not row["value"].is_integer():
            yield Finding(row, "value", f"{row['value_text']} events are no count", "Type a whole number, or percent as the statistic.")
        elif row["n"] is not None and row["value"] > row["n"]:
            yield Finding(row, "value", f"{row['value_text']} events among {row['n_text']} participants", "Correct the count or the n.")


def counts_without_n(data):
    """Events or percent without the n they are counted among: they can be shown, not weighted."""
    for row in data.measured:
        if row["statistic"] in ("events", "percent") and row["n"] is None:
            yield Finding(row, "n", "events or percent without n can be shown, not weighted", "Add n if the source prints it.")


def whole_persons(data):
    """A percentage that no whole number of participants can give: percent or n belong to other participants."""
    for row in data.measured:
        if row["statistic"] == "percent" and row["n"] and 0 <= row["value"] <= 100:
            half = half_unit(row["value_text"])
            nearest = round(row["value"] * row["n"] / 100)
            if abs(100 * nearest / row["n"] - row["value"]) > half * 1.0001:
                what = f"{row['value_text']}% is no whole number of {row['n_text']} participants"
                yield Finding(row, "value", what, "Check percent and n: the percentage may have another denominator.")


def possible_values(data):
    """A ratio that is not above zero, or a correlation beyond -1 and 1."""
    for row in data.measured:
        if row["statistic"] in RATIOS and row["value"] <= 0:
            yield Finding(row, "value", f"a ratio of {row['value_text']}", "A ratio is above zero.")
        if row["statistic"] == "correlation" and abs(row["value"]) > 1:
            yield Finding(row, "value", f"a correlation of {row['value_text']}", "A correlation lies between -1 and 1.")


def positive_levels(data):
    """A level that is not above zero in an outcome pooled as a ratio: it has no logarithm."""
    for row in data.measured:
        ratio = data.outcomes[row["outcome"]]["measure"] == "ROM"
        if ratio and row["timepoint"] in ("baseline", "followup") and row["statistic"] in LEVELS and row["value"] <= 0:
            what = f"a level of {row['value_text']}, while {row['outcome']} is pooled as a ratio of means"
            yield Finding(row, "value", what, "Check the sign, or pool the outcome as MD in outcomes.csv.")


def relative_changes(data):
    """A percent or fold change beyond what treatments do, or a fall by more than all: often a misprint."""
    low, high = data.limits["fold_low"], data.limits["fold_high"]
    for row in data.measured:
        if row["statistic"] == "percent_change":
            fold = 1 + row["value"] / 100
            what = f"a change of {row['value_text']}%"
        elif row["statistic"] == "fold_change" and row["value"] > 0:
            fold = row["value"]
            what = f"a {row['value_text']}-fold change"
        else:
            continue
        if not low <= fold <= high:
            yield Finding(row, "value", f"{what} is outside {low:g} to {high:g} times the level before", SOURCE)


def p_cells(data):
    """A p-value without its operator, or the other way round, or a p-value of zero."""
    for name in ("measurements", "unreported"):
        for row in data.rows(name):
            if row["p_value_text"] and not row["p_operator"]:
                yield Finding(row, "p_operator", f"empty, while the p-value is {row['p_value_text']}", "Type =, < or > as printed.")
            if row["p_operator"] and not row["p_value_text"]:
                yield Finding(row, "p_value", f'empty, while the operator is "{row["p_operator"]}"', "Type the p-value as printed.")
            if row["p_value"] == 0:
                remedy = 'Where a program printed 0.000, type "<" and 0.001.'
                yield Finding(row, "p_value", "a p-value is never zero", remedy)


def threshold_p(data):
    """An exact p-value that is a usual threshold: the "<" may have been lost, and p < never means p =."""
    for row in data.measured:
        if row["p_operator"] == "=" and row["p_value"] in data.limits["thresholds"]:
            what = f"p = {row['p_value_text']} is a usual threshold"
            yield Finding(row, "p_value", what, 'Check whether the source prints "<" or "=".')


def p_between_periods(data):
    """A p-value between periods in a study that is no crossover: nobody had two periods."""
    for row in data.measured:
        if row["p_for"] == "between_periods" and data.studies[row["study_id"]]["design"] != "rct_crossover":
            yield Finding(row, "p_for", "between_periods, while the study is no crossover", "Correct p_for, or the design in studies.csv.")


def comparisons(data):
    """A difference without the group compared with, or a comparison of a group with itself."""
    for row in data.measured:
        difference = row["timepoint"] == "difference"
        if row["versus"] and not difference:
            yield Finding(row, "versus", f"{row['versus']}, while the timepoint is {row['timepoint']}", "versus is only for a difference: empty it.")
        if row["versus"] and row["versus"] == row["group_id"]:
            yield Finding(row, "versus", "the group is compared with itself", "Name the group it is compared with.")


def unnamed_comparisons(data):
    """A difference that does not say from which group: it cannot be told which control it uses."""
    for row in data.measured:
        if row["timepoint"] == "difference" and not row["versus"] and row["statistic"] not in ("estimate", "correlation"):
            yield Finding(row, "versus", "a difference that does not say from which group", "Name the group_id it is compared with.")


def suspects(data):
    """A number that the curator doubts: shown with the reason, left out of the headline."""
    for row in data.rows("measurements"):
        if row["suspect"]:
            yield Finding(row, "suspect", f"the curator doubts the {row['suspect']}: {row['note'] or 'no reason given'}".rstrip("."), "")


def reasons(data):
    """A doubt or a judgement without its reason: a reader could not weigh it."""
    for row in data.measured:
        named = "suspect" if row["suspect"] else "spread_judged"
        if row[named] and not row["note"]:
            yield Finding(row, "note", f"no reason for {named} {row[named]}", "Say in the note why.")


def week_order(data):
    """A baseline after the start of treatment, or a follow-up before it: the two may have changed places."""
    for row in data.measured:
        if row["weeks"] is None:
            continue
        if row["timepoint"] == "baseline" and row["weeks"] > 0:
            yield Finding(row, "weeks", f"a baseline at week {shown(row['weeks'])}", "Type 0 for the level before treatment.")
        if row["timepoint"] in ("followup", "change") and row["weeks"] <= 0:
            yield Finding(row, "weeks", f"a {row['timepoint']} at week {shown(row['weeks'])}", "Type the week of the measurement.")
