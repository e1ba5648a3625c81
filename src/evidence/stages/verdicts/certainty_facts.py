"""What can be said of a pool whose certainty is not rated: its parts as facts, without a level.

GRADE rates the effect of one thing against another. For the proportion, mean or rate of single groups, and for correlations, it
has no guidance but for event rates as questions of prognosis: Iorio et al. 2015, BMJ 350:h870 [iorio2015].
"""

import numpy as np

from evidence.engine.numerics.distributions import quantile
from evidence.words.sentences import plural

DOMAINS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "missing_results", "large_effect")


def percent(share):
    """A share in percent, without decimals."""
    return f"{share:.0f}%"


def unseen_of(pool, context):
    """Cohorts with a result, and how many of them cannot be pooled."""
    row = context.missing.get((pool.outcome, pool.contrast, pool.stratum))
    total = row.cohorts if row else int(pool.k)
    return total, total - row.poolable if row else 0


def judgement_of(pool, domain, context):
    """The analyst's judgement on one step of a pool, of its stratum before that of every stratum; None where there is none."""
    found = (context.judgements.get((pool.outcome, pool.contrast, stratum, domain)) for stratum in (pool.stratum, ""))
    return next((judgement for judgement in found if judgement is not None), None)


def do_intervals_part(cohorts):
    """Whether the 95% intervals of two cohorts do not overlap."""
    half = quantile(0.975) * np.sqrt(cohorts["vi"])
    return (cohorts["yi"] - half).max() > (cohorts["yi"] + half).min()


def risk_of_bias(pool, cohorts, context):
    """Shares of the weight by risk of bias."""
    severity = np.array([context.judged.get(study, np.nan) for study in cohorts["study_id"]])
    shares = {name: percent(cohorts["weight"][which].sum()) for name, which in (("high", severity >= 2), ("unjudged", np.isnan(severity)))}
    return context.words["facts"]["risk_of_bias"].format(**shares)


def inconsistency(pool, cohorts, context):
    """I2, and whether intervals part."""
    words = context.words["inconsistency"]
    if pool.k < 2:
        return words["single"]
    return "; ".join([words["I2"].format(I2=percent(pool.I2)), *([words["overlap"]] if do_intervals_part(cohorts) else [])])


def imprecision(pool, cohorts, context):
    """The number of people."""
    words = context.words
    return words["imprecision"]["size_unknown"] if np.isnan(pool.n) else words["facts"]["imprecision"].format(n=f"{pool.n:,.0f}")


def missing_results(pool, cohorts, context):
    """Cohorts with a result that cannot be pooled."""
    total, unseen = unseen_of(pool, context)
    return context.words["missing_results"]["missing"].format(unseen=unseen, cohorts=plural(total, "cohort"))


FACTS = {"risk_of_bias": risk_of_bias, "inconsistency": inconsistency, "imprecision": imprecision, "missing_results": missing_results}


def fact(pool, domain, cohorts, context):
    """One step without a level: the analyst's words, else the fact; None where there is neither."""
    judgement = judgement_of(pool, domain, context)
    if judgement is not None:
        return domain, 0, context.words["facts"]["judged"].format(why=judgement.why.rstrip(".")), "judgement"
    return (domain, 0, FACTS[domain](pool, cohorts, context), "fact") if domain in FACTS else None


def facts(pool, cohorts, context):
    """The steps of a pool that is not rated: (domain, levels, reason, by), each without a level.

    Parameters
    ----------
    pool : named tuple
        A row of pools.csv.
    cohorts : dict of array
        Of its cohorts, see `evidence.stages.verdicts.certainty.columns_by_pool`.
    context : Context
    """
    words = context.words["facts"]
    why = words["not_rated"].format(what=words["what"].get(pool.measure, words["what"]["other"]))
    steps = [fact(pool, domain, cohorts, context) for domain in DOMAINS]
    return [("start", 0, why, "fact"), *(step for step in steps if step is not None)]
