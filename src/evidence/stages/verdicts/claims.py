"""Stage verdicts: what the pools say of each claim of the article."""

import pandas as pd

from evidence.stages.effects.effects import effects as make_effects
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.verdicts.certainty import LEVELS, certainty_and_steps
from evidence.stages.verdicts.citations import citations, wrong_citations
from evidence.stages.verdicts.contrasts import contrasts as make_contrasts
from evidence.stages.verdicts.findings import NUMBERS, evidence_of, finding
from evidence.stages.verdicts.missing import missing, reported
from evidence.store.rows import by, named_rows
from evidence.words.measures import RATIO_OF_RATIOS, measure_of, point_and_ends, unit_after
from evidence.words.scales import MINUS
from evidence.words.sentences import event_names, listed, outcome_names, p_words, plural, sentence, templates, without_gaps

FINDINGS = ("as_claimed", "against", "no_change", "undecided")
ABOUT = ["claim_id", "kind", "condition", "versus_condition", "direction", "claim", "cites"]
OUTCOMES = [
    "claim_id", "outcome", "expected", "expected_by", "finding", "why", "decided_by", "decided_as", "contrast", *NUMBERS,
    "Q_between", "Q_between_p", "certainty", "shown_up", "shown_down", "shown_none",
]  # fmt: skip
COLUMNS = [*ABOUT, "verdict", "decided_by", *NUMBERS, "certainty", "outcomes_tested", "outcomes_untested", "wrong_citations", "sentence"]


def findings_of(claims, evidence):
    """One row per claim and outcome."""
    rows = [
        finding(claim, outcome.strip(), evidence)
        for claim in named_rows(claims)
        for outcome in claim.outcomes.split(";")
        if outcome.strip()
    ]
    frame = pd.DataFrame(rows).reindex(columns=OUTCOMES)
    texts = ["why", "decided_by", "decided_as", "contrast", "measure", "effect_unit", "certainty"]
    return without_gaps(frame, texts)


def combined(findings):
    """Verdict from the findings on all outcomes of a claim.

    Untested where none is tested; supported where all that are tested are as claimed; contradicted where all are
    against it or show no change; else mixed.
    """
    tested = [name for name in findings if name != "untested"]
    if not tested:
        return "untested"
    if all(name == "as_claimed" for name in tested):
        return "supported"
    return "contradicted" if all(name in ("against", "no_change") for name in tested) else "mixed"


def numbers_of(row, words, level, ends):
    """Interval, cohorts and people of one tested outcome; of a contrast Q between as well."""
    people = words["people"].format(n=f"{row.n:,.0f}") if row.n == row.n else words["people_unknown"]
    return words["numbers"][row.decided_as].format(
        level=100 * level, ends=ends, cohorts=plural(row.k, "cohort"), people=people, Q=row.Q_between, p=p_words(row.Q_between_p)
    )


def clause(row, words, labels, events, level):
    """One tested outcome in words."""
    modified, ratios = row.decided_as != "pool", row.effect_unit == RATIO_OF_RATIOS
    measure = "OR" if modified and ratios else row.measure
    point, ends = point_and_ends(measure, row.effect_unit, row.estimate, row.ci_low, row.ci_high)
    name = measure_of(measure).name
    way = "up" if row.ci_low > 0 else "down" if row.ci_high < 0 else "open"
    template = (
        words["modified"]["ratio" if ratios else "difference"] if modified
        else words["named"] if measure_of(measure).noun else words[row.contrast][way]
    )  # fmt: skip
    unit = "" if ratios else unit_after(measure, row.effect_unit)
    numbers = numbers_of(row, words, level, ends)
    return template.format(
        outcome=labels[row.outcome], event=events[row.outcome], name=name, effect=point + unit,
        size=point.lstrip(f"+{MINUS}") + unit, numbers=numbers,
    )  # fmt: skip


def untested_words(rows, words, labels):
    """Outcomes that are not tested, by reason; empty where all are."""
    by_reason = {}
    for row in rows:
        by_reason.setdefault(words["why"].get(row.why, row.why), []).append(labels[row.outcome])
    parts = [words["untested_part"].format(outcomes=listed(names), why=why) for why, names in by_reason.items()]
    return words["untested_list"].format(parts="; ".join(parts)) if parts else ""


