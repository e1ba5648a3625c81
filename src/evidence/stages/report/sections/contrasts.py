"""Contrasts between strata: does a condition change the effect, and where can nobody tell."""

from evidence.document.blocks import CONTRASTS, column, count, group, listed, missing, raised, run, sentence, table, true_minus
from evidence.stages.report.inputs import by
from evidence.stages.verdicts.contrasts import OTHERS
from evidence.words.measures import RATIO_OF_RATIOS, scale_of_difference
from evidence.words.scales import in_words
from evidence.words.sentences import p_words

KINDS = {"within": "within studies", "between": "between studies"}


def contrasts(inputs, prose):
    """Contrasts with numbers, then those that no data allow, by the reason."""
    found = inputs.rows_of("contrasts")
    estimated = [row for row in found if not missing(row.estimate)]
    known = {question(row) for row in estimated}
    return [*estimates(inputs, estimated), *without(inputs, [row for row in found if question(row) not in known])]


def question(row):
    return row.condition, row.versus, row.outcome


def side(inputs, condition):
    return inputs.condition_labels.get(condition, "all others" if condition == OTHERS else condition)


def difference(row):
    """The contrast in the readable form: a ratio of ratios, or a difference in the unit."""
    ratios = row.ratio_unit == RATIO_OF_RATIOS
    scale = "factor" if ratios else scale_of_difference(row.measure, row.ratio_unit)
    words = in_words(scale, row.estimate, row.ci_low, row.ci_high)
    return words if ratios else f"{words} {raised(row.ratio_unit)}"


def estimates(inputs, found):
    """Table of the contrasts with numbers."""
    if not found:
        return []
    columns = [
        column("Condition against", "1fr"), column("Outcome", "1fr"), column("Cohorts", align="right"),
        column("People", align="right"), column("Ratio of ratios, or difference", align="right"),
        column("p", align="right"), column("Q between (df), p", align="right"), column("Decides", align="center"),
    ]  # fmt: skip
    made = []
    for row in found:
        against = [run(side(inputs, row.condition), "bold"), run(f" against {side(inputs, row.versus)}")]
        about = [run(inputs.outcomes[row.outcome].label), run(f" {CONTRASTS[row.contrast].lower()}, {KINDS[row.kind]}", "small")]
        cohorts, people = (f"{count(a)} : {count(b)}" for a, b in ((row.k_a, row.k_b), (row.n_a, row.n_b)))
        between = "" if missing(row.Q_between) else f"{row.Q_between:.2f} ({row.Q_between_df:.0f}), {p_words(row.Q_between_p)}"
        decides = "yes" if row.decides == "yes" else f"no: {row.note}"
        made.append([against, about, cohorts, people, [run(difference(row), "bold")], p_words(row.p), between, decides])
    note = (
        "A ratio of ratios above 1: the ratio of follow-up to baseline is larger in the condition. Contrasts between studies "
        "compare people who differ in more than the condition."
    )
    return [table("Contrasts between strata", columns, made, note=note, size=7.2)]


def without(inputs, found):
    """Table of the contrasts that cannot be had, by reason; conditions that lack the same share a line."""
    made = []
    for note, those in by(found, lambda row: row.note).items():
        made.append(group(sentence(true_minus(note))))
        lacking = {}
        for (condition, versus), own in by(those, lambda row: (row.condition, row.versus)).items():
            outcomes = listed(dict.fromkeys(inputs.outcomes[row.outcome].label for row in own))
            lacking.setdefault((versus, outcomes), []).append(side(inputs, condition))
        made += [["; ".join(names), side(inputs, versus), outcomes] for (versus, outcomes), names in lacking.items()]
    columns = [column("Condition", 46), column("Against", 38), column("Outcomes", "1fr")]
    return [table("Contrasts that a claim needs and no data allow", columns, made, size=7.2)] if made else []
