"""Stage pools: random-effects pools by outcome, contrast, stratum and analysis."""

import numpy as np
import pandas as pd

from evidence.measures import summary
from evidence.models.batch import rma_batch
from evidence.stages import readable
from evidence.stages.analyses import analyses
from evidence.stages.strata import stratified, without_subgroups

POOL = ["outcome", "contrast", "measure", "effect_unit", "stratum"]
ROUTE_RANK = ("printed", "counts", "paired_p", "between_p", "spread", "quantiles", "bound")
ELIGIBILITY = ("include", "sensitivity", "background", "exclude")
RESULTS = [
    "estimate", "se", "ci_low", "ci_high", "stat", "p", "df", "pi_low", "pi_high",
    "tau2", "tau2_low", "tau2_high", "I2", "H2", "Q", "Q_df", "Q_p", "k",
]  # fmt: skip
READABLE = {"effect": "estimate", "effect_low": "ci_low", "effect_high": "ci_high", "effect_pi_low": "pi_low", "effect_pi_high": "pi_high"}
COLUMNS = [
    "id", *POOL, "analysis", "method", "test", *RESULTS, "n", *READABLE, "note",
]  # fmt: skip
MEMBERS = ["pool", "cohort_id", "study_label", "effect_ids", "arms", "n", "yi", "vi", "weight", "left_out"]


def one_report_per_cohort(members):
    """Of the reports on one cohort in a pool, keep the best; return kept and dropped rows.

    Best: the more eligible, then the route that needs less assumed, then a labelled spread, then more
    people, then the later report.
    """
    key = [*POOL, "cohort_id"]
    reports = members.assign(
        eligible=members["eligibility"].map(ELIGIBILITY.index),
        route_rank=members["route"].map(ROUTE_RANK.index),
        people=members["n"].fillna(0),
    )
    per_report = reports.groupby([*key, "study_id"], as_index=False).agg(
        eligible=("eligible", "min"), route_rank=("route_rank", "max"), judged=("judged", "max"), people=("people", "sum")
    )
    best = per_report.sort_values(
        [*key, "eligible", "route_rank", "judged", "people", "study_id"], ascending=[True] * (len(key) + 3) + [False, False]
    ).drop_duplicates(key)
    merged = members.merge(best[[*key, "study_id"]].rename(columns={"study_id": "kept_study"}), on=key, how="left")
    merged.index = members.index
    keep = merged["kept_study"] == members["study_id"]
    return members[keep], merged[~keep]


def combined(members, config):
    """One effect per cohort and pool: the arms of a report become one average.

    Returns
    -------
    DataFrame
        One row per pool and cohort with yi, vi, n and the ids of its effects.
    """
    key = [*POOL, "cohort_id"]
    group = members.groupby(key, sort=True).ngroup().to_numpy()
    order = members.assign(group=group).drop_duplicates("group").sort_values("group")
    separate = (order["design"] == "rct_parallel") & (order["contrast"] != "versus_control")
    r = np.where(separate, 0.0, config.arm_correlation)
    yi, vi = summary.composite(members["yi"], members["vi"], group, r)
    by_group = members.assign(group=group).groupby("group", sort=True)
    people = by_group["n"].agg(lambda n: n.sum(skipna=False))
    control = by_group["n_control"].max().fillna(0)
    return pd.DataFrame({
        **{name: order[name].to_numpy() for name in [*key, "study_label"]},
        "effect_ids": by_group["id"].agg(";".join).to_numpy(),
        "arms": by_group.size().to_numpy(),
        "n": (people + control.where(order["design"].to_numpy() != "rct_crossover", 0)).to_numpy(),
        "yi": yi,
        "vi": vi,
    })  # fmt: skip


