"""`rma`: what each name holds, edge cases, global maxima, errors."""

import numpy as np
import pytest

import evidence as ev
from evidence.engine.models import forms
from evidence.engine.models.tau2 import TAU2

YI = np.array([-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232])
VI = np.array([0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040])
XI = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 1.0, 2.0, 4.0, 0.0, 1.0])


def direct_loglik(yi, vi, X, tau2, restricted):
    """The (restricted) log-likelihood by its definition."""
    S = np.diag(vi + tau2)
    W = np.linalg.inv(S)
    info = X.T @ W @ X
    b = np.linalg.solve(info, X.T @ W @ yi)
    value = np.linalg.slogdet(S)[1] + (yi - X @ b) @ W @ (yi - X @ b) + len(yi) * np.log(2 * np.pi)
    if restricted:
        value += np.linalg.slogdet(info)[1] - np.linalg.slogdet(X.T @ X)[1] - X.shape[1] * np.log(2 * np.pi)
    return -value / 2


@pytest.mark.parametrize("X", [None, XI, np.column_stack([XI, XI**2])], ids=["pool", "one", "two"])
@pytest.mark.parametrize("method", ["ML", "REML"])
def test_likelihood_by_its_definition(X, method):
    fit = ev.rma(YI, VI, X, method=method)
    assert fit.loglik == pytest.approx(direct_loglik(YI, VI, fit.X, fit.tau2, method == "REML"), rel=1e-12)
    p, n = fit.X.shape[1] + 1, 10 - (fit.X.shape[1] if method == "REML" else 0)
    assert fit.aic == pytest.approx(2 * p - 2 * fit.loglik)
    assert fit.bic == pytest.approx(p * np.log(n) - 2 * fit.loglik)
    assert fit.aicc == pytest.approx(2 * p * max(n, p + 2) / (max(n, p + 2) - p - 1) - 2 * fit.loglik)


def test_design_and_shapes():
    pool, one = ev.rma(YI, VI), ev.rma(YI, VI, XI)
    assert isinstance(pool.estimate, float) and pool.X.shape == (10, 1) and pool.R2 is None
    assert one.estimate.shape == one.se.shape == one.p.shape == one.ci_low.shape == (2,)
    assert one.vcov.shape == (2, 2) and one.pi_low is None and one.QM_df == (1, 8) and one.Q_df == one.df == 8
    np.testing.assert_array_equal(one.X, np.column_stack([np.ones(10), XI]))
    with_constant = ev.rma(YI, VI, np.column_stack([XI, np.full(10, 7.0)]))
    np.testing.assert_array_equal(with_constant.X, one.X)
    through_zero = ev.rma(YI, VI, XI, intercept=False)
    assert through_zero.X.shape == (10, 1) and through_zero.estimate.shape == (1,) and through_zero.QM_df == (1, 9)
    assert pool.weights.sum() == pytest.approx(100) and pool.k == 10
    with pytest.raises(AttributeError):
        pool.tau2 = 0


def test_adhoc_takes_the_wider_of_two_variances():
    calm = ev.rma([0.1, 0.1, 0.12], [1.0, 1.0, 1.0], test="knha")
    safe, plain = (ev.rma([0.1, 0.1, 0.12], [1.0, 1.0, 1.0], test=test) for test in ("adhoc", "z"))
    assert calm.se < 0.1 * plain.se
    assert safe.se == pytest.approx(plain.se, rel=1e-14) and safe.df == 2 and safe.ci_high > plain.ci_high
    wild, wide = (ev.rma(YI, VI, test=test, method="EE") for test in ("knha", "adhoc"))
    assert wild.se == wide.se > ev.rma(YI, VI, test="z", method="EE").se


def test_one_study_is_its_own_result():
    for method in TAU2:
        for test in ("z", "knha", "adhoc"):
            fit = ev.rma([0.5], [0.04], method=method, test=test)
            assert (fit.estimate, fit.tau2, fit.df, fit.k, fit.Q, fit.Q_p, fit.I2, fit.H2) == (
                0.5,
                0,
                None,
                1,
                0,
                1,
                0,
                1,
            )
            assert fit.se == pytest.approx(0.2)
            assert fit.ci_low == pytest.approx(0.5 - 1.959963984540054 * 0.2)
            assert np.isnan(fit.se_tau2)
    with pytest.raises(ValueError, match="yi must hold more studies than the design has columns"):
        fit.tau2_ci()


