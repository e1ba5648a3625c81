"""Published pools beside ours: what earlier meta-analyses found, and why the two may differ."""

import re

import pandas as pd

from evidence.stages.verdicts.sensitivity import conclusions
from evidence.store.rows import named_rows
from evidence.vocabulary import HEADLINE
from evidence.words.measures import LOGS, interval
from evidence.words.names import label
from evidence.words.sentences import labels_with_events, listed, plural, sentence, templates, without_gaps

STATED_WHOLE = re.compile(r"stated direction: [^.]*\.?", re.IGNORECASE)
STATED = re.compile(r"stated direction: (increase|decrease|no significant difference)", re.IGNORECASE)
CONCLUSION = {"increase": "increase", "decrease": "decrease", "no significant difference": "unclear"}
DIFFERENCES = ("MD", "WMD")
POINTS = ("up", "down", "none", "unknown")
OURS = ["measure", "estimate", "ci_low", "ci_high", "effect", "effect_low", "effect_high", "effect_unit", "k", "n"]
COLUMNS = [
    "review_id", "review_label", "outcome", "comparison", "measure", "estimate", "ci_low", "ci_high", "p", "i2", "k", "n", "stated",
    "comparable", "why", "our_pool", "nearest_pool", *(f"our_{name}" for name in OURS), "our_conclusion", "same_unit", "our_difference",
    "our_difference_low", "our_difference_high", "agrees", "note", "sentence", "apart",
]  # fmt: skip


def conclusion_of(row):
    """What the review concludes: by its interval, else by the direction that it states; empty where it says neither."""
    if row.ci_low == row.ci_low:
        null = 1 if row.measure in LOGS else 0
        return "increase" if row.ci_low > null else "decrease" if row.ci_high < null else "unclear"
    found = STATED.search(row.note)
    return CONCLUSION[found[1].lower()] if found else ""


def in_words(pool):
    """Our pool with its interval."""
    return interval(pool.measure, pool.estimate, pool.ci_low, pool.ci_high, pool.effect_unit)


def theirs_in_words(row, unit):
    """The review's estimate with its interval, empty where it gives none."""
    return "" if row.ci_low != row.ci_low else f"{interval('MD', row.estimate, row.ci_low, row.ci_high)} {unit}".strip()


def apart(row, known, missed, words):
    """What sets the two apart, as far as the data tell: our results without weight, and the note on theirs.

    Parameters
    ----------
    row
        Of reviews.csv.
    known : dict
        The entry of the config that makes it comparable.
    missed : dict
        Rows of `missing` by outcome, contrast and stratum.
    words : dict
        All templates.
    """
    ours, parts = missed.get((row.outcome, known["contrast"], known["stratum"])), []
    if ours is None:
        parts.append(words["published"]["apart"]["none"])
    elif ours.poolable < ours.cohorts:
        points = [words["missing"]["points"][name].format(count=f"{getattr(ours, name):.0f}") for name in POINTS if getattr(ours, name)]
        template = words["published"]["apart"]["unseen" if ours.poolable else "all_unseen"]
        said = template.format(unseen=f"{ours.cohorts - ours.poolable:.0f}", cohorts=plural(ours.cohorts, "cohort"))
        parts.append(said + (words["published"]["apart"]["points"].format(points=listed(points)) if points else ""))
    note = STATED_WHOLE.sub("", row.note).strip().rstrip(".")
    return ". ".join([*map(sentence, parts), *([note] if note else [])]) + "." if parts or note else ""


