"""What the page's script reads: effects, pools, the map, and the way of each number from its raw rows."""

import math

from evidence.document import palette
from evidence.document.blocks import CONTRASTS, NOT_PRINTED, raised, words_of
from evidence.engine.numerics.distributions import quantile
from evidence.stages.effects import standardised
from evidence.stages.report.names import PLAN_WORDS
from evidence.stages.trace.trace import effect_trace
from evidence.vocabulary import ELIGIBILITY, HEADLINE, ROUTE_RANK
from evidence.words.measures import scale_of, unit_beside
from evidence.words.sentences import with_event
from evidence.words.subgroups import tests_in_words

EFFECT = (
    "id", "study_id", "group_id", "cohort_id", "study_label", "group_label", "outcome", "contrast", "measure", "effect_unit",
    "drug", "dose", "comparator", "design", "weeks", "n", "n_control", "printed", "yi", "vi", "sei", "route", "r", "r_source",
    "v_sum", "v_cross", "judged", "headline", "reason",
)  # fmt: skip
POOL = (
    "id", "outcome", "contrast", "measure", "effect_unit", "stratum", "analysis", "estimate", "se", "ci_low", "ci_high",
    "pi_low", "pi_high", "tau2", "tau2_low", "tau2_high", "I2", "Q", "Q_df", "Q_p", "p", "k", "n", "note",
)  # fmt: skip
MAP = ("condition", "label", "in_article", "outcome", "status", "contrast", "pool", "effect_unit", "measure", "estimate",
       "ci_low", "ci_high", "k", "n", "conclusion", "shown", "stated")  # fmt: skip
PALETTE = ("INK", "MUTED", "BLUE", "LINE", "BAR", "GRID", "SHADE", "ORANGE")


def value(one):
    """A number or text as JSON holds it; missing, or too large for a number, is None."""
    if isinstance(one, float):
        return None if not math.isfinite(one) else int(one) if one.is_integer() and abs(one) < 1e9 else one
    return one if isinstance(one, str) else int(one)


def values(column):
    """The cells of a column as JSON holds them."""
    cells = column.tolist()
    return cells if set(map(type, cells)) == {str} else list(map(value, cells))


def records(frame, names):
    """A frame as its column names and rows."""
    return {"columns": list(names), "rows": list(map(list, zip(*(values(frame[name]) for name in names), strict=True)))}


def effects(inputs):
    """All effects, with the ranks that choose between reports on one cohort."""
    frame = inputs.effects.assign(
        eligible=inputs.effects["eligibility"].map(ELIGIBILITY.index),
        rank=[ROUTE_RANK.index(route) if route in ROUTE_RANK else len(ROUTE_RANK) for route in inputs.effects["route"]],
        within=[one.split(";") if one else [] for one in inputs.effects["conditions"]],
        larger=[one.split(";") if one else [] for one in inputs.effects["part_of"]],
        levels=[one.split(";") if one else [] for one in inputs.effects["moderators"]],
    )
    made = records(frame, (*EFFECT, "eligible", "rank"))
    made["columns"] += ["conditions", "part_of", "moderators", "at"]
    for row, *lists in zip(made["rows"], frame["within"], frame["larger"], frame["levels"], at_correlations(inputs), strict=True):
        row += lists
    return made


def grid(inputs):
    """Correlations that may be tried: the config's, where any effect assumes one."""
    assumed = inputs.effects["route"].isin(["spread", "quantiles"]) & inputs.effects["v_cross"].gt(0)
    return list(inputs.config.correlation_grid) if (assumed | standardised.assumes_r(inputs.effects)).any() else []


def at_correlations(inputs):
    """yi and vi of each standardised effect at each correlation of the grid; an empty list for all other effects."""
    assumed = standardised.assumes_r(inputs.effects).tolist()
    tried = [standardised.at_correlation(inputs.effects, r)[["yi", "vi"]].to_numpy().tolist() for r in grid(inputs)] if any(assumed) else []
    return [[list(map(value, numbers[row])) for numbers in tried] if there else [] for row, there in enumerate(assumed)]