@pytest.mark.parametrize("method", TAU2)
@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_effects_that_agree_to_the_last_digit(method, test):
    fit = ev.rma([0.3, 0.3, 0.3], [0.1, 0.2, 0.4], method=method, test=test)
    assert fit.tau2 == 0 and fit.Q == 0 and fit.I2 == 0 and fit.estimate == pytest.approx(0.3)
    if test == "knha":
        assert fit.se == 0 and fit.p == 0 and np.isinf(fit.stat) and fit.ci_low == fit.ci_high
    batch = ev.rma_batch(np.full((3, 2), 0.3), np.array([[0.1, 1], [0.2, 2], [0.4, 4]]), method=method, test=test)
    assert (batch.tau2 == 0).all()
    if method in ("ML", "REML"):
        assert fit.tau2_ci("profile")[0] == 0
    assert fit.tau2_ci("qprofile") == (0, 0)


@pytest.mark.parametrize("method", TAU2)
def test_effects_that_agree_have_no_slope(method):
    """Slopes, their standard errors and QM are 0 and not what rounding leaves; p is 1."""
    X, vi = np.column_stack([XI, XI**2]), np.geomspace(1e-8, 1, 10)
    one = ev.rma(np.full(10, 0.3), vi, X, method=method)
    many = ev.rma_batch(np.full((10, 1), 0.3), vi[:, None], method, X=X)
    for fit in (one, many):
        assert np.ravel(fit.estimate).tolist() == [0.3, 0, 0] and np.ravel(fit.se).tolist() == [0, 0, 0]
        assert np.ravel(fit.p).tolist() == [0, 1, 1]
        assert np.ravel([fit.tau2, fit.Q, fit.QM, fit.QM_p]).tolist() == [0, 0, 0, 1]


def test_zero_average_of_identical_effects_is_no_evidence():
    fit = ev.rma([0.0, 0.0], [1.0, 2.0])
    assert fit.stat == 0 and fit.p == 1


def test_reml_with_two_maxima():
    """The global one, where programs that climb from a start of their own say 0."""
    yi, vi = [-0.675, 0.740, 0.736, 0.005], [0.230, 0.0037, 0.00092, 0.060]
    fit = ev.rma(yi, vi)
    assert fit.tau2 == pytest.approx(0.28717113322956781, rel=1e-12)
    assert fit.estimate == pytest.approx(0.325, abs=5e-4)
    assert ev.rma_batch(np.c_[yi], np.c_[vi]).tau2[0] == pytest.approx(fit.tau2, rel=1e-12)


def hard_sets(seed, number):
    """Few studies, variances over up to eight orders, effects that disagree in several ways."""
    rng = np.random.default_rng(seed)
    for _ in range(number):
        k = rng.integers(2, 9)
        vi = 10.0 ** rng.uniform(-rng.choice([1, 3, 5, 8]), 0, k)
        kinds = (
            rng.normal(0, np.sqrt(vi + 10.0 ** rng.uniform(-6, 1))),
            rng.standard_t(1, k),
            rng.choice([-1.0, 0.0, 1.0], k) + rng.normal(0, np.sqrt(vi)),
            rng.normal(0, np.sqrt(vi)) * 10.0 ** rng.uniform(-1, 2, k),
        )
        yield kinds[rng.integers(4)], vi, np.column_stack([np.ones(k), rng.normal(size=k)]) if k > 3 else None


