"""What single studies do to a fit: one left out, or one added at a time."""

import numpy as np

from evidence.arguments import same_length, vector
from evidence.models.distributions import chi2_p
from evidence.models.uni import rma

COLUMNS = ("estimate", "se", "stat", "p", "ci_low", "ci_high", "Q", "Q_p", "tau2", "I2", "H2")


def has_moderators(fit):
    """Whether the design holds more than an intercept."""
    return fit.X.shape[1] > 1 or np.ptp(fit.X) > 0


def without_moderators(fit):
    """Return `fit` if it pools one average, else raise ValueError."""
    if has_moderators(fit):
        raise ValueError(f"fit must have no moderators here, got a design of {fit.X.shape[1]} columns")
    return fit


def leave_one_out(fit, labels=None):
    """Fits without one study at a time, by the method and test of `fit`.

    Parameters
    ----------
    fit : Fit
        A fit of `rma` without moderators and with at least two studies.
    labels : sequence, shape (k,), optional
        Names of the studies for the index; 0 ... k-1 unless given.

    Returns
    -------
    DataFrame
        A row per study left out; columns `estimate`, `se`, `stat`, `p`, `ci_low`,
        `ci_high`, `Q`, `Q_p`, `tau2`, `I2` (percent), `H2`.

    Raises
    ------
    ValueError
        One study only, moderators (`influence` takes them), or labels of another length.

    References
    ----------
    .. [viechtbauer2010b] Viechtbauer W, Cheung MWL. Res Synth Methods 2010;1:112-125.
    """
    return _table(_without_each(without_moderators(fit)), _index(fit, labels))


def cumulative(fit, order=None, labels=None):
    """Fits with one study more at a time, by the method and test of `fit`.

    Parameters
    ----------
    fit : Fit
        A fit of `rma` without moderators.
    order : array_like, shape (k,), optional
        What the studies are sorted by, such as their years; ties keep the order
        of the data, which is the order unless this is given.
    labels : sequence, shape (k,), optional
        Names of the studies for the index; 0 ... k-1 unless given.

    Returns
    -------
    DataFrame
        A row per study added, its index that study; columns as `leave_one_out`.

    Raises
    ------
    ValueError
        Moderators, or an order or labels of another length.

    References
    ----------
    .. [lau1992] Lau J, Antman EM, Jimenez-Silva J, et al. N Engl J Med 1992;327:248-254.
    """
    without_moderators(fit)
    places = np.arange(len(fit.yi))
    if order is not None:
        order = vector("order", order)
        same_length(yi=fit.yi, order=order)
        places = np.argsort(order, kind="stable")
    rows = [_refit(fit, places[: count + 1]) for count in range(len(places))]
    return _table(rows, _index(fit, labels)[places])


def influence(fit, labels=None):
    """Outlier and influence diagnostics, each study left out in turn.

    Parameters
    ----------
    fit : Fit
        A fit of `rma`, with or without moderators.
    labels : sequence, shape (k,), optional
        Names of the studies for the index; 0 ... k-1 unless given.

    Returns
    -------
    DataFrame
        A row per study; metafor's columns: `rstudent`, `dffits`, `cook.d`,
        `cov.r`, `tau2.del`, `QE.del`, `hat`, `weight` (percent), `dfbs` (with
        moderators `dfbs0`, `dfbs1`, ..., one per coefficient), and `inf`, true
        for an influential study.

    Raises
    ------
    ValueError
        Too few studies to leave one out, or a moderator that one study alone identifies.

    Notes
    -----
    With (i) for the fit without study i [viechtbauer2010b]_ (section 2):
    rstudent = (yi - Xi b(i))/sqrt(vi + tau2(i) + Xi V(i) Xi');
    dffits = (Xi b - Xi b(i))/sqrt(s2(i) hii (vi + tau2(i)));
    cook.d = (b - b(i))' V^-1 (b - b(i)); cov.r = det V(i)/det V;
    dfbs = (b - b(i))/sqrt(s2(i) diag((X' W(i) X)^-1)) with all studies in X and
    W(i) = diag(1/(vi + tau2(i))). s2 is the Knapp-Hartung factor, 1 for test "z".
    A study is influential if |dffits| > 3 sqrt(p/(k - p)), if cook.d exceeds the
    median of chi-squared with p df, if hat > 3 p/k, or if a |dfbs| > 1.

    References
    ----------
    .. [viechtbauer2010b] Viechtbauer W, Cheung MWL. Res Synth Methods 2010;1:112-125.
    """
    import pandas

    k, p = fit.X.shape
    left_out = _without_each(fit)
    precision = np.linalg.inv(fit.vcov)
    hat = _hat(fit)
    rows = [_influence_of(i, fit, without, precision, hat[i]) for i, without in enumerate(left_out)]
    table = pandas.DataFrame(rows, index=_index(fit, labels))
    shifts = np.array([_dfbs(fit, without) for without in left_out])
    names = ["dfbs"] if p == 1 else [f"dfbs{j}" for j in range(p)]
    for name, shift in zip(names, shifts.T):
        table[name] = shift
    table["inf"] = (
        (table["dffits"].abs() > 3 * np.sqrt(p / (k - p)))
        | (chi2_p(table["cook.d"].to_numpy(), p) < 0.5)
        | (table["hat"] > 3 * p / k)
        | (np.abs(shifts) > 1).any(axis=1)
    )
    return table


