"""Standard errors of tau2."""

import numpy as np

from evidence.engine.models.tau2 import sidik_jonkman_start


def standard_error_tau2(method, tau2, vi, yi, X, data):
    """Standard error of tau2, NaN where the method has none.

    From the variance of the quadratic form behind the estimate, 2 (k - p) + 4 tau2 tr P + 2 tau2^2 tr PP over
    the square of what the form is divided by (DL, HS), its like for weights that are not 1 / vi (HE, SJ), or
    the inverse of the information (ML, REML; EB and PM share that of Morris); Viechtbauer 2005
    [viechtbauer2005].
    """
    k, p = X.shape
    if method == "EE" or k == p:
        return float("nan")
    if method in ("DL", "HS"):
        _, trace, _, fall = data.at(0.0)
        trace, trace2 = trace / data.scale, trace * fall / data.scale**2
        divisor = trace if method == "DL" else (1 / vi).sum()
        return float(np.sqrt(2 * (k - p) + 4 * tau2 * trace + 2 * tau2**2 * trace2) / divisor)
    if method in ("HE", "SJ"):
        start = 1.0 if method == "HE" else float(sidik_jonkman_start(yi, vi))
        w = np.ones(k) if method == "HE" else 1 / (vi + start)
        one = np.ones(k)
        total = trace_of_two(w, X, vi, vi) + 2 * tau2 * trace_of_two(w, X, vi, one) + tau2**2 * trace_of_two(w, X, one, one)
        return float(start * np.sqrt(2 * total) / (k - p))
    if method in ("ML", "REML"):
        _, trace, _, fall = data.at(tau2 / data.scale, method == "REML")
        return float(data.scale * np.sqrt(2 / (trace * fall)))
    return float(np.sqrt(2 * k**2 / (k - p)) / (1 / (vi + tau2)).sum())


def trace_of_two(w, X, a, b):
    """tr(P diag(a) P diag(b)) = sum of P_ij^2 a_i b_j, in blocks of rows of P = W - W X (X'WX)^-1 X'W."""
    root = np.sqrt(w)
    Q = np.linalg.qr(root[:, None] * X)[0]
    total = 0.0
    for rows in np.array_split(np.arange(len(w)), 1 + len(w) // 500):
        M = -Q[rows] @ Q.T
        M[np.arange(len(rows)), rows] += 1
        total += (a[rows] * w[rows]) @ (M * M) @ (b * w)
    return total
