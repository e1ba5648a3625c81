"""The schemas: true Table Schemas, which a second program reads the tables by; the codebook made from them."""

from pathlib import Path

import pytest
import yaml
from frictionless import Resource, Schema

from evidence.stages import codebook, schemas
from evidence.stages.schemas import FOLDER, TABLES, load

ROOT = Path(__file__).parents[2]
FIELD_WORDS = {"name", "type", "title", "description", "example", "constraints", "separator", "options", "refers_to", "within"}
TABLE_WORDS = {"name", "title", "description", "fields", "primaryKey", "missingValues", "optional"}


def stated(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TABLES)
def test_frictionless_reads_the_table_by_the_schema(name):
    schema = Schema.from_descriptor(stated(name))
    resource = Resource(path=f"data/raw/{name}.csv", basepath=str(ROOT), schema=schema)
    report = resource.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert report.tasks[0].stats.get("rows", 0) > 0 or load(name).optional


def test_frictionless_finds_a_fault_by_the_schema(tmp_path):
    text = (ROOT / "data/raw/groups.csv").read_text(encoding="utf-8").replace(",treatment,", ",treatmnt,", 1)
    (tmp_path / "groups.csv").write_text(text, encoding="utf-8")
    resource = Resource(path="groups.csv", basepath=str(tmp_path), schema=Schema.from_descriptor(stated("groups")))
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
    assert made == codebook.render(), "run: python -m evidence.stages.codebook"


def test_the_codebook_names_every_column_and_option():
    text = codebook.render()
    for name in TABLES:
        section = text.split(f"\n## {name}.csv\n")[1].split("\n## ")[0]
        for field in load(name).fields.values():
            assert f"| `{field.name}` |" in section
            assert all(f"`{word}`" in section for word in field.enum)
