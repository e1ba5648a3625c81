"""Numbers that doubles cannot carry are refused by name; all others are fitted, whatever their units."""

import re

import numpy as np
import pytest

import evidence as ev
from evidence.engine.models.tau2 import TAU2

CASES = [
    ([0, 1], [1, 1e-300], "{v}[1{at}] must be between 1e-150 and 1e+150, got 1e-300"),
    ([1e300, -1e300], [1e-300, 1e-300], "{y}[0{at}] must be between -1e+75 and 1e+75, got 1e+300"),
    ([1e150, 0], [1, 1], "{y}[0{at}] must be between -1e+75 and 1e+75, got 1e+150"),
    ([0, 1], [1e-10, 1e70], "{v} must be within a factor of 1e+60 of each other, got a factor of 1e+80{column}"),
    ([1e40, 0], [1, 1], "the range of {y}, squared, must be at most 1e+60 times the smallest of {v}, got 1e+80 times{column}"),
]


@pytest.mark.parametrize("yi, vi, told", CASES)
def test_numbers_beyond_doubles(yi, vi, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told.format(y='yi', v='vi', at='', column=''))}$"):
        ev.rma(yi, vi)
    words = told.format(y="Y", v="V", at=", 1", column=" in column 1")
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        ev.rma_batch(np.column_stack([[0.1, 0.2], yi]), np.column_stack([[1, 1], vi]))


@pytest.mark.parametrize("model", [ev.bayes, lambda yi, vi: ev.multilevel(yi, vi, [1, 2]), ev.henmi_copas, ev.selection_model],
                         ids=["bayes", "multilevel", "henmi_copas", "selection_model"])  # fmt: skip
@pytest.mark.parametrize("yi, vi, told", CASES)
def test_the_other_models_refuse_them_too(model, yi, vi, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told.format(y='yi', v='vi', at='', column=''))}$"):
        model(yi, vi)


def test_variances_far_apart_with_moderators():
    yi, vi, X = [0.1, 0.4, 0.2, 0.9], [1, 1, 1, 1e-21], [1, 2, 3, 5]
    told = r"^vi must be within a factor of 1e\+20 of each other, got a factor of 1e\+21$"
    with pytest.raises(ValueError, match=told):
        ev.rma(yi, vi, X=X)
    assert ev.rma(yi, vi).k == 4


def test_subgroups_that_share_their_tau2():
    with pytest.raises(ValueError, match=r"^vi\[3\] must be between 1e-150 and 1e\+150, got 1e-300$"):
        ev.subgroups([0, 1, 2, 3], [1, 1, 1, 1e-300], ["a", "a", "b", "b"], tau2="common")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", TAU2)
@pytest.mark.parametrize("unit", [1e-70, 1e-30, 1e30, 1e70])
def test_units_do_not_matter(method, unit):
    yi, vi = np.array([0.3, -0.8, 1.1, 0.2]), np.array([0.1, 0.3, 0.05, 0.4])
    fit, other = ev.rma(yi, vi, method=method), ev.rma(unit * yi, unit**2 * vi, method=method)
    assert (other.estimate / unit, other.se / unit) == pytest.approx((fit.estimate, fit.se), rel=1e-9)
    assert (other.tau2 / unit**2, other.I2, other.Q) == pytest.approx((fit.tau2, fit.I2, fit.Q), rel=1e-7)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", TAU2)
@pytest.mark.parametrize("yi, vi", [([0, 1e29, 1], [1, 1, 1.1]), ([0, 1, 0.5], [1, 1e-59, 0.3]), ([0, 1e29, 3], [1, 1e59, 1e30])])
def test_what_is_just_within_the_bounds_is_fitted(method, yi, vi):
    fit = ev.rma(yi, vi, method=method)
    assert np.isfinite([fit.estimate, fit.se, fit.tau2, fit.Q]).all()


def test_an_absent_study_has_no_bounds():
    fits = ev.rma_batch([[1.0, 0.2], [np.nan, 0.4]], [[0.1, 0.1], [np.nan, 0.2]])
    assert list(fits.k) == [1, 2] and fits.estimate[0] == 1