def test_no_point_of_a_fine_grid_beats_the_maximum():
    several = 0
    for yi, vi, X in hard_sets(20, 250):
        grid = np.concatenate([[0], np.geomspace(vi.min() / 1e3, 4 * np.ptp(yi) ** 2 + vi.max(), 1500)])
        for design in (None,) if X is None else (None, X):
            data = forms.prepare(yi, vi, design)
            for method, restricted in (("ML", False), ("REML", True)):
                tau2 = TAU2[method](yi, vi, design)
                heights = data.loglik(grid / data.scale, restricted)
                top = data.loglik(np.array([tau2]) / data.scale, restricted)[0]
                assert heights.max() <= top + 1e-9 * (1 + abs(top))
                inner = heights[1:-1]
                peaks = ((inner > heights[:-2]) & (inner >= heights[2:])).sum() + (heights[0] >= heights[1])
                several += peaks > 1
                together = TAU2[method](yi[:, None], vi[:, None], design)[0]
                assert together == pytest.approx(tau2, rel=1e-7, abs=1e-7 * vi.min())
    assert several > 10


def heights(tau2, Y, V, restricted):
    """Twice the (restricted) log-likelihood of each column without constants, by its definition."""
    w = 1 / (V + tau2)
    residuals = Y - (w * Y).sum(0) / w.sum(0)
    value = np.log(w).sum(0) - (w * residuals**2).sum(0)
    return value - np.log(w.sum(0)) if restricted else value


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("k", range(2, 9))
def test_no_point_of_a_fine_grid_beats_two_thousand_hard_sets(k, method):
    """300 sets of each size, variances over up to eight orders, all columns of a batch at once."""
    rng = np.random.default_rng(100 + k)
    V = 10.0 ** rng.uniform(-rng.choice([0.5, 2, 4, 8], 300), 0, (k, 300))
    Y = rng.standard_t(2, (k, 300)) * np.sqrt(V) * rng.choice([0.3, 1, 5], 300)
    Y += rng.normal(0, 10.0 ** rng.uniform(-3, 1, 300), (k, 300))
    batch = ev.rma_batch(Y, V, method=method)
    top = heights(batch.tau2, Y, V, method == "REML")
    low, high = V.min(0) / 1e3, 10 * np.ptp(Y, axis=0) ** 2 + V.max(0)
    for tau2 in [0 * low, *(low * (high / low) ** part for part in np.linspace(0, 1, 300))]:
        assert (heights(tau2, Y, V, method == "REML") <= top + 1e-9 * (1 + np.abs(top))).all()


@pytest.mark.parametrize("X", [None, XI], ids=["pool", "regression"])
@pytest.mark.parametrize("method", TAU2)
@pytest.mark.parametrize("unit", [1e6, 1e-6])
def test_units_do_not_matter(method, X, unit):
    one, other = ev.rma(YI, VI, X, method=method), ev.rma(YI * unit, VI * unit**2, X, method=method)
    assert other.tau2 == pytest.approx(one.tau2 * unit**2, rel=1e-12)
    for name in ("estimate", "se", "ci_low", "ci_high"):
        np.testing.assert_allclose(getattr(other, name), np.asarray(getattr(one, name)) * unit, rtol=1e-9)
    for name in ("stat", "p", "Q", "I2", "H2", "QM"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), rtol=1e-9)
    np.testing.assert_allclose(other.tau2_ci(), np.array(one.tau2_ci()) * unit**2, rtol=1e-9)


def test_variances_over_eight_orders():
    """Each estimate solves its own equation, checked by the definition of P."""
    rng = np.random.default_rng(3)
    vi = np.geomspace(1e-8, 1, 9)
    yi = rng.normal(0, np.sqrt(vi + 1e-3))
    for X in (np.ones((9, 1)), np.column_stack([np.ones(9), rng.normal(size=9)])):
        fits = {method: ev.rma(yi, vi, X, method=method) for method in ("PM", "ML", "REML")}
        k, p = X.shape
        for method, fit in fits.items():
            W = np.diag(1 / (vi + fit.tau2))
            P = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
            sides = {
                "PM": (yi @ P @ yi, k - p),
                "ML": (yi @ P @ P @ yi, np.trace(W)),
                "REML": (yi @ P @ P @ yi, np.trace(P)),
            }[method]
            assert sides[0] == pytest.approx(sides[1], rel=1e-7)


@pytest.mark.parametrize("X", [None, XI], ids=["pool", "regression"])
def test_q_profile_bounds_are_quantiles_of_q(X):
    fit = ev.rma(YI, VI, X)
    data = forms.prepare(fit.yi, fit.vi, None if X is None else fit.X)
    quantiles = {None: (19.02276779864, 2.70038949998), 1: (17.53454614, 2.17973075)}[None if X is None else 1]
    for bound, quantile in zip(fit.tau2_ci("qprofile"), quantiles):
        assert data.q(bound / data.scale)[0] == pytest.approx(quantile, rel=1e-8)


