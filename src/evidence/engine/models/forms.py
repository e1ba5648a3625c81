"""Quadratic forms and traces from which every estimator of tau2 is made.

Notation of Viechtbauer 2005 [viechtbauer2005]: W = diag(1 / (vi + tau2)) and P = W - W X (X'WX)^-1 X'W.
Let K be an orthonormal basis of the residual space of X, lj the eigenvalues of K'VK and zj the contrasts
K'y in the basis of its eigenvectors. Then for every n

    Y'P^nY = sum(zj^2 / (lj + tau2)^n)    and    tr P^n = sum(1 / (lj + tau2)^n),

with min(vi) <= lj <= max(vi). All are positive, fall with tau2, and their logarithms are convex.

Five classes give the same numbers, each the fastest or the most exact for its case: `Mean` (one data set, an
average), `Means` (many), `Contrasts` (one, with moderators), `Regression` (one that is long) and
`Regressions` (many). Inside them the smallest variance of a data set is the unit of tau2 (`scale` turns it
back), so that units cannot matter.
"""

from evidence.engine.models.average import Mean, Means
from evidence.engine.models.moderated import LONG, Contrasts, Regression, Regressions


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
    if yi.ndim == 2:
        return Regressions(yi, vi, X)
    return Contrasts(yi, vi, X) if len(yi) <= LONG else Regression(yi, vi, X)
