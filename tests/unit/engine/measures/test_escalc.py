"""escalc: worked examples from print, zero rules, alternatives of input."""

import numpy as np
import pytest

import evidence as ev

pytestmark = pytest.mark.filterwarnings("error")

BORENSTEIN_MEANS = {"m1i": 103, "sd1i": 5.5, "n1i": 50, "m2i": 100, "sd2i": 4.5, "n2i": 50}
BORENSTEIN_EVENTS = {"ai": 5, "n1i": 100, "ci": 10, "n2i": 100}
ZEROS = {"ai": [0, 5, 0], "bi": [10, 5, 12], "ci": [4, 3, 0], "di": [6, 7, 9]}


def test_colditz_1994_bcg_trial_1_log_risk_ratio():
    """Aronson 1948: 4 of 123 vaccinated and 11 of 139 controls had tuberculosis."""
    effect = ev.escalc("RR", ai=4, bi=119, ci=11, di=128)
    assert effect.yi == pytest.approx(-0.8893113339, abs=5e-11)
    assert effect.vi == pytest.approx(1 / 4 - 1 / 123 + 1 / 11 - 1 / 139, rel=1e-14)


def test_borenstein_2009_chapter_4_independent_groups():
    """Means 103 and 100, SDs 5.5 and 4.5, 50 people each: D = 3.0, d = 0.5970, g = 0.5924.

    The book's variance of g, 0.0411, is J^2 times that of d; vi is metafor's, with g in it.
    """
    assert ev.escalc("MD", **BORENSTEIN_MEANS).yi[0] == 3
    d = ev.escalc("SMD", correct=False, **BORENSTEIN_MEANS)
    assert (round(d.yi[0], 4), round(d.vi[0], 4)) == (0.5970, 0.0418)
    g = ev.escalc("SMD", **BORENSTEIN_MEANS)
    assert round(g.yi[0], 4) == 0.5924
    assert round((g.yi[0] / d.yi[0]) ** 2 * d.vi[0], 4) == 0.0411
    assert g.vi[0] == pytest.approx(2 / 50 + g.yi[0] ** 2 / 200, rel=1e-14)


def test_borenstein_2009_chapter_4_matched_pairs():
    """Change 3.0 with an SD of 5.5 in 50 pairs: variance 0.6050; the SDs follow from r = 0.7."""
    sd = 5.5 / np.sqrt(2 * (1 - 0.7))
    effect = ev.escalc("MC", m1i=103, m2i=100, sd1i=sd, sd2i=sd, ni=50, ri=0.7)
    assert effect.yi[0] == 3
    assert effect.vi[0] == pytest.approx(0.6050, rel=1e-12)


def test_borenstein_2009_chapter_4_response_ratio():
    """Means 61.515 and 51.015, pooled SD 19.475, 10 people each: R = 1.2058, variance of ln R 0.0246."""
    effect = ev.escalc("ROM", m1i=61.515, sd1i=19.475, n1i=10, m2i=51.015, sd2i=19.475, n2i=10, correct=False)
    assert (round(np.exp(effect.yi[0]), 4), round(effect.vi[0], 4)) == (1.2058, 0.0246)


@pytest.mark.parametrize(("measure", "yi", "vi"), [("RR", -0.6931, 0.2800), ("OR", -0.7472, 0.3216), ("RD", -0.05, 0.0014)])
def test_borenstein_2009_chapter_5_table_5_1(measure, yi, vi):
    """5 of 100 treated and 10 of 100 controls died."""
    effect = ev.escalc(measure, **BORENSTEIN_EVENTS)
    assert (round(effect.yi[0], 4), round(effect.vi[0], 4)) == (yi, vi)


def test_borenstein_2009_chapter_6_correlation():
    """r = 0.50 in 100 people: variance (1 - r^2)^2/99; z = 0.5493 with variance 0.0103."""
    assert ev.escalc("COR", ri=0.5, ni=100).vi[0] == pytest.approx(0.75**2 / 99, rel=1e-14)
    z = ev.escalc("ZCOR", ri=0.5, ni=100)
    assert (round(z.yi[0], 4), round(z.vi[0], 4)) == (0.5493, 0.0103)