def test_intervals_of_I2_and_H2_follow_tau2():
    fit = ev.rma(YI, VI)
    typical = fit.tau2 * (100 / fit.I2 - 1)
    for kind in ("qprofile", "profile"):
        bounds = np.array(fit.tau2_ci(kind))
        np.testing.assert_allclose(fit.I2_ci(kind), 100 * bounds / (bounds + typical))
        np.testing.assert_allclose(fit.H2_ci(kind), 1 + bounds / typical)
    narrow, wide = fit.tau2_ci(level=0.8), fit.tau2_ci()
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_a_long_meta_regression():
    rng = np.random.default_rng(9)
    x, vi = rng.normal(size=1000), 10.0 ** rng.uniform(-3, 1, 1000)
    yi = rng.normal(0.2 + 0.1 * x, np.sqrt(vi + 0.1))
    fit = ev.rma(yi, vi, x)
    W = 1 / (vi + fit.tau2)
    np.testing.assert_allclose(fit.beta, np.linalg.solve(fit.X.T @ (fit.X * W[:, None]), fit.X.T @ (W * yi)), rtol=1e-10)
    assert fit.tau2 == pytest.approx(ev.rma_batch(yi[:, None], vi[:, None], X=x).tau2[0], rel=1e-12)
    assert fit.tau2_ci()[0] < fit.tau2 < fit.tau2_ci()[1]


def test_text():
    assert str(ev.rma(YI, VI, XI)).splitlines() == [
        "Random-effects model: k = 10, REML, knha, t with 8 df",
        "tau2 0.1262   I2 65.3%   H2 2.89   R2 43.4%",
        "Q 24.9778 (df 8), p 0.0016",
        "QM 6.4180 (df 1, 8), p 0.0351",
        "   estimate         se       stat          p     ci_low    ci_high",
        "    -0.1533     0.2000    -0.7668     0.4652    -0.6145     0.3078",
        "     0.1497     0.0591     2.5334     0.0351     0.0134     0.2859",
    ]
    assert str(ev.rma([1e-6, 2e-6], [1.0, 1.0], test="z", method="EE")).splitlines()[0] == "Equal-effects model: k = 2, EE, normal"


def test_R2_of_equal_effects_is_that_of_weighted_least_squares():
    sm = pytest.importorskip("statsmodels.api")
    expected = sm.WLS(YI, sm.add_constant(XI), weights=1 / VI).fit().rsquared_adj
    assert expected > 0
    assert ev.rma(YI, VI, XI, method="EE").R2 == pytest.approx(100 * expected, rel=1e-10)
    assert ev.rma(YI, VI, XI[::-1], method="EE").R2 == 0


def test_no_R2_without_an_intercept():
    for method in ("EE", "REML"):
        assert ev.rma(YI, VI, XI, method=method, intercept=False).R2 is None
        assert ev.rma(YI, VI, np.c_[XI, np.ones(10)], method=method, intercept=False).R2 is not None


@pytest.mark.parametrize("test", ["z", "knha"])
def test_the_intercept_is_found_in_any_column(test):
    """QM tests what is not the intercept, wherever that stands."""
    first = ev.rma(YI, VI, XI, test=test)
    last = ev.rma(YI, VI, np.c_[XI, np.ones(10)], test=test, intercept=False)
    assert last.beta[::-1] == pytest.approx(first.beta, rel=1e-10)
    assert (last.QM, last.QM_p, last.R2) == pytest.approx((first.QM, first.QM_p, first.R2), rel=1e-9)
    assert last.QM_df == first.QM_df == (1, first.df)
    batch = ev.rma_batch(YI[:, None], VI[:, None], test=test, X=np.c_[XI, np.ones(10)], intercept=False)
    assert batch.QM[0] == pytest.approx(first.QM, rel=1e-9)


