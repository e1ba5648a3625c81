"""What single studies do to a fit: one left out, or one added at a time."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from evidence.engine.models.batch import rma_batch
from evidence.engine.models.uni import result_of_rma, rma
from evidence.engine.numerics.arguments import same_length, vector
from evidence.engine.numerics.distributions import chi2_p

COLUMNS = ("estimate", "se", "stat", "p", "ci_low", "ci_high", "Q", "Q_p", "tau2", "I2", "H2")
NEEDS_THE_OTHERS = ("rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del")
NO_SCATTER = 1e-18


def has_moderators(fit):
    """Whether the design holds more than an intercept."""
    return fit.X.shape[1] > 1 or np.ptp(fit.X) > 0


def without_moderators(fit):
    """Return `fit` if it is a result of `rma` that pools one average, else raise ValueError."""
    if has_moderators(result_of_rma(fit)):
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
    _enough_to_leave_one_out(without_moderators(fit))
    return _table(_averages(fit, ~np.eye(fit.k, dtype=bool)), _index(fit, labels))


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
    places = np.arange(fit.k)
    if order is not None:
        order = vector("order", order)
        same_length(yi=fit.yi, order=order)
        places = np.argsort(order, kind="stable")
    added = np.argsort(places)
    return _table(_averages(fit, added[:, None] <= np.arange(fit.k)), _index(fit, labels)[places])


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
        for an influential study. A study that alone identifies a moderator has
        NaN in all that needs a fit without it, and `inf` by its `hat` alone.

    Raises
    ------
    ValueError
        Too few studies to leave one out, or, for test "knha", a study without which the
        others agree exactly.

    Notes
    -----
    With (i) for the fit without study i [viechtbauer2010b]_ (section 2):
    rstudent = (yi - Xi b(i))/sqrt(s2(i) (vi + tau2(i)) + Xi V(i) Xi'), the statistic of
    a model in which study i has a mean of its own;
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

    k, p = result_of_rma(fit).X.shape
    _enough_to_leave_one_out(fit)
    left_out = _regressions_without(fit) if has_moderators(fit) else _averages_without(fit)
    _scatter_is_left(left_out)
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


@dataclass(frozen=True)
class Without:
    """A fit that leaves one study out; `dispersion` is the factor s2 of its test."""

    beta: np.ndarray
    vcov: np.ndarray
    tau2: float
    Q: float
    dispersion: float


def _averages(fit, present):
    """Fits of the studies marked in each column of `present`, by the method and test of `fit`."""
    Y = np.where(present, fit.yi[:, None], np.nan)
    V = np.where(present, fit.vi[:, None], np.nan)
    return rma_batch(Y, V, method=fit.method, test=fit.test, level=fit.level)


def _averages_without(fit):
    """The k averages that leave one study out."""
    present = ~np.eye(fit.k, dtype=bool)
    batch = _averages(fit, present)
    W = np.sum(present / (fit.vi[:, None] + batch.tau2), axis=0)
    return [
        Without(np.array([estimate]), np.array([[se**2]]), tau2, Q, se**2 * total)
        for estimate, se, tau2, Q, total in zip(batch.estimate, batch.se, batch.tau2, batch.Q, W)
    ]


def _regressions_without(fit):
    """The k regressions that leave one study out, None where the others do not identify the moderators."""
    found = []
    for i in range(fit.k):
        kept = np.arange(fit.k) != i
        try:
            line = rma(fit.yi[kept], fit.vi[kept], fit.X[kept], fit.method, fit.test, intercept=False)
        except ValueError:
            found.append(None)
            continue
        plain = _unscaled_vcov(line.X, line.vi, line.tau2)
        found.append(Without(line.beta, line.vcov, line.tau2, line.Q, line.vcov[0, 0] / plain[0, 0]))
    return found


def _enough_to_leave_one_out(fit):
    """Raise ValueError unless a study can be spared: `rma` fits as many coefficients as studies for an average and EE alone."""
    k, p = fit.X.shape
    least = p + 1 if p == 1 or fit.method == "EE" else p + 2
    if k < least:
        raise ValueError(f"fit must have at least {least} studies to leave one out, got {k}")


def _scatter_is_left(left_out):
    """Raise ValueError if without some study the others agree exactly: no Knapp-Hartung variance."""
    for i, without in enumerate(left_out):
        if without and without.dispersion < NO_SCATTER:
            raise ValueError(f"fit must have test 'z' or 'adhoc': without study {i} the others agree exactly")


def _influence_of(i, fit, without, precision, hat):
    """Diagnostics of study i, `without` being the fit that leaves it out."""
    always = {"hat": hat, "weight": fit.weights[i]}
    if without is None:
        return dict.fromkeys(NEEDS_THE_OTHERS, np.nan) | always
    Xi = fit.X[i]
    shift = fit.beta - without.beta
    variance = without.dispersion * (fit.vi[i] + without.tau2)
    return {
        "rstudent": (fit.yi[i] - Xi @ without.beta) / np.sqrt(variance + Xi @ without.vcov @ Xi),
        "dffits": Xi @ shift / np.sqrt(hat * variance),
        "cook.d": shift @ precision @ shift,
        "cov.r": np.linalg.det(without.vcov) / np.linalg.det(fit.vcov),
        "tau2.del": without.tau2,
        "QE.del": without.Q,
        **always,
    }


def _dfbs(fit, without):
    """Change of the coefficients in standard errors that know tau2 without the study."""
    if without is None:
        return np.full(len(fit.beta), np.nan)
    errors = without.dispersion * np.diag(_unscaled_vcov(fit.X, fit.vi, without.tau2))
    return (fit.beta - without.beta) / np.sqrt(errors)


def _unscaled_vcov(X, vi, tau2):
    """(X' W X)^-1 with W = diag(1/(vi + tau2))."""
    return np.linalg.inv(X.T @ (X / (vi + tau2)[:, None]))


def _hat(fit):
    """Diagonal of the hat matrix X (X' W X)^-1 X' W."""
    leverage = np.einsum("ip,pq,iq->i", fit.X, _unscaled_vcov(fit.X, fit.vi, fit.tau2), fit.X)
    return leverage / (fit.vi + fit.tau2)


def _index(fit, labels):
    """Labels of the studies as an index."""
    import pandas

    if labels is None:
        return pandas.Index(np.arange(fit.k))
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise ValueError(f"labels must be a sequence of {fit.k} names, got {labels!r}")
    labels = list(labels)
    same_length(yi=fit.yi, labels=labels)
    return pandas.Index(labels, tupleize_cols=False)


def _table(fits, index):
    """Results of many fits as a DataFrame with the result names as columns."""
    import pandas

    return pandas.DataFrame({name: getattr(fits, name) for name in COLUMNS}, index=index)
