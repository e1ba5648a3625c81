"""Subgroups and the test of a difference between them."""

from dataclasses import dataclass

import numpy as np

from evidence import arguments
from evidence.models import distributions
from evidence.models.regression import design
from evidence.models.tau2 import TAU2
from evidence.models.uni import Fit, fit_at, rma


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Fits by label, and the test of a difference between them."""

    fits: dict
    Q_between: float
    df: int
    p: float
    tau2: str


def subgroups(yi, vi, labels, method="REML", test="z", tau2="separate", level=0.95):
    """Fit each subgroup and test whether they differ.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
    labels : sequence, length k
        Subgroup of each study.
    method, test, level
        As in `rma`.
    tau2 : {"separate", "common"}
        One tau2 a subgroup, or one for all, from a meta-regression on the subgroups.

    Returns
    -------
    Subgroups
        `fits` (a dict by label, in sorted order), `Q_between`, `df`, `p`.

    Notes
    -----
    Q_between is the weighted sum of squares of the subgroup estimates with weights 1 / se^2, se from the plain
    (normal) fits, against chi-squared.

    References
    ----------
    Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 19 [borenstein2009].
    """
    yi, vi = arguments.studies(yi, vi)
    labels = list(labels)
    arguments.same_length(yi=yi, labels=labels)
    arguments.choice("tau2", tau2, ("separate", "common"))
    names = sorted(set(labels))
    index = np.array([names.index(label) for label in labels])
    parts = [np.flatnonzero(index == number) for number in range(len(names))]
    if tau2 == "separate":
        fits = [rma(yi[rows], vi[rows], method=method, test=test, level=level) for rows in parts]
        plain = [rma(yi[rows], vi[rows], method=method, test="z") for rows in parts]
    else:
        dummies = (index[:, None] == np.arange(len(names))).astype(float)
        X = design(dummies, len(yi), intercept=False)
        common = TAU2[method](yi, vi, X) if len(yi) > len(names) else 0.0
        fits = [at(yi[rows], vi[rows], common, method, test, level) for rows in parts]
        plain = [at(yi[rows], vi[rows], common, method, "z", level) for rows in parts]
    estimate = np.array([fit.estimate for fit in plain])
    w = 1 / np.array([fit.se for fit in plain]) ** 2
    Q = float((w * (estimate - (w * estimate).sum() / w.sum()) ** 2).sum())
    df = len(names) - 1
    return Subgroups(dict(zip(names, fits, strict=True)), Q, df, float(distributions.chi2_p(Q, df)) if df else 1.0, tau2)


def at(yi, vi, tau2, method, test, level) -> Fit:
    """The fit of one subgroup at a given tau2."""
    return fit_at(yi, vi, np.ones((len(yi), 1)), tau2, method, test, level)
