"""The evidence base stands as it was curated: a changed number is a decision, not an accident."""

import csv
from pathlib import Path

RAW = Path(__file__).parents[2] / "data/raw"
ROWS = {
    "article_citations": 60, "claims": 21, "conditions": 37, "groups": 120, "measurements": 304, "outcomes": 60,
    "reviews": 37, "risk_of_bias": 228, "studies": 81, "units": 68, "unreported": 169,
}  # fmt: skip


def test_no_row_of_the_curated_base_is_lost():
    for name, count in ROWS.items():
        with open(RAW / f"{name}.csv", newline="", encoding="utf-8") as handle:
            assert len(list(csv.DictReader(handle))) >= count, name
