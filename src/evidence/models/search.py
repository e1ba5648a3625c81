"""All maxima of the (restricted) likelihood of a data set, by intervals that are split until each is settled.

A = Y'PPY and B = tr P fall as tau2 grows, and so does what they fall by. Over an interval [a, b] the score
A - B has no root if A(a) < B(b) or A(b) > B(a), and at most one if its slope keeps its sign by the same comparison.
"""

import numpy as np

from evidence.models.likelihood import halves, slopes
from evidence.models.roots import bracketed_newton

FACTOR = 2.0
PIECES = 4
NARROW = 1e-7


def between(low, high, shift, number):
    """`number` + 1 points from low to high, geometric in tau2 + shift: shape (number + 1, m)."""
    steps = np.linspace(0, 1, number + 1)[:, None]
    points = (low + shift) * ((high + shift) / (low + shift)) ** steps - shift
    points[0], points[-1] = low, high
    return points


def unsettled(nodes, Y, V, Q, restricted):
    """Intervals between nodes that may hold a root: their column, low and high end."""
    A, B = np.empty_like(nodes), np.empty_like(nodes)
    for row, tau2 in enumerate(nodes):
        A[row], B[row] = halves(tau2, Y, V, Q, restricted)
    row, column = np.nonzero(~((A[:-1] < B[1:]) | (A[1:] > B[:-1])))
    return column, nodes[:-1][row, column], nodes[1:][row, column]


def brackets(Y, V, Q, restricted, shift, high):
    """Intervals in which the score turns from plus to minus once: column, low, high."""
    number = max(1, int(np.ceil(np.log(((high + shift) / shift).max()) / np.log(FACTOR))))
    nodes = between(np.zeros(Y.shape[1]), high, shift, number)
    column, low, high = unsettled(nodes, Y, V, Q, restricted)
    found = []
    while len(column):
        y, v = Y[:, column], V[:, column]
        A_low, B_low, a_low, b_low = slopes(low, y, v, Q, restricted)
        A_high, B_high, a_high, b_high = slopes(high, y, v, Q, restricted)
        one_way = (a_high > b_low) | (a_low < b_high) | (high - low < NARROW * (high + shift[column]))
        turns = one_way & (A_low > B_low) & (A_high <= B_high)
        found.append((column[turns], low[turns], high[turns]))
        column, low, high = column[~one_way], low[~one_way], high[~one_way]
        if len(column):
            nodes = between(low, high, shift[column], PIECES)
            inner, low, high = unsettled(nodes, Y[:, column], V[:, column], Q, restricted)
            column = column[inner]
    empty = (np.empty(0, int), np.empty(0), np.empty(0))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True)) if found else empty


def stationary_points(Y, V, Q, restricted, shift, high):
    """Every local maximum above 0 of each column.

    Parameters
    ----------
    Y, V : ndarray, shape (k, m)
    Q : ndarray, shape (k, p), optional
    restricted : bool
    shift, high : ndarray, shape (m,)
        Smallest variance, and a tau2 beyond which the score is negative.

    Returns
    -------
    column, tau2 : ndarray
        One entry per maximum.
    """
    column, low, top = brackets(Y, V, Q, restricted, shift, high)
    y, v = Y[:, column], V[:, column]

    def score(tau2):
        A, B, a, b = slopes(tau2, y, v, Q, restricted)
        return A - B, b - a

    return column, bracketed_newton(score, low, top, shift[column]) if len(column) else low
