"""Missing results: what the pools cannot see, in words per outcome and counted over all outcomes."""

from evidence.stages.content_counts import lowered
from evidence.stages.content_words import CONTRASTS, column, count, group, missing, percent, run, table, true_minus

GIVEN = {
    "poolable": "In the pool",
    "number": "Number, no weight",
    "direction": "Direction only",
    "not_significant": "Not significant",
    "nothing": "Nothing after baseline",
}
POINTS = {"up": "\N{UPWARDS ARROW}", "down": "\N{DOWNWARDS ARROW}", "none": "=", "unknown": "?"}
NOTE = (
    "Cohorts by the most that they give. Unseen: the share of cohorts with a result that the pool cannot see, and where "
    "those point: ↑ up, ↓ down, = no significant change, ? either way. People: printed numbers alone, unseen against pooled."
)


def lines(inputs, outcome):
    """One sentence per contrast on what the pool cannot see."""
    rows = (inputs.missing_of.get((outcome, contrast)) for contrast in CONTRASTS)
    return [
        [run(f"Results the pool cannot see ({lowered(CONTRASTS[row.contrast])}): ", "bold"), run(true_minus(row.sentence))]
        for row in rows
        if row is not None and row.poolable < row.cohorts
    ]


def missing_results(inputs, prose):
    """Counts over the headline outcomes, contrast by contrast."""
    columns = [
        column("Outcome", "1fr"), column("Cohorts", 14, "right"),
        *(column(title, 17, "right") for title in GIVEN.values()),
        column("Unseen", 13, "right"), column("They point", 26), column("People", 20, "right"),
    ]  # fmt: skip
    made = []
    for contrast, title in CONTRASTS.items():
        found = [inputs.missing_of.get((name, contrast)) for name in inputs.shown_outcomes]
        own = [missing_row(inputs, row) for row in found if row is not None and row.cohorts]
        made += [group(title, repeat=True), *own] if own else []
    return [table("Results by what the sources give", columns, made, note=NOTE, size=7.2)] if made else []


def missing_row(inputs, row):
    """One outcome; a count of none is a dot."""
    name = [run(inputs.outcomes[row.outcome].label, to=f"outcome-{row.outcome}")]
    given = [count(getattr(row, key)) if getattr(row, key) else "\N{MIDDLE DOT}" for key in GIVEN]
    points = [f"{sign}\N{NO-BREAK SPACE}{getattr(row, key):.0f}" for key, sign in POINTS.items() if getattr(row, key)]
    people = "" if missing(row.n_unseen) else f"{row.n_unseen:,.0f} : {row.n_poolable:,.0f}"
    return [name, count(row.cohorts), *given, percent(row.unseen_share), "  ".join(points), people]