def unweighted_words(rows, words):
    """How results without weight lie to the claim, in one sentence; empty where there are none."""
    counts = dict.fromkeys(words["shown_parts"], 0)
    for row in rows:
        if row.expected in ("higher", "lower"):
            with_it, against_it = ("up", "down") if row.expected == "higher" else ("down", "up")
            counts["with_it"] += getattr(row, f"shown_{with_it}")
            counts["against_it"] += getattr(row, f"shown_{against_it}")
            counts["neither"] += row.shown_none
    parts = [words["shown_parts"][name].format(count=count) for name, count in counts.items() if count]
    return words["shown"].format(parts=listed(parts)) if parts else ""


def sentence_of(rows, words, labels, events, level):
    """Why a claim has its verdict, in a few sentences, from numbers alone."""
    parts = [
        words["findings"][name].format(clauses=listed(clause(row, words, labels, events, level) for row in rows if row.finding == name))
        for name in FINDINGS
        if any(row.finding == name for row in rows)
    ]
    left = [row for row in rows if row.finding == "untested"]
    template = words["untested" if not parts else "tested" if left else "tested_all"]
    text = template.format(
        parts=". ".join(sentence(part) for part in parts), untested=untested_words(left, words, labels),
        tested=len(rows) - len(left), outcomes=plural(len(rows), "outcome"),
    )  # fmt: skip
    return sentence(f"{text} {unweighted_words(rows, words)}")


def judged(claims, outcomes, tables, config):
    """One row per claim from its findings."""
    texts = templates(tables.folder, "verdicts")
    words, faults = texts["verdict"], named_rows(citations(tables))
    labels = outcome_names(tables, texts)
    events = event_names(tables, labels)
    by_claim, made = by(named_rows(outcomes), lambda row: row.claim_id), []
    for claim in named_rows(claims):
        rows = by_claim[claim.claim_id]
        tested = [row for row in rows if row.finding != "untested"]
        verdict = combined([row.finding for row in rows])
        certainty = min((row.certainty for row in tested), key=LEVELS.get, default="")
        first = {name: getattr(tested[0], name) for name in NUMBERS} if tested else {}
        made.append({name: getattr(claim, name) for name in ABOUT} | first | {
            "verdict": verdict, "certainty": certainty, "decided_by": ";".join(row.decided_by for row in tested),
            "outcomes_tested": ";".join(row.outcome for row in tested),
            "outcomes_untested": ";".join(row.outcome for row in rows if row.finding == "untested"),
            "wrong_citations": wrong_citations(claim.cites, faults, texts["citations"]),
            "sentence": sentence_of(rows, words, labels, events, config.level),
        })  # fmt: skip
    return pd.DataFrame(made).reindex(columns=COLUMNS)


def verdicts_and_outcomes(pools, contrasts, certainty, given, missed, tables, config):
    """Verdicts, and the findings on each outcome that they rest on.

    Parameters
    ----------
    pools, contrasts, certainty, given, missed : DataFrame
        As the stages make them (`given` from `missing.reported`, `missed` from `missing.missing`).
    tables : Tables
    config : Config

    Returns
    -------
    verdicts, outcomes : DataFrame
    """
    claims = tables.claims
    if not len(claims):
        return pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=OUTCOMES)
    outcomes = findings_of(claims, evidence_of(pools, contrasts, certainty, given, missed, tables, config))
    return without_gaps(judged(claims, outcomes, tables, config), ["measure", "effect_unit"]), outcomes


def verdicts(pools, tables, config):
    """What the pools say of each claim.

    Parameters
    ----------
    pools : DataFrame
        From `evidence.pools`.
    tables : Tables
        From `evidence.read`.
    config : Config

    Returns
    -------
    DataFrame
        One row per claim: `verdict` supported, contradicted, mixed or untested, the ids of the pools or contrasts
        that decide it, the numbers of the first of them, the certainty and a sentence.
    """
    effects = make_effects(tables, config)
    _, members = pools_and_members(effects, config, only=("headline",))
    given = reported(tables, effects, config)
    missed = missing(given, tables, config)
    certainty, _ = certainty_and_steps(pools, members, effects, missed, tables, config)
    contrasts = make_contrasts(effects, tables, config)
    return verdicts_and_outcomes(pools, contrasts, certainty, given, missed, tables, config)[0]
