"""Missing results: what each report gives of each outcome, and how much of it the pools cannot see."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evidence.stages.effects.hierarchy import larger_groups, listed, with_broader
from evidence.stages.pools.analyses import empty_tables
from evidence.stages.verdicts.mentions import contrast_of
from evidence.store.rows import by, named_rows
from evidence.vocabulary import ALL
from evidence.words.names import label
from evidence.words.sentences import listed as in_list
from evidence.words.sentences import outcome_names, plural, sentence, templates

STATUS = ("poolable", "number", "direction", "not_significant", "nothing")
BETWEEN = "between_groups"
DIRECTIONS = {"increased": "up", "decreased": "down", "significant": "unknown", "not_significant": "none"}
REPORTED = [
    "study_id", "study_label", "cohort_id", "group_id", "group_label", "part_of", "conditions", "drug", "outcome",
    "contrast", "status", "direction", "n", "reason",
]  # fmt: skip
GIVEN = [name for name in REPORTED if name != "study_label"]
KEY = ["outcome", "contrast", "stratum"]
COUNTS = ["up", "down", "none", "unknown"]
COLUMNS = [
    *KEY, "cohorts", *STATUS, *COUNTS, "not_mentioned", "n_poolable", "n_unseen", "unseen_share", "studies_unseen", "sentence",
]  # fmt: skip


@dataclass(frozen=True)
class Cohort:
    """What is given of one cohort in one outcome, contrast and stratum."""

    outcome: str
    contrast: str
    stratum: str
    status: str
    direction: str
    n: float
    studies: str


def measuring(tables, config):
    """Reports that count as having measured the outcomes they mention."""
    studies = tables.studies
    return studies[(studies["eligibility"] != "exclude") & studies["eligibility_reason"].isin(config.measured_reasons)]


def treated(tables, studies):
    """Treated groups of the reports, with cohort and conditions (broader ones added)."""
    cohort = dict(zip(studies["study_id"], studies["cohort_id"], strict=True))
    groups = tables.groups[(tables.groups["arm"] == "treatment") & tables.groups["study_id"].isin(cohort)].reset_index(drop=True)
    groups = groups.assign(
        cohort_id=groups["study_id"].map(cohort),
        conditions=with_broader(groups["conditions"], tables.conditions),
        group_label=groups["label"],
    )
    return groups.assign(part_of=larger_groups(groups, tables.groups))


def from_effects(effects, studies):
    """Numbers: those in the headline (with double zeros, of which nothing is unseen), and those that are shown without weight."""
    rows = effects[effects["study_id"].isin(studies["study_id"])]
    kinds = [rows["contrast"] == "single_arm", rows["yi"] > 0, rows["yi"] < 0, rows["yi"] == 0]
    direction = np.select(kinds, ["", "up", "down", "none"], "unknown")
    poolable = (rows["headline"] == "yes") | empty_tables(rows)
    return rows.assign(status=np.where(poolable, "poolable", "number"), direction=direction)


def from_unreported(tables, groups, config):
    """Results mentioned without a figure, of treated groups.

    A difference is one from a control arm, but between groups where the report has no control arm or gives it for
    a part of a group.
    """
    controlled = set(tables.groups.loc[tables.groups["arm"].isin(config.control_arms), "study_id"])
    rows = tables.unreported[["study_id", "group_id", "outcome", "timepoint", "reported_as", "note"]]
    rows = rows[rows["timepoint"] != "baseline"].merge(groups, on=["study_id", "group_id"], suffixes=("", "_group"))
    difference, whole = rows["timepoint"] == "difference", rows["part_of"] == ""
    kinds = [~difference, whole & rows["study_id"].isin(controlled)]
    contrast = np.select(kinds, ["before_after", "versus_control"], BETWEEN)
    status = np.where(rows["reported_as"] == "not_significant", "not_significant", "direction")
    return rows.assign(contrast=contrast, status=status, direction=rows["reported_as"].map(DIRECTIONS), reason=rows["note"])


def from_unused(tables, groups, given):
    """Outcomes of a treated group whose numbers are in no effect: a number, or nothing after the baseline."""
    rows = tables.measurements[["study_id", "group_id", "outcome", "timepoint"]].merge(
        tables.outcomes[["outcome", "measure"]], on="outcome"
    )
    rows = rows.drop_duplicates().merge(groups, on=["study_id", "group_id"])
    known = {pair for part in given for pair in zip(part["study_id"], part["outcome"], strict=True)}
    new = [pair not in known for pair in zip(rows["study_id"], rows["outcome"], strict=True)]
    rows = rows[np.array(new, bool)]
    baseline = rows["timepoint"] == "baseline"
    contrast = [contrast_of(*pair) for pair in zip(rows["timepoint"], rows["measure"], strict=True)]
    return rows.assign(
        contrast=np.where(baseline, "before_after", contrast), status=np.where(baseline, "nothing", "number"),
        direction="", reason=np.where(baseline, "", "in no effect"),
    )  # fmt: skip


def reported(tables, effects, config):
    """What each report gives of each outcome.

    Parameters
    ----------
    tables : Tables
    effects : DataFrame
        From `evidence.effects`.
    config : Config

    Returns
    -------
    DataFrame
        One row per treated group, outcome and contrast with its `status`: a poolable number, a number shown
        without weight, a direction only, "not significant", or nothing after the baseline.
    """
    studies = measuring(tables, config)
    groups = treated(tables, studies)
    given = [from_effects(effects, studies)[GIVEN], from_unreported(tables, groups, config)[GIVEN]]
    frame = pd.concat([*given, from_unused(tables, groups, given)[GIVEN]], ignore_index=True)
    frame["study_label"] = frame["study_id"].map({study.study_id: label(study) for study in named_rows(studies)})
    frame["rank"] = frame["status"].map(STATUS.index)
    key = ["study_id", "group_id", "outcome", "contrast"]
    return frame.sort_values([*key, "rank"]).drop_duplicates(key)[REPORTED].reset_index(drop=True)


def one_direction(directions):
    """The direction that several results share, else unknown."""
    found = set(directions) - {""}
    return found.pop() if len(found) == 1 else "unknown" if found else ""


def by_cohort(frame):
    """The best status of each cohort in each outcome, contrast and stratum, with what its results point to."""
    found = {}
    for row in named_rows(frame):
        for stratum in (ALL, *(f"condition:{name.strip()}" for name in row.conditions.split(";") if row.conditions)):
            found.setdefault((row.outcome, row.contrast, stratum, row.cohort_id), []).append(row)
    return [best_of(key, rows) for key, rows in sorted(found.items())]


def best_of(key, rows):
    """One cohort in one stratum, by the best that any of its reports gives."""
    status = min((row.status for row in rows), key=STATUS.index)
    best = [row for row in rows if row.status == status]
    return Cohort(
        *key[:3],
        status=status,
        direction=one_direction(row.direction for row in best),
        n=people(best),
        studies=", ".join(sorted({row.study_label for row in best})),
    )


def people(rows):
    """People of a cohort: of the report with the most in whole groups, or the largest part of a group; NaN if none is known."""
    known = [row for row in rows if row.n == row.n]
    whole = Counter()
    for row in known:
        if row.part_of == "":
            whole[row.study_id] += row.n
    parts = (row.n for row in known if row.study_id not in whole)
    return max([*whole.values(), *parts], default=math.nan)


def cohorts_by_stratum(tables, config):
    """Number of cohorts with a treated group in each stratum."""
    groups = treated(tables, measuring(tables, config))
    conditions = listed(groups["conditions"])
    narrow = groups.loc[conditions.index].assign(stratum="condition:" + conditions.to_numpy().astype(object))
    return pd.concat([groups.assign(stratum=ALL), narrow]).groupby("stratum")["cohort_id"].nunique()


def counted(cohorts, total, words, outcome_label):
    """One row of `missing`.

    Parameters
    ----------
    cohorts : list of rows
        From `by_cohort`, of one outcome, contrast and stratum.
    total : int
        Cohorts with a treated group in the stratum.
    words : dict
        Templates.
    outcome_label : str
    """
    unseen = [row for row in cohorts if row.status != "poolable"]
    status = Counter(row.status for row in cohorts)
    points = Counter(row.direction for row in unseen)
    people = {seen: sum(row.n for row in cohorts if (row.status == "poolable") == seen and row.n == row.n) for seen in (True, False)}
    share = 100 * len(unseen) / len(cohorts)
    text = words["sentence"] if unseen else words["nothing_unseen"]
    counts = in_list(words["points"][name].format(count=points[name]) for name in COUNTS if points[name])
    text = text.format(
        outcome=outcome_label, contrast=words["contrasts"][cohorts[0].contrast], cohorts=plural(len(cohorts), "cohort"),
        parts=in_list(words["parts"][name].format(count=status[name]) for name in STATUS if status[name]),
        points=words["points"]["some" if counts else "nowhere"].format(points=counts), share=f"{share:.0f}%",
        people=words["people"]["some" if people[False] else "unknown"].format(
            n_unseen=f"{people[False]:,.0f}", n_poolable=f"{people[True]:,.0f}"
        ),
    )  # fmt: skip
    return {
        **{name: getattr(cohorts[0], name) for name in KEY},
        **{name: status[name] for name in STATUS},
        **{name: points[name] for name in COUNTS},
        "cohorts": len(cohorts), "not_mentioned": max(total - len(cohorts), 0),
        "n_poolable": people[True], "n_unseen": people[False], "unseen_share": share,
        "studies_unseen": "; ".join(row.studies for row in unseen), "sentence": sentence(text),
    }  # fmt: skip


def missing(given, tables, config):
    """How much of the results on each outcome the pools cannot see.

    Parameters
    ----------
    given : DataFrame
        From `reported`.
    tables : Tables
    config : Config

    Returns
    -------
    DataFrame
        One row per outcome, contrast and stratum (all, and each condition), counted in cohorts by the best that any
        of their reports gives; `up`, `down`, `none`, `unknown`: where the unseen results point.
    """
    rows = by_cohort(given[given["contrast"] != BETWEEN])
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    texts = templates(tables.folder, "verdicts")
    words, labels = texts["missing"], outcome_names(tables, texts)
    totals = cohorts_by_stratum(tables, config).to_dict()
    groups = by(rows, lambda row: (row.outcome, row.contrast, row.stratum))
    made = [counted(part, totals.get(key[2], 0), words, labels[key[0]]) for key, part in groups.items()]
    return pd.DataFrame(made)[COLUMNS]
