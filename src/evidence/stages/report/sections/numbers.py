"""Every number of every study, with the place that it stands in; how many end where; and those that are in no effect."""

from evidence.document.blocks import (
    CONTRASTS,
    bullets,
    cell,
    column,
    count,
    each_once,
    group,
    listed,
    raised,
    run,
    sentence,
    study_effect_words,
    table,
    text,
    true_minus,
    words_of,
)  # fmt: skip
from evidence.stages.pools.account import TITLES, total
from evidence.stages.report.inputs import by, rows
from evidence.stages.report.sections.not_weighted import printed_words


def every_number(inputs, prose):
    """The account of the numbers, every effect by study, then the numbers that no effect is made of."""
    sources = {row.line: row for row in rows(inputs.tables.measurements)}
    effects = [effect for those in inputs.effects_of.values() for effect in those]
    by_study = by(effects, lambda effect: effect.study_id)
    made = []
    for study_id in sorted(by_study, key=inputs.references.get):
        made.append(group(f"{inputs.labels[study_id]} [{inputs.references[study_id]}]", repeat=True))
        for effect in by_study[study_id]:
            made += number_rows(inputs, effect, sources)
    columns = [
        column("Group", 34),
        column("Outcome", 46),
        column("Printed", "1fr"),
        column("Effect", 32),
        column("Headline", align="center"),
    ]
    blocks = [table("Every effect, by study", columns, made, size=7)] if made else []
    return account(inputs) + blocks + in_no_effect(inputs)


def account(inputs):
    """How many of the printed numbers are in an effect and in a pool, why the others are not, and what gives nothing."""
    books, made = inputs.account, []
    for standing, title in TITLES.items():
        rows_of = [[reason, count(number)] for one, reason, number in books.groups if one == standing]
        made += [group(sentence(title)), *rows_of] if rows_of else []
    columns = [column("Why", "1fr"), column("Numbers", align="right")]
    blocks = [table("Where the printed numbers end", columns, made, note=total(books))] if made else [text(total(books))]
    nothing = [f"{one.what}." for one in books.notices]
    return (
        [*blocks, *([text([run("Studies and outcomes that give no effect:", "bold")]), bullets(nothing)] if nothing else [])]
        if books.numbers
        else []
    )


def number_rows(inputs, effect, sources):
    """Two rows of one effect: what it is, and where it comes from."""
    outcome = f"{inputs.outcomes[effect.outcome].label}, {CONTRASTS[effect.contrast].lower()}"
    words = study_effect_words(effect, inputs.z) or [run("no effect size", "small")]
    standing = [run(effect.headline, "bold" if effect.headline == "yes" else "")]
    top = [cell(one, joined=True) for one in (outcome, raised(true_minus(effect.printed)), words, standing)]
    below = cell(trace(effect, sources), span=len(top))
    return [{"cells": [cell(effect.group_label, rows=2), *top]}, {"cells": [below], "from": 1}]


def trace(effect, sources):
    """Why an effect is left out, its route, its source and its id."""
    lines = [int(line) for line in effect.lines.split(";") if line]
    reason = [run(f"{sentence(true_minus(each_once(effect.reason)))}. ")] if effect.reason else []
    route = run(f"Route: {words_of(effect.route)}. ", "small")
    return [*reason, route, *located(lines, sources), run(" Id: ", "small"), run(effect.id, "code")]


def located(lines, sources):
    """Where the numbers stand: kind of source and locator, linked, and lines of measurements.csv."""
    made, places = [run("Source: ", "small")], {}
    for line in lines:
        row = sources[line]
        places[place_words(row)] = row.source_url
    for number, (words, url) in enumerate(places.items()):
        made += [run("; ", "small")] if number else []
        made.append(run(words, "small", url=url if url.startswith("http") else ""))
    return [*made, run(f"; measurements.csv line {listed(map(str, lines))}.", "small")]


def place_words(row):
    """Kind of source and locator; the kind is not said twice."""
    kind = words_of(row.source_kind)
    if row.source_locator.casefold().startswith(kind):
        return row.source_locator
    return f"{kind}, {row.source_locator}" if row.source_locator else kind


def in_no_effect(inputs):
    """Printed numbers that no effect is made of, each with the reason."""
    made = []
    for row in sorted(rows(inputs.unused), key=lambda row: row.line):
        label = inputs.groups[row.study_id, row.group_id].label if row.group_id else ""
        outcome = inputs.outcomes[row.outcome].label
        made.append([inputs.cited(row.study_id), label, outcome, printed_words(row), row.reason, f"{row.line:.0f}"])
    columns = [
        column("Study", 36),
        column("Group", 30),
        column("Outcome", 34),
        column("Printed", "1fr"),
        column("Why it is in no effect", "1.4fr"),
        column("Line", align="right"),
    ]
    note = "Line: of measurements.csv."
    return [table("Printed numbers that are in no effect", columns, made, size=7, note=note)] if made else []
