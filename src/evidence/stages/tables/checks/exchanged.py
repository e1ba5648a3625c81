"""Checks whether two numbers have changed places: baseline and follow-up, or two arms.

What the same report prints beside them says so (a change, a difference, a ratio, a p-value), or every other report of the drug
does. A number fits another where the two differ by no more than their rounding and a tenth, which covers adjusted means.
"""

import math
from typing import NamedTuple

from evidence.stages.tables.checks.data import Finding, grouped, half_unit, kind, shown
from evidence.vocabulary import CONTROLS, LEVELS

NEAR = 0.1
CRUDE = 0.025  # share by which an odds or risk may differ from an adjusted one
CLEAR = 2.576  # standard errors of a two-sided p of 0.01
SIGNIFICANT = 1.96
OTHERS = 3  # cohorts that must all speak against one
SOURCE = "Check both against the source."


class Amount(NamedTuple):
    """A number with what rounding may have taken from it or added."""

    value: float
    half: float

    def less(self, other):
        """Difference of two numbers."""
        return Amount(self.value - other.value, self.half + other.half)

    def fits(self, other):
        """Whether two numbers are one, but for rounding and a tenth."""
        return abs(self.value - other.value) <= 1.0001 * (self.half + other.half) + NEAR * abs(self.value)

    def opposes(self, other):
        """Whether two numbers are of one size and of opposite signs, beyond rounding."""
        sizeable = abs(self.value) > 2 * (self.half + other.half)
        return sizeable and self.value * other.value < 0 and self.fits(Amount(-other.value, other.half))


def amount(data, row):
    """Number of a row in the outcome's unit, None where the unit has no factor."""
    factor = data.factors.get((row["outcome"], row["unit"]))
    return None if factor is None else Amount(row["value"] * factor, half_unit(row["value_text"]) * factor)


def logarithm(value, half):
    """Logarithm of a number above zero with the rounding of it, else None."""
    return Amount(math.log(value), half / value) if value > 0 else None


def log_ratio(upper, lower):
    """Logarithm of the ratio of two numbers, None where one of them is not above zero."""
    logs = [logarithm(*part) for part in (upper, lower)]
    return logs[0].less(logs[1]) if all(logs) else None


def standard_error(data, row):
    """Standard error of a mean in the outcome's unit, None where the row prints none."""
    factor, spread = data.factors.get((row["outcome"], row["unit"])), row["spread_low"]
    n = row["n"] if kind(row) == "sd" else 1 if kind(row) == "se" else None
    return spread * factor / math.sqrt(n) if factor and spread and n else None


def steps(data, base, row):
    """Standard errors that a follow-up is above the baseline, as if the two were of different people; None where that is not known."""
    errors = [standard_error(data, part) for part in (base, row)]
    if None in errors or base["statistic"] != "mean":
        return None
    return amount(data, row).less(amount(data, base)).value / math.hypot(*errors)


def with_line(row):
    """A number with its line."""
    return f"{row['value_text']} (line {row['line']})"


def same_week(one, two):
    """Whether two rows may be of one week: the same, or one of them does not say."""
    return None in (one["weeks"], two["weeks"]) or one["weeks"] == two["weeks"]


def changes_of(data):
    """Printed changes by study, group and outcome."""
    rows = data.having(timepoint=("change",), statistic=("mean", "percent_change", "fold_change"))
    return grouped(rows, lambda row: (row["study_id"], row["group_id"], row["outcome"]))


