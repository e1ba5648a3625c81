"""Certainty of every headline pool by GRADE: where it starts, and each step down or up with its reason.

References
----------
Guyatt et al. 2008, BMJ 336:924 [guyatt2008]; Schuenemann et al. 2019, J Clin Epidemiol 111:105, for studies that were
not randomised [schunemann2019]; Iorio et al. 2015, BMJ 350:h870, for event rates as questions of prognosis [iorio2015].
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evidence.stages.effects.hierarchy import chains
from evidence.stages.verdicts.bias_levels import grade
from evidence.stages.verdicts.certainty_facts import DOMAINS, do_intervals_part, facts, judgement_of, percent, unseen_of
from evidence.store.appraisal_tools import OVERALL, tools
from evidence.store.rows import named_rows
from evidence.vocabulary import ACTIVE, ALL, CONTROLLED, HEADLINE
from evidence.words.measures import LOGS
from evidence.words.sentences import plural, templates

LEVELS = {"high": 4, "moderate": 3, "low": 2, "very low": 1}
NOT_RATED = "not rated"
KEY = ["pool", "outcome", "contrast", "stratum"]
COLUMNS = [*KEY, "k", "n", "start", *DOMAINS, "certainty", "overridden", "reasons"]
STEPS = [*KEY, "domain", "levels", "reason", "by"]


def is_randomised(cohorts):
    """Which cohorts bring a randomised comparison: a control arm or period of a randomised study."""
    compared = zip(cohorts["contrast"], cohorts["design"], strict=True)
    return np.array([contrast in (CONTROLLED, ACTIVE) and design.startswith("rct_") for contrast, design in compared], bool)


def severities(judgements, config, randomised):
    """Risk of bias of each study, from 0 (low) to 3 (critical); a study that nobody judged is left out.

    The overall judgement, where one is typed, stands for the study, else its worst domain. Several domains of concern make a
    high risk where the tool says so. A study that was not randomised started lower for it: its high judgements in the domains
    that the start counts weigh as some concerns (its critical ones in full), and an overall judgement that is high with them
    gives way to the domains.
    """
    graded = grade(judgements)
    rows, typed = graded[graded["domain"] != OVERALL], graded[graded["domain"] == OVERALL]
    counted = rows["domain"].isin(config.counted_by_start) & ~rows["study_id"].map(randomised).eq(True)
    explained = set(rows.loc[counted & (rows["severity"] == 2), "study_id"])
    lowered = rows["severity"].where(~(counted & (rows["severity"] == 2)), 1)
    worst = lowered.groupby(rows["study_id"]).max().dropna()
    adds_up = [judgement in tools()[tool].concerns for tool, judgement in zip(rows["tool"], rows["judgement"], strict=True)]
    concerns = pd.Series(adds_up, index=rows.index, dtype=bool).groupby(rows["study_id"]).sum()
    by_domain = worst.where((concerns.reindex(worst.index) < config.many_concerns) | (worst != 1), 2).to_dict()
    overall = typed.groupby("study_id")["severity"].max().to_dict()
    return by_domain | {study: level for study, level in overall.items() if level != 2 or study not in explained}


def start(pool, cohorts, context):
    """Where the certainty of a pool starts."""
    if pool.contrast == "single_arm":
        return context.config.start_single, context.words["start"]["single"]
    share = cohorts["weight"][~is_randomised(cohorts)].sum()
    level = context.config.start_other if share > 0 else context.config.start_randomised
    words = context.words["start"]
    return level, words["other"].format(share=percent(share)) if share > 0 else words["randomised"]


def risk_of_bias(pool, cohorts, context):
    """Down by the share of the weight at high or serious risk, or at critical risk; a study without judgement counts by config."""
    config, words = context.config, context.words["risk_of_bias"]
    started_low = pool.contrast != "single_arm" and not is_randomised(cohorts).all()
    severity_of = context.severity if started_low else context.judged
    severity = np.array([severity_of.get(study, np.nan) for study in cohorts["study_id"]])
    unjudged = np.isnan(severity)
    if config.not_judged_counts:
        severity = np.where(unjudged, 2, severity)
    serious, critical = (cohorts["weight"][severity >= least].sum() for least in (2, 3))
    serious_words = words["serious_or_not_judged" if config.not_judged_counts else "serious"]
    after = (
        ""
        if config.not_judged_counts or not unjudged.any()
        else words["not_judged"].format(share=percent(cohorts["weight"][unjudged].sum()))
    )
    after += words["counted"].format(domains=" and ".join(config.counted_by_start)) if started_low else ""
    if critical >= config.bias_share:
        return -2, words["critical"].format(share=percent(critical)) + after
    if serious >= config.bias_share:
        return -1, serious_words.format(share=percent(serious)) + after
    return 0, words["none"].format(share=percent(serious), limit=percent(config.bias_share)) + after


def inconsistency(pool, cohorts, context):
    """Down by the number of signs: I2, a prediction interval across no effect, cohorts whose intervals do not overlap."""
    words = context.words["inconsistency"]
    if pool.k < 2:
        return 0, words["single"]
    excludes = pool.ci_low > 0 or pool.ci_high < 0
    signs = {
        "I2": pool.I2 >= context.config.heterogeneity,
        "prediction": pool.k >= 3 and excludes and pool.pi_low <= 0 <= pool.pi_high and pool.contrast != "single_arm",
        "overlap": do_intervals_part(cohorts),
    }
    found = [words[name].format(I2=percent(pool.I2)) for name, met in signs.items() if met]
    one, two = context.config.inconsistency_signs
    levels = -2 if len(found) >= two else -1 if len(found) >= one else 0
    return levels, words["signs"].format(signs="; ".join(found)) if found else words["none"].format(I2=percent(pool.I2))


def indirectness(pool, cohorts, context):
    """Down for an outcome that stands in for another, and for groups that stand in for the condition."""
    words, reasons = context.words["indirectness"], []
    domain = context.domains[pool.outcome]
    if domain in context.config.surrogate_domains:
        reasons.append(words["surrogate"].format(domain=domain.replace("_", " ")))
    condition = pool.stratum.partition(":")[2]
    proxies = [name for name in context.config.proxy_conditions if name != condition]
    if pool.stratum.startswith("condition:") and proxies:
        stands_in = np.array([bool(set(text.split(";")) & set(proxies)) for text in cohorts["conditions"]])
        share = cohorts["weight"][stands_in].sum()
        broader = any(condition in context.broader.get(name, ()) for name in proxies)
        if broader and share >= context.config.bias_share:
            reasons.append(words["proxy"].format(share=percent(share)))
    return -len(reasons), "; ".join(reasons) or words["none"]


def imprecision(pool, cohorts, context):
    """Down where the interval includes no effect or the people are few; by two where it spans important effects."""
    words, limit = context.words["imprecision"], context.config.information_size
    important = math.log(context.config.important_ratio)
    compared = pool.contrast != "single_arm"
    reasons = []
    if compared and pool.ci_low <= 0 <= pool.ci_high:
        reasons.append(words["includes_null"])
    spans = compared and pool.measure in LOGS and pool.ci_low < -important and pool.ci_high > important
    if spans:
        reasons.append(words["spans"])
    if math.isnan(pool.n):
        reasons.append(words["size_unknown"])
    elif pool.n < limit:
        reasons.append(words["size"].format(n=f"{pool.n:,.0f}", limit=f"{limit:,.0f}"))
    if not reasons:
        return 0, words["none"].format(n=f"{pool.n:,.0f}", limit=f"{limit:,.0f}")
    return -2 if spans else -1, "; ".join(reasons)


def missing_results(pool, cohorts, context):
    """Down where many of the cohorts with a result cannot be pooled."""
    words, limit = context.words["missing_results"], context.config.missing_share
    total, unseen = unseen_of(pool, context)
    numbers = {"unseen": unseen, "cohorts": plural(total, "cohort"), "limit": percent(limit)}
    down = total > 0 and 100 * unseen / total >= limit
    return (-1, words["missing"].format(**numbers)) if down else (0, words["none"].format(**numbers))


def large_effect(pool, cohorts, context, level, lowered):
    """Up where the whole interval lies beyond a large ratio, where the config allows it and nothing was taken off."""
    words, config = context.words["large_effect"], context.config
    large = math.log(config.large_ratio)
    if pool.measure not in LOGS or not (pool.ci_low > large or pool.ci_high < -large):
        return 0, words["not_large"].format(ratio=f"{config.large_ratio:g}")
    why = (
        "contrast" if pool.contrast not in config.large_contrasts
        else "started_high" if level == "high" else "lowered" if lowered else ""
    )  # fmt: skip
    if why:
        return 0, words["not_allowed"].format(why=words[why])
    return 1, words["raised"].format(ratio=f"{config.large_ratio:g}")


RULES = {
    "risk_of_bias": risk_of_bias,
    "inconsistency": inconsistency,
    "indirectness": indirectness,
    "imprecision": imprecision,
    "missing_results": missing_results,
}


def overridden(pool, domain, step, context):
    """The step of a rule, or the analyst's judgement in its place."""
    levels, reason = step
    judgement = judgement_of(pool, domain, context)
    if judgement is None:
        return levels, reason, "rule"
    text = context.words["override"].format(why=judgement.why.rstrip("."), levels=levels, reason=reason)
    return int(judgement.levels), text, "judgement"


