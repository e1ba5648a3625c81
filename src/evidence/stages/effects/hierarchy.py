"""What lies above a condition or a group: broader conditions, larger groups."""

from evidence.store.rows import named_rows


def chains(parents):
    """Map each id to all ids above it, nearest first.

    Parameters
    ----------
    parents : dict
        Id to the id directly above it, empty at the top.
    """
    above = {}
    for child in parents:
        chain, parent = [], parents[child]
        while parent and parent not in chain:
            chain.append(parent)
            parent = parents.get(parent, "")
        above[child] = chain
    return above


def with_broader(conditions, table):
    """Condition lists (";" between) with every broader condition added, in order of first mention."""
    above = chains(dict(zip(table["condition"], table["parent"], strict=True)))

    def widened(text):
        own = [name.strip() for name in text.split(";") if name.strip()]
        return ";".join(dict.fromkeys(name for one in own for name in [one, *above.get(one, [])]))

    return conditions.map({text: widened(text) for text in conditions.unique()})


def larger_groups(effects, groups):
    """The groups that each effect's group is part of, nearest first, ";" between."""
    above = chains({f"{row.study_id} {row.group_id}": row.part_of and f"{row.study_id} {row.part_of}" for row in named_rows(groups)})
    names = {key: ";".join(name.split(" ", 1)[1] for name in chain) for key, chain in above.items()}
    return (effects["study_id"] + " " + effects["group_id"]).map(names).fillna("")


def listed(texts):
    """One row per item of ";"-separated texts, the index kept."""
    return texts[texts != ""].str.split(";").explode().str.strip()
