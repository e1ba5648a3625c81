"""Roots of functions of tau2, for many data sets at once."""

import numpy as np


def bracketed_newton(function, low, high, scale, iterations=80):
    """Root in [low, high] of a function that is positive at `low` and not positive at `high`.

    Newton steps where they stay inside the bracket, halving where they do not.

    Parameters
    ----------
    function : callable
        ``function(x) -> (value, derivative)``, arrays (m,).
    low, high : ndarray, shape (m,)
    scale : ndarray, shape (m,)
        Size to which steps are compared: the iteration ends when all are below 1e-14 (x + scale).
    """
    low, high = low.copy(), high.copy()
    x = (low + high) / 2
    for _ in range(iterations):
        value, slope = function(x)
        above = value > 0
        low, high = np.where(above, x, low), np.where(above, high, x)
        step = np.divide(value, slope, out=np.zeros_like(x), where=slope != 0)
        moved = x - step
        inside = (moved > low) & (moved < high) & (slope != 0)
        new = np.where(inside, moved, (low + high) / 2)
        done = np.abs(new - x) <= 4e-16 * x + 1e-14 * scale
        x = new
        if done.all():
            break
    return x
