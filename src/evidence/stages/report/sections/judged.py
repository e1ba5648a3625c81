"""What was judged, doubted, computed again and compared: bias, flags, opinion, reviews."""

from evidence.document.blocks import CONTRASTS, column, count, decimal, listed, missing, run, table, text, true_minus, words_of
from evidence.stages.report.inputs import by, rows
from evidence.store.appraisal_tools import OVERALL, tools
from evidence.words.scales import MINUS
from evidence.words.sentences import templates


def in_order(inputs, items):
    """Rows by study, in the order of the references."""
    own = by(items, lambda row: row.study_id)
    return [(study_id, own[study_id]) for study_id in sorted(own, key=inputs.references.get)]


def reasons(inputs):
    """Table of the judgements: one row per study, each judgement with its reason."""
    words = templates(inputs.tables.folder, "verdicts")["bias_plot"]
    judged, lines = rows(inputs.tables.risk_of_bias), []
    for study_id, own in in_order(inputs, judged):
        reasons = []
        for row in own:
            domain = tools()[row.tool].labels.get(row.domain, words[OVERALL])
            reasons.append(run(f"{domain}: {words['judgements'][row.judgement].lower()}. ", "bold"))
            reasons.append(run(f"{true_minus(row.support)} "))
        basis = listed(words_of(name) for name in sorted({row.basis for row in own}))
        lines.append([inputs.cited(study_id), basis, reasons])
    columns = [column("Study", 32), column("Judged from", 18), column("Judgements and their reasons", "1fr")]
    return [table("Reasons for the judgements", columns, lines, size=7)] if lines else []


def flags(inputs, prose):
    """Every doubt about a row of the data, those that take it out of the headline first."""
    doubts = sorted(rows(inputs.tables.flags), key=lambda row: (row.blocks != "yes", row.file, row.line, row.column))
    columns = [
        column("Where", 33),
        column("Study", 32),
        column("What is doubted", "1fr"),
        column("Headline", align="center"),
    ]
    made = []
    for row in doubts:
        where = [run(f"{row.file.rpartition('/')[2]}:{row.line} {row.column}", "code")]
        about = inputs.cited(row.study_id) if row.study_id in inputs.references else ""
        if about and row.outcome in inputs.outcomes:
            about = [*about, run("\n"), run(inputs.outcomes[row.outcome].label, "small")]
        made.append([where, about, true_minus(row.what), "left out" if row.blocks == "yes" else "stays"])
    return [table("Doubts about the data", columns, made, size=7)] if made else []


def opinion(inputs, prose):
    """Headline pools computed again by other programs."""
    compared = rows(inputs.opinion)
    if not compared:
        return []
    engines = list(dict.fromkeys((row.engine, row.method) for row in compared))
    columns = [column("Pool", "1fr"), column("Studies", align="right")]
    for engine, method in engines:
        columns += [column(f"{method}, ours", align="right"), column(f"{method}, {engine}", align="right")]
    columns += [column("Difference", align="right"), column("Agrees", align="center")]
    by_pool = by(compared, lambda row: row.pool)
    same = by(by_pool, lambda pool: (inputs.pool[pool].outcome, inputs.pool[pool].contrast, figures(by_pool[pool])))
    made = [opinion_row(inputs, pools, by_pool[pools[0]], engines) for pools in same.values()]
    wrong = len({row.pool for row in compared if row.agrees != "yes"})
    largest = tiny(max(row.difference for row in compared))
    said = [
        run("Largest difference: "),
        *largest,
        run(f". Pools beyond the tolerance: {wrong} of {len(by_pool)}."),
    ]
    note = (
        "Estimates on the analysis scale. Difference: the largest of estimate, standard error and tau², "
        "in standard errors; tau² in units of tau² plus the mean sampling variance."
    )
    return [text(said), table("Headline pools computed again", columns, made, size=7, note=note)]


def figures(own):
    """All numbers of one pool."""
    return tuple((row.engine, row.quantity, row.ours, row.theirs) for row in own)


def opinion_row(inputs, pools, own, engines):
    """Pools of the same studies: the estimates of all programs, the largest difference of any quantity."""
    row = inputs.pool[pools[0]]
    strata = " \N{MIDDLE DOT} ".join(inputs.stratum_label(inputs.pool[pool].stratum) for pool in pools)
    label = f"{inputs.outcomes[row.outcome].label}, {CONTRASTS[row.contrast].lower()}"
    estimates = {(one.engine, one.method): one for one in own if one.quantity == "estimate"}
    numbers = []
    for engine in engines:
        found = estimates.get(engine)
        numbers += [true_minus(f"{found.ours:.6f}"), true_minus(f"{found.theirs:.6f}")] if found else ["", ""]
    agrees = all(one.agrees == "yes" for one in own)
    verdict = run("yes") if agrees else run("no", "bold")
    name = [run(label), run(f" {strata}", "small")]
    return [name, count(row.k), *numbers, tiny(max(one.difference for one in own)), [verdict]]


def tiny(gap):
    """A small difference as the power of ten that it stays below."""
    power = next((power for power in range(9, 3, -1) if gap < 10**-power), None)
    return [run(decimal(gap))] if power is None else [run("< 10"), run(f"{MINUS}{power}", "raised")]


def reviews(inputs, prose):
    """What earlier reviews pooled, as they print it."""
    columns = [
        column("Review", 32), column("Outcome", 34), column("Comparison", "1fr"), column("Measure", 16),
        *(column(title, align="right") for title in ("Estimate", "p", "I²", "k", "n")),
    ]  # fmt: skip
    made = []
    for row in sorted(rows(inputs.tables.reviews), key=lambda row: row.review_id):
        label = inputs.cited(row.review_id) if row.review_id in inputs.references else row.review_id
        numbers = [printed_interval(row), row.p, row.i2_text, row.k_text, row.n_text]
        made.append([label, inputs.outcomes[row.outcome].label, row.comparison, row.measure, *numbers])
    return [table("Pools of earlier reviews, as printed", columns, made, size=7)] if made else []


def printed_interval(row):
    if missing(row.estimate):
        return ""
    ends = f" ({row.ci_low_text} to {row.ci_high_text})" if row.ci_low_text else ""
    return true_minus(f"{row.estimate_text}{ends}")
