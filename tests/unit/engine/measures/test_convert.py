"""Conversions: worked examples from print, scalars and arrays, wrong figures."""

import re

import numpy as np
import pytest

import evidence as ev

pytestmark = pytest.mark.filterwarnings("error")

convert = ev.convert


def test_cochrane_handbook_section_6_5_2_3_difference_with_p():
    """Difference 3.8 with p = 0.008, 25 and 22 people: t = 2.78, SE = 1.37, SD = 4.69."""
    assert round(convert.statistic_from_p(0.008, df=45), 2) == 2.78
    se = convert.se_from_p(3.8, 0.008, df=45)
    assert round(se, 2) == 1.37
    assert convert.sd_from_se_difference(1.37, 25, 22) == pytest.approx(4.69, abs=0.005)
    assert convert.sd_from_se_difference(se, 25, 22) == pytest.approx(4.69, abs=0.02)


def test_cochrane_handbook_section_6_5_2_8_correlation_of_change():
    """SDs 6.4, 7.1 and 4.5 of the change give 0.78; 7.0, 6.9 and 4.2 give 0.82."""
    r = convert.r_from_sds([6.4, 7.0], [7.1, 6.9], [4.5, 4.2])
    assert np.round(r, 2).tolist() == [0.78, 0.82]
    assert convert.sd_change([6.4, 7.0], [7.1, 6.9], r) == pytest.approx([4.5, 4.2], rel=1e-13)


def test_gibb_2016_glucose_infusion_paired_p():
    """12.16 (SE 1.33) on drug and 14.15 (SE 1.55) on placebo, 17 men, paired p = 0.024."""
    se = convert.se_from_p(12.16 - 14.15, 0.024, df=16)
    assert se == pytest.approx(0.79817, abs=5e-6)
    assert convert.r_from_p(12.16, 14.15, 1.33, 1.55, 0.024, 16) == pytest.approx(0.85722, abs=5e-6)
    assert convert.r_from_sds(1.33, 1.55, se) == convert.r_from_p(12.16, 14.15, 1.33, 1.55, 0.024, 16)
    t = 1.99 / se
    assert convert.se_log_ratio_from_t(12.16, 14.15, t) == pytest.approx(np.log(14.15 / 12.16) / t, rel=1e-14)
    assert convert.se_log_ratio_from_p(12.16, 14.15, 0.024, 16) == pytest.approx(convert.se_log_ratio_from_t(12.16, 14.15, t), rel=1e-13)


def test_de_boer_2005_estradiol_standard_errors_fit_and_standard_deviations_do_not():
    """120 (20) to 70 (9) in 10 men with p = 0.006: read as SDs, no correlation could give that p."""
    assert convert.r_from_p(120, 70, 20, 9, 0.006, 9) == pytest.approx(0.79202, abs=5e-6)
    assert convert.r_from_p(120, 70, 20 / np.sqrt(10), 9 / np.sqrt(10), 0.006, 9) < -1


def test_standard_error_and_standard_deviation_of_a_mean():
    assert convert.sd_from_se(1.33, 17) == pytest.approx(1.33 * np.sqrt(17), rel=1e-15)
    assert convert.se_from_sd(12, 16) == 3


def test_confidence_interval_by_t_and_by_normal():
    """t(24, 0.975) = 2.0639 and z = 1.9600, from any table."""
    assert convert.se_from_ci(10, 14, n=25) == pytest.approx(2 / 2.0639, rel=1e-5)
    assert convert.sd_from_ci(10, 14, n=25) == pytest.approx(5 * 2 / 2.0639, rel=1e-5)
    assert convert.se_from_ci(10, 14) == pytest.approx(2 / 1.959964, rel=1e-6)
    assert convert.se_from_ci(10, 14, level=0.9) == pytest.approx(2 / 1.644854, rel=1e-6)


def test_p_returns_from_its_standard_error():
    se = convert.se_from_p([1.5, -2], [0.03, 0.4], df=[8, 30])
    np.testing.assert_allclose(convert.p_from_se([1.5, -2], se, df=[8, 30]), [0.03, 0.4], rtol=1e-12)
    assert convert.p_from_se(1.959963984540054, 1) == pytest.approx(0.05, rel=1e-12)


def test_smallest_p_keeps_its_statistic():
    assert convert.p_from_se(1, convert.se_from_p(1, 1e-300)) == pytest.approx(1e-300, rel=1e-9)