def contradicted(data, base, row, change):
    """Whether a printed change says the opposite of baseline and follow-up, in the same size; None where it fits them."""
    before, after = amount(data, base), amount(data, row)
    if change["statistic"] == "mean":
        difference = after.less(before) if before and after else None
        pairs = [(difference, amount(data, change))]
    else:
        percent = change["statistic"] == "percent_change"
        scale = 100 if percent else 1
        printed = Amount(change["value"] / scale, half_unit(change["value_text"]) / scale)
        fold = Amount(printed.value + percent, printed.half)
        ratio = log_ratio(after, before) if before and after else None
        pairs = [(ratio, logarithm(*fold))]
        if percent and ratio:
            pairs.append((Amount(math.expm1(ratio.value), ratio.half), printed))
    pairs = [(levels, stated) for levels, stated in pairs if levels and stated]
    if any(levels.fits(stated) for levels, stated in pairs):
        return None
    return any(levels.opposes(stated) for levels, stated in pairs)


def exchanged_change(data):
    """A printed change that is the opposite of follow-up less baseline: the two have changed places, or the sign is lost."""
    changes = changes_of(data)
    for pairs in grouped(data.pairs, lambda pair: tuple(pair[1][name] for name in ("study_id", "group_id", "outcome"))).values():
        base, first = pairs[0]
        for change in changes.get((first["study_id"], first["group_id"], first["outcome"]), ()):
            rows = [row for _, row in pairs if same_week(row, change)]
            verdicts = [contradicted(data, base, row, change) for row in rows]
            for row in [row for row, verdict in zip(rows, verdicts, strict=True) if verdict and None not in verdicts]:
                unit = "%" if change["statistic"] == "percent_change" else ""
                what = f"from {with_line(base)} at baseline to {with_line(row)}, while line {change['line']} prints a change of {change['value_text']}{unit}"
                remedy = f"Baseline and follow-up have changed places, or the change has lost its sign: {SOURCE[0].lower()}{SOURCE[1:]}"
                yield from (Finding(part, "value", what, remedy) for part in (base, row, change))


def movements(data):
    """Yield (drug, outcome, cohort, way, size, base, row) of pairs that move significantly; `size` is the absolute log ratio, or difference."""
    for base, row in data.pairs:
        group = data.groups[row["study_id"], row["group_id"]]
        before, after = amount(data, base), amount(data, row)
        if group["arm"] != "treatment" or not group["drug"] or not before or not after:
            continue
        ratio = data.outcomes[row["outcome"]]["measure"] == "ROM"
        moved = log_ratio(after, before) if ratio else after.less(before)
        by_spread = steps(data, base, row)
        by_p = row["p_for"] == "change_from_baseline" and row["p_operator"] in ("<", "=") and (row["p_value"] or 1) <= 0.05
        if moved and moved.value and (by_p or abs(by_spread or 0) > SIGNIFICANT):
            cohort = data.studies[row["study_id"]]["cohort_id"]
            yield group["drug"], row["outcome"], cohort, math.copysign(1, moved.value), abs(moved.value), base, row


def exchanged_others(data):
    """A drug that moves an outcome significantly one way in every other report, and the other way here: the two have changed places.

    The opposite movement must be of the size that the others have (half the least to twice the most), and no printed change of the
    same group may bear it out.
    """
    changes = changes_of(data)
    for (drug, outcome), everywhere in grouped(movements(data), lambda move: move[:2]).items():
        cohorts = grouped(everywhere, lambda move: move[2])
        ways = {cohort: {move[3] for move in moves} for cohort, moves in cohorts.items()}
        for cohort in cohorts if len(cohorts) > OTHERS else ():
            others = set.union(*(ways[other] for other in cohorts if other != cohort))
            sizes = [move[4] for move in everywhere if move[2] != cohort]
            for *_, way, size, base, row in cohorts[cohort] if len(others) == 1 else ():
                alike = min(sizes) / 2 <= size <= 2 * max(sizes)
                borne_out = any(contradicted(data, base, row, change) is None
                                for change in changes.get((row["study_id"], row["group_id"], outcome), ()))  # fmt: skip
                if way in others or not alike or borne_out:
                    continue
                words = ("falls", "rises") if way < 0 else ("rises", "falls")
                what = (
                    f"{outcome} {words[0]} from {with_line(base)} at baseline to {with_line(row)}, while it {words[1]} significantly with {drug} "
                    f"in all {len(cohorts) - 1} other cohorts"
                )
                remedy = (
                    "Baseline and follow-up have perhaps changed places; if the source prints them so, type its change as a row of its own."
                )
                yield from (Finding(part, "value", what, remedy) for part in (base, row))


