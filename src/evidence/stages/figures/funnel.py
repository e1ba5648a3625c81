"""Funnel plot, bubble plot and Baujat plot of a fit."""

import numpy as np

from evidence.document.palette import BLUE, LINE, ORANGE
from evidence.engine.models.diagnostics import has_moderators, leave_one_out, without_moderators
from evidence.engine.numerics.arguments import choice, same_length, vector
from evidence.engine.numerics.distributions import quantile
from evidence.stages.figures.axes import frame, line, swatch
from evidence.stages.figures.canvas import MARKS, SMALL, clean, dot, fill, stroke, text_width, write
from evidence.vocabulary import LEAST_STUDIES
from evidence.words.ticks import choose_ticks

SHADES = ("#c9d3de", "#dde4ec", "#eff2f6")
FUNNEL_SCALES = ("difference", "ratio", "factor")
TICK = 6.8
LONG_DASH, DOTS = (5, 3), (1.5, 2)


def _width_of(label):
    return text_width(label, TICK)


def _spread(values, share=0.06):
    """Ends that leave a little space around values."""
    low, high = float(np.min(values)), float(np.max(values))
    space = share * (high - low) or 0.1 * (abs(high) or 1.0)
    return low - space, high + space


def _plain_ticks(low, high, length):
    """Ticks of an axis whose numbers carry no sign."""
    ticks = choose_ticks("difference", low, high, length, _width_of, most=7)
    return [(value, label.lstrip("+")) for value, label in ticks]


def funnel(
    fit,
    *,
    scale="difference",
    filled=None,
    contours=(0.1, 0.05, 0.01),
    xlabel="",
    title="",
    width_mm=120,
    height_mm=95,
):
    """Funnel plot with contours of significance.

    Parameters
    ----------
    fit : Fit
        At least 10 studies, no moderators.
    scale : {"difference", "ratio", "factor"}
        Words of the horizontal axis; the place of a point is the analysis scale's.
    filled : TrimFill or None
        Result of `evidence.trim_fill`, whose studies are drawn open.
    contours : sequence of float
        Two-sided p-values between whose lines the ground is shaded.
    xlabel, title : str
    width_mm, height_mm : float

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Fewer than 10 studies: chance and asymmetry cannot be told apart [sterne2011]_.

    Notes
    -----
    Standard errors grow downward. The ground between two contours holds the
    effects whose distance from no effect has a p-value between theirs
    [peters2008]_: studies missing from the white ground suggest that publication
    went by significance. Dotted lines: estimate +- z se.

    References
    ----------
    .. [sterne2011] Sterne JAC et al. BMJ 2011;343:d4002.
    .. [peters2008] Peters JL et al. J Clin Epidemiol 2008;61:991-996.
    """
    choice("scale", scale, FUNNEL_SCALES)
    without_moderators(fit)
    if fit.k < LEAST_STUDIES:
        raise ValueError(
            f"fit must hold at least {LEAST_STUDIES} studies for a funnel plot, got {fit.k}: "
            "with fewer, asymmetry cannot be told from chance"
        )
    levels = sorted(vector("contours", contours), reverse=True)
    if levels and not (0 < levels[-1] and levels[0] < 1 and len(levels) <= len(SHADES)):
        raise ValueError(f"contours must be up to {len(SHADES)} p-values between 0 and 1, got {contours}")
    extra = (filled.yi_filled[fit.k :], filled.vi_filled[fit.k :]) if filled is not None else ([], [])
    effects, errors = np.append(fit.yi, extra[0]), np.sqrt(np.append(fit.vi, extra[1]))
    deepest = 1.06 * errors.max()
    reach = quantile((1 + fit.level) / 2) * deepest
    x_ends = _spread([*effects, 0.0, fit.estimate - reach, fit.estimate + reach], 0.02)
    box = frame(
        width_mm,
        height_mm,
        x_ends=x_ends,
        y_ends=(deepest, 0.0),
        x_ticks=choose_ticks(scale, *x_ends, width_mm - 20, _width_of),
        y_ticks=_plain_ticks(0.0, deepest, height_mm / 2),
        xlabel=xlabel,
        ylabel="Standard error",
        title=title,
        key=_funnel_key(fit, levels, len(effects) > fit.k),
    )
    _draw_contours(box, levels, deepest)
    _draw_funnel_lines(box, fit, deepest)
    for number, (effect, error) in enumerate(zip(effects, errors, strict=True)):
        own = number < fit.k
        style = {"color": BLUE, "edge": "white", "width": 0.5} if own else {"color": "white", "edge": ORANGE}
        dot(box.sheet, box.x(effect), box.y(error), 1.05, **style)
    return box.sheet.figure


