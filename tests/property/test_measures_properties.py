"""Laws of the effect sizes and conversions that hold for any figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evidence as ev

BUDGET = settings(max_examples=40, deadline=None)

MEAN = st.floats(1, 1000)
SD = st.floats(0.1, 300)
N = st.integers(4, 400)
R = st.floats(-0.95, 0.95)
CELL = st.integers(0, 60)

TWO = st.fixed_dictionaries({"m1i": MEAN, "sd1i": SD, "n1i": N, "m2i": MEAN, "sd2i": SD, "n2i": N})
PAIRED = st.fixed_dictionaries({"m1i": MEAN, "sd1i": SD, "m2i": MEAN, "sd2i": SD, "ni": N, "ri": R})
TABLE = st.fixed_dictionaries({"ai": CELL, "bi": CELL, "ci": CELL, "di": CELL}).filter(
    lambda t: t["ai"] + t["bi"] > 0 and t["ci"] + t["di"] > 0
)
EXCHANGE = {"1": "2", "2": "1"}


def exchanged(numbers):
    """Group 1 for group 2 and the reverse."""
    renamed = {name: "".join(EXCHANGE.get(letter, letter) for letter in name) for name in numbers}
    return {renamed[name]: value for name, value in numbers.items()}


def scaled(numbers, factor):
    """Means and standard deviations in another unit."""
    return {name: value * factor if name[0] in "ms" else value for name, value in numbers.items()}


def same(one, other, sign=1.0, rtol=1e-9):
    """Equal effects (up to sign) and variances; effects to within a small part of their error."""
    np.testing.assert_allclose(one.yi, sign * other.yi, rtol=rtol, atol=rtol * float(one.sei[0]))
    np.testing.assert_allclose(one.vi, other.vi, rtol=rtol)


@pytest.mark.parametrize("measure", ["MD", "SMD", "SMDH", "ROM", "CVR", "VR"])
@given(numbers=TWO)
@BUDGET
def test_exchanging_groups_turns_the_sign(measure, numbers):
    same(ev.escalc(measure, **numbers), ev.escalc(measure, **exchanged(numbers)), sign=-1)


@pytest.mark.parametrize("measure", ["MC", "SMCC", "ROMC"])
@given(numbers=PAIRED)
@BUDGET
def test_exchanging_times_turns_the_sign(measure, numbers):
    same(ev.escalc(measure, **numbers), ev.escalc(measure, **exchanged(numbers)), sign=-1)


@pytest.mark.parametrize("measure", ["SMD", "SMDH", "SMD1", "ROM", "CVR", "VR"])
@given(numbers=TWO, factor=st.sampled_from([1e-6, 0.0347, 28.84, 1e6]))
@BUDGET
def test_units_cancel_between_groups(measure, numbers, factor):
    same(ev.escalc(measure, **numbers), ev.escalc(measure, **scaled(numbers, factor)))


@pytest.mark.parametrize("measure", ["SMCC", "SMCR", "SMCRH", "SMCRP", "ROMC"])
@given(numbers=PAIRED, factor=st.sampled_from([1e-6, 0.0347, 28.84, 1e6]))
@BUDGET
def test_units_cancel_within_people(measure, numbers, factor):
    same(ev.escalc(measure, **numbers), ev.escalc(measure, **scaled(numbers, factor)))


@given(two=TWO, paired=PAIRED, factor=st.sampled_from([1e-6, 28.84, 1e6]))
@BUDGET
def test_differences_scale_with_the_unit(two, paired, factor):
    for measure, numbers in (("MD", two), ("MC", paired)):
        plain, other = ev.escalc(measure, **numbers), ev.escalc(measure, **scaled(numbers, factor))
        np.testing.assert_allclose(other.yi, factor * plain.yi, rtol=1e-9, atol=1e-9 * float(other.sei[0]))
        np.testing.assert_allclose(other.vi, factor**2 * plain.vi, rtol=1e-9)


@given(numbers=TWO)
@BUDGET
def test_uncorrelated_change_is_a_difference_of_independent_means(numbers):
    n = numbers["n1i"]
    shared = {name: numbers[name] for name in ("m1i", "sd1i", "m2i", "sd2i")}
    for paired, two in (("MC", "MD"), ("ROMC", "ROM")):
        same(ev.escalc(paired, ni=n, ri=0, **shared), ev.escalc(two, n1i=n, n2i=n, **shared))


@given(numbers=PAIRED)
@BUDGET
def test_variance_falls_as_the_correlation_rises(numbers):
    grid = np.linspace(-1, 1, 9)
    for measure in ("MC", "ROMC"):
        variances = ev.escalc(measure, **(numbers | {"ri": grid})).vi
        assert (np.diff(variances) < 0).all() and (variances >= 0).all()


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "AS"])
@given(table=TABLE)
@BUDGET
def test_exchanging_rows_turns_the_sign(measure, table):
    turned = {"ai": table["ci"], "bi": table["di"], "ci": table["ai"], "di": table["bi"]}
    same(ev.escalc(measure, **table), ev.escalc(measure, **turned), sign=-1)


@pytest.mark.parametrize("measure", ["OR", "OR2DN", "OR2DL", "RD", "AS"])
@given(table=TABLE)
@BUDGET
def test_counting_non_events_turns_the_sign(measure, table):
    turned = {"ai": table["bi"], "bi": table["ai"], "ci": table["di"], "di": table["ci"]}
    same(ev.escalc(measure, **table), ev.escalc(measure, **turned), sign=-1)


@given(table=TABLE)
@BUDGET
def test_log_odds_ratio_is_a_difference_of_log_odds(table):
    cells = {name: value + 1 for name, value in table.items()}
    first = ev.escalc("PLO", xi=cells["ai"], mi=cells["bi"])
    second = ev.escalc("PLO", xi=cells["ci"], mi=cells["di"])
    whole = ev.escalc("OR", **cells)
    np.testing.assert_allclose(whole.yi, first.yi - second.yi, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(whole.vi, first.vi + second.vi, rtol=1e-12)


@given(rows=st.lists(st.tuples(MEAN, SD, MEAN, SD, N, R), min_size=1, max_size=6))
@BUDGET
def test_studies_do_not_touch_each_other(rows):
    names = ("m1i", "sd1i", "m2i", "sd2i", "ni", "ri")
    together = ev.escalc("ROMC", **dict(zip(names, np.array(rows).T, strict=True)))
    alone = [ev.escalc("ROMC", **dict(zip(names, row, strict=True))) for row in rows]
    np.testing.assert_allclose(together.yi, [effect.yi[0] for effect in alone], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(together.vi, [effect.vi[0] for effect in alone], rtol=1e-13)


@given(sd1=SD, sd2=SD, r=R)
@BUDGET
def test_correlation_returns_from_the_change(sd1, sd2, r):
    change = ev.convert.sd_change(sd1, sd2, r)
    rounding = 1e-14 * (sd1 / sd2 + sd2 / sd1)
    assert ev.convert.r_from_sds(sd1, sd2, change) == pytest.approx(r, abs=1e-13 + rounding)


@given(estimate=st.floats(0.01, 100), p=st.floats(1e-12, 0.999), df=st.one_of(st.none(), st.integers(1, 200)))
@BUDGET
def test_p_returns_from_the_standard_error(estimate, p, df):
    se = ev.convert.se_from_p(estimate, p, df)
    assert ev.convert.p_from_se(-estimate, se, df) == pytest.approx(p, rel=1e-9)


@given(mean=MEAN, sd=SD, n=N)
@BUDGET
def test_interval_returns_its_standard_deviation(mean, sd, n):
    from evidence.engine.numerics.distributions import quantile

    half = quantile(0.975, n - 1) * sd / np.sqrt(n)
    assert ev.convert.sd_from_ci(mean - half, mean + half, n) == pytest.approx(sd, rel=1e-9)


@given(values=st.lists(st.floats(1, 1000), min_size=5, max_size=5, unique=True), n=st.integers(5, 500),
       shift=st.floats(-50, 50), factor=st.floats(0.1, 10))  # fmt: skip
@BUDGET
def test_quantile_estimates_follow_shift_and_unit(values, n, shift, factor):
    names = ("min", "q1", "median", "q3", "max")
    ordered = np.sort(values)
    plain = ev.convert.mean_sd_from_quantiles(**dict(zip(names, ordered, strict=True)), n=n)
    moved = ev.convert.mean_sd_from_quantiles(**dict(zip(names, shift + factor * ordered, strict=True)), n=n)
    assert moved.mean == pytest.approx(shift + factor * plain.mean, abs=1e-9)
    assert moved.sd == pytest.approx(factor * plain.sd, rel=1e-6)
