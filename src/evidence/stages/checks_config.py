"""Checks of the config against the tables: every name that it gives must stand there."""

from evidence.problems import Problem
from evidence.stages.cells import near

FILE = "config/config.yaml"
NAMES = {
    "pools.moderators": ("moderators", "moderator"),
    "sensitivity.only_drug": ("groups", "drug"),
    "certainty.surrogate_domains": ("outcomes", "domain"),
    "certainty.proxy_conditions": ("conditions", "condition"),
    "report.outcomes": ("outcomes", "outcome"),
}
ROWS = {
    "regression_to_mean.reference_levels": {
        "outcome": ("outcomes", "outcome"), "condition": ("conditions", "condition"), "study_id": ("studies", "study_id"),
    },
    "published.comparable_reviews": {"review_id": ("reviews", "review_id")},
}  # fmt: skip
WORDS = ("headline", "all", "")


def named(config):
    """Yield (key, name, table, column) of every name in the config that stands for rows of a table."""
    for key, place in NAMES.items():
        value = getattr(config, key.split(".")[1])
        for name in (value,) if isinstance(value, str) else value:
            if name not in WORDS:
                yield key, name, *place
    for key, columns in ROWS.items():
        for row in getattr(config, key.split(".")[1]):
            yield from ((key, row[column], *place) for column, place in columns.items())


def unknown_names(config, lines, sheets):
    """A name of the config that stands in no row: its analysis would be empty, in silence.

    Parameters
    ----------
    config : Config
    lines : dict
        Line of each key.
    sheets : dict of Sheet
        By table name.

    Yields
    ------
    Problem
    """
    for key, name, table, column in dict.fromkeys(named(config)):
        sheet = sheets[table]
        known = tuple(dict.fromkeys(sheet.columns[column]))
        if sheet.readable and name not in known:
            what = f'"{name}" stands in no row of {sheet.schema.file}'
            yield Problem(FILE, lines.get(key, 0), key, what, f"Add it there, or correct the spelling{near(name, known)}.", "config")
