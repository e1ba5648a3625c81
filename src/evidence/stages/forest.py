"""Forest plots: what goes in, checked, and the two functions that draw it.

References
----------
[lewis2001] Lewis S, Clarke M (2001). Forest plots: trying to see the wood and
the trees. BMJ 322:1479-1480.
"""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass

from evidence.arguments import choice, same_length
from evidence.models.distributions import quantile
from evidence.stages.forest_drawing import draw, furniture
from evidence.stages.forest_layout import arrange, paginate
from evidence.stages.scales import SCALES, unsigned

ROUTES = {
    "printed": ("a", "change printed with its error"),
    "paired_p": ("b", "exact p of the paired test"),
    "between_p": ("c", "exact p of the test between groups"),
    "spread": ("d", "both spreads and a correlation"),
    "quantiles": ("e", "medians and quartiles"),
    "counts": ("f", "counts"),
    "bound": ("g", "largest error that p allows"),
    "none": ("\N{EN DASH}", "no standard error"),
}
COLUMNS = {
    "label": "Study",
    "drug": "Drug",
    "n": "n",
    "route": "Route",
    "text": {"ratio": "Change", "factor": "Ratio", "difference": "Difference", "proportion": "Proportion"},
    "weight": "Weight",
}


@dataclass(frozen=True)
class Row:
    """One weighted study, on the analysis scale.

    Parameters
    ----------
    label : str
        Study, as printed at the left.
    yi, low, high : float
        Effect and its interval; infinite ends are drawn as arrows.
    drug, n : str
        Printed beside the label.
    text : str
        Estimate with its interval as printed; empty: made from the numbers.
    weight : float or None
        Percent of the pool; the area of the square.
    route : str
        How the standard error came about, a key of `ROUTES`; empty for no mark.
    mark : str
        Footnote sign behind the label, explained in the figure's note.
    style : {"solid", "hollow"}
        Square filled, or open for a row that is shown but stands apart.
    """

    label: str
    _: KW_ONLY
    yi: float
    low: float
    high: float
    drug: str = ""
    n: str = ""
    text: str = ""
    weight: float | None = None
    route: str = ""
    mark: str = ""
    style: str = "solid"


@dataclass(frozen=True)
class Unweighted:
    """One study that is shown but carries no weight.

    Parameters
    ----------
    label, drug, n : str
        As in `Row`.
    printed : str
        What the paper printed.
    reason : str
        Why it has no weight.
    yi : float or None
        Effect without an interval, drawn as a small open circle.
    text : str
        Effect as printed beside the plot; empty: made from `yi`.
    """

    label: str
    _: KW_ONLY
    drug: str = ""
    n: str = ""
    printed: str = ""
    reason: str = ""
    yi: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Pooled:
    """A pooled estimate, on the analysis scale.

    Parameters
    ----------
    label : str
        Such as ``Random effects, k = 7``; for "single" the statement itself.
    estimate, ci_low, ci_high : float or None
        None for "single".
    pi_low, pi_high : float or None
        Prediction interval.
    text : str
        Estimate with its interval as printed; empty: made from the numbers.
    heterogeneity : str
        Line below the label, see `heterogeneity`.
    kind : {"pooled", "pair", "single"}
        Filled diamond; open diamond, for two studies; words alone.
    warning : str
        Plain words below, such as what an interval from two studies is worth.
    """

    label: str
    _: KW_ONLY
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    text: str = ""
    heterogeneity: str = ""
    kind: str = "pooled"
    warning: str = ""


@dataclass(frozen=True)
class Block:
    """One stratum: heading, weighted rows, pooled estimates, and what carries no weight.

    Parameters
    ----------
    heading : str
        Empty for no heading.
    rows : sequence of Row
    pooled : Pooled, sequence of Pooled or None
        Several are drawn one below the other.
    unweighted : sequence of Unweighted
    note : str
        Plain words at the end of the block.
    """

    heading: str
    rows: tuple = ()
    pooled: Pooled | tuple | None = None
    unweighted: tuple = ()
    note: str = ""

    @property
    def pools(self):
        """The pooled estimates as a tuple."""
        if self.pooled is None:
            return ()
        return (self.pooled,) if isinstance(self.pooled, Pooled) else tuple(self.pooled)


def heterogeneity(tau2, I2, Q, Q_df, Q_p):
    """Line of heterogeneity, such as ``τ² 0.020, I² 45%, Q 7.3 (df 4), p = 0.12``."""
    p = "p < 0.001" if Q_p < 0.001 else f"p = {Q_p:.3f}" if Q_p < 0.1 else f"p = {Q_p:.2f}"
    tau = "0" if tau2 < 5e-5 else f"{tau2:.{3 if tau2 < 1 else 2}f}" if tau2 >= 0.001 else f"{tau2:.1g}"
    return f"τ² {tau}, I² {I2:.0f}%, Q {unsigned(Q, 1)} (df {Q_df:.0f}), {p}"


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
        blocks = [_block(blocks, labels)]
    return forest_pages(blocks, **options, max_height_mm=math.inf)[0]


