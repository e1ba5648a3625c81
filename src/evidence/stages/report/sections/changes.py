"""What has changed since the last release."""

from evidence.document.blocks import CONTRASTS, DASH, cell, column, group, listed, plural, run, table, text, true_minus
from evidence.stages.report.inputs import by

KINDS = {
    "study_added": ("report added", "reports added"),
    "study_removed": ("report removed", "reports removed"),
    "number_changed": ("printed number changed", "printed numbers changed"),
    "number_added": ("printed number added", "printed numbers added"),
    "number_removed": ("printed number removed", "printed numbers removed"),
    "verdict_changed": ("verdict changed", "verdicts changed"),
    "verdict_added": ("claim judged for the first time", "claims judged for the first time"),
    "verdict_removed": ("claim no longer judged", "claims no longer judged"),
    "estimate_moved": ("estimate moved", "estimates moved"),
    "estimate_added": ("new pool", "new pools"),
    "estimate_removed": ("pool gone", "pools gone"),
    "certainty_changed": ("certainty changed", "certainties changed"),
    "flag_raised": ("doubt raised", "doubts raised"),
    "flag_lifted": ("doubt lifted", "doubts lifted"),
}
FIRST = "This is the first release of the review: there is no earlier one to compare it with."
SAME = "No study, number, estimate, verdict or doubt differs from the release of {day}."
NOTE = "Estimates, verdicts and certainty are those of the headline pools, with 95% intervals as the report prints them; a pool has moved where that differs."


def changes(inputs, prose):
    """One sentence where nothing can be or is compared, else the counts and a table by kind."""
    if inputs.changes is None:
        return []
    if not inputs.last_release:
        return [text(FIRST)]
    found = by(inputs.rows_of("changes"), lambda row: row.kind)
    if not found:
        return [text(SAME.format(day=inputs.last_release))]
    kinds = [kind for kind in KINDS if kind in found]
    counts = listed(plural(len(found[kind]), *KINDS[kind]) for kind in kinds)
    claims = dict(zip(inputs.tables.claims["claim_id"], inputs.tables.claims["claim"], strict=True))
    made = []
    for kind in kinds:
        title = KINDS[kind][1]
        made.append(group(f"{title[:1].upper()}{title[1:]}: {len(found[kind])}", repeat=True))
        made += [[subject(inputs, claims, row), state(row.before), state(row.after)] for row in found[kind]]
    columns = [column("What", 58), column(f"Release of {inputs.last_release}", "1fr"), column("Now", "1fr")]
    said = f"Since the release of {inputs.last_release}: {counts}."
    return [text(said), table("What has changed since the last release", columns, made, size=7, note=note(inputs))]


def note(inputs):
    """What the table shows, with the level of the intervals."""
    return NOTE.replace("95%", f"{100 * inputs.config.level:g}%")


def state(words):
    """A cell of one side; a dash where it has nothing."""
    return true_minus(words) if words else cell([run(DASH, "small")])


def subject(inputs, claims, row):
    """What a change is one of: a report, an outcome with its stratum, a claim."""
    if row.kind.startswith("verdict"):
        return [run(f"{row.id} ", "bold"), run(claims.get(row.id, ""), "small")]
    outcome = inputs.outcomes[row.outcome].label if row.outcome in inputs.outcomes else row.outcome
    if row.stratum:
        return [run(f"{outcome}, {CONTRASTS[row.contrast].lower()} "), run(inputs.stratum_label(row.stratum), "small")]
    study = inputs.cited(row.study_id) if row.study_id in inputs.references else [run(row.study_id)]
    return [*study, run(f"\n{outcome}", "small")] if outcome else study
