"""Quadratic forms and traces from which every estimator of tau2 is made.

Notation of Viechtbauer 2005 [viechtbauer2005]: W = diag(1 / (vi + tau2)) and P = W - W X (X'WX)^-1 X'W.
Let K be an orthonormal basis of the residual space of X, lj the eigenvalues of K'VK and zj the contrasts
K'y in the basis of its eigenvectors. Then for every n

    Y'P^nY = sum(zj^2 / (lj + tau2)^n)    and    tr P^n = sum(1 / (lj + tau2)^n),

with min(vi) <= lj <= max(vi). All are positive, fall with tau2, and their logarithms are convex.

Four classes give the same numbers, each the fastest or the most exact for its case:
`Mean` (one data set, an average), `Means` (many), `Contrasts` (one, with moderators) and `Regressions` (many).
Inside them the smallest variance of a data set is the unit of tau2 (`scale` turns it back), so units cannot matter.
"""

import numpy as np

TINY = 1e-300


def prepare(yi, vi, X=None):
    """The data in the form that suits them.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,) or (k, m)
        One data set or m of them; an absent study has an infinite variance.
    X : ndarray, shape (k, p), optional
        Design, shared by all data sets; None for an intercept alone.
    """
    if X is None:
        return Mean(yi, vi) if yi.ndim == 1 else Means(yi, vi)
    return Contrasts(yi, vi, X) if yi.ndim == 1 else Regressions(yi, vi, X)


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


def rates(quadratic, cubic, trace, trace2):
    """Y'PPY, tr P, and how fast the logarithm of each falls with tau2."""
    return quadratic, trace, 2 * cubic / (quadratic + TINY), trace2 / (trace + TINY)


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
        part.room = self.room[:, :, : len(columns)] if len(columns) <= self.u.shape[1] else np.empty((3, len(self.u), len(columns)))
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
        quadratic, cubic, trace, trace2 = pooled_forms(
            w0, s1, s2, w3.sum(0), dot(w, y), dot(w2, y), dot(w3, y), dot(w2, yy), dot(w3, yy)
        )
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


def dot(a, b):
    """Sum of products over studies."""
    return np.einsum("km,km->m", a, b)


class Contrasts:
    """One data set with moderators, by the eigenvalues and contrasts of the module's docstring.

    They come from the singular values of K'V^(1/2), whose small ones keep their digits beside large ones.
    """

    single, average = True, False

    def __init__(self, yi, vi, X):
        self.k, self.p = X.shape
        self.scale = float(vi.min())
        self.u = vi / self.scale
        Q = np.linalg.qr(X / np.abs(X).max(0), mode="complete")[0]
        fitted, K = Q[:, : self.p], Q[:, self.p :]
        U, singular, _ = np.linalg.svd(K.T * np.sqrt(self.u), full_matrices=False)
        self.eigen = singular**2
        self.z2 = (U.T @ (K.T @ (yi - fitted @ (fitted.T @ yi)))) ** 2 / self.scale
        self.largest, self.rss = float(self.u.max()), float(self.z2.sum())

    def take(self, columns):
        return self

    def q(self, tau2):
        """As `Mean.q`."""
        w = 1 / np.add.outer(self.eigen, tau2)
        return self.z2 @ w, self.z2 @ (w * w)

    def at(self, tau2, restricted=True):
        """As `Mean.at`."""
        w = 1 / np.add.outer(self.eigen, tau2)
        w2 = w * w
        x = w if restricted else 1 / np.add.outer(self.u, tau2)
        return rates(self.z2 @ w2, self.z2 @ (w2 * w), x.sum(0), (x * x).sum(0))

    def loglik(self, tau2, restricted=True):
        """As `Mean.loglik`."""
        x = np.add.outer(self.eigen, tau2)
        determinant = x if restricted else np.add.outer(self.u, tau2)
        return -(np.log(determinant).sum(0) + self.z2 @ (1 / x)) / 2


