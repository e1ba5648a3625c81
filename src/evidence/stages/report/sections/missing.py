"""Missing results: what the pools cannot see, in words per outcome and counted over all outcomes."""

from evidence.document.blocks import CONTRASTS, DASH, column, count, group, missing, percent, run, table, text, true_minus
from evidence.stages.report.figures import drawings
from evidence.stages.report.sections.asymmetry import too_few

GIVEN = {
    "poolable": "In the pool",
    "number": "Number, no weight",
    "direction": "Direction only",
    "not_significant": "Not significant",
    "nothing": "Baseline only",
}
POINTS = {"up": "\N{UPWARDS ARROW}", "down": "\N{DOWNWARDS ARROW}", "none": "=", "unknown": "?"}
NOTE = (
    "Cohorts by the most that they give. Unseen: the share of cohorts with a result that the pool cannot see, and where "
    "those point: ↑ up, ↓ down, = no significant change, ? either way. Treated people: unseen : pooled, as far as sources print them (– where none does)."
)


def words(inputs, outcome, contrast):
    """A sentence on what the pool cannot see; nothing where it sees all."""
    row = inputs.missing_of.get((outcome, contrast))
    if row is None or row.poolable == row.cohorts:
        return []
    return [text([run("What the pool cannot see. ", "bold"), run(true_minus(row.sentence))])]


def missing_results(inputs, prose):
    """Counts over the headline outcomes, comparison by comparison, then what each report gives."""
    columns = [
        column("Outcome", "1fr"), column("Cohorts", 12, "right"),
        *(column(title, 14.5, "right") for title in GIVEN.values()),
        column("Unseen", 12, "right"), column("They point", 20), column("People", 18, "right"),
    ]  # fmt: skip
    made = []
    for contrast, title in CONTRASTS.items():
        found = [inputs.missing_of.get((name, contrast)) for name in inputs.shown_outcomes]
        own = [missing_row(inputs, row) for row in found if row is not None and row.cohorts]
        made += [group(title, repeat=True), *own] if own else []
    counted = [table("Results by what the sources give", columns, made, note=NOTE, size=7.2)] if made else []
    return [*counted, *too_few(inputs), *drawings(inputs, kind="direction")] if counted else []


def missing_row(inputs, row):
    """One outcome; a count of none is a dot."""
    name = [run(inputs.outcomes[row.outcome].label, to=f"outcome-{row.outcome}")]
    given = [count(getattr(row, key)) if getattr(row, key) else "\N{MIDDLE DOT}" for key in GIVEN]
    points = [f"{sign}\N{NO-BREAK SPACE}{getattr(row, key):.0f}" for key, sign in POINTS.items() if getattr(row, key)]
    people = f"{people_of(row.n_unseen, row.cohorts - row.poolable)} : {people_of(row.n_poolable, row.poolable)}"
    return [name, count(row.cohorts), *given, percent(row.unseen_share), "  ".join(points), people]


def people_of(number, cohorts):
    """People of some cohorts; a dash where no source prints a number."""
    return DASH if cohorts and (missing(number) or not number) else count(number)
