"""Words for the tests between strata: below the forest plot, in the report and on the page."""

import math

from evidence.words.scales import unsigned
from evidence.words.sentences import p_words, plural, sentence

SUBGROUPS = "Test for subgroup differences"


def set_words(row, conditions):
    """What is compared: conditions, conditions within another, drugs, or the name of a moderator.

    Parameters
    ----------
    row : row of subgroups
    conditions : dict
        Label by condition.
    """
    if row.kind == "moderator":
        return row.set.replace("_", " ")
    kind, _, parent = row.set.partition("-")
    return f"{kind} within {conditions.get(parent, parent)}" if parent else kind


def test_words(row):
    """The test as RevMan prints it; by its Knapp-Hartung form too where the pools are; and what the strata lack.

    Parameters
    ----------
    row : row of subgroups
        With a test.
    """
    words = f"Q = {unsigned(row.Q_between, 2)}, df = {row.Q_between_df:.0f}, {p_words(row.Q_between_p)}"
    if not math.isnan(row.F):
        words += f"; Knapp-Hartung F = {unsigned(row.F, 2)}, df = {row.Q_between_df:.0f} and {row.F_df:.0f}, {p_words(row.F_p)}"
    if row.tau2_of == "all":
        words += "; one τ² for all strata, since a single cohort has none of its own"
    if row.shared:
        words += f"; without {plural(len(row.shared.split('; ')), 'cohort')} whose people may stand in several strata"
    return words


def tests_in_words(rows, conditions):
    """A line for each set that is tested.

    Parameters
    ----------
    rows : list of rows of subgroups
    conditions : dict
        Label by condition.
    """
    return [f"{sentence(set_words(row, conditions))}: {test_words(row)}." for row in rows if not math.isnan(row.Q_between)]
