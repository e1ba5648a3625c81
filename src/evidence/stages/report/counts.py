"""Counts of the evidence that the report's prose names."""

from evidence.config import CERTAINTY
from evidence.document.blocks import listed
from evidence.stages.report.inputs import by
from evidence.stages.verdicts.mentions import best
from evidence.store.appraisal_tools import tools
from evidence.words.sentences import lowered


def reports(inputs):
    """Reports by what they are and where their numbers were read."""
    studies, kinds = (
        inputs.tables.studies,
        inputs.tables.measurements.groupby("study_id")["source_kind"].agg(set),
    )
    return {
        "reports": len(studies),
        "included": int((studies["eligibility"] == "include").sum()),
        "cohorts": studies["cohort_id"].nunique(),
        "with_numbers": len(kinds),
        "abstract_only": sum(found == {"abstract"} for found in kinds),
        "secondary_only": sum(found == {"secondary"} for found in kinds),
        "full_text": sum("full_text" in found for found in kinds),
        "provisional": int((studies["identity"] == "provisional").sum()),
        "printed_numbers": len(inputs.tables.measurements),
        "numbers_in_effects": inputs.account.in_effects,
        "numbers_in_pools": inputs.account.in_pools,
        "numbers_in_no_effect": inputs.account.numbers - inputs.account.in_effects,
        "stated_without_figure": len(inputs.tables.unreported),
        "outcomes": len(inputs.outcomes),
        "headline_outcomes": len(inputs.shown_outcomes),
    }


def effects(inputs):
    """Effects by what their standard errors rest on."""
    frame = inputs.effects
    headline = frame[frame["headline"] == "yes"]
    controlled = headline[headline["contrast"] == "versus_control"]
    return {
        "effects": len(frame),
        "headline_effects": len(headline),
        "cohorts_weighted": headline["cohort_id"].nunique(),
        "assumed_correlation": int((headline["r_source"] == "config").sum()),
        "recovered_correlation": int(headline["r_source"].str.startswith("recovered").sum()),
        "judged_spread": int((headline["judged"] == "yes").sum()),
        "flagged": int((frame["flags"] != "").sum()),
        "bounded": int((frame["route"] == "bound").sum()),
        "single_arm_effects": int((headline["contrast"] != "versus_control").sum()),
        "controlled_effects": len(controlled),
        "controlled_cohorts": controlled["cohort_id"].nunique(),
        "randomised_effects": int(controlled["design"].str.startswith("rct").sum()),
    }


def domains(inputs):
    """Cohorts by domain of outcomes: all that speak of it, compared with a control group, weighted."""
    by_domain = by(inputs.mentions, lambda one: inputs.outcomes[one.outcome].domain)
    found = {}
    for name in sorted({row.domain for row in inputs.outcomes.values()}):
        own = by_domain.get(name, [])
        compared = [one for one in own if one.contrast == "versus_control"]
        found |= {
            f"domain.{name}.cohorts": sum(best(own)),
            f"domain.{name}.weighted": best(own)[0],
            f"domain.{name}.compared": sum(best(compared)),
            f"domain.{name}.compared_weighted": best(compared)[0],
        }
    return found


def standings(inputs):
    """Highest standing of each condition in any headline outcome, 0 where no study speaks of one."""
    highest = dict.fromkeys(inputs.condition_labels, 0)
    for one in inputs.mentions:
        if one.outcome in inputs.shown_outcomes:
            highest |= {name: max(highest[name], one.standing) for name in one.conditions}
    return highest


def asked(inputs):
    """Conditions of the article's tables, in file order."""
    table = inputs.tables.conditions
    return list(table.loc[table["in_article"] == "yes", "condition"])


def counts(inputs):
    """All counts by name."""
    highest = standings(inputs)
    levels = [highest[name] for name in asked(inputs)]
    return {
        **reports(inputs),
        **effects(inputs),
        **domains(inputs),
        "conditions": len(levels),
        "conditions_weighted": levels.count(3),
        "conditions_shown": levels.count(2),
        "conditions_stated": levels.count(1),
        "conditions_empty": levels.count(0),
        "claims": len(inputs.tables.claims),
        "claims_in_part": sum(bool(row.outcomes_tested and row.outcomes_untested) for row in inputs.rows_of("verdicts")),
    }


def lists(inputs):
    """Names in words, for prose."""
    highest = standings(inputs)
    labels = {level: [inputs.condition_labels[name] for name in asked(inputs) if highest[name] == level] for level in range(4)}
    names = {"conditions_empty": 0, "conditions_stated": 1, "conditions_shown": 2, "conditions_weighted": 3}
    found = {name: listed(map(lowered, labels[level])) or "none" for name, level in names.items()}
    judged = listed(f"{number} {name}" for name, number in verdicts(inputs).items())
    return found | bias_tools(inputs) | {"verdicts": judged or "none judged", "verdict_certainty": best_certainty(inputs)}


def bias_tools(inputs):
    """The tools for risk of bias that the review uses, what a study without a judgement counts, and where the tools come from."""
    used = [tool for name, tool in tools().items() if name in set(inputs.tables.risk_of_bias["tool"])]
    counts_as = "counts as at high risk" if inputs.config.not_judged_counts else "takes no level by itself"
    return {
        "bias_tools": listed(tool.label if tool.use in tool.label else f"{tool.label} for {tool.use}" for tool in used) or "no tool",
        "bias_sources": "; ".join(dict.fromkeys(tool.source for tool in used)) or "no tool was used",
        "not_judged": counts_as,
    }


def best_certainty(inputs):
    """The highest certainty of any verdict."""
    given = {row.certainty for row in inputs.rows_of("verdicts")}
    return next((name for name in CERTAINTY if name in given), "none")


def verdicts(inputs):
    """Claims by verdict, in the order of the words; verdicts without a claim are left out."""
    given = [row.verdict for row in inputs.rows_of("verdicts")]
    return {name: given.count(name) for name in ("supported", "contradicted", "mixed", "untested") if name in given}