def test_ratio_with_interval():
    """Half to twice: log 2 over the normal quantile, whatever stands in the middle."""
    estimate, se = convert.log_from_ci(0.5, 2)
    assert (estimate, se) == (0, pytest.approx(np.log(2) / 1.959964, rel=1e-6))
    assert convert.log_from_ci(0.5, 2, estimate=0.9).estimate == np.log(0.9)


def test_raw_to_log_of_a_log_normal_outcome():
    """A log-normal with log mean 2 and log SD 0.5 has mean exp(2.125) and SD mean sqrt(e^0.25 - 1)."""
    mean = np.exp(2 + 0.125)
    logs = convert.raw_to_log(mean, mean * np.sqrt(np.exp(0.25) - 1))
    assert logs == pytest.approx((2, 0.5), rel=1e-14)


@pytest.mark.parametrize("n", [10, 25, 100, 1000])
def test_wan_2014_equation_9_is_near_the_expected_range(n):
    """E(range) is the integral of 1 - F^n - (1 - F)^n; the approximation is within 1 percent."""
    from scipy.special import ndtr

    from evidence.engine.measures.quantiles import expected_range

    x = np.linspace(-12, 12, 24001)
    expected = np.trapezoid(1 - ndtr(x) ** n - ndtr(-x) ** n, x)
    assert expected_range(n) == pytest.approx(expected, rel=0.01)


def test_wan_2014_equation_16_nears_the_normal_interquartile_range():
    from evidence.engine.measures.quantiles import expected_iqr

    assert expected_iqr(1e7) == pytest.approx(2 * 0.6744897502, rel=1e-6)


def test_log_scale_route_is_the_plain_route_on_logs():
    numbers = {"q1": [3.0, 5.0], "median": [4.0, 9.0], "q3": [7.0, 20.0]}
    logs = {name: np.log(values) for name, values in numbers.items()}
    for found, expected in zip(
        convert.log_mean_sd_from_quantiles(n=[20, 40], **numbers),
        convert.mean_sd_from_quantiles(n=[20, 40], **logs),
        strict=True,
    ):
        np.testing.assert_array_equal(found, expected)


def test_missing_throughout_is_not_given():
    full = convert.mean_sd_from_quantiles(q1=[1, 2], median=[2, 3], q3=[3, 5], n=20)
    gaps = convert.mean_sd_from_quantiles(min=[None, None], q1=[1, 2], median=[2, 3], q3=[3, 5], max=np.nan, n=[20, 20])
    np.testing.assert_array_equal(full.mean, gaps.mean)
    np.testing.assert_array_equal(full.sd, gaps.sd)


SCALARS = [
    ("sd_from_se", (1.2, 9)),
    ("se_from_sd", (1.2, 9)),
    ("sd_from_ci", (1.0, 2.0, 9)),
    ("se_from_ci", (1.0, 2.0)),
    ("se_from_t", (1.5, -2.5)),
    ("se_from_p", (1.5, 0.02, 8)),
    ("p_from_se", (1.5, 0.5)),
    ("statistic_from_p", (0.02,)),
    ("sd_from_se_difference", (1.2, 9, 11)),
    ("sd_change", (1.2, 1.5, 0.4)),
    ("r_from_sds", (1.2, 1.5, 1.1)),
    ("r_from_p", (3.0, 2.0, 0.5, 0.4, 0.02, 8)),
    ("se_log_ratio_from_t", (3.0, 2.0, 2.2)),
    ("se_log_ratio_from_p", (3.0, 2.0, 0.02, 8)),
]


@pytest.mark.parametrize(("name", "values"), SCALARS)
def test_scalars_give_a_scalar_and_arrays_the_same_numbers(name, values):
    function = getattr(convert, name)
    scalar = function(*values)
    assert isinstance(scalar, float)
    np.testing.assert_array_equal(function(*([value, value] for value in values)), [scalar, scalar])
    np.testing.assert_array_equal(function([values[0]] * 3, *values[1:]), [scalar] * 3)


PAIRS = [
    ("raw_to_log", {"mean": 3.0, "sd": 1.0}),
    ("log_from_ci", {"low": 0.5, "high": 1.5, "estimate": 0.9}),
    ("mean_sd_from_quantiles", {"q1": 3.0, "median": 4.0, "q3": 6.0, "n": 30}),
    ("mean_sd_from_quantiles", {"min": 3.0, "median": 4.0, "max": 6.0, "n": 30}),
    ("log_mean_sd_from_quantiles", {"min": 2.0, "q1": 3.0, "median": 4.0, "q3": 6.0, "max": 9.0, "n": 30}),
]


