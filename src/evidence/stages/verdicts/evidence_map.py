"""The evidence map: what there is for each condition and outcome, gaps as gaps."""

import pandas as pd

from evidence.stages.effects.hierarchy import listed
from evidence.stages.verdicts.mentions import best, mentions
from evidence.stages.verdicts.sensitivity import conclusions
from evidence.store.rows import named_rows
from evidence.vocabulary import HEADLINE
from evidence.words.sentences import without_gaps

GIVEN = ("number", "direction", "not_significant", "nothing")
STATUS = ("weighted", *GIVEN, "set_apart", "shown", "stated", "gap")
NUMBERS = ["measure", "estimate", "ci_low", "ci_high", "effect", "effect_low", "effect_high", "effect_unit", "k", "n"]
COLUMNS = [
    "condition", "label", "in_article", "outcome", "outcome_label", "status", "contrast", "pool", *NUMBERS, "conclusion",
    "cohorts", *GIVEN, "set_apart", "shown", "stated", "up", "down", "none",
]  # fmt: skip


def studies_apart(effects):
    """Number of reports outside the headline's studies with a number, by condition and outcome."""
    apart = effects[effects["eligibility"] != "include"]
    conditions = listed(apart["conditions"])
    pairs = apart.loc[conditions.index, ["outcome", "study_id"]].assign(condition=conditions.to_numpy())
    return pairs.groupby(["condition", "outcome"])["study_id"].nunique().to_dict()


def by_condition(those, outcomes):
    """Mentions of these outcomes by condition and outcome."""
    found = {}
    for one in those:
        for condition in one.conditions if one.outcome in outcomes else ():
            found.setdefault((condition, one.outcome), []).append(one)
    return found


def heard(rows, pooled):
    """Cohorts that give numbers, none of them in a pool, and cohorts that state results alone, of `Mention`s."""
    weighted, shown, stated = best(rows)
    return {"shown": shown if pooled else weighted + shown, "stated": stated}


def cell(condition, outcome, pools, missed, apart, heard_of, order):
    """What there is for one condition and outcome: the pool that counts, and the results without weight."""
    stratum = f"condition:{condition}"
    pool = next((pools[key] for contrast in order if (key := (outcome, contrast, stratum)) in pools), None)
    rows = [missed[key] for contrast in order if (key := (outcome, contrast, stratum)) in missed]
    counts = {name: sum(getattr(row, name) for row in rows) for name in (*GIVEN, "up", "down", "none", "cohorts")}
    counts["set_apart"] = apart.get((condition, outcome), 0)
    counts |= heard(heard_of.get((condition, outcome), []), pool is not None)
    status = "weighted" if pool is not None else next((name for name in STATUS[1:-1] if counts[name]), "gap")
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
        From `evidence.stages.verdicts.missing.missing`.
    effects : DataFrame
    tables : Tables
    config : Config

    Returns
    -------
    DataFrame
        One row per condition (those of the article, and those with any result) and headline outcome. `status` is
        weighted, or the most that any report gives: a number, a direction, "not significant", nothing after the
        baseline, a number of a study set apart, a number that is in no effect, a result stated of others than the
        treated groups. It is a gap only where no group prints a number and none states a result. The pool is that
        of the first contrast of the config that has one.
    """
    headline = pools[pools["analysis"] == HEADLINE]
    headline = headline.assign(conclusion=conclusions(headline, config.conclusion))
    by_pool = {(row.outcome, row.contrast, row.stratum): row for row in named_rows(headline)}
    by_missed = {(row.outcome, row.contrast, row.stratum): row for row in named_rows(missed)}
    apart = studies_apart(effects)
    order = [*config.deciding, *(name for name in ("before_after", "versus_control", "single_arm") if name not in config.deciding)]
    outcomes = [outcome for outcome in named_rows(tables.outcomes) if outcome.headline == "yes"]
    heard_of = by_condition(mentions(tables, effects), {outcome.outcome for outcome in outcomes})
    seen = {stratum.partition(":")[2] for stratum in missed["stratum"]} | {condition for condition, _ in heard_of}
    conditions = tables.conditions[(tables.conditions["in_article"] == "yes") | tables.conditions["condition"].isin(seen)]
    rows = [
        {"condition": about.condition, "label": about.label, "in_article": about.in_article, "outcome": outcome.outcome,
         "outcome_label": outcome.label, **cell(about.condition, outcome.outcome, by_pool, by_missed, apart, heard_of, order)}
        for about in named_rows(conditions)
        for outcome in outcomes
    ]  # fmt: skip
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS)
    texts = ["contrast", "pool", "measure", "effect_unit", "conclusion"]
    return without_gaps(frame, texts)
