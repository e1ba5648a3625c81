"""Checks of what stands beside a number: its spread, p-value, comparison, week and doubts."""

import math
from itertools import compress

from evidence.problems import line_list
from evidence.stages.tables.checks.data import Finding, half_unit, shown
from evidence.vocabulary import INTERVALS, LEVELS, RATIOS
from evidence.words.measures import LOGS

SOURCE = "Check it against the source."
ONE_NUMBER = ("sd", "se", "variance", "unlabelled")


def spread_cells(data):
    """A spread whose cells do not fit its kind: one number for sd, se, unlabelled, else two."""
    names = ("spread", "spread_low_text", "spread_high_text", "spread_judged", "spread_low")
    stated = zip(data.rows("measurements"), data.sheets["measurements"].cells(*names), strict=True)
    for row in [row for row, cells in stated if not plain(*cells)]:
        low, high = row["spread_low_text"], row["spread_high_text"]
        if row["spread"] == "none" and (low or high):
            what = f"none, yet there is the spread {low or high}"
            yield Finding(row, "spread", what, "Name its kind, or empty the cells.")
        if row["spread"] in (*ONE_NUMBER, *INTERVALS) and not low:
            what = f"empty, while spread is {row['spread']}"
            yield Finding(row, "spread_low", what, "Type the spread, or none as its kind.")
        if row["spread"] in INTERVALS and not high:
            what = f"empty, while spread is {row['spread']}"
            yield Finding(row, "spread_high", what, "Type the upper end.")
        if row["spread"] in ONE_NUMBER:
            yield from one_spread(row)
        if row["spread"] == "variance" and row["statistic"] not in ("o_minus_e", "estimate"):
            what = f"variance, beside {row['statistic'].replace('_', ' ')}"
            yield Finding(row, "spread", what, "It is only for o_minus_e and estimate: type its root as sd or se.")
        if row["spread_judged"] and row["spread"] != "unlabelled":
            what = f"{row['spread_judged']}, while spread is {row['spread']}"
            yield Finding(row, "spread_judged", what, "It is only for a spread that is unlabelled: empty it.")


def plain(kind, low, high, judged, number):
    """Whether a spread is one number with its kind beside it, as most are."""
    return kind in ("sd", "se") and low and not high and not judged and number is not None and number >= 0


def one_spread(row):
    """Findings of a spread that is one number."""
    if row["spread_high_text"]:
        what = f"{row['spread_high_text']}, while spread is {row['spread']}"
        yield Finding(row, "spread_high", what, "Only iqr, range and ci95 have an upper end.")
    if row["spread_low"] is not None and row["spread_low"] < 0:
        what = f"{row['spread_low_text']} is below zero"
        yield Finding(row, "spread_low", what, "A spread is never negative.")


def zero_spreads(data):
    """A spread of zero: it would give its row all the weight."""
    for row in [row for row, (low,) in zip(data.measured, data.cells("spread_low"), strict=True) if low == 0]:
        if row["spread"] in ONE_NUMBER:
            what = f"a spread of {row['spread_low_text']} would give the row all the weight"
            yield Finding(row, "spread_low", what, SOURCE)


def interval_order(data):
    """An interval whose ends are exchanged, or which does not hold its own value."""
    for row in data.having(spread=INTERVALS):
        low, high = row["spread_low"], row["spread_high"]
        if low is None or high is None:
            continue
        interval = f"{row['spread_low_text']} to {row['spread_high_text']}"
        if low > high:
            what = f"{interval} begins above its end"
            yield Finding(row, "spread_low", what, "Exchange the two, if the source prints them the other way round.")
        elif not low <= row["value"] <= high:
            yield Finding(row, "value", f"{row['value_text']} is not within {interval}", SOURCE)


def off_centre(value, low, high, logs, halves):
    """Whether a value lies far from the middle of its interval, by more than rounding can explain."""
    if logs and min(value, low, high) <= 0:
        return False
    scale = math.log if logs else float
    half = (scale(high) - scale(low)) / 2
    sizes = (value, low, high) if logs else (1.0, 1.0, 1.0)
    slack = sum(part / size for part, size in zip(halves, sizes, strict=True))
    return half > 0 and abs(scale(value) - (scale(low) + half)) > 0.25 * half + slack


def interval_centre(data):
    """A 95% interval not centred on its estimate, on the scale of its measure: perhaps a misprint."""
    for row in data.having(spread=("ci95",)):
        logs = row["statistic"] in RATIOS
        symmetric = row["statistic"] not in (*LEVELS, "percent", "events", "correlation")
        if symmetric and None not in (row["spread_low"], row["spread_high"]):
            yield from centred(row, ("value", "spread_low", "spread_high"), logs)
    for row in data.rows("reviews"):
        if None not in (row["estimate"], row["ci_low"], row["ci_high"]):
            logs = row["measure"] in LOGS
            yield from centred(row, ("estimate", "ci_low", "ci_high"), logs)


def centred(row, columns, logs):
    """Finding of one interval that is not centred on its estimate."""
    numbers = [row[name] for name in columns]
    texts = [row[f"{name}_text"] for name in columns]
    if off_centre(*numbers, logs, [half_unit(text) for text in texts]):
        scale = " on the log scale" if logs else ""
        what = f"{texts[0]} is not in the middle of {texts[1]} to {texts[2]}{scale}"
        yield Finding(row, columns[0], what, SOURCE)


