"""Sensitivity of a pool in one figure: the headline and every analysis that changes a number, on one axis."""

from evidence.stages.analyses import HEADLINE
from evidence.stages.forest import Block, Row, forest_pages
from evidence.stages.strata import ALL
from evidence.stages.words import interval, templates

SCALES = {"ROM": "ratio", "OR": "factor", "RR": "factor", "HR": "factor", "IRR": "factor"}
FLIPPED = "*"


def row_of(analysis):
    """One analysis; an open square and a sign where its conclusion is not the headline's."""
    flips = analysis.flips == "yes"
    return Row(
        analysis.label, yi=analysis.estimate, low=analysis.ci_low, high=analysis.ci_high, n=f"{analysis.k:.0f}",
        mark=FLIPPED if flips else "", style="hollow" if flips else "solid",
    )  # fmt: skip


def blocks_of(rows, words):
    """The headline, then the analyses by what they turn."""
    blocks = {}
    for row in rows:
        blocks.setdefault(row.kind, []).append(row_of(row))
    return [Block("" if kind == HEADLINE else words["kinds"].get(kind, kind), rows) for kind, rows in blocks.items()]


def alt_text(title, rows, words):
    """The figure in words, with its numbers."""
    parts = [f"{row.label}: {interval(row.measure, row.estimate, row.ci_low, row.ci_high, row.effect_unit)}" for row in rows]
    return words["alt"].format(title=title, parts="; ".join(parts))


def sensitivity_plots(sensitivity, outcomes, tables, config):
    """One figure per outcome and comparison of all groups with three or more lines to show.

    Parameters
    ----------
    sensitivity : DataFrame
        From `evidence.stages.sensitivity.sensitivity`.
    outcomes : sequence of str
        Outcomes to draw.
    tables : Tables
    config : Config

    Yields
    ------
    tuple of str, Figure, dict
        File name, figure, and words about it.
    """
    words = templates(tables.folder, "verdicts")["sensitivity_plot"]
    labels = dict(zip(tables.outcomes["outcome"], tables.outcomes["label"], strict=True))
    drawn = sensitivity[(sensitivity["stratum"] == ALL) & (sensitivity["k"] > 0) & (sensitivity["kind"] != "scale")]
    drawn = drawn[(drawn["headline_conclusion"] != "") & drawn["outcome"].isin(outcomes)]
    drawn = drawn[(drawn["analysis"] == HEADLINE) | (drawn["differs"] == "yes")]
    for (outcome, contrast), part in drawn.groupby(["outcome", "contrast"], sort=True):
        rows = list(part.itertuples())
        if len(rows) < 3:
            continue
        title = words["title"].format(outcome=labels[outcome], contrast=words["contrasts"][contrast])
        pages = forest_pages(
            blocks_of(rows, words), scale=SCALES.get(rows[0].measure, "difference"), xlabel=labels[outcome],
            columns={"label": words["analysis"], "n": "k", "text": words["effect"].format(level=100 * config.level)},
            level=config.level, note=words["note"] if (part["flips"] == "yes").any() else "",
        )  # fmt: skip
        about = {"outcome": outcome, "contrast": contrast, "kind": "sensitivity", "caption": title, "alt": alt_text(title, rows, words)}
        for number, figure in enumerate(pages, 1):
            yield f"sensitivity-{outcome}-{contrast}-{number}.svg", figure, about | {"page": number, "pages": len(pages)}
