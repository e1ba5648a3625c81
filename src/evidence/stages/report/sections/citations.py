"""What the article cites, and what is true of it: reference by reference, and claim by claim."""

from evidence.document.blocks import column, group, listed, plural, run, table
from evidence.stages.report.inputs import by
from evidence.stages.verdicts.citations import COUNTS

WORDS = {"agrees": "right", "differs": "wrong", "unverified": "not verified"}


def citations_checked(inputs, prose):
    """The article's references with each field that differs from the record or could not be verified."""
    faults, made = inputs.citations, []
    if not faults:
        return []
    for order, own in by(faults, lambda row: row.order).items():
        made += [group(title(inputs, order, own[0]), repeat=True), *fields(own)]
    columns = [column("Field", 20), *(column(words, "1fr") for words in ("As the article gives it", "As the record has it", "Note"))]
    differing, doubtful = ({row.order for row in faults if row.status == status} for status in ("differs", "unverified"))
    note = (
        f"{len(differing)} of {plural(len({row.order for row in faults}), 'reference')} differ from the record in a field or more; "
        f"{len(doubtful)} have a field that could not be verified."
    )
    return [table("The article’s references beside the record", columns, made, size=7.2, note=note)]


def title(inputs, order, row):
    """Reference 2: Shah et al. 2021 [72]. Fields: 2 right and 1 wrong."""
    known = f"{inputs.labels[row.study_id]} [{inputs.references[row.study_id]}]" if row.study_id else "no report of ours"
    numbers = listed(f"{getattr(row, name):.0f} {WORDS[name]}" for name in COUNTS if getattr(row, name))
    return f"Reference {order}: {known}. Fields: {numbers}"


def fields(own):
    """Rows of one reference; a note that several share stands once."""
    made, said = [], set()
    for row in own:
        if row.field:
            record = row.verified if row.status == "differs" else [run("not verified", "italic")]
            made.append([row.field, row.as_given, record or "not found", "" if row.note in said else row.note])
            said.add(row.note)
    return made


def to_correct(inputs, cites, faults):
    """Runs that name the citations of one claim which differ from the record, and in which fields; none where all are right."""
    made = []
    for study in cites.split(";"):
        wrong = [row.field for row in faults if row.study_id == study.strip() and row.status == "differs"]
        if wrong:
            made += [
                run(" " if made else " Cited wrongly: ", "small"),
                run(f"{inputs.labels[study.strip()]} ({listed(wrong)})", "small"),
                run(";", "small"),
            ]
    return [*made[:-1], run(".", "small")] if made else []