def pools(inputs):
    """The headline pools and those at each correlation of the grid."""
    shown = [HEADLINE, *(f"r_{r:g}" for r in grid(inputs))]
    return records(inputs.pools[inputs.pools["analysis"].isin(shown)], POOL)


def subgroups(inputs):
    """Tests between strata in words, each with the outcome, contrast, measure and unit of its pool."""
    tested = [row for row in inputs.rows_of("subgroups") if row.Q_between == row.Q_between]
    return [[row.outcome, row.contrast, row.measure, row.effect_unit, *tests_in_words([row], inputs.condition_labels)] for row in tested]


def traced(made, effect):
    """The way to one effect in words: printed numbers with their places, source, arithmetic."""
    found = effect_trace(made, effect)
    rows = [
        {name: row[name] for name in ("place", "number", "locator", "source", "url", "flags")} | {"what": f"{row['group']}, {row['what']}"}
        for row in found["rows"]
    ]
    return {
        "rows": rows, "citation": found["study"]["citation"], "record": found["study"]["record"],
        "correlation": found["correlation"], "steps": [[step.what, str(step)] for step in found["steps"]],
    }  # fmt: skip


def quantiles(config, most):
    """Half-widths of intervals in standard errors: normal, and t with 1 to `most` degrees of freedom."""
    share = (1 + config.level) / 2
    return {"z": float(quantile(share)), "t": [float(quantile(share, df)) for df in range(1, most + 1)]}


def by_measure(effects, words):
    """What is said of each measure in each of its units."""
    found = {}
    for measure, unit in sorted(set(zip(effects["measure"], effects["effect_unit"], strict=True))):
        found.setdefault(measure, {})[unit] = words(measure, unit)
    return found


def plan(inputs):
    """The choices of the config that the script pools by, and the words it prints."""
    config = inputs.config
    cohorts = inputs.effects.groupby(["outcome", "contrast"])["cohort_id"].nunique()
    return {
        "level": config.level, "method": config.method, "test": config.test, "test_words": PLAN_WORDS[config.test], "arm_correlation": config.arm_correlation,
        "correlation_grid": grid(inputs),
        "quantiles": quantiles(config, max([*cohorts, 2])), "contrasts": CONTRASTS, "not_printed": NOT_PRINTED,
        "scales": by_measure(inputs.effects, scale_of), "beside": by_measure(inputs.effects, unit_beside),
        "units": {unit: raised(unit) for unit in sorted(set(inputs.effects["effect_unit"]))},
        "routes": {route: words_of(route) for route in dict.fromkeys((*ROUTE_RANK, *sorted(set(inputs.effects["route"]))))},
        "title": config.title, "date": config.date.isoformat(), "article": bool(len(inputs.tables.article_citations)),
    }  # fmt: skip


def data(inputs, evidence_map, made):
    """All that the script reads but the tables.

    Parameters
    ----------
    inputs : Inputs
    evidence_map : DataFrame
        map.csv.
    made : evidence.stages.trace.trace.Made

    Returns
    -------
    dict
        Ready for JSON; tables are `columns` and `rows`.
    """
    return {
        "plan": plan(inputs),
        "outcomes": [
            [one.outcome, with_event(one.label, one.event), one.better, one.outcome in inputs.shown_outcomes]
            for one in inputs.outcomes.values()
        ],
        "conditions": [[name, label] for name, label in inputs.condition_labels.items()],
        "effects": effects(inputs),
        "pools": pools(inputs),
        "subgroups": subgroups(inputs),
        "certainty": {name: row.certainty for name, row in inputs.certainty_of.items()},
        "map": records(evidence_map, MAP),
        "traces": {name: traced(made, effect) for name, effect in made.effects.items()},
        "colours": {name.lower(): getattr(palette, name) for name in PALETTE},
    }
