"""The global maximum of the (restricted) likelihood over tau2 >= 0, for many data sets at once.

Twice the slope of the log-likelihood is A - B with A = Y'PPY and B = tr P (tr W for ML). With the
eigenvalues l of V projected off X, A is a sum of terms u^2 / (l + tau2)^2 and B of terms 1 / (l + tau2),
and no l is below the smallest variance s. So, with t = tau2 + s, A falls at most as 1/t^2 and B at most
as 1/t, and a single value of A and B tells the sign of A - B over a whole interval around it. A root is
found by Newton steps; values on both sides of it then settle the sign everywhere else. Where that fails,
the data set is searched by intervals in `evidence.models.search`. No maximum is missed.
"""

import numpy as np

from evidence.models.likelihood import halves, loglik, residuals, slopes
from evidence.models.search import stationary_points

CHUNK = 400
STEPS = 60
FEW, MANY = 5, 60
CLOSE = 1e-6


def reach(Y, V, Q):
    """Smallest variance; a tau2 beyond which the score is negative; and a guess at its root.

    Beyond max(max vi, 2 RSS / (k - p)), RSS of ordinary least squares: there Y'PPY <= wmax^2 RSS, tr P >= wmin (k - p)
    and wmin >= wmax / 2. The guess is RSS / (k - p) less the mean variance.
    """
    present = np.isfinite(V)
    complete = present.all()
    e, _ = residuals(present.astype(float), Y, Q)
    if not complete:
        e = np.where(present, e, 0.0)
    freedom = present.sum(0) - (1 if Q is None else Q.shape[1])
    finite = V if complete else np.where(present, V, 0.0)
    spread = np.einsum("km,km->m", e, e) / freedom
    guess = np.maximum(spread - finite.sum(0) / present.sum(0), 0.05 * spread)
    return V.min(0), np.maximum(finite.max(0), 2 * spread), guess


def lead_of(A, B):
    """log(B / A), finite where A is nothing: effects that agree to the last digit."""
    return np.log(B / np.maximum(A, 1e-300 * B))


def newton(Y, V, Q, restricted, high, shift, guess):
    """Root of log A - log B in x = log(tau2 + shift) between tau2 = 0 and `high`, by bracketed Newton steps.

    Returns
    -------
    x, rate, lead : ndarray, shape (m,)
        The root, d log(B / A) / dx there, and the log of the ratio of what A and B fall by there.
    """
    low, high, x = np.log(shift), np.log(high + shift), np.log(guess + shift)
    for _ in range(STEPS):
        t = np.exp(x)
        A, B, a, b = slopes(np.maximum(t - shift, 0), Y, V, Q, restricted)
        gap = -lead_of(A, B)
        rate = t * (a / A - b / B)
        above = gap > 0
        low, high = np.where(above, x, low), np.where(above, high, x)
        moved = x + np.divide(gap, rate, out=np.full_like(x, np.inf), where=rate > 0)
        new = np.where((moved >= low) & (moved <= high), moved, (low + high) / 2)
        close = (np.abs(new - x) <= CLOSE).all()
        x = new
        if close:
            break
    return x, rate, np.log(a / b)


