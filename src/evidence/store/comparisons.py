"""Which groups of a report are compared with each other.

One rule serves the checks and the effects, and it is decided for each outcome of a report: a treated group is compared
with the control that its rows name in `versus`; else with the one of the same conditions and the same larger group;
else, if only one control fits, with that one. Where several fit, the table must name one. A control that fits another
treated group better belongs to that group alone.
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from evidence.vocabulary import ACTIVE, CONTROLLED

NAMED, SAME, ALIKE, UNDESCRIBED, NONE = range(5)
MEASURED = ("followup", "change")


class Comparison(NamedTuple):
    """A treated group and a group that it is compared with, for one outcome."""

    study_id: str
    group_id: str
    outcome: str
    control_id: str
    contrast: str


class Open(NamedTuple):
    """A treated group that several controls fit, for one outcome: the table must name one of them."""

    study_id: str
    group_id: str
    outcome: str
    controls: tuple


def contrast_with(arm, control_arms):
    """Contrast of a comparison with a group of this arm: with a control arm of the plan, or with an active agent."""
    return CONTROLLED if arm in control_arms else ACTIVE


def entries(text):
    """Entries of a cell that holds a list, in any order."""
    return frozenset(part.strip() for part in text.split(";") if part.strip())


def larger_groups(groups):
    """All groups that each group of a report is a part of, by group_id."""
    wholes = {group: row["part_of"] for group, row in groups.items()}
    larger = {}
    for group in groups:
        larger[group] = set()
        whole = wholes[group]
        while whole and whole not in larger[group]:
            larger[group].add(whole)
            whole = wholes.get(whole, "")
    return larger


def rank_control(treated, control, larger):
    """How well a control fits a treated group of the same report where no row names one.

    Parameters
    ----------
    treated, control : mapping
        Rows of groups.csv.
    larger : dict
        From `larger_groups`.

    Returns
    -------
    int
        SAME: the same conditions and the same larger group. ALIKE: the same conditions. UNDESCRIBED: no conditions typed for the
        control. NONE: other conditions, another treated group, or a part of the treated group or its whole.
    """
    one, other = treated["group_id"], control["group_id"]
    if control["arm"] == "treatment" or one == other or one in larger[other] or other in larger[one]:
        return NONE
    conditions, conditions_beside = entries(treated["conditions"]), entries(control["conditions"])
    if conditions != conditions_beside:
        return NONE if conditions_beside else UNDESCRIBED
    return SAME if treated["part_of"] == control["part_of"] else ALIKE


def belongs_to_another(control, treated, rank, others, larger):
    """Whether a control fits another treated group better than this one, for which it has the rank `rank`.

    A part of a treated group shares the control of its whole where the conditions are the same.
    """
    wholes = larger[treated["group_id"]] if rank == ALIKE else ()
    return any(rank_control(row, control, larger) < rank for row in others if row["group_id"] not in wholes)


def choose_controls(treated, measured, names, larger, control_arms):
    """Controls of a treated group by contrast: the best that fit, whether they are named, the same or the only one.

    Parameters
    ----------
    treated : mapping
        Row of groups.csv.
    measured : list of mapping
        Rows of the groups with a number of the outcome, the treated group among them.
    names : dict
        Rows of the groups that `versus` names, by group_id. A name decides its contrast, even where the group has no number.
    larger : dict
        From `larger_groups`.
    control_arms : sequence of str
        Arms that the plan counts as controls.

    Returns
    -------
    dict
        `versus_control` and `versus_active`, where there is a control, with the group_ids and whether several fit without a name.
    """
    chosen = {}
    by_contrast = defaultdict(list)
    decided = {contrast_with(row["arm"], control_arms) for row in names.values()}
    others = [row for row in measured if row["arm"] == "treatment" and row is not treated]
    for control in measured:
        if control is treated:
            continue
        contrast = contrast_with(control["arm"], control_arms)
        if control["group_id"] in names:
            by_contrast[contrast].append((NAMED, control["group_id"]))
            continue
        rank = rank_control(treated, control, larger)
        if rank < NONE and contrast not in decided and not belongs_to_another(control, treated, rank, others, larger):
            by_contrast[contrast].append((rank, control["group_id"]))
    for contrast, ranks in by_contrast.items():
        best = min(rank for rank, _ in ranks)
        controls = tuple(control for rank, control in ranks if rank == best)
        chosen[contrast] = controls, len(controls) > 1 and best != NAMED
    return chosen


def compare_groups(groups, numbers, control_arms):
    """Comparisons within each report, outcome by outcome.

    Parameters
    ----------
    groups : iterable of mapping
        Rows of groups.csv.
    numbers : iterable of (str, str, str, str, str)
        study_id, group_id, outcome, timepoint and versus of rows of measurements.csv.
    control_arms : sequence of str
        Arms that the plan counts as controls; a comparison with any other arm is one with an active agent.

    Returns
    -------
    comparisons : list of Comparison
        In the order of the numbers.
    opens : list of Open
        What several controls fit. No comparison is made of it.
    """
    reports = defaultdict(dict)
    for row in groups:
        reports[row["study_id"]][row["group_id"]] = row
    measured, names = defaultdict(dict), defaultdict(set)
    for study, group, outcome, timepoint, versus in numbers:
        if timepoint in MEASURED and group in reports[study]:
            measured[study, outcome][group] = None
        if versus and timepoint != "difference":
            names[study, group, outcome].add(versus)
    larger = {study: larger_groups(report) for study, report in reports.items()}
    choices, comparisons, opens = {}, [], []
    for (study, outcome), present in measured.items():
        report = reports[study]
        for group in present:
            if len(present) == 1 or report[group]["arm"] != "treatment":
                continue
            case = study, group, tuple(present), frozenset(names[study, group, outcome])
            if case not in choices:
                rows = [report[name] for name in present]
                named = {name: report[name] for name in case[3] if name in report}
                choices[case] = choose_controls(report[group], rows, named, larger[study], control_arms)
            for contrast, (controls, several) in choices[case].items():
                if several:
                    opens.append(Open(study, group, outcome, controls))
                else:
                    comparisons += [Comparison(study, group, outcome, control, contrast) for control in controls]
    return comparisons, opens


def shared_controls(comparisons):
    """Of each comparison, whether its control serves several treated groups of the report."""
    used = Counter((one.study_id, one.outcome, one.control_id, one.contrast) for one in comparisons)
    return [used[one.study_id, one.outcome, one.control_id, one.contrast] > 1 for one in comparisons]