def test_miller_1978_page_138_double_arcsine():
    """The four studies of his example; he prints 2 yi and 4 vi."""
    effect = ev.escalc("PFT", xi=[3, 6, 10, 1], ni=[11, 17, 21, 6])
    np.testing.assert_array_equal(np.round(2 * effect.yi, 4), [1.1391, 1.2888, 1.5253, 0.9515])
    np.testing.assert_array_equal(np.round(4 * effect.vi, 4), [0.0870, 0.0571, 0.0465, 0.1538])


def test_correct_false_is_the_plain_log_ratio():
    paired = {"m1i": 70, "sd1i": 28, "m2i": 120, "sd2i": 63, "ni": 10, "ri": 0.8}
    two = {"m1i": 70, "sd1i": 28, "n1i": 10, "m2i": 120, "sd2i": 63, "n2i": 12}
    assert ev.escalc("ROMC", correct=False, **paired).yi[0] == pytest.approx(np.log(70 / 120), rel=1e-15)
    assert ev.escalc("ROM", correct=False, **two).yi[0] == pytest.approx(np.log(70 / 120), rel=1e-15)
    assert ev.escalc("VR", correct=False, **two).yi[0] == pytest.approx(np.log(28 / 63), rel=1e-15)
    assert ev.escalc("CVR", correct=False, **two).yi[0] == pytest.approx(np.log(0.4 / 0.525), rel=1e-14)


def test_correction_of_romc_is_half_the_difference_of_squared_relative_errors():
    numbers = {"m1i": 70, "sd1i": 28, "m2i": 120, "sd2i": 60, "ni": 10, "ri": 0.8}
    plain, corrected = ev.escalc("ROMC", correct=False, **numbers), ev.escalc("ROMC", **numbers)
    assert corrected.yi[0] - plain.yi[0] == pytest.approx((0.4**2 - 0.5**2) / 20, rel=1e-12)
    assert corrected.vi[0] == plain.vi[0] == pytest.approx((0.16 + 0.25 - 2 * 0.8 * 0.2) / 10, rel=1e-14)


def test_unbiasing_factor_nears_its_approximation():
    from evidence.engine.measures.means import unbiasing_factor

    m = np.array([2.0, 10.0, 1e3, 1e6])
    assert unbiasing_factor(m)[0] == pytest.approx(1 / np.sqrt(np.pi), rel=1e-15)
    np.testing.assert_allclose(unbiasing_factor(m)[1:], 1 - 3 / (4 * m[1:] - 1), rtol=4e-4)
    np.testing.assert_allclose(unbiasing_factor(m)[2:], 1 - 3 / (4 * m[2:] - 1), rtol=1e-7)


@pytest.mark.parametrize(
    ("to", "added"),
    [("only0", [True, False, True]), ("all", [True, True, True]), ("if0all", [True, True, True])],
)
def test_zero_rules_add_half(to, added):
    effect = ev.escalc("OR", to=to, **ZEROS)
    a, b, c, d = (np.array(ZEROS[name]) + 0.5 * np.array(added) for name in ("ai", "bi", "ci", "di"))
    np.testing.assert_allclose(effect.yi, np.log(a * d / (b * c)), rtol=1e-13)
    np.testing.assert_allclose(effect.vi, 1 / a + 1 / b + 1 / c + 1 / d, rtol=1e-14)


def test_if0all_adds_nothing_without_a_zero():
    table = {"ai": [3, 5], "bi": [10, 5], "ci": [4, 3], "di": [6, 7]}
    assert (ev.escalc("OR", to="if0all", **table).yi == ev.escalc("OR", to="none", **table).yi).all()


def test_drop00_gives_nan_to_tables_without_events_and_only_to_them():
    effect = ev.escalc("OR", drop00=True, **ZEROS)
    assert np.isnan(effect.yi).tolist() == np.isnan(effect.vi).tolist() == [False, False, True]


