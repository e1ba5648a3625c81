"""Scales of figures: numbers in words and ticks."""

import math

import pytest

from evidence.words.scales import in_words
from evidence.words.ticks import choose_ticks, tick_labels


@pytest.mark.parametrize(
    "name, values, words",
    [
        ("ratio", (math.log(412 / 270.6), math.log(1.38), math.log(1.68)), "+52% (+38% to +68%)"),
        ("ratio", (0.0, -0.001, 0.001), "0.00% (−0.10% to +0.10%)"),
        ("ratio", (math.log(0.2), math.log(0.003), math.log(14.2)), "−80% (−99.7% to +1,320%)"),
        ("ratio", (math.log(0.002), -12.0, 15.0), "−99.8% (<−99.9% to >+99,900%)"),
        ("ratio", (0.1, float("-inf"), float("inf")), "+11% (<−99.9% to >+99,900%)"),
        ("factor", (math.log(0.489), math.log(0.344), math.log(0.696)), "0.49 (0.34 to 0.70)"),
        ("factor", (math.log(23.44), math.log(0.0123), math.log(345)), "23.4 (0.012 to 345)"),
        ("ratio", (0.05, 0.02, 0.08), "+5.1% (+2.0% to +8.3%)"),
        ("ratio", (0.001,), "+0.1%"),
        ("factor", (math.log(0.154), math.log(0.009), math.log(0.9)), "0.15 (0.0090 to 0.90)"),
        ("factor", (math.log(1.021), math.log(1.01), math.log(1.032)), "1.021 (1.010 to 1.032)"),
        ("difference", (-1.234, -2.345, -0.123), "−1.2 (−2.3 to −0.1)"),
        ("difference", (-0.028, -0.045, -0.011), "−0.028 (−0.045 to −0.011)"),
        ("difference", (0.45, 0.004, 0.9), "+0.45 (+0.004 to +0.90)"),
        ("difference", (1e-7, -0.5, 0.5), "<+0.0001 (−0.50 to +0.50)"),
        ("difference", (-1e-7, -0.5, 0.5), ">−0.0001 (−0.50 to +0.50)"),
        ("difference", (1e-17, -0.5, 0.5), "0.00 (−0.50 to +0.50)"),
        ("difference per 1,000", (-0.028, -0.045, -0.011), "−28 (−45 to −11)"),
        ("level", (5.24, 4.81, 5.67), "5.24 (4.81 to 5.67)"),
        ("level", (5.2468,), "5.25"),
        ("difference", (0.0123, -0.004, 0.0286), "+0.012 (−0.004 to +0.029)"),
        ("difference", (1234.4, 1000.0, 1468.8), "+1,234 (+1,000 to +1,469)"),
        ("difference", (0.0, 0.0, 0.0), "0.00 (0.00 to 0.00)"),
        ("proportion", (-3.0, float("-inf"), -1.0), "5% (0% to 27%)"),
        ("proportion", (800.0, 0.0, float("inf")), "100% (50% to 100%)"),
        ("proportion", (-6.0, -7.0, -5.0), "0.25% (0.09% to 0.67%)"),
        ("proportion", (-1.5, -5.0, 6.0), "18% (0.7% to 99.8%)"),
        ("proportion", (0.2, -30.0, 30.0), "55% (<0.001% to >99.99%)"),
        ("proportion", (-8.4, -8.6, -8.2), "0.0225% (0.0184% to 0.0275%)"),
        ("proportion per 100,000", (-8.4, -8.6, -8.2), "22.5 (18.4 to 27.5)"),
        ("proportion per 100000", (-8.4,), "22.5"),
        ("arcsine", (math.asin(0.5**0.5), -0.1, 1.6), "50% (0% to 100%)"),
        ("share", (0.0225, 0.0181, 0.0279), "2.25% (1.81% to 2.79%)"),
        ("rate per 1,000 person-years", (-4.4, -4.6, -4.2), "12.3 (10.1 to 15.0)"),
        ("correlation", (0.002, -0.3, 20.0), "+0.002 (−0.29 to +1.00)"),
        ("correlation", (math.atanh(-0.42), -0.707, -0.188), "−0.42 (−0.61 to −0.19)"),
        ("correlation", (0.0, float("-inf"), 3.0), "0.00 (−1.00 to +0.995)"),
        ("ratio", (0.5,), "+65%"),
    ],
)
def test_estimates_in_words(name, values, words):
    assert in_words(name, *values) == words


