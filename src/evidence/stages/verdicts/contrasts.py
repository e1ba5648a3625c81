"""Contrasts between strata: does the effect differ with the condition?

A claim about a modifier is decided by the difference between the effect in a condition and the effect in the stratum
it is compared with; for ratios that is a ratio of ratios. Within a study both groups share protocol, drug and
laboratory, so such contrasts rank above those between the pools of different cohorts.
"""

from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import pandas as pd

from evidence.engine.measures import summary
from evidence.engine.models.subgroups import subgroups
from evidence.engine.models.uni import rma
from evidence.engine.numerics.distributions import chi2_p
from evidence.stages.pools.pools import POOL, combined, numbered, one_report_per_cohort
from evidence.stages.pools.strata import without_subgroups
from evidence.store.rows import by, named_rows
from evidence.words import units as readable
from evidence.words.measures import LOGS, RATIO_OF_RATIOS, measure_of
from evidence.words.sentences import plural, templates, without_gaps

OTHERS = "others"
RESULTS = ["estimate", "se", "ci_low", "ci_high", "p", "df", "tau2", "Q_between", "Q_between_df", "Q_between_p"]
SIDE = ["k", "n", "effect", "effect_low", "effect_high", "cohorts", "drugs"]
COLUMNS = [
    "id", "condition", "versus", "outcome", "contrast", "measure", "effect_unit", "kind", *RESULTS,
    "ratio", "ratio_low", "ratio_high", "ratio_unit", *(f"{name}_{side}" for side in "ab" for name in SIDE),
    "in_both", "decides", "note",
]  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Two sides of one outcome, contrast and measure, as rows of effects: all (a, b), and those of cohorts on one side alone."""

    about: dict
    a: list
    b: list
    twice: set
    left: list
    right: list


def has_condition(effect, condition):
    """Whether an effect is of a condition (or a narrower one)."""
    return condition in effect.conditions.split(";")


def related(one, other):
    """Which rows of `other` share people with a group of `one`: the same group, a larger one, or a part of it."""
    groups = {(row.study_id, row.group_id) for row in one}
    larger = {(row.study_id, name) for row in one for name in row.part_of.split(";") if name}
    return [
        any((row.study_id, name) in groups for name in row.part_of.split(";")) or (row.study_id, row.group_id) in groups | larger
        for row in other
    ]


def sides(effects, condition, versus):
    """Effects of the condition alone (a), and of what it is compared with alone (b), no people in both.

    Parameters
    ----------
    effects : list of rows
        Of one outcome, contrast and measure.
    condition, versus : str
        Ids; `versus` empty for all others.
    """
    a, b = [], []
    for row in effects:
        in_a = has_condition(row, condition)
        in_b = has_condition(row, versus) if versus else not in_a
        if in_a != in_b:
            (a if in_a else b).append(row)
    return a, [row for row, shared in zip(b, related(a, b), strict=True) if not shared]


def comparisons(usable, tables):
    """What every claim about a modifier compares, for each outcome, contrast and measure with effects."""
    parts = {}
    key = attrgetter("outcome", "contrast", "measure", "effect_unit")
    for same, part in sorted(by(named_rows(usable.assign(place=range(len(usable)))), key).items()):
        parts.setdefault(same[0], []).append((same[1:], part))
    made = []
    for condition, versus, outcome in wanted(tables):
        for (contrast, measure, unit), part in parts.get(outcome, ()):
            about = {"condition": condition, "versus": versus or OTHERS, "outcome": outcome, "contrast": contrast, "measure": measure}
            a, b = sides(part, condition, versus)
            twice = {row.cohort_id for row in a} & {row.cohort_id for row in b}
            alone = ([row for row in side if row.cohort_id not in twice] for side in (a, b))
            made.append(Comparison(about | {"effect_unit": unit}, a, b, twice, *alone))
    return made


def cohorts_of(usable, compared, config):
    """One effect per cohort on both sides of each comparison that has two.

    As in a pool: no subgroup beside its larger group, one report a cohort, arms averaged.

    Returns
    -------
    dict of list of rows
        By number of the comparison and side.
    """
    pairs = [(number, one) for number, one in enumerate(compared) if one.left and one.right]
    used = [((number, which), row.place) for number, one in pairs for which, side in (("a", one.left), ("b", one.right)) for row in side]
    if not used:
        return {}
    members = usable.iloc[[place for _, place in used]].reset_index(drop=True)
    members, _ = without_subgroups(members.assign(stratum=[name for name, _ in used], analysis=""), POOL)
    members, _ = one_report_per_cohort(numbered(members))
    drugs = members.groupby("cohort", sort=True)["drug"].agg(lambda names: ", ".join(sorted(set(names))))
    cohorts = named_rows(combined(members, config).assign(drug=drugs.to_numpy()))
    return by(cohorts, attrgetter("stratum"))


def averaged(groups):
    """Average of the groups of one study on one side, and its variance."""
    y, v = summary.composite([row.yi for row in groups], [row.vi for row in groups], np.zeros(len(groups), int), 0.0)
    return y[0], v[0]


def people(rows):
    """People of all rows, NaN where a number is missing."""
    return sum(row.n for row in rows)


def within_studies(a, b):
    """Differences between the groups of one study, both with a variance, one a cohort; the groups of a side averaged."""
    (left, right), parts = (by(side, attrgetter("study_id")) for side in (a, b)), {}
    for study in sorted(set(left) & set(right)):
        one, other = left[study], right[study]
        yi, vi = summary.difference(*averaged(one), *averaged(other))
        parts.setdefault(one[0].cohort_id, {
            "study_label": one[0].study_label, "yi": float(yi), "vi": float(vi), "n_a": people(one), "n_b": people(other),
            "drug": ", ".join(sorted({row.drug for row in [*one, *other]})),
        })  # fmt: skip
    return list(parts.values())


def pooled_within(studies, config):
    """The contrast from differences within studies."""
    yi, vi = [study["yi"] for study in studies], [study["vi"] for study in studies]
    fit = rma(yi, vi, method=config.method, test=config.test, level=config.level)
    plain = rma(yi, vi, method=config.method, test="z")
    Q = float((plain.estimate / plain.se) ** 2)
    labels, drugs = ([study[name] for study in studies] for name in ("study_label", "drug"))
    side = {"cohorts": "; ".join(labels), "drugs": "; ".join(dict.fromkeys(drugs)), "k": len(studies)}
    return {
        **{name: getattr(fit, name) for name in ("estimate", "se", "ci_low", "ci_high", "p", "df", "tau2")},
        "Q_between": Q, "Q_between_df": 1, "Q_between_p": float(chi2_p(Q, 1)),
        **{f"{name}_{which}": value for which in "ab" for name, value in side.items()},
        "n_a": sum(study["n_a"] for study in studies), "n_b": sum(study["n_b"] for study in studies),
    }  # fmt: skip


def described(cohorts, which):
    """Who stands on one side of a contrast."""
    return {
        f"k_{which}": len(cohorts),
        f"n_{which}": people(cohorts),
        f"cohorts_{which}": "; ".join(row.study_label for row in cohorts),
        f"drugs_{which}": "; ".join(dict.fromkeys(row.drug for row in cohorts)),
    }


def pooled_between(a, b, config):
    """The contrast between the cohorts of two sides: meta-regression on the side, one tau2 for both.

    One cohort on each side leaves nothing to know tau2 by: their plain difference.
    """
    yi, vi = (np.array([getattr(row, name) for row in [*a, *b]]) for name in ("yi", "vi"))
    in_a = np.repeat([1.0, 0.0], [len(a), len(b)])
    if len(yi) == 2:
        fit = rma(yi[:1] - yi[1:], [vi.sum()], level=config.level)
        row = {name: getattr(fit, name) for name in ("estimate", "se", "ci_low", "ci_high", "p")}
    else:
        fit = rma(yi, vi, X=in_a, method=config.method, test=config.test, level=config.level)
        row = {name: getattr(fit, name)[1] for name in ("estimate", "se", "ci_low", "ci_high", "p")}
    both = subgroups(yi, vi, np.where(in_a == 1, "a", "b"), method=config.method, test=config.test, tau2="common", level=config.level)
    for which, side in both.fits.items():
        row |= {f"effect_{which}": side.estimate, f"effect_low_{which}": side.ci_low, f"effect_high_{which}": side.ci_high}
    return row | {"df": fit.df, "tau2": fit.tau2, "Q_between": both.Q_between, "Q_between_df": both.df, "Q_between_p": both.p}


def one_contrast(compared, cohorts, config, words):
    """Rows of one comparison: within studies and between them, as far as there are cohorts (`cohorts` of each side, if of both)."""
    within = within_studies(compared.a, compared.b)
    rows = [{"kind": "within", "decides": "yes", "note": "", **pooled_within(within, config)}] if within else []
    if compared.left or compared.right:
        found = between_studies(*cohorts, config, words) if all(cohorts) else without_side(compared, words)
        rows.append({"kind": "between", "in_both": "; ".join(sorted(compared.twice)), **found})
    return [compared.about | row for row in rows]


def without_side(compared, words):
    """Why there is no contrast between cohorts: one side has none."""
    k_a, k_b = (len({row.cohort_id for row in side}) for side in (compared.left, compared.right))
    return {"k_a": k_a, "k_b": k_b, "decides": "no", "note": words["no_comparator" if k_a else "no_condition"]}


def between_studies(a, b, config, words):
    """The contrast between the cohorts of two sides."""
    enough = len(a) + len(b) >= config.contrast_cohorts
    note = "" if enough else words["too_few"].format(cohorts=plural(config.contrast_cohorts, "cohort"))
    sides = described(a, "a") | described(b, "b")
    return pooled_between(a, b, config) | sides | {"decides": "yes" if enough else "no", "note": note}


def wanted(tables):
    """Condition, comparison and outcome of every claim about a modifier that strata can decide."""
    said = tables.claim_outcomes
    outside = set(zip(*(said.loc[said["expected"] == "outside", name] for name in ("claim_id", "outcome")), strict=True))
    claims = tables.claims[(tables.claims["kind"] == "modifier") & (tables.claims["condition"] != "")]
    pairs = [
        (claim.condition, claim.versus_condition, outcome.strip())
        for claim in named_rows(claims)
        for outcome in claim.outcomes.split(";")
        if outcome.strip() and (claim.claim_id, outcome.strip()) not in outside
    ]
    return list(dict.fromkeys(pairs))


def contrasts(effects, tables, config):
    """Differences between strata, for every claim about a modifier.

    Parameters
    ----------
    effects : DataFrame
        From `evidence.effects`.
    tables : Tables
    config : Config

    Returns
    -------
    DataFrame
        One row per condition, comparison, outcome, contrast and kind (within or between studies), `estimate` on
        the analysis scale as side a less side b, `ratio` in the readable form (ratio of ratios). A cohort with
        groups on both sides is compared within its study and left out of the contrast between studies (`in_both`).
    """
    words = templates(tables.folder, "verdicts")["contrasts"]
    usable = effects[(effects["headline"] == "yes") & effects["contrast"].isin(config.deciding)]
    compared = comparisons(usable, tables)
    cohorts = cohorts_of(usable, compared, config)
    rows = []
    for number, one in enumerate(compared):
        rows += one_contrast(one, [cohorts.get((number, which), ()) for which in "ab"], config, words)
    return finished(pd.DataFrame(rows).reindex(columns=COLUMNS)) if rows else pd.DataFrame(columns=COLUMNS)


def finished(frame):
    """Add ids and the readable forms."""
    logs = frame["measure"].isin(LOGS)
    straight = frame["measure"].map(lambda code: measure_of(code).scale == "difference")
    pair = frame["condition"] + "~" + frame["versus"]
    texts = ["in_both", "note", "cohorts_a", "cohorts_b", "drugs_a", "drugs_b"]
    numbers = [name for name in (*RESULTS, "n_a", "n_b", "k_a", "k_b") if name in frame]
    frame = without_gaps(frame, texts).assign(
        id=pair + "." + frame["outcome"] + "." + frame["contrast"] + "." + frame["kind"],
        ratio_unit=np.where(logs, RATIO_OF_RATIOS, frame["effect_unit"]),
        **{name: frame[name].astype(float) for name in numbers},
    )
    for name, of in (("ratio", "estimate"), ("ratio_low", "ci_low"), ("ratio_high", "ci_high")):
        read = readable.back(frame["measure"], frame["effect_unit"], frame[of])
        frame[name] = np.select([logs, straight], [np.exp(frame[of].where(logs, 0.0)), read], frame[of])
    for name in ("effect", "effect_low", "effect_high"):
        for side in "ab":
            frame[f"{name}_{side}"] = readable.back(frame["measure"], frame["effect_unit"], frame[f"{name}_{side}"])
    return frame.sort_values(["condition", "versus", "outcome", "contrast", "kind"], ignore_index=True)[COLUMNS]
