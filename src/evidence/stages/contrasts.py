"""Contrasts between strata: does the effect differ with the condition?

A claim about a modifier is decided by the difference between the effect in a condition and the effect in the stratum
it is compared with; for ratios that is a ratio of ratios. Within a study both groups share protocol, drug and
laboratory, so such contrasts rank above those between the pools of different cohorts.
"""

import numpy as np
import pandas as pd

from evidence.measures import summary
from evidence.models.distributions import chi2_p
from evidence.models.subgroups import subgroups
from evidence.models.uni import rma
from evidence.stages import readable
from evidence.stages.pools import combined, numbered, one_report_per_cohort
from evidence.stages.rows import named_rows
from evidence.stages.strata import without_subgroups
from evidence.stages.words import plural, templates, without_gaps

OTHERS = "others"
LOGS = ("ROM", "OR", "RR", "HR", "IRR")
RESULTS = ["estimate", "se", "ci_low", "ci_high", "p", "df", "tau2", "Q_between", "Q_between_df", "Q_between_p"]
SIDE = ["k", "n", "effect", "effect_low", "effect_high", "cohorts", "drugs"]
COLUMNS = [
    "id", "condition", "versus", "outcome", "contrast", "measure", "effect_unit", "kind", *RESULTS,
    "ratio", "ratio_low", "ratio_high", "ratio_unit", *(f"{name}_{side}" for side in "ab" for name in SIDE),
    "in_both", "decides", "note",
]  # fmt: skip


def having(effects, condition):
    """Which effects are of a condition (or a narrower one)."""
    return (";" + effects["conditions"] + ";").str.contains(f";{condition};", regex=False)


def related(one, other):
    """Which effects of `other` share people with a group of `one`: the same group, a larger one, or a part of it."""
    groups = set(zip(one["study_id"], one["group_id"], strict=True))
    larger = {(row.study_id, name) for row in named_rows(one) for name in row.part_of.split(";") if name}
    parts = [
        any((row.study_id, name) in groups for name in row.part_of.split(";")) or (row.study_id, row.group_id) in groups | larger
        for row in named_rows(other)
    ]
    return np.array(parts, bool)


def sides(effects, condition, versus):
    """Effects of the condition alone (a), and of what it is compared with alone (b), no people in both.

    Parameters
    ----------
    effects : DataFrame
        Of one outcome, contrast and measure.
    condition, versus : str
        Ids; `versus` empty for all others.
    """
    in_a = having(effects, condition)
    in_b = having(effects, versus) if versus else ~in_a
    a, b = effects[in_a & ~in_b], effects[in_b & ~in_a]
    return a, b[~related(a, b)] if len(a) else b


def cohorts_of(effects, config):
    """One effect per cohort, as in a pool: no subgroup beside its larger group, one report a cohort, arms averaged."""
    members = effects.assign(stratum="", analysis="")
    pool = ["outcome", "contrast", "measure", "effect_unit", "stratum", "analysis"]
    members, _ = without_subgroups(members, pool)
    members, _ = one_report_per_cohort(numbered(members))
    drugs = members.groupby("cohort_id")["drug"].agg(lambda names: ", ".join(sorted(set(names))))
    cohorts = combined(members, config)
    return cohorts.assign(drug=cohorts["cohort_id"].map(drugs))


def within_studies(a, b, config):
    """Differences between the groups of one study, both with a variance; the groups of a side averaged."""
    parts = []
    for study in sorted(set(a["study_id"]) & set(b["study_id"])):
        one, other = (side[side["study_id"] == study] for side in (a, b))
        groups = [summary.composite(side["yi"], side["vi"], np.zeros(len(side), int), 0.0) for side in (one, other)]
        yi, vi = summary.difference(groups[0][0][0], groups[0][1][0], groups[1][0][0], groups[1][1][0])
        parts.append({
            "cohort_id": one["cohort_id"].iat[0], "study_label": one["study_label"].iat[0], "yi": float(yi), "vi": float(vi),
            "n_a": one["n"].sum(skipna=False), "n_b": other["n"].sum(skipna=False),
            "drug": ", ".join(sorted(set(one["drug"]) | set(other["drug"]))),
        })  # fmt: skip
    return pd.DataFrame(parts).drop_duplicates("cohort_id") if parts else pd.DataFrame(columns=["cohort_id"])