def p_cells(data):
    """A p-value without its operator, or the other way round, or a p-value of zero."""
    for name in ("measurements", "unreported"):
        stated = zip(data.rows(name), data.sheets[name].cells("p_value_text", "p_operator"), strict=True)
        for row in [row for row, cells in stated if any(cells)]:
            if row["p_value_text"] and not row["p_operator"]:
                what = f"empty, while the p-value is {row['p_value_text']}"
                yield Finding(row, "p_operator", what, "Type =, < or > as printed.")
            if row["p_operator"] and not row["p_value_text"]:
                what = f'empty, while the operator is "{row["p_operator"]}"'
                yield Finding(row, "p_value", what, "Type the p-value as printed.")
            if row["p_value"] == 0:
                remedy = 'Where a program printed 0.000, type "<" and 0.001.'
                yield Finding(row, "p_value", "a p-value is never zero", remedy)


def lost_decimals(data):
    """P-values that are whole numbers: a file opened with another decimal sign, where 0.001 becomes 1."""
    for rows in data.lost_p.values():
        if rows:
            what = f"{len(rows)} p-values are whole numbers (lines {line_list(row['line'] for row in rows)})"
            cause = "many numbers lost their decimals: opened with another decimal sign, 0.001 becomes 1"
            remedy = "Go back to the file from before, and import it with the point as decimal sign."
            yield Finding(rows[0], "p_value", f"{what}; {cause}", remedy)
    for name in data.lost_p:
        few = [row for row in data.rows(name) if row["p_operator"] == "<" and row["p_value"] == 1]
        for row in few if not data.lost_p[name] else ():
            yield Finding(row, "p_value", "p < 1 says nothing", "Type it as printed; opened with another decimal sign, 0.001 becomes 1.")


def threshold_p(data):
    """An exact p-value that is a usual threshold: the "<" may have been lost, and p < never means p =."""
    for row in data.having(p_operator=("=",)):
        if row["p_value"] in data.limits["thresholds"]:
            what = f"p = {row['p_value_text']} is a usual threshold"
            yield Finding(row, "p_value", what, 'Check whether the source prints "<" or "=".')


def p_between_periods(data):
    """A p-value between periods in a study that is no crossover: nobody had two periods."""
    for row in data.having(p_for=("between_periods",)):
        if data.studies[row["study_id"]]["design"] != "rct_crossover":
            what = "between_periods, while the study is no crossover"
            yield Finding(row, "p_for", what, "Correct p_for, or the design in studies.csv.")


def comparisons(data):
    """A group that is compared with itself, with a part of itself or with its whole, or a control whose row names a group."""
    for row in data.where(bool, "versus"):
        group, versus = row["group_id"], row["versus"]
        if versus == group:
            what = "the group is compared with itself"
            yield Finding(row, "versus", what, "Name the group it is compared with.")
        elif versus in data.larger[row["study_id"]].get(group, ()) or group in data.larger[row["study_id"]].get(versus, ()):
            what = f"{versus} and {group} hold the same people: one is a part of the other"
            yield Finding(row, "versus", what, "Name another group, or correct part_of in groups.csv.")
        elif row["timepoint"] != "difference" and data.arm(row) != "treatment":
            what = f"{versus}, in the row of a group whose arm is {data.arm(row)}"
            yield Finding(row, "versus", what, "Empty it: the row of the treated group names its control.")


def open_comparisons(data):
    """A treated group that several controls fit: crossed with each of them, people would be compared with others than their own."""
    for case in data.comparisons[1]:
        row = data.first_level[case.study_id, case.group_id, case.outcome]
        what = f"{case.group_id} could be compared with {' or '.join(case.controls)}"
        yield Finding(
            row,
            "versus",
            what,
            f"Name its control here, such as {case.controls[0]}, or tell the groups apart by conditions or part_of in groups.csv.",
        )


def unnamed_comparisons(data):
    """A difference that does not say from which group: it cannot be told which control it uses."""
    for row in data.having(timepoint=("difference",), versus=("",)):
        if row["statistic"] not in ("estimate", "correlation"):
            what = "a difference that does not say from which group"
            yield Finding(row, "versus", what, "Name the group_id it is compared with.")


def suspects(data):
    """A number that the curator doubts: shown with the reason, left out of the headline."""
    suspects = data.sheets["measurements"].columns["suspect"]
    for row in compress(data.rows("measurements"), suspects):
        what = f"the curator doubts the {row['suspect']}: {row['note'] or 'no reason given'}".rstrip(".")
        yield Finding(row, "suspect", what, "")


def reasons(data):
    """A doubt or a judgement without its reason: a reader could not weigh it."""
    for row in data.where(lambda *doubts: any(doubts), "suspect", "spread_judged"):
        named = "suspect" if row["suspect"] else "spread_judged"
        if not row["note"]:
            yield Finding(row, "note", f"no reason for {named} {row[named]}", "Say in the note why.")


def week_order(data):
    """A baseline after the start of treatment, or a follow-up before it: the two may have changed places."""

    def out_of_order(timepoint, weeks):
        after = timepoint in ("followup", "change")
        return weeks is not None and (weeks > 0 if timepoint == "baseline" else after and weeks <= 0)

    for row in data.where(out_of_order, "timepoint", "weeks"):
        if row["timepoint"] == "baseline":
            what = f"a baseline at week {shown(row['weeks'])}"
            yield Finding(row, "weeks", what, "Type 0 for the level before treatment.")
        else:
            what = f"a {row['timepoint']} at week {shown(row['weeks'])}"
            yield Finding(row, "weeks", what, "Type the week of the measurement.")
