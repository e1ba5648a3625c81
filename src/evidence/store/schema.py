"""The schema of each table, raw or made: src/evidence/store/schemas/*.yaml, in Table Schema form.

Beside the standard's words a field may have `separator` (a list in one cell), `options` (what each allowed
word means), `optional` (the file may lack the column), `refers_to` (a column of another table) with `within` (the column that both tables share), and a
table `optional`, or `made` by the program. The standard's own `foreignKeys` know no lists.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import yaml

from evidence.resources import shipped
from evidence.store.cells import folded

FOLDER = shipped("store/schemas")
TABLES = (
    "studies", "groups", "measurements", "outcomes", "units", "conditions",
    "claims", "claim_outcomes", "article_citations", "reviews", "unreported", "risk_of_bias", "judgements",
    "moderators",
)  # fmt: skip
NUMBERS = ("number", "integer", "year")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Field:
    """One column (see the Table Schema standard for the words)."""

    name: str
    type: str
    description: str
    example: str
    separator: str
    options: dict
    required: bool
    optional: bool
    unique: bool
    enum: tuple
    minimum: float | None
    maximum: float | None
    pattern: str


@dataclass(frozen=True)
class Reference:
    """Columns whose values must stand in the columns `to` of `table`."""

    columns: tuple
    table: str
    to: tuple


@dataclass(frozen=True)
class Schema:
    """One table: its columns by name, its key and what it refers to."""

    name: str
    title: str
    description: str
    optional: bool
    made: bool
    fields: dict
    key: tuple
    references: tuple

    @property
    def file(self):
        """Path of the table from the analysis folder."""
        return f"data/{'processed' if self.made else 'raw'}/{self.name}.csv"

    @property
    def needed(self):
        """Names of the columns that the file must have."""
        return tuple(name for name, field in self.fields.items() if not field.optional)

    @cached_property
    def folded_names(self):
        """Names of the columns by their folded form, so that "Study ID" is study_id."""
        return {folded(name): name for name in self.fields}

    @property
    def numbers(self):
        """Names of the columns that hold numbers."""
        return tuple(name for name, field in self.fields.items() if field.type in NUMBERS)


def field(stated):
    """Field from its mapping in the schema file."""
    constraints = stated.get("constraints", {})
    return Field(
        name=stated["name"],
        type=stated["type"],
        description=" ".join(stated["description"].split()),
        example=stated.get("example", ""),
        separator=stated.get("separator", ""),
        options=stated.get("options", {}),
        required=constraints.get("required", False),
        optional=stated.get("optional", False),
        unique=constraints.get("unique", False),
        enum=tuple(constraints.get("enum", ())),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        pattern=constraints.get("pattern", ""),
    )


def references(stated):
    """References of a table, from the mappings of its fields."""
    for part in stated["fields"]:
        if "refers_to" in part:
            table, column = part["refers_to"].split(".")
            within = (part["within"],) if "within" in part else ()
            yield Reference((*within, part["name"]), table, (*within, column))


@cache
def load(name):
    """Schema of one table.

    Parameters
    ----------
    name : str
        One of TABLES, or of `made_tables`.
    """
    stated = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader)
    return Schema(
        name=stated["name"],
        title=stated["title"],
        description=" ".join(stated["description"].split()),
        optional=stated.get("optional", False),
        made=stated.get("made", False),
        fields={part["name"]: field(part) for part in stated["fields"]},
        key=tuple(stated.get("primaryKey", ())),
        references=tuple(references(stated)),
    )


def made_tables():
    """Names of the tables that the program makes."""
    return sorted({path.stem for path in FOLDER.glob("*.yaml")} - set(TABLES))


def items(field, text):
    """The entries of a cell: one, or those of a list; none for an empty cell."""
    parts = text.split(field.separator) if field.separator else [text]
    return [part.strip() for part in parts if part.strip()]