def forest_pages(
    blocks, *, scale="ratio", null="scale", xlabel="", title="", favours=None, columns=COLUMNS, routes=ROUTES,
    width_mm=174, max_height_mm=235, limits=None, reference=False, level=0.95, note="",
):
    """Draw a forest plot over as many pages as it needs, with one axis for all.

    Parameters
    ----------
    blocks : sequence of Block
        Strata, in the order in which they are drawn.
    scale : {"ratio", "factor", "difference", "proportion"}
        Log ratios as percent changes; log ratios as ratios; differences as
        they are; log odds as proportions.
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
    choice("scale", scale, SCALES)
    blocks = [_checked(block, index, routes) for index, block in enumerate(blocks)]
    if not blocks:
        raise ValueError("blocks must hold at least one block, got none")
    origin = SCALES[scale].null if null == "scale" else null if null is None else SCALES[scale].place(null)
    layout = arrange(
        blocks, scale=scale, null=origin, xlabel=xlabel, title=title, favours=favours,
        columns=_headers(columns, scale, level), routes=routes, width=width_mm, limits=limits,
        reference=reference, level=level, note=note,
    )
    return [draw(layout, lines) for lines in paginate(layout, max_height_mm - furniture(layout))]


def _headers(columns, scale, level):
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise ValueError(f"columns must be among {', '.join(COLUMNS)}, got {unknown[0]!r}")
    if "label" not in columns:
        raise ValueError("columns must hold 'label', got " + ", ".join(map(repr, columns)))
    return {
        name: f"{header[scale]} ({100 * level:g}% CI)" if isinstance(header, Mapping) else header
        for name, header in columns.items()
    }


def _checked(block, index, routes):
    """The block, if its numbers can be drawn."""
    for position, row in enumerate(block.rows):
        where = f"blocks[{index}].rows[{position}]"
        if not math.isfinite(row.yi):
            raise ValueError(f"{where}.yi must be a finite number, got {row.yi}")
        if not row.low <= row.yi <= row.high:
            raise ValueError(f"{where} must have low <= yi <= high, got {row.low}, {row.yi}, {row.high}")
        if row.weight is not None and not 0 <= row.weight <= 100:
            raise ValueError(f"{where}.weight must be a percentage from 0 to 100, got {row.weight}")
        choice(f"{where}.route", row.route, ("", *routes))
        choice(f"{where}.style", row.style, ("solid", "hollow"))
    for position, pool in enumerate(block.pools):
        where = f"blocks[{index}].pooled[{position}]"
        choice(f"{where}.kind", pool.kind, ("pooled", "pair", "single"))
        ends = (pool.ci_low, pool.estimate, pool.ci_high)
        if pool.kind != "single" and (None in ends or not ends[0] <= ends[1] <= ends[2]):
            raise ValueError(f"{where} must have ci_low <= estimate <= ci_high, got {ends}")
    for position, row in enumerate(block.unweighted):
        if row.yi is not None and not math.isfinite(row.yi):
            raise ValueError(f"blocks[{index}].unweighted[{position}].yi must be finite or None, got {row.yi}")
    return block


def _block(fit, labels):
    """A fit without moderators as one block."""
    if fit.X.shape[1] != 1:
        raise ValueError("blocks must be a fit without moderators; draw a fit with X by evidence.stages.funnel.bubble")
    labels = [f"Study {i + 1}" for i in range(fit.k)] if labels is None else list(labels)
    same_length(labels=labels, yi=fit.yi)
    reach = quantile((1 + fit.level) / 2) * fit.vi**0.5
    numbers = zip(labels, fit.yi, reach, fit.weights, strict=True)
    alone = fit.k == 1
    rows = tuple(
        Row(str(label), yi=float(y), low=float(y - r), high=float(y + r), weight=None if alone else float(w))
        for label, y, r, w in numbers
    )
    if alone:
        return Block("", rows, Pooled("Single study, not pooled", kind="single"))
    pooled = Pooled(
        f"{'Equal effects' if fit.method == 'EE' else f'Random effects, {fit.method}'}, k = {fit.k}",
        estimate=fit.estimate, ci_low=fit.ci_low, ci_high=fit.ci_high,
        pi_low=fit.pi_low if fit.k > 2 else None, pi_high=fit.pi_high if fit.k > 2 else None,
        heterogeneity=heterogeneity(fit.tau2, fit.I2, fit.Q, fit.Q_df, fit.Q_p),
        kind="pair" if fit.k == 2 else "pooled",
        warning="Two studies only: the spread between them is hardly known." if fit.k == 2 else "",
    )
    return Block("", rows, pooled)
