"""Certainty of the pools: the word on page one, the profile over all outcomes, the steps of one outcome."""

from evidence.document.blocks import CONTRASTS, DASH, as_cell, column, count, group, run, sentence, table, true_minus, words_of
from evidence.stages.verdicts.certainty import NOT_RATED
from evidence.words.scales import signed

DOMAINS = {
    "risk_of_bias": 14.5, "inconsistency": 17.5, "indirectness": 16, "imprecision": 15.5, "missing_results": 13, "large_effect": 14,
}  # fmt: skip
NOT_RATED_NOTE = "GRADE has no guidance for it, so its parts stand with the outcome as facts"
JUDGED = "a level set by an analyst in place of the rule’s (judgements.csv)"


def pool_id(outcome, contrast):
    """Id of the headline pool of all groups."""
    return f"{outcome}.{contrast}.all.headline"


def word(inputs, pool):
    """Certainty of a pool, marked where an analyst replaced a step; empty where it was not judged."""
    row = inputs.certainty_of.get(pool)
    if row is None:
        return ""
    mark = [run("*", "bold")] if row.overridden == "yes" else []
    return [run(row.certainty.replace(" ", "\N{NO-BREAK SPACE}")), *mark]


def levels(number):
    """Levels moved: −1, +1, or a dot for none."""
    return signed(number, 0) if number else "\N{MIDDLE DOT}"


def profile(inputs, prose):
    """Evidence profile: the headline pools of all groups, with the levels that each domain moved."""
    columns = [
        column("Outcome", "1fr"), column("Studies", align="right"), column("People", align="right"), column("Start"),
        *(column(sentence(words_of(name)), width, "center") for name, width in DOMAINS.items()), column("Certainty", 14),
    ]  # fmt: skip
    made = []
    for contrast, title in CONTRASTS.items():
        found = [(name, inputs.certainty_of.get(pool_id(name, contrast))) for name in inputs.shown_outcomes]
        own = [profile_row(inputs, name, row) for name, row in found if row is not None]
        made += [group(title, repeat=True), *own] if own else []
    if not made:
        return []
    note = f"Levels down or up by domain. The reason of each stands with the outcome. *: {JUDGED}."
    note += f" Not rated: {NOT_RATED_NOTE}." if any(row.certainty == NOT_RATED for row in inputs.certainty_of.values()) else ""
    return [table("Certainty of the evidence by GRADE, pools of all groups", columns, made, note=note, size=7.2, inset=2)]


def profile_row(inputs, outcome, row):
    name = [run(inputs.outcomes[outcome].label, to=f"outcome-{outcome}")]
    moved = [levels(getattr(row, domain)) for domain in DOMAINS]
    certainty = as_cell([run(piece["text"], "bold") for piece in word(inputs, row.pool)])
    return [name, count(row.k), count(row.n), row.start or DASH, *moved, certainty]


def steps(inputs, outcome):
    """Table of the steps to the certainty of an outcome, contrast by contrast, with the reason of each."""
    made, judged = [], False
    for contrast, title in CONTRASTS.items():
        own = inputs.steps_of.get(pool_id(outcome, contrast), [])
        if own:
            certainty = inputs.certainty_of[pool_id(outcome, contrast)]
            made += [group(f"{title}: {certainty.certainty}"), *step_rows(own, certainty.start)]
            judged |= any(row.by == "judgement" for row in own)
    if not made:
        return []
    columns = [column("Step", 30), column("Levels", 12, "center"), column("Reason", "1fr")]
    note = f"Judged: {JUDGED}." if judged else ""
    return [table(f"{inputs.outcomes[outcome].label}: steps to the certainty", columns, made, note=note, size=7.2)]


def step_rows(own, start):
    """The start, each step that moved a level or was judged, then what moved none in one row; of a pool not rated, its facts."""
    if not start:
        return [["Not rated" if row.domain == "start" else sentence(words_of(row.domain)), DASH, reason(row)] for row in own]
    first = [["Start", start, reason(row)] for row in own if row.domain == "start"]
    steps = [row for row in own if row.domain != "start"]
    moved = [row for row in steps if row.levels or row.by == "judgement"]
    still = [row for row in steps if not row.levels and row.by != "judgement"]
    made = [[sentence(words_of(row.domain)), levels(row.levels), reason(row)] for row in moved]
    if still:
        named = [piece for row in still for piece in (run(f"{words_of(row.domain)}: ", "italic"), *reason(row), run("; "))]
        made.append(["No level for", levels(0), named[:-1]])
    return [*first, *made]


def reason(row):
    """A reason, with the mark of an analyst's judgement."""
    mark = [run("Judged: ", "bold")] if row.by == "judgement" else []
    return [*mark, run(true_minus(row.reason))]
