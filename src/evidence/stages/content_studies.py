"""The studies: flow, characteristics, every number that they print, references."""

from evidence.stages.content_inputs import by
from evidence.stages.content_inputs import rows as rows_of
from evidence.stages.content_words import (
    CONTRASTS,
    cell,
    column,
    count,
    group,
    listed,
    missing,
    run,
    sentence,
    study_effect_words,
    table,
    true_minus,
    words_of,
)

HARD = "\N{NO-BREAK SPACE}"
DESIGNS = {
    "rct_parallel": "randomised, parallel",
    "rct_crossover": "randomised, crossover",
    "before_after": "before and after",
}
STANDINGS = {
    "include": "Included",
    "sensitivity": "In sensitivity analyses only",
    "background": "Background: nothing to pool",
    "exclude": "Excluded",
}
ABSENT_YEAR = "[year not in the record]"


def flow(inputs, prose):
    """Reports by eligibility and reason."""
    studies, rows = inputs.tables.studies, []
    for code, words in STANDINGS.items():
        own = studies[studies["eligibility"] == code]
        reasons = own["eligibility_reason"].value_counts()
        for place, reason in enumerate(sorted(reasons.index, key=lambda name: (-reasons[name], name))):
            first = place == 0
            names = [inputs.references[name] for name in own.loc[own["eligibility_reason"] == reason, "study_id"]]
            total = [run(str(len(own)), "bold")] if first else ""
            rows.append([[run(words if first else "", "bold")], total, words_of(reason), str(reasons[reason]), numbers(names)])
    rows.append([[run("All reports", "bold")], [run(str(len(studies)), "bold")], "", str(len(studies)), ""])
    columns = [column("Standing", 42), column("Reports", align="right"), column("Reason", 40), column("Reports", align="right"), column("References", "1fr")]
    return [table("Reports by standing and reason", columns, rows)]


def numbers(names):
    """Reference numbers as 1-3, 7."""
    names, spans = sorted(names), []
    for name in names:
        if spans and name == spans[-1][1] + 1:
            spans[-1][1] = name
        else:
            spans.append([name, name])
    return ", ".join(str(a) if a == b else f"{a}\N{EN DASH}{b}" for a, b in spans)


def characteristics(inputs, prose):
    """One row per report."""
    columns = [column("Study", 36), column("Participants", "1.15fr"), column("Treatment and people", "1fr"), column("Standing", 27), column("Record", 25)]
    ordered = sorted(inputs.references, key=inputs.references.get)
    rows = [characteristic(inputs, inputs.studies[name]) for name in ordered]
    return [table("Characteristics of the reports", columns, rows, size=7)]


def characteristic(inputs, study):
    about = ", ".join(word for word in (DESIGNS.get(study.design, words_of(study.design)), study.country) if word)
    name = [*inputs.cited(study.study_id), run("\n"), run(about or "design not in the record", "small")]
    reason = "" if study.eligibility_reason == "eligible" else f": {words_of(study.eligibility_reason)}"
    standing = [run(f"{study.eligibility}{reason}")]
    if study.cohort_id != study.study_id:
        standing += [run("\n"), run(f"same people as {inputs.labels.get(study.cohort_id, study.cohort_id)}", "small")]
    record = [run(host(study.record_url), "link", url=study.record_url)] if study.record_url.startswith("http") else [run("none", "small")]
    if study.identity != "verified":
        record += [run("\n"), run("provisional", "small")]
    return [name, study.participants, treatments(inputs, study.study_id), standing, record]


def host(url):
    return url.split("/")[2].removeprefix("www.") if url.count("/") > 1 else url


def treatments(inputs, study_id):
    """Groups of a report: treatment, dose, weeks and people."""
    lines = []
    for (study, _), own in inputs.groups.items():
        if study == study_id and not own.part_of:
            drug = own.drug if own.drug not in ("", "none") else words_of(own.arm)
            weeks = "" if missing(own.weeks) else f"{own.weeks:g} weeks"
            parts = [drug, own.dose, weeks, f"n {count(own.n)}"]
            lines.append(", ".join(part.replace(" ", HARD) if part[:2] == "n " else part for part in parts if part))
    made = []
    for line in dict.fromkeys(lines):
        made += [run("\n")] if made else []
        made.append(run(line))
    return made or [run("no group entered", "small")]


def every_number(inputs, prose):
    """Every effect of every study, with its source."""
    sources = {row.line: row for row in rows_of(inputs.tables.measurements)}
    columns = [column("Group", 34), column("Outcome", 46), column("Printed", "1fr"), column("Effect", 32), column("Headline", align="center")]
    rows = []
    effects = by([effect for those in inputs.effects_of.values() for effect in those], lambda effect: effect.study_id)
    for study_id in sorted(effects, key=inputs.references.get):
        rows.append(group(f"{inputs.labels[study_id]} [{inputs.references[study_id]}]", repeat=True))
        for effect in effects[study_id]:
            rows += number_rows(inputs, effect, sources)
    made = [table("Every effect, by study", columns, rows, size=7)]
    return made + left(inputs)


