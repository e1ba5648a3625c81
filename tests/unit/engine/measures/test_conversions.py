"""From t, F, chi-squared and z to d and r, and between d, r and odds ratios: figures from print and from metafor 5.1.12."""

import re

import numpy as np
import pytest

import evidence as ev
from evidence.engine.measures.means import large_sample_variance, unbiasing_factor

convert = ev.convert


def test_crossover_with_the_average_sd():
    """19.66 (SD 4.88) and 17.97 (SD 6.69) in 22 people: one period's SD gives 0.243, the average SD 0.282 (metafor's SMCRP)."""
    figures = {"m1i": 19.66, "sd1i": 4.88, "m2i": 17.97, "sd2i": 6.69, "ni": 22, "ri": 0.5}
    average = ev.escalc("SMCRP", **figures)
    assert (average.yi[0], average.vi[0]) == pytest.approx((0.282125439225901, 0.0465851528900342), rel=1e-12)
    assert ev.escalc("SMCRP", correct=False, **figures).yi[0] == pytest.approx(0.288624400808859, rel=1e-12)
    assert round(ev.escalc("SMCR", **(figures | {"sd1i": 6.69})).yi[0], 3) == 0.243


def test_without_correlation_the_average_sd_gives_the_difference_of_two_groups():
    twice = ev.escalc("SMCRP", m1i=19.66, sd1i=4.88, m2i=17.97, sd2i=6.69, ni=22, ri=0)
    apart = ev.escalc("SMD", m1i=19.66, sd1i=4.88, n1i=22, m2i=17.97, sd2i=6.69, n2i=22)
    assert (twice.yi[0], twice.vi[0]) == pytest.approx((apart.yi[0], apart.vi[0]), rel=1e-13)


@pytest.mark.parametrize(
    "t, yi, vi",
    [(2.3, 0.697179834073291, 0.101240970705003), (-convert.statistic_from_p(0.03, 40), -0.682106014558008, 0.100993457539024)],
)
def test_hedges_g_from_t_and_from_p_is_metafors(t, yi, vi):
    g = unbiasing_factor(np.array([40.0]))[0] * convert.d_from_t(t, 20, 22)
    assert (g, large_sample_variance(g, 20, 22)) == pytest.approx((yi, vi), rel=1e-12)


def test_fishers_z_from_t_is_metafors():
    assert np.arctanh(convert.r_from_t(2.3, 40)) == pytest.approx(0.356088779993858, rel=1e-12)


def test_t_of_a_correlation_gives_it_back():
    r, n = 0.37, 28
    assert convert.r_from_t(r * np.sqrt((n - 2) / (1 - r**2)), n - 2) == pytest.approx(r, rel=1e-13)


def test_chi_squared_of_a_table_is_its_phi():
    """10 and 20 events of 30 and 40, by hand: the correlation of the two columns of zeros and ones."""
    a, b, c, d = 10, 20, 20, 20
    rows = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [a, b, c, d], axis=0)
    phi = np.corrcoef(rows.T)[0, 1]
    n = a + b + c + d
    assert convert.r_from_chi2(n * phi**2, n) == pytest.approx(abs(phi), rel=1e-12)
    assert convert.r_from_z(np.sqrt(n) * phi, n) == pytest.approx(phi, rel=1e-12)
    assert convert.d_from_chi2(n * phi**2, n) == pytest.approx(2 * abs(phi) / np.sqrt(1 - phi**2), rel=1e-12)


def test_borenstein_2009_chapter_7_odds_ratio_to_d():
    """A log odds ratio of 0.9069 with variance 0.0676 is a d of 0.5000 with variance 0.0205, and back."""
    d, v = convert.d_from_log_odds_ratio(0.9069, 0.0676)
    assert (round(d, 4), round(v, 4)) == (0.5, 0.0205)
    assert convert.log_odds_ratio_from_d(d, v) == pytest.approx((0.9069, 0.0676), rel=1e-13)
    assert np.round(convert.log_odds_ratio_from_d(0.5, 0.0205), 4).tolist() == [0.9069, 0.0674]


def test_borenstein_2009_chapter_7_correlation_and_d():
    """r = 0.50 with variance 0.0058 is d = 1.1547 with variance 0.0550; d with equal groups (a = 4) gives r back."""
    d, v = convert.d_from_r(0.5, 0.0058)
    assert (round(d, 4), round(v, 4)) == (1.1547, 0.055)
    z, v_z = convert.z_from_d(d, v, 50, 50)
    assert np.tanh(z) == pytest.approx(0.5, rel=1e-12)
    assert v_z * (1 - 0.5**2) ** 2 == pytest.approx(0.0058, rel=1e-12)


def test_scalars_give_scalars_and_arrays_arrays():
    assert np.ndim(convert.d_from_t(2.0, 20, 20)) == 0
    assert convert.d_from_t([2.0, -2.0], 20, 20).tolist() == pytest.approx([0.6324555, -0.6324555])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: convert.d_from_t(2, 1, 20), "n1[0] must be at least 2, got 1.0"),
        (lambda: convert.r_from_chi2(-1, 20), "chi2[0] must be at least 0, got -1.0"),
        (lambda: convert.r_from_chi2(21, 20), "r[0] must lie between -1 and 1"),
        (lambda: convert.d_from_chi2(20, 20), "1 - r^2[0] must be above zero, got 0.0"),
        (lambda: convert.r_from_z(9, 20), "r[0] must lie between -1 and 1"),
        (lambda: convert.r_from_t(2, 0), "df[0] must be above zero, got 0.0"),
    ],
)
def test_figures_that_cannot_be(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
