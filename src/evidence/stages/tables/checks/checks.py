"""Checks of the evidence base: one function a rule, its grade, and the numbers a methodologist may dispute.

An *error* stops the run. A *flag* keeps the row, shows it, and leaves it out of the headline with its reason.
A *notice* only tells.
"""

from functools import partial
from pathlib import Path

from evidence.config import FILE as CONFIG
from evidence.config import NO_FILE, Config, lines_of, sound
from evidence.parallel import side_by_side
from evidence.problems import EvidenceError, Flag, Problem, fold
from evidence.stages.tables.checks import bias as checks_bias
from evidence.stages.tables.checks import counts as checks_counts
from evidence.stages.tables.checks import events as checks_events
from evidence.stages.tables.checks import exchanged as checks_exchanged
from evidence.stages.tables.checks import keys as checks_keys
from evidence.stages.tables.checks import moderators as checks_moderators
from evidence.stages.tables.checks import names as checks_names
from evidence.stages.tables.checks import numbers as checks_numbers
from evidence.stages.tables.checks import p_values as checks_p
from evidence.stages.tables.checks import pairs as checks_pairs
from evidence.stages.tables.checks import rows as checks_rows
from evidence.stages.tables.checks import scales as checks_scales
from evidence.stages.tables.checks import scripts as checks_scripts
from evidence.stages.tables.checks import spreads as checks_spread
from evidence.stages.tables.checks import statistics as checks_statistics
from evidence.stages.tables.checks.data import Data
from evidence.stages.tables.checks.plan import unknown_names
from evidence.stages.tables.sheet import read_sheet
from evidence.store.cells import near
from evidence.store.ids import fold_ids
from evidence.store.schema import TABLES, load

# Every number that a check judges by, in `checks` of config.yaml, where each is explained, whether effects are converted, and the control arms.
LIMITS = {
    name: getattr(Config, name)
    for name in (
        "year_low",
        "fold_low",
        "fold_high",
        "ratio_high",
        "least_n",
        "most_n",
        "se_slack",
        "cohort_share",
        "thresholds",
        "convert",
        "control_arms",
    )  # fmt: skip
} | {"year_high": None}

CHECKS = {
    "required": checks_keys.required,
    "options": checks_keys.options,
    "bounds": checks_keys.bounds,
    "shape": checks_keys.shape,
    "unique": checks_keys.unique,
    "keys": checks_keys.keys,
    "references": checks_keys.references,
    "group_trees": checks_keys.group_trees,
    "condition_trees": checks_keys.condition_trees,
    "cohorts": checks_keys.cohorts,
    "years": checks_keys.years,
    "year_in_id": checks_keys.year_in_id,
    "bias_domains": checks_bias.bias_domains,
    "judgements": checks_bias.judgements,
    "undrawn": checks_scripts.undrawn,
    "event_names": checks_events.event_names,
    "event_directions": checks_events.event_directions,
    "judged_strata": checks_names.judged_strata,
    "spelled_twice": checks_names.spelled_twice,
    "spelled_alike": checks_names.spelled_alike,
    "moderator_names": checks_moderators.moderator_names,
    "moderator_kinds": checks_moderators.moderator_kinds,
    "levels_spelled_twice": checks_moderators.levels_spelled_twice,
    "dates": checks_keys.dates,
    "units": checks_numbers.units,
    "unit_targets": checks_numbers.unit_targets,
    "reversed_scales": checks_statistics.reversed_scales,
    "directions": checks_statistics.directions,
    "tested_levels": checks_statistics.tested_levels,
    "quarrelling_signs": checks_statistics.quarrelling_signs,
    "plausible_ranges": checks_numbers.plausible_ranges,
    "group_sizes": checks_numbers.group_sizes,
    "part_sizes": checks_numbers.part_sizes,
    "spread_cells": checks_rows.spread_cells,
    "zero_spreads": checks_rows.zero_spreads,
    "interval_order": checks_rows.interval_order,
    "interval_centre": checks_rows.interval_centre,
    "percentages": checks_numbers.percentages,
    "percent_levels": checks_numbers.percent_levels,
    "events": checks_numbers.events,
    "counts_without_n": checks_numbers.counts_without_n,
    "double_zeros": checks_numbers.double_zeros,
    "person_times": checks_counts.person_times,
    "clusters": checks_counts.clusters,
    "double_arcsines": checks_counts.double_arcsines,
    "whole_persons": checks_numbers.whole_persons,
    "statistics_fit": checks_numbers.statistics_fit,
    "shares": checks_numbers.shares,
    "possible_values": checks_scales.possible_values,
    "plain_scale": checks_scales.plain_scale,
    "estimate_scale": checks_scales.estimate_scale,
    "estimate_bounds": checks_scales.estimate_bounds,
    "estimate_size": checks_scales.estimate_size,
    "undecided_scale": checks_scales.undecided_scale,
    "positive_levels": checks_numbers.positive_levels,
    "relative_changes": checks_numbers.relative_changes,
    "p_cells": checks_rows.p_cells,
    "lost_decimals": checks_rows.lost_decimals,
    "threshold_p": checks_rows.threshold_p,
    "p_between_periods": checks_rows.p_between_periods,
    "comparisons": checks_rows.comparisons,
    "open_comparisons": checks_rows.open_comparisons,
    "unnamed_comparisons": checks_rows.unnamed_comparisons,
    "suspects": checks_rows.suspects,
    "reasons": checks_rows.reasons,
    "week_order": checks_rows.week_order,
    "pair_folds": checks_pairs.pair_folds,
    "pair_mixups": checks_pairs.pair_mixups,
    "pair_unit_slips": checks_pairs.pair_unit_slips,
    "pair_units": checks_pairs.pair_units,
    "pair_sizes": checks_pairs.pair_sizes,
    "pairless": checks_pairs.pairless,
    "sources_disagree": checks_pairs.sources_disagree,
    "repeated": checks_pairs.repeated,
    "cohort_values": checks_pairs.cohort_values,
    "cohort_overlap": checks_pairs.cohort_overlap,
    "same_report": checks_pairs.same_report,
    "shared_numbers": checks_pairs.shared_numbers,
    "wholes": checks_pairs.wholes,
    "whole_equals_part": checks_pairs.whole_equals_part,
    "copied": checks_pairs.copied,
    "exchanged_change": checks_exchanged.exchanged_change,
    "exchanged_changes": checks_exchanged.exchanged_changes,
    "exchanged_arms": checks_exchanged.exchanged_arms,
    "exchanged_others": checks_exchanged.exchanged_others,
    "exchanged_p": checks_exchanged.exchanged_p,
    "spread_plausible": checks_spread.spread_plausible,
    "spread_unjudged": checks_spread.spread_unjudged,
    "paired_p": checks_p.paired_p,
    "p_elsewhere": checks_p.p_elsewhere,
    "own_p": checks_p.own_p,
    "ratio_errors": checks_p.ratio_errors,
    "relative_p": checks_p.relative_p,
}

