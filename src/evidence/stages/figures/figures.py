"""Stage figures: forest plots by outcome and contrast, strata as blocks."""

import re
from functools import partial

import numpy as np

from evidence.engine.numerics.distributions import quantile
from evidence.stages.figures.asymmetry import many_study_plots
from evidence.stages.figures.bias import bias_plots
from evidence.stages.figures.cache import update
from evidence.stages.figures.directions import direction_plots
from evidence.stages.figures.flow import flow_plot
from evidence.stages.figures.forest.forest import Block, Pooled, Row, Unweighted, forest_pages, heterogeneity
from evidence.stages.figures.sensitivity import sensitivity_plots
from evidence.stages.pools.strata import stratum_label, stratum_order
from evidence.stages.verdicts.sensitivity import BAYES
from evidence.store.rows import by, named_rows
from evidence.vocabulary import ACTIVE, CONTROLLED
from evidence.words.measures import axis_title, interval, scale_of
from evidence.words.names import named, spelled
from evidence.words.scales import raised
from evidence.words.sentences import plural
from evidence.words.subgroups import SUBGROUPS, tests_in_words

CONTRASTS = {"before_after": "change from baseline", "versus_control": "against control", "versus_active": "against another active treatment",
             "single_arm": "single groups"}  # fmt: skip
FAVOURS = {
    "before_after": {"higher": ("Worse", "Better"), "lower": ("Better", "Worse"), "none": ("Decrease", "Increase")},
    "versus_control": {"higher": ("Favours control", "Favours treatment"), "lower": ("Favours treatment", "Favours control"),
                       "none": ("Lower", "Higher")},
    "versus_active": {"higher": ("Favours the other", "Favours treatment"), "lower": ("Favours treatment", "Favours the other"),
                      "none": ("Lower", "Higher")},
}  # fmt: skip
NOT_PRINTED = "\N{EN DASH}"


def shown_outcomes(tables, config):
    """Outcomes to draw, in the order of outcomes.csv."""
    table = tables.outcomes
    if config.outcomes == "headline":
        return list(table.loc[table["headline"] == "yes", "outcome"])
    if config.outcomes == "all":
        return list(table["outcome"])
    return [outcome for outcome in table["outcome"] if outcome in config.outcomes]


def group_words(effect):
    """What sets a group apart within its report: its label without the drug's name."""
    words = effect.group_label
    if words.lower().startswith(effect.drug.lower()):
        words = words[len(effect.drug) :].lstrip(" ,")
    return words


def row_label(label, effects):
    """Study label with the group, or the number of arms that were averaged."""
    if len(effects) > 1:
        shared = {effect.control_id for effect in effects}
        return f"{label}, {len(effects)} arms" + (" on one control" if len(shared) == 1 and shared != {""} else "")
    words = group_words(effects[0])
    return f"{label}, {words}" if words else label


def people(effects):
    """Number of people as it stands beside a row: 30, 10 v. 9, or a dash where it is not printed."""
    n = sum(effect.n for effect in effects)
    control = effects[0].n_control
    if np.isnan(n):
        return NOT_PRINTED
    two_arms = effects[0].contrast in (CONTROLLED, ACTIVE) and effects[0].design != "rct_crossover" and not np.isnan(control)
    return f"{n:.0f} v. {control:.0f}" if two_arms else f"{n:.0f}"


def weighted_row(member, by_id, alone, z):
    """One cohort of a pool."""
    effects = [by_id[name] for name in member.effect_ids.split(";")]
    half = z * member.vi**0.5
    return Row(
        row_label(member.study_label, effects),
        yi=member.yi,
        low=member.yi - half,
        high=member.yi + half,
        drug=", ".join(dict.fromkeys(effect.drug for effect in effects)),
        n=people(effects),
        weight=None if alone else member.weight,
        route=effects[0].route,
    )


def typeset(text):
    """Text with true minus signs before its numbers."""
    return re.sub(r"(?<![\w.])-(?=\d)", "\N{MINUS SIGN}", text)


def brief(effect):
    """Reason for no weight in one clause: of several doubts the first that a check found, else the curator's."""
    if effect.reason.startswith("flagged: "):
        doubts = sorted(effect.flags.split("; "), key=lambda doubt: doubt.startswith("the curator"))
        return "flagged: " + doubts[0].split(": Kind")[0]
    return effect.reason.removeprefix("not weighted: ").replace("study not in the headline", "set apart")


