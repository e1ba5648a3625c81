"""The schemas: true Table Schemas, which a second program reads the tables by; the codebook made from them."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from frictionless import Resource, Schema

from evidence.store import codebook
from evidence.store import schema as schemas
from evidence.store.schema import FOLDER, TABLES, load, made_tables

ROOT = Path(__file__).parents[3]
FIELD_WORDS = {"name", "type", "title", "description", "example", "constraints", "separator", "options", "optional", "refers_to", "within"}
TABLE_WORDS = {"name", "title", "description", "fields", "primaryKey", "missingValues", "optional"}


def stated(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def of_file(name):
    """The schema less the columns that a file may lack and that data/raw lacks."""
    header = (ROOT / f"data/raw/{name}.csv").open(encoding="utf-8").readline().strip().split(",")
    table = stated(name)
    return table | {"fields": [field for field in table["fields"] if field["name"] in header or not field.get("optional")]}


@pytest.mark.parametrize("name", TABLES)
def test_frictionless_reads_the_table_by_the_schema(name):
    schema = Schema.from_descriptor(of_file(name))
    resource = Resource(path=f"data/raw/{name}.csv", basepath=str(ROOT), schema=schema)
    report = resource.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert report.tasks[0].stats.get("rows", 0) > 0 or load(name).optional


def test_frictionless_finds_a_fault_by_the_schema(tmp_path):
    text = (ROOT / "data/raw/groups.csv").read_text(encoding="utf-8").replace(",treatment,", ",treatmnt,", 1)
    (tmp_path / "groups.csv").write_text(text, encoding="utf-8")
    resource = Resource(path="groups.csv", basepath=str(tmp_path), schema=Schema.from_descriptor(of_file("groups")))
    assert resource.validate().flatten(["rowNumber", "fieldName"]) == [[2, "arm"]]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_explained(name):
    table = stated(name)
    assert table["name"] == name and table.keys() <= TABLE_WORDS
    for field in table["fields"]:
        assert field.keys() <= FIELD_WORDS, field["name"]
        assert field["description"].endswith(".") and isinstance(field["example"], str), field["name"]
        constraints = field.get("constraints", {})
        if "options" in field:
            assert list(field["options"]) == constraints["enum"], field["name"]


@pytest.mark.parametrize("name", TABLES)
def test_examples_follow_their_own_rules(name):
    schema = load(name)
    for field in schema.fields.values():
        assert not field.enum or field.example in field.enum, field.name
        if field.name in schema.numbers:
            assert float(field.example) >= (field.minimum or 0)


@pytest.mark.parametrize("name", TABLES)
def test_references_name_columns(name):
    for reference in load(name).references:
        assert set(reference.columns) <= set(load(name).fields)
        assert set(reference.to) <= set(load(reference.table).fields)
        assert len(reference.columns) == len(reference.to)


def test_tables_without_which_a_review_cannot_be():
    assert [name for name in TABLES if not load(name).optional] == [
        "studies", "groups", "measurements", "outcomes", "units", "conditions",
    ]  # fmt: skip


def test_list_cells():
    field = load("groups").fields["conditions"]
    assert schemas.items(field, "a; b;;c ") == ["a", "b", "c"]
    assert schemas.items(load("groups").fields["label"], "a; b") == ["a; b"]
    assert schemas.items(field, "") == []


def test_the_codebook_is_fresh():
    made = (ROOT / "data/raw/README.md").read_text(encoding="utf-8")
    assert made == codebook.render(), "run: python -m evidence.store.codebook"


def test_the_codebook_of_the_made_tables_is_fresh():
    made = (ROOT / "docs/made-tables.md").read_text(encoding="utf-8")
    assert made == codebook.render_made(), "run: python -m evidence.store.codebook"


@pytest.mark.parametrize("name", made_tables())
def test_made_tables_are_explained(name):
    table = stated(name)
    assert (table["name"], table["made"]) == (name, True) and load(name).file == f"data/processed/{name}.csv"
    for field in table["fields"]:
        assert field.keys() <= {"name", "type", "description", "options"}, field["name"]
        assert field["type"] in codebook.KINDS and field["description"].endswith("."), field["name"]


@pytest.mark.parametrize("name", made_tables())
def test_made_tables_hold_what_the_codebook_says(name):
    path = ROOT / f"reports/tables/{name}.csv"
    if not path.is_file():
        pytest.skip("no report has been built with it yet")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for field in load(name).fields.values():
        if field.name not in frame:
            continue
        values = frame.loc[frame[field.name] != "", field.name]
        assert not field.options or set(values) <= set(field.options), field.name
        if field.name in load(name).numbers:
            assert values.astype(float).notna().all(), field.name
        if field.type == "integer":
            assert (values.astype(float) % 1 == 0).all(), field.name


@pytest.mark.parametrize("book, names", [(codebook.render, TABLES), (codebook.render_made, made_tables())], ids=["raw", "made"])
def test_the_codebook_names_every_column_and_option(book, names):
    text = book()
    for name in names:
        section = text.split(f"\n## {name}.csv\n")[1].split("\n## ")[0]
        for field in load(name).fields.values():
            assert f"| `{field.name}` |" in section
            assert all(f"`{word}`" in section for word in [*field.enum, *field.options])