FLAGS = (
    "group_sizes", "quarrelling_signs", "zero_spreads", "interval_order", "percent_levels", "positive_levels", "relative_changes", "plain_scale", "estimate_size",
    "suspects", "pair_folds", "pair_mixups", "sources_disagree", "whole_equals_part", "spread_plausible", "paired_p",
    "own_p", "pair_unit_slips", "same_report", "exchanged_change", "exchanged_changes", "exchanged_arms", "exchanged_others", "exchanged_p",
)  # fmt: skip
NOTICES = (
    "event_names", "event_directions",
    "year_in_id", "spelled_alike", "p_elsewhere", "ratio_errors", "dates", "interval_centre", "counts_without_n", "double_zeros", "person_times", "double_arcsines",
    "whole_persons", "statistics_fit", "threshold_p",
    "p_between_periods", "unnamed_comparisons", "reasons", "week_order", "pair_units", "pair_sizes",
    "pairless", "repeated", "cohort_values", "cohort_overlap", "shared_numbers", "wholes", "copied", "spread_unjudged",
    "relative_p", "undecided_scale",
)  # fmt: skip
OF_CELLS = ("required", "options", "bounds", "shape")
LARGE = 50_000
GRADES = {rule: "flag" if rule in FLAGS else "notice" if rule in NOTICES else "error" for rule in CHECKS}


def graded(rule, finding, file):
    """Problem or Flag of a finding, by the grade of its rule."""
    row = finding.row
    parts = (file, row["line"], finding.column, finding.what, finding.remedy, rule)
    if GRADES[rule] == "error":
        return Problem(*parts)
    about = [row.get(name, "") for name in ("study_id", "group_id", "outcome", "timepoint")]
    return Flag(*parts, row["table"], *about, blocks="yes" if GRADES[rule] == "flag" else "no")


def of_rules(data, rules):
    """Problems and flags of some rules."""
    found = [(rule, data.as_typed(finding)) for rule in rules for finding in CHECKS[rule](data)]
    return [graded(rule, finding, data.sheets[finding.row["table"]].schema.file) for rule, finding in found]


def run(data):
    """Problems and flags of all rules; of large tables, those across rows are looked for beside those of single rows."""
    if not large(data.sheets):
        return of_rules(data, CHECKS)
    across = [rule for rule, check in CHECKS.items() if check.__module__ in (checks_pairs.__name__, checks_exchanged.__name__)]
    single = [rule for rule in CHECKS if rule not in across]
    data.prepare()
    return [one for found in side_by_side(partial(of_rules, data, across), partial(of_rules, data, single)) for one in found]


