"""Page one: question, answer, summary of findings, limits."""

import math

from evidence.document.blocks import (
    CONTRASTS,
    as_cell,
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
    table,
    unit_words,
)  # fmt: skip
from evidence.stages.report.sections.certainty import word
from evidence.stages.verdicts.mentions import best
from evidence.vocabulary import ACTIVE, HEADLINE
from evidence.words.measures import measure_of

NOTHING = "No study can be weighted."
ELSEWHERE = "No study of the outcomes in the summary of findings can be weighted; studies of other outcomes can."


def front(inputs, prose):
    """Blocks of the first page."""
    question = {"kind": "question", "label": "Question", "runs": [run(inputs.config.question)]}
    answer = {"kind": "answer", "label": "Answer", "paragraphs": prose.paragraphs("answer") or [[run(none_words(inputs))]]}
    limits = {"kind": "limits", "label": "Limits of the evidence", "items": prose.items("limits")}
    counts = prose.names.counts
    date = inputs.config.date
    line = (
        f"Living meta-analysis \N{MIDDLE DOT} evidence as of {date.day} {date:%B %Y} \N{MIDDLE DOT} "
        f"{plural(counts['reports'], 'report')} \N{MIDDLE DOT} {plural(counts['effects'], 'effect')}, "
        f"{counts['headline_effects']} of them weighted"
    )
    return {"line": line, "blocks": [question, answer, findings(inputs, prose), limits]}


def none_words(inputs):
    """What stands where the summary of findings has no pool."""
    return ELSEWHERE if any(row.analysis == HEADLINE for row in inputs.pool.values()) else NOTHING


def findings(inputs, prose):
    """Summary of findings: the headline outcomes by contrast."""
    scale = drawn_scale(inputs)
    columns = [
        column("Outcome", "1fr"),
        column("Studies", align="right"),
        column("People", align="right"),
        *([column("", align="center") | {"axis": axis(scale)}] if scale else []),
        column(f"Effect ({interval_name(inputs)})", align="right"),
        column("Prediction interval", 22, "right"),
        column("I² (tau²)", align="right"),
        column("Not weighted", 12, "right"),
        *([column("Certainty", 13)] if inputs.certainty_of else []),
    ]
    rows = []
    # A comparison with another active treatment answers another question: it stands with its outcome.
    for contrast, title in ((name, words) for name, words in CONTRASTS.items() if name != ACTIVE):
        own, empty = [], []
        for outcome in inputs.shown_outcomes:
            weighted, shown, stated = best(inputs.mentions_of.get((outcome, contrast), []))
            row = inputs.pool.get(f"{outcome}.{contrast}.all.headline")
            if row is not None:
                own.append(finding(inputs, row, shown + stated, scale))
            elif weighted + shown + stated:
                empty.append((outcome, weighted + shown + stated))
        rows += [group(title)] if own or empty else []
        rows += own + ([nothing(inputs, empty, len(columns))] if empty else [])
    rows = rows or [[cell(none_words(inputs), span=len(columns))]]
    return table("Summary of findings", columns, rows, note=prose.runs("findings"), size=7.6, inset=2, rise=2.2)


def interval_name(inputs):
    return f"{100 * inputs.config.level:g}% interval"


def drawn_scale(inputs):
    """The scale of the small intervals: percent changes where there are any, else ratios, else none."""
    headline = [row for row in inputs.pool.values() if row.outcome in inputs.shown_outcomes and row.id.endswith(".all.headline")]
    scales = {measure_of(row.measure).scale for row in headline}
    return next((scale for scale in TICKS if scale in scales), "")


def finding(inputs, row, others, scale):
    """Row of one pool of all groups."""
    about = inputs.outcomes[row.outcome]
    unit = unit_words(row.measure, row.effect_unit, about.label)
    name = [run(about.label, to=f"outcome-{row.outcome}"), *([run(f" {unit}", "small")] if unit else [])]
    effect = [run(effect_words(row), "bold")]
    before, after = [name, count(row.k), people(row)], [effect, spread(row), heterogeneity(row), str(others)]
    after += [word(inputs, row.id)] if inputs.certainty_of else []
    return [as_cell(one) | {"vertical": "horizon"} for one in (*before, *([drawn(row, scale)] if scale else []), *after)]


def nothing(inputs, empty, width):
    """One row for the outcomes that no study can be weighted for, with the number of studies."""
    names = [run("No study can be weighted: ", "small")]
    for place, (outcome, others) in enumerate(empty):
        names += [run("; ")] if place else []
        names += [
            run(inputs.outcomes[outcome].label, to=f"outcome-{outcome}"),
            run(f" ({plural(others, 'study', 'studies')})", "small"),
        ]
    return [cell(names, span=width)]


LOW, HIGH = math.log(1 / 4), math.log(8)
TICKS = {
    "ratio": ((1 / 2, "\N{MINUS SIGN}50%"), (1, "0"), (2, ""), (4, "+300%")),
    "factor": ((1 / 2, "0.5"), (1, "1"), (2, "2"), (4, "4")),
}


def place(value):
    """Share of the way along the small axis."""
    return round((min(max(value, LOW), HIGH) - LOW) / (HIGH - LOW), 4)


def axis(scale):
    """Ticks of the small axis."""
    return [{"at": place(math.log(ratio)), "words": words} for ratio, words in TICKS[scale]]


def drawn(row, scale):
    """An effect as a small interval on a log axis from a quarter to eightfold; nothing for other scales."""
    if measure_of(row.measure).scale != scale:
        return cell("")
    plot = {
        "estimate": place(row.estimate),
        "low": place(row.ci_low),
        "high": place(row.ci_high),
        "null": place(0.0),
        "ticks": [place(math.log(ratio)) for ratio, _ in TICKS[scale]],
        "beyond": [bool(row.ci_low < LOW), bool(row.ci_high > HIGH)],
    }
    return cell("", plot=plot, align="center")


def people(row):
    words = count(row.n)
    return [run(words.replace(" ", "\N{NO-BREAK SPACE}"), "tiny")] if not words[0].isdigit() else words


def spread(row):
    """Prediction interval, or why there is none."""
    few = {1: "single study", 2: "two studies"}
    return [run(few[row.k], "small")] if row.k in few else prediction_words(row)


def heterogeneity(row):
    return "" if row.k == 1 else [run(percent(row.I2)), run(f" ({decimal(row.tau2, 2)})", "small")]
