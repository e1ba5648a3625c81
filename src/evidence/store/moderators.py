"""Moderators of moderators.csv: numbers, which give a slope, or words, which are levels and give strata."""

from evidence.store import cells
from evidence.store.rows import named_rows


def numbers_of(texts):
    """Read the values of one moderator as numbers.

    Parameters
    ----------
    texts : collection of str
        As typed, with decimal points or decimal commas.

    Returns
    -------
    dict
        Text to float, or to None where the text is no number.
    """
    comma = cells.has_decimal_comma(texts)
    return {text: cells.number(text, comma) for text in texts}


def is_categorical(texts):
    """Whether any value of a moderator is a word; the checks refuse a mixture."""
    return None in numbers_of(set(texts)).values()


def split_by_kind(moderators, names):
    """Names of numeric and of categorical moderators, each in the order given.

    Parameters
    ----------
    moderators : DataFrame
        The table moderators.csv.
    names : sequence of str
    """
    words = {name for name, texts in moderators.groupby("moderator")["value"] if is_categorical(texts)}
    return [name for name in names if name not in words], [name for name in names if name in words]


def values_of(moderators, name):
    """Values of one moderator by study and group; group "" for the whole study. Numbers where all are, else words."""
    rows = named_rows(moderators[moderators["moderator"] == name])
    numbers = numbers_of({row.value for row in rows})
    known = {text: text for text in numbers} if None in numbers.values() else numbers
    return {(row.study_id, row.group_id): known[row.value] for row in rows}


def levels_of(effects, moderators, names):
    """Levels that each effect has of the categorical moderators, as moderator:value, ";" between.

    The value of the effect's group comes before that of its study.

    Parameters
    ----------
    effects : DataFrame
        With study_id and group_id.
    moderators : DataFrame
        The table moderators.csv.
    names : sequence of str
        Moderators that the config names.

    Returns
    -------
    Series
    """
    groups = set(zip(effects["study_id"], effects["group_id"], strict=True))
    levels = {group: [] for group in groups}
    for name in split_by_kind(moderators, names)[1]:
        values = values_of(moderators, name)
        for study, group in groups:
            if value := values.get((study, group), values.get((study, ""), "")):
                levels[study, group].append(f"{name}:{value}")
    texts = {f"{study} {group}": ";".join(found) for (study, group), found in levels.items()}
    return (effects["study_id"] + " " + effects["group_id"]).map(texts).fillna("")
