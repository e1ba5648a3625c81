"""Forest plots: squares, intervals, diamonds, bars and arrows."""

import math

from evidence.document.palette import BAR, BLUE, LINE
from evidence.stages.figures.canvas import MARKS, dot, fill, stroke

LARGEST, PLAIN, SMALLEST = 2.7, 1.7, 0.75
DIAMOND_HALF, BAR_HALF, ARROW, RADIUS = 1.35, 0.5, 1.4, 0.8


def arrow(sheet, x, y, direction, *, color=LINE):
    """Arrow head with its tip at x, pointing left (-1) or right (+1)."""
    back = x - direction * ARROW
    fill(sheet, [(x, y), (back, y - 0.75), (back, y + 0.75)], color=color)


def _ends(layout, low, high):
    """Millimetres of an interval on the axis, and whether it runs on at each side."""
    return layout.x(low), layout.x(high), low < layout.limits[0], high > layout.limits[1]


def interval(sheet, layout, y, low, high):
    """Line of an interval, with an arrow where it runs beyond the axis."""
    left, right, more_left, more_right = _ends(layout, low, high)
    start, end = left + ARROW * more_left, right - ARROW * more_right
    if start < end:
        stroke(sheet, (start, y), (end, y), color=LINE, width=0.9)
    if more_left:
        arrow(sheet, left, y, -1)
    if more_right:
        arrow(sheet, right, y, 1)


def square(sheet, layout, y, place, share, hollow=False):
    """Square whose area is the share of the largest weight in its block; a plain one without weight.

    Parameters
    ----------
    sheet : Sheet
    layout : Layout
    y : float
        Middle of the row in mm.
    place : tuple of float
        Low end, estimate and high end as positions on the axis.
    share : float or None
        Weight over the largest weight of the block.
    hollow : bool
        Open rather than filled.
    """
    low, middle, high = place
    if not layout.inside(middle):
        return
    half = (PLAIN if share is None else max(LARGEST * math.sqrt(share), SMALLEST)) / 2
    x = layout.x(middle)
    box(sheet, x, y, half, hollow)
    if x - half < layout.x(low) and layout.x(high) < x + half and not hollow:
        stroke(sheet, (layout.x(low), y), (layout.x(high), y), color="white", width=0.6, zorder=MARKS + 2)


def box(sheet, x, y, half, hollow=False):
    """Square around a point in mm."""
    corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    fill(sheet, corners, color="white" if hollow else BLUE, edge=BLUE if hollow else "none")


def diamond(sheet, layout, y, low, estimate, high, hollow=False):
    """Diamond over a pooled interval, cut at the ends of the axis, with an arrow, where it runs beyond."""
    left, right, more_left, more_right = _ends(layout, low, high)
    centre = layout.x(estimate)
    cut_left = _height_at(layout.limits[0], low, estimate) if more_left else 0.0
    cut_right = _height_at(layout.limits[1], high, estimate) if more_right else 0.0
    corners = [
        (left, y - cut_left),
        (centre, y - DIAMOND_HALF),
        (right, y - cut_right),
        (right, y + cut_right),
        (centre, y + DIAMOND_HALF),
        (left, y + cut_left),
    ]
    fill(sheet, corners, color="white" if hollow else BLUE, edge=BLUE, width=0.9, zorder=MARKS + 2)
    if more_left:
        arrow(sheet, left - ARROW - 0.5, y, -1, color=BLUE)
    if more_right:
        arrow(sheet, right + ARROW + 0.5, y, 1, color=BLUE)


def _height_at(cut, end, estimate):
    """Half height in mm of a diamond where it is cut on its way from its middle to its end."""
    if math.isinf(end) or end == estimate:
        return DIAMOND_HALF
    return DIAMOND_HALF * min(max((end - cut) / (end - estimate), 0.0), 1.0)


def bar(sheet, layout, y, low, high):
    """Flat bar of a prediction interval, with an arrow where it runs beyond the axis."""
    left, right, more_left, more_right = _ends(layout, low, high)
    start, end = left + ARROW * more_left, right - ARROW * more_right
    if start < end:
        slab(sheet, start, end, y)
    if more_left:
        arrow(sheet, left, y, -1, color=BAR)
    if more_right:
        arrow(sheet, right, y, 1, color=BAR)


def slab(sheet, start, end, y):
    """Flat bar between two points in mm."""
    corners = [(start, y - BAR_HALF), (end, y - BAR_HALF), (end, y + BAR_HALF), (start, y + BAR_HALF)]
    fill(sheet, corners, color=BAR)


def circle(sheet, x, y):
    """Small open circle around a point in mm."""
    dot(sheet, x, y, RADIUS, color="white", edge=LINE)


def loose_point(sheet, layout, y, place):
    """Open circle at an estimate without interval; an arrow where it lies beyond the axis."""
    if layout.inside(place):
        circle(sheet, layout.x(place), y)
    else:
        arrow(sheet, layout.x(place), y, -1 if place < layout.limits[0] else 1)


def small_diamond(sheet, x, y, hollow):
    """Diamond of the legend, in mm."""
    corners = [(x - 2.2, y), (x, y - 1.1), (x + 2.2, y), (x, y + 1.1)]
    fill(sheet, corners, color="white" if hollow else BLUE, edge=BLUE, width=0.8)
