"""Checks across rows: baseline and follow-up, whole and part, two sources, two reports of one cohort."""

from collections import defaultdict

from evidence.stages.tables.checks.data import Finding, doubled, grouped, half_unit, kind, shown
from evidence.vocabulary import CONTROLS, LEVELS

SOURCE = "Check both rows against the source."
MUCH, MUCH_LESS = 5, 3  # times: what a mistaken unit does to a level, and what a treatment may do


def told(row):
    """A number as it is printed, with its unit and spread."""
    unit = f" {row['unit']}" if row["unit"] else ""
    spread = f" ({row['spread']} {row['spread_low_text']})" if row["spread_low_text"] else ""
    return f"{row['value_text']}{unit}{spread}"


def pair_folds(data):
    """A follow-up beyond what treatments do to the level before: perhaps another unit or a lost point."""
    low, high = data.limits["fold_low"], data.limits["fold_high"]
    for base, row in data.pairs:
        before, after = data.converted(base), data.converted(row)
        if before is None or after is None or before <= 0 or after <= 0 or low <= after / before <= high:
            continue
        what = f"from {told(base)} to {told(row)} is {shown(after / before)} times the level before"
        if base["unit"] == row["unit"]:
            yield Finding(row, "value", what, SOURCE)
        else:
            what = f"{what}; the units differ within the pair"
            yield Finding(row, "unit", what, SOURCE)
            yield Finding(base, "unit", what, SOURCE)


def pair_mixups(data):
    """A follow-up that is far from the level before, and near to it in another unit of the outcome: perhaps printed in that one."""
    low, high = data.limits["fold_low"], data.limits["fold_high"]
    units = {outcome: several for outcome, several in grouped(data.factors, lambda key: key[0]).items() if len(several) > 1}
    for base, row in data.pairs if units else []:
        before, after = base["value"], row["value"]
        if row["outcome"] not in units or base["unit"] != row["unit"] or before <= 0 or after <= 0:
            continue
        fold = after / before
        known = (row["outcome"], row["unit"]) in data.factors and low <= fold <= high and far(fold)
        for outcome, unit in units[row["outcome"]] if known else []:
            step = data.factors[outcome, unit] / data.factors[outcome, row["unit"]]
            if far(step) and not far(fold * step, MUCH_LESS):
                what = (
                    f"from {told(base)} to {told(row)} is {shown(fold)} times the level before; in {unit} it would be {shown(fold * step)}"
                )
                yield Finding(row, "unit", what, "Check the unit against the source.")


def far(ratio, much=MUCH):
    """Whether a ratio is far from 1, either way."""
    return not 1 / much < ratio < much


def unit_pairs(data):
    """Yield (baseline, follow-up, fold, fold in one unit) of pairs printed in two units of which both are known; None below zero."""
    for base, row in data.pairs:
        factors = [data.factors.get((part["outcome"], part["unit"])) for part in (base, row)]
        if base["unit"] != row["unit"] and None not in factors and factors[0] != factors[1]:
            fold = row["value"] / base["value"] if base["value"] > 0 and row["value"] > 0 else None
            yield base, row, fold and fold * factors[1] / factors[0], fold


def slipped(data, fold, plain):
    """Whether a change that is plausible in one unit is far as typed, or goes the other way; beyond the limits `pair_folds` tells it."""
    if not fold or not data.limits["fold_low"] <= fold <= data.limits["fold_high"]:
        return False
    return not far(plain, MUCH_LESS) and (far(fold, MUCH_LESS) or (fold - 1) * (plain - 1) < 0)


def pair_unit_slips(data):
    """Two units within a pair whose numbers make a plausible change in one unit, and as typed a far one or one the other way."""
    for base, row, fold, plain in unit_pairs(data):
        if slipped(data, fold, plain):
            what = f"from {told(base)} to {told(row)} is {shown(fold)} times the level before; in one unit it would be {shown(plain)}"
            yield from (Finding(part, "unit", what, "Type the unit that the source prints for both.") for part in (base, row))


def pair_units(data):
    """Two units within one pair: a paper seldom changes the unit between baseline and follow-up."""
    for base, row, fold, plain in unit_pairs(data):
        if not slipped(data, fold, plain):
            what = f"{row['unit']} at follow-up, while the baseline in line {base['line']} has {base['unit']}"
            yield Finding(row, "unit", what, SOURCE)


def pair_sizes(data):
    """Another n at follow-up than at baseline: those who left are in the one mean and not in the other."""
    for base, row in data.pairs:
        if base["n"] is not None and row["n"] is not None and base["n"] != row["n"]:
            what = f"{row['n_text']} participants, {base['n_text']} at baseline (line {base['line']})"
            yield Finding(row, "n", what, "If the source prints the baseline of those who stayed, use it.")


