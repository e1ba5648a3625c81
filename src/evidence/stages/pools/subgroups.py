"""Tests of the difference between the strata of one pool: conditions that share a parent, drugs, levels of a moderator."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from evidence.engine.models import subgroups as models
from evidence.engine.models.uni import rma
from evidence.stages.pools.strata import kind_of
from evidence.store.moderators import split_by_kind
from evidence.store.rows import by, named_rows
from evidence.vocabulary import HEADLINE
from evidence.words.sentences import listed, plural

TEST = [
    "tau2_of", "Q_between", "Q_between_df", "Q_between_p", "tau2", "R2", "QM", "QM_p", "F", "F_df", "F_p",
]  # fmt: skip
COLUMNS = [
    "id", "outcome", "contrast", "measure", "effect_unit", "set", "kind", "strata", "cohorts", "k", "method", "test", *TEST,
    "shared", "in_several", "note",
]  # fmt: skip


@dataclass(frozen=True)
class Strata:
    """One set of strata: its name, its kind and the strata in their order."""

    name: str
    kind: str
    strata: tuple


def sets_of(conditions, config, moderators):
    """Names of the sets of strata, and the conditions in each set of conditions.

    Parameters
    ----------
    conditions, moderators : DataFrame
        The tables conditions.csv and moderators.csv.
    config : Config

    Returns
    -------
    list of Strata
        Drugs and levels of a moderator are those that a pool has, so that their `strata` are empty here.
    """
    families = by(named_rows(conditions), lambda row: row.parent) if "condition" in config.strata else {}
    found = [
        Strata(f"conditions-{parent}" if parent else "conditions", "condition", tuple(f"condition:{row.condition}" for row in rows))
        for parent, rows in families.items()
    ]
    found += [Strata("drugs", "drug", ())] if "drug" in config.strata else []
    return found + [Strata(name, "moderator", ()) for name in split_by_kind(moderators, config.moderators)[1]]


def present(one, pools):
    """Strata of a set that have a pool, in their order."""
    if one.strata:
        return [stratum for stratum in one.strata if stratum in pools]
    kind = "drug" if one.kind == "drug" else one.name
    return sorted(stratum for stratum in pools if kind_of(stratum) == kind)


def same_people(one, other, kind):
    """Whether two effects of one cohort, in two strata, may rest on the same people.

    They do where two reports on the cohort are used, where a group is the other or a part of it, where both are
    compared with one control group, and, between drugs outside parallel trials, where people may have taken one drug after
    the other.

    Parameters
    ----------
    one, other : row of effects
    kind : {"condition", "drug", "moderator"}
    """
    if one.study_id != other.study_id or (kind == "drug" and one.design != "rct_parallel"):
        return True
    nested = one.group_id in (other.group_id, *other.part_of.split(";")) or other.group_id in one.part_of.split(";")
    return nested or (one.control_id != "" and one.control_id == other.control_id)


def in_several(cohorts, effects, kind):
    """Cohorts that stand in several strata: those whose people may be the same, and those whose people differ.

    Parameters
    ----------
    cohorts : dict of list of rows of members
        By stratum.
    effects : dict of rows of effects
        By id.
    kind : str
        As `same_people` takes it.

    Returns
    -------
    shared, apart : dict
        Study label by cohort.
    """
    shared, apart = {}, {}
    for cohort, members in by([one for rows in cohorts.values() for one in rows], lambda one: one.cohort_id).items():
        if len(members) > 1:
            groups = [[effects[name] for name in one.effect_ids.split(";")] for one in members]
            together = any(
                same_people(first, second, kind) for left, right in combinations(groups, 2) for first in left for second in right
            )
            (shared if together else apart)[cohort] = members[0].study_label
    return shared, apart


def tested(yi, vi, labels, config):
    """Q between subgroups, and the same question to a mixed-effects model with one tau2.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects and sampling variances.
    labels : list of str, length k
        The stratum of each.
    config : Config

    Returns
    -------
    dict
        TEST: Q_between with the tau2 of each stratum, or with one for all where a stratum is one cohort (`tau2_of`);
        QM with one tau2; F, its Knapp-Hartung form, by the config's test (missing with z).

    Notes
    -----
    Q_between and QM weigh by plain variances and are chi-squared with one degree of freedom less than there are
    strata; F = QM / (m - 1) / q with m - 1 and k - m degrees of freedom, q the factor of Knapp and Hartung [knapp2003].
    With five cohorts or fewer in a stratum one tau2 is the steadier choice (Borenstein et al. 2009, chapter 19 [borenstein2009]).
    """
    names = sorted(set(labels))
    common = models.subgroups(yi, vi, labels, method=config.method, test=config.test, tau2="common", level=config.level)
    alone = min(map(labels.count, names)) == 1
    shown = common if alone else models.subgroups(yi, vi, labels, method=config.method, test=config.test, level=config.level)
    X = np.array([[label == name for name in names[1:]] for label in labels], float)
    fit = rma(yi, vi, X=X, method=config.method, test=config.test, level=config.level)
    adjusted = {} if config.test == "z" else {"F": fit.QM, "F_df": fit.df, "F_p": fit.QM_p}
    return {
        "tau2_of": "all" if alone else "each", "Q_between": shown.Q_between, "Q_between_df": shown.df, "Q_between_p": shown.p,
        "tau2": fit.tau2, "R2": fit.R2, "QM": common.Q_between, "QM_p": common.p, **adjusted,
    }  # fmt: skip


def names_of(strata):
    """Ids of conditions, names of drugs or levels, without the kind before them."""
    return listed(stratum.partition(":")[2] for stratum in strata)


def why_not(own, left, config):
    """Why there is no test; empty where there is one.

    Parameters
    ----------
    own, left : dict of list
        Cohorts by stratum without those that stand in several strata, and of these the strata that hold enough.
    config : Config
    """
    if empty := [stratum for stratum, rows in own.items() if not rows]:
        return f"no test: the same people may stand in several strata, and without them {names_of(empty)} would have no cohort"
    if len(left) < 2:
        return f"no test: fewer than two strata have {plural(config.subgroup_least, 'cohort')}"
    if config.method != "EE" and all(len(rows) == 1 for rows in left.values()):
        return "no test: with one cohort in each stratum nothing tells their difference from the spread between cohorts"
    return ""


def remarks(shared, own, left):
    """What is left out of a test, and where one tau2 holds for all strata."""
    if shared:
        yield f"{plural(len(shared), 'cohort')} left out: the same people may stand in several strata"
    if small := [stratum for stratum, rows in own.items() if rows and stratum not in left]:
        yield f"too few cohorts, left out: {names_of(small)}"
    if alone := [stratum for stratum, rows in left.items() if len(rows) == 1]:
        yield f"one cohort, which has no tau2 of its own: {names_of(alone)}"


def compared(one, cohorts, effects, config):
    """The row of one set in one pool.

    Parameters
    ----------
    one : Strata
    cohorts : dict of list of rows of members
        By stratum, two or more.
    effects : dict of rows of effects
        By id.
    config : Config
    """
    shared, apart = in_several(cohorts, effects, one.kind)
    own = {stratum: [row for row in rows if row.cohort_id not in shared] for stratum, rows in cohorts.items()}
    left = {stratum: rows for stratum, rows in own.items() if len(rows) >= config.subgroup_least}
    reason = why_not(own, left, config)
    shown = cohorts if reason else left
    rows = [row for those in left.values() for row in those]
    labels = [stratum for stratum, those in left.items() for _ in those]
    yi, vi = (np.array([getattr(row, name) for row in rows]) for name in ("yi", "vi"))
    return {
        "set": one.name, "kind": one.kind, "strata": ";".join(shown), "cohorts": ";".join(str(len(those)) for those in shown.values()),
        "k": len({row.cohort_id for those in shown.values() for row in those}), "method": config.method, "test": config.test,
        **({} if reason else tested(yi, vi, labels, config)),
        "shared": "; ".join(shared.values()), "in_several": "; ".join(apart.values()),
        "note": reason or "; ".join(remarks(shared, own, left)),
    }  # fmt: skip


def subgroups(pools, members, effects, conditions, moderators, config):
    """Test the difference between the strata of each set, in every headline pool that has two of them.

    Parameters
    ----------
    pools, members, effects : DataFrame
        From the stages before.
    conditions, moderators : DataFrame
        The tables conditions.csv and moderators.csv.
    config : Config

    Returns
    -------
    DataFrame
        One row per outcome, contrast and set (conditions that share a parent, drugs, levels of a moderator). A cohort
        whose people may stand in several strata is left out of all of them (`shared`); groups of different people in
        one cohort count in their strata as independent (`in_several`).
    """
    sets = sets_of(conditions, config, moderators)
    headline = pools[(pools["analysis"] == HEADLINE) & (pools["stratum"] != "all")]
    weighted = members[(members["left_out"] == "") & members["pool"].isin(headline["id"])]
    members_of = by(named_rows(weighted), lambda row: row.pool)
    known = {row.id: row for row in named_rows(effects[["id", "study_id", "group_id", "control_id", "part_of", "design"]])}
    rows = []
    for about, same in by(named_rows(headline), lambda row: (row.outcome, row.contrast, row.measure, row.effect_unit)).items():
        ids = {row.stratum: row.id for row in same}
        common = dict(zip(COLUMNS[1:5], about, strict=True))
        for one in sets:
            cohorts = {stratum: members_of[ids[stratum]] for stratum in present(one, ids)}
            if len(cohorts) > 1:
                rows.append(common | {"id": f"{about[0]}.{about[1]}.{one.name}"} | compared(one, cohorts, known, config))
    return pd.DataFrame(rows, columns=COLUMNS)
