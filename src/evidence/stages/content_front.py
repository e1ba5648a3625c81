"""Page one: question, answer, summary of findings, limits."""

from evidence.stages.content_words import (
    CONTRASTS,
    column,
    count,
    decimal,
    effect_words,
    group,
    percent,
    prediction_words,
    run,
    table,
    unit_words,
)

CHANGE = {"ROM": "Change", "PLO": "Share", "OR": "Odds ratio"}


def front(inputs, prose):
    """Blocks of the first page."""
    question = {"kind": "question", "label": "Question", "runs": [run(inputs.config.question)]}
    answer = {"kind": "answer", "label": "Answer", "paragraphs": prose.paragraphs("answer")}
    limits = {"kind": "limits", "label": "Limits of the evidence", "items": prose.items("limits")}
    return {"blocks": [question, answer, findings(inputs, prose), limits]}


def findings(inputs, prose):
    """Summary of findings: the headline outcomes by contrast."""
    columns = [
        column("Outcome", "1fr"),
        column("Studies", align="right"),
        column("People", align="right"),
        column(f"Effect ({interval_name(inputs)})", align="right"),
        column("Prediction interval", align="right"),
        column("I² (tau²)", align="right"),
        column("Not weighted", align="right"),
    ]
    rows = []
    for contrast, title in CONTRASTS.items():
        own = [row for outcome in inputs.shown_outcomes for row in finding(inputs, outcome, contrast)]
        rows += [group(title), *own] if own else []
    return table("Summary of findings", columns, rows, note=prose.runs("findings"), size=7.8)


def interval_name(inputs):
    return f"{100 * inputs.config.level:g}% interval"


def finding(inputs, outcome, contrast):
    """Rows of one outcome and contrast: one a measure, none where no study speaks of it."""
    mentions = inputs.mentions
    weighted, shown, stated = inputs.best(mentions[(mentions["outcome"] == outcome) & (mentions["contrast"] == contrast)])
    if not weighted + shown + stated:
        return []
    row = inputs.pool.get(f"{outcome}.{contrast}.all.headline")
    about = inputs.outcomes[outcome]
    name = run(about.label, to=f"outcome-{outcome}")
    others = str(shown + stated) if shown + stated else "0"
    if row is None:
        return [[[name], "0", "", [run("no study can be weighted", "small")], "", "", others]]
    unit = unit_words(row.measure, row.effect_unit)
    names = [name, run(f" {unit}", "small")] if unit else [name]
    return [[names, count(row.k), people(row), [run(effect_words(row), "bold")], spread(row), heterogeneity(row), others]]


def people(row):
    words = count(row.n)
    return [run(words, "small")] if not words[0].isdigit() else words


def spread(row):
    """Prediction interval, or why there is none."""
    few = {1: "single study", 2: "two studies"}
    return [run(few[row.k], "small")] if row.k in few else prediction_words(row)


def heterogeneity(row):
    return "" if row.k == 1 else [run(percent(row.I2)), run(f" ({decimal(row.tau2, 2)})", "small")]