def without_pool(row, same, pools, words, labels, units, config):
    """Where ours has no pool with that comparison: the same people by another one, if there is."""
    analysis = "MD" if row.measure in DIFFERENCES else HEADLINE
    keys = ((row.outcome, contrast, same["stratum"], analysis) for contrast in config.deciding)
    other = next((pools[key] for key in keys if key in pools), None)
    if other is None:
        return {"sentence": words["no_pool"].format(outcome=labels[row.outcome])}
    theirs = theirs_in_words(row, units[row.outcome]) if row.measure in DIFFERENCES else conclusion_of(row)
    theirs = theirs or words["no_figure"]
    text = words["other_contrast"].format(
        outcome=labels[row.outcome], ours=in_words(other), k=plural(other.k, "cohort"), theirs=theirs,
        contrast=words["contrasts"][other.contrast],
    )  # fmt: skip
    return {"nearest_pool": other.id, "sentence": text}


def ours_beside(row, pool, difference, words, labels):
    """Our pool beside one row of a review: its numbers, in the review's unit where it pools differences, and the words."""
    made = {"our_pool": pool.id, "our_conclusion": pool.conclusion} | {f"our_{name}": getattr(pool, name) for name in OURS}
    stated = conclusion_of(row)
    agrees = "" if not stated else "yes" if stated == pool.conclusion else "no"
    if difference is not None and row.measure in DIFFERENCES:
        made |= {"same_unit": difference.effect_unit, "our_difference": difference.effect,
                 "our_difference_low": difference.effect_low, "our_difference_high": difference.effect_high}  # fmt: skip
    text = words["agrees" if agrees == "yes" else "differs" if agrees == "no" else "beside"].format(
        outcome=labels[row.outcome], ours=in_words(pool), our_conclusion=pool.conclusion, stated=stated,
        our_k=plural(pool.k, "cohort"), k=plural(row.k, "study", "studies") if row.k == row.k else words["k_unknown"],
    )  # fmt: skip
    return made | {"agrees": agrees, "sentence": sentence(text)}


def published(pools, missed, tables, config):
    """Earlier reviews' pools beside ours.

    Parameters
    ----------
    pools : DataFrame
        From `evidence.pools`.
    missed : DataFrame
        From `evidence.stages.verdicts.missing.missing`.
    tables : Tables
    config : Config
        `comparable_reviews`: which comparison of a review asks what a contrast and stratum of ours asks.

    Returns
    -------
    DataFrame
        One row per row of reviews.csv, with ours where the two are comparable.
    """
    texts = templates(tables.folder, "verdicts")
    words = texts["published"]
    unseen = {(row.outcome, row.contrast, row.stratum): row for row in named_rows(missed)}
    labels = labels_with_events(tables.outcomes)
    units = dict(zip(tables.outcomes["outcome"], tables.outcomes["unit"], strict=True))
    names = {study.study_id: label(study) for study in named_rows(tables.studies)}
    same = {(row["review_id"], row["comparison"]): row for row in config.comparable_reviews}
    used = pools[pools["analysis"].isin([HEADLINE, "MD"])]
    used = used.assign(conclusion=conclusions(used, config.conclusion))
    by_key = {(row.outcome, row.contrast, row.stratum, row.analysis): row for row in named_rows(used)}
    rows = []
    for row in named_rows(tables.reviews):
        known = same.get((row.review_id, row.comparison))
        made = {name: getattr(row, name) for name in COLUMNS if hasattr(row, name)}
        made |= {
            "review_label": names.get(row.review_id, row.review_id),
            "stated": conclusion_of(row),
            "comparable": "yes" if known else "no",
        }
        if not known:
            rows.append(made | {"why": "", "sentence": words["not_comparable"]})
            continue
        key = (row.outcome, known["contrast"], known["stratum"])
        if (*key, HEADLINE) in by_key:
            more = ours_beside(row, by_key[*key, HEADLINE], by_key.get((*key, "MD")), words, labels)
        else:
            more = without_pool(row, known, by_key, words, labels, units, config)
        rows.append(made | {"why": known["why"], "apart": apart(row, known, unseen, texts)} | more)
    texts = ["our_pool", "nearest_pool", "our_measure", "our_effect_unit", "our_conclusion", "same_unit", "agrees", "apart"]
    return without_gaps(pd.DataFrame(rows).reindex(columns=COLUMNS), texts)
