"""Permutation tests of a pool or of moderators."""

from dataclasses import dataclass
from itertools import product
from math import comb
from numbers import Real

import numpy as np

from evidence.engine.models import regression
from evidence.engine.models.batch import rma_batch
from evidence.engine.models.uni import result_of_rma, rma

NEARLY = 1.5e-8


@dataclass(frozen=True, eq=False)
class Permutations:
    """p-values by permutation; see `permutation_test`."""

    p: np.ndarray
    QM_p: float
    exact: bool
    n: int


def permutation_test(fit, X=None, n=10_000, seed=None):
    """Test a pool, or moderators, by rearranging the data.

    Parameters
    ----------
    fit : Fit
        A fit of `rma`.
    X : array_like, shape (k,) or (k, q), optional
        Moderators to test in a model fitted anew to the data of `fit`; those of `fit` unless given.
    n : int
        Number of arrangements. All are used, once each, where there are no more than n.
    seed : int or numpy.random.Generator, optional
        For the random choice of arrangements.

    Returns
    -------
    Permutations
        `p` (a number for a pool, an array (p,) with moderators) and `QM_p`: the share of arrangements whose
        test statistic is at least as far from 0 as that of the data; `exact`: all arrangements were used;
        `n`: how many.

    Raises
    ------
    ValueError
        One study only, n below 1, a seed that is none, or moderators that cannot be fitted.

    Notes
    -----
    A pool: the signs of the effects are arbitrary if the average is 0, which gives 2^k arrangements.
    Moderators: the rows of X belong to any study if none matters; rows that are alike are not told apart. The
    arrangement that the data have counts among the random ones, so that no p-value is below 1/n. Each
    arrangement is fitted as `fit` was.

    References
    ----------
    Follmann & Proschan 1999, Biometrics 55:732-737 [follmann1999]; Higgins & Thompson 2004, Stat Med
    23:1663-1682 [higgins2004]; Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39 [phipson2010].
    """
    n = whole(n)
    if result_of_rma(fit).k < 2:
        raise ValueError(f"fit must hold at least 2 studies, got {fit.k}")
    if X is not None:
        fit = rma(fit.yi, fit.vi, X, method=fit.method, test=fit.test, level=fit.level)
    random = generator(seed)
    if regression.is_intercept(fit.X):
        signs, exact = (all_signs(fit.k), True) if 2**fit.k <= n else (random_signs(fit.k, n, random), False)
        V = np.repeat(fit.vi[:, None], signs.shape[1], axis=1)
        batch = rma_batch(fit.yi[:, None] * signs, V, fit.method, fit.test)
        return Permutations(share(batch.stat, fit.stat), share(batch.QM, fit.QM), exact, signs.shape[1])
    orders, exact = arrangements(fit.X, n, random)
    rows = np.argsort(row_groups(fit.X), kind="stable")
    batch = rma_batch(fit.yi[orders], fit.vi[orders], fit.method, fit.test, X=fit.X[rows], intercept=False)
    return Permutations(share(batch.stat, fit.stat), share(batch.QM, fit.QM), exact, orders.shape[1])


def whole(n):
    """n as an integer above zero."""
    if isinstance(n, bool) or not (isinstance(n, Real) and n >= 1 and n % 1 == 0):
        raise ValueError(f"n must be a whole number above zero, got {n!r}")
    return int(n)


def generator(seed):
    """Random numbers that start from a seed."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise ValueError(f"seed must be a whole number from 0 or a Generator of NumPy, got {seed!r}") from None


def share(arranged, observed):
    """Share of arrangements at least as extreme, up to rounding."""
    observed = np.asarray(observed)
    extreme = np.abs(arranged) >= np.abs(observed)[..., None] * (1 - NEARLY)
    return extreme.mean(-1) if observed.ndim else float(extreme.mean())


def all_signs(k):
    """Every choice of signs, shape (k, 2^k)."""
    return np.array(list(product((1.0, -1.0), repeat=k))).T


def random_signs(k, n, random):
    """n choices of signs, shape (k, n); the first leaves the data as they are."""
    signs = random.choice([-1.0, 1.0], (k, n))
    signs[:, 0] = 1.0
    return signs


def row_groups(X):
    """Number of the kind of row that each study has, from 0."""
    return np.unique(X, axis=0, return_inverse=True)[1].ravel()


def arrangements(X, n, random):
    """Orders of the studies (k, m) beside the sorted rows of X, and whether they are all there are."""
    groups = row_groups(X)
    sizes = np.bincount(groups)
    total, left = 1, len(groups)
    for size in sizes:
        total *= comb(left, int(size))
        left -= size
    if total <= n:
        every = np.array(list(distinct(sizes.tolist())))
        return np.argsort(every, axis=1, kind="stable").T, True
    orders = random.permuted(np.tile(np.arange(len(groups))[:, None], n), axis=0)
    orders[:, 0] = np.argsort(groups, kind="stable")
    return orders, False


def distinct(sizes):
    """Every way to deal groups of these sizes to the studies."""
    if not any(sizes):
        yield ()
    for group, size in enumerate(sizes):
        if size:
            for rest in distinct([*sizes[:group], size - 1, *sizes[group + 1 :]]):
                yield (group, *rest)
