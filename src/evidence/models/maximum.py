"""The global maximum of the (restricted) likelihood over tau2 >= 0, for many data sets at once.

The score is the difference of two falling functions of tau2, A = Y'PPY and
B = tr P, and so is its slope. Over an interval [a, b] it therefore has no root if
A(a) < B(b) or A(b) > B(a), and at most one if its slope keeps its sign by the same
comparison. Intervals that are settled by neither are split: no maximum is missed.
"""

import numpy as np

from evidence.models.likelihood import halves, loglik, residuals, slopes
from evidence.models.roots import bracketed_newton

FACTOR = 2.0
PIECES = 4
NARROW = 1e-7


def reach(Y, V, Q):
    """Smallest variance, and a tau2 beyond which the score is negative: max(max vi, 2 RSS / (k - p)).

    There Y'PPY <= wmax^2 RSS, tr P >= wmin (k - p) and wmin >= wmax / 2.
    """
    present = np.isfinite(V) & np.ones_like(Y, bool)
    e, _ = residuals(present.astype(float), Y, Q)
    rss = np.einsum("km,km,km->m", e, e, present.astype(float))
    freedom = present.sum(0) - (1 if Q is None else Q.shape[1])
    smallest = np.where(present, V, np.inf).min(0)
    largest = np.where(present, V, 0.0).max(0)
    return smallest, np.maximum(largest, 2 * rss / freedom)


def between(low, high, shift, number):
    """`number` + 1 points from low to high, geometric in tau2 + shift: shape (number + 1, m)."""
    steps = np.linspace(0, 1, number + 1)[:, None]
    points = (low + shift) * ((high + shift) / (low + shift)) ** steps - shift
    points[0], points[-1] = low, high
    return points


def unsettled(nodes, A, B):
    """Intervals between nodes that may hold a root: their column, low and high end."""
    open_ = ~((A[:-1] < B[1:]) | (A[1:] > B[:-1]))
    row, column = np.nonzero(open_)
    return column, nodes[:-1][row, column], nodes[1:][row, column]


def evaluate(nodes, Y, V, Q, restricted):
    """Halves of the score at every node."""
    A, B = np.empty_like(nodes), np.empty_like(nodes)
    for row, tau2 in enumerate(nodes):
        A[row], B[row] = halves(tau2, Y, V, Q, restricted)
    return A, B


def brackets(Y, V, Q, restricted):
    """Intervals in which the score turns from plus to minus once: column, low, high."""
    shift, high = reach(Y, V, Q)
    number = max(1, int(np.ceil(np.log(((high + shift) / shift).max()) / np.log(FACTOR))))
    nodes = between(np.zeros(Y.shape[1]), high, shift, number)
    column, low, high = unsettled(nodes, *evaluate(nodes, Y, V, Q, restricted))
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
            inner, low, high = unsettled(nodes, *evaluate(nodes, Y[:, column], V[:, column], Q, restricted))
            column = column[inner]
    return tuple(np.concatenate(part) for part in zip(*found, strict=True)) if found else (np.empty(0, int), np.empty(0), np.empty(0))


def maximum(Y, V, Q=None, restricted=True):
    """tau2 at the global maximum.

    Parameters
    ----------
    Y, V : ndarray, shape (k, m)
        Effects and variances, infinite for an absent study.
    Q : ndarray, shape (k, p), optional
    restricted : bool
        REML or ML.

    Returns
    -------
    ndarray, shape (m,)
    """
    V = np.broadcast_to(V, Y.shape)
    m = Y.shape[1]
    column, low, high = brackets(Y, V, Q, restricted)
    best = np.zeros(m)
    if not len(column):
        return best
    y, v = Y[:, column], V[:, column]

    def score(tau2):
        A, B, a, b = slopes(tau2, y, v, Q, restricted)
        return A - B, b - a

    root = bracketed_newton(score, low, high, v.min(0))
    A, B = halves(best, Y, V, Q, restricted)
    single = (np.bincount(column, minlength=m) == 1) & (A > B)
    alone = single[column]
    best[column[alone]] = root[alone]
    column, root = column[~alone], root[~alone]
    if len(column):
        top = np.full(m, -np.inf)
        rows = np.unique(column)
        top[rows] = loglik(np.zeros(len(rows)), Y[:, rows], V[:, rows], Q, restricted)
        value = loglik(root, Y[:, column], V[:, column], Q, restricted)
        for at in np.argsort(value, kind="stable"):
            if value[at] > top[column[at]]:
                top[column[at]], best[column[at]] = value[at], root[at]
    return best
