"""Stage pools: random-effects pools by outcome, contrast, stratum and analysis."""

from itertools import count

import numpy as np
import pandas as pd

from evidence.engine.measures import summary
from evidence.engine.models.batch import rma_batch
from evidence.stages.pools import two_by_two
from evidence.stages.pools.analyses import analyses
from evidence.stages.pools.strata import stratified, without_subgroups
from evidence.vocabulary import ACTIVE, CONTROLLED, ELIGIBILITY, HEADLINE, ROUTE_RANK, pool_id
from evidence.words import units as readable

POOL = ["outcome", "contrast", "measure", "effect_unit", "stratum", "analysis"]
RESULTS = [
    "estimate", "se", "ci_low", "ci_high", "stat", "p", "df", "pi_low", "pi_high",
    "tau2", "tau2_low", "tau2_high", "I2", "H2", "Q", "Q_df", "Q_p", "k",
]  # fmt: skip
READABLE = {"effect": "estimate", "effect_low": "ci_low", "effect_high": "ci_high", "effect_pi_low": "pi_low", "effect_pi_high": "pi_high"}
COLUMNS = [
    "id", *POOL, "method", "test", *RESULTS, "n", *READABLE, "note",
]  # fmt: skip
USED = [
    "id", "study_id", "group_id", "cohort_id", "study_label", "outcome", "contrast", "measure", "effect_unit", "drug", "comparator",
    "conditions", "moderators", "part_of", "design", "eligibility", "route", "judged", "n", "n_control", "yi", "vi",
]  # fmt: skip
MEMBERS = ["pool", "cohort_id", "study_label", "effect_ids", "arms", "n", *two_by_two.CELLS, "yi", "vi", "weight", "left_out"]


def numbered(members):
    """Add `cohort`, the number of each pool's cohort in the order of their names."""
    return members.assign(cohort=members.groupby([*POOL, "cohort_id"], sort=True).ngroup())


def one_report_per_cohort(members):
    """Of the reports on one cohort in a pool (`numbered`), keep the best; return kept and dropped rows.

    Best: the more eligible, then the route that needs less assumed, then a labelled spread, then more
    people, then the later report.
    """
    of_cohort = members["cohort"].to_numpy()
    study, names = pd.factorize(members["study_id"], sort=True)
    reports = pd.DataFrame({
        "cohort": of_cohort,
        "study": study,
        "eligible": members["eligibility"].map(dict(zip(ELIGIBILITY, count()))).to_numpy(),
        "route_rank": members["route"].map(dict(zip(ROUTE_RANK, count()))).to_numpy(),
        "judged": (members["judged"] == "yes").to_numpy(),
        "people": members["n"].fillna(0).to_numpy(),
    })  # fmt: skip
    per_report = reports.groupby(["cohort", "study"], as_index=False).agg(
        {"eligible": "min", "route_rank": "max", "judged": "max", "people": "sum"}
    )
    best = per_report.sort_values(
        ["cohort", "eligible", "route_rank", "judged", "people", "study"], ascending=[True] * 4 + [False, False]
    ).drop_duplicates("cohort")
    kept = best.set_index("cohort")["study"].to_numpy()[of_cohort]
    keep = kept == study
    return members[keep], members[~keep].assign(kept_study=names.take(kept[~keep]))


def counted_once(members):
    """Split members into those that a pool holds and those it leaves out, with the reason in `left_out`."""
    members, subgroups = without_subgroups(members, POOL)
    members, others = one_report_per_cohort(numbered(members))
    left = pd.concat([
        subgroups.assign(left_out="part of a larger group in the pool"),
        others.assign(left_out="cohort counted once, by " + others["kept_study"].astype(object)),
    ])  # fmt: skip
    return members, left


def headline_members(effects, config):
    """Effects of each headline pool and those it leaves out, as `counted_once` splits them; nothing is pooled."""
    members = selected(effects, config, {HEADLINE: analyses(config)[HEADLINE]})
    return counted_once(members) if len(members) else (members, members.assign(left_out=""))


def combined(members, config):
    """One effect per cohort and pool: the arms of a report become one average.

    Returns
    -------
    DataFrame
        One row per pool and cohort with yi, vi, n and the ids of its effects.
    """
    key = [*POOL, "cohort_id"]
    _, first, group = np.unique(members["cohort"], return_index=True, return_inverse=True)
    order = members.iloc[first]
    separate = (order["design"] == "rct_parallel") & ~order["contrast"].isin((CONTROLLED, ACTIVE))
    r = np.where(separate, 0.0, config.arm_correlation)
    yi, vi = summary.composite(members["yi"], members["vi"], group, r)
    by_group = members[["n", "n_control"]].groupby(group, sort=True)
    control = by_group["n_control"].max().fillna(0)
    return pd.DataFrame({
        **{name: order[name].to_numpy() for name in [*key, "study_label"]},
        "effect_ids": joined(members["id"].to_numpy(), group),
        "arms": by_group.size().to_numpy(),
        "n": (known_sum(by_group["n"]) + control.where(order["design"].to_numpy() != "rct_crossover", 0)).to_numpy(),
        "yi": yi,
        "vi": vi,
    })  # fmt: skip


