"""escalc: every wrong figure is named with its index and value."""

import re

import numpy as np
import pytest

import evidence as ev

pytestmark = pytest.mark.filterwarnings("error")

TWO = {"m1i": [5, 6], "sd1i": [1, 2], "n1i": [10, 12], "m2i": [4, 5], "sd2i": [1, 2], "n2i": [9, 8]}
PAIRED = {"m1i": [5, 6], "sd1i": [1, 2], "m2i": [4, 5], "sd2i": [1, 2], "ni": [10, 8], "ri": [0.5, 0.6]}
TABLE = {"ai": [3, 4], "bi": [7, 8], "ci": [2, 5], "di": [9, 6]}
SIZES = {"ai": [3, 4], "n1i": [10, 12], "ci": [2, 5], "n2i": [11, 11]}
RATES = {"x1i": [3, 4], "t1i": [10, 12], "x2i": [2, 5], "t2i": [11, 11]}

FIGURES = [
    ("MD", TWO, {"m1i": [5, np.nan]}, "m1i[1] must be a finite number, got nan"),
    ("MD", TWO, {"sd2i": [np.inf, 2]}, "sd2i[0] must be a finite number, got inf"),
    ("MD", TWO, {"sd1i": [1, 0]}, "sd1i[1] must be above zero, got 0.0"),
    ("SMD", TWO, {"sd1i": [-1, 1]}, "sd1i[0] must be above zero, got -1.0"),
    ("SMD", TWO, {"n1i": [10, 1]}, "n1i[1] must be at least 2, got 1.0"),
    ("SMD1", TWO, {"n2i": [9, 2]}, "n2i[1] must be at least 3, got 2.0"),
    ("ROM", TWO, {"m2i": [4, -5]}, "m2i[1] must be above zero, got -5.0"),
    ("CVR", TWO, {"m1i": [0, 5]}, "m1i[0] must be above zero, got 0.0"),
    ("MD", TWO, {"sd1i": "many"}, "sd1i must hold numbers, got 'many'"),
    ("MD", TWO, {"m1i": [[5, 6]]}, "m1i must be one-dimensional, got shape (1, 2)"),
    ("MD", TWO, {"m1i": [1, 2, 3]}, "lengths differ: m1i has 3, sd1i has 2"),
    ("MC", PAIRED, {"ri": [0.5, 1.2]}, "ri[1] must lie between -1 and 1, got 1.2"),
    ("SMCC", PAIRED, {"ni": [2, 8]}, "ni[0] must be at least 3, got 2.0"),
    ("SMCC", PAIRED, {"ri": [1, 0]},
     "ri[0] must be below 1 where both standard deviations are equal, got 1.0"),
    ("ROMC", PAIRED, {"m1i": [5, 0]}, "m1i[1] must be above zero, got 0.0"),
    ("OR", TABLE, {"ci": [2, -1]}, "ci[1] must be at least 0, got -1.0"),
    ("OR", SIZES, {"ai": [3, 13]}, "ai[1] must not exceed n1i[1] = 12.0, got 13.0"),
    ("OR", SIZES, {"bi": [7, 9]}, "bi[1] must be n1i less ai = 8.0, got 9.0"),
    ("RD", SIZES, {"ci": [0, 5], "n2i": [0, 11]}, "n2i[0] must be above zero, got 0.0: group 2 is empty"),
    ("OR", TABLE, {"di": [9, 0], "to": "none"}, "di[1] must be above zero for a log odds ratio, got 0.0"),
    ("RR", TABLE, {"ai": [0, 4], "add": 0}, "ai[0] must be above zero for a log risk ratio, got 0.0"),
    ("PETO", TABLE, {"ai": 0, "ci": 0, "to": "none"}, "ai + ci[0] must be above zero for Peto's odds ratio"),
    ("OR", TABLE, {"to": "some"}, "to must be one of 'all', 'only0', 'if0all', 'none', got 'some'"),
    ("OR", TABLE, {"add": -1}, "add must be a number not below zero, got -1"),
    ("OR", TABLE, {"add": "half"}, "add must be a number not below zero, got 'half'"),
    ("PLO", {"xi": [3, 4], "ni": [5, 6]}, {"xi": [3, 7]}, "xi[1] must not exceed ni[1] = 6.0, got 7.0"),
    ("PR", {"xi": 0, "ni": 0}, {}, "ni[0] must be above zero, got 0.0: the group is empty"),
    ("PLN", {"xi": 0, "ni": 4}, {"to": "none"}, "xi[0] must be above zero for a log proportion, got 0.0"),
    ("COR", {"ri": 0.3, "ni": 20}, {"ri": -1.01}, "ri[0] must lie between -1 and 1, got -1.01"),
    ("ZCOR", {"ri": 1, "ni": 20}, {}, "ri[0] must lie inside -1 to 1 for Fisher's z, got 1.0"),
    ("ZCOR", {"ri": 0.3, "ni": 3}, {}, "ni[0] must be at least 4, got 3.0"),
    ("IRR", RATES, {"t1i": [10, 0]}, "t1i[1] must be above zero, got 0.0"),
    ("IRR", RATES, {"x2i": [0, 5], "to": "none"}, "x2i[0] must be above zero for a log rate ratio, got 0.0"),
    ("MNLN", {"mi": -1, "sdi": 2, "ni": 9}, {}, "mi[0] must be above zero, got -1.0"),
    ("MN", {"mi": [], "sdi": 2, "ni": 9}, {}, "mi must hold at least one study, got none"),
    ("SMD", TWO, {"vtype": "AV"}, "vtype must be one of 'LS', 'UB', got 'AV'"),
    ("SMD", TWO, {"vtype": "UB", "correct": False}, 'vtype="UB" is the variance of the corrected difference'),
    ("ROM", TWO, {"correct": "no"}, "correct must be one of True, False, got 'no'"),
    ("OR", TABLE, {"drop00": "yes"}, "drop00 must be one of True, False, got 'yes'"),
    ("MD", TWO, {"vtype": "UB"}, "vtype of MD must be one of 'LS', got 'UB'"),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "numbers", "wrong", "message"), FIGURES)
def test_wrong_figure_is_named(measure, numbers, wrong, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ev.escalc(measure, **(numbers | wrong))


def test_unknown_measure_names_the_nearest():
    with pytest.raises(ValueError, match=re.escape("got 'ROMCC' (did you mean 'ROMC'?)")):
        ev.escalc("ROMCC")
    with pytest.raises(ValueError, match=re.escape("measure must be one of MD, SMD, SMDH")) as caught:
        ev.escalc("smd")
    assert str(caught.value).endswith("got 'smd' (did you mean 'SMD'?)")
    with pytest.raises(ValueError, match="got 3$"):
        ev.escalc(3)


def test_missing_argument_says_what_is_needed_and_given():
    expected = "RR needs ai, bi (or n1i), ci, di (or n2i); given: ai, ci; missing: bi, di"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        ev.escalc("RR", ai=4, ci=11)


def test_nothing_given():
    with pytest.raises(ValueError, match="^MN needs mi, sdi, ni; given: nothing; missing: mi, sdi, ni$"):
        ev.escalc("MN")


def test_unknown_argument_names_the_nearest():
    expected = "MN has no argument 'sd' (did you mean 'sdi'?). MN needs mi, sdi, ni; given: mi, sd, ni"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        ev.escalc("MN", mi=1, sd=2, ni=3)


def test_an_argument_of_another_kind_of_measure_is_refused():
    with pytest.raises(ValueError, match="MD has no argument 'ri'"):
        ev.escalc("MD", ri=0.5, **TWO)
