"""Mentions: every time that a group says something of an outcome, and how much its word weighs."""

from typing import NamedTuple

import numpy as np

from evidence.stages.effects.hierarchy import with_broader
from evidence.stages.effects.levels import MEANS
from evidence.store.rows import by, named_rows

WEIGHTED, SHOWN, STATED = 3, 2, 1
COMPARED = ("OR", "RR", "RD", "IRR", "HR")
SPEAKS_OF = {"difference": "versus_control"}


class Mention(NamedTuple):
    """A group's word on an outcome: weighted in the headline, a number shown without weight, or only stated."""

    cohort_id: str
    outcome: str
    contrast: str
    standing: int
    conditions: tuple


def parts(text):
    """Items of a ";"-separated text."""
    return tuple(item.strip() for item in text.split(";") if item.strip())


def best(mentions):
    """Cohorts by the highest standing each of them has: weighted, shown, stated."""
    standing = {}
    for one in mentions:
        standing[one.cohort_id] = max(standing.get(one.cohort_id, 0), one.standing)
    return tuple(sum(level == wanted for level in standing.values()) for wanted in (WEIGHTED, SHOWN, STATED))


def group_conditions(tables):
    """Conditions of each group with every broader one, by study and group."""
    widened = with_broader(tables.groups["conditions"], tables.conditions)
    return dict(zip(zip(tables.groups["study_id"], tables.groups["group_id"], strict=True), widened, strict=True))


def stated_of(tables):
    """Results stated without a figure, by outcome and the contrast they speak of."""
    return by(named_rows(tables.unreported), lambda row: (row.outcome, SPEAKS_OF.get(row.timepoint, "before_after")))


def in_no_effect(tables, effects):
    """Rows of measurements that no effect is made of."""
    used = {int(line) for lines in effects["lines"] for line in lines.split(";")}
    return tables.measurements[~tables.measurements["line"].isin(used)]


def contrast_of(timepoint, measure):
    """The contrast that a printed number would serve: of its outcome's measure, and of what it is printed as.

    Parameters
    ----------
    timepoint : str
        baseline, followup, change or difference.
    measure : str
        Of the outcome, such as MD or PLO.
    """
    if timepoint == "difference" or measure in COMPARED:
        return "versus_control"
    return "before_after" if timepoint == "change" or measure in MEANS else "single_arm"


def contrasts_with_effects(effects):
    """The contrast of the effects of each cohort and outcome; of several contrasts one with an effect in the headline."""
    ordered = effects.sort_values("headline", kind="stable")  # "no" before "yes": the last one stays
    return dict(zip(zip(ordered["cohort_id"], ordered["outcome"], strict=True), ordered["contrast"], strict=True))


def of_unused(tables, effects, conditions, cohorts):
    """Mentions of the numbers that are in no effect.

    They stand under the contrast of the cohort's effects of the outcome, so that a cohort counts once there; of a
    cohort without an effect, under the contrast that they would serve.
    """
    there, measures = contrasts_with_effects(effects), dict(zip(tables.outcomes["outcome"], tables.outcomes["measure"], strict=True))
    rows = in_no_effect(tables, effects)[["study_id", "group_id", "outcome", "timepoint"]].drop_duplicates()
    for row in named_rows(rows):
        cohort = cohorts[row.study_id]
        contrast = there.get((cohort, row.outcome)) or contrast_of(row.timepoint, measures[row.outcome])
        yield Mention(cohort, row.outcome, contrast, SHOWN, parts(conditions.get((row.study_id, row.group_id), "")))


def mentions(tables, effects):
    """Every time that a group says something of an outcome.

    Parameters
    ----------
    tables : Tables
    effects : DataFrame
        From `evidence.effects`.

    Returns
    -------
    list of Mention
        Of every effect, of every printed number that is in none, and of every result stated without a figure.
    """
    conditions = group_conditions(tables)
    cohorts = dict(zip(tables.studies["study_id"], tables.studies["cohort_id"], strict=True))
    standing = np.where(effects["headline"] == "yes", WEIGHTED, SHOWN).tolist()
    columns = zip(effects["cohort_id"], effects["outcome"], effects["contrast"], standing, effects["conditions"].map(parts), strict=True)
    stated = [
        Mention(cohorts[row.study_id], outcome, contrast, STATED, parts(conditions.get((row.study_id, row.group_id), "")))
        for (outcome, contrast), rows in stated_of(tables).items()
        for row in rows
    ]
    return [*map(Mention._make, columns), *of_unused(tables, effects, conditions, cohorts), *stated]