def joined(names, group):
    """The names of each group, ";" between, in the order of the groups; most groups have one."""
    texts = names[np.unique(group, return_index=True)[1]]
    several, lists = np.bincount(group)[group] > 1, {}
    for number, name in zip(group[several].tolist(), names[several].tolist(), strict=True):
        lists.setdefault(number, []).append(name)
    for number, own in lists.items():
        texts[number] = ";".join(own)
    return texts


def known_sum(groups):
    """Sum of each group, NaN where a value is missing."""
    return groups.sum().where(groups.count() == groups.size())


def fits_of(Y, V, plans):
    """Results of all columns, those of one method and test at once."""
    results = {name: np.full(Y.shape[1], np.nan) for name in RESULTS}
    settings = pd.Series(list(zip(plans["method"], plans["test"], strict=True)))
    for (method, test), columns in settings.groupby(settings, sort=True).groups.items():
        Y_part, V_part = Y[:, columns], V[:, columns]
        rows = ~np.isnan(Y_part).all(axis=1)
        fits = rma_batch(Y_part[rows], V_part[rows], method=method, test=test, level=plans["level"], tau2_ci=True)
        for name in RESULTS:
            results[name][columns] = getattr(fits, name)
    return results


def fitted(cohorts, config, plans):
    """Fit all pools of effects at once.

    Parameters
    ----------
    cohorts : DataFrame
        From `combined`.
    config : Config
    plans : dict of Config
        By the names in `cohorts["analysis"]`.

    Returns
    -------
    pools, cohorts : DataFrame
        Results by pool, and the cohorts with the id of their pool and their weights in percent.
    """
    number = cohorts.groupby(POOL, sort=True).ngroup().to_numpy()
    within = cohorts.groupby(number).cumcount().to_numpy()
    shape = (within.max() + 1, number.max() + 1)
    Y, V = np.full(shape, np.nan), np.full(shape, np.nan)
    Y[within, number], V[within, number] = cohorts["yi"], cohorts["vi"]
    pools = cohorts[POOL].iloc[np.unique(number, return_index=True)[1]].reset_index(drop=True)
    pools["id"] = pool_id(pools)
    pools["method"] = pools["analysis"].map({name: plan.method for name, plan in plans.items()})
    pools["test"] = pools["analysis"].map({name: plan.test for name, plan in plans.items()})
    pools = pools.assign(**fits_of(Y, V, {"method": pools["method"], "test": pools["test"], "level": config.level}))
    pools["n"] = known_sum(cohorts.groupby(number)["n"]).to_numpy()
    w = 1 / (cohorts["vi"] + pools["tau2"].to_numpy()[number])
    weight = 100 * w / np.bincount(number, w)[number]
    return limited(pools), cohorts.assign(weight=weight, pool=pools["id"].to_numpy()[number], left_out="")


def pools_of(cohorts, effects, config, plans):
    """Pools of all cohorts, by their effects or by their 2x2 tables, and the cohorts with their weights."""
    chosen = {name: plan.plan(config) for name, plan in plans.items()}
    as_tables = cohorts["analysis"].isin([name for name, plan in chosen.items() if plan.method in two_by_two.METHODS])
    parts = [fitted(cohorts[~as_tables], config, chosen)] if not as_tables.all() else []
    if as_tables.any():
        tables = cohorts[as_tables]
        parts.append(two_by_two.fitted(tables.assign(pool=pool_id(tables)), effects, chosen, config.level, POOL))
    return tuple(whole(frames) for frames in zip(*parts, strict=True))


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


def selected(effects, config, plans):
    """The effects of every analysis in each of its strata, one row for each use; levels of moderators of the headline alone."""
    picked = {select: select(effects, config)[USED] for select in dict.fromkeys(plan.select for plan in plans.values())}
    chosen = {name: picked[plan.select].assign(analysis=name) for name, plan in plans.items()}
    headline = [part for name, part in chosen.items() if name == HEADLINE]
    others = [part for name, part in chosen.items() if name != HEADLINE]
    fewer = [kind for kind in config.strata if kind in config.sensitivity_strata]
    kinds = (*config.strata, "moderator")
    return whole([stratified(whole(parts), kinds) for parts, kinds in ((headline, kinds), (others, fewer)) if parts])


def whole(parts):
    """Frames one below the other, those without rows left out."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


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
    plans = {name: plan for name, plan in analyses(config).items() if only is None or name in only}
    members = selected(effects, config, plans)
    if not len(members):
        return pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=MEMBERS)
    members, left = counted_once(members)
    frame, cohorts = pools_of(combined(members, config), effects, config, plans)
    left = left.assign(pool=pool_id(left), effect_ids=left["id"], arms=1, weight=np.nan)
    left = left[left["pool"].isin(frame["id"])]
    members = whole([cohorts.reindex(columns=MEMBERS), left.reindex(columns=MEMBERS)])
    frame = frame.assign(**{name: readable.back(frame["measure"], frame["effect_unit"], frame[of]) for name, of in READABLE.items()})
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
