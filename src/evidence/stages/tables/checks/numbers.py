"""Checks of the numbers themselves: units, n, counts, ratios."""

import math

from evidence.stages.tables.checks.data import Finding, grouped, half_unit
from evidence.store.cells import near
from evidence.vocabulary import CONVERTIBLE, LEVELS, RATES, TESTS, USED_BY

SOURCE = "Check it against the source."


def units(data):
    """A unit that units.csv cannot convert: the number could not be put beside the others."""
    if not data.readable("units", "outcomes"):
        return
    needing = (*LEVELS, "mean_difference")
    with_scales = {outcome for outcome, _ in data.turning}

    def unknown(statistic, outcome, unit):
        scale = unit and outcome in with_scales and statistic in (*TESTS, "standardised_difference", "correlation", "estimate")
        return (statistic in needing or scale) and (outcome, unit) not in data.factors

    for row in data.where(unknown, "statistic", "outcome", "unit"):
        known = tuple(sorted(unit for outcome, unit in data.factors if outcome == row["outcome"]))
        hint = near(row["unit"], known)
        what = f'"{row["unit"]}" has no conversion for {row["outcome"]}'
        relative = row["unit"] == "%" and row["timepoint"] in ("change", "difference")
        remedy = "type percent_change as the statistic of a change in percent" if relative else f"correct the spelling{hint}"
        yield Finding(row, "unit", what, f"Add a row to units.csv, or {remedy}.")


def unit_targets(data):
    """A conversion to another unit than the outcome's, or by zero: converted numbers would not meet."""
    readable = data.readable("outcomes")
    for row in data.rows("units"):
        outcome = data.outcomes.get(row["outcome"])
        if readable and outcome and row["to_unit"] != outcome["unit"]:
            what = f'"{row["to_unit"]}" is not the unit of {row["outcome"]}'
            yield Finding(row, "to_unit", what, f'Convert to "{outcome["unit"]}", as outcomes.csv has it.')
        if row["factor"] == 0:
            what = "0 would turn every number into zero"
            yield Finding(row, "factor", what, "Type the factor of the conversion.")


def plausible_ranges(data):
    """A range of SD/mean that is no range: spreads could not be judged by it."""
    for row in data.rows("outcomes"):
        low, high = row["cv_low"], row["cv_high"]
        if (low is None) != (high is None):
            yield Finding(row, "cv_low", "only one of cv_low and cv_high is filled", "Fill both or none.")
        elif low is not None and low >= high:
            yield Finding(row, "cv_low", f"{row['cv_low_text']} is not below cv_high", "Exchange the two.")


def group_sizes(data):
    """More participants measured than the group has: a number is wrong, or in the wrong row."""
    if all(group["n"] is None for group in data.groups.values()):
        return

    def most(study, *groups):
        sizes = [data.groups[study, group]["n"] for group in groups if (study, group) in data.groups]
        return math.inf if None in sizes else sum(sizes)

    def too_many(timepoint, n, study, group, versus):
        unnamed = timepoint == "difference" and not versus
        return n is not None and not unnamed and n > most(study, group, versus)

    for row in data.where(too_many, "timepoint", "n", "study_id", "group_id", "versus"):
        what = f"{row['n_text']} participants, while groups.csv says {most(row['study_id'], row['group_id'], row['versus']):g}"
        yield Finding(row, "n", what, "Correct the n here or there.")


def part_sizes(data):
    """A part with more participants than its whole: part_of or an n is wrong."""
    for row in data.rows("groups"):
        whole = data.groups.get((row["study_id"], row["part_of"]))
        if whole and row["n"] is not None and whole["n"] is not None and row["n"] > whole["n"]:
            what = f"{row['n_text']} participants, while {row['part_of']} as a whole has {whole['n_text']}"
            yield Finding(row, "n", what, "Correct part_of or one of the two n.")


def percentages(data):
    """A percentage of participants outside 0 to 100."""
    for row in data.having(statistic=("percent",)):
        if not 0 <= row["value"] <= 100:
            what = f"{row['value_text']}% of participants"
            yield Finding(row, "value", what, "A percentage lies between 0 and 100.")


def percent_levels(data):
    """A level in percent outside 0 to 100."""
    for row in data.having(unit=("%",), statistic=LEVELS, timepoint=("baseline", "followup")):
        if not 0 <= row["value"] <= 100:
            what = f"a level of {row['value_text']}%"
            yield Finding(row, "value", what, "Check value and unit against the source.")


def events(data):
    """Events that are no count, or more than there are participants."""
    for row in data.having(statistic=("events",)):
        if row["value"] < 0 or not row["value"].is_integer():
            what = f"{row['value_text']} events are no count"
            yield Finding(row, "value", what, "Type a whole number, or percent as the statistic.")
        elif row["n"] is not None and row["value"] > row["n"] and data.outcomes[row["outcome"]]["measure"] not in RATES:
            what = f"{row['value_text']} events among {row['n_text']} participants"
            yield Finding(row, "value", what, "Correct the count or the n.")


