"""Flow of reports: from those found to those that weigh, and the reports left out with their reasons.

References
----------
Page et al. 2021, BMJ 372:n71, items 16a and 16b [page2021].
"""

import numpy as np
import pandas as pd

from evidence.store.rows import named_rows
from evidence.words.names import label

STEPS = ("found", "reviews", "excluded", "background", "sensitivity", "included", "weighted", "shown", "silent")
FLOW = ["step", "reason", "reports", "cohorts", "study_ids"]
LEFT_OUT = ["study_id", "study_label", "title", "year", "eligibility", "reason", "note", "record_url"]


def standing(tables, effects):
    """Step of each report: reviews, excluded, background, sensitivity, or of the included whether any number weighs."""
    weighted = set(effects.loc[effects["headline"] == "yes", "study_id"])
    shown = set(tables.measurements["study_id"])
    kinds = {"exclude": "excluded", "background": "background", "sensitivity": "sensitivity"}
    return [
        "reviews" if study.design == "review"
        else kinds[study.eligibility] if study.eligibility in kinds
        else "weighted" if study.study_id in weighted else "shown" if study.study_id in shown else "silent"
        for study in named_rows(tables.studies)
    ]  # fmt: skip


def counted(step, reason, part):
    """One row of the flow."""
    cohorts = {study.cohort_id for study in part}
    return dict(zip(FLOW, (step, reason, len(part), len(cohorts), ";".join(study.study_id for study in part)), strict=True))


def flow(tables, effects):
    """Reports by what became of them.

    Parameters
    ----------
    tables : Tables
    effects : DataFrame
        From `evidence.effects`.

    Returns
    -------
    flow : DataFrame
        One row per step and reason, in the order of STEPS; `included` holds weighted, shown (a number without weight)
        and silent (directions only).
    left_out : DataFrame
        One row per report outside the headline, with the reason.
    """
    studies, steps = named_rows(tables.studies), standing(tables, effects)
    by_reason, by_step = {}, {}
    for study, step in zip(studies, steps, strict=True):
        by_reason.setdefault((step, study.eligibility_reason), []).append(study)
        by_step.setdefault(step, []).append(study)
    included = np.isin(steps, STEPS[6:])
    rows = [counted("found", "", studies)]
    for step in STEPS[1:5]:
        rows += [counted(step, reason, part) for (at, reason), part in sorted(by_reason.items()) if at == step]
    rows.append(counted("included", "", [study for study, kept in zip(studies, included, strict=True) if kept]))
    rows += [counted(step, "", by_step[step]) for step in STEPS[6:] if step in by_step]
    left = tables.studies[~included]
    left = left.assign(study_label=[label(study) for study in named_rows(left)], reason=left["eligibility_reason"])
    return pd.DataFrame(rows, columns=FLOW), left[LEFT_OUT].sort_values("study_id", ignore_index=True)
