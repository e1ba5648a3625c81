"""Random- and equal-effects models of one data set: `rma` and its result."""

from dataclasses import dataclass

import numpy as np

from evidence import arguments
from evidence.models import distributions, intervals, regression
from evidence.models.likelihood import generalised_q, loglik
from evidence.models.tau2 import TAU2
from evidence.models.variances import standard_error_tau2

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

    def tau2_ci(self, kind="qprofile", level=None):
        """Interval of tau2, see `evidence.models.intervals`."""
        return intervals.tau2_interval(self, kind, self.level if level is None else level)

    def I2_ci(self, kind="qprofile", level=None):
        """Interval of I2: that of tau2 over itself plus the typical variance."""
        typical = regression.typical_variance(self.vi, self.X)
        low, high = self.tau2_ci(kind, level)
        return 100 * low / (low + typical), 100 * high / (high + typical)


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
        `estimate se stat p ci_low ci_high` (numbers, or arrays (p,) with moderators), `df` (None for z), `pi_low`
        `pi_high` (prediction interval: t with k - p degrees of freedom, normal for z; None for EE and with
        moderators), `tau2 se_tau2 I2 H2` (percent, from tau2 and the typical variance; from Q for EE), `R2` (percent,
        None without moderators), `Q Q_df Q_p`, `QM QM_df QM_p` (test of the moderators; of the intercept without),
        `k`, `weights` (percent), `beta` (p,), `vcov` (p, p), `loglik aic bic aicc` (restricted for REML).

    Raises
    ------
    ValueError
        For arguments that cannot be fitted, with their name and the first offending index.

    Notes
    -----
    One study: tau2 is 0 and the interval is the study's own, normal whatever the test.

    References
    ----------
    Viechtbauer 2005, J Educ Behav Stat 30:261 [viechtbauer2005]; Knapp & Hartung 2003, Stat Med 22:2693, eq. 3
    [knapp2003]; Higgins, Thompson & Spiegelhalter 2009, J R Stat Soc A 172:137, eq. 12 [higgins2009].
    """
    yi, vi = arguments.studies(yi, vi)
    arguments.choice("method", method, tuple(TAU2))
    arguments.choice("test", test, TESTS)
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    X = regression.design(X, len(yi), intercept)
    k, p = X.shape
    if p > k or (p == k and p > 1):
        raise ValueError(f"X must have fewer columns than there are studies, got {p} columns for {k} studies")
    basis = regression.basis(X)
    Y, V = yi[:, None], vi[:, None]
    tau2 = 0.0 if k == p else float(TAU2[method](Y, V, basis)[0])
    return fit_at(yi, vi, X, basis, tau2, method, "z" if k == p else test, level)


def fit_at(yi, vi, X, basis, tau2, method, test, level):
    """The fit at a given tau2."""
    k, p = X.shape
    Y, V = yi[:, None], vi[:, None]
    w = 1 / (vi + tau2)
    beta, vcov = regression.coefficients(yi, w, X)
    df = None if test == "z" else k - p
    if df:
        q = float(generalised_q(np.array([tau2]), Y, V, basis)[0][0]) / (k - p)
        vcov = vcov * (max(1.0, q) if test == "adhoc" else q)
    se = np.sqrt(np.diag(vcov))
    stat = np.divide(beta, se, out=np.where(beta == 0, 0.0, np.copysign(np.inf, beta)), where=se > 0)
    crit = distributions.quantile((1 + level) / 2, df)
    p_values = distributions.two_sided_p(stat, df)
    Q = float(generalised_q(np.zeros(1), Y, V, basis)[0][0])
    heterogeneity = regression.heterogeneity(tau2, Q, vi, X, method)
    plain = p == 1 and basis is None
    half = crit * np.sqrt(vcov[0, 0] + tau2) if plain and method != "EE" else None
    pick = (lambda values: float(values[0])) if plain else (lambda values: values)
    return Fit(
        yi=yi, vi=vi, X=X, method=method, test=test, level=level, beta=beta, vcov=vcov,
        estimate=pick(beta), se=pick(se), stat=pick(stat), p=pick(p_values), df=df,
        ci_low=pick(beta - crit * se), ci_high=pick(beta + crit * se),
        pi_low=None if half is None else float(beta[0] - half), pi_high=None if half is None else float(beta[0] + half),
        tau2=tau2, se_tau2=standard_error_tau2(method, tau2, yi, vi, X), **heterogeneity,
        R2=None if plain else regression.r_squared(tau2, yi, vi, X, method),
        Q=Q, Q_df=k - p, Q_p=float(distributions.chi2_p(Q, k - p)) if k > p else 1.0,
        **regression.moderator_test(beta, vcov, X, df), k=k, weights=100 * w / w.sum(),
        **information(tau2, Y, V, X, basis, method),
    )  # fmt: skip


def information(tau2, Y, V, X, basis, method):
    """Log-likelihood (restricted for REML) with its constants, and AIC, BIC, AICc as metafor defines them."""
    k, p = X.shape
    restricted = method == "REML"
    value = float(loglik(np.array([tau2]), Y, V, basis, restricted)[0])
    observations = k - p if restricted else k
    value -= observations * np.log(2 * np.pi) / 2
    if restricted and basis is None:
        value += np.log(k) / 2
    number = p + (method != "EE")
    corrected = max(observations, number + 2)
    return {
        "loglik": value,
        "aic": 2 * number - 2 * value,
        "bic": number * np.log(max(observations, 1)) - 2 * value,
        "aicc": 2 * number * corrected / (corrected - number - 1) - 2 * value,
    }
