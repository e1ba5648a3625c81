"""What was doubted, judged, computed again and compared: bias, flags, second opinion, other reviews, citations."""

from evidence.stages.content_words import (
    cell,
    column,
    count,
    decimal,
    listed,
    missing,
    run,
    sentence,
    table,
    text,
    true_minus,
    words_of,
)

FILL = {"low": 0, "some_concerns": 2, "moderate": 2, "high": 3, "serious": 3, "critical": 4, "no_information": 1}


def bias(inputs, prose):
    """Judgements by study and domain, a table per tool, then the reason of each."""
    frame, blocks = inputs.tables.risk_of_bias, []
    if not len(frame):
        return []
    for tool, rows in frame.groupby("tool", sort=True):
        domains = list(dict.fromkeys(rows["domain"]))
        columns = [column("Study", "1.5fr"), *(column(sentence(words_of(name)), "1fr", "center") for name in domains)]
        made = []
        for study_id in sorted(rows["study_id"].unique(), key=inputs.references.get):
            judged = dict(zip(*(rows.loc[rows["study_id"] == study_id, name] for name in ("domain", "judgement")), strict=True))
            made.append([inputs.cited(study_id), *(judgement(judged.get(name, "")) for name in domains)])
        blocks.append(table(f"Risk of bias, {tool}", columns, made, size=7, inset=2))
    return [*blocks, reasons(inputs, frame)]


def judgement(code):
    return cell(words_of(code), align="center", fill=FILL.get(code, 0), vertical="horizon")


def reasons(inputs, frame):
    """One row per study: every judgement with its reason."""
    rows = []
    for study_id in sorted(frame["study_id"].unique(), key=inputs.references.get):
        own, said = frame[frame["study_id"] == study_id], []
        for row in own.itertuples():
            said += [run(f"{sentence(words_of(row.domain))}: {words_of(row.judgement)}. ", "bold"), run(f"{true_minus(row.support)} ")]
        rows.append([inputs.cited(study_id), listed(words_of(name) for name in sorted(set(own["basis"]))), said])
    columns = [column("Study", 32), column("Judged from", 18), column("Judgements and their reasons", "1fr")]
    return table("Reasons for the judgements", columns, rows, size=7)


def flags(inputs, prose):
    """Every doubt about a row of the data."""
    frame = inputs.tables.flags
    if not len(frame):
        return []
    columns = [column("Where", 33), column("Study", 32), column("What is doubted", "1fr"), column("In the headline", 20)]
    rows = []
    for row in frame.sort_values(["blocks", "file", "line"], ascending=[False, True, True]).itertuples():
        where = [run(f"{row.file.rpartition('/')[2]}:{row.line}", "code"), run(f" {row.column}", "small")]
        study = inputs.cited(row.study_id) if row.study_id in inputs.references else ""
        outcome = [run("\n"), run(inputs.outcomes[row.outcome].label, "small")] if study and row.outcome in inputs.outcomes else []
        rows.append([where, [*study, *outcome] if study else "", true_minus(row.what), "left out" if row.blocks == "yes" else "stays"])
    return [table("Doubts about the data", columns, rows, size=7)]


def opinion(inputs, prose):
    """Headline pools computed again by other programs."""
    frame = inputs.opinion
    if not len(frame):
        return []
    columns = [column("Pool", "1fr"), column("Studies", align="right")]
    engines = list(dict.fromkeys(zip(frame["engine"], frame["method"], strict=True)))
    for engine, method in engines:
        columns += [column(f"{method}: ours", align="right"), column(f"{engine} ", align="right")]
    columns += [column("Largest difference", align="right"), column("Agrees", align="center")]
    rows = [opinion_row(inputs, pool, part, engines) for pool, part in frame.groupby("pool", sort=False)]
    gap, wrong = frame["difference"].max(), frame.loc[frame["agrees"] != "yes", "pool"].nunique()
    said = f"Largest difference over all pools and quantities: {tiny(gap)}. Pools beyond the tolerance: {wrong}."
    note = "Estimates on the analysis scale. Largest difference of estimate, standard error and tau²: in standard errors, tau² in units of tau² plus the mean sampling variance."
    return [text(said), table("Headline pools computed again", columns, rows, size=7, note=note)]


def opinion_row(inputs, pool, part, engines):
    row = inputs.pool[pool]
    name = [run(f"{inputs.outcomes[row.outcome].label}, {words_of(row.contrast)}"), run(f" {inputs.stratum_label(row.stratum)}", "small")]
    estimates = part[part["quantity"] == "estimate"]
    cells = [name, count(row.k)]
    for engine, method in engines:
        own = estimates[(estimates["engine"] == engine) & (estimates["method"] == method)]
        cells += [f"{own['ours'].iloc[0]:.6f}", f"{own['theirs'].iloc[0]:.6f}"] if len(own) else ["", ""]
    agrees = "yes" if (part["agrees"] == "yes").all() else "no"
    return [true_minus_cells(one) for one in cells] + [tiny(part["difference"].max()), [run(agrees, "" if agrees == "yes" else "bold")]]


def true_minus_cells(content):
    return true_minus(content) if isinstance(content, str) else content


def tiny(gap):
    """A difference as a power of ten that it stays below."""
    return next((f"< 10{power}" for limit, power in ((1e-9, "⁻⁹"), (1e-8, "⁻⁸"), (1e-7, "⁻⁷"), (1e-6, "⁻⁶"), (1e-5, "⁻⁵"), (1e-4, "⁻⁴")) if gap < limit), decimal(gap))


def reviews(inputs, prose):
    """What earlier reviews pooled, as they print it."""
    frame = inputs.tables.reviews
    if not len(frame):
        return []
    columns = [column("Review", 32), column("Outcome", 34), column("Comparison", "1fr"), column("Measure", 16), column("Estimate", align="right"), column("p", align="right"), column("I²", align="right"), column("k", align="right"), column("n", align="right")]
    rows = []
    for row in frame.sort_values("review_id", kind="stable").itertuples():
        label = inputs.cited(row.review_id) if row.review_id in inputs.references else row.review_id
        rows.append([label, inputs.outcomes[row.outcome].label, row.comparison, row.measure, printed_interval(row), row.p, row.i2_text, row.k_text, row.n_text])
    return [table("Pools of earlier reviews, as printed", columns, rows, size=7)]


def printed_interval(row):
    if missing(row.estimate):
        return ""
    ends = f" ({row.ci_low_text} to {row.ci_high_text})" if row.ci_low_text else ""
    return true_minus(f"{row.estimate_text}{ends}")


def citations(inputs, prose):
    """Where the article's references differ from the record."""
    frame = inputs.tables.article_citations
    wrong = frame[frame["status"] == "differs"]
    if not len(wrong):
        return []
    columns = [column("Reference", align="right"), column("Field", 16), column("As the article gives it", "1fr"), column("As the record has it", "1fr"), column("Note", "1fr")]
    rows = [[f"{row.order:g}", row.field, row.as_given, row.verified or "not found", row.note] for row in wrong.itertuples()]
    checked, unknown = frame["order"].nunique(), frame.loc[frame["status"] == "unverified", "order"].nunique()
    note = f"{wrong['order'].nunique()} of {checked} references differ from the record in at least one field; {unknown} could not be verified."
    return [table("Corrections to the article’s references", columns, rows, size=7.2, note=note)]