def exchanged_p(data):
    """Randomised arms that differ at baseline and not at follow-up, while the printed p says that they differ at follow-up."""
    randomised = {name for name, row in data.studies.items() if row["design"] == "rct_parallel"}
    rows = [pair for pair in data.pairs if pair[1]["study_id"] in randomised and pair[1]["statistic"] == "mean"]
    controls = grouped([pair for pair in rows if data.arm(pair[1]) in CONTROLS], lambda pair: (pair[1]["study_id"], pair[1]["outcome"]))
    for base, row in rows:
        clear = row["p_for"] == "between_groups" and row["p_operator"] in ("<", "=") and (row["p_value"] or 1) <= 0.01
        beside = [pair for pair in controls.get((row["study_id"], row["outcome"]), ()) if same_week(pair[1], row)]
        if not clear or data.arm(row) != "treatment" or len(beside) != 1:
            continue
        apart = [steps(data, other, mine) for other, mine in zip(beside[0], (base, row), strict=True)]
        exchanged = steps(data, beside[0][1], base)
        if None not in (*apart, exchanged) and abs(apart[0]) > CLEAR and abs(apart[1]) < 1 and abs(exchanged) > CLEAR:
            control = beside[0][1]["group_id"]
            what = (
                f"the arms differ at baseline (lines {base['line']} and {beside[0][0]['line']}) and not at follow-up, "
                f"while p {row['p_operator']} {row['p_value_text']} says that they differ from {control} at follow-up"
            )
            remedy = f"Baseline and follow-up have changed places, or the p-value is of another comparison: {SOURCE[0].lower()}{SOURCE[1:]}"
            yield from (Finding(part, "value", what, remedy) for part in (base, row))


def proportion(row):
    """Share with the event, None without n."""
    if row["statistic"] == "percent":
        return row["value"] / 100
    return row["value"] / row["n"] if row["n"] else None


def odds(share):
    """Odds of a share; infinite for all."""
    return share / (1 - share) if share < 1 else math.inf


def computed(data, difference, treated, control):
    """Contrast of two levels or counts as the printed difference states it, with the printed one; None where there is none."""
    statistic = difference["statistic"]
    printed = Amount(difference["value"], half_unit(difference["value_text"]))
    if statistic == "mean_difference" and treated["statistic"] in LEVELS:
        sides = [amount(data, row) for row in (difference, treated, control)]
        return (sides[1].less(sides[2]), sides[0]) if None not in sides else None
    if statistic == "fold_change" and treated["statistic"] in LEVELS:
        sides = [amount(data, row) for row in (treated, control)]
        return (log_ratio(*sides), logarithm(*printed)) if None not in sides else None
    if statistic in ("odds_ratio", "risk_ratio") and treated["statistic"] in ("events", "percent"):
        shares = [proportion(row) for row in (treated, control)]
        if None in shares or not all(0 < share < 1 for share in shares):
            return None
        sizes = [odds(share) if statistic == "odds_ratio" else share for share in shares]
        return log_ratio(*(Amount(size, CRUDE * size) for size in sizes)), logarithm(*printed)
    return None


