"""What the checks look at: the sheets, indexed, and small questions to a row."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

LEVELS = ("mean", "median", "geometric_mean", "unspecified")
INTERVALS = ("iqr", "range", "ci95")
RATIOS = ("odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio", "fold_change")
READINGS = {"sd": "SD", "se": "SE"}
CONTROLS = ("placebo", "untreated", "active_control")


class Finding(NamedTuple):
    """What a check says of one row; the registry adds file, rule and grade."""

    row: dict
    column: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Data:
    """All sheets with the limits of the run, and the look-ups that checks share."""

    sheets: dict
    limits: dict

    def rows(self, name):
        """Rows of one table."""
        return self.sheets[name].rows

    def readable(self, *names):
        """Whether these tables were read whole, so that what is missing there is truly missing."""
        return all(self.sheets[name].readable for name in names)

    @cached_property
    def studies(self):
        """Studies by study_id."""
        return {row["study_id"]: row for row in self.rows("studies")}

    @cached_property
    def groups(self):
        """Groups by study_id and group_id."""
        return {(row["study_id"], row["group_id"]): row for row in self.rows("groups")}

    @cached_property
    def outcomes(self):
        """Outcomes by their id."""
        return {row["outcome"]: row for row in self.rows("outcomes")}

    @cached_property
    def factors(self):
        """Factors to the outcome's unit, by outcome and printed unit."""
        factors = {(row["outcome"], row["unit"]): 1.0 for row in self.rows("outcomes")}
        return factors | {
            (row["outcome"], row["unit"]): row["factor"] for row in self.rows("units") if row["factor"]
        }

    @cached_property
    def measured(self):
        """Measurements with a value, n and p within bounds, and a study, group and outcome that exist."""
        return [
            row
            for row in self.rows("measurements")
            if row["value"] is not None
            and (row["n"] is None or row["n"] >= 1)
            and (row["p_value"] is None or 0 <= row["p_value"] <= 1)
            and row["outcome"] in self.outcomes
            and row["study_id"] in self.studies
            and (row["study_id"], row["group_id"]) in self.groups
        ]

    @cached_property
    def series(self):
        """Measurements by study, group and outcome."""
        return grouped(self.measured, lambda row: (row["study_id"], row["group_id"], row["outcome"]))

    @cached_property
    def pairs(self):
        """Baseline and follow-up levels of one group, by the same statistic."""
        found = []
        for rows in self.series.values():
            base = [row for row in rows if row["timepoint"] == "baseline" and row["statistic"] in LEVELS]
            after = [row for row in rows if row["timepoint"] == "followup"]
            found += [
                (first, row) for row in after for first in base[:1] if first["statistic"] == row["statistic"]
            ]
        return found

    @cached_property
    def periods(self):
        """Control and treated levels of one outcome in a crossover, at the same week."""
        crossover = {name for name, row in self.studies.items() if row["design"] == "rct_crossover"}
        rows = [
            row for row in self.measured if row["timepoint"] == "followup" and row["study_id"] in crossover
        ]
        rows = [row for row in rows if row["statistic"] in LEVELS]
        by_time = grouped(rows, lambda row: (row["study_id"], row["outcome"], row["weeks"], row["statistic"]))
        found = []
        for together in by_time.values():
            control = [row for row in together if self.arm(row) in CONTROLS][:1]
            found += [(first, row) for first in control for row in together if self.arm(row) == "treatment"]
        return found

    def arm(self, row):
        """Arm of the group that a measurement is about."""
        return self.groups[row["study_id"], row["group_id"]]["arm"]

    def converted(self, row):
        """Value in the outcome's unit, or None where the unit is not known."""
        factor = self.factors.get((row["outcome"], row["unit"]))
        return None if factor is None else row["value"] * factor


def grouped(rows, key):
    """Rows in lists by key, in file order."""
    lists = defaultdict(list)
    for row in rows:
        lists[key(row)].append(row)
    return lists


def kind(row):
    """Kind of spread: the printed label, else the judged one."""
    return row["spread_judged"] if row["spread"] == "unlabelled" else row["spread"]


def half_unit(text):
    """Half a unit of the last printed digit: 0.05 for 5.3, 0.5 for 120."""
    mantissa, _, exponent = text.lower().replace(",", ".").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(f"0.5e{int(exponent or 0) - decimals}")


def rounded(row, column):
    """The lowest and highest number that are printed as this cell is."""
    half = half_unit(row[f"{column}_text"])
    return row[column] - half, row[column] + half


def shown(number):
    """A number for a message: three digits, and no exponent for large ones."""
    return f"{number:,.0f}" if 1000 <= abs(number) < 1e9 else f"{number:.3g}"
