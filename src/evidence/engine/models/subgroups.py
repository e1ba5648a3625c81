"""Subgroups and the test of a difference between them."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from evidence.engine.models import bounds
from evidence.engine.models.tau2 import TAU2
from evidence.engine.models.uni import TESTS, fit_at, rma
from evidence.engine.numerics import arguments, distributions


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Fits by label, and the test of a difference between them; see `subgroups`."""

    fits: dict
    Q_between: float
    df: int
    p: float
    tau2: str


def subgroups(yi, vi, labels, method="REML", test="knha", tau2="separate", level=0.95):
    """Fit each subgroup and test whether they differ.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects and sampling variances.
    labels : sequence, length k
        Subgroup of each study.
    method, level
        As in `rma`.
    test : {"z", "knha", "adhoc"}
        Of the fits. The test between subgroups does not depend on it: it weighs the estimates by their plain
        (normal) standard errors, as metafor's `rma` does with a factor, or with separate estimates as
        moderated data.
    tau2 : {"separate", "common"}
        One tau2 a subgroup, or one for all, from a meta-regression on the subgroups.

    Returns
    -------
    Subgroups
        `fits` (a dict by label, in the order of the sorted labels), `Q_between`, `df`, `p`, `tau2`.

    Raises
    ------
    ValueError
        An argument that cannot be used, with its name and the first offending index.

    Notes
    -----
    Q_between = sum wj (mj - m)^2 with wj = 1 / se_j^2 and m the weighted mean of the estimates mj,
    chi-squared with one degree of freedom less than there are subgroups. With one tau2 for all it is the QM
    of a meta-regression on the subgroups. A subgroup of one study has its own interval, normal; with separate
    tau2 its own tau2 is 0.

    References
    ----------
    Borenstein, Hedges, Higgins & Rothstein 2009, Introduction to Meta-Analysis, chapter 19 [borenstein2009].
    """
    yi, vi = arguments.studies(yi, vi)
    labels = known(labels)
    arguments.same_length(yi=yi, labels=labels)
    arguments.choice("method", method, tuple(TAU2))
    arguments.choice("test", test, TESTS)
    arguments.choice("tau2", tau2, ("separate", "common"))
    arguments.level(level)
    names = sorted(set(labels), key=lambda label: (isinstance(label, str), label))
    groups = np.array([names.index(label) for label in labels])
    parts = [groups == number for number in range(len(names))]
    if tau2 == "separate":
        fits = [rma(yi[part], vi[part], method=method, test=test, level=level) for part in parts]
    else:
        bounds.tame(yi, vi, len(names) > 1)
        shared = one_tau2(yi, vi, np.column_stack(parts).astype(float), method)
        fits = [fit_at(yi[part], vi[part], np.ones((part.sum(), 1)), shared, method, test, level) for part in parts]
    Q, df = between(fits), len(names) - 1
    return Subgroups(dict(zip(names, fits)), Q, df, float(distributions.chi2_p(Q, df)) if df else 1.0, tau2)


def known(labels):
    """Labels as a list without missing ones."""
    if not hasattr(labels, "__iter__"):
        raise ValueError(f"labels must be a sequence, got {labels!r}")
    labels = list(labels)
    for index, label in enumerate(labels):
        if not isinstance(label, Hashable) or label is None or label != label:
            raise ValueError(f"labels[{index}] must name a subgroup, got {label}")
    return labels


def one_tau2(yi, vi, X, method):
    """tau2 of a meta-regression on the subgroups; 0 where each is a lone study."""
    k, p = X.shape
    return TAU2[method](yi, vi, X if p > 1 else None) if k > p else 0.0


def between(fits):
    """Weighted sum of squares between the estimates, with the variances of plain (normal) fits."""
    estimate = np.array([fit.estimate for fit in fits])
    w = np.array([(1 / (fit.vi + fit.tau2)).sum() for fit in fits])
    return float(w @ (estimate - (w @ estimate) / w.sum()) ** 2)
