"""A small evidence base, made in a test from the rows that matter to it."""

import csv
from pathlib import Path

HEADERS = {
    path.stem: path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    for path in sorted((Path(__file__).parents[2] / "data/raw").glob("*.csv"))
}
DEFAULTS = {
    "studies": {"study_id": "s", "authors": "Able A; Baker B", "year": "2001", "title": "A study", "design": "before_after", "eligibility": "include",
                "eligibility_reason": "eligible", "cited_by_article": "no", "identity": "verified"},
    "groups": {"study_id": "s", "group_id": "treated", "label": "Drug", "arm": "treatment", "drug": "drug_a", "conditions": "condition_a"},
    "measurements": {"study_id": "s", "group_id": "treated", "outcome": "level", "timepoint": "followup", "statistic": "mean", "unit": "u",
                     "spread": "none", "value": "10", "source_kind": "abstract", "source_locator": "Abstract"},
    "outcomes": {"outcome": "level", "label": "Level", "domain": "hormone", "measure": "ROM", "unit": "u", "better": "higher",
                 "cv_low": "0.01", "cv_high": "5", "headline": "yes"},
    "units": {"outcome": "level", "unit": "u", "to_unit": "u", "factor": "1", "source": "identical unit"},
    "conditions": {"condition": "condition_a", "label": "Condition A", "definition": "A", "in_article": "yes"},
}  # fmt: skip
CONFIG = """review:
  title: Toy
  subtitle: A toy review
  question: Does it work?
  date: 2026-01-02
"""


def folder(path, config=CONFIG, **tables):
    """Write an analysis folder; each table is a list of dicts over DEFAULTS, one default row if not given.

    Tables without defaults are left out unless given.
    """
    raw = Path(path) / "data/raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name in DEFAULTS.keys() | tables.keys():
        rows = tables.get(name, [{}])
        with open(raw / f"{name}.csv", "w", newline="", encoding="utf-8") as handle:
            optional = [column for column in dict.fromkeys(key for row in rows for key in row) if column not in HEADERS[name]]
            writer = csv.DictWriter(handle, [*HEADERS[name], *optional], lineterminator="\n")
            writer.writeheader()
            for row in rows:
                row = DEFAULTS.get(name, {}) | row
                if name == "studies":
                    row = {"cohort_id": row["study_id"]} | row
                writer.writerow({key: str(value) for key, value in row.items()})
    (Path(path) / "config").mkdir(exist_ok=True)
    (Path(path) / "config/config.yaml").write_text(config, encoding="utf-8")
    return Path(path)


def study(name, **columns):
    return {"study_id": name} | columns


def group(name, group_id="treated", **columns):
    return {"study_id": name, "group_id": group_id} | columns


def number(name, value, timepoint="followup", **columns):
    return {"study_id": name, "value": value, "timepoint": timepoint} | columns


def sd(value):
    return {"spread": "sd", "spread_low": value}


def se(value):
    return {"spread": "se", "spread_low": value}


def p(operator, value, p_for="change_from_baseline"):
    return {"p_operator": operator, "p_value": value, "p_for": p_for}
