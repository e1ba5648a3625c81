"""Page one: question, answer, summary of findings, limits."""

import math

from evidence.stages.content_inputs import best
from evidence.stages.content_words import (
    CONTRASTS,
    cell,
    column,
    count,
    decimal,
    effect_words,
    group,
    percent,
    plural,
    prediction_words,
    run,
    scale_of,
    table,
    unit_words,
)



def front(inputs, prose):
    """Blocks of the first page."""
    question = {"kind": "question", "label": "Question", "runs": [run(inputs.config.question)]}
    answer = {"kind": "answer", "label": "Answer", "paragraphs": prose.paragraphs("answer")}
    limits = {"kind": "limits", "label": "Limits of the evidence", "items": prose.items("limits")}
    counts = prose.names.counts
    line = (
        f"Living meta-analysis \N{MIDDLE DOT} evidence as of {inputs.config.date:%-d %B %Y} \N{MIDDLE DOT} "
        f"{plural(counts['reports'], 'report')} \N{MIDDLE DOT} {plural(counts['effects'], 'effect')}, "
        f"{counts['headline_effects']} of them weighted"
    )
    return {"line": line, "blocks": [question, answer, findings(inputs, prose), limits]}


def findings(inputs, prose):
    """Summary of findings: the headline outcomes by contrast."""
    columns = [
        column("Outcome", "1fr"),
        column("Studies", align="right"),
        column("People", align="right"),
        column("", "auto", "center") | {"axis": [{"at": place(math.log(ratio)), "words": words} for ratio, words in TICKS]},
        column(f"Effect ({interval_name(inputs)})", align="right"),
        column("Prediction interval", 22, "right"),
        column("I² (tau²)", align="right"),
        column("Not weighted", 13, "right"),
    ]
    rows = []
    for contrast, title in CONTRASTS.items():
        found = [(outcome, best(inputs.mentions_of.get((outcome, contrast), []))) for outcome in inputs.shown_outcomes]
        found = [(outcome, shown + stated, inputs.pool.get(f"{outcome}.{contrast}.all.headline"))
                 for outcome, (weighted, shown, stated) in found if weighted + shown + stated]  # fmt: skip
        own = [finding(inputs, row, others) for _, others, row in found if row is not None]
        empty = [(outcome, others) for outcome, others, row in found if row is None]
        rows += [group(title)] if found else []
        rows += own + ([nothing(inputs, empty, len(columns))] if empty else [])
    return table("Summary of findings", columns, rows, note=prose.runs("findings"), size=7.8)


def interval_name(inputs):
    return f"{100 * inputs.config.level:g}% interval"


def finding(inputs, row, others):
    """Row of one pool of all groups."""
    about = inputs.outcomes[row.outcome]
    unit = unit_words(row.measure, row.effect_unit, about.label)
    name = [run(about.label, to=f"outcome-{row.outcome}"), *([run(f" {unit}", "small")] if unit else [])]
    effect = [run(effect_words(row), "bold")]
    cells = [name, count(row.k), people(row), drawn(row), effect, spread(row), heterogeneity(row), str(others)]
    return [one if "runs" in one else cell(one, vertical="horizon") for one in cells]


def nothing(inputs, empty, width):
    """One row for the outcomes that no study can be weighted for, with the number of studies."""
    names = [run("No study can be weighted: ", "small")]
    for place, (outcome, others) in enumerate(empty):
        names += [run("; ")] if place else []
        names += [run(inputs.outcomes[outcome].label, to=f"outcome-{outcome}"), run(f" ({plural(others, 'study', 'studies')})", "small")]
    return [cell(names, span=width)]


LOW, HIGH = math.log(1 / 4), math.log(8)
TICKS = ((1 / 2, "\N{MINUS SIGN}50%"), (1, "0"), (2, ""), (4, "+300%"))


def place(value):
    """Share of the way along the small axis."""
    return round((min(max(value, LOW), HIGH) - LOW) / (HIGH - LOW), 4)


def drawn(row):
    """A ratio of means as a small interval on a log axis from −75% to +700%, nothing for other scales."""
    if scale_of(row.measure) != "ratio":
        return cell("")

    plot = {
        "estimate": place(row.estimate), "low": place(row.ci_low), "high": place(row.ci_high), "null": place(0.0),
        "ticks": [place(math.log(ratio)) for ratio, _ in TICKS], "beyond": [bool(row.ci_low < LOW), bool(row.ci_high > HIGH)],
    }  # fmt: skip
    return cell("", plot=plot, vertical="horizon", align="center")


def people(row):
    words = count(row.n)
    return [run(words.replace(" ", "\N{NO-BREAK SPACE}"), "tiny")] if not words[0].isdigit() else words


def spread(row):
    """Prediction interval, or why there is none."""
    few = {1: "single study", 2: "two studies"}
    return [run(few[row.k], "small")] if row.k in few else prediction_words(row)


def heterogeneity(row):
    return "" if row.k == 1 else [run(percent(row.I2)), run(f" ({decimal(row.tau2, 2)})", "small")]