def exchanged_arms(data):
    """A printed difference or ratio that is the opposite of what the two arms give: the arms have changed places."""
    stated = data.having(timepoint=("difference",), statistic=("mean_difference", "fold_change", "odds_ratio", "risk_ratio"))
    rows = first_of_each(data.having(timepoint=("followup",)), "study_id", "group_id", "outcome", "weeks", "statistic") if stated else []
    by_group = grouped(rows, lambda row: (row["study_id"], row["group_id"], row["outcome"]))
    for difference in stated:
        study, outcome = difference["study_id"], difference["outcome"]
        arms = [by_group.get((study, difference[name], outcome), ()) for name in ("group_id", "versus")]
        pairs = [(one, two) for one in arms[0] for two in arms[1] if same_week(one, two) and same_week(one, difference)]
        pairs = [pair for pair in pairs if pair[0]["statistic"] == pair[1]["statistic"]]
        contrasts = [contrast for pair in pairs for contrast in contrasts_of(data, difference, *pair)]
        if any(mine.fits(printed) for mine, printed, _ in contrasts):
            continue
        for mine, printed, parts in contrasts:
            if mine.opposes(printed):
                what = (
                    f"{parts[0]['group_id']} {with_line(parts[0])} and {parts[1]['group_id']} {with_line(parts[1])} give the opposite of "
                    f"the {difference['statistic'].replace('_', ' ')} of {difference['value_text']} in line {difference['line']}"
                )
                yield from (Finding(part, "value", what, f"The arms have changed places, or the sign of one is lost: {SOURCE[0].lower()}{SOURCE[1:]}")
                            for part in (*parts, difference))  # fmt: skip
                break


def first_of_each(rows, *names):
    """The first of the rows that hold the same in these columns: a number that several sources print is looked at once."""
    return list({tuple(row[name] for name in names): row for row in reversed(rows)}.values())[::-1]


def contrasts_of(data, difference, treated, control):
    """Yield (computed, printed, rows) of two arms: of their levels, and where both have a baseline of their changes."""
    levels = computed(data, difference, treated, control)
    if not levels or None in levels:
        return
    yield *levels, (treated, control)
    bases = [data.baselines.get((row["study_id"], row["group_id"], row["outcome"])) for row in (treated, control)]
    before = computed(data, difference, *bases) if None not in bases else None
    if before and None not in before:
        yield levels[0].less(before[0]), levels[1], (treated, control)


def exchanged_changes(data):
    """Printed changes of two arms that fit follow-up less baseline only if the arms change places."""
    changes = {key: rows[0] for key, rows in changes_of(data).items() if rows[0]["statistic"] == "mean"}
    complete = [(base, row, changes[key]) for base, row in data.pairs
                if (key := (row["study_id"], row["group_id"], row["outcome"])) in changes and same_week(row, changes[key])]  # fmt: skip
    for trios in grouped(complete, lambda trio: (trio[1]["study_id"], trio[1]["outcome"])).values():
        for i, first in enumerate(trios):
            for second in trios[i + 1 :]:
                if first[1]["group_id"] != second[1]["group_id"] and same_week(first[1], second[1]):
                    yield from crossed(data, first, second)


def crossed(data, first, second):
    """Findings of two arms (baseline, follow-up, change) that fit only with one of the three exchanged."""
    sides = [[amount(data, row) for row in trio] for trio in (first, second)]
    if None in (*sides[0], *sides[1]) or sides[0][2].fits(sides[1][2]):
        return

    def fit(base, row, change):
        return row.less(base).fits(change)

    if fit(*sides[0]) or fit(*sides[1]):
        return
    for place, name in enumerate(("baselines", "follow-ups", "changes")):
        mixed = [list(side) for side in sides]
        mixed[0][place], mixed[1][place] = mixed[1][place], mixed[0][place]
        if fit(*mixed[0]) and fit(*mixed[1]):
            what = (
                f"follow-up less baseline is {shown(sides[0][1].less(sides[0][0]).value)} in {first[1]['group_id']} and "
                f"{shown(sides[1][1].less(sides[1][0]).value)} in {second[1]['group_id']}, which fits the changes in lines {first[2]['line']} and "
                f"{second[2]['line']} only with the {name} exchanged"
            )
            yield from (Finding(trio[place], "value", what, SOURCE) for trio in (first, second))