def unweighted_row(effect, words):
    """One effect that is shown without weight; `words` stand for the ids in its reason."""
    return Unweighted(
        row_label(effect.study_label, [effect]),
        drug=effect.drug,
        n=people([effect]),
        printed=raised(typeset(effect.printed)),
        reason=typeset(named(brief(effect), words)),
        yi=None if np.isnan(effect.yi) else effect.yi,
    )


def pooled(pool, posterior=None, prior=None):
    """The pooled lines of a block: a diamond from two cohorts, of two the Bayesian one below it, words for one."""
    if pool.k == 1:
        return Pooled("Single study, not pooled", kind="single")
    predicted = pool.k >= 3 and not np.isnan(pool.pi_low)
    own = Pooled(
        f"Random effects, {pool.method}, k = {pool.k:.0f}",
        estimate=pool.estimate,
        ci_low=pool.ci_low,
        ci_high=pool.ci_high,
        pi_low=pool.pi_low if predicted else None,
        pi_high=pool.pi_high if predicted else None,
        heterogeneity=heterogeneity(pool.tau2, pool.I2, pool.Q, pool.Q_df, pool.Q_p),
        kind="pair" if pool.k == 2 else "pooled",
        warning="Two studies: 1 degree of freedom, the spread between them is hardly known." if pool.k == 2 else "",
    )
    if pool.k != 2 or posterior is None:
        return own
    label = f"{posterior.label}, half-normal prior of τ ({prior:g})"
    beside = Pooled(label, estimate=posterior.estimate, ci_low=posterior.ci_low, ci_high=posterior.ci_high, kind="pair")
    return own, beside


def merged_strata(pools, members_of, conditions):
    """Strata with the same cohorts are one block, its headings joined."""
    blocks = {}
    for pool in pools:
        key = tuple(member.effect_ids for member in members_of[pool.id])
        blocks.setdefault(key, []).append(pool)
    return [(" \N{MIDDLE DOT} ".join(stratum_label(pool.stratum, conditions) for pool in same), same[0]) for same in blocks.values()]


def blocks_of(effects, pools, members_of, tables, config, posteriors, words):
    """Blocks of one outcome, contrast and measure; `posteriors` are the Bayesian rows by pool, `words` stand for ids."""
    z = quantile((1 + config.level) / 2)
    by_id = {effect.id: effect for effect in effects}
    conditions = dict(zip(tables.conditions["condition"], tables.conditions["label"], strict=True))
    left = [unweighted_row(effect, words) for effect in effects if effect.headline == "no"]
    drawn = []
    order = stratum_order(conditions)
    ordered = sorted(pools, key=lambda pool: order(pool.stratum))
    for heading, pool in merged_strata(ordered, members_of, conditions):
        cohorts = sorted(members_of[pool.id], key=lambda member: (member.study_label.casefold(), member.effect_ids.casefold()))
        rows = [weighted_row(member, by_id, pool.k == 1, z) for member in cohorts]
        drawn.append(Block(heading, rows, pooled(pool, posteriors.get(pool.id), config.tau_prior), unweighted=() if drawn else left))
    return drawn or [Block("All groups", unweighted=left, note="No study can be weighted.")]


def alt_text(title, pools, left, conditions, tests=()):
    """The figure in words, with its numbers; `left` is how many effects are shown without weight, `tests` those between strata."""
    parts = [
        f"{stratum_label(pool.stratum, conditions)}: "
        f"{interval(pool.measure, pool.estimate, pool.ci_low, pool.ci_high, pool.effect_unit)}, {plural(pool.k, 'study', 'studies')}"
        for pool in pools
    ]
    shown = f" Shown without weight: {plural(left, 'effect')}." if left else ""
    between = "".join(f" {SUBGROUPS}, {line[:1].lower()}{line[1:]}" for line in tests)
    return f"Forest plot. {title}. {'; '.join(parts) if parts else 'No study can be weighted'}.{between}{shown}"


def between_strata(lines):
    """The block below the strata: tests of the difference between them, or nothing."""
    return [Block(SUBGROUPS, note=tuple(lines))] if lines else []


