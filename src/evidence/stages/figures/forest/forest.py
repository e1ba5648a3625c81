"""Forest plots: the two functions that draw them.

References
----------
.. [lewis2001] Lewis S, Clarke M. BMJ 2001;322:1479-1480.
"""

import math
from collections.abc import Mapping

from evidence.engine.numerics.arguments import choice
from evidence.stages.figures.forest.blocks import ROUTES, Block, Pooled, Row, Unweighted, checked, from_fit, heterogeneity
from evidence.stages.figures.forest.drawing import draw, furniture
from evidence.stages.figures.forest.layout import arrange, paginate
from evidence.words.scales import SCALES, scale_named

__all__ = [
    "COLUMNS",
    "ROUTES",
    "Block",
    "Pooled",
    "Row",
    "Unweighted",
    "forest",
    "forest_pages",
    "heterogeneity",
]

COLUMNS = {
    "label": "Study",
    "drug": "Drug",
    "n": "n",
    "route": "Route",
    "text": {
        "ratio": "Change",
        "factor": "Ratio",
        "difference": "Difference",
        "level": "Mean",
        "proportion": "Proportion",
        "share": "Proportion",
        "arcsine": "Proportion",
        "rate": "Rate",
        "correlation": "Correlation",
    },
    "weight": "Weight",
}


def forest(blocks, *, labels=None, transform=None, **options):
    """Draw a forest plot on one page, as high as its rows need.

    Parameters
    ----------
    blocks : sequence of Block, or Fit
        A fit of `evidence.rma` without moderators is drawn as one block.
    labels : sequence of str, shape (k,)
        Studies of a fit; without: Study 1, Study 2, ...
    transform : {None, "exp", "percent"}
        For a fit: what its numbers are, and so the scale where none is given.
        "exp": logarithms shown as ratios; "percent": logarithms shown as percent changes.
    **options
        See `forest_pages`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        For arguments out of range, with the block and row.
    """
    if hasattr(blocks, "tau2"):
        choice("transform", transform, (None, "exp", "percent"))
        options.setdefault("scale", {None: "difference", "exp": "factor", "percent": "ratio"}[transform])
        options.setdefault("level", blocks.level)
        blocks = [from_fit(blocks, labels)]
    return forest_pages(blocks, **options, max_height_mm=math.inf)[0]


def forest_pages(
    blocks,
    *,
    scale="ratio",
    null="scale",
    xlabel="",
    title="",
    favours=None,
    columns=COLUMNS,
    routes=ROUTES,
    width_mm=174,
    max_height_mm=235,
    limits=None,
    reference=False,
    level=0.95,
    note="",
):
    """Draw a forest plot over as many pages as it needs, with one axis for all.

    Parameters
    ----------
    blocks : sequence of Block
        Strata, in the order in which they are drawn.
    scale : {"ratio", "factor", "difference", "level", "proportion", "share", "arcsine", "rate", "correlation"}
        Log ratios as percent changes; log ratios as ratios; differences, and means of one group, as
        they are; log odds as proportions; proportions as they are; double arcsines of proportions; log rates as rates. What is
        counted may be printed for more people than a hundred: "proportion per 100,000", "rate per 1,000 person-years".
    null : float or None
        No effect, on the analysis scale; None draws no line. Without it: the scale's own.
    xlabel, title, note : str
        Below the axis, above the plot, and at the foot.
    favours : (str, str) or None
        Words left and right of no effect.
    columns : dict
        Headers by column; leave a column out by leaving out its key. Empty columns are not drawn.
    routes : dict
        Letter and words for each route.
    width_mm, max_height_mm : float
        Width of the figure; height at which a new one is begun, between blocks where possible.
    limits : (float, float) or None
        Ends of the axis on the analysis scale; None chooses them from the data.
    reference : bool
        Dashed line at the first block's pooled estimate.
    level : float
        Level of the intervals, for the words.

    Returns
    -------
    list of matplotlib.figure.Figure
    """
    kind, _, per = scale.partition(" ")
    choice("scale", kind, SCALES)
    blocks = [checked(block, index, routes) for index, block in enumerate(blocks)]
    if not blocks:
        raise ValueError("blocks must hold at least one block, got none")
    origin = scale_named(scale).null if null == "scale" else null if null is None else scale_named(scale).place(null)
    layout = arrange(
        blocks,
        scale=scale,
        null=origin,
        xlabel=xlabel,
        title=title,
        favours=favours,
        columns=_headers(columns, kind, per, level),
        routes=routes,
        width=width_mm,
        limits=limits,
        reference=reference,
        level=level,
        note=note,
    )
    return [draw(layout, lines) for lines in paginate(layout, max_height_mm - furniture(layout))]


def _headers(columns, scale, per, level):
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise ValueError(f"columns must be among {', '.join(COLUMNS)}, got {unknown[0]!r}")
    if "label" not in columns:
        raise ValueError("columns must hold 'label', got " + ", ".join(map(repr, columns)))
    return {
        name: f"{per.capitalize() or header[scale]} ({100 * level:g}% CI)" if isinstance(header, Mapping) else header
        for name, header in columns.items()
    }
