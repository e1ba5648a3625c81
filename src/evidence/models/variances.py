"""Standard errors of tau2."""

import numpy as np


def standard_error_tau2(method, tau2, yi, vi, X):
    """Standard error of tau2, NaN where the method has none.

    From the variance of a quadratic form: 2 (k-p) + 4 tau2 tr P + 2 tau2^2 tr PP over the square of what the
    statistic is divided by (DL, HS), with the V of the effects between (HE, SJ); the inverse information (ML, REML);
    Viechtbauer 2005 eq. 12 and 13 [viechtbauer2005].
    """
    k, p = X.shape
    if method == "EE" or k == p:
        return float("nan")
    if method in ("DL", "HS"):
        w = 1 / vi
        P = projection(w, X)
        divisor = np.trace(P) if method == "DL" else w.sum()
        return float(np.sqrt(2 * (k - p) + 4 * tau2 * np.trace(P) + 2 * tau2**2 * (P * P).sum()) / divisor)
    if method in ("HE", "SJ"):
        start = 1.0 if method == "HE" else float(np.var(yi))
        P = projection(np.ones(k) if method == "HE" else 1 / (vi + start), X)
        PV = P * vi
        total = 2 * (PV * PV.T).sum() + 4 * tau2 * (PV * P).sum() + 2 * tau2**2 * (P * P).sum()
        return float(start * np.sqrt(total) / (k - p))
    w = 1 / (vi + tau2)
    if method == "ML":
        return float(np.sqrt(2 / (w**2).sum()))
    if method == "REML":
        return float(np.sqrt(2 / (projection(w, X) ** 2).sum()))
    return float(np.sqrt(2 * k**2 / (k - p)) / w.sum())


def projection(w, X):
    """P = W - W X (X'WX)^-1 X'W."""
    root = np.sqrt(w)
    Q = np.linalg.qr(root[:, None] * X)[0]
    return np.diag(w) - root[:, None] * (Q @ Q.T) * root
