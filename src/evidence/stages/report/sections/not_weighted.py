"""What was measured and is not in the pool of an outcome, with the reason."""

from evidence.document.blocks import cell, column, each_once, group, plural, raised, run, study_effect_words, table, true_minus, words_of
from evidence.stages.report.inputs import by

TIMES = {"followup": "follow-up"}


def not_weighted(inputs, outcome, contrast):
    """Table of what is not in the pool of all groups: effects, numbers in no effect, results stated without a figure."""
    caption = inputs.outcome_title(outcome, contrast)
    left = effects(inputs, outcome, contrast) + alone(inputs, outcome, contrast)
    said = stated(inputs, outcome, contrast)
    if not left and not said:
        return []
    if not left:
        columns = [column("Stated", 25), column("Reports", "1fr")]
        return [table(f"{caption}: stated without a figure", columns, said, size=7)]
    columns = [
        column("Study", 29),
        column("Group", 25),
        column("Printed", "1fr"),
        column("Effect", 27),
        column("Why not in the pool", "1.25fr"),
    ]
    below = [[direction, cell(reports, span=4)] for direction, reports in said]
    title = [group("Stated without a figure")] if said else []
    return [table(f"{caption}: measured, not in the pool", columns, [*left, *title, *below], size=7)]


def left_out(inputs, outcome, contrast):
    """Reason by effect for what is left out of the headline pool of all groups."""
    members = [member for pool in inputs.whole_pools(outcome, contrast) for member in inputs.members_of.get(pool.id, [])]
    return {member.effect_ids: member.left_out for member in members if member.left_out}


def effects(inputs, outcome, contrast):
    """One row for each effect that is not in the pool."""
    out, rows = left_out(inputs, outcome, contrast), []
    for effect in inputs.effects_of.get((outcome, contrast), []):
        reason = effect.reason or out.get(effect.id, "")
        if reason:
            printed, words = raised(true_minus(effect.printed)), study_effect_words(effect, inputs.z)
            study = inputs.cited(effect.study_id)
            rows.append([study, effect.group_label, printed, words, true_minus(brief(reason))])
    return rows


def alone(inputs, outcome, contrast):
    """One row for each number of a cohort that has no effect of the outcome."""
    return [
        [inputs.cited(row.study_id), inputs.groups[row.study_id, row.group_id].label, printed_words(row), "", row.reason]
        for row in sorted(inputs.unused_of.get((outcome, contrast), []), key=lambda row: (inputs.references[row.study_id], row.line))
    ]


def printed_words(row):
    """A number that is in no effect as printed, after its timepoint: baseline: 290 ng/dL."""
    when = TIMES.get(row.timepoint, words_of(row.timepoint))
    return raised(true_minus(f"{when}: {row.value_text} {row.unit}".rstrip()))


def brief(reason):
    """Of several doubts the first; all of them stand under the study's numbers."""
    first, *more = each_once(reason).split("; ")
    several = more and reason.startswith("flagged")
    return f"{first} (and {plural(len(more), 'other doubt')})" if several else reason


def stated(inputs, outcome, contrast):
    """One row for each direction that reports state without a figure, with the reports."""
    found = by(inputs.stated_of.get((outcome, contrast), []), lambda row: row.reported_as)
    rows = []
    for reported_as in sorted(found):
        names = []
        for row in found[reported_as]:
            names += [run("; ")] if names else []
            names += inputs.cited(row.study_id)
            label = inputs.groups[row.study_id, row.group_id].label if row.group_id else ""
            p = f"p {row.p_operator} {row.p_value_text}" if row.p_operator else ""
            more = ", ".join(word for word in (label, p) if word)
            names += [run(f" ({more})", "small")] if more else []
        rows.append([words_of(reported_as), names])
    return rows