def test_as_many_coefficients_as_studies_leave_nothing_under_equal_effects():
    """The line through two points: y = 1 + 3 x, variances 1 and 1 + 1."""
    line = ev.rma([1.0, 4.0], [1.0, 1.0], [0.0, 1.0], method="EE")
    assert line.beta == pytest.approx([1, 3], abs=1e-12) and line.se == pytest.approx([1, np.sqrt(2)], rel=1e-12)
    assert (line.Q, line.Q_df, line.Q_p, line.df, line.R2) == (0, 0, 1, None, None)
    assert line.QM == pytest.approx(4.5, rel=1e-12)


ERRORS = [
    (dict(yi=[1, np.nan], vi=[1, 1]), r"yi\[1\] must be a finite number, got nan"),
    (dict(yi=[1, np.inf], vi=[1, 1]), r"yi\[1\] must be a finite number, got inf"),
    (dict(yi=[1, 2], vi=[1, 0]), r"vi\[1\] must be above zero, got 0.0"),
    (dict(yi=[1, 2], vi=[-1, 0]), r"vi\[0\] must be above zero, got -1.0"),
    (dict(yi=[1, 2], vi=[1, np.nan]), r"vi\[1\] must be a finite number, got nan"),
    (dict(yi=[], vi=[]), "yi must hold at least 1 study, got 0"),
    (dict(yi=[1, 2], vi=[1]), "lengths differ: yi has 2, vi has 1"),
    (dict(yi=["a"], vi=[1]), r"yi must hold numbers, got \['a'\]"),
    (dict(yi=None, vi=[1]), "yi must hold numbers, got None"),
    (dict(yi=[1, 2], vi=[1, 1], intercept="no"), "intercept must be one of True, False, got 'no'"),
    (dict(yi=[1, 2], vi=[1, 1], method=np.array(["REML", "ML"])), "method must be one of 'EE', .*, got array"),
    (dict(yi=[1, 2], vi=[1, 1], test=["z"]), r"test must be one of 'z', 'knha', 'adhoc', got \['z'\]"),
    (dict(yi=[1, 2], vi=[1, 1], level="a"), "level must be between 0 and 1, got 'a'"),
    (dict(yi=[1, 2], vi=[1, 1], level=None), "level must be between 0 and 1, got None"),
    (dict(yi=[1, 2], vi=[1, 1], method="FE"), "method must be one of 'EE', 'DL', .*'PM', got 'FE'"),
    (dict(yi=[1, 2], vi=[1, 1], test="t"), "test must be one of 'z', 'knha', 'adhoc', got 't'"),
    (dict(yi=[1, 2], vi=[1, 1], level=95), "level must be between 0 and 1, got 95"),
    (dict(yi=YI, vi=VI, X=XI[:9]), "lengths differ: X has 9, yi has 10"),
    (dict(yi=YI, vi=VI, X=np.where(XI == 8, np.nan, XI)), r"X\[4, 0\] must be a finite number, got nan"),
    (
        dict(yi=YI, vi=VI, X=np.c_[XI, 2 * XI]),
        "X must have linearly independent columns: column 2 of the design",
    ),
    (
        dict(yi=YI, vi=VI, X=np.c_[XI, 0 * XI]),
        "X must have linearly independent columns: column 2 of the design",
    ),
    (dict(yi=YI, vi=VI, X=["a"] * 10), "X must hold numbers"),
    (dict(yi=YI, vi=VI, X=np.ones((10, 1, 1))), r"X must be \(k,\) or \(k, q\), got shape \(10, 1, 1\)"),
    (
        dict(yi=[1, 2], vi=[1, 1], X=[1, 2]),
        "X must have fewer columns than there are studies, got 2 columns for 2 studies",
    ),
]


@pytest.mark.parametrize("arguments, message", ERRORS)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ev.rma(**arguments)


def test_errors_of_intervals():
    with pytest.raises(ValueError, match="kind must be one of 'qprofile', 'profile', got 'wald'"):
        ev.rma(YI, VI).tau2_ci("wald")
    with pytest.raises(ValueError, match="kind 'profile' needs a fit by ML or REML, got DL"):
        ev.rma(YI, VI, method="DL").tau2_ci("profile")
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 1"):
        ev.rma(YI, VI).tau2_ci(level=1)
