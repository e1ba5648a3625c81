"""Risk of bias in the weights of the pools: how much of each pool rests on which judgement."""

import pandas as pd

from evidence.stages.verdicts.bias_levels import grade, rank, summarise
from evidence.stages.verdicts.certainty import pooled_cohorts
from evidence.store.appraisal_tools import OVERALL
from evidence.vocabulary import ALL, HEADLINE

NOT_JUDGED = "not_judged"
KEY = ["pool", "domain", "judgement", "level"]
COLUMNS = ["pool", "outcome", "contrast", "domain", "judgement", "level", "share", "studies"]


def with_overall(risk_of_bias):
    """Judgements with their levels, and one more row per study: the worst of its tools' judgements as a whole."""
    graded = grade(risk_of_bias)
    worst = [max(part.itertuples(index=False), key=rank) for _, part in summarise(graded).groupby("study_id", sort=True)]
    rows = [graded[graded["domain"] != OVERALL], pd.DataFrame(worst)] if worst else [graded]
    return pd.concat(rows, ignore_index=True)[["study_id", "domain", "judgement", "level"]]


def bias_weights(pools, members, effects, tables):
    """Share of the weight of each headline pool of all groups by domain and judgement.

    Parameters
    ----------
    pools, members, effects : DataFrame
    tables : Tables

    Returns
    -------
    DataFrame
        One row per pool, domain (overall: the study as a whole) and judgement, `share` in percent of the weight of the
        pool; the shares of the studies whose tool has the domain, and of those not judged.
    """
    chosen = pools[(pools["analysis"] == HEADLINE) & (pools["stratum"] == ALL)]
    cohorts = pooled_cohorts(chosen, members, effects)[["pool", "study_id", "study_label", "weight"]]
    judgements = with_overall(tables.risk_of_bias)
    known = judgements.loc[judgements["domain"] == OVERALL, "study_id"]
    absent = cohorts[~cohorts["study_id"].isin(known)].assign(domain=OVERALL, judgement=NOT_JUDGED, level=NOT_JUDGED)
    judged = pd.concat([cohorts.merge(judgements, on="study_id"), absent], ignore_index=True)
    shares = judged.groupby(KEY, sort=True)["weight"].sum().reset_index(name="share")
    studies = {}
    for *key, name in zip(*(judged[column] for column in [*KEY, "study_label"]), strict=True):
        studies.setdefault(tuple(key), set()).add(name)
    about = chosen.set_index("id")
    return shares.assign(
        outcome=shares["pool"].map(about["outcome"]),
        contrast=shares["pool"].map(about["contrast"]),
        studies=["; ".join(sorted(studies[key])) for key in zip(*(shares[column] for column in KEY), strict=True)],
    )[COLUMNS]
