"""What the judgements of risk_of_bias.csv mean: the level of each, and of each study as a whole."""

import pandas as pd

from evidence.store.appraisal_tools import OVERALL, SEVERITY, tools


def grade(risk_of_bias):
    """Judgements with what they mean.

    Parameters
    ----------
    risk_of_bias : DataFrame
        risk_of_bias.csv.

    Returns
    -------
    DataFrame
        With `level`, and with `severity` from 0 (low) to 3 (critical): missing where the judgement is no judgement of bias (an
        item that does not apply, or a domain of applicability).
    """
    keys = list(zip(risk_of_bias["tool"], risk_of_bias["domain"], risk_of_bias["judgement"], strict=True))
    levels = [tools()[tool].levels(domain)[judgement] for tool, domain, judgement in keys]
    biased = [domain not in tools()[tool].applicability for tool, domain, _ in keys]
    severity = [SEVERITY.get(level) if of_bias else None for level, of_bias in zip(levels, biased, strict=True)]
    return risk_of_bias.assign(level=levels, severity=pd.Series(severity, index=risk_of_bias.index, dtype=float))


def rank(row):
    """Order of levels: lack of information gives way to any other level of its severity."""
    return row.severity, row.level != "no_information"


def word(tool, level):
    """The tool's own word for a study as a whole at some level, or at another level of the same severity."""
    levels = tools()[tool].levels(OVERALL)
    same = [name for name, known in levels.items() if known == level]
    near = [name for name, known in levels.items() if SEVERITY.get(known) == SEVERITY[level]]
    return (same or near)[0]


def summarise(graded):
    """Judgement of each study as a whole by each tool: the overall one that was typed, else the worst of its domains.

    Parameters
    ----------
    graded : DataFrame
        From `grade`.

    Returns
    -------
    DataFrame
        study_id, tool, domain (overall), judgement, level, severity.
    """
    rows = []
    for (study, tool), part in graded.dropna(subset=["severity"]).groupby(["study_id", "tool"], sort=True):
        typed = part[part["domain"] == OVERALL]
        worst = max((typed if len(typed) else part).itertuples(), key=rank)
        judgement = worst.judgement if len(typed) else word(tool, worst.level)
        rows.append((study, tool, OVERALL, judgement, worst.level, worst.severity))
    return pd.DataFrame(rows, columns=["study_id", "tool", "domain", "judgement", "level", "severity"])
