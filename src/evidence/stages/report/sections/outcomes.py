"""Results by outcome: forest plots, pools by stratum, sensitivity."""

from evidence.document.blocks import (
    CONTRASTS,
    DASH,
    bullets,
    column,
    count,
    decimal,
    effect_words,
    group,
    heading,
    listed,
    missing,
    percent,
    run,
    sentence,
    table,
    unit_words,
)  # fmt: skip
from evidence.stages.pools.analyses import analyses
from evidence.stages.pools.strata import stratum_order
from evidence.stages.report.figures import drawings
from evidence.stages.report.inputs import by
from evidence.stages.report.names import NOTHING, studies
from evidence.stages.report.sections import missing as content_missing
from evidence.stages.report.sections import robustness as content_robust
from evidence.stages.report.sections.asymmetry import many
from evidence.stages.report.sections.certainty import steps, word
from evidence.stages.report.sections.front import heterogeneity, interval_name, people, spread
from evidence.stages.report.sections.not_weighted import not_weighted
from evidence.stages.verdicts.sensitivity import BAYES
from evidence.vocabulary import ACTIVE, ALL, HEADLINE
from evidence.words.measures import result
from evidence.words.sentences import p_words
from evidence.words.subgroups import SUBGROUPS, set_words, tests_in_words

ROOM = 90
KINDS = {
    "studies": "Other studies",
    "correlation": "Correlation assumed within people",
    "estimator": "Estimator of the variance between studies",
    "test": "Test and interval",
    "rare events": "Rare events: double zeros in, and pools of the 2x2 tables as they are",
    "scale": "Scale of the effect",
}
BEYOND = {"leave one out": "Leave one out: the lowest, the highest and those that flip"}


def outcomes(inputs, prose):
    """Blocks of every headline outcome that any study speaks of, then the other outcomes."""
    blocks = []
    for outcome in inputs.shown_outcomes:
        made = of_outcome(inputs, outcome)
        if made:
            need = ROOM if blocks else 0
            blocks += [heading(inputs.outcomes[outcome].label, f"outcome-{outcome}") | {"need": need}]
            blocks += [*prose.blocks(f"outcome-{outcome}"), *made]
    return blocks + others(inputs)


def of_outcome(inputs, outcome):
    """Blocks of one outcome, comparison by comparison, after a sentence on each."""
    blocks, sentences = [], []
    for contrast in CONTRASTS:
        pools = inputs.pools_of.get((outcome, contrast), [])
        drawn = drawings(inputs, kind="forest", outcome=outcome, contrast=contrast)
        made = [
            *strata(inputs, outcome, contrast, pools, bool(drawn)),
            *drawn,
            *drawings(inputs, any(one["floats"] for one in drawn), kind="sensitivity", outcome=outcome, contrast=contrast),
            *sensitivity(inputs, outcome, contrast, pools),
            *many(inputs, outcome, contrast),
            *content_missing.words(inputs, outcome, contrast),
            *not_weighted(inputs, outcome, contrast),
        ]
        if made:
            about = run(f"{CONTRASTS[contrast]}: ", "bold")
            sentences.append([about, run(summary(inputs, outcome, contrast)), *certain(inputs, outcome, contrast)])
        blocks += made
    sentences += content_robust.flips(inputs, outcome)
    return [bullets(sentences), *blocks, *steps(inputs, outcome)] if blocks else []


def certain(inputs, outcome, contrast):
    """The certainty after the sentence on a pool."""
    words = word(inputs, f"{outcome}.{contrast}.all.headline")
    return [run(" Certainty: "), *words, run(".")] if words else []


def summary(inputs, outcome, contrast):
    """One sentence on a pool of all groups, or on each pool of comparisons with one active agent."""
    pools = inputs.whole_pools(outcome, contrast)
    if not pools:
        return f"{NOTHING}."
    sentences = [of_pool(inputs, outcome, row) for row in pools]
    return (
        sentences[0]
        if contrast != ACTIVE
        else " ".join(f"{inputs.stratum_label(row.stratum)}: {words}" for row, words in zip(pools, sentences, strict=True))
    )


