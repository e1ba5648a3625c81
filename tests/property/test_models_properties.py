"""Laws of the pooling models, on data nobody chose."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evidence as ev
from evidence.engine.models import forms
from evidence.engine.models.tau2 import TAU2

BUDGET = settings(max_examples=60, deadline=None, derandomize=True)
METHODS = st.sampled_from(sorted(TAU2))
TESTS = st.sampled_from(["z", "knha", "adhoc"])


@st.composite
def studies(draw, least=2, most=12):
    """Effects with three digits, variances over six orders."""
    k = draw(st.integers(least, most))
    yi = draw(st.lists(st.integers(-3000, 3000), min_size=k, max_size=k))
    vi = draw(st.lists(st.floats(-5, 1), min_size=k, max_size=k))
    return np.array(yi) / 1000, 10.0 ** np.array(vi)


def same(one, other, names, shift=0.0, scale=1.0, spread=None):
    spread = one.se + np.sqrt(one.tau2) + 1e-12 if spread is None else spread
    for name in names:
        assert getattr(other, name) == pytest.approx(scale * getattr(one, name) + shift, rel=1e-8, abs=1e-7 * abs(scale) * spread)


def same_tau2(one, other, scale=1.0):
    assert other.tau2 == pytest.approx(scale * one.tau2, rel=1e-7, abs=1e-7 * scale * one.vi.min())


@BUDGET
@given(studies(), METHODS, TESTS, st.randoms(use_true_random=False))
def test_order_does_not_matter(data, method, test, random):
    yi, vi = data
    order = list(range(len(yi)))
    random.shuffle(order)
    one, other = (
        ev.rma(yi, vi, method=method, test=test),
        ev.rma(yi[order], vi[order], method=method, test=test),
    )
    same_tau2(one, other)
    same(one, other, ("estimate", "se", "ci_low", "ci_high"))


@BUDGET
@given(studies(), METHODS, TESTS)
def test_signs_turn_around(data, method, test):
    yi, vi = data
    one, other = ev.rma(yi, vi, method=method, test=test), ev.rma(-yi, vi, method=method, test=test)
    same_tau2(one, other)
    same(one, other, ("estimate",), scale=-1.0)
    assert other.ci_low == pytest.approx(-one.ci_high, rel=1e-8, abs=1e-9)


@BUDGET
@given(studies(), METHODS, TESTS, st.integers(-50, 50))
def test_a_shift_shifts(data, method, test, shift):
    yi, vi = data
    one, other = ev.rma(yi, vi, method=method, test=test), ev.rma(yi + shift, vi, method=method, test=test)
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-6, abs=1e-6 * np.median(vi))
    assert other.estimate == pytest.approx(one.estimate + shift, rel=1e-9, abs=1e-6 * one.se)
    assert other.Q == pytest.approx(one.Q, rel=1e-6, abs=1e-6)


@BUDGET
@given(studies(), METHODS, TESTS, st.floats(-8, 8))
def test_a_unit_scales(data, method, test, power):
    yi, vi = data
    unit = 10.0**power
    one, other = (
        ev.rma(yi, vi, method=method, test=test),
        ev.rma(yi * unit, vi * unit**2, method=method, test=test),
    )
    same_tau2(one, other, unit**2)
    same(one, other, ("estimate", "se", "ci_low", "ci_high"), scale=unit)
    for name in ("I2", "H2", "Q"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-6)


@BUDGET
@given(studies(least=1), METHODS, TESTS)
def test_numbers_are_finite_and_in_their_range(data, method, test):
    yi, vi = data
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = ev.rma(yi, vi, method=method, test=test)
    assert fit.tau2 >= 0 and np.isfinite(fit.tau2)
    assert yi.min() - 1e-9 <= fit.estimate <= yi.max() + 1e-9
    assert 0 <= fit.I2 <= 100 and fit.H2 >= 0 and 0 <= fit.p <= 1 and 0 <= fit.Q_p <= 1
    assert fit.ci_low <= fit.estimate <= fit.ci_high and np.isfinite(fit.loglik)
    assert fit.weights.sum() == pytest.approx(100)


@BUDGET
@given(studies(), METHODS)
def test_adhoc_is_never_narrower(data, method):
    yi, vi = data
    z, knha, adhoc = (ev.rma(yi, vi, method=method, test=test) for test in ("z", "knha", "adhoc"))
    assert adhoc.se == pytest.approx(max(z.se, knha.se), rel=1e-12)
    assert adhoc.ci_high - adhoc.ci_low >= max(z.ci_high - z.ci_low, knha.ci_high - knha.ci_low) * (1 - 1e-12)


@BUDGET
@given(studies())
def test_q_profile_holds_paule_mandel(data):
    fit = ev.rma(*data, method="PM")
    low, high = fit.tau2_ci("qprofile")
    assume(high > 0)
    assert low * (1 - 1e-9) <= fit.tau2 <= high * (1 + 1e-9)


@BUDGET
@given(studies(least=3), st.sampled_from(["ML", "REML"]))
def test_profile_interval_holds_the_estimate(data, method):
    fit = ev.rma(*data, method=method)
    low, high = fit.tau2_ci("profile")
    assert low <= fit.tau2 < high
    assert fit.tau2_ci("profile", level=0.5)[1] < high


@BUDGET
@given(studies())
def test_paule_mandel_solves_its_equation(data):
    yi, vi = data
    tau2 = TAU2["PM"](yi, vi)
    form = forms.prepare(yi, vi)
    Q = form.q(tau2 / form.scale)[0]
    assert Q == pytest.approx(len(yi) - 1, rel=1e-9) if tau2 > 0 else Q <= len(yi) - 1


@BUDGET
@given(studies(least=4), METHODS, TESTS)
def test_a_constant_beside_a_moderator_changes_nothing(data, method, test):
    yi, vi = data
    x = np.arange(len(yi)) ** 1.5
    one, other = (
        ev.rma(yi, vi, x, method=method, test=test),
        ev.rma(yi, vi, 10 * x - 3, method=method, test=test),
    )
    same_tau2(one, other)
    assert other.estimate[1] == pytest.approx(one.estimate[1] / 10, rel=1e-6, abs=1e-7 * one.se[1])
    assert other.QM == pytest.approx(one.QM, rel=1e-5, abs=1e-6)


@BUDGET
@given(st.lists(studies(least=1, most=7), min_size=1, max_size=4), METHODS, TESTS)
def test_batch_is_the_loop(sets, method, test):
    most = max(len(yi) for yi, _ in sets)
    Y, V = np.full((2, most, len(sets)), np.nan)
    for column, (yi, vi) in enumerate(sets):
        Y[: len(yi), column], V[: len(vi), column] = yi, vi
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        batch = ev.rma_batch(Y, V, method=method, test=test)
    for column, (yi, vi) in enumerate(sets):
        fit = ev.rma(yi, vi, method=method, test=test)
        assert batch.tau2[column] == pytest.approx(fit.tau2, rel=1e-8, abs=1e-10 * vi.min())
        for name in ("estimate", "se", "ci_low", "ci_high"):
            assert getattr(batch, name)[column] == pytest.approx(getattr(fit, name), rel=1e-8, abs=1e-9 * np.sqrt(vi.min()))


@BUDGET
@given(studies(least=3), st.sampled_from(["separate", "common"]))
def test_subgroups_do_not_know_their_names(data, tau2):
    yi, vi = data
    labels = ["a", "b"] * len(yi)
    labels = labels[: len(yi)]
    one = ev.subgroups(yi, vi, labels, tau2=tau2)
    other = ev.subgroups(yi, vi, ["z" if label == "a" else "b" for label in labels], tau2=tau2)
    assert other.Q_between == pytest.approx(one.Q_between, rel=1e-7, abs=1e-9)
    assert other.fits["z"].estimate == pytest.approx(one.fits["a"].estimate, rel=1e-7, abs=1e-9)
