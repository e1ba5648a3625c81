"""What the checks look at: the sheets, indexed, and small questions to a row."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import NamedTuple

from evidence.stages.tables.sheet import Row
from evidence.store.comparisons import MEASURED, compare_groups, larger_groups
from evidence.vocabulary import CONTROLS, LEVELS

ID = re.compile(r"(?<!\w)[a-z0-9_]+(?!\w)")


class Finding(NamedTuple):
    """What a check says of one row; the registry adds file, rule and grade."""

    row: Row
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
    def typed(self):
        """Ids as they were typed, by the form that tables are joined by, where the two differ by more than capitals."""
        pairs = [zip(sheet.columns[name.removesuffix("_typed")], texts, strict=True)
                 for sheet in self.sheets.values() for name, texts in sheet.columns.items() if name.endswith("_typed")]  # fmt: skip
        return {form: text for several in pairs for form, text in several if form != text.casefold()}

    def as_typed(self, finding):
        """A finding whose words show ids as they were typed."""
        if not self.typed:
            return finding
        what, remedy = (ID.sub(lambda word: self.typed.get(word[0], word[0]), text) for text in (finding.what, finding.remedy))
        return finding._replace(what=what, remedy=remedy)

    @cached_property
    def factors(self):
        """Factors to the outcome's unit, by outcome and printed unit."""
        factors = {(row["outcome"], row["unit"]): 1.0 for row in self.rows("outcomes")}
        return factors | {(row["outcome"], row["unit"]): row["factor"] for row in self.rows("units") if row["factor"]}

    @cached_property
    def turning(self):
        """Outcomes and units of the scales that run the other way."""
        return {(row["outcome"], row["unit"]) for row in self.rows("units") if row["reversed"] == "yes"}

    @cached_property
    def sound(self):
        """Of each measurement whether it has a value, n and p within bounds, and a study, group and outcome that exist."""
        names = ("value", "n", "p_value", "outcome", "study_id", "group_id")
        return [
            value is not None
            and (n is None or n >= 1)
            and (p is None or 0 <= p <= 1)
            and outcome in self.outcomes
            and study in self.studies
            and (study, group) in self.groups
            for value, n, p, outcome, study, group in self.sheets["measurements"].cells(*names)
        ]

    @cached_property
    def measured(self):
        """The measurements that are sound."""
        return list(compress(self.rows("measurements"), self.sound))

    def cells(self, *names):
        """What the measured rows hold in some columns, a tuple a row."""
        return compress(self.sheets["measurements"].cells(*names), self.sound)

    def where(self, test, *names):
        """Measured rows whose cells in some columns pass a test; it sees what many rows hold once."""
        passing = {cells for cells in set(self.cells(*names)) if test(*cells)}
        return [row for row, cells in zip(self.measured, self.cells(*names), strict=True) if cells in passing] if passing else []

    def having(self, **words):
        """Measured rows that hold one of these words in each of these columns."""
        return self.where(lambda *cells: all(cell in allowed for cell, allowed in zip(cells, words.values(), strict=True)), *words)

    @cached_property
    def baselines(self):
        """The first level at baseline by study, group and outcome."""
        rows = self.having(timepoint=("baseline",), statistic=LEVELS)
        return {(row["study_id"], row["group_id"], row["outcome"]): row for row in reversed(rows)}

    @cached_property
    def larger(self):
        """Larger groups of each group, by study and group."""
        reports = defaultdict(dict)
        for study, group in self.groups:
            reports[study][group] = self.groups[study, group]
        return defaultdict(dict, {study: larger_groups(report) for study, report in reports.items()})

    @cached_property
    def comparisons(self):
        """Comparisons within the reports, and those between which the table must choose."""
        numbers = self.cells("study_id", "group_id", "outcome", "timepoint", "versus")
        return compare_groups(self.rows("groups"), numbers, self.limits["control_arms"])

    @cached_property
    def first_level(self):
        """The first follow-up or change by study, group and outcome."""
        rows = self.having(timepoint=MEASURED)
        return {(row["study_id"], row["group_id"], row["outcome"]): row for row in reversed(rows)}

    @cached_property
    def pairs(self):
        """Baseline and follow-up levels of one group, by the same statistic."""
        after = self.having(timepoint=("followup",), statistic=LEVELS)
        before = [self.baselines.get((row["study_id"], row["group_id"], row["outcome"])) for row in after]
        return [(base, row) for base, row in zip(before, after, strict=True) if base and base["statistic"] == row["statistic"]]

    @cached_property
    def periods(self):
        """Control and treated levels of one outcome in a crossover, at the same week."""
        crossover = {name for name, row in self.studies.items() if row["design"] == "rct_crossover"}
        rows = self.having(timepoint=("followup",), study_id=crossover, statistic=LEVELS)
        by_time = grouped(rows, lambda row: (row["study_id"], row["outcome"], row["weeks"], row["statistic"]))
        found = []
        for together in by_time.values():
            control = [row for row in together if self.arm(row) in CONTROLS][:1]
            found += [(first, row) for first in control for row in together if self.arm(row) == "treatment"]
        return found

    @cached_property
    def lost_p(self):
        """Rows whose p-value is a whole number, as 0.001 becomes where another decimal sign is taken: three and more in a table, else none."""
        rows = {}
        for name in ("measurements", "unreported"):
            whole = [row for row in self.rows(name) if row["p_value_text"].isdigit() and row["p_value"]]
            sure = [row for row in whole if row["p_value"] > 1 or row["p_operator"] == "<"]
            rows[name] = whole if len(sure) >= 3 else []
        return rows

    @cached_property
    def same_number(self):
        """Measured rows that are statements of one number, in lists."""
        return self.alike("study_id", "group_id", "outcome", "timepoint", "weeks", "statistic", "versus")

    @cached_property
    def same_statement(self):
        """Measured rows that state the same, whichever group of their study they are about, in lists."""
        return self.alike(
            "study_id", "outcome", "timepoint", "weeks", "statistic", "value", "unit", "spread", "spread_low", "spread_high", "versus"
        )

    def alike(self, *names):
        """Measured rows in lists of two and more that hold the same in some columns, in file order."""
        return doubled(self.measured, self.cells(*names))

    def prepare(self):
        """Look up now what most checks ask for, so that processes that begin from here share it."""
        return self.measured, self.pairs

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


def doubled(rows, keys):
    """Rows in lists of two and more that have one key, in file order; most tables have none."""
    keys = list(keys)
    if len(set(keys)) == len(keys):
        return []
    often = {key: [] for key, times in Counter(keys).items() if times > 1}
    for row, key in zip(rows, keys, strict=True):
        if key in often:
            often[key].append(row)
    return list(often.values())


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