def of_pool(inputs, outcome, row):
    """One sentence on a pool."""
    posterior = beside_pair(inputs, row)
    bayesian = f"; Bayesian {effect_words(posterior)}" if posterior else ""
    return f"{result(row, inputs.config.level, inputs.outcomes[outcome])}; {studies(row)}{bayesian}."


def beside_pair(inputs, row):
    """The Bayesian row beside a pool of two studies, whose interval rests on one degree of freedom; else None."""
    found = [one for one in inputs.sensitivity_of.get(row.id, []) if one.analysis == BAYES]
    return found[0] if found and row.k == 2 else None


def merged(inputs, pools):
    """Headline pools with the labels of all strata that hold the same cohorts."""
    rank, same = stratum_order(inputs.condition_labels), {}
    for row in sorted(pools, key=lambda row: rank(row.stratum)):
        inside = [member.effect_ids for member in inputs.members_of[row.id] if not member.left_out]
        same.setdefault(tuple(sorted(inside)), []).append(row)
    for rows in same.values():
        yield [inputs.stratum_label(row.stratum) for row in rows], rows[0]


def strata(inputs, outcome, contrast, pools, drawn):
    """Table of the headline pools by stratum; none for a single study that is drawn already."""
    pools = [row for row in pools if row.analysis == HEADLINE]
    if not pools:
        return []
    unit = unit_words(pools[0].measure, pools[0].effect_unit)
    columns = [
        column("Stratum", "1fr"),
        column("Studies", align="right"),
        column("People", align="right"),
        column(f"Effect ({interval_name(inputs)})", align="right"),
        column("Prediction interval", align="right"),
        column(f"tau² ({interval_name(inputs)})", align="right"),
        column("I²", align="right"),
        column("Q (df), p", align="right"),
    ]
    rows = []
    lines = list(merged(inputs, pools))
    for labels, row in lines:
        name = [run(" \N{MIDDLE DOT} ".join(labels), "bold" if row.stratum == "all" else "")]
        found = [count(row.k), people(row), effect_words(row), spread(row)]
        rows.append([name, *found, tau2(row), percent(row.I2), q_test(row)])
        rows += bayesian_row(inputs, row)
    if drawn and len(rows) == 1 and pools[0].k == 1:
        return []
    caption = f"{inputs.outcome_title(outcome, contrast)}: pools by stratum{f' ({unit})' if unit else ''}"
    notes = ["Strata with exactly the same studies share a line."] if len(lines) < len(pools) else []
    return [table(caption, columns, rows, note=" ".join([*notes, *between_strata(inputs, outcome, contrast)]))]


def between_strata(inputs, outcome, contrast):
    """Sentences on the tests between strata, and on the sets that cannot be tested."""
    rows = inputs.subgroups_of.get((outcome, contrast), [])
    tests = tests_in_words(rows, inputs.condition_labels)
    untested = [set_words(row, inputs.condition_labels) for row in rows if missing(row.Q_between)]
    said = [f"{SUBGROUPS}. {' '.join(tests)}"] if tests else []
    return said + ([f"Not tested, for the reasons in subgroups.csv: {listed(untested)}."] if untested else [])


def bayesian_row(inputs, row):
    """Line below a pool of two studies: the Bayesian interval beside the one with one degree of freedom."""
    posterior = beside_pair(inputs, row)
    if posterior is None:
        return []
    return [[[run("two studies: Bayesian interval", "small")], "", "", effect_words(posterior), "", decimal(posterior.tau2, 2), "", ""]]


def tau2(row):
    tau2, low, high = (decimal(value, 2) for value in (row.tau2, row.tau2_low, row.tau2_high))
    return DASH if row.k == 1 else f"{tau2} ({low} to {high})"