def drawings(tables, config, effects, pools, members, judged=None):
    """All forest plots as (file name, call that draws its pages, words about it).

    Parameters
    ----------
    tables : Tables
    config : Config
    effects, pools, members : DataFrame
    judged : dict of DataFrame, optional
        Of the tables beside the pools those that stand in the plots: sensitivity, subgroups.

    Yields
    ------
    tuple of str, partial, dict
    """
    headline = pools[pools["analysis"] == "headline"]
    members = members[(members["left_out"] == "") & members["pool"].isin(headline["id"])]
    members_of = by(named_rows(members), lambda member: member.pool)
    pools_of, effects_of = (by(named_rows(frame), lambda row: (row.outcome, row.contrast, row.measure)) for frame in (headline, effects))
    outcomes = {row.outcome: row for row in named_rows(tables.outcomes)}
    conditions = dict(zip(tables.conditions["condition"], tables.conditions["label"], strict=True))
    sensitivity, subgroups = ((judged or {}).get(name) for name in ("sensitivity", "subgroups"))
    posteriors, ids, tests = bayesian_rows(sensitivity), spelled(tables), subgroup_rows(subgroups)
    for outcome in shown_outcomes(tables, config):
        for contrast, measure in sorted(key[1:] for key in effects_of if key[0] == outcome):
            part, own = effects_of[outcome, contrast, measure], pools_of.get((outcome, contrast, measure), [])
            about = outcomes[outcome]
            title, unit = f"{about.label}, {CONTRASTS[contrast]}", part[0].effect_unit
            lines = tests_in_words(tests.get((outcome, contrast, measure), ()), conditions)
            blocks = blocks_of(part, own, members_of, tables, config, posteriors, ids) + between_strata(lines)
            draw = partial(
                forest_pages,
                blocks,
                scale=scale_of(measure, unit),
                favours=FAVOURS.get(contrast, {}).get(about.better),
                xlabel=axis_title(measure, contrast, unit, about),
                level=config.level,
            )
            words = {"outcome": outcome, "contrast": contrast, "measure": measure, "kind": "forest", "caption": title,
                     "alt": alt_text(title, own, sum(effect.headline == "no" for effect in part), conditions, lines)}  # fmt: skip
            yield f"forest-{outcome}-{contrast}-{measure}.svg", draw, words


def subgroup_rows(subgroups):
    """Tests between strata by outcome, contrast and measure; none before they are made."""
    return {} if subgroups is None else by(named_rows(subgroups), lambda row: (row.outcome, row.contrast, row.measure))


def bayesian_rows(sensitivity):
    """Bayesian rows of the sensitivity table by pool; none before it is made."""
    if sensitivity is None:
        return {}
    return {row.pool: row for row in named_rows(sensitivity[sensitivity["analysis"] == BAYES])}


def drawings_of_verdicts(tables, config, effects, members, judged):
    """Sensitivity, effect directions and risk of bias, as (file name, call that draws it, words about it).

    Parameters
    ----------
    tables : Tables
    config : Config
    effects, members : DataFrame
    judged : dict of DataFrame
        Tables by name: sensitivity, reported, bias_weights, flow.
    """
    outcomes = shown_outcomes(tables, config)
    yield from sensitivity_plots(judged["sensitivity"], outcomes, tables, config)
    yield from direction_plots(judged["reported"], outcomes, tables)
    yield from bias_plots(judged["bias_weights"], members, effects, outcomes, tables)
    yield from flow_plot(judged["flow"], tables)


def write_figures(folder, tables, config, effects, pools, members, judged=None):
    """Bring all figures in a folder up to date, and remove those of outcomes that are gone.

    Parameters
    ----------
    folder : path-like
    tables : Tables
    config : Config
    effects, pools, members : DataFrame
    judged : dict of DataFrame, optional
        Tables beside the pools by name: subgroups, sensitivity, reported, bias_weights, flow.

    Returns
    -------
    index : list of dict
        One a page, as written to figures.json.
    fresh : int
        How many figures were drawn; what the others are drawn from has not changed.
    """
    many = many_study_plots(pools, members, effects, shown_outcomes(tables, config), tables, config)
    more = drawings_of_verdicts(tables, config, effects, members, judged) if judged else ()
    return update(folder, (*drawings(tables, config, effects, pools, members, judged), *many, *more))