def pairless(data):
    """A follow-up without baseline or control, a change without baseline: no effect can be made of it."""
    if not data.readable("groups"):
        return
    rows = data.having(timepoint=("followup", "change"), statistic=LEVELS)
    lone = [row for row in rows if (row["study_id"], row["group_id"], row["outcome"]) not in data.baselines]
    after = [row for row in rows if row["timepoint"] == "followup"] if lone else []
    compared = {(row["study_id"], row["outcome"], data.arm(row) in CONTROLS) for row in after}
    for row in lone:
        measure = data.outcomes[row["outcome"]]["measure"]
        if measure not in ("ROM", "MD", "SMD"):
            continue
        other = (row["study_id"], row["outcome"], data.arm(row) not in CONTROLS)
        if row["timepoint"] == "followup" and other not in compared:
            what = "a follow-up without baseline or control: shown, not weighted"
            yield Finding(row, "timepoint", what, "Add the baseline if the source prints it.")
        if row["timepoint"] == "change" and measure == "ROM":
            what = "a change without baseline of an outcome pooled as a ratio: shown, not weighted"
            yield Finding(row, "timepoint", what, "Add the baseline if the source prints it.")


def differ(data, one, two, share=0.0):
    """Whether two rows print different values or spreads, by more than rounding and than a share."""
    columns = ["value"]
    if kind(one) == kind(two) and None not in (one["spread_low"], two["spread_low"]):
        columns.append("spread_low")
    factors = [data.factors.get((row["outcome"], row["unit"]), 1.0) for row in (one, two)]
    return any(apart((one, two), factors, column, share) for column in columns)


def apart(rows, factors, column, share):
    """Whether two numbers in one unit differ by more than their rounding and than a share of the larger."""
    values = [row[column] * factor for row, factor in zip(rows, factors, strict=True)]
    halves = [half_unit(row[f"{column}_text"]) * factor for row, factor in zip(rows, factors, strict=True)]
    return abs(values[0] - values[1]) > max(1.0001 * sum(halves), share * max(map(abs, values)))


def sources_disagree(data):
    """Two sources that print different values for one number: which holds must be settled first."""
    for rows in data.same_number:
        for row in rows[1:]:
            if differ(data, rows[0], row):
                for here, there in ((row, rows[0]), (rows[0], row)):
                    what = f"{told(here)}, while line {there['line']} has {told(there)} from another source"
                    remedy = "Keep the better source, and the other value in its note."
                    yield Finding(here, "value", what, remedy)


def repeated(data):
    """The same number from two sources: only one of them is used."""

    def key(row):
        return [row[name] for name in data.sheets["measurements"].schema.key]

    for rows in data.same_number:
        for row in rows[1:]:
            if not differ(data, rows[0], row) and key(row) != key(rows[0]):
                what = f"the number of line {rows[0]['line']} again, from another source"
                yield Finding(row, "value", what, "Keep the better source; only one is used.")


def cohort_values(data):
    """Two reports of one cohort that print different values for one quantity: a doubt on both."""
    within = data.cells("group_id", "outcome", "timepoint", "weeks", "statistic", "n", "versus")
    cohorts = [data.studies[study]["cohort_id"] for (study,) in data.cells("study_id")]
    for rows in doubled(data.measured, zip(cohorts, within, strict=True)):
        for row in rows[1:]:
            another = row["study_id"] != rows[0]["study_id"]
            if another and differ(data, rows[0], row, data.limits["cohort_share"]):
                first = f"{rows[0]['study_id']} (line {rows[0]['line']}) of the same cohort"
                what = f"{told(row)}, while {first} has {told(rows[0])}"
                yield Finding(row, "value", what, "Check both; only one report of a cohort is pooled.")


def cohort_overlap(data):
    """Reports on the same or overlapping participants: they count once in each pool."""
    measured = {study for (study,) in data.cells("study_id")}
    rows = [row for row in data.rows("studies") if row["study_id"] in measured]
    for cohort, reports in grouped(rows, lambda row: row["cohort_id"]).items():
        for row in reports[1:]:
            others = ", ".join(other["study_id"] for other in reports if other is not row)
            what = f"shares participants with {others} (cohort {cohort})"
            remedy = "They count once in each pool; nothing to do if that is right."
            yield Finding(row, "cohort_id", what, remedy)


# What a row prints, and the quantity that it is printed of.
PRINTED = ("outcome", "timepoint", "statistic", "unit", "value", "spread", "spread_low", "spread_high")
QUANTITY = ("outcome", "timepoint", "statistic")


def telling(row):
    """Whether a row prints a spread, and more digits than could agree by chance."""
    return bool(row["spread_low_text"]) and sum(char.isdigit() for char in row["value_text"] + row["spread_low_text"]) >= 4


