"""Write a synthetic evidence base whose truth is known.

    python benchmarks/make_evidence.py FOLDER --outcomes 100 [--studies 50] [--seed 1]

Each outcome is measured before and after a treatment in `--studies` studies; a hundred outcomes share their studies.
FOLDER gets config/config.yaml and data/raw as any review has them, and truth.csv: of each outcome the mean log ratio and
tau2 that its numbers were drawn from.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from evidence.store.schema import TABLES, load

SHARED = 100
CORRELATION = 0.5
BASELINE, CV = 100.0, 0.25
CONFIG = f"""\
review:
  title: Synthetic evidence
  subtitle: Numbers drawn at random
  question: Does the program find what they were drawn from?
  date: 2026-11-23
effects:
  correlation: {CORRELATION}
  correlation_grid: []
  recover_correlation: false
  control_arms: [untreated]
pools:
  method: REML
  test: knha
  strata: []
sensitivity:
  sensitivity_strata: []
  other_methods: [DL]
  other_tests: []
"""


def study_id(outcome, study, studies):
    return f"study{outcome // SHARED * studies + study + 1}"


def study_rows(outcomes, studies):
    """Rows of studies.csv and groups.csv."""
    for number in range(-(-outcomes // SHARED) * studies):
        one = f"study{number + 1}"
        yield (
            {"study_id": one, "authors": f"Author{number + 1} A; Second B", "year": 1990 + number % 35, "title": f"Report {number + 1}",
             "design": "before_after", "cohort_id": one, "eligibility": "include", "eligibility_reason": "eligible", "identity": "verified"},
            {"study_id": one, "group_id": "treated", "label": "Treated", "arm": "treatment", "drug": "treatment"},
        )  # fmt: skip


def outcome_rows(outcomes):
    """Rows of outcomes.csv and units.csv."""
    for number in range(outcomes):
        name = f"outcome{number + 1:05d}"
        yield (
            {"outcome": name, "label": f"Outcome {number + 1}", "domain": "hormone", "measure": "ROM", "unit": "nmol/L", "better": "higher",
             "cv_low": 0.02, "cv_high": 2, "headline": "yes" if number < 10 else "no"},
            {"outcome": name, "unit": "nmol/L", "to_unit": "nmol/L", "factor": 1, "source": "identical unit"},
        )  # fmt: skip


def drawn(mu, tau2, studies, generator):
    """Printed n, means and SDs before and after in the studies of one outcome: a true log ratio each, normal data around it."""
    n = generator.integers(20, 200, studies)
    sd = CV * BASELINE
    after = BASELINE * np.exp(generator.normal(mu, np.sqrt(tau2), studies))
    sd_after = CV * after
    error = generator.standard_normal((2, studies)) / np.sqrt(n)
    low, high = BASELINE + sd * error[0], after + sd_after * (CORRELATION * error[0] + np.sqrt(1 - CORRELATION**2) * error[1])
    spread = np.sqrt(generator.chisquare(n - 1, (2, studies)) / (n - 1))
    return n, low, sd * spread[0], high, sd_after * spread[1]


def measurement_rows(outcomes, studies, truth, generator):
    """Rows of measurements.csv, two for each outcome and study."""
    shared = {
        "group_id": "treated",
        "statistic": "mean",
        "unit": "nmol/L",
        "spread": "sd",
        "source_kind": "abstract",
        "source_locator": "Table 2",
    }
    for number in range(outcomes):
        columns = drawn(*truth[number], studies, generator)
        for study, (n, low, sd_low, high, sd_high) in enumerate(zip(*columns, strict=True)):
            one = shared | {"study_id": study_id(number, study, studies), "outcome": f"outcome{number + 1:05d}", "n": n}
            yield one | {"timepoint": "baseline", "weeks": 0, "value": f"{low:.4f}", "spread_low": f"{sd_low:.4f}"}
            yield one | {"timepoint": "followup", "weeks": 12, "value": f"{high:.4f}", "spread_low": f"{sd_high:.4f}"}


def write(folder, name, rows):
    """One raw table with the columns of its schema; a cell that a row leaves out is empty."""
    with open(folder / f"data/raw/{name}.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(load(name).fields), restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def make(folder, outcomes, studies=50, seed=1):
    """Write an evidence base of `outcomes` x `studies` pairs of means and its truth; the same bytes for the same seed."""
    folder = Path(folder)
    (folder / "data/raw").mkdir(parents=True)
    (folder / "config").mkdir()
    (folder / "config/config.yaml").write_text(CONFIG, encoding="utf-8")
    generator = np.random.default_rng(seed)
    truth = np.column_stack([generator.normal(0, 0.3, outcomes), generator.uniform(0, 0.05, outcomes)])
    reports, groups = zip(*study_rows(outcomes, studies), strict=True)
    about, units = zip(*outcome_rows(outcomes), strict=True)
    rows = {
        "studies": reports, "groups": groups, "outcomes": about, "units": units,
        "measurements": measurement_rows(outcomes, studies, truth, generator),
    }  # fmt: skip
    for name in TABLES:
        write(folder, name, rows.get(name, ()))
    lines = [f"outcome{number + 1:05d},{mu:.10g},{tau2:.10g}\n" for number, (mu, tau2) in enumerate(truth)]
    (folder / "truth.csv").write_text("outcome,mu,tau2\n" + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--outcomes", type=int, required=True)
    parser.add_argument("--studies", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    make(given.folder, given.outcomes, given.studies, given.seed)
