"""Regression to the mean beside the observed change of groups that were chosen by the level itself."""

from dataclasses import replace

import numpy as np
import pandas as pd

from evidence.engine.measures.regression_to_mean import expected_regression
from evidence.stages.effects.levels import joined
from evidence.stages.verdicts.contrasts import has_condition
from evidence.store.rows import named_rows
from evidence.words.as_printed import one
from evidence.words.measures import interval
from evidence.words.sentences import outcome_names, templates

COLUMNS = [
    "outcome", "condition", "effect_id", "study_label", "group_label", "headline", "n", "unit", "baseline", "observed",
    "observed_percent", "reference_study", "reference_group", "reference", "reference_printed", "why", "r", "expected",
    "expected_percent", "r_low", "r_high", "most", "most_percent", "least", "least_percent", "share_percent", "sentence",
]  # fmt: skip


def reference_levels(tables, config):
    """The reference levels of the config with their mean in the outcome's unit, as far as it is printed."""
    stated = pd.DataFrame(list(config.reference_levels), columns=["outcome", "condition", "study_id", "group_id", "why"])
    measured = tables.measurements
    baseline = (measured["timepoint"] == "baseline") & measured["statistic"].isin(["mean", "geometric_mean"])
    rows = joined(replace(tables, measurements=measured[baseline & measured["outcome"].isin(stated["outcome"])]))
    rows = rows.drop_duplicates(["study_id", "group_id", "outcome"])
    printed = [f"{one(row)} {row.unit}" for row in named_rows(rows)]
    rows = rows.assign(reference_printed=printed)[["study_id", "group_id", "outcome", "m", "reference_printed"]]
    rows = stated.merge(rows, on=["study_id", "group_id", "outcome"])
    return rows.rename(columns={"m": "reference", "study_id": "reference_study", "group_id": "reference_group"})


def changes_of_levels(effects):
    """Changes from baseline of the included groups with both levels, in the outcome's unit."""
    of_levels = (effects["contrast"] == "before_after") & (effects["eligibility"] == "include") & (effects["pairing"] == "levels")
    return effects[of_levels & effects["m1"].notna() & effects["m2"].gt(0)]


def beside(row, level, config, words, outcome_label):
    """One row: a group, a reference level, and the change expected by chance beside the observed one."""
    r_low, r_high = min(config.correlation_grid, default=config.correlation), max(config.correlation_grid, default=config.correlation)
    r = np.array([config.correlation, r_low, r_high], float)
    expected, most, least = expected_regression(np.full(3, row.m2), np.full(3, level.reference), r)
    observed = row.m1 - row.m2
    towards = expected * observed > 0
    kind = "none" if not towards else "all" if abs(expected) >= abs(observed) else "expected"
    texts = {
        "outcome": outcome_label, "study": row.study_label, "baseline": f"{row.m2:.3g}", "reference": f"{level.reference:.3g}",
        "unit": row.unit, "r": f"{config.correlation:g}", "r_low": f"{r_low:g}", "why": level.why,
        "expected": percent(expected, row.m2), "most": percent(most, row.m2), "observed": interval("ROM", np.log(row.m1 / row.m2), None, None),
        "share": f"{100 * expected / observed:.0f}%" if towards else "",
    }  # fmt: skip
    return {
        "outcome": row.outcome, "condition": level.condition, "effect_id": row.id, "study_label": row.study_label,
        "group_label": row.group_label, "headline": row.headline, "n": row.n, "unit": row.unit, "baseline": row.m2, "observed": observed,
        "observed_percent": 100 * observed / row.m2, "reference_study": level.reference_study, "reference_group": level.reference_group,
        "reference": level.reference, "reference_printed": level.reference_printed, "why": level.why, "r": config.correlation,
        "expected": expected, "expected_percent": 100 * expected / row.m2, "r_low": r_low, "r_high": r_high,
        "most": most, "most_percent": 100 * most / row.m2, "least": least, "least_percent": 100 * least / row.m2,
        "share_percent": 100 * expected / observed if towards else np.nan,
        "sentence": words[kind].format(**texts),
    }  # fmt: skip


def percent(change, baseline):
    """A change as percent of the baseline, in words."""
    return interval("ROM", np.log1p(change / baseline), None, None)


def regression_to_mean(effects, tables, config):
    """The change that regression to the mean alone would produce, beside the observed one.

    Parameters
    ----------
    effects : DataFrame
        From `evidence.effects`.
    tables : Tables
    config : Config
        `reference_levels`: for an outcome and a condition defined by it, the group whose baseline mean stands for the
        population that the people were chosen from.

    Returns
    -------
    DataFrame
        One row per group and reference level: expected change at the config's correlation, the most and the least over
        its grid, in the outcome's unit and in percent of the baseline, and its share of the observed change.
    """
    texts = templates(tables.folder, "verdicts")
    words, labels = texts["regression_to_mean"], outcome_names(tables, texts)
    changes = named_rows(changes_of_levels(effects))
    rows = [
        beside(row, level, config, words, labels[level.outcome])
        for level in named_rows(reference_levels(tables, config))
        for row in changes
        if row.outcome == level.outcome and has_condition(row, level.condition)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["outcome", "effect_id"], kind="stable", ignore_index=True)