def _funnel_key(fit, levels, with_filled):
    """Key of the funnel plot."""
    bounds = [*(f"{level:g}" for level in levels), "0"]
    grounds = [
        (swatch(shade), f"p < {upper}" if lower == "0" else f"p {lower} to {upper}")
        for shade, upper, lower in zip(SHADES, bounds, bounds[1:], strict=False)
    ]
    ring = (lambda sheet, x, y: dot(sheet, x, y, 1.05, color="white", edge=ORANGE), "filled in")
    return [
        (lambda sheet, x, y: dot(sheet, x, y, 1.05), "study"),
        *([ring] * with_filled),
        (line(LINE), "no effect"),
        (line(BLUE, dashes=LONG_DASH), "pooled estimate"),
        (line(BLUE, dashes=DOTS), f"its {100 * fit.level:g}% limits without heterogeneity"),
        *grounds,
    ]


def _draw_contours(box, levels, deepest):
    """Shade the ground between the contours, both sides of no effect."""
    depths = np.linspace(0, deepest, 200)
    for number, level in enumerate(levels):
        inner = quantile(1 - level / 2) * depths
        outer = quantile(1 - levels[number + 1] / 2) * depths if number + 1 < len(levels) else inner + 1e9
        for side, end in ((-1, box.x_ends[0]), (1, box.x_ends[1])):
            near, far = (np.minimum(edge, side * end) * side for edge in (inner, outer))
            outline = [*zip(near, depths, strict=True), *zip(far[::-1], depths[::-1], strict=True)]
            corners = [(box.x(x), box.y(y)) for x, y in outline]
            fill(box.sheet, corners, color=SHADES[number], zorder=0.2)


def _draw_funnel_lines(box, fit, deepest):
    """No effect, the pooled estimate, and the limits that its studies would keep to."""
    stroke(box.sheet, (box.x(0), box.top), (box.x(0), box.bottom), color=LINE, zorder=MARKS - 1)
    x = box.x(fit.estimate)
    apex, foot = (x, box.top), (x, box.bottom)
    stroke(box.sheet, apex, foot, color=BLUE, width=0.9, dashes=LONG_DASH, zorder=MARKS - 1)
    reach = quantile((1 + fit.level) / 2) * deepest
    for side in (-1, 1):
        end = (box.x(fit.estimate + side * reach), box.bottom)
        stroke(box.sheet, apex, end, color=BLUE, width=0.9, dashes=DOTS, zorder=MARKS - 1)


def bubble(
    fit,
    *,
    column=1,
    scale="difference",
    xlabel="",
    ylabel="",
    title="",
    width_mm=120,
    height_mm=90,
):
    """Bubble plot of a meta-regression: effects against one moderator, with the line and its interval.

    Parameters
    ----------
    fit : Fit
        With moderators.
    column : int
        Column of `fit.X` on the horizontal axis; the others are held at their means.
    scale : {"difference", "ratio", "factor"}
        Words of the vertical axis.
    xlabel, ylabel, title : str
    width_mm, height_mm : float

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    The area of a bubble is the study's weight. At x0 the line is x0'b and its band
    x0'b +- t sqrt(x0' V x0), by the test of the fit [thompson2002]_.

    References
    ----------
    .. [thompson2002] Thompson SG, Higgins JPT. Stat Med 2002;21:1559-1573.
    """
    choice("scale", scale, FUNNEL_SCALES)
    if not has_moderators(fit):
        raise ValueError("fit must have moderators for a bubble plot, got none")
    choice("column", column, range(fit.X.shape[1]))
    x, (across, middle, half) = fit.X[:, column], regression_band(fit, column)
    x_ends, y_ends = _spread(x), _spread([*fit.yi, *(middle - half), *(middle + half)], 0.08)
    box = frame(
        width_mm,
        height_mm,
        x_ends=x_ends,
        y_ends=y_ends,
        x_ticks=_plain_ticks(*x_ends, width_mm - 20),
        y_ticks=choose_ticks(scale, *y_ends, height_mm / 2, _width_of, most=7),
        xlabel=xlabel,
        ylabel=ylabel,
        title=title,
        key=_bubble_key(fit),
    )
    upper = [(box.x(a), box.y(b)) for a, b in zip(across, middle + half, strict=True)]
    lower = [(box.x(a), box.y(b)) for a, b in zip(across, middle - half, strict=True)]
    fill(box.sheet, [*upper, *reversed(lower)], color=SHADES[1], zorder=0.2)
    if y_ends[0] < 0 < y_ends[1]:
        stroke(box.sheet, (box.left, box.y(0)), (box.right, box.y(0)), color=LINE, width=0.7, zorder=0.8)
    ends = [(box.x(across[i]), box.y(middle[i])) for i in (0, -1)]
    stroke(box.sheet, *ends, color=BLUE, width=1.2)
    radii = np.maximum(3.2 * np.sqrt(fit.weights / fit.weights.max()), 0.5)
    for place, effect, radius in zip(x, fit.yi, radii, strict=True):
        dot(box.sheet, box.x(place), box.y(effect), radius, color="none", edge=BLUE, width=0.9)
    return box.sheet.figure


