"""Risk of bias in the weights of the pools: how much of each pool rests on which judgement."""

import pandas as pd

from evidence.stages.certainty import SEVERITY, pooled_cohorts
from evidence.stages.analyses import HEADLINE
from evidence.stages.strata import ALL

OVERALL = "overall"
NOT_JUDGED = "not_judged"
KEY = ["pool", "domain", "judgement"]
COLUMNS = ["pool", "outcome", "contrast", "domain", "judgement", "share", "studies"]


def worst(judgements):
    """The worst of several judgements; no_information gives way to any other of its severity."""
    return max(judgements, key=lambda word: (SEVERITY[word], word != "no_information"))


def overall(judgements):
    """Judgements with one more domain, the worst of each study."""
    by_study = judgements.groupby("study_id", sort=True)
    rows = by_study["judgement"].agg(worst).reset_index().assign(domain=OVERALL)
    return pd.concat([judgements[["study_id", "domain", "judgement"]], rows], ignore_index=True)


def bias_weights(pools, members, effects, tables):
    """Share of the weight of each headline pool of all groups by domain and judgement.

    Parameters
    ----------
    pools, members, effects : DataFrame
    tables : Tables

    Returns
    -------
    DataFrame
        One row per pool, domain (overall: the worst of a study) and judgement, `share` in percent of the weight of the
        pool; the shares of the studies whose tool has the domain, and of those not judged.
    """
    chosen = pools[(pools["analysis"] == HEADLINE) & (pools["stratum"] == ALL)]
    cohorts = pooled_cohorts(chosen, members, effects)[["pool", "study_id", "study_label", "weight"]]
    judged = cohorts.merge(overall(tables.risk_of_bias), on="study_id", how="left")
    absent = judged["domain"].isna()
    judged = judged.assign(domain=judged["domain"].where(~absent, OVERALL), judgement=judged["judgement"].where(~absent, NOT_JUDGED))
    made = judged.groupby(KEY, sort=True)["weight"].sum().reset_index(name="share")
    studies = {}
    for *key, name in zip(*(judged[column] for column in [*KEY, "study_label"]), strict=True):
        studies.setdefault(tuple(key), set()).add(name)
    about = chosen.set_index("id")
    return made.assign(
        outcome=made["pool"].map(about["outcome"]),
        contrast=made["pool"].map(about["contrast"]),
        studies=["; ".join(sorted(studies[key])) for key in zip(*(made[column] for column in KEY), strict=True)],
    )[COLUMNS]
