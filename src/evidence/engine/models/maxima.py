"""The global maximum of the likelihood of tau2, proved rather than hoped for.

The derivative of twice the log-likelihood is A - B with A = Y'PPY and B = tr P (REML) or tr W (ML). Both are
sums of positive multiples of powers of 1 / (lj + tau2) (see `evidence.engine.models.forms`), so that log A and log B
are convex and the rates at which they fall, a = -(log A)' and b = -(log B)', fall as well. In a cell [low,
high] of tau2

- A / B only falls where a(high) > b(low): at most one maximum, and one if A > B at `low` but not at `high`;
- A / B only rises where a(low) < b(high): no maximum;
- A stays above B (or below) where the tangents of log A clear the chord of log B, or the reverse: none.

A cell of which none is true is halved. Beyond tau2 = max(vi) - 2 min(vi), A / B only falls. All maxima are
found this way, and the highest is taken. tau2 is in units of the smallest variance.
"""

import numpy as np

from evidence.engine.models.sums import TINY
from evidence.engine.numerics.roots import newton, newton_each

EVEN, EVEN_FOR_ONE = np.linspace(0, 1, 4)[:, None], np.linspace(0, 1, 13)[:, None]
NARROWEST = 1e-7


def highest(data, restricted):
    """tau2 >= 0 at which the (restricted) likelihood is highest, in units of `data.scale`."""
    grid, end = cells(data, restricted)
    states = scan(data, grid, restricted)
    number, m = grid.shape
    columns = np.arange((number - 1) * m) % m
    ends = (
        columns,
        grid[:-1].ravel(),
        grid[1:].ravel(),
        states[:, :-1].reshape(4, -1),
        states[:, 1:].reshape(4, -1),
    )
    tail = np.flatnonzero(states[0, -1] > states[1, -1])
    if len(tail):
        beyond = np.array(data.take(tail).at(end[tail], restricted))
        last = tail, grid[-1, tail], end[tail], states[:, -1, tail], beyond
        ends = tuple(np.concatenate(pair, axis=-1) for pair in zip(ends, last))
    columns, low, high, start = brackets(data, ends, restricted)
    at_zero = states[0, 0] <= states[1, 0]
    return best(data, restricted, at_zero, columns, refined(data, restricted, columns, low, high, start))


def cells(data, restricted):
    """Ends of cells (cells + 1, m), even in log(1 + tau2), and the end (m,) of all that is beyond.

    No maximum lies beyond it, where (k - p) (1 + tau2)^2 = RSS (max(vi) + tau2): A <= RSS / (1 + tau2)^2 and
    B >= (k - p) / (max(vi) + tau2), or k for ML, with RSS of ordinary least squares.
    """
    terms = np.maximum(data.k - data.p, 1) if restricted else data.k
    rss, largest = data.rss, data.largest
    root = np.sqrt(rss * (rss + 4 * terms * (largest - 1)))
    end = np.maximum((rss + root) / (2 * terms) - 1, 0) * (1 + 1e-9)
    last = np.minimum(np.maximum(largest - 2, 0), end)
    return (1 + last) ** (EVEN_FOR_ONE if data.single else EVEN) - 1, np.atleast_1d(end)


def scan(data, grid, restricted):
    """A, B and the rates of their fall at each end, shape (4, ends, m)."""
    if data.single:
        return np.array(data.at(grid[:, 0], restricted))[:, :, None]
    return np.stack([np.array(data.at(tau2, restricted)) for tau2 in grid], axis=1)


def brackets(data, ends, restricted):
    """Columns, ends and first guesses of the cells with exactly one maximum; doubtful cells are halved."""
    found = []
    while True:
        columns, low, high, lower, upper = ends
        peak, doubtful = judged(low, high, lower, upper)
        found.append((columns[peak], low[peak], high[peak], guess(low, high, lower, upper, peak)))
        if not doubtful.any():
            break
        columns, low, high, lower, upper = (part[..., doubtful] for part in ends)
        middle = np.sqrt((1 + low) * (1 + high)) - 1
        state = np.array(data.take(columns).at(middle, restricted))
        halves = (columns, low, middle, lower, state), (columns, middle, high, state, upper)
        ends = tuple(np.concatenate(pair, axis=-1) for pair in zip(*halves))
    return found[0] if len(found) == 1 else tuple(np.concatenate(part) for part in zip(*found))


