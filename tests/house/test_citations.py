"""Every formula names its source, and every source named can be found."""

import re
from pathlib import Path

import pytest

import evidence as ev
from evidence.engine.models.tau2 import TAU2

ROOT = Path(__file__).parents[2]
KEY = re.compile(r"\[([a-z]+\d{4}[a-z]*)\]")
SOURCES = sorted((ROOT / "src/evidence").rglob("*.py"))


def known():
    return set(re.findall(r"@\w+\{\s*([^,\s]+)\s*,", (ROOT / "docs/references.bib").read_text(encoding="utf-8")))


def test_every_key_cited_is_in_the_bibliography():
    cited = {(key, path.name) for path in SOURCES for key in KEY.findall(path.read_text(encoding="utf-8"))}
    assert len({key for key, _ in cited}) > 40
    keys = known()
    assert not {place for place in cited if place[0] not in keys}


def test_no_key_stands_twice():
    keys = re.findall(r"@\w+\{\s*([^,\s]+)\s*,", (ROOT / "docs/references.bib").read_text(encoding="utf-8"))
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "code, function", [*sorted(TAU2.items()), *sorted(ev.MEASURES.items())], ids=lambda value: value if isinstance(value, str) else ""
)
def test_registry_entries_are_documented_and_cited(code, function):
    words = function.__doc__ or ""
    assert len(words) > 40, code
    assert KEY.search(words), f"{code} cites no paper"
