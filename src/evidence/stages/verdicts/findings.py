"""Findings: what decides one outcome of one claim, and what it says.

A finding is `as_claimed` or `against` where the interval excludes no effect on that side, `no_change` where it lies
within the ratios that count as none, `undecided` where it does neither, and `untested` with the reason why.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from evidence.stages.effects.hierarchy import listed
from evidence.stages.verdicts.certainty import LEVELS
from evidence.stages.verdicts.contrasts import OTHERS
from evidence.stages.verdicts.missing import BETWEEN, measuring, treated
from evidence.store.rows import by, named_rows
from evidence.vocabulary import ALL, HEADLINE
from evidence.words.measures import LOGS

SIGNS = {"higher": 1, "lower": -1, "none": 0}
EFFECT = {"improves": 1, "worsens": -1, "limited": 0}
CHANGE = {"improves_more": 1, "attenuates": -1, "limited": -1}
KINDS = ("within", "between")
NUMBERS = ["measure", "estimate", "ci_low", "ci_high", "p", "effect", "effect_low", "effect_high", "effect_unit", "k", "n"]


@dataclass(frozen=True)
class Evidence:
    """What findings look up, by key."""

    config: object
    pools: dict
    contrasts: dict
    certainty: dict
    better: dict
    said: dict
    missing: dict
    between: dict
    studied: frozenset


def evidence_of(pools, contrasts, certainty, given, missing, tables, config):
    """Evidence by key: headline pools by outcome, contrast and stratum; contrasts by condition, comparison and outcome."""
    headline = pools[pools["analysis"] == HEADLINE]
    by_pair = by(named_rows(contrasts), lambda row: (row.condition, row.versus, row.outcome))
    between = {}
    for key, direction, _ in set(results_between(given)):
        between.setdefault(key, Counter())[direction] += 1
    return Evidence(
        config=config,
        pools={(row.outcome, row.contrast, row.stratum): row for row in named_rows(headline)},
        contrasts=by_pair,
        certainty={(row.outcome, row.contrast, row.stratum): row.certainty for row in named_rows(certainty)},
        better=dict(zip(tables.outcomes["outcome"], tables.outcomes["better"], strict=True)),
        said={(row.claim_id, row.outcome): row for row in named_rows(tables.claim_outcomes)},
        missing={(row.outcome, row.contrast, row.stratum): row for row in named_rows(missing)},
        studied=frozenset(listed(treated(tables, measuring(tables, config))["conditions"])),
        between=between,
    )


def results_between(given):
    """Condition and outcome, direction and cohort of every result between groups."""
    for row in named_rows(given[given["contrast"] == BETWEEN]):
        for condition in filter(None, row.conditions.split(";")):
            yield (condition.strip(), row.outcome), row.direction, row.cohort_id


def expected(claim, outcome, evidence):
    """Where the claim sees an outcome go: (sign or None, who says so).

    Of a claim about an effect the sign of the effect; of one about a modifier the sign of the difference between the
    condition and what it is compared with.
    """
    said = evidence.said.get((claim.claim_id, outcome))
    if said is not None and said.expected == "outside":
        return None, "outside"
    aim = SIGNS[said.expected] if said is not None else SIGNS[evidence.better[outcome]]
    by = "claim" if said is not None else "outcomes"
    if claim.kind == "descriptive":
        return None, "descriptive"
    if claim.kind == "modifier":
        factor = CHANGE.get(claim.direction) if claim.condition else None
    else:
        factor = EFFECT.get(claim.direction)
        factor = 1 if said is not None and factor else factor
    if factor is None:
        return None, "no_contrast_named" if claim.kind == "modifier" else "needs_contrast"
    return (aim * factor, by) if aim else (None, "no_direction")


def verdict_of(sign, low, high, measure, config):
    """What an interval on the analysis scale says of an expected sign (0 = hardly any change)."""
    negligible = math.log(config.negligible_ratio) if measure in LOGS else 0.0
    no_change = -negligible <= low and high <= negligible
    if sign == 0:
        return "as_claimed" if no_change else "against" if low > 0 or high < 0 else "undecided"
    if no_change:
        return "no_change"
    if low > 0 or high < 0:
        return "as_claimed" if np.sign(low if low > 0 else high) == sign else "against"
    return "undecided"


def stratum_of(condition):
    """The stratum of a condition; empty for everyone."""
    return f"condition:{condition}" if condition else ALL


def deciding_pool(claim, outcome, evidence):
    """The headline pool of the condition, by the first contrast that has one."""
    stratum = stratum_of(claim.condition)
    found = (evidence.pools.get((outcome, contrast, stratum)) for contrast in evidence.config.deciding)
    return next((pool for pool in found if pool is not None), None)


def deciding_contrast(claim, outcome, evidence):
    """The contrast between strata: within studies first, then by the order of contrasts; and why there is none."""
    rows = evidence.contrasts.get((claim.condition, claim.versus_condition or OTHERS, outcome), [])
    ranked = sorted(rows, key=lambda row: (KINDS.index(row.kind), evidence.config.deciding.index(row.contrast)))
    usable = [row for row in ranked if row.decides == "yes"]
    closest = max(ranked, key=lambda row: min(row.k_a, row.k_b), default=None)
    return (usable[0] if usable else None), closest


def certainty_of_contrast(row, evidence):
    """The lower certainty of the two strata, less what a comparison between studies costs."""
    strata = (stratum_of(row.condition), stratum_of("" if row.versus == OTHERS else row.versus))
    levels = [LEVELS.get(evidence.certainty.get((row.outcome, row.contrast, stratum)), 1) for stratum in strata]
    level = max(min(levels) - (evidence.config.between_studies if row.kind == "between" else 0), 1)
    return next(name for name, number in LEVELS.items() if number == level)


def shown(claim, outcome, evidence):
    """Results without weight that point up, down or to no change: in the condition, or between strata."""
    if claim.kind == "modifier":
        counts = evidence.between.get((claim.condition, outcome), {})
        return {f"shown_{name}": counts.get(name, 0) for name in ("up", "down", "none")}
    stratum = stratum_of(claim.condition)
    rows = [evidence.missing.get((outcome, contrast, stratum)) for contrast in evidence.config.deciding]
    return {f"shown_{name}": sum(getattr(row, name) for row in rows if row is not None) for name in ("up", "down", "none")}


def of_pool(pool, sign, evidence):
    """Finding from a pool."""
    numbers = {name: getattr(pool, name) for name in NUMBERS} | {"contrast": pool.contrast}
    certainty = evidence.certainty[pool.outcome, pool.contrast, pool.stratum]
    finding = verdict_of(sign, pool.ci_low, pool.ci_high, pool.measure, evidence.config)
    return {"finding": finding, "decided_by": pool.id, "decided_as": "pool", "certainty": certainty, "why": "", **numbers}


def of_contrast(row, sign, evidence):
    """Finding from a contrast between strata."""
    numbers = {
        "measure": row.measure, "estimate": row.estimate, "ci_low": row.ci_low, "ci_high": row.ci_high, "p": row.p,
        "effect": row.ratio, "effect_low": row.ratio_low, "effect_high": row.ratio_high, "effect_unit": row.ratio_unit,
        "k": row.k_a if row.kind == "within" else row.k_a + row.k_b, "n": row.n_a + row.n_b,
        "contrast": row.contrast, "Q_between": row.Q_between, "Q_between_p": row.Q_between_p,
    }  # fmt: skip
    finding = verdict_of(sign, row.ci_low, row.ci_high, row.measure, evidence.config)
    certainty = certainty_of_contrast(row, evidence)
    return {"finding": finding, "decided_by": row.id, "decided_as": row.kind, "certainty": certainty, "why": "", **numbers}


def finding(claim, outcome, evidence):
    """The finding of one outcome of one claim, as a dict."""
    sign, by = expected(claim, outcome, evidence)
    row = {"claim_id": claim.claim_id, "outcome": outcome, "expected": "" if sign is None else {1: "higher", -1: "lower", 0: "same"}[sign]}
    row |= {"expected_by": by if sign is not None else "", **shown(claim, outcome, evidence)}
    if sign is None:
        return row | {"finding": "untested", "why": by}
    if claim.condition and claim.condition not in evidence.studied:
        return row | {"finding": "untested", "why": "no_study"}
    if claim.kind == "modifier":
        contrast, closest = deciding_contrast(claim, outcome, evidence)
        why = closest.note if closest is not None else "no_pool"
        return row | (of_contrast(contrast, sign, evidence) if contrast else {"finding": "untested", "why": why})
    pool = deciding_pool(claim, outcome, evidence)
    return row | (of_pool(pool, sign, evidence) if pool else {"finding": "untested", "why": "no_pool"})
