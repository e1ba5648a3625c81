"""The evidence map: what there is for each condition and outcome, gaps as gaps."""

import pandas as pd

from evidence.stages.analyses import HEADLINE
from evidence.stages.rows import named_rows
from evidence.stages.sensitivity import conclusions
from evidence.stages.strata import listed
from evidence.stages.words import without_gaps

STATUS = ("weighted", "number", "direction", "not_significant", "nothing", "set_apart", "gap")
SHOWN = ("number", "direction", "not_significant", "nothing")
NUMBERS = ["measure", "estimate", "ci_low", "ci_high", "effect", "effect_low", "effect_high", "effect_unit", "k", "n"]
COLUMNS = [
    "condition", "label", "in_article", "outcome", "outcome_label", "status", "contrast", "pool", *NUMBERS, "conclusion",
    "cohorts", *SHOWN, "set_apart", "up", "down", "none",
]  # fmt: skip


def studies_apart(effects):
    """Number of reports outside the headline's studies with a number, by condition and outcome."""
    apart = effects[effects["eligibility"] != "include"]
    conditions = listed(apart["conditions"])
    pairs = apart.loc[conditions.index, ["outcome", "study_id"]].assign(condition=conditions.to_numpy())
    return pairs.groupby(["condition", "outcome"])["study_id"].nunique().to_dict()


def cell(condition, outcome, pools, missed, apart, order):
    """What there is for one condition and outcome: the pool that counts, and the results without weight."""
    stratum = f"condition:{condition}"
    pool = next((pools[key] for contrast in order if (key := (outcome, contrast, stratum)) in pools), None)
    rows = [missed[key] for contrast in order if (key := (outcome, contrast, stratum)) in missed]
    counts = {name: sum(getattr(row, name) for row in rows) for name in (*SHOWN, "up", "down", "none", "cohorts")}
    counts["set_apart"] = apart.get((condition, outcome), 0)
    status = "weighted" if pool is not None else next((name for name in (*SHOWN, "set_apart") if counts[name]), "gap")
    if pool is None:
        return counts | {"status": status, "contrast": rows[0].contrast if rows else ""}
    numbers = {name: getattr(pool, name) for name in (*NUMBERS, "contrast", "conclusion")}
    return counts | numbers | {"status": status, "pool": pool.id}


def evidence_map(pools, missed, effects, tables, config):
    """What there is for each condition and headline outcome.

    Parameters
    ----------
    pools : DataFrame
        From `evidence.pools`.
    missed : DataFrame
        From `evidence.stages.missing.missing`.
    effects : DataFrame
    tables : Tables
    config : Config

    Returns
    -------
    DataFrame
        One row per condition (those of the article, and those with any result) and headline outcome. `status` is
        weighted, or the most that any report gives: a number, a direction, "not significant", nothing after the
        baseline, or only a number of a study set apart; else a gap. The pool is that of the first contrast of the config that has one.
    """
    headline = pools[pools["analysis"] == HEADLINE]
    headline = headline.assign(conclusion=conclusions(headline, config.conclusion))
    by_pool = {(row.outcome, row.contrast, row.stratum): row for row in named_rows(headline)}
    by_missed = {(row.outcome, row.contrast, row.stratum): row for row in named_rows(missed)}
    apart = studies_apart(effects)
    order = [*config.deciding, *(name for name in ("before_after", "versus_control", "single_arm") if name not in config.deciding)]
    seen = {stratum.partition(":")[2] for stratum in missed["stratum"]}
    outcomes = [outcome for outcome in named_rows(tables.outcomes) if outcome.headline == "yes"]
    conditions = tables.conditions[(tables.conditions["in_article"] == "yes") | tables.conditions["condition"].isin(seen)]
    rows = [
        {"condition": about.condition, "label": about.label, "in_article": about.in_article, "outcome": outcome.outcome,
         "outcome_label": outcome.label, **cell(about.condition, outcome.outcome, by_pool, by_missed, apart, order)}
        for about in named_rows(conditions)
        for outcome in outcomes
    ]  # fmt: skip
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS)
    texts = ["contrast", "pool", "measure", "effect_unit", "conclusion"]
    return without_gaps(frame, texts)
