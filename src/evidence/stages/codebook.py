"""The codebook of the raw tables, data/raw/README.md, made from the schema."""

import sys
from pathlib import Path

from evidence.stages.schemas import TABLES, load

KINDS = {"string": "text", "number": "number", "integer": "whole number", "year": "year"}
BEGINNING = """# The tables

Made from `src/evidence/schema/*.yaml` by `python -m evidence.stages.codebook`; do not edit it by hand.

- One row for each thing that the table's title names. The first row holds the column names.
- Type numbers as the source prints them, in the unit it prints. The program converts and pools them.
- An empty cell means that the source does not say. Do not type NA, 0 or a dash.
- Where a cell holds a list, put a semicolon between its entries.
- Save as "CSV UTF-8". Semicolons or tabs between the columns and decimal commas are read too.
- Then run `evidence check`. It names file, line and remedy for everything it doubts. An *error* stops the
  run; a *flag* keeps the row, shows it, and leaves it out of the headline; a *notice* only tells.

Tables: {tables}.
"""


def cell(text):
    """Text that can stand in a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def kind(field):
    """What a column holds, in words."""
    if field.separator:
        return f'list with "{field.separator}"'
    return "one of its options" if field.enum else KINDS[field.type]


def column(field):
    """Row of the codebook for one column."""
    needed = "yes" if field.required else ""
    cells = [f"`{field.name}`", cell(field.description), kind(field), needed, f"`{cell(field.example)}`"]
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


def section(name):
    """Part of the codebook for one table."""
    schema = load(name)
    rules, *references = rule_lines(schema)
    parts = [f"## {name}.csv", f"{schema.title}. {schema.description}", rules, "\n".join(references)]
    head = "| Column | Meaning | Holds | Needed | Example |\n| --- | --- | --- | --- | --- |\n"
    parts.append(head + "\n".join(column(field) for field in schema.fields.values()))
    options = "\n".join(option_lines(schema))
    parts.append(f"Options:\n\n{options}" if options else "")
    return "\n\n".join(part for part in parts if part)


def render():
    """The codebook as Markdown.

    Returns
    -------
    str
        Text of data/raw/README.md.
    """
    tables = ", ".join(f"[{name}](#{name}csv)" for name in TABLES)
    return "\n\n".join([BEGINNING.format(tables=tables).strip(), *map(section, TABLES)]) + "\n"


def write(folder="."):
    """Write data/raw/README.md of an analysis folder."""
    path = Path(folder) / "data" / "raw" / "README.md"
    path.write_text(render(), encoding="utf-8")
    return path


if __name__ == "__main__":
    write(*sys.argv[1:])
