"""Sensitivity: every headline pool beside itself under other choices, and where its conclusion flips."""

from operator import attrgetter

import numpy as np
import pandas as pd

from evidence.engine.models.batch import rma_batch
from evidence.engine.models.bayes import bayes_average
from evidence.stages.pools.analyses import Analysis, analyses
from evidence.store.rows import by, named_rows
from evidence.vocabulary import ALL, COMPARATOR, HEADLINE
from evidence.words import units as readable
from evidence.words.measures import LOGARITHMS
from evidence.words.sentences import templates

KEY = ["outcome", "contrast", "stratum"]
COMPARATIVE = ("before_after", "versus_control", "versus_active")
RESULTS = ["estimate", "se", "ci_low", "ci_high", "p", "tau2", "I2"]
EFFECT = {"effect": "estimate", "effect_low": "ci_low", "effect_high": "ci_high"}
COLUMNS = [
    "pool", *KEY, "measure", "effect_unit", "analysis", "kind", "label", "k", "n", *RESULTS, *EFFECT,
    "conclusion", "headline_conclusion", "flips", "differs",
]  # fmt: skip
ROBUSTNESS = ["pool", *KEY, "conclusion", "analyses", "flips", "labels", "sentence"]
NOTHING_LEFT, BAYES = "nothing left", "bayes"
of_pool = attrgetter("pool")


def conclusions(frame, rule):
    """Conclusion of each pool: increase, decrease or unclear; empty where nothing is compared.

    Parameters
    ----------
    frame : DataFrame
        With contrast, estimate, ci_low and ci_high on the analysis scale, where no effect is 0.
    rule : {"interval", "direction"}
        By the interval that excludes no effect, or by the side of the estimate alone.
    """
    low, high = ("ci_low", "ci_high") if rule == "interval" else ("estimate", "estimate")
    compared = frame["contrast"].isin(COMPARATIVE)
    return np.select([~compared, frame[low] > 0, frame[high] < 0], ["", "increase", "decrease"], "unclear")


def of_strata(frame, kinds):
    """Rows of whole pools (`all`, or all comparisons with one agent) and of the kinds of strata given."""
    return frame[frame["stratum"].map(lambda stratum: stratum.partition(":")[0]).isin((ALL, COMPARATOR, *kinds))]


def bayesian(headline, members, config):
    """Posterior of each pool of two or more cohorts on a log scale; pools of the same cohorts are computed once."""
    rows, known = [], {}
    for pool in named_rows(headline[(headline["k"] >= 2) & headline["measure"].isin(LOGARITHMS)]):
        part = members[pool.id]
        key = tuple((row.yi, row.vi) for row in part)
        if key not in known:
            prior = ("halfnormal", config.tau_prior)
            known[key] = bayes_average(*zip(*key, strict=True), tau_prior=prior, level=config.level)
        rows.append({"pool": pool.id, "analysis": BAYES, "k": pool.k, "n": pool.n, **known[key]})
    return pd.DataFrame(rows)


def without_each(headline, members, config):
    """Each pool of three or more cohorts without each of them in turn, all in one batch."""
    columns, rows = [], []
    for pool in named_rows(headline[headline["k"] >= 3]):
        part = members[pool.id]
        yi, vi = (np.array([getattr(row, name) for row in part]) for name in ("yi", "vi"))
        for left, row in enumerate(part):
            columns.append((np.delete(yi, left), np.delete(vi, left)))
            names = {"analysis": f"without_{row.cohort_id}", "label": f"Without {row.study_label}"}
            rows.append({"pool": pool.id, **names, "n": pool.n - row.n})
    if not rows:
        return pd.DataFrame(rows)
    Y, V = np.full((2, max(len(yi) for yi, _ in columns), len(columns)), np.nan)
    for number, (yi, vi) in enumerate(columns):
        Y[: len(yi), number], V[: len(vi), number] = yi, vi
    fits = rma_batch(Y, V, method=config.method, test=config.test, level=config.level)
    return pd.DataFrame(rows).assign(k=fits.k, **{name: getattr(fits, name) for name in RESULTS})


def extremes(frame):
    """Of leave-one-out rows, those with the lowest and highest estimate of their pool, and those that flip."""
    by_pool = frame.groupby("pool")["estimate"]
    edge = (frame["estimate"] == by_pool.transform("min")) | (frame["estimate"] == by_pool.transform("max"))
    return frame[edge | (frame["flips"] == "yes")]


def absent(headline, present, plans):
    """Rows for the analyses in which a headline pool has no cohort left."""
    wanted = [(pool, name) for pool in headline["id"] for name, plan in plans.items() if plan.everywhere]
    missing = [pair for pair in wanted if pair not in present]
    return pd.DataFrame(missing, columns=["pool", "analysis"]).assign(k=0.0)