def test_drop00_leaves_the_dropped_study_out_of_if0all():
    table = {"ai": [3, 0], "bi": [10, 5], "ci": [4, 0], "di": [6, 7]}
    effect = ev.escalc("OR", to="if0all", drop00=True, **table)
    assert effect.yi[0] == pytest.approx(np.log(3 * 6 / (10 * 4)), rel=1e-13)


def test_drop00_of_rates():
    effect = ev.escalc("IRR", x1i=[0, 4], t1i=[10, 20], x2i=[0, 2], t2i=[10, 20], drop00=True)
    assert np.isnan(effect.yi).tolist() == [True, False]


def test_constant_can_be_chosen():
    effect = ev.escalc("PLO", xi=0, ni=10, add=0.25)
    assert effect.yi[0] == pytest.approx(np.log(0.25 / 10.25), rel=1e-14)


def test_arcsine_measures_add_nothing_unless_told():
    assert ev.escalc("PAS", xi=0, ni=10).yi[0] == 0
    told = ev.escalc("PAS", xi=0, ni=10, add=0.5)
    assert told.yi[0] == pytest.approx(np.arcsin(np.sqrt(0.5 / 11)), rel=1e-14)
    assert ev.escalc("AS", ai=0, bi=10, ci=0, di=12).yi[0] == 0


def test_risk_difference_without_constant():
    effect = ev.escalc("RD", ai=0, n1i=10, ci=2, n2i=8, to="none")
    assert (effect.yi[0], effect.vi[0]) == (-0.25, 2 * 6 / 8**3)


def test_group_sizes_stand_for_the_second_column():
    by_cells = ev.escalc("OR", ai=[4, 6], bi=[119, 300], ci=[11, 29], di=[128, 274])
    by_sizes = ev.escalc("OR", ai=[4, 6], n1i=[123, 306], ci=[11, 29], n2i=[139, 303])
    np.testing.assert_array_equal(by_cells.yi, by_sizes.yi)
    np.testing.assert_array_equal(by_cells.vi, by_sizes.vi)


def test_non_events_stand_for_people():
    by_people, by_rest = ev.escalc("PLN", xi=3, ni=11), ev.escalc("PLN", xi=3, mi=8)
    assert (by_people.yi, by_people.vi) == (by_rest.yi, by_rest.vi)
    assert ev.escalc("PLN", xi=3, ni=11, mi=8).yi == by_rest.yi


def test_scalars_hold_for_every_study():
    numbers = {"m1i": [1, 2, 3], "sd1i": [1, 1, 2], "m2i": 1, "sd2i": [2, 1, 1]}
    short = ev.escalc("MC", ri=0.5, ni=20, **numbers)
    full = ev.escalc("MC", ri=[0.5] * 3, ni=[20] * 3, **numbers)
    np.testing.assert_array_equal(short.vi, full.vi)
    assert short.yi.shape == (3,)


def test_one_study_of_scalars_has_arrays_of_one():
    effect = ev.escalc("MN", mi=10, sdi=2, ni=4)
    assert (effect.yi.tolist(), effect.vi.tolist(), effect.sei.tolist()) == ([10], [1], [1])
    assert effect.measure == "MN"


def test_figures_a_measure_does_not_use_are_not_looked_at():
    numbers = {"m1i": 26, "m2i": 22, "sd1i": 5, "ni": 60, "ri": 0.7}
    assert ev.escalc("SMCR", sd2i=np.nan, **numbers).vi == ev.escalc("SMCR", **numbers).vi


def test_none_means_not_given():
    assert ev.escalc("PR", xi=3, ni=11, mi=None).yi == 3 / 11


def test_effect_cannot_be_changed():
    with pytest.raises(AttributeError):
        ev.escalc("MN", mi=10, sdi=2, ni=4).yi = 3


def test_perfect_correlation_leaves_no_negative_variance():
    effect = ev.escalc("ROMC", m1i=0.1, sd1i=0.03, m2i=0.3, sd2i=0.09, ni=7, ri=1)
    assert effect.vi[0] >= 0
