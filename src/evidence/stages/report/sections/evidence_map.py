"""Evidence map: which condition has what for which outcome, gaps shown as gaps."""

from evidence.document.blocks import DASH, cell, column, group, run, table
from evidence.stages.report.counts import asked
from evidence.stages.report.inputs import by
from evidence.stages.verdicts.mentions import best

LEGEND = [
    run("Each cell counts cohorts: "),
    run("weighted in a headline pool", "bold"),
    run(", and small: shown without weight + stated without a figure. The darker a cell, the more can be weighted; "),
    run("a dash is a gap: no cohort speaks of this outcome in this condition. A broader condition holds its narrower ones."),
]


def evidence_map(inputs, prose):
    """Conditions by headline outcomes; none before there are outcomes."""
    if not inputs.shown_outcomes:
        return []
    by_outcome = by(inputs.mentions, lambda one: one.outcome)
    everything = {name: by_outcome.get(name, []) for name in inputs.shown_outcomes}
    seen = {name for those in everything.values() for one in those for name in one.conditions}
    claimed = set(inputs.tables.claims["condition"])
    studied = {name for conditions in inputs.group_conditions.values() for name in conditions.split(";")}
    first = asked(inputs)
    others = [name for name in inputs.condition_labels if name not in first and name in seen | claimed]
    first_title = "Conditions of the article’s tables" if len(inputs.tables.article_citations) else "Conditions in question"
    made = [map_row(inputs, "All groups", everything, "bold")]
    for title, names in ((first_title, first), ("Other conditions of claims and groups", others)):
        made += [group(title)] if names else []
        made += [map_row(inputs, inputs.condition_labels[name], within(everything, name), studied=name in studied) for name in names]
    columns = [
        column("Condition", "1fr"),
        *(column(inputs.outcomes[name].label, 8.6, "center") for name in inputs.shown_outcomes),
    ]
    return [
        table(
            "Cohorts by condition and outcome",
            columns,
            made,
            note=LEGEND,
            rotated=True,
            inset=1.5,
            rise=3.4,
            size=7.5,
        )
    ]


def within(everything, condition):
    """The mentions of each outcome in one condition."""
    return {name: [one for one in those if condition in one.conditions] for name, those in everything.items()}


def map_row(inputs, label, mentions, style="", studied=False):
    """One condition; a single wide cell where no cohort speaks of any outcome, though it may be `studied` for others."""
    name = cell([run(label, style)], vertical="horizon")
    if not any(mentions.values()):
        nothing = "no study of these outcomes" if studied else "no study"
        return [
            name,
            cell([run(nothing, "italic")], span=len(mentions), align="center", vertical="horizon"),
        ]
    return [name, *map(map_cell, mentions.values())]


def map_cell(mentions):
    """Counts of one condition and outcome: weighted, and beside it shown + stated."""
    weighted, shown, stated = best(mentions)
    if not weighted + shown + stated:
        return cell([run(DASH, "small")], align="center", vertical="horizon")
    fill = 4 if weighted > 2 else 3 if weighted else 2 if shown else 1
    number = [run(str(weighted), "bold")] if weighted else []
    beside = [run(f"{' ' if weighted else ''}{shown}+{stated}", "tiny")] if shown + stated else []
    return cell([*number, *beside], align="center", vertical="horizon", fill=fill)