def _influence_of(i, fit, without, precision, hat):
    """Diagnostics of study i, `without` being the fit that leaves it out."""
    Xi, vi = fit.X[i], fit.vi[i]
    shift = fit.beta - without.beta
    variance = vi + without.tau2
    return {
        "rstudent": (fit.yi[i] - Xi @ without.beta) / np.sqrt(variance + Xi @ without.vcov @ Xi),
        "dffits": Xi @ shift / np.sqrt(_dispersion(without) * hat * variance),
        "cook.d": shift @ precision @ shift,
        "cov.r": np.linalg.det(without.vcov) / np.linalg.det(fit.vcov),
        "tau2.del": without.tau2,
        "QE.del": without.Q,
        "hat": hat,
        "weight": fit.weights[i],
    }


def _unscaled_vcov(X, vi, tau2):
    """(X' W X)^-1 with W = diag(1/(vi + tau2))."""
    return np.linalg.inv(X.T @ (X / (vi + tau2)[:, None]))


def _hat(fit):
    """Diagonal of the hat matrix X (X' W X)^-1 X' W."""
    return np.einsum("ip,pq,iq->i", fit.X, _unscaled_vcov(fit.X, fit.vi, fit.tau2), fit.X) / (fit.vi + fit.tau2)


def _dispersion(fit):
    """Factor s2 by which the fit's test widens the variances."""
    return fit.vcov[0, 0] / _unscaled_vcov(fit.X, fit.vi, fit.tau2)[0, 0]


def _dfbs(fit, without):
    """Change of the coefficients in standard errors that know tau2 without the study."""
    errors = _dispersion(without) * np.diag(_unscaled_vcov(fit.X, fit.vi, without.tau2))
    return (fit.beta - without.beta) / np.sqrt(errors)


def _without_each(fit):
    """The k fits that leave one study out."""
    k, p = fit.X.shape
    if k <= p:
        raise ValueError(f"fit must have at least {p + 1} studies to leave one out, got {k}")
    return [_refit(fit, np.delete(np.arange(k), i)) for i in range(k)]


def _refit(fit, places):
    """The fit of the studies at `places`, with the same design, method and test."""
    return rma(
        fit.yi[places], fit.vi[places], fit.X[places] if has_moderators(fit) else None,
        method=fit.method, test=fit.test, level=fit.level, intercept=False,
    )


def _index(fit, labels):
    """Labels of the studies as an array."""
    if labels is None:
        return np.arange(len(fit.yi))
    labels = np.asarray(labels)
    same_length(yi=fit.yi, labels=labels)
    return labels


def _table(fits, index):
    """Fits as rows of a DataFrame with the result names as columns."""
    import pandas

    return pandas.DataFrame([{name: getattr(fit, name) for name in COLUMNS} for fit in fits], index=index)