def fitted(cohorts, config):
    """Fit all pools at once.

    Returns
    -------
    pools, cohorts : DataFrame
        Results by pool, and the cohorts with their weights in percent.
    """
    number = cohorts.groupby(POOL, sort=True).ngroup().to_numpy()
    within = cohorts.groupby(POOL).cumcount().to_numpy()
    shape = (within.max() + 1, number.max() + 1)
    Y, V = np.full(shape, np.nan), np.full(shape, np.nan)
    Y[within, number], V[within, number] = cohorts["yi"], cohorts["vi"]
    fits = rma_batch(Y, V, method=config.method, test=config.test, level=config.level, tau2_ci=True)
    pools = cohorts.assign(number=number).drop_duplicates("number").sort_values("number")[POOL].reset_index(drop=True)
    pools = pools.assign(**{name: np.broadcast_to(np.asarray(getattr(fits, name), float), shape[1]) for name in RESULTS})
    pools["n"] = cohorts.groupby(number)["n"].agg(lambda n: n.sum(skipna=False)).to_numpy()
    w = 1 / (cohorts["vi"] + pools["tau2"].to_numpy()[number])
    weight = 100 * w / np.bincount(number, w)[number]
    return pools, cohorts.assign(weight=weight, number=number)


def limited(pools):
    """Blank what too few cohorts cannot tell, and say so.

    k = 1 is the study's own interval, nothing pooled; a prediction interval needs three.
    """
    one, two = pools["k"] == 1, pools["k"] == 2
    pools = pools.copy()
    few = ["pi_low", "pi_high"]
    pools.loc[pools["k"] < 3, few] = np.nan
    pools.loc[one, ["tau2", "tau2_low", "tau2_high", "I2", "H2", "Q", "Q_df", "Q_p"]] = np.nan
    pools["note"] = np.select(
        [one, two],
        ["single study, not pooled", "two studies: the interval rests on 1 degree of freedom and tau2 is hardly known"],
        "",
    )
    return pools


def pool_id(frame):
    return frame["outcome"] + "." + frame["contrast"] + "." + frame["stratum"].str.replace(":", "-") + "." + frame["analysis"]


def one_analysis(name, analysis, effects, config):
    """Pools and members of one analysis, or None where it has no effects."""
    members = analysis.select(effects, config)
    config = analysis.plan(config)
    if not len(members):
        return None
    members, subgroups = without_subgroups(stratified(members, config.strata), POOL)
    members, others = one_report_per_cohort(members)
    pools, cohorts = fitted(combined(members, config), config)
    pools = limited(pools).assign(analysis=name, method=config.method, test=config.test)
    pools["id"] = pool_id(pools)
    left = pd.concat([
        subgroups.assign(left_out="part of a larger group in the pool"),
        others.assign(left_out="cohort counted once, by " + others["kept_study"].astype(object)),
    ])  # fmt: skip
    left = left.assign(analysis=name, effect_ids=left["id"], arms=1, weight=np.nan)
    left["pool"] = pool_id(left)
    cohorts = cohorts.assign(pool=pools["id"].to_numpy()[cohorts["number"]], left_out="")
    return pools, pd.concat([cohorts[MEMBERS], left[MEMBERS]] if len(left) else [cohorts[MEMBERS]])


def pools_and_members(effects, config, only=None):
    """Random-effects pools, and what they are made of.

    Parameters
    ----------
    effects : DataFrame
        From `evidence.effects`.
    config : Config
    only : sequence of str, optional
        Names of the analyses to run; all of them if None.

    Returns
    -------
    pools : DataFrame
        As `pools` returns it.
    members : DataFrame
        The cohorts of each pool with yi, vi and weight, and what was left out of it with the reason.
    """
    plans = analyses(config)
    made = [one_analysis(name, plans[name], effects, config) for name in only or plans]
    made = [both for both in made if both is not None]
    if not made:
        return pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=MEMBERS)
    frame = pd.concat([pools for pools, _ in made], ignore_index=True)
    members = pd.concat([members for _, members in made], ignore_index=True)
    frame = frame.assign(**{name: readable.back(frame["measure"], frame[of]) for name, of in READABLE.items()})
    frame["n_analysis"] = frame["analysis"].map(list(plans).index)
    frame = frame.sort_values(["outcome", "contrast", "stratum", "measure", "n_analysis"], ignore_index=True)
    return frame[COLUMNS], members.sort_values(["pool", "left_out", "cohort_id", "effect_ids"], ignore_index=True)


def pools(effects, config):
    """Random-effects pools of effects.

    Parameters
    ----------
    effects : DataFrame
        From `evidence.effects`.
    config : Config

    Returns
    -------
    DataFrame
        One row per outcome, contrast, stratum and analysis, with the result names of `rma` on the
        analysis scale and `effect`, `effect_low`, ... in the readable unit.
    """
    return pools_and_members(effects, config)[0]
