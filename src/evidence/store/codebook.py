"""The codebooks, made from the schema: data/raw/README.md of the raw tables, docs/made-tables.md of those the program makes."""

import sys
from pathlib import Path

from evidence.store.appraisal_tools import OVERALL, tools
from evidence.store.schema import TABLES, load, made_tables

FIRST = ("effects", "unused", "flags", "pools", "members")
KINDS = {"string": "text", "number": "number", "integer": "whole number", "year": "year"}
BEGINNING = """# The tables

Made from `src/evidence/store/schemas/*.yaml` by `python -m evidence.store.codebook`; do not edit it by hand.

- One row for each thing that the table's title names. The first row holds the column names.
- Type numbers as the source prints them, in the unit it prints. The program converts and pools them.
- An empty cell means that the source does not say. Do not type NA, 0 or a dash.
- Where a cell holds a list, put a semicolon between its entries.
- Save as "CSV UTF-8". Semicolons or tabs between the columns and decimal commas are read too.
- Then run `evidence check`. It names file, line and remedy for everything it doubts. An *error* stops the
  run; a *flag* keeps the row, shows it, and leaves it out of the headline; a *notice* only tells.
- Where the doubt begins stands in `config/config.yaml`, `checks`; the plausible SD/mean of an outcome in outcomes.csv.

Tables: {tables}.
"""
MADE_BEGINNING = """# The tables that are made

For readers of `reports/tables`, and for statisticians who read them by another program. Made from
`src/evidence/store/schemas/*.yaml` by `python -m evidence.store.codebook`; do not edit it by hand. The tables that analysts type are
explained in [data/raw/README.md](../data/raw/README.md).

- `data/processed/*.csv` is what the stages hand on; `reports/tables/*.csv` holds the same rows. In the latter a text that
  begins with =, +, - or @ (and is no number) has an apostrophe before it, so that no spreadsheet takes it for a formula.
- UTF-8, commas, one row of column names, `.` as decimal sign, 12 significant digits. The same data make the same bytes.
- An empty cell means that there is nothing, or that the sources do not say.
- The *analysis scale* is that of `yi` and `estimate`: logarithms for ratios, logits for proportions, Fisher's z for
  correlations, the outcome's unit for differences. `effect` beside it is the readable form.
- `metafor::rma(yi, vi, data = read.csv("effects.csv"), subset = headline == "yes" & ...)` reads effects.csv as it is.
- An id (`study.group.outcome.contrast` of an effect, `outcome.contrast.stratum.analysis` of a pool) stays the same as long as its
  parts do; `evidence trace ID` prints where its numbers come from.

Tables: {tables}.
"""


def cell(text):
    """Text that can stand in a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def kind(field):
    """What a column holds, in words."""
    if field.separator:
        return f'list with "{field.separator}"'
    return "one of its options" if field.enum or field.options else KINDS[field.type]


def column(field, made=False):
    """Row of the codebook for one column."""
    cells = [f"`{field.name}`", cell(field.description), kind(field)]
    if not made:
        cells += ["yes" if field.required else "column may be left out" if field.optional else "", f"`{cell(field.example)}`"]
    return f"| {' | '.join(cells)} |"


def option_lines(schema):
    """What the allowed words of each column mean."""
    for field in schema.fields.values():
        if field.options:
            yield f"- `{field.name}`:"
            yield from (f"  - `{word}`: {meaning}" for word, meaning in field.options.items())
        elif field.enum:
            yield f"- `{field.name}`: {', '.join(f'`{word}`' for word in field.enum)}"


def rule_lines(schema):
    """What tells a row from another, and what its columns refer to."""
    key = ", ".join(f"`{name}`" for name in schema.key)
    yield f"A row is told from another by {key}." + (" The file may be left out." if schema.optional else "")
    for reference in schema.references:
        names = ", ".join(f"`{name}`" for name in reference.columns)
        to = ", ".join(f"`{name}`" for name in reference.to)
        yield f"- {names}: must stand in {to} of [{reference.table}.csv](#{reference.table}csv)"


def judgement_words(tool):
    """Judgements of a tool from best to worst, with those of single domains and of the study as a whole where they differ."""
    words = {"": tool.judgements} if not tool.scores else tool.scores
    words = words | ({OVERALL: tool.overall} if tool.overall else {})
    return "; ".join(f"{f'`{domain}` ' if domain else ''}{', '.join(levels)}" for domain, levels in words.items())


def tool_lines():
    """Table of the tools for risk of bias: domains and judgements of each."""
    yield from ("| Tool | Domains | Judgements |", "| --- | --- | --- |")
    for name, tool in tools().items():
        domains = ", ".join(f"`{domain}`" for domain in (*tool.labels, OVERALL))
        yield f"| `{name}`: {tool.source} | {domains} | {judgement_words(tool)} |"


def section(name):
    """Part of the codebook for one table."""
    schema = load(name)
    parts = [f"## {name}.csv", f"{schema.title}. {schema.description}"]
    if not schema.made:
        rules, *references = rule_lines(schema)
        parts += [rules, "\n".join(references)]
    names = ["Column", "Meaning", "Holds", *([] if schema.made else ["Needed", "Example"])]
    head = [f"| {' | '.join(names)} |", f"| {' | '.join('---' for _ in names)} |"]
    parts.append("\n".join([*head, *(column(field, schema.made) for field in schema.fields.values())]))
    options = "\n".join(option_lines(schema))
    parts.append(f"Options:\n\n{options}" if options else "")
    parts.append("\n".join(tool_lines()) if name == "risk_of_bias" else "")
    return "\n\n".join(part for part in parts if part)


def book(beginning, names):
    """A codebook as Markdown: how to read it, then a section for each table."""
    tables = ", ".join(f"[{name}](#{name}csv)" for name in names)
    return "\n\n".join([beginning.format(tables=tables).strip(), *map(section, names)]) + "\n"


def render():
    """The codebook of the raw tables.

    Returns
    -------
    str
        Text of data/raw/README.md.
    """
    return book(BEGINNING, TABLES)


def render_made():
    """The codebook of the tables that the program makes.

    Returns
    -------
    str
        Text of docs/made-tables.md.
    """
    return book(MADE_BEGINNING, [*FIRST, *(name for name in made_tables() if name not in FIRST)])


def write(folder="."):
    """Write data/raw/README.md of an analysis folder, and docs/made-tables.md where there are docs."""
    folder = Path(folder)
    (folder / "data/raw/README.md").write_text(render(), encoding="utf-8")
    if (folder / "docs").is_dir():
        (folder / "docs/made-tables.md").write_text(render_made(), encoding="utf-8")


if __name__ == "__main__":
    write(*sys.argv[1:])
