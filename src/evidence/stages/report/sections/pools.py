"""Every pool with its id: where a walk from a printed estimate back to the papers begins."""

from evidence.document.blocks import CONTRASTS, column, count, effect_words, group, run, table, unit_words
from evidence.stages.pools.strata import stratum_order
from evidence.stages.report.sections.front import interval_name, people
from evidence.vocabulary import HEADLINE


def every_pool(inputs, prose):
    """The headline pools by outcome and contrast, a line for each stratum."""
    rank, made = stratum_order(inputs.condition_labels), []
    for outcome in inputs.outcomes:
        for contrast in CONTRASTS:
            pools = [row for row in inputs.pools_of.get((outcome, contrast), []) if row.analysis == HEADLINE]
            if pools:
                made.append(group(titled(inputs, outcome, contrast, pools[0]), repeat=True))
            made += [pool_row(inputs, row) for row in sorted(pools, key=lambda row: rank(row.stratum))]
    columns = [
        column("Stratum", "1fr"),
        column("Studies", align="right"),
        column("People", align="right"),
        column(f"Effect ({interval_name(inputs)})", align="right"),
        column("Id"),
    ]
    return [table("Every headline pool, with its id", columns, made, size=7)] if made else []


def titled(inputs, outcome, contrast, pool):
    """Outcome and contrast, with the unit of the effect where it has one."""
    unit = unit_words(pool.measure, pool.effect_unit)
    return inputs.outcome_title(outcome, contrast) + (f" ({unit})" if unit else "")


def pool_row(inputs, row):
    """One pool: its stratum, its numbers and its id."""
    return [inputs.stratum_label(row.stratum), count(row.k), people(row), effect_words(row), [run(row.id, "code")]]