@pytest.mark.parametrize(("name", "values"), PAIRS)
def test_scalars_give_two_scalars_and_arrays_the_same_numbers(name, values):
    function = getattr(convert, name)
    one = function(**values)
    assert all(isinstance(value, float) for value in one)
    many = function(**{key: [value, value] for key, value in values.items()})
    np.testing.assert_array_equal(many, [[value, value] for value in one])


WRONG = [
    ("sd_from_se", {"se": [1, np.nan], "n": 5}, "se[1] must be a finite number, got nan"),
    ("sd_from_se", {"se": [1, 2], "n": [5, 1]}, "n[1] must be at least 2, got 1.0"),
    ("se_from_sd", {"sd": 0, "n": 5}, "sd[0] must be above zero, got 0.0"),
    ("se_from_sd", {"sd": [1, 2], "n": [5, 6, 7]}, "lengths differ: sd has 2, n has 3"),
    ("se_from_ci", {"low": [1, 3], "high": [2, 2]}, "low[1] must not exceed high[1] = 2.0, got 3.0"),
    ("se_from_ci", {"low": 2, "high": 2}, "low[0] must differ from high[0], got 2.0 for both"),
    ("se_from_ci", {"low": 1, "high": 2, "level": 95},
     "level[0] must lie between 0 and 1, ends left out, got 95.0"),
    ("sd_from_ci", {"low": 1, "high": 2, "n": 1}, "n[0] must be at least 2, got 1.0"),
    ("se_from_t", {"estimate": [1, 2], "t": [2, 0]}, "t[1] must not be zero: no standard error follows"),
    ("se_from_p", {"estimate": 0, "p": 0.5}, "estimate[0] must not be zero: no standard error follows"),
    ("se_from_p", {"estimate": 1, "p": 1}, "p[0] must lie between 0 and 1, ends left out, got 1.0"),
    ("se_from_p", {"estimate": 1, "p": 0.1, "df": 0}, "df[0] must be above zero, got 0.0"),
    ("se_from_p", {"estimate": [1, 2], "p": [0.1] * 3}, "lengths differ: estimate has 2, p has 3"),
    ("p_from_se", {"estimate": 1, "se": -1}, "se[0] must be above zero, got -1.0"),
    ("sd_change", {"sd1": 1, "sd2": 1, "r": -2}, "r[0] must lie between -1 and 1, got -2.0"),
    ("r_from_sds", {"sd1": 1, "sd2": 0, "sd_change": 1}, "sd2[0] must be above zero, got 0.0"),
    ("r_from_p", {"m1": 3, "m2": 3, "se1": 1, "se2": 1, "p": 0.4, "df": 9},
     "m1[0] must differ from m2[0], got 3.0"),
    ("se_log_ratio_from_t", {"m1": -3, "m2": 3, "t": 1}, "m1[0] must be above zero, got -3.0"),
    ("se_log_ratio_from_p", {"m1": 3, "m2": [2, 3], "p": 0.1},
     "m1[1] must differ from m2[1], got 3.0 for both"),
    ("log_from_ci", {"low": 0, "high": 2}, "low[0] must be above zero, got 0.0"),
    ("log_from_ci", {"low": 1, "high": 2, "estimate": 3},
     "estimate[0] must not exceed high[0] = 2.0, got 3.0"),
    ("raw_to_log", {"mean": 3, "sd": 0}, "sd[0] must be above zero, got 0.0"),
    ("mean_sd_from_quantiles", {"q1": 1, "median": 2, "q3": 3, "n": 4}, "n[0] must be at least 5, got 4.0"),
    ("mean_sd_from_quantiles", {"q1": 1, "median": 2, "q3": 1, "n": 9},
     "median[0] must not exceed q3[0] = 1.0, got 2.0"),
    ("mean_sd_from_quantiles", {"q1": 2, "median": 2, "q3": 2, "n": 9},
     "q1[0] must differ from q3[0], got 2.0 for both"),
    ("mean_sd_from_quantiles", {"q1": [1, np.nan], "median": 2, "q3": 3, "n": 9},
     "q1[1] must be a finite number, got nan"),
    ("mean_sd_from_quantiles", {"q1": 1, "q3": 3, "n": 9}, "or all five; each with n; got q1, q3, n"),
    ("mean_sd_from_quantiles", {"q1": 1, "median": 2, "q3": 3},
     "or all five; each with n; got q1, median, q3"),
    ("mean_sd_from_quantiles", {}, "or all five; each with n; got nothing"),
    ("log_mean_sd_from_quantiles", {"q1": 0, "median": 2, "q3": 3, "n": 9},
     "q1[0] must be above zero, got 0.0"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "message"), WRONG)
def test_wrong_figure_is_named(name, values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(convert, name)(**values)
