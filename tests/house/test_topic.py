"""The engine serves any topic: no id of this review stands in the program."""

import ast
import csv
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERAL = {"all", "none", "placebo", "mixed", "weight", "testosterone; letrozole"}


def ids(table, column):
    with open(ROOT / f"data/raw/{table}.csv", newline="", encoding="utf-8") as handle:
        return {row[column] for row in csv.DictReader(handle)}


def literals(path):
    """Text constants of a file that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    }


def test_no_topic_id_is_a_literal_in_the_program():
    topic = ids("studies", "study_id") | ids("outcomes", "outcome") | ids("conditions", "condition") | ids("claims", "claim_id")
    topic |= {drug.strip() for drugs in ids("groups", "drug") for drug in drugs.split(";")}
    found = {(path.name, text) for path in sorted((ROOT / "src/evidence").rglob("*.py")) for text in literals(path) & (topic - GENERAL)}
    assert not found


def test_the_template_speaks_of_no_topic():
    words = {"testosterone", "estradiol", "anastrozole", "aromatase", "sperm", "klinefelter", "obesity"}
    for path in sorted((ROOT / "src/evidence/stages/report/template").glob("*.typ")):
        text = path.read_text(encoding="utf-8").lower()
        assert not {word for word in words if word in text}, path.name