def compared(rows, headline, config):
    """Add what each row shares with its headline pool, its conclusion, and whether it flips or differs at all."""
    heads = headline.set_index("id")
    own = [*KEY, "measure", "effect_unit"]
    shared = heads.reindex(rows["pool"]).reset_index(drop=True)
    rows = rows.reset_index(drop=True)
    for name in own:
        rows[name] = rows[name].fillna(shared[name]) if name in rows else shared[name]
    rows["conclusion"] = np.where(rows["k"] > 0, conclusions(rows, config.conclusion), NOTHING_LEFT)
    rows["headline_conclusion"] = conclusions(shared, config.conclusion)
    judged = (rows["k"] > 0) & (rows["headline_conclusion"] != "")
    rows["flips"] = np.where(judged & (rows["conclusion"] != rows["headline_conclusion"]), "yes", "no")
    same = [np.isclose(rows[name], shared[name], rtol=1e-9, atol=1e-12) for name in ("k", "estimate", "ci_low", "ci_high")]
    rows["differs"] = np.where(np.all(same, axis=0), "no", "yes")
    return rows.assign(**{name: readable.back(rows["measure"], rows["effect_unit"], rows[of]) for name, of in EFFECT.items()})


def described(frame, plans):
    """Add the label and kind of each analysis, in the order of the plans."""
    plans = plans | {BAYES: Analysis("Bayesian", kind="Bayesian")}
    own = frame["label"] if "label" in frame else ""
    order = frame["analysis"].map({name: at for at, name in enumerate(plans)}).fillna(len(plans))
    frame = frame.assign(
        kind=frame["analysis"].map({name: plan.kind for name, plan in plans.items()}).fillna("leave one out"),
        label=frame["analysis"].map({name: plan.label for name, plan in plans.items()}).fillna(own),
        order=order,
    )
    return frame.sort_values([*KEY, "order", "estimate"], ignore_index=True)[COLUMNS]


def sensitivity(pools, members, config):
    """Every headline pool beside itself under other choices.

    Parameters
    ----------
    pools, members : DataFrame
        From `evidence.stages.pools.pools.pools_and_members`.
    config : Config

    Returns
    -------
    DataFrame
        One row per headline pool (stratum `all` and those of the config) and analysis, the headline first.
        Of the leave-one-out pools the lowest, the highest and those that flip. A pool of two cohorts in any other
        stratum has its Bayesian row alone, to stand beside an interval with one degree of freedom.
    """
    plans = analyses(config)
    every = pools[pools["analysis"] == HEADLINE]
    headline = of_strata(every, config.sensitivity_strata)
    if not len(headline):
        return pd.DataFrame(columns=COLUMNS)
    heads = every[every["id"].isin(headline["id"]) | (every["k"] == 2)]
    head_id = headline.drop_duplicates(KEY).set_index(KEY)["id"]
    rows = of_strata(pools, config.sensitivity_strata)
    rows = rows.assign(pool=head_id.reindex(pd.MultiIndex.from_frame(rows[KEY])).to_numpy()).dropna(subset=["pool"])
    present = set(zip(rows["pool"], rows["analysis"], strict=True))
    used = members[(members["left_out"] == "") & members["pool"].isin(heads["id"])]
    parts = by(named_rows(used), of_pool)
    omitted = without_each(headline, parts, config)
    if len(omitted):
        omitted = extremes(compared(omitted, headline, config))[["pool", "analysis", "label", "k", "n", *RESULTS]]
    made = [rows, absent(headline, present, plans), bayesian(heads, parts, config), omitted]
    frame = pd.concat([part for part in made if len(part)], ignore_index=True)
    return described(compared(frame[[name for name in frame if name not in EFFECT]], heads, config), plans)


def said(analyses, flips):
    """Name of the sentence for a number of analyses and of those that flip."""
    if not flips:
        return "stands_one" if analyses == 1 else "stands"
    return "flips_one" if analyses == 1 else "flips_once" if flips == 1 else "flips"


def robustness(frame, tables):
    """How many other choices change the conclusion of each headline pool, in numbers and one sentence.

    Parameters
    ----------
    frame : DataFrame
        From `sensitivity`.
    tables : Tables

    Returns
    -------
    DataFrame
        One row per headline pool that compares: analyses that change a number, those that flip it, and their labels.
    """
    words = templates(tables.folder, "verdicts")["robustness"]
    whole = frame["pool"].isin(frame.loc[frame["analysis"] == HEADLINE, "pool"])
    tried = frame[whole & (frame["headline_conclusion"] != "") & (frame["k"] > 0) & (frame["differs"] == "yes")]
    rows = []
    for pool, part in sorted(by(named_rows(tried), of_pool).items()):
        first, analyses = part[0], len(part)
        flipped = [row for row in part if row.flips == "yes"]
        labels = [words["flip"].format(label=row.label, conclusion=row.conclusion) for row in flipped]
        text = words[said(analyses, len(flipped))].format(
            conclusion=first.headline_conclusion, analyses=analyses, flips=len(flipped), labels="; ".join(labels)
        )
        key = (pool, first.outcome, first.contrast, first.stratum)
        rows.append((*key, first.headline_conclusion, analyses, len(flipped), "; ".join(row.label for row in flipped), text))
    return pd.DataFrame(rows, columns=ROBUSTNESS)
