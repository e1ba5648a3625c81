"""Roots of smooth functions of tau2, which is in units of the smallest variance."""

import numpy as np

ITERATIONS = 100
CLOSE = 1e-8


def newton(function, low, high, x):
    """Root in [low, high] of a function that is not positive at `low` and not negative at `high`.

    Newton steps where they stay inside the bracket, halving where they do not, until a step is so small
    beside 1 + x that the error of the next, its square, is below the precision of numbers.

    Parameters
    ----------
    function : callable
        ``function(x) -> (value, slope)``.
    low, high, x : float
        Bracket and first guess.
    """
    for _ in range(ITERATIONS):
        value, slope = function(x)
        if value > 0:
            high = x
        else:
            low = x
        new = x - value / slope if slope > 0 else low
        if not low < new < high:
            if abs(new - x) <= CLOSE * (1 + x):
                return float(min(max(new, low), high))
            new = (low + high) / 2
        if abs(new - x) <= CLOSE * (1 + x):
            return float(new)
        x = new
    return float(x)


def newton_each(function, low, high, x):
    """As `newton`, for arrays (n,) of independent roots."""
    for _ in range(ITERATIONS):
        value, slope = function(x)
        above = value > 0
        low, high = np.where(above, low, x), np.where(above, x, high)
        new = x - np.divide(value, slope, out=np.full_like(x, np.inf), where=slope > 0)
        close = np.abs(new - x) <= CLOSE * (1 + x)
        inside = (new > low) & (new < high)
        new = np.where(inside, new, np.where(close, np.clip(new, low, high), (low + high) / 2))
        close |= np.abs(new - x) <= CLOSE * (1 + x)
        x = new
        if close.all():
            break
    return x


def rise(q, target, tau2):
    """Root of Q(tau2) = target, from a value at which Q is above it; values at which it is not stay.

    1 / Q is a concave rising function of tau2 (a parallel sum of lines), so that Newton steps on it from
    below never pass the root.

    Parameters
    ----------
    q : callable
        ``q(tau2) -> (Q, minus its slope)``.
    target, tau2 : float or ndarray, shape (m,)
    """
    for _ in range(ITERATIONS):
        Q, fall = q(tau2)
        step = np.where(Q > target, Q * (Q / target - 1) / np.where(Q > target, fall, 1.0), 0.0)
        tau2 = tau2 + step
        if np.all(step <= CLOSE * (1 + tau2)):
            break
    return tau2
