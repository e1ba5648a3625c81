"""The workflow uses what Snakemake documents, and nothing of its insides."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "Snakefile", *sorted((ROOT / "workflow").rglob("*.smk"))]
# Of `workflow` the documentation names basedir (and source_path); the others are attributes of a class that changes with releases.
PRIVATE = re.compile(
    r"workflow\.(?!basedir\b|source_path\b)\w+|\.snakemake/(?:metadata|incomplete|locks)|is_main_process|gc\.freeze|snakemake\.(?!exceptions|utils)\w+ import"
)


def test_no_private_name_of_snakemake():
    assert len(FILES) > 10
    uses = {(path.name, name) for path in FILES for name in PRIVATE.findall(path.read_text(encoding="utf-8"))}
    assert uses == set()


def test_the_range_of_snakemake_is_stated():
    assert '"snakemake>=9,<10"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'min_version("9.0")' in (ROOT / "Snakefile").read_text(encoding="utf-8")
