"""Strata: which effects belong to which pool."""

import pandas as pd

from evidence.stages.effects.hierarchy import listed
from evidence.vocabulary import ACTIVE, ALL, COMPARATOR

COLUMNS = {"condition": "conditions", "drug": "drug", "moderator": "moderators"}
KINDS = ("condition", "drug")


def stratified(effects, kinds):
    """Repeat each effect for every stratum it belongs to.

    Parameters
    ----------
    effects : DataFrame
    kinds : sequence of str
        Names of COLUMNS.

    Returns
    -------
    DataFrame
        `effects` with a column `stratum`: "all", "condition:obesity", "drug:letrozole", "region:asia" (of a moderator), ... Comparisons
        with active agents have one by the other agent alone, "comparator:clomiphene", so that those with different agents are never pooled.
    """
    active = effects["contrast"] == ACTIVE
    parts = [effects[active].assign(stratum=f"{COMPARATOR}:" + effects.loc[active, "comparator"].astype(object))]
    effects = effects[~active]
    parts.append(effects.assign(stratum=ALL))
    for kind in kinds:
        values = effects[COLUMNS[kind]]
        values = values[values != ""] if kind == "drug" else listed(values)
        prefix = f"{kind}:" if kind in KINDS else ""
        parts.append(effects.loc[values.index].assign(stratum=prefix + values.to_numpy().astype(object)))
    return pd.concat(parts, ignore_index=True)


def without_subgroups(members, pool):
    """Split members into those kept and those whose larger group is in the same pool.

    Parameters
    ----------
    members : DataFrame
        With the columns of `pool`, study_id, group_id and part_of (all larger groups).
    pool : list of str
        Columns that name a pool.
    """
    key = [*pool, "study_id"]
    larger = listed(members["part_of"]).rename("larger")
    if not len(larger):
        return members, members.iloc[:0]
    candidates = members.loc[larger.index, key].assign(larger=larger.to_numpy(), row=larger.index)
    present = members[[*key, "group_id"]].drop_duplicates().rename(columns={"group_id": "larger"})
    inside = members.index.isin(candidates.merge(present, on=[*key, "larger"])["row"])
    return members[~inside], members[inside]


def kind_of(stratum):
    """Kind of a stratum: all, condition, drug, or the name of a moderator."""
    return stratum.partition(":")[0]


def stratum_label(stratum, conditions):
    """Heading of a stratum: the condition's label, the drug's name, the moderator with its level.

    Parameters
    ----------
    stratum : str
        As `stratified` names it.
    conditions : dict
        Label by condition.
    """
    kind, _, name = stratum.partition(":")
    if kind == ALL:
        return "All groups"
    if kind == "condition":
        return conditions.get(name, name)
    if kind == COMPARATOR:
        return f"Against {name}"
    words = name if kind == "drug" else f"{kind.replace('_', ' ')}: {name}"
    return words[:1].upper() + words[1:]


def stratum_order(conditions):
    """Sort key of strata: all, conditions in their order, drugs and then the levels of moderators by name.

    Parameters
    ----------
    conditions : iterable of str
        As in conditions.csv.
    """
    places = {f"condition:{name}": place for place, name in enumerate(conditions)}
    kinds = (ALL, *KINDS)

    def key(stratum):
        kind = kind_of(stratum)
        return kinds.index(kind) if kind in kinds else len(kinds), places.get(stratum, 0), stratum

    return key
