"""Robustness: conclusions that other choices turn, and what leaving a study out or a prior does."""

from evidence.document.blocks import CONTRASTS, listed, plural, run, sentence, true_minus
from evidence.words.sentences import lowered


def flips(inputs, outcome):
    """One line per contrast: whether the conclusion of all groups stands, and the strata whose does not."""
    lines = []
    for contrast, title in CONTRASTS.items():
        rows = [row for row in inputs.robustness_of.get((outcome, contrast), []) if row.analyses]
        whole = [row for row in rows if row.stratum == "all"]
        strata = turned_strata(inputs, [row for row in rows if row.stratum != "all"])
        if whole or strata:
            name = "Conclusions that flip" if strata or whole[0].flips else "Conclusions that stand"
            words = [f"{sentence(true_minus(row.sentence))}." for row in whole]
            words += [f"Strata whose conclusion flips: {listed(strata)}."] if strata else []
            event = inputs.outcomes[outcome].event
            about = f"{lowered(title)}; {event}" if event else lowered(title)
            lines.append([run(f"{name} ({about}): ", "bold"), run(" ".join(words))])
    return lines


def turned_strata(inputs, rows):
    """Strata with a conclusion that flips, each with the number of analyses that turn it."""
    return [
        f"{inputs.stratum_label(row.stratum)} ({row.flips:.0f} of {plural(row.analyses, 'analysis', 'analyses')})"
        for row in rows
        if row.flips
    ]


def turned(inputs, pool):
    """Analyses of a pool by name whose conclusion differs from the headline's."""
    return {row.analysis for row in inputs.sensitivity_of.get(pool, []) if row.flips == "yes"}


def beyond_pools(inputs, pool, known):
    """Analyses of a pool that pools.csv does not hold, such as leaving one study out, and that change a number."""
    rows = inputs.sensitivity_of.get(pool, [])
    return [row for row in rows if row.kind not in known and row.differs == "yes"]