def alike(data):
    """Yield (study, other study, pairs of rows) of reports of different cohorts that print two or more telling numbers alike."""
    found = defaultdict(list)
    for rows in data.alike(*PRINTED):
        for row in rows[1:] if telling(rows[0]) else []:
            cohorts = [data.studies[side["study_id"]]["cohort_id"] for side in (rows[0], row)]
            if cohorts[0] != cohorts[1]:
                found[row["study_id"], rows[0]["study_id"]].append((row, rows[0]))
    for (study, other), pairs in found.items():
        if len(pairs) > 1:
            yield study, other, pairs


def wholly_alike(data, study, other):
    """Rows of two reports that print the same numbers, where the smaller prints no other number of what both print; else none."""
    sides = [[row for row in data.measured if row["study_id"] == name] for name in (study, other)]
    small, large = sorted(sides, key=len)
    quantities = {tuple(row[name] for name in QUANTITY) for row in large}
    shared = [row for row in small if tuple(row[name] for name in QUANTITY) in quantities]
    statements = {tuple(row[name] for name in PRINTED) for row in shared}
    equal = [row for row in large if tuple(row[name] for name in PRINTED) in statements]
    covered = statements == {tuple(row[name] for name in PRINTED) for row in equal}
    return [*shared, *equal] if covered else []


def same_report(data):
    """Two reports of different cohorts of which one prints nothing but the numbers of the other: the same people count twice."""
    for study, other, _ in alike(data):
        for row in wholly_alike(data, study, other):
            twin = other if row["study_id"] == study else study
            what = f"{row['study_id']} and {twin} print the same numbers wherever both print one: the same people would count twice"
            yield Finding(row, "study_id", what, "Give both the same cohort_id in studies.csv, or delete one report.")


def shared_numbers(data):
    """Reports of different cohorts that print some numbers alike: perhaps the same people, who would count twice."""
    for study, other, pairs in alike(data):
        if not wholly_alike(data, study, other):
            lines = ", ".join(f"{row['line']} and {twin['line']}" for row, twin in pairs[:3])
            what = f"{len(pairs)} numbers with their spreads are also those of {other} (measurements.csv, lines {lines})"
            yield Finding(data.studies[study], "cohort_id", what, f"If they are the same people, give both the cohort_id of {other}.")


def parts(data):
    """Measured groups with the measured groups that they are a part of, by whatever number of steps."""
    measured = set(data.cells("study_id", "group_id"))
    for study, group in measured:
        seen = {group}
        whole = data.groups[study, group]["part_of"]
        while whole and whole not in seen:
            if (study, whole) in measured:
                yield study, group, whole
            seen.add(whole)
            whole = data.groups.get((study, whole), {}).get("part_of", "")


def wholes(data):
    """A group and a part of it, both measured: they never enter one pool, or some would count twice."""
    outcomes_of = defaultdict(set)
    for study, group, outcome in data.cells("study_id", "group_id", "outcome"):
        outcomes_of[study, group].add(outcome)
    for study, group, whole in sorted(parts(data)):
        outcomes = [outcomes_of[study, name] for name in (group, whole)]
        both = ", ".join(sorted(outcomes[0] & outcomes[1])) or "no outcome"
        what = f"{group} is a part of {whole}, and both are measured (both in: {both})"
        row = data.groups[study, group]
        remedy = "They are never pooled together; nothing to do if part_of is right."
        yield Finding(row, "part_of", what, remedy)


def whole_equals_part(data):
    """A part that prints exactly the numbers of its whole: one was probably typed for the other."""
    wholes_of = grouped(parts(data), lambda found: found[:2])
    for rows in data.same_statement if wholes_of else []:
        first = {row["group_id"]: row for row in reversed(rows)}
        for row in rows:
            for _, _, whole in wholes_of.get((row["study_id"], row["group_id"]), []):
                if whole in first and row["value"] != 0:
                    line = first[whole]["line"]
                    what = f"{told(row)} is also the number of the whole group {whole} (line {line})"
                    yield Finding(row, "value", what, "Check to which of them the source gives it.")


def copied(data):
    """Two groups of one study with exactly the same number: one was perhaps copied from the other."""
    related = {(study, frozenset((group, whole))) for study, group, whole in parts(data)}
    for rows in data.same_statement:
        level = rows[0]["statistic"] in LEVELS and rows[0]["value"] != 0
        for row in rows[1:] if level else []:
            groups = frozenset((row["group_id"], rows[0]["group_id"]))
            if len(groups) == 2 and (row["study_id"], groups) not in related:
                what = f"{told(row)} is also the number of {rows[0]['group_id']} (line {rows[0]['line']})"
                yield Finding(row, "value", what, "Check that the source gives it to both.")