def steps_of(pool, cohorts, context):
    """All steps of one pool: (domain, levels, reason, by), the start first with its level; of a pool that is not rated its facts."""
    if pool.contrast == "single_arm" and context.config.start_single == NOT_RATED:
        return facts(pool, cohorts, context)
    level, why = start(pool, cohorts, context)
    steps = [("start", LEVELS[level], why, "rule")]
    for domain, rule in RULES.items():
        steps.append((domain, *overridden(pool, domain, rule(pool, cohorts, context), context)))
    lowered = any(levels < 0 for _, levels, _, _ in steps[1:])
    large = large_effect(pool, cohorts, context, level, lowered)
    return [*steps, ("large_effect", *overridden(pool, "large_effect", large, context))]


@dataclass(frozen=True)
class Context:
    """What the rules look up: config, words, and the evidence base by its keys.

    `severity` of a study leaves out what the start counts already, `judged` does not.
    """

    config: object
    words: dict
    severity: dict
    judged: dict
    domains: dict
    broader: dict
    missing: dict
    judgements: dict


def context_of(cohorts, missing, tables, config):
    """Context of all pools."""
    randomised = cohorts.assign(randomised=is_randomised(cohorts)).groupby("study_id")["randomised"].any()
    return Context(
        config=config,
        words=templates(tables.folder, "verdicts")["certainty"],
        severity=severities(tables.risk_of_bias, config, randomised),
        judged=severities(tables.risk_of_bias, replace(config, counted_by_start=()), randomised),
        domains=dict(zip(tables.outcomes["outcome"], tables.outcomes["domain"], strict=True)),
        broader=chains(dict(zip(tables.conditions["condition"], tables.conditions["parent"], strict=True))),
        missing={(row.outcome, row.contrast, row.stratum): row for row in named_rows(missing)},
        judgements={(row.outcome, row.contrast, row.stratum, row.domain): row for row in named_rows(tables.judgements)},
    )


