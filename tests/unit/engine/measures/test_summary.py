"""Effects from summary figures, against metafor's formulae and hand calculations."""

import math

import numpy as np
import pytest

import evidence as ev
from evidence.engine.measures import summary


def test_log_mean_and_difference_equal_romc():
    y1, v1 = summary.log_mean([15.0], [5 / np.sqrt(20)])
    y2, v2 = summary.log_mean([10.0], [3 / np.sqrt(20)])
    yi, vi = summary.difference(y1, v1, y2, v2, 0.7)
    theirs = ev.escalc("ROMC", m1i=[15], sd1i=[5], m2i=[10], sd2i=[3], ni=[20], ri=[0.7], correct=False)
    assert yi == pytest.approx(theirs.yi, rel=1e-12)
    assert vi == pytest.approx(theirs.vi, rel=1e-12)


def test_gibb_2016_glucose_infusion_rate():
    """Abstract: 12.16 (SEM 1.33) v. 14.15 (1.55), 17 men twice, P = 0.024."""
    se = summary.se_from_test(12.16 - 14.15, 0.024, 16)
    assert se == pytest.approx(0.798, abs=5e-4)
    assert summary.implied_correlation(1.33**2, 1.55**2, se**2) == pytest.approx(0.857, abs=5e-4)


def test_se_from_test_is_normal_without_df():
    assert summary.se_from_test([1.959963984540054], [0.05], [np.nan]) == pytest.approx([1.0], rel=1e-12)


def test_logarithmic_mean_keeps_the_test_statistic():
    before, after, se = 100.0, 80.0, 4.0
    log_se = se / summary.logarithmic_mean(after, before)
    assert np.log(after / before) / log_se == pytest.approx((after - before) / se, rel=1e-12)
    assert summary.logarithmic_mean(50.0, 50.0) == 50.0


@pytest.mark.parametrize("r", [1e-12, 1e-9, 1e-7, 9e-7, 2e-6, 1e-4, 0.01])
def test_logarithmic_mean_of_almost_equal_numbers_keeps_its_digits(r):
    series = 500 * sum(r**power / math.factorial(power + 1) for power in range(8))  # b (e^r - 1) / r
    assert summary.logarithmic_mean(500 * np.exp(r), 500.0) == pytest.approx(series, rel=5e-10)


def test_pooled_correlation_of_one_is_itself_and_of_two_lies_between():
    assert summary.pooled_correlation([0.8], [10]) == pytest.approx(0.8, rel=1e-12)
    expected = np.tanh((7 * np.arctanh(0.2) + 14 * np.arctanh(0.8)) / 21)
    assert summary.pooled_correlation([0.2, 0.8], [10, 17]) == pytest.approx(expected, rel=1e-12)


def test_composite_of_independent_arms_is_the_fixed_effect_mean():
    y, v = summary.composite([0.2, 0.5, 1.0], [0.1, 0.2, 0.3], [0, 0, 1], 0.0)
    fixed = ev.rma([0.2, 0.5], [0.1, 0.2], method="EE", test="z")
    assert y == pytest.approx([fixed.estimate, 1.0], rel=1e-12)
    assert v == pytest.approx([fixed.se**2, 0.3], rel=1e-12)


def test_composite_of_the_same_people_gains_nothing():
    """Two equal effects with correlation 1 are one effect."""
    y, v = summary.composite([0.2, 0.2], [0.1, 0.1], [0, 0], 1.0)
    assert (y[0], v[0]) == (pytest.approx(0.2), pytest.approx(0.1))


def test_composite_borenstein_2009_chapter_24():
    """Equal variances: v (1 + r) / 2, eq. 24.2 with two outcomes."""
    _, v = summary.composite([0.3, 0.1], [0.05, 0.05], [0, 0], 0.5)
    assert v[0] == pytest.approx(0.05 * 1.5 / 2, rel=1e-12)
