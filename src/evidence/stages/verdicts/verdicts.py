"""Everything that the stage verdicts makes: one table after the other, from effects and pools to verdicts."""

from evidence.stages.verdicts.bias_weights import bias_weights
from evidence.stages.verdicts.certainty import certainty_and_steps
from evidence.stages.verdicts.citations import citations
from evidence.stages.verdicts.claims import verdicts_and_outcomes
from evidence.stages.verdicts.contrasts import contrasts
from evidence.stages.verdicts.evidence_map import evidence_map
from evidence.stages.verdicts.flow import flow
from evidence.stages.verdicts.missing import missing, reported
from evidence.stages.verdicts.prisma import prisma
from evidence.stages.verdicts.published import published
from evidence.stages.verdicts.regression_to_mean import regression_to_mean
from evidence.stages.verdicts.sensitivity import robustness, sensitivity


def appraised(effects, pools, members, tables, config):
    """All tables of the stage by name.

    Parameters
    ----------
    effects, pools, members : DataFrame
        As the stages before make them.
    tables : Tables
    config : Config

    Returns
    -------
    dict of DataFrame
    """
    given = reported(tables, effects, config)
    missed = missing(given, tables, config)
    certainty, steps = certainty_and_steps(pools, members, effects, missed, tables, config)
    modified = contrasts(effects, tables, config)
    verdicts, outcomes = verdicts_and_outcomes(pools, modified, certainty, given, missed, tables, config)
    reports, left_out = flow(tables, effects)
    beside = sensitivity(pools, members, config)
    return {
        "verdicts": verdicts,
        "verdict_outcomes": outcomes,
        "contrasts": modified,
        "certainty": certainty,
        "certainty_steps": steps,
        "sensitivity": beside,
        "robustness": robustness(beside, tables),
        "reported": given,
        "missing": missed,
        "map": evidence_map(pools, missed, effects, tables, config),
        "citations": citations(tables),
        "published": published(pools, missed, tables, config),
        "regression_to_mean": regression_to_mean(effects, tables, config),
        "bias_weights": bias_weights(pools, members, effects, tables),
        "flow": reports,
        "left_out": left_out,
        "prisma": prisma(tables.folder),
    }