def test_differences_of_one_figure_have_the_same_decimals():
    assert in_words("difference", -1.0, -7.14, 5.66, half=1.1) == "−1.0 (−7.1 to +5.7)"


def test_a_narrow_interval_of_a_figure_keeps_one_digit_of_its_own_and_no_number_becomes_zero():
    assert in_words("ratio", 0.030, 0.026, 0.034, half=20) == "+3.0% (+2.6% to +3.5%)"
    assert in_words("difference", -0.028, -0.045, -0.011, half=11) == "−0.03 (−0.04 to −0.01)"
    assert in_words("difference", -0.004, half=11) == ">−0.01"


@pytest.mark.parametrize(
    "name, low, high, labels",
    [
        ("ratio", -0.7, 1.5, ["−50%", "0%", "+100%", "+300%"]),
        ("ratio", -0.05, 0.6, ["0%", "+20%", "+40%", "+60%", "+80%"]),
        ("ratio", -12, 12, ["−99.9%", "0%", "+99,900%"]),
        ("factor", -2.5, 1, ["0.1", "0.25", "0.5", "1", "2"]),
        ("difference", -0.004, 0.001, ["−0.004", "−0.003", "−0.002", "−0.001", "0", "+0.001"]),
        ("proportion", -2, 13, ["0%", "2%", "4%", "6%", "8%", "10%", "12%"]),
        ("proportion", 0, 100, ["0%", "20%", "40%", "60%", "80%", "100%"]),
        ("proportion", 0.001, 0.044, ["0.01%", "0.02%", "0.03%", "0.04%"]),
        ("proportion per 100,000", -3, 44, ["0", "5", "10", "15", "20", "25", "30", "35", "40"]),
        ("rate per 1,000 person-years", -0.2, 1.3, ["0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2"]),
        ("ratio", -0.004, 0.006, ["−0.2%", "0%", "+0.2%", "+0.4%", "+0.6%"]),
        ("level", 4.1, 5.9, ["4.2", "4.4", "4.6", "4.8", "5.0", "5.2", "5.4", "5.6", "5.8"]),
    ],
)
def test_ticks_are_round_numbers(name, low, high, labels):
    assert [label for _, label in choose_ticks(name, low, high, 55, lambda label: 1.3 * len(label))] == labels


@pytest.mark.parametrize("name", ["ratio", "factor"])
@pytest.mark.parametrize("low, high", [(-0.03, 0.02), (-1, 0.4), (-3, 0.1), (-0.1, 3), (-6, 6), (-20, 20)])
def test_ticks_are_where_their_labels_say_and_stay_apart(name, low, high):
    length = 50
    ticks = choose_ticks(name, low, high, length, lambda label: 1.3 * len(label))
    assert 1 <= len(ticks) <= 9
    for place, label in ticks:
        number = float(label.replace("−", "-").replace(",", "").rstrip("%"))
        assert place == pytest.approx(math.log(1 + number / 100 if name == "ratio" else number))
    places = [(place - low) / (high - low) * length for place, _ in ticks]
    ends = [(place - 0.65 * len(label), place + 0.65 * len(label)) for place, (_, label) in zip(places, ticks, strict=True)]
    assert all(right[0] - left[1] >= 1.8 - 1e-9 for left, right in zip(ends, ends[1:], strict=False))


def test_labels_of_ticks_show_their_step():
    assert tick_labels("difference", [0, 0.2, 0.4]) == ["0", "+0.2", "+0.4"]
    assert tick_labels("proportion", [1, 1.5, 2]) == ["1.0%", "1.5%", "2.0%"]