def pooled_cohorts(pools, members, effects):
    """The cohorts of the pools with the study, design, contrast and conditions of their effects."""
    used = members[(members["left_out"] == "") & members["pool"].isin(pools["id"])]
    about = effects.set_index("id")[["study_id", "design", "contrast", "conditions"]]
    first = [ids.partition(";")[0] for ids in used["effect_ids"]]
    return used.reset_index(drop=True).join(about.loc[first].reset_index(drop=True))


def columns_by_pool(cohorts):
    """What the rules read of the cohorts of each pool: arrays by column, by pool."""
    columns = {name: cohorts[name].to_numpy() for name in ("study_id", "design", "contrast", "conditions", "weight", "yi", "vi")}
    places = cohorts.groupby("pool").indices
    return {pool: {name: values[own] for name, values in columns.items()} for pool, own in places.items()}


def certainty_and_steps(pools, members, effects, missing, tables, config):
    """Certainty of every headline pool, and the steps to it.

    Parameters
    ----------
    pools, members : DataFrame
        From `evidence.stages.pools.pools.pools_and_members`.
    effects : DataFrame
    missing : DataFrame
        From `evidence.stages.verdicts.missing.missing`.
    tables : Tables
    config : Config

    Returns
    -------
    certainty : DataFrame
        One row per headline pool of the stratum `all` and of each condition: levels by domain, and the certainty.
    steps : DataFrame
        One row per pool and domain, with the reason.
    """
    chosen = pools[(pools["analysis"] == HEADLINE) & (pools["stratum"].eq(ALL) | pools["stratum"].str.startswith("condition:"))]
    cohorts = pooled_cohorts(chosen, members, effects)
    context = context_of(cohorts, missing, tables, config)
    parts = columns_by_pool(cohorts)
    names = {level: name for name, level in LEVELS.items()} | {0: ""}
    rows, steps = [], []
    for pool in named_rows(chosen):
        taken = steps_of(pool, parts[pool.id], context)
        key = dict(zip(KEY, (pool.id, pool.outcome, pool.contrast, pool.stratum), strict=True))
        rated = taken[0][1] > 0
        level = names[min(max(sum(levels for _, levels, _, _ in taken), 1), 4)] if rated else NOT_RATED
        reasons = "; ".join(f"{domain.replace('_', ' ')}: {reason}" for domain, levels, reason, _ in taken[1:] if levels)
        by_rule = all(by != "judgement" for *_, by in taken)
        rows.append(key | {
            "k": pool.k, "n": pool.n, "start": names[taken[0][1]], "certainty": level, "reasons": reasons,
            "overridden": "no" if by_rule else "yes", **dict.fromkeys(DOMAINS, 0) | {domain: levels for domain, levels, _, _ in taken[1:]},
        })  # fmt: skip
        steps += [key | dict(zip(STEPS[4:], step, strict=True)) for step in taken]
    return pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(steps, columns=STEPS)