def judged(low, high, lower, upper):
    """Which cells hold exactly one maximum, and which are doubtful."""
    (A0, B0, a0, b0), (A1, B1, a1, b1) = lower, upper
    positive, negative = (A0 > B0) & (A1 > B1), (A0 <= B0) & (A1 <= B1)
    crossing = (A0 > B0) & (A1 <= B1)
    width = high - low
    narrow = width <= NARROWEST * (1 + low)
    one = (a1 > b0) | narrow
    doubtful = ~(one | (a0 < b1))
    if doubtful.any():
        part = np.flatnonzero(doubtful)
        logA0, logB0, logA1, logB1 = (np.log(each[part] + TINY) for each in (A0, B0, A1, B1))
        A = width[part], logA0, logA1, a0[part], a1[part]
        B = width[part], logB0, logB1, b0[part], b1[part]
        clear = (positive[part] & (kink(*A, *B[1:3]) > 0)) | (negative[part] & (kink(*B, *A[1:3]) > 0))
        doubtful[part] = ~clear
    return one & crossing, doubtful


def kink(width, log0, log1, rate0, rate1, chord0, chord1):
    """Height of the tangents of one curve above the chord of another, where the tangents meet."""
    bend = np.where(rate0 > rate1, rate0 - rate1, 1.0)
    place = np.clip((log0 - log1 - rate1 * width) / bend, 0, width)
    return log0 - rate0 * place - chord0 - (chord1 - chord0) * place / width


def guess(low, high, lower, upper, peak):
    """Where B / A, straight when variances are alike, is 1: Hermite's cubic through the ends of a cell."""
    low, width = low[peak], (high - low)[peak]
    (A0, B0, a0, b0), (A1, B1, a1, b1) = lower[:, peak], upper[:, peak]
    ratio0, ratio1 = B0 / A0, B1 / (A1 + TINY)
    part = (1 - ratio0) / (ratio1 - ratio0)
    rise = (ratio1 - ratio0) / np.maximum(width, TINY)
    slope0 = rise / np.maximum(ratio0 * (a0 - b0), rise / 3)
    slope1 = rise / np.maximum(ratio1 * (a1 - b1), rise / 3)
    left = 1 - part
    return low + width * part * (left * left * slope0 + part * (3 - 2 * part) - part * left * slope1)


def refined(data, restricted, columns, low, high, start):
    """Roots of B / A - 1 in brackets."""

    def gap(part):
        def value_and_slope(tau2):
            A, B, a, b = part.at(tau2, restricted)
            ratio = B / (A + TINY)
            return ratio - 1, ratio * (a - b)

        return value_and_slope

    if data.single:
        return np.array([newton(gap(data), *ends) for ends in zip(low.tolist(), high.tolist(), start.tolist())])
    return newton_each(gap(data.take(columns)), low, high, start) if len(columns) else low


def best(data, restricted, at_zero, columns, roots):
    """The candidate of each column with the highest likelihood."""
    tau2 = np.zeros(len(at_zero))
    tau2[columns] = roots
    candidates = np.bincount(columns, minlength=len(tau2)) + at_zero
    several = np.flatnonzero(candidates > 1)
    if len(several):
        chosen = np.isin(columns, several)
        places = np.concatenate([columns[chosen], several[at_zero[several]]])
        values = np.concatenate([roots[chosen], np.zeros(len(places) - chosen.sum())])
        order = np.argsort(data.take(places).loglik(values, restricted), kind="stable")
        for place in order:
            tau2[places[place]] = values[place]
    return tau2
