"""Checks of the config against the tables: every name that it gives must stand there."""

from evidence.config import CONTRASTS, Config
from evidence.problems import Problem
from evidence.store.cells import near

FILE = "config/config.yaml"
NAMES = {
    "pools.moderators": ("moderators", "moderator"),
    "sensitivity.only_drug": ("groups", "drug"),
    "certainty.surrogate_domains": ("outcomes", "domain"),
    "certainty.proxy_conditions": ("conditions", "condition"),
    "missing.measured_reasons": ("studies", "eligibility_reason"),
    "certainty.counted_by_start": ("risk_of_bias", "domain"),
    "report.outcomes": ("outcomes", "outcome"),
}
ROWS = {
    "regression_to_mean.reference_levels": {
        "outcome": ("outcomes", "outcome"), "condition": ("conditions", "condition"), "study_id": ("studies", "study_id"),
        "group_id": ("groups", "group_id"),
    },
    "published.comparable_reviews": {"review_id": ("reviews", "review_id"), "comparison": ("reviews", "comparison")},
}  # fmt: skip
STRATA = {"condition": ("conditions", "condition"), "drug": ("groups", "drug")}
LEVELS = ("moderators", "value")
WORDS = ("headline", "all", "")


def listed(value):
    """One name or several."""
    return (value,) if isinstance(value, str) else value


def named(config):
    """Yield (key, name, table, column) of every name in the config that stands for rows of a table."""
    for key, place in NAMES.items():
        value = getattr(config, key.split(".")[1])
        usual = listed(getattr(Config, key.split(".")[1]))
        for name in listed(value):
            if name not in WORDS and name not in usual:
                yield key, name, *place
    for key, columns in ROWS.items():
        for row in getattr(config, key.split(".")[1]):
            yield from ((key, row[column], *place) for column, place in columns.items())
    for row in config.comparable_reviews:
        kind, _, name = row["stratum"].partition(":")
        if name and (kind in STRATA or kind in config.moderators):
            yield "published.comparable_reviews", name, *STRATA.get(kind, LEVELS)


def unknown_words(config, lines):
    """A comparable review whose contrast or stratum is none."""
    key = "published.comparable_reviews"
    for row in config.comparable_reviews:
        kind, _, name = row["stratum"].partition(":")
        if row["contrast"] not in CONTRASTS:
            remedy = f"Use one of {', '.join(CONTRASTS)}{near(row['contrast'], CONTRASTS)}."
            yield Problem(FILE, lines.get(key, 0), key, f'"{row["contrast"]}" is no contrast', remedy, "config")
        if row["stratum"] != "all" and not (name and (kind in STRATA or kind in config.moderators)):
            what, remedy = (
                f'"{row["stratum"]}" is no stratum',
                "Use all, condition:NAME, drug:NAME, or MODERATOR:LEVEL of one under pools.moderators.",
            )
            yield Problem(FILE, lines.get(key, 0), key, what, remedy, "config")


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
    yield from dict.fromkeys(unknown_words(config, lines))
    for key, name, table, column in dict.fromkeys(named(config)):
        sheet = sheets[table]
        known = tuple(dict.fromkeys(sheet.columns[column]))
        if sheet.readable and name not in known:
            what = f'"{name}" stands in no row of {sheet.schema.file}'
            yield Problem(FILE, lines.get(key, 0), key, what, f"Add it there, or correct the spelling{near(name, known)}.", "config")
