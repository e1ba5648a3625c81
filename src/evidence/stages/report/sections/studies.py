"""The studies: how many reports stand where and why, and their characteristics."""

from evidence.document.blocks import column, count, missing, run, table, words_of
from evidence.document.references import record_link
from evidence.stages.report.inputs import by

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


def flow(inputs, prose):
    """Reports by standing and reason."""
    by_standing = by(inputs.studies.values(), lambda study: study.eligibility)
    made = []
    for code, words in STANDINGS.items():
        own = by_standing.get(code, [])
        reasons = by(own, lambda study: study.eligibility_reason)
        for reason in sorted(reasons, key=lambda name: (-len(reasons[name]), name)):
            cited = [inputs.references[study.study_id] for study in reasons[reason]]
            start = [[run(words, "bold")], [run(str(len(own)), "bold")]] if own else ["", ""]
            made.append([*start, words_of(reason), str(len(cited)), numbers(cited)])
            own = []
    total = [run(str(len(inputs.studies)), "bold")]
    made.append([[run("All reports", "bold")], total, "", "", ""])
    columns = [
        column("Standing", 42),
        column("Reports", align="right"),
        column("Reason", 40),
        column("Reports", align="right"),
        column("References", "1fr"),
    ]
    return [table("Reports by standing and reason", columns, made)]


def numbers(names):
    """Reference numbers as 1-3, 7."""
    spans = []
    for name in sorted(names):
        if spans and name == spans[-1][1] + 1:
            spans[-1][1] = name
        else:
            spans.append([name, name])
    return ", ".join(str(a) if a == b else f"{a}\N{EN DASH}{b}" for a, b in spans)


def characteristics(inputs, prose):
    """One row per report."""
    groups = by(inputs.groups.values(), lambda group: group.study_id)
    ordered = sorted(inputs.references, key=inputs.references.get)
    made = [characteristic(inputs, inputs.studies[name], groups.get(name, [])) for name in ordered]
    columns = [
        column("Study", 36),
        column("Participants", "1.15fr"),
        column("Treatment and people", "1fr"),
        column("Standing", 27),
        column("Record", 25),
    ]
    return [table("Characteristics of the reports", columns, made, size=7)]


def characteristic(inputs, study, groups):
    design = DESIGNS.get(study.design, words_of(study.design)) or "design not in the record"
    about = ", ".join(word for word in (design, study.country) if word)
    name = [*inputs.cited(study.study_id), run("\n"), run(about, "small")]
    return [name, study.participants, treatments(groups), standing(inputs, study), record(study)]


def standing(inputs, study):
    """Eligibility with its reason, and the report on the same people."""
    reason = "" if study.eligibility_reason == "eligible" else f": {words_of(study.eligibility_reason)}"
    made = [run(f"{study.eligibility}{reason}")]
    if study.cohort_id != study.study_id:
        other = inputs.labels.get(study.cohort_id, study.cohort_id)
        made += [run("\n"), run(f"same people as {other}", "small")]
    return made


def record(study):
    """Link to the bibliographic record, and whether it was checked."""
    made = [record_link(study)] if study.record_url.startswith("http") else [run("none", "small")]
    return made if study.identity == "verified" else [*made, run("\n"), run("provisional", "small")]


def treatments(groups):
    """Whole groups of a report: treatment, dose, weeks and people."""
    made = []
    for line in dict.fromkeys(treatment(group) for group in groups if not group.part_of):
        made += [run("\n")] if made else []
        made.append(run(line))
    return made or [run("no group entered", "small")]


def treatment(group):
    drug = group.drug if group.drug not in ("", "none") else words_of(group.arm)
    weeks = "" if missing(group.weeks) else f"{group.weeks:g} weeks"
    people = f"n {count(group.n)}".replace(" ", HARD)
    return ", ".join(part for part in (drug, group.dose, weeks, people) if part)