def pooled_within(studies, config):
    """The contrast from differences within studies."""
    yi, vi = studies["yi"].to_numpy(), studies["vi"].to_numpy()
    fit = rma(yi, vi, method=config.method, test=config.test, level=config.level)
    plain = rma(yi, vi, method=config.method, test="z")
    Q = float((plain.estimate / plain.se) ** 2)
    side = {"cohorts": "; ".join(studies["study_label"]), "drugs": "; ".join(studies["drug"].drop_duplicates()), "k": len(studies)}
    return {
        **{name: getattr(fit, name) for name in ("estimate", "se", "ci_low", "ci_high", "p", "df", "tau2")},
        "Q_between": Q, "Q_between_df": 1, "Q_between_p": float(chi2_p(Q, 1)),
        **{f"{name}_{which}": value for which in "ab" for name, value in side.items()},
        "n_a": studies["n_a"].sum(skipna=False), "n_b": studies["n_b"].sum(skipna=False),
    }  # fmt: skip


def described(cohorts, which):
    """Who stands on one side of a contrast."""
    return {
        f"k_{which}": len(cohorts),
        f"n_{which}": cohorts["n"].sum(skipna=False) if len(cohorts) else np.nan,
        f"cohorts_{which}": "; ".join(cohorts["study_label"]),
        f"drugs_{which}": "; ".join(cohorts["drug"].drop_duplicates()),
    }


def pooled_between(a, b, config):
    """The contrast between the cohorts of two sides: meta-regression on the side, one tau2 for both.

    One cohort on each side leaves nothing to know tau2 by: their plain difference.
    """
    yi = np.concatenate([a["yi"], b["yi"]])
    vi = np.concatenate([a["vi"], b["vi"]])
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


def one_contrast(effects, condition, versus, config, words):
    """Rows of one outcome and contrast: within studies and between them, as far as there are cohorts."""
    a, b = sides(effects, condition, versus)
    within = within_studies(a, b, config)
    twice = set(a["cohort_id"]) & set(b["cohort_id"])
    rows = [{"kind": "within", "decides": "yes", "note": "", **pooled_within(within, config)}] if len(within) else []
    left, right = ((side[~side["cohort_id"].isin(twice)]) for side in (a, b))
    if len(left) or len(right):
        rows.append({"kind": "between", "in_both": "; ".join(sorted(twice)), **between_studies(left, right, config, words)})
    return rows


def between_studies(a, b, config, words):
    """The contrast between the cohorts of two sides, or why there is none."""
    if not len(a) or not len(b):
        note = words["no_comparator" if len(a) else "no_condition"]
        return {"k_a": a["cohort_id"].nunique(), "k_b": b["cohort_id"].nunique(), "decides": "no", "note": note}
    a, b = cohorts_of(a, config), cohorts_of(b, config)
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
    rows = []
    for condition, versus, outcome in wanted(tables):
        for (contrast, measure, unit), part in usable[usable["outcome"] == outcome].groupby(["contrast", "measure", "effect_unit"]):
            about = {"condition": condition, "versus": versus or OTHERS, "outcome": outcome, "contrast": contrast, "measure": measure}
            rows += [about | {"effect_unit": unit} | row for row in one_contrast(part, condition, versus, config, words)]
    return finished(pd.DataFrame(rows).reindex(columns=COLUMNS)) if rows else pd.DataFrame(columns=COLUMNS)


def finished(frame):
    """Add ids and the readable forms."""
    logs = frame["measure"].isin(LOGS)
    pair = frame["condition"] + "~" + frame["versus"]
    texts = ["in_both", "note", "cohorts_a", "cohorts_b", "drugs_a", "drugs_b"]
    numbers = [name for name in (*RESULTS, "n_a", "n_b", "k_a", "k_b") if name in frame]
    frame = without_gaps(frame, texts).assign(
        id=pair + "." + frame["outcome"] + "." + frame["contrast"] + "." + frame["kind"],
        ratio_unit=np.where(logs, "ratio of ratios", frame["effect_unit"]),
        **{name: frame[name].astype(float) for name in numbers},
    )
    for name, of in (("ratio", "estimate"), ("ratio_low", "ci_low"), ("ratio_high", "ci_high")):
        frame[name] = np.where(logs, np.exp(frame[of].where(logs, 0.0)), frame[of])
    for name in ("effect", "effect_low", "effect_high"):
        for side in "ab":
            frame[f"{name}_{side}"] = readable.back(frame["measure"], frame[f"{name}_{side}"].astype(float))
    return frame.sort_values(["condition", "versus", "outcome", "contrast", "kind"], ignore_index=True)[COLUMNS]
