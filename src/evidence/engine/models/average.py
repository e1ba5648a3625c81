"""Quadratic forms and traces of averages, see `evidence.engine.models.forms`."""

import numpy as np

from evidence.engine.models.sums import dot, rates


def pooled_forms(w0, s1, s2, s3, t1, t2, t3, u2, u3):
    """Y'PPY, Y'PPPY, tr P and tr PP for an average.

    The most precise study has effect 0 and weight w0; the others are summed: sn = sum(w^n), tn = sum(w^n y),
    un = sum(w^n y^2). Written so that nothing cancels when w0 outweighs the others.
    """
    share = 1 / (w0 + s1)
    mean = t1 * share
    pull = w0 * mean
    slant = t2 - mean * s2
    other = slant + pull * s1
    quadratic = pull * pull + u2 - mean * (t2 + slant)
    cubic = u3 - mean * (2 * t3 - mean * s3) + pull * (slant + other) - other * other * share
    trace = s1 + (w0 * s1 - s2) * share
    first, rest = w0 * share, s2 * share
    trace2 = first * first * (s1 * s1 + 2 * s2) + s2 - 2 * s3 * share + rest * rest
    return quadratic, cubic, trace, trace2


class Mean:
    """One data set and its average."""

    single, average, p = True, True, 1

    def __init__(self, yi, vi):
        first = int(vi.argmin())
        others = np.arange(len(vi)) != first
        self.k, self.scale = len(vi), float(vi[first])
        self.u = vi[others] / self.scale
        y = (yi[others] - yi[first]) / np.sqrt(self.scale)
        self.powers = np.array([np.ones_like(y), y, y * y])
        self.largest = float(self.u.max(initial=1.0))
        self.rss = float(y @ y - y.sum() ** 2 / self.k)

    def take(self, columns):
        return self

    def q(self, tau2):
        """Y'PY and Y'PPY."""
        w = 1 / np.add.outer(self.u, tau2)
        w0 = 1 / (1 + tau2)
        s1, t1, u1 = self.powers @ w
        s2, t2, u2 = self.powers @ (w * w)
        mean = t1 / (w0 + s1)
        return u1 - mean * t1, (w0 * mean) ** 2 + u2 - 2 * mean * t2 + mean * mean * s2

    def at(self, tau2, restricted=True):
        """Y'PPY, tr P (tr W unless restricted) and how fast the logarithm of each falls."""
        w = 1 / np.add.outer(self.u, tau2)
        w0 = 1 / (1 + tau2)
        w2 = w * w
        s1, t1, _ = self.powers @ w
        s2, t2, u2 = self.powers @ w2
        s3, t3, u3 = self.powers @ (w2 * w)
        quadratic, cubic, trace, trace2 = pooled_forms(w0, s1, s2, s3, t1, t2, t3, u2, u3)
        if not restricted:
            trace, trace2 = w0 + s1, w0 * w0 + s2
        return rates(quadratic, cubic, trace, trace2)

    def loglik(self, tau2, restricted=True):
        """Log-likelihood without its constants."""
        x = np.add.outer(self.u, tau2)
        s1, t1, u1 = self.powers @ (1 / x)
        total = 1 / (1 + tau2) + s1
        value = np.log(1 + tau2) + np.log(x).sum(0) + u1 - t1 * t1 / total
        return -(value + np.log(total / self.k)) / 2 if restricted else -value / 2


class Means:
    """Many data sets and their averages, one a column."""

    single, average, p = False, True, 1

    def __init__(self, yi, vi):
        first, columns = vi.argmin(0), np.arange(vi.shape[1])
        present = np.isfinite(vi)
        self.k, self.scale = present.sum(0), vi[first, columns]
        u = vi / self.scale
        y = (yi - yi[first, columns]) / np.sqrt(self.scale)
        if present.all():
            self.largest = u.max(0)
        else:
            self.largest = np.where(present, u, 1.0).max(0)
            y[~present] = 0.0
        u[first, columns] = np.inf
        self.u, self.y, self.yy = u, y, y * y
        self.rss = self.yy.sum(0) - y.sum(0) ** 2 / self.k
        self.room = np.empty((3, *u.shape))

    def take(self, columns):
        part = object.__new__(Means)
        part.room = self.room[:, :, : len(columns)]
        if len(columns) > self.room.shape[2]:
            part.room = np.empty((3, len(self.u), len(columns)))
        for name in ("scale", "k", "largest", "rss"):
            setattr(part, name, getattr(self, name)[columns])
        for name in ("u", "y", "yy"):
            setattr(part, name, np.take(getattr(self, name), columns, axis=1))
        return part

    def q(self, tau2):
        """As `Mean.q`."""
        w = 1 / (self.u + tau2)
        w0 = 1 / (1 + tau2)
        w2 = w * w
        t1 = dot(w, self.y)
        mean = t1 / (w0 + w.sum(0))
        quadratic = (w0 * mean) ** 2 + dot(w2, self.yy) - 2 * mean * dot(w2, self.y) + mean * mean * w2.sum(0)
        return dot(w, self.yy) - mean * t1, quadratic

    def at(self, tau2, restricted=True):
        """As `Mean.at`."""
        w, w2, w3 = self.room
        np.divide(1, np.add(self.u, tau2, out=w), out=w)
        np.multiply(w, w, out=w2)
        np.multiply(w2, w, out=w3)
        w0 = 1 / (1 + tau2)
        y, yy = self.y, self.yy
        s1, s2 = w.sum(0), w2.sum(0)
        quadratic, cubic, trace, trace2 = pooled_forms(w0, s1, s2, w3.sum(0), dot(w, y), dot(w2, y), dot(w3, y), dot(w2, yy), dot(w3, yy))
        if not restricted:
            trace, trace2 = w0 + s1, w0 * w0 + s2
        return rates(quadratic, cubic, trace, trace2)

    def loglik(self, tau2, restricted=True):
        """As `Mean.loglik`."""
        x = self.u + tau2
        w = 1 / x
        t1, total = dot(w, self.y), 1 / (1 + tau2) + w.sum(0)
        value = np.log(1 + tau2) + np.log(np.where(np.isinf(x), 1.0, x)).sum(0) + dot(w, self.yy) - t1 * t1 / total
        return -(value + np.log(total / self.k)) / 2 if restricted else -value / 2