def settled(side, edge, root, rate, end, shift, Y, V, Q, restricted, tries):
    """Whether the score keeps its sign from `edge` to `end` (as log(tau2 + shift)), away from `root`.

    `side` is 1 above the root, where the score must be negative, -1 below it, where it must be positive. At x
    with c = side * log(B / A) > 0 the sign is known from x - side c / 2 to x + side c.
    """
    ok = np.zeros(len(edge), bool)
    rows = np.arange(len(edge))
    stride = np.full(len(edge), 0.95)
    for _ in range(tries):
        finished = side * (edge - end) >= 0
        going = ~finished & (stride > 0.05)
        active = np.count_nonzero(going)
        if 2 * active < len(rows) or not active:
            ok[rows] = finished
            if not active:
                return ok
            kept = np.flatnonzero(going)
            rows, edge, root, rate, end, stride, shift = (part[kept] for part in (rows, edge, root, rate, end, stride, shift))
            Y, V = Y.take(kept, 1), V.take(kept, 1)
        x = root + (edge - root) * (1 + stride * rate / (2 - rate))
        x = np.minimum(x, end) if side > 0 else np.maximum(x, end)
        A, B = halves(np.maximum(np.exp(x) - shift, 0), Y, V, Q, restricted)
        clear = side * lead_of(A, B)
        joined = (clear > 0) & (side * (x - edge) <= clear / 2)
        edge = np.where(joined, x + side * clear, edge)
        rate = np.where(joined, np.minimum(clear / np.abs(x - root), 1.6), rate)
        stride = np.where(joined, 0.95, stride / 2)
    ok[rows] = side * (edge - end) >= 0
    return ok


def newton_maximum(Y, V, Q, restricted, tries):
    """tau2 by Newton steps from one start, and whether it is proven to be the global maximum."""
    m = Y.shape[1]
    shift, high, guess = reach(Y, V, Q)
    A, B = halves(np.zeros(m), Y, V, Q, restricted)
    best, proven = np.zeros(m), np.zeros(m, bool)
    bottom, top = np.log(shift), np.log(high + shift)
    for rows in (np.flatnonzero(A > B), np.flatnonzero(A <= B)):
        if not len(rows):
            continue
        whole = len(rows) == m
        y, v, s = (Y, V, shift) if whole else (Y[:, rows], V[:, rows], shift[rows])
        data = (s, y, v, Q, restricted, tries)
        if A[rows[0]] > B[rows[0]]:
            x, rate, lead = newton(y, v, Q, restricted, high[rows], s, guess[rows])
            rate, lead = np.clip(rate, 0.05, 1.6), np.maximum(lead, 0)
            best[rows] = np.maximum(np.exp(x) - s, 0)
            proven[rows] = settled(1, x + lead / 3, x, rate, top[rows], *data) & settled(-1, x - lead / 2, x, rate, bottom[rows], *data)
        else:
            clear, start = lead_of(A[rows], B[rows]), bottom[rows]
            proven[rows] = settled(1, start + clear, start - clear, np.ones(len(rows)), top[rows], *data)
    return best, proven


def maximum(Y, V, Q=None, restricted=True):
    """tau2 at the global maximum.

    Parameters
    ----------
    Y, V : ndarray, shape (k, m)
        Effects and variances, infinite for an absent study.
    Q : ndarray, shape (k, p), optional
        Orthonormal basis of the moderators, intercept included; None for an intercept alone.
    restricted : bool
        REML or ML.

    Returns
    -------
    ndarray, shape (m,)
    """
    V = np.broadcast_to(V, Y.shape)
    m = Y.shape[1]
    best, proven = np.empty(m), np.empty(m, bool)
    for at in range(0, m, CHUNK):
        part = slice(at, at + CHUNK)
        best[part], proven[part] = newton_maximum(Y[:, part], V[:, part], Q, restricted, FEW)
    for solve in (lambda y, v: newton_maximum(y, v, Q, restricted, MANY), lambda y, v: searched(y, v, Q, restricted)):
        left = np.flatnonzero(~proven)
        if len(left):
            best[left], proven[left] = solve(Y[:, left], V[:, left])
    return best


def searched(Y, V, Q, restricted):
    """tau2 at the highest of all maxima, where more than one is possible."""
    shift, high, _ = reach(Y, V, Q)
    column, root = stationary_points(Y, V, Q, restricted, shift, high)
    best = np.zeros(Y.shape[1])
    top = loglik(best, Y, V, Q, restricted)
    value = loglik(root, Y[:, column], V[:, column], Q, restricted)
    for at in np.argsort(value, kind="stable"):
        if value[at] > top[column[at]]:
            top[column[at]], best[column[at]] = value[at], root[at]
    return best, True
