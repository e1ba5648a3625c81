"""Figures that need many studies: funnel with contours, Baujat, and a bubble plot for each moderator."""

from functools import partial

import numpy as np

from evidence.engine.bias.asymmetry import egger
from evidence.engine.models.uni import rma
from evidence.stages.figures.funnel import FUNNEL_SCALES, baujat, bubble, funnel
from evidence.stages.pools.regressions import cohort_value
from evidence.store.moderators import split_by_kind, values_of
from evidence.store.rows import named_rows
from evidence.vocabulary import ALL, HEADLINE, LEAST_STUDIES
from evidence.words.measures import axis_title, measure_of
from evidence.words.scales import in_words, unsigned
from evidence.words.sentences import templates


def large_pools(pools, outcomes):
    """Headline pools of all groups that hold enough studies to tell asymmetry from chance."""
    whole = pools[(pools["analysis"] == HEADLINE) & (pools["stratum"] == ALL)]
    return whole[(whole["k"] >= LEAST_STUDIES) & whole["outcome"].isin(outcomes)]


def p_words(p):
    """p = 0.024, p < 0.001."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def funnel_of(fit, words, texts):
    """Funnel plot with Egger's test in its caption."""
    test = egger(fit)
    texts = texts | {"egger": p_words(test.p), "slope": unsigned(test.estimate, 2)}
    draw = partial(funnel, fit, scale=texts["scale"], xlabel=texts["axis"])
    return draw, words["funnel"].format(**texts), words["funnel_alt"].format(**texts)


def baujat_of(fit, labels, words, texts):
    """Baujat plot; its alt text names the study that adds most to heterogeneity."""
    most = labels[int(np.argmax((fit.yi - fit.estimate) ** 2 / (fit.vi + fit.tau2)))]
    texts = texts | {"most": most}
    return partial(baujat, fit, labels=labels), words["baujat"].format(**texts), words["baujat_alt"].format(**texts)


def bubble_of(cohorts, x, moderator, words, texts, config):
    """Bubble plot of the cohorts that have a value of the moderator."""
    has = ~np.isnan(x)
    yi, vi = (cohorts[name].to_numpy()[has] for name in ("yi", "vi"))
    fit = rma(yi, vi, X=x[has], method=config.method, test=config.test, level=config.level)
    name = moderator.replace("_", " ")
    slope = in_words(texts["scale"], fit.estimate[1], fit.ci_low[1], fit.ci_high[1])
    texts = texts | {"moderator": name, "slope": slope, "p": p_words(fit.p[1]), "k": f"{has.sum()}", "R2": f"{fit.R2:.0f}%",
                     "low": f"{x[has].min():g}", "high": f"{x[has].max():g}"}  # fmt: skip
    draw = partial(bubble, fit, scale=texts["scale"], xlabel=name[:1].upper() + name[1:], ylabel=texts["axis"])
    return draw, words["bubble"].format(**texts), words["bubble_alt"].format(**texts)


def of_pool(pool, cohorts, groups, tables, config, words, about):
    """Kind, call that draws, caption and alt text of each figure of one pool."""
    scale = measure_of(pool.measure).scale
    drawn = scale if scale in FUNNEL_SCALES else "difference"
    texts = {
        "outcome": about.label, "contrast": words["contrasts"][pool.contrast], "k": f"{pool.k:.0f}", "level": f"{100 * config.level:g}%",
        "scale": drawn, "axis": axis_title(pool.measure, "", pool.effect_unit, about) if drawn == scale else words["analysis_scale"].format(outcome=about.label),
    }  # fmt: skip
    fit = rma(cohorts["yi"].to_numpy(), cohorts["vi"].to_numpy(), method=config.method, test=config.test, level=config.level)
    yield "funnel", *funnel_of(fit, words, texts)
    yield "baujat", *baujat_of(fit, list(cohorts["study_label"]), words, texts)
    for moderator in split_by_kind(tables.moderators, config.moderators)[0]:
        values = values_of(tables.moderators, moderator)
        x = np.array([cohort_value(ids, groups, values) for ids in cohorts["effect_ids"]])
        known = x[~np.isnan(x)]
        if len(known) >= config.regression_least and known.min() < known.max():
            yield f"bubble-{moderator}", *bubble_of(cohorts, x, moderator, words, texts, config)


def many_study_plots(pools, members, effects, outcomes, tables, config):
    """Funnel, Baujat and bubble plots of each headline pool of all groups with ten studies or more.

    Parameters
    ----------
    pools, members, effects : DataFrame
    outcomes : sequence of str
        Outcomes to draw.
    tables : Tables
    config : Config

    Yields
    ------
    tuple of str, partial, dict
        File name, the call that draws it, and words about it.
    """
    words = templates(tables.folder, "verdicts")["many_studies"]
    about = {row.outcome: row for row in named_rows(tables.outcomes)}
    groups = {row.id: (row.study_id, row.group_id) for row in named_rows(effects)}
    used = members[members["left_out"] == ""]
    for pool in named_rows(large_pools(pools, outcomes)):
        cohorts = used[used["pool"] == pool.id].sort_values("study_label", kind="stable")
        for kind, draw, caption, alt in of_pool(pool, cohorts, groups, tables, config, words, about[pool.outcome]):
            entry = {"outcome": pool.outcome, "contrast": pool.contrast, "kind": kind.partition("-")[0], "caption": caption,
                     "alt": alt}  # fmt: skip
            yield f"{kind}-{pool.outcome}-{pool.contrast}.svg", draw, entry