def large(sheets):
    """Whether there are so many rows that a second process is worth its start."""
    return sum(len(sheet.columns["line"]) for sheet in sheets.values()) > LARGE


def without_consequences(problems):
    """Leave out what only follows from a row of wrong width, from all rows being so, or from a missing column.

    Of a table that lacks a column only its cells are judged: its rows cannot be told apart, nor compared.
    """
    rows = {(problem.file, problem.line) for problem in problems if problem.rule == "width"}
    columns = {(problem.file, problem.column) for problem in problems if problem.rule == "header" and problem.column}
    shifted = {problem.file for problem in problems if problem.rule == "widths"}
    lacking = {file for file, _ in columns}
    for problem in problems:
        follows = problem.file in shifted or (problem.file, problem.line) in rows or (problem.file, problem.column) in columns
        across = problem.file in lacking and problem.rule in CHECKS and problem.rule not in OF_CELLS
        if problem.rule in ("width", "widths", "header") or not (follows or across):
            yield problem


def strangers(raw):
    """Notices of CSVs in data/raw that are no table: a misspelt name would drop a table in silence."""
    for path in sorted(raw.iterdir()):
        if path.suffix.lower() == ".csv" and path.name not in {f"{name}.csv" for name in TABLES}:
            hint = near(path.stem, TABLES).replace('"?', '.csv"?')
            what, remedy = "no table of this name is read", f"Rename it{hint}, or move it elsewhere."
            yield Flag(f"data/raw/{path.name}", 0, "", what, remedy, "files")


def place(problem):
    """Where a problem stands, to sort by."""
    return problem.file, problem.line, problem.column, problem.what


def planned(folder, sheets):
    """Limits of config/config.yaml, and what is wrong with it; a folder of tables alone has neither."""
    if not (Path(folder) / CONFIG).is_file():
        return {}, []
    try:
        config, problems = sound(folder)
    except EvidenceError as error:
        return {}, error.problems
    own = {name: getattr(config, name) for name in LIMITS if name != "year_high"}
    own["year_high"] = config.date.year + 1 if config.date else None
    return own, [*problems, *unknown_names(config, lines_of(folder), sheets)]


def raw_tables(folder):
    """All raw tables of an analysis folder as Sheet by name, none where there is no data/raw."""
    raw = Path(folder) / "data" / "raw"
    return fold_ids({name: read_sheet(raw / f"{name}.csv", load(name)) for name in TABLES}) if raw.is_dir() else {}


def examine(folder, sheets, limits=None):
    """Run all checks.

    Parameters
    ----------
    folder : str or path
        Holds data/raw.
    sheets : dict of Sheet
        From `raw_tables`.
    limits : dict, optional
        Numbers that replace those of config.yaml and LIMITS.

    Returns
    -------
    problems : list of Problem
    flags : list of Flag
    """
    if not sheets:
        remedy = "Name an analysis folder, or make one with: evidence new FOLDER."
        return [Problem(str(Path(folder) / "data/raw"), 0, "", "the folder is missing", remedy, "files")], []
    own, faults = planned(folder, sheets)
    found = [*faults, *strangers(Path(folder) / "data" / "raw"), *(problem for sheet in sheets.values() for problem in sheet.problems)]
    found += run(Data(sheets, LIMITS | own | (limits or {})))
    found = sorted(set(without_consequences(found)), key=place)
    problems = fold([problem for problem in found if not isinstance(problem, Flag)])
    return problems, [problem for problem in found if isinstance(problem, Flag)]


def counts(flags):
    """How many doubts block the headline (`flags`), and how many only tell (`notices`)."""
    blocking = sum(flag.blocks == "yes" for flag in flags)
    return {"flags": blocking, "notices": len(flags) - blocking}


def check(folder=".", limits=None, plan=False, sheets=None):
    """Check the evidence base of an analysis folder.

    Parameters
    ----------
    folder : str or path
    limits : dict, optional
        Numbers that replace those of LIMITS.
    plan : bool
        Whether config/config.yaml must be there too, without which nothing can be built.
    sheets : dict of Sheet, optional
        The tables, if they are read already (from `raw_tables`).

    Returns
    -------
    problems : list of Problem
        Errors: the run stops on any.
    flags : list of Flag
        Flags (`blocks` yes) and notices (`blocks` no).
    summary : dict
        `rows` by file, and the number of `rules`, `errors`, `flags` and `notices`.
    """
    sheets = raw_tables(folder) if sheets is None else sheets
    problems, flags = examine(folder, sheets, limits)
    if plan and sheets and not (Path(folder) / CONFIG).is_file():
        problems = [*problems, Problem(CONFIG, 0, "", *NO_FILE, "files")]
    summary = {
        "rows": {sheet.schema.file: len(sheet.columns["line"]) for sheet in sheets.values()},
        "rules": len(CHECKS),
        "errors": len(problems),
        **counts(flags),
    }
    return problems, flags, summary
