"""Laws of the small-study methods: order, sign, units, symmetry."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.engine.bias.asymmetry import begg, egger
from evidence.engine.bias.failsafe import fail_safe_n
from evidence.engine.bias.henmi_copas import henmi_copas
from evidence.engine.bias.selection import selection_model
from evidence.engine.bias.trimfill import trim_fill
from evidence.engine.models.diagnostics import influence
from evidence.engine.models.uni import rma

UNITS = st.sampled_from([1e-6, 1e-3, 0.37, 1e3, 1e6])


@st.composite
def meta_analyses(draw, smallest=4, largest=15):
    """Effects with distinct variances and distances, away from ties."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(smallest, largest))
    vi = rng.uniform(0.01, 0.5, k)
    tau2 = draw(st.sampled_from([0.0, 0.05, 0.5]))
    return rng.normal(0.3, np.sqrt(vi + tau2)), vi


@given(meta_analyses(), UNITS)
@settings(max_examples=25, deadline=None)
def test_units_change_nothing_but_the_scale(data, unit):
    yi, vi = data
    small, large = rma(yi, vi), rma(unit * yi, unit**2 * vi)
    for model in ("rma", "lm"):
        assert egger(large, model).stat == pytest.approx(egger(small, model).stat, rel=1e-8, abs=1e-9)
    assert begg(large).tau == begg(small).tau
    assert trim_fill(large, side="left").k0 == trim_fill(small, side="left").k0
    assert fail_safe_n(large.yi, large.vi).fsnum == fail_safe_n(yi, vi).fsnum
    narrow, wide = henmi_copas(yi, vi), henmi_copas(unit * yi, unit**2 * vi)
    assert wide.ci_low == pytest.approx(unit * narrow.ci_low, rel=1e-8)
    assert wide.ci_high == pytest.approx(unit * narrow.ci_high, rel=1e-8)
    for column in ("rstudent", "dffits", "cook.d", "hat"):
        np.testing.assert_allclose(influence(large)[column], influence(small)[column], rtol=1e-8, atol=1e-9)


@given(meta_analyses())
@settings(max_examples=25, deadline=None)
def test_a_turned_sign_turns_the_results(data):
    yi, vi = data
    fit, turned = rma(yi, vi), rma(-yi, vi)
    assert egger(turned).stat == pytest.approx(-egger(fit).stat, rel=1e-8, abs=1e-9)
    assert begg(turned).tau == pytest.approx(-begg(fit).tau, rel=1e-12)
    assert begg(turned, exact=True).p == begg(fit, exact=True).p
    for estimator in ("L0", "R0"):
        left, right = trim_fill(fit, estimator, side="left"), trim_fill(turned, estimator, side="right")
        assert left.k0 == right.k0
        assert left.fit.estimate == pytest.approx(-right.fit.estimate, rel=1e-8, abs=1e-9)
    there, back = henmi_copas(yi, vi), henmi_copas(-yi, vi)
    assert (there.ci_low, there.ci_high) == pytest.approx((-back.ci_high, -back.ci_low), rel=1e-9)
    assert fail_safe_n(-yi, vi).fsnum == fail_safe_n(yi, vi).fsnum


@given(meta_analyses(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_order_of_studies_does_not_matter(data, random):
    yi, vi = data
    order = list(range(len(yi)))
    random.shuffle(order)
    fit, shuffled = rma(yi, vi), rma(yi[order], vi[order])
    assert egger(shuffled).stat == pytest.approx(egger(fit).stat, rel=1e-8, abs=1e-9)
    assert begg(shuffled).p == pytest.approx(begg(fit).p, rel=1e-12)
    assert trim_fill(shuffled, side="right").k0 == trim_fill(fit, side="right").k0
    np.testing.assert_allclose(influence(shuffled)["cook.d"], influence(fit)["cook.d"].iloc[order], rtol=1e-8, atol=1e-10)


@given(st.lists(st.floats(0.1, 3), min_size=2, max_size=8, unique=True), st.floats(-5, 5))
@settings(max_examples=40, deadline=None)
def test_symmetric_data_lack_no_study(distances, centre):
    distances = np.array(distances)
    vi = 0.05 + distances**2 / 4
    yi, vi = np.concatenate([centre - distances, centre + distances]), np.concatenate([vi, vi])
    fit = rma(yi, vi)
    assert trim_fill(fit, side="left").k0 == trim_fill(fit, side="right").k0 == 0
    assert egger(fit).stat == pytest.approx(0, abs=1e-8)


@given(meta_analyses(smallest=12, largest=30), UNITS)
@settings(max_examples=15, deadline=None)
def test_selection_model_is_free_of_units_and_never_below_the_plain_likelihood(data, unit):
    yi, vi = data
    significant = np.sum(yi / np.sqrt(vi) > 1.96)
    if not 2 <= significant <= len(yi) - 2:
        return
    one, other = selection_model(yi, vi), selection_model(unit * yi, unit**2 * vi)
    assert other.estimate == pytest.approx(unit * one.estimate, rel=1e-8, abs=1e-8 * unit * one.se)
    assert other.tau2 == pytest.approx(unit**2 * one.tau2, rel=1e-7, abs=1e-9 * unit**2)
    assert other.delta == pytest.approx(one.delta, rel=1e-7)
    assert one.lrt >= 0
    assert one.lrt == pytest.approx(other.lrt, abs=1e-7)