def q_test(row):
    return DASH if row.k == 1 else f"{row.Q:.2f} ({row.Q_df:.0f}), {p_words(row.Q_p)}"


def same_numbers(row, headline):
    """Whether an analysis prints what the headline prints."""
    return headline is not None and printed(row) == printed(headline)


def printed(row):
    """What is printed of a pool, on the analysis scale where the readable one has no room for it."""
    return row.k, effect_words(row), decimal(row.pi_low), decimal(row.pi_high), decimal(row.tau2)


def sensitivity(inputs, outcome, contrast, pools):
    """Table of the other analyses of all groups; those that print the same are named below it."""
    by_analysis = {row.analysis: row for row in pools if row.stratum == "all"}
    headline, rows, same = by_analysis.get(HEADLINE), [], []
    turned = content_robust.turned(inputs, f"{outcome}.{contrast}.all.headline")
    if headline is not None:
        rows.append(analysis_row(headline, "Headline", "bold"))
    kind = ""
    for name, plan in analyses(inputs.config).items():
        row = by_analysis.get(name)
        if row is None or name == HEADLINE:
            continue
        if same_numbers(row, headline):
            same.append(plan.label)
            continue
        if plan.kind != kind:
            rows.append(group(KINDS.get(plan.kind, plan.kind)))
            kind = plan.kind
        rows.append(analysis_row(row, plan.label, flips=name in turned))
    rows += beyond_pools(inputs, f"{outcome}.{contrast}.all.headline")
    if len(rows) < 2:
        return []
    columns = pool_columns(inputs, "Analysis of all groups")
    note = f"Same numbers as the headline: {', '.join(same)}." if same else ""
    caption = f"{inputs.outcome_title(outcome, contrast)}: sensitivity analyses"
    return [table(caption, columns, rows, note=note)]


def beyond_pools(inputs, pool):
    """Rows of the analyses that only the stage verdicts makes, such as leaving one study out."""
    made = []
    for kind, rows in by(content_robust.beyond_pools(inputs, pool, KINDS), lambda row: row.kind).items():
        made.append(group(BEYOND.get(kind, sentence(kind))))
        made += [analysis_row(row, row.label, flips=row.flips == "yes") for row in rows]
    return made


def pool_columns(inputs, title):
    """Columns of a table of pools."""
    return [
        column(title, "1fr"),
        column("Studies", align="right"),
        column("People", align="right"),
        column(f"Effect ({interval_name(inputs)})", align="right"),
        column("Prediction interval", align="right"),
        column("I² (tau²)", align="right"),
    ]


def analysis_row(row, label, style="", flips=False):
    """One analysis; it says so where its conclusion is not the headline's."""
    unit = unit_words(row.measure, row.effect_unit)
    name = [run(label, style), *([run(f" {unit}", "small")] if unit else [])]
    name += [run(" \N{EN DASH} flips", "bold")] if flips else []
    wide = spread(row) if hasattr(row, "pi_low") else ""
    return [name, count(row.k), people(row), [run(effect_words(row), style)], wide, heterogeneity(row)]


def of_whom(inputs, row):
    """The outcome of a pool, and the agent compared with where it is one of several."""
    label = inputs.outcomes[row.outcome].label
    return label if row.stratum == ALL else f"{label}, {inputs.stratum_label(row.stratum).lower()}"


def others(inputs):
    """Table of the pools of outcomes outside the summary of findings."""
    rows = []
    for contrast, title in CONTRASTS.items():
        pools = [row for name in inputs.outcomes if name not in inputs.shown_outcomes for row in inputs.whole_pools(name, contrast)]
        rows += [group(title)] if pools else []
        rows += [analysis_row(row, of_whom(inputs, row)) for row in pools]
    if not rows:
        return []
    title = heading("Other outcomes", "other-outcomes") | {"need": 60}
    caption = "Outcomes outside the summary of findings: pools of all groups"
    return [title, table(caption, pool_columns(inputs, "Outcome"), rows)]