class Regressions:
    """Many data sets with the same moderators, one a column, by Gram-Schmidt on W^(1/2) X."""

    single, average = False, False

    def __init__(self, yi, vi, X):
        largest = np.abs(X).max(0)
        self.X, R = np.linalg.qr(X / largest)
        self.back = np.linalg.inv(R * largest)
        self.p = X.shape[1]
        self.present = np.isfinite(vi)
        self.k = self.present.sum(0)
        self.scale = vi.min(0)
        self.u = vi / self.scale
        self.largest = np.where(self.present, self.u, 1.0).max(0)
        self.effects = np.where(self.present, yi, 0.0)
        self.y = self.effects / np.sqrt(self.scale)
        self.rss = (self.residuals(self.present.astype(float), self.y)[0] ** 2).sum(0)
        root = np.sqrt(1 / self.u)
        fitted_out, _ = self.residuals(root, self.y)
        self.y = np.divide(fitted_out, root, out=np.zeros_like(root), where=self.present)

    def take(self, columns):
        part = object.__new__(Regressions)
        part.X, part.p = self.X, self.p
        for name in ("k", "scale", "largest", "rss"):
            setattr(part, name, getattr(self, name)[columns])
        for name in ("present", "u", "y"):
            setattr(part, name, np.take(getattr(self, name), columns, axis=1))
        return part

    def residuals(self, root, y):
        """Residuals of root * y, and the orthonormal basis of the columns of root * X with its triangle R."""
        basis, R = gram_schmidt([root * x[:, None] for x in self.X.T])
        return without(basis, root * y), (basis, R)

    def coefficients(self, tau2):
        """Coefficients (p, m) and (X'WX)^-1 (p, p, m), in the units of the effects."""
        root = np.sqrt(1 / (self.u + tau2 / self.scale))
        basis, R = gram_schmidt([root * x[:, None] for x in self.X.T])
        z = root * self.effects
        half = np.einsum("ij,jam->iam", self.back, inverse_triangle(R))
        beta = np.einsum("iam,am->im", half, np.array([dot(q, z) for q in basis]))
        return beta, np.einsum("iam,jam->ijm", half, half) * self.scale

    def q(self, tau2):
        """As `Mean.q`."""
        root = np.sqrt(1 / (self.u + tau2))
        z, _ = self.residuals(root, self.y)
        Py = root * z
        return dot(z, z), dot(Py, Py)

    def at(self, tau2, restricted=True):
        """As `Mean.at`."""
        w = 1 / (self.u + tau2)
        root = np.sqrt(w)
        z, (basis, _) = self.residuals(root, self.y)
        Py = root * z
        quadratic = dot(Py, Py)
        PPy = without(basis, root * Py)
        cubic = dot(PPy, PPy)
        if not restricted:
            return rates(quadratic, cubic, w.sum(0), dot(w, w))
        weighted = [w * q for q in basis]
        trace = w.sum(0) - sum(dot(wq, q) for wq, q in zip(weighted, basis))
        trace2 = dot(w, w) - 2 * sum(dot(wq, wq) for wq in weighted)
        trace2 += sum((1 + (a != b)) * dot(weighted[a], basis[b]) ** 2 for a in range(self.p) for b in range(a + 1))
        return rates(quadratic, cubic, trace, trace2)

    def loglik(self, tau2, restricted=True):
        """As `Mean.loglik`."""
        x = self.u + tau2
        z, (_, R) = self.residuals(np.sqrt(1 / x), self.y)
        logdet = 2 * np.log(np.einsum("iim->im", R)).sum(0)
        value = np.log(np.where(self.present, x, 1.0)).sum(0) + dot(z, z)
        return -(value + logdet) / 2 if restricted else -value / 2


def without(basis, z):
    """What is left of z outside the span of an orthonormal basis."""
    for q in basis:
        z = z - q * dot(q, z)
    return z


def gram_schmidt(columns):
    """Orthonormal basis of the columns (list of p arrays (k, m)) and R (p, p, m), columns = basis R."""
    basis, R = [], np.zeros((len(columns), len(columns), columns[0].shape[1]))
    for j, column in enumerate(columns):
        for i, q in enumerate(basis):
            R[i, j] = dot(q, column)
            column = column - R[i, j] * q
        R[j, j] = np.sqrt(dot(column, column))
        basis.append(column / R[j, j])
    return basis, R


def inverse_triangle(R):
    """Inverses of upper triangles (p, p, m)."""
    inverse = np.zeros_like(R)
    for j in range(len(R)):
        inverse[j, j] = 1 / R[j, j]
        for i in reversed(range(j)):
            inverse[i, j] = -dot(R[i, i + 1 : j + 1], inverse[i + 1 : j + 1, j]) / R[i, i]
    return inverse
