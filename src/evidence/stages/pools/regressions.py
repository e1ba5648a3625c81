"""Meta-regressions of the headline pools of all studies, on one numeric moderator at a time."""

import numpy as np
import pandas as pd

from evidence.engine.models.uni import rma
from evidence.store.moderators import split_by_kind, values_of
from evidence.store.rows import named_rows
from evidence.vocabulary import ALL, HEADLINE

COEFFICIENTS = ("intercept", "slope")
OF_EACH = ["estimate", "se", "ci_low", "ci_high", "stat", "p"]
OF_ALL = ["tau2", "I2", "H2", "R2", "QM", "QM_p", "Q", "Q_df", "Q_p"]
POOL = ["outcome", "contrast", "measure", "effect_unit", "method", "test"]
COLUMNS = [
    "id", *POOL[:4], "moderator", *POOL[4:], "coefficient", *OF_EACH, "df", *OF_ALL,
    "k", "without", "lowest", "highest", "note",
]  # fmt: skip


def cohort_value(effect_ids, groups, values):
    """Mean value of a cohort's effects, each that of its group, else of its study; NaN where one has none."""
    found = []
    for effect in effect_ids.split(";"):
        study, group = groups[effect]
        found.append(values.get((study, group), values.get((study, ""), np.nan)))
    return float(np.mean(found))


def table(pool, moderator, x, members, config):
    """Rows of one regression: two coefficients, or one row that says why there are none."""
    has = ~np.isnan(x)
    x, yi, vi = x[has], members["yi"].to_numpy()[has], members["vi"].to_numpy()[has]
    about = {
        "id": f"{pool.outcome}.{pool.contrast}.{moderator}", **{name: getattr(pool, name) for name in POOL}, "moderator": moderator,
        "k": len(x), "without": int((~has).sum()), "lowest": x.min(initial=np.inf), "highest": x.max(initial=-np.inf),
    }  # fmt: skip
    if len(x) < config.regression_least:
        return [about | {"coefficient": "", "note": f"fewer than {config.regression_least} cohorts"}]
    if about["lowest"] == about["highest"]:
        return [about | {"coefficient": "", "note": "every cohort has the same value"}]
    fit = rma(yi, vi, X=x, method=config.method, test=config.test, level=config.level)
    common = about | {name: getattr(fit, name) for name in OF_ALL} | {"df": fit.df, "note": ""}
    return [
        common | {"coefficient": coefficient} | {name: getattr(fit, name)[row] for name in OF_EACH}
        for row, coefficient in enumerate(COEFFICIENTS)
    ]


def regressions(pools, members, effects, moderators, config):
    """Meta-regressions on the numeric moderators that the config names.

    Parameters
    ----------
    pools, members, effects : DataFrame
        From the stages before.
    moderators : DataFrame
        The table moderators.csv.
    config : Config

    Returns
    -------
    DataFrame
        One row per outcome, contrast, moderator and coefficient, with the result names of `rma`. A cohort of several
        groups has the mean of their values; a cohort without a value is left out and counted in `without`.
    """
    headline = pools[(pools["analysis"] == HEADLINE) & (pools["stratum"] == ALL)]
    groups = dict(zip(effects["id"], zip(effects["study_id"], effects["group_id"], strict=True), strict=True))
    weighted = dict(tuple(members[(members["left_out"] == "") & members["pool"].isin(headline["id"])].groupby("pool")))
    rows = []
    for moderator in split_by_kind(moderators, config.moderators)[0]:
        values = values_of(moderators, moderator)
        for pool in named_rows(headline):
            cohorts = weighted[pool.id]
            x = np.array([cohort_value(ids, groups, values) for ids in cohorts["effect_ids"]])
            if not np.isnan(x).all():
                rows += table(pool, moderator, x, cohorts, config)
    return pd.DataFrame(rows, columns=COLUMNS)