def counts_without_n(data):
    """Events or percent without the n they are counted among: they can be shown, not weighted."""
    for row in data.having(statistic=("events", "percent")):
        if row["n"] is None and data.outcomes[row["outcome"]]["measure"] not in RATES:
            what = "events or percent without n can be shown, not weighted"
            yield Finding(row, "n", what, "Add n if the source prints it.")


def below_one(row):
    """Whether a percentage above zero is less than half a participant, whatever digits it lost."""
    half = half_unit(row["value_text"])
    return 0 < row["value"] <= 1 and (row["value"] + half) * (row["n"] or math.inf) < 50


def shares(data):
    """A percentage that is less than half a participant: a share, typed in place of a percentage."""
    for row in data.having(statistic=("percent",)):
        if below_one(row):
            what = f"{row['value_text']}% of {row['n_text']} participants is less than one of them"
            yield Finding(row, "value", what, f"Type {100 * row['value']:g} if the source means that share; else check percent and n.")


def double_zeros(data):
    """Trials without an event, or with the event in everyone, in all their arms: they say nothing of a ratio, and stay out of it.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 10.4.4 [higgins2024].
    """
    ratios = {name for name, row in data.outcomes.items() if row["measure"] in ("PLO", "OR", "RR", "IRR")}
    rows = data.having(statistic=("events", "percent"), timepoint=("followup",), outcome=ratios)
    trials = grouped(rows, lambda row: (row["outcome"], row["study_id"], row["weeks"]))
    empty = {}
    for (outcome, study, _), together in trials.items():
        arms = {data.arm(row) for row in together}
        if "treatment" in arms and len(arms) > 1 and (nobody(together) or everybody(together)):
            empty.setdefault(outcome, {})[study] = together[0]
    for outcome, studies in empty.items():
        what = f"no event, or nothing else, in any arm of {len(studies)} {'trial' if len(studies) == 1 else 'trials'}: {', '.join(studies)}"
        remedy = f"Nothing to do: the ratio of {outcome} leaves them out, and a sensitivity analysis puts them in."
        yield Finding(next(iter(studies.values())), "value", what, remedy)


def nobody(rows):
    """Whether none of the counts holds an event."""
    return all(row["value"] == 0 for row in rows)


def everybody(rows):
    """Whether everyone of every group has the event."""
    return all(row["value"] == (100 if row["statistic"] == "percent" else row["n"]) for row in rows)


def whole_persons(data):
    """A percentage that no whole number of participants can give: percent or n belong to others.

    References
    ----------
    Brown & Heathers 2017, Soc Psychol Personal Sci 8:363, the GRIM test [brown2017].
    """
    for row in data.having(statistic=("percent",)):
        if 0 < (row["n"] or 0) < 1e9 and 0 <= row["value"] <= 100 and not below_one(row):
            half = half_unit(row["value_text"])
            nearest = round(row["value"] * row["n"] / 100)
            if abs(100 * nearest / row["n"] - row["value"]) > half * 1.0001:
                what = f"{row['value_text']}% is no whole number of {row['n_text']} participants"
                share = row["value"] * row["n"]
                as_share = row["value"] <= 1 and abs(share - round(share)) <= half * row["n"]
                remedy = "the percentage may have another denominator"
                if as_share:
                    remedy = f"as a share it is {round(share)} of them, and {100 * row['value']:g} the percentage"
                yield Finding(row, "value", what, f"Check percent and n: {remedy}.")


def statistics_fit(data):
    """A statistic that its outcome's measure has no use for: the number can be shown, not weighted."""

    def useless(statistic, outcome):
        measure = data.outcomes[outcome]["measure"]
        turned = data.limits["convert"] and measure in CONVERTIBLE.get(statistic, ())
        return measure not in USED_BY.get(statistic, (measure,)) and not turned

    for row in data.where(useless, "statistic", "outcome"):
        measure = data.outcomes[row["outcome"]]["measure"]
        what = f"{row['statistic']}, while {row['outcome']} is pooled as {measure}: shown, not weighted"
        yield Finding(row, "statistic", what, "Nothing to do if the source prints no other number.")


def positive_levels(data):
    """A level that is not above zero in an outcome pooled as a ratio: it has no logarithm."""
    for row in [row for row, (value,) in zip(data.measured, data.cells("value"), strict=True) if value <= 0]:
        ratio = data.outcomes[row["outcome"]]["measure"] == "ROM"
        level = row["timepoint"] in ("baseline", "followup") and row["statistic"] in LEVELS
        if ratio and level:
            what = f"a level of {row['value_text']}, while {row['outcome']} is pooled as a ratio of means"
            yield Finding(row, "value", what, "Check the sign, or pool the outcome as MD in outcomes.csv.")


def relative_changes(data):
    """A percent or fold change beyond what treatments do, or a fall by more than all: often a misprint."""
    low, high = data.limits["fold_low"], data.limits["fold_high"]
    for row in data.having(statistic=("percent_change", "fold_change")):
        if row["statistic"] == "percent_change":
            fold = 1 + row["value"] / 100
            what = f"change of {row['value_text']}%"
        elif row["value"] > 0:
            fold = row["value"]
            what = f"{row['value_text']}-fold change"
        else:
            continue
        if not low <= fold <= high:
            what = f"{what} is outside {low:g} to {high:g} times the level before"
            yield Finding(row, "value", what, SOURCE)
