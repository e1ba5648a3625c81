"""Evidence map: which condition has what for which outcome, gaps shown as gaps."""

from evidence.stages.content_counts import asked
from evidence.stages.content_words import DASH, cell, column, group, run, table

LEGEND = [
    run("Each cell counts cohorts: "),
    run("weighted in a headline pool", "bold"),
    run(", and below it, small: shown without weight + stated without a figure. The darker a cell, the more can be weighted; "),
    run("an empty cell is a gap: no cohort speaks of this outcome in this condition. A broader condition holds its narrower ones."),
]


def evidence_map(inputs, prose):
    """Conditions by headline outcomes."""
    mentions = inputs.mentions[inputs.mentions["outcome"].isin(inputs.shown_outcomes)]
    by_condition = dict(tuple(inputs.by_condition(mentions).groupby("condition", sort=True)))
    first = asked(inputs)
    others = [name for name in inputs.condition_labels if name not in first and (name in by_condition or claimed(inputs, name))]
    rows = [map_row(inputs, "All groups", mentions, "bold")]
    for title, names in (("Asked about by the article", first), ("Other conditions of the groups", others)):
        rows += [group(title)] if names else []
        rows += [map_row(inputs, inputs.condition_labels[name], by_condition.get(name)) for name in names]
    columns = [column("Condition", "1fr"), *(column(inputs.outcomes[name].label, 7.6, "center") for name in inputs.shown_outcomes)]
    return [table("Cohorts by condition and outcome", columns, rows, note=LEGEND, rotated=True, inset=1.5, size=7.5)]


def claimed(inputs, condition):
    return bool((inputs.tables.claims["condition"] == condition).any())


def map_row(inputs, label, mentions, style=""):
    """One condition; a single wide cell where no cohort speaks of any outcome."""
    name = cell([run(label, style)], vertical="horizon")
    if mentions is None or not len(mentions):
        return [name, cell([run("no study", "italic")], span=len(inputs.shown_outcomes), align="center", vertical="horizon")]
    return [name, *(map_cell(inputs, mentions[mentions["outcome"] == outcome]) for outcome in inputs.shown_outcomes)]


def map_cell(inputs, mentions):
    """Counts of one condition and outcome: weighted, and below it shown + stated."""
    weighted, shown, stated = inputs.best(mentions)
    if not weighted + shown + stated:
        return cell([run(DASH, "small")], align="center", vertical="horizon")
    fill = 4 if weighted > 2 else 3 if weighted else 2 if shown else 1
    below = [run("\n"), run(f"{shown}+{stated}", "tiny")] if shown + stated else []
    return cell([run(str(weighted), "bold" if weighted else ""), *below], align="center", vertical="horizon", fill=fill)
