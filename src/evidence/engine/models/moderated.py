"""Quadratic forms and traces of meta-regressions, see `evidence.engine.models.forms`."""

import numpy as np

from evidence.engine.models.sums import dot, rates

LONG = 200


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
        y = yi - origin(yi, vi, X)
        self.z2 = (U.T @ (K.T @ (y - fitted @ (fitted.T @ y)))) ** 2 / self.scale
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
        self.origin = origin(yi, vi, X)
        self.effects = np.where(self.present, yi - self.origin, 0.0)
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
        inverse, left = inverse_triangle(R), self.effects
        beta = 0.0
        for _ in range(2):
            step = np.einsum("iam,am->im", inverse, np.array([dot(q, root * left) for q in basis]))
            beta, left = beta + step, left - self.X @ step
        half = np.einsum("ij,jam->iam", self.back, inverse)
        beta = self.back @ beta
        beta[0] += self.origin
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


class Regression(Regressions):
    """One long data set with moderators: a column of `Regressions`; tau2 may be a number or an array."""

    single = True

    def __init__(self, yi, vi, X):
        super().__init__(yi[:, None], vi[:, None], X)
        self.k, self.scale = len(yi), float(self.scale[0])
        self.largest, self.rss = float(self.largest[0]), float(self.rss[0])

    def take(self, columns):
        return self

    def q(self, tau2):
        return unwrapped(tau2, super().q(tau2))

    def at(self, tau2, restricted=True):
        return unwrapped(tau2, super().at(tau2, restricted))

    def loglik(self, tau2, restricted=True):
        return unwrapped(tau2, (super().loglik(tau2, restricted),))[0]


def origin(yi, vi, X):
    """Where effects are counted from given an intercept: the most precise study, so that equal ones are 0."""
    if not (X[:, 0] == 1).all():
        return 0.0
    return np.take_along_axis(yi, vi.argmin(0, keepdims=True), 0)[0]


def unwrapped(tau2, results):
    """Numbers for a number, arrays for an array."""
    return results if np.ndim(tau2) else tuple(float(each[0]) for each in results)


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