def number_rows(inputs, effect, sources):
    """Two rows of one effect: what it is, and where it comes from."""
    lines = [int(line) for line in effect.lines.split(";") if line]
    outcome = f"{inputs.outcomes[effect.outcome].label}, {CONTRASTS[effect.contrast].lower()}"
    standing = [run(effect.headline, "bold" if effect.headline == "yes" else "")]
    words = study_effect_words(effect, inputs.z)
    top = [outcome, true_minus(effect.printed), words or [run("no effect size", "small")], standing]
    reason = [run(f"{sentence(true_minus(effect.reason))}. ")] if effect.reason else []
    trace = [*reason, run(f"Route: {words_of(effect.route)}. ", "small"), *located(lines, sources), run(" Id: ", "small"), run(effect.id, "code")]
    first = cell(effect.group_label, rows=2)
    return [{"cells": [first, *(cell(one) | {"joined": True} for one in top)]}, {"cells": [cell(trace, span=len(top))], "from": 1}]


def located(lines, sources):
    """Where the numbers stand: kind of source and locator, linked, and lines of measurements.csv."""
    made = [run("Source: ", "small")]
    places = dict.fromkeys((sources[line].source_kind, sources[line].source_locator, sources[line].source_url) for line in lines)
    for place, (kind, locator, url) in enumerate(places):
        made += [run("; ", "small")] if place else []
        words = locator if locator.casefold().startswith(kind) else f"{words_of(kind)}, {locator}" if locator else words_of(kind)
        made.append(run(words, "small", url=url if url.startswith("http") else ""))
    return [*made, run(f"; measurements.csv line {listed(map(str, lines))}.", "small")]


def left(inputs):
    """Printed numbers that no effect is made of."""
    if not len(inputs.unused):
        return []
    columns = [column("Study", 36), column("Group", 30), column("Outcome", 34), column("Printed", "1fr"), column("Why it is in no effect", "1.4fr"), column("Line", align="right")]
    rows = []
    for row in rows_of(inputs.unused.sort_values("line")):
        label = inputs.groups[row.study_id, row.group_id].label if row.group_id else ""
        printed = f"{row.timepoint}: {row.value_text} {row.unit}"
        rows.append([inputs.cited(row.study_id), label, inputs.outcomes[row.outcome].label, true_minus(printed), row.reason, str(int(row.line))])
    note = "Line: of measurements.csv."
    return [table("Printed numbers that are in no effect", columns, rows, size=7, note=note)]


def references(inputs, prose):
    """The reports as a numbered list in AMA style; what the record lacks is said, never filled in."""
    ordered = sorted(inputs.references, key=inputs.references.get)
    return [{"kind": "references", "items": [{"id": f"ref-{name}", "runs": reference(inputs.studies[name])} for name in ordered]}]


def reference(study):
    """One report: authors, title, journal, year;volume(issue):pages, DOI."""
    year = ABSENT_YEAR if missing(study.year) else f"{study.year:.0f}"
    place = f"{study.volume}{f'({study.issue})' if study.issue else ''}" + (f":{study.pages}" if study.pages else "")
    made = [run(f"{authors(study.authors)}. "), run(f"{ended(study.title or '[title not in the record]')} ")]
    if study.journal:
        made.append(run(f"{study.journal}. ", "italic"))
    made.append(run(f"{year}{f';{place}' if place else ''}."))
    made += identifiers(study)
    if study.identity != "verified":
        made.append(run(" Provisional: not yet checked against a bibliographic record.", "small"))
    return made


def ended(title):
    return title if title[-1:] in ".?!" else f"{title}."


def authors(text):
    """AMA: all up to six authors, else the first three and et al."""
    names = [name.strip().rstrip(".,") for name in text.split(";") if name.strip()]
    if not names:
        return "[authors not in the record]"
    if len(names) > 6:
        names = [*names[:3], "et al"]
    return ", ".join(names)


def identifiers(study):
    """DOI and PubMed number as links, else the record."""
    if study.doi:
        return [run(" "), run(f"doi:{study.doi}", "link", url=f"https://doi.org/{study.doi}")]
    if study.pmid:
        return [run(" "), run(f"PMID {study.pmid}", url=f"https://pubmed.ncbi.nlm.nih.gov/{study.pmid}/")]
    if study.record_url.startswith("http"):
        return [run(" "), run(host(study.record_url), "link", url=study.record_url)]
    return []
