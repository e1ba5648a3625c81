"""Roots of functions of tau2, for many data sets at once."""

import numpy as np


def bracketed_newton(function, low, high, scale, start=None, iterations=100):
    """Root in [low, high] of a function that is positive at `low` and not positive at `high`.

    Newton steps where they stay inside the bracket, halving where they do not; the iteration ends when every
    step is below 1e-9 (x + scale), after which the quadratic convergence has reached the last digit.

    Parameters
    ----------
    function : callable
        ``function(x) -> (value, derivative)``, arrays (m,).
    low, high : ndarray, shape (m,)
    scale : ndarray, shape (m,)
        Size of tau2 below which differences do not matter.
    start : ndarray, shape (m,), optional
        First guess; the middle if None.
    """
    low, high = low.copy(), high.copy()
    x = (low + high) / 2 if start is None else start
    for _ in range(iterations):
        value, slope = function(x)
        above = value > 0
        low, high = np.where(above, x, low), np.where(above, high, x)
        moved = x - np.divide(value, slope, out=np.full_like(x, np.inf), where=slope != 0)
        new = np.where((moved >= low) & (moved <= high), moved, (low + high) / 2)
        done = np.abs(new - x) <= 1e-9 * (x + scale)
        x = new
        if done.all():
            break
    return x
