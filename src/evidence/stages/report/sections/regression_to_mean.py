"""Regression to the mean: the change that choosing people by a level could make alone, beside what was observed."""

from evidence.document.blocks import DASH, cell, column, decimal, group, missing, percent, raised, run, table, true_minus
from evidence.stages.report.inputs import by
from evidence.words.scales import signed


def chance(inputs, prose):
    """Groups chosen by the level itself, with each reference level that they may fall back to."""
    made = []
    found = inputs.rows_of("regression_to_mean")
    for (outcome, condition), those in by(found, lambda row: (row.outcome, row.condition)).items():
        label = inputs.outcomes[outcome].label
        made.append(group(f"{label}: {inputs.condition_labels.get(condition, condition)}", repeat=True))
        for own in by(those, lambda row: row.effect_id).values():
            made += [chance_row(row, first=place == 0) for place, row in enumerate(own)]
    if not made:
        return []
    columns = [
        column("Study and group", 42), column("Baseline", 25, "right"), column("Observed", align="right"),
        column("Level to fall back to", "1fr"), column("By chance alone", 33, "right"), column("Share", align="right"),
    ]  # fmt: skip
    note = (
        "By chance alone: the change expected without any effect, as percent of the baseline, at the correlation of the plan, and "
        "in brackets over its grid. Share: of the observed change, from 100% on all of it; a dash where chance points the other way."
    )
    return [table("What regression to the mean could explain", columns, made, note=note, size=7.2)]


def chance_row(row, first):
    """One reference level; study, baseline and observed change once per group."""
    doubted = "" if row.headline == "yes" else ", not in a pool"
    about = [run(row.study_label), run(f" {row.group_label}{doubted}", "small")] if first else ""
    before = [f"{decimal(row.baseline)} {raised(row.unit)}", change(row.observed_percent)] if first else ["", ""]
    fall = [run(f"{decimal(row.reference)}: "), run(true_minus(row.why), "small")]
    ends = sorted((row.least_percent, row.most_percent))
    expected = f"{change(row.expected_percent)} ({change(ends[0])} to {change(ends[1])})"
    share = DASH if missing(row.share_percent) else percent(row.share_percent)
    return [about, *before, fall, cell(expected), share]


def change(value):
    """A change in percent with its sign."""
    return DASH if missing(value) else f"{signed(value, 0)}%"
