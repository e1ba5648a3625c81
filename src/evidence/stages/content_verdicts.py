"""Verdicts on the claims, and the certainty of the pools."""

from evidence.stages.content_inputs import rows
from evidence.stages.content_words import cell, column, listed, missing, run, table, true_minus, words_of

FILL = {"supported": 3, "contradicted": 4, "mixed": 2, "untested": 0}


def verdicts(inputs, prose):
    """One row per claim: the claim, the verdict, how certain it is, and the sentence made from its numbers."""
    if inputs.verdicts is None or not len(inputs.verdicts):
        return []
    columns = [column("Claim", "1.4fr"), column("Verdict", 22, "center"), column("Certainty", 18), column("Why", "2.2fr")]
    made = [
        [
            [run(f"{row.claim_id} ", "bold"), run(true_minus(row.claim))],
            cell(words_of(row.verdict), align="center", fill=FILL.get(row.verdict, 0), vertical="horizon"),
            "" if missing(row.certainty) else row.certainty,
            true_minus(row.sentence),
        ]
        for row in rows(inputs.verdicts)
    ]
    return [table("Verdicts on the claims of the article", columns, made, note=rule(inputs.config), size=7)]


def rule(config):
    """The rule that decides, from the plan."""
    contrasts = listed(words_of(name) for name in config.deciding)
    return (
        f"Decided by the headline pool of the condition, the first contrast that has one: {contrasts}. An interval without no effect, "
        f"on the claimed side, supports; on the other side, or within {1 / config.negligible_ratio:.2f} to "
        f"{config.negligible_ratio:.2f} as a ratio, contradicts. A claim that a condition changes the effect is decided by a contrast "
        f"between strata alone, with {config.contrast_cohorts} or more cohorts between studies; without one it is untested."
    )