def regression_band(fit, column, points=120):
    """Line and half width of its interval over one moderator, the others at their means.

    Returns
    -------
    tuple of array, shape (points,)
        Moderator, line, half width.
    """
    grid = np.tile(fit.X.mean(axis=0), (points, 1))
    grid[:, column] = np.linspace(fit.X[:, column].min(), fit.X[:, column].max(), points)
    error = np.sqrt(np.einsum("ij,jk,ik->i", grid, fit.vcov, grid))
    return grid[:, column], grid @ fit.beta, quantile((1 + fit.level) / 2, fit.df) * error


def _bubble_key(fit):
    return [
        (lambda sheet, x, y: dot(sheet, x, y, 1.2, color="none", edge=BLUE), "study, area by weight"),
        (line(BLUE, 1.2), "regression line"),
        (swatch(SHADES[1]), f"its {100 * fit.level:g}% interval"),
    ]


def baujat(fit, *, labels=None, named=8, title="", width_mm=120, height_mm=90):
    """Baujat plot: what each study adds to heterogeneity, and how far it moves the estimate.

    Parameters
    ----------
    fit : Fit
        At least three studies, no moderators.
    labels : sequence of str, shape (k,)
        Studies; without: 1, 2, ...
    named : int
        How many of the most influential studies to name, where there is room.
    title : str
    width_mm, height_mm : float

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    With estimate m and the estimate m(-i), of variance v(-i), without study i
    [baujat2002]_: across (yi - m)^2/(vi + tau2), up (m - m(-i))^2/v(-i).

    References
    ----------
    .. [baujat2002] Baujat B et al. Stat Med 2002;21:2641-2652.
    """
    without_moderators(fit)
    if fit.k < 3:
        raise ValueError(f"fit must hold at least 3 studies for a Baujat plot, got {fit.k}")
    labels = [str(i + 1) for i in range(fit.k)] if labels is None else [clean(label) for label in labels]
    same_length(labels=labels, yi=fit.yi)
    without = leave_one_out(fit)
    across = (fit.yi - fit.estimate) ** 2 / (fit.vi + fit.tau2)
    up = ((fit.estimate - without["estimate"]) / without["se"]).to_numpy() ** 2
    x_ends, y_ends = (0.0, 1.12 * across.max() or 1.0), (0.0, 1.08 * up.max() or 1.0)
    box = frame(
        width_mm,
        height_mm,
        x_ends=x_ends,
        y_ends=y_ends,
        title=title,
        x_ticks=_plain_ticks(*x_ends, width_mm - 20),
        y_ticks=_plain_ticks(*y_ends, height_mm / 2),
        xlabel="Contribution to heterogeneity (squared Pearson residual)",
        ylabel="Influence on the estimate (squared shift in standard errors)",
    )
    places = [(box.x(a), box.y(b)) for a, b in zip(across, up, strict=True)]
    for place in places:
        dot(box.sheet, *place, 0.9, edge="white", width=0.5)
    order = np.argsort(-(across / x_ends[1] + up / y_ends[1]), kind="stable")[:named]
    _name_points(box, places, [(places[i], labels[i]) for i in order])
    return box.sheet.figure


def _name_points(box, places, chosen):
    """Write names beside points, each where it meets no point and no other name, else not at all."""
    taken = [(x - 0.9, y - 0.9, x + 0.9, y + 0.9) for x, y in places]
    for (x, y), words in chosen:
        width = text_width(words, SMALL)
        beside = [(x + 1.6, y + 0.9), (x - 1.6 - width, y + 0.9)]
        for left, baseline in [*beside, (x - width / 2, y - 1.8), (x - width / 2, y + 3.6)]:
            area = (left, baseline - 2.4, left + width, baseline + 0.8)
            inside = box.left + 0.5 < area[0] and area[2] < box.right + 3.5 and area[3] < box.bottom - 0.3
            if inside and not any(_touch(area, other) for other in taken):
                write(box.sheet, left, baseline, words, size=SMALL)
                taken.append(area)
                break


def _touch(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
