"""Random- and equal-effects models of one data set: `rma` and its result."""

import math
from dataclasses import dataclass

import numpy as np

from evidence.engine.models import bounds, intervals, printed, regression
from evidence.engine.models.forms import prepare
from evidence.engine.models.tau2 import TAU2
from evidence.engine.models.variances import standard_error_tau2
from evidence.engine.numerics import arguments, distributions

TESTS = ("z", "knha", "adhoc")


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model; see `rma` for what each name holds."""

    yi: np.ndarray
    vi: np.ndarray
    X: np.ndarray
    method: str
    test: str
    level: float
    beta: np.ndarray
    vcov: np.ndarray
    estimate: float
    se: float
    stat: float
    p: float
    df: int | None
    ci_low: float
    ci_high: float
    pi_low: float | None
    pi_high: float | None
    tau2: float
    se_tau2: float
    I2: float
    H2: float
    R2: float | None
    Q: float
    Q_df: int
    Q_p: float
    QM: float
    QM_df: tuple
    QM_p: float
    k: int
    weights: np.ndarray
    loglik: float
    aic: float
    bic: float
    aicc: float

    def __str__(self):
        return printed.text(self)

    def tau2_ci(self, kind="qprofile", level=None):
        """Interval (low, high) of tau2, see `evidence.engine.models.intervals.tau2_interval`."""
        return intervals.tau2_interval(self, kind, self.level if level is None else level)

    def I2_ci(self, kind="qprofile", level=None):
        """Interval of I2, in percent: that of tau2 over itself plus the typical variance."""
        return tuple(100 * bound / (bound + self.typical()) for bound in self.tau2_ci(kind, level))

    def H2_ci(self, kind="qprofile", level=None):
        """Interval of H2: that of tau2 over the typical variance, plus 1."""
        return tuple(bound / self.typical() + 1 for bound in self.tau2_ci(kind, level))

    def typical(self):
        """Typical sampling variance, to which I2 and H2 compare tau2."""
        return regression.typical_variance(self.vi, prepare(self.yi, self.vi, regression.moderators(self.X)))


def result_of_rma(fit):
    """Return `fit` if it is a result of `rma`, else raise ValueError."""
    if not isinstance(fit, Fit):
        raise ValueError(f"fit must be a result of rma, got {type(fit).__name__}")
    return fit


def rma(yi, vi, X=None, method="REML", test="knha", level=0.95, intercept=True):
    """Fit a random-effects model, or a meta-regression.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Effects.
    vi : array_like, shape (k,)
        Sampling variances.
    X : array_like, shape (k,) or (k, q), optional
        Moderators; an intercept is put in front unless a column is constant already.
    method : {"EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"}
        Estimator of tau2. ML and REML find the global maximum.
    test : {"z", "knha", "adhoc"}
        Normal; Knapp-Hartung, t with k - p degrees of freedom; the same never narrower than its plain form.
    level : float
        Level of the intervals.
    intercept : bool
        False: take X as it is.

    Returns
    -------
    Fit
        `estimate se stat p ci_low ci_high` (numbers, or arrays (p,) with moderators), `df` (None for z),
        `pi_low` `pi_high` (prediction interval: t with k - p degrees of freedom, normal for z; None for EE
        and with moderators), `tau2 se_tau2 I2 H2` (percent, from tau2 and the typical variance; from Q for
        EE), `R2` (percent, None without moderators or intercept), `Q Q_df Q_p`, `QM QM_df QM_p` (test of the moderators;
        of the intercept without), `k`, `weights` (percent), `beta` (p,), `vcov` (p, p), `loglik aic bic aicc`
        (restricted for REML).

    Raises
    ------
    ValueError
        For arguments that cannot be fitted, with their name and the first offending index. There must be more
        studies than columns of the design, as many suffice for EE. Also for numbers that doubles cannot carry: effects
        beyond 1e75, variances beyond 1e-150 and 1e150, or more than a factor of 1e60 apart (1e20 with moderators), a
        range of effects whose square is more than 1e60 times the smallest variance.

    Notes
    -----
    beta = (X'WX)^-1 X'Wy with W = diag(1 / (vi + tau2)), variance (X'WX)^-1; Knapp-Hartung multiplies it by
    Y'PY / (k - p), "adhoc" by that or 1, whichever is larger.
    One study: tau2 is 0 and the interval is the study's own, normal whatever the test (`df` is None).
    Effects that agree to the last digit: tau2 is 0; with "knha" the standard error is 0 and the statistic
    infinite.

    References
    ----------
    Viechtbauer 2005, J Educ Behav Stat 30:261-293 [viechtbauer2005]; Hartung & Knapp 2001, Stat Med
    20:3875-3889 [hartung2001]; Knapp & Hartung 2003, Stat Med 22:2693-2710 [knapp2003]; Roever, Knapp &
    Friede 2015, BMC Med Res Methodol 15:99 ("adhoc") [rover2015]; Higgins, Thompson & Spiegelhalter 2009, J R
    Stat Soc A 172:137-159 [higgins2009].
    """
    yi, vi = arguments.studies(yi, vi)
    arguments.choice("method", method, tuple(TAU2))
    arguments.choice("test", test, TESTS)
    arguments.level(level)
    X = regression.design(X, len(yi), intercept)
    k, p = X.shape
    if k < p or (k == p > 1 and method != "EE"):
        raise ValueError(f"X must have fewer columns than there are studies, got {p} columns for {k} studies")
    moderators = regression.moderators(X)
    bounds.tame(yi, vi, moderators is not None)
    data = prepare(yi, vi, moderators)
    tau2 = 0.0 if k == p else TAU2[method](yi, vi, moderators, data)
    return fit_at(yi, vi, X, tau2, method, test, level, data)


def fit_at(yi, vi, X, tau2, method, test, level, data=None):
    """The fit at a given tau2."""
    k, p = X.shape
    data = data or prepare(yi, vi, regression.moderators(X))
    df = None if test == "z" or k == p else k - p
    w = 1 / (vi + tau2)
    beta, vcov = regression.coefficients(yi, w, X)
    vcov = vcov * dispersion(data, tau2, test, df)
    width = distributions.quantile((1 + level) / 2, df)
    numbers = intervals_of(beta, np.sqrt(np.diag(vcov)), width)
    numbers["p"] = distributions.two_sided_p(numbers["stat"], df)
    Q = float(data.q(0.0)[0]) if k > p else 0.0
    results = {
        **(pooled if data.average else regressed)(numbers, vcov, X, df, width, tau2, method), "tau2": tau2,
        "se_tau2": standard_error_tau2(method, tau2, vi, yi, X, data),
        **regression.heterogeneity(tau2, Q, k - p, regression.typical_variance(vi, data), method),
        "Q": Q, "Q_df": k - p, "Q_p": float(distributions.chi2_p(Q, k - p)) if k > p else 1.0,
        "R2": None if data.average else regression.r_squared(tau2, Q, yi, vi, X, method),
        **information(tau2, data, method),
    }  # fmt: skip
    return Fit(
        yi=yi, vi=vi, X=X, method=method, test=test, level=level, beta=beta, vcov=vcov, df=df, k=k,
        weights=100 * w / w.sum(), **results,
    )  # fmt: skip


def pooled(numbers, vcov, X, df, width, tau2, method):
    """What belongs to an average alone: numbers for arrays, prediction interval, QM as its own test."""
    numbers = {name: float(values[0]) for name, values in numbers.items()}
    half = None if method == "EE" else width * math.sqrt(vcov[0, 0] + tau2)
    low, high = (None, None) if half is None else (numbers["estimate"] - half, numbers["estimate"] + half)
    return {
        **numbers,
        "pi_low": low,
        "pi_high": high,
        "QM": numbers["stat"] ** 2,
        "QM_df": (1, df),
        "QM_p": numbers["p"],
    }


def regressed(numbers, vcov, X, df, width, tau2, method):
    """What belongs to a meta-regression alone."""
    return {
        **numbers,
        "pi_low": None,
        "pi_high": None,
        **regression.moderator_test(numbers["estimate"], vcov, X, df),
    }


def dispersion(data, tau2, test, df):
    """Factor on the variances: Y'PY / (k - p) for Knapp-Hartung, at least 1 for "adhoc", 1 for "z"."""
    if df is None:
        return 1.0
    q = float(data.q(tau2 / data.scale)[0]) / df
    return max(1.0, q) if test == "adhoc" else q


def intervals_of(beta, se, width):
    """Estimates, test statistics, and intervals of `width` standard errors to each side.

    Without any spread the statistic is infinite, or 0 for an estimate of 0.
    """
    if se.all():
        stat = beta / se
    else:
        certain = np.where(beta == 0, 0.0, np.copysign(np.inf, beta))
        stat = np.divide(beta, se, out=certain, where=se > 0)
    return {
        "estimate": beta, "se": se, "stat": stat, "ci_low": beta - width * se, "ci_high": beta + width * se,
    }  # fmt: skip


def information(tau2, data, method):
    """Log-likelihood (restricted for REML) with its constants, and AIC, BIC, AICc as metafor defines them."""
    restricted = method == "REML"
    observations = data.k - data.p if restricted else data.k
    value = float(data.loglik(tau2 / data.scale, restricted)) - observations * np.log(2 * np.pi * data.scale) / 2
    number = data.p + (method != "EE")
    corrected = max(observations, number + 2)
    return {
        "loglik": float(value),
        "aic": float(2 * number - 2 * value),
        "bic": float(number * np.log(max(observations, 1)) - 2 * value),
        "aicc": float(2 * number * corrected / (corrected - number - 1) - 2 * value),
    }
