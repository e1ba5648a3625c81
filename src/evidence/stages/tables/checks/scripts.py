"""A check of the letters: what no font of this machine draws could not be printed."""

from evidence.document.scripts import remedy, undrawn_scripts
from evidence.stages.tables.checks.data import Finding
from evidence.store.cells import short
from evidence.store.schema import NUMBERS


def lettered(data):
    """Yield (table, column, text) of every text that is more than ASCII."""
    for table, sheet in data.sheets.items():
        for field in sheet.schema.fields.values():
            texts = () if field.type in NUMBERS else sorted(set(sheet.columns[field.name]))
            yield from ((table, field.name, text) for text in texts if not text.isascii())


def undrawn(data):
    """A script that no font of this machine draws: figures and report would show signs in its place."""
    cells = {}
    for table, column, text in lettered(data):
        for script in undrawn_scripts(text):
            cells.setdefault(script, {}).setdefault((table, column), set()).add(text)
    for script, holding in cells.items():
        table, column = next(iter(holding))
        row = next(row for row in data.rows(table) if row[column] in holding[table, column])
        yield Finding(row, column, f'"{short(row[column])}" is {script.name}, which no font of this machine draws', remedy(script))
