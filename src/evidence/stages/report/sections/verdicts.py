"""Verdicts on the claims."""

from evidence.document.blocks import cell, column, missing, run, table, true_minus, words_of
from evidence.stages.report.sections.citations import to_correct

FILL = {"supported": 3, "contradicted": 4, "mixed": 2, "untested": 0}


def verdicts(inputs, prose):
    """One row per claim: the claim, the verdict, how certain it is, and the sentence made from its numbers."""
    caption = "Verdicts on the claims" + (" of the article" if len(inputs.tables.article_citations) else "")
    columns = [column("Claim", "1.2fr"), column("Verdict", 21, "center"), column("Certainty", 14), column("Why", "2.5fr")]
    made = [
        [
            [run(f"{row.claim_id} ", "bold"), run(true_minus(row.claim))],
            cell([run(words_of(row.verdict)), *tested(row)], align="center", fill=FILL.get(row.verdict, 0), vertical="horizon"),
            "" if missing(row.certainty) else row.certainty,
            [run(true_minus(row.sentence)), *to_correct(inputs, row.cites, inputs.citations)],
        ]
        for row in inputs.rows_of("verdicts")
    ]
    return [table(caption, columns, made, size=7)] if made else []


def tested(row):
    """How many of the outcomes of a claim its verdict rests on, where not all could be tested."""
    done, left = (len([name for name in names.split(";") if name]) for names in (row.outcomes_tested, row.outcomes_untested))
    return [run(f" on {done} of {done + left} outcomes", "tiny")] if done and left else []
