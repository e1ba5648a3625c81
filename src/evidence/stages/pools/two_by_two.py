"""Pools of 2x2 tables as they are: Mantel-Haenszel, Peto and a binomial model, none of which adds 1/2 to an empty cell."""

import numpy as np
import pandas as pd

from evidence.engine.measures.escalc import escalc
from evidence.engine.models.counts import mantel_haenszel, peto
from evidence.engine.models.glmm import glmm
from evidence.stages.effects.counts import EMPTY, double_zeros

CELLS = ["x1", "n1", "x2", "n2"]
METHODS = {
    "MH": mantel_haenszel,
    "Peto": lambda measure, *cells, level: peto(*cells, level=level),  # type: ignore[misc]
    "GLMM": glmm,
}
RESULTS = ["pi_low", "pi_high", "estimate", "se", "ci_low", "ci_high", "stat", "p", "tau2", "I2", "H2", "Q", "Q_df", "Q_p"]
SILENT = {"MH": {"OR": ("none", "all"), "RR": ("none",), "RD": ()}, "Peto": {"OR": ("none", "all")}, "GLMM": {"OR": ("none", "all")}}


def four(table):
    """Cells a, b, c, d of tables with x1 of n1 and x2 of n2."""
    x1, n1, x2, n2 = (np.asarray(table[name], float) for name in CELLS)
    return x1, n1 - x1, x2, n2 - x2


def summed(cohorts, effects):
    """The 2x2 table of each cohort: its treated arms together beside its control arms together, each arm once.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 23.3.4: combine groups to a single comparison [higgins2024].
    """
    ids = cohorts["effect_ids"].str.split(";").explode().rename("id").reset_index()
    arms = ids.merge(effects[["id", "study_id", "group_id", "control_id", *CELLS]], on="id").astype({"index": int})
    sides = {"group_id": ["x1", "n1"], "control_id": ["x2", "n2"]}
    parts = [arms.drop_duplicates(["index", "study_id", arm]).groupby("index")[names].sum() for arm, names in sides.items()]
    return cohorts.assign(**pd.concat(parts, axis=1).reindex(cohorts.index))


def weights(method, measure, a, b, c, d):
    """Weight of each table in the pooled estimate; NaN for a binomial model, which has none.

    Notes
    -----
    With N = n1 + n2: b c / N (OR), c n1 / N (RR), n1 n2 / N (RD), and the variance V of Peto.

    References
    ----------
    Mantel & Haenszel 1959 [mantel1959]; Yusuf et al. 1985 [yusuf1985].
    """
    n1, n2 = a + b, c + d
    N = n1 + n2
    if method == "MH":
        return {"OR": b * c / N, "RR": c * n1 / N, "RD": n1 * n2 / N}[measure]
    return n1 * n2 * (a + c) * (b + d) / (N**2 * np.maximum(N - 1, 1)) if method == "Peto" else np.full(len(a), np.nan)


def with_effects(cohorts):
    """Add yi and vi of each table by itself, as a forest plot shows them (1/2 added where a cell is empty), and why it adds nothing."""
    yi, vi = np.full((2, len(cohorts)), np.nan)
    empty = double_zeros(cohorts["measure"], *(cohorts[name] for name in CELLS))
    for measure in sorted(set(cohorts["measure"])):
        rows = (cohorts["measure"] == measure).to_numpy() & (empty == "")
        if rows.any():
            effect = escalc(measure, **dict(zip(("ai", "bi", "ci", "di"), four(cohorts[rows]), strict=True)))
            yi[rows], vi[rows] = effect.yi, effect.vi
    return cohorts.assign(yi=yi, vi=vi, empty=empty)


def fitted(cohorts, effects, plans, level, key):
    """Pools of 2x2 tables, one by one; a pool of fewer than two tables, or without a finite estimate, is none.

    Parameters
    ----------
    cohorts : DataFrame
        One row per `pool` and cohort, with the ids of its effects.
    effects : DataFrame
        With the counts of each.
    plans : dict of Config
        By the names in `cohorts["analysis"]`.
    level : float
    key : list of str
        Columns that describe a pool.

    Returns
    -------
    pools : DataFrame
        Names of each pool, method, test, and the results that the method has.
    cohorts : DataFrame
        The cohorts of these pools with their table and weight in percent; `left_out` says why a table adds nothing.
    """
    pools, members = [], []
    cohorts = with_effects(summed(cohorts.reset_index(drop=True), effects))
    for pool, part in cohorts.groupby("pool", sort=True):
        about = {"id": pool, **part.iloc[0][key]}
        method, measure = plans[about["analysis"]].method, about["measure"]
        silent = part["empty"].isin(SILENT[method][measure])
        used = part[~silent]
        try:
            fit = METHODS[method](measure, *four(used), level=level) if len(used) > 1 else None
        except ValueError:
            fit = None
        if fit is None:
            continue
        results = {name: getattr(fit, name, np.nan) for name in (RESULTS if len(used) > 2 else RESULTS[2:])}
        people = used["n"].sum(skipna=False)
        pools.append({**about, "method": method, "test": "z", **results, "k": len(used), "n": people, "note": note(silent)})
        w = weights(method, measure, *four(part))
        weight = np.where(silent, np.nan, 100 * w / w.sum())
        members.append(part.assign(weight=weight, left_out=part["empty"].map(EMPTY).where(silent, "")))
    return pd.DataFrame(pools), whole(members)


def whole(frames):
    """Frames one below the other; an empty one if there are none."""
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def note(silent):
    """What the tables that tell nothing are to a pool."""
    return f"{silent.sum()} of {len(silent)} tables have no event, or nothing else, in both arms and add nothing" if silent.any() else ""
