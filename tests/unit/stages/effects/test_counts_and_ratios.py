"""Effects of counts, person-time, single groups, printed ratios and cluster trials, against metafor and by hand."""

import math

import numpy as np
import pytest

import evidence as ev
from evidence.config import load
from tests.support import toy
from tests.support.toy import group, number, p, sd, se, study

PLACEBO = {"group_id": "placebo"}
CLUSTERS = {"cluster_size": 29.8, "icc": 0.02}
CONTROLLED = {"studies": [study("s", design="rct_parallel")], "groups": [group("s"), group("s", "placebo", arm="placebo", drug="")]}


def events(x, n="", **columns):
    return number("s", x, n=n, statistic="events", **columns)


def effects_of(path, measure, *rows, **columns):
    """Effects of an outcome with this measure."""
    about = {"measure": measure, "unit": "u", "cv_low": "", "cv_high": ""}
    folder = toy.folder(path, **CONTROLLED, outcomes=[about | columns], measurements=rows)
    return ev.effects(ev.read(folder), load(folder)).set_index("contrast")


@pytest.mark.parametrize(
    ("measure", "rows", "contrast", "yi", "vi", "effect"),
    [
        # escalc("IRR", x1i=12, t1i=1250.5, x2i=20, t2i=1300) of metafor 3.8.1, and with x1i=0
        ("IRR", [events(12, person_time=1250.5), events(20, person_time=1300, **PLACEBO)], "versus_control", -0.4720048306340, 0.1333333333333,
         (12 / 1250.5) / (20 / 1300)),
        ("IRR", [events(0, person_time=1250.5), events(20, person_time=1300, **PLACEBO)], "versus_control", -3.674751273572, 2.048780487805, None),
        # escalc("IRLN", xi=3, ti=410)
        ("IRLN", [events(3, person_time=410)], "single_arm", -4.9175448710302, 0.3333333333333, 3 / 410),
        ("IRLN", [events(3, "baseline", person_time=410)], "single_arm", -4.9175448710302, 0.3333333333333, None),
        ("IRLN", [events(12, person_time=1250.5), events(20, person_time=1300, **PLACEBO)], "versus_control", -0.4720048306340, 0.1333333333333, None),
        # escalc("PR", xi=4, ni=20) and xi=0
        ("PR", [events(4, 20)], "single_arm", 0.2, 0.008, 20),
        ("PR", [events(0, 20)], "single_arm", 0.023809523809524, 0.001106791923118, None),
        ("PR", [number("s", 20, n=20, statistic="percent", unit="%")], "single_arm", 0.2, 0.008, 20),
        # escalc("PFT", xi=4, ni=20)
        ("PFT", [events(4, 20)], "single_arm", 0.48068655995552, 0.01219512195122, None),
        # escalc("MN", mi=12, sdi=4, ni=20)
        ("MN", [number("s", 12, n=20, **sd(4))], "single_arm", 12, 0.8, 12),
        ("MN", [number("s", 12, "baseline", **se(0.9))], "single_arm", 12, 0.81, 12),
        # escalc("OR", ai=4, n1i=20, ci=9, n2i=22): a proportion is compared by the odds ratio
        ("PR", [events(4, 20), events(9, 22, **PLACEBO)], "versus_control", math.log(4 * 13 / (16 * 9)), 1 / 4 + 1 / 16 + 1 / 9 + 1 / 13, None),
    ],
)  # fmt: skip
def test_effects_equal_metafor(tmp_path, measure, rows, contrast, yi, vi, effect):
    rows = [row | ({"timepoint": "baseline", "n": ""} if row.get("n") == "baseline" else {}) for row in rows]
    row = effects_of(tmp_path, measure, *rows).loc[contrast]
    assert (row.yi, row.vi) == pytest.approx((yi, vi), abs=1e-12)
    assert row.headline == "yes"
    assert effect is None or row.effect == pytest.approx(effect)


def test_the_mean_of_one_group_is_no_change(tmp_path):
    """The follow-up stands for a group with both; nothing is compared."""
    rows = [number("s", 12, "baseline", n=20, **sd(4)), number("s", 15, n=20, **sd(4)), number("s", 11, n=20, **PLACEBO, **sd(4))]
    effects = effects_of(tmp_path, "MN", *rows).drop(index=[])
    assert "before_after" not in effects.index and "versus_control" not in effects.index
    assert effects.loc[["single_arm"]].query("group_id == 'treated'").yi.tolist() == [15]


def test_rates_without_person_time_say_so(tmp_path):
    effects = effects_of(tmp_path, "IRR", events(12, 20), events(20, person_time=1300, **PLACEBO))
    assert effects.reason.tolist() == ["not weighted: person-time not printed"]
    effects = effects_of(tmp_path, "IRR", events(0, person_time=12), events(0, person_time=13, **PLACEBO))
    assert effects.reason.tolist() == ["not weighted: no event in either arm, which says nothing of a ratio"]
    assert effects.printed.tolist() == ["0 in 12 u v. 0 in 13 u"]


@pytest.mark.parametrize(
    ("rows", "yi", "vi"),
    [
        # by hand: log, and the square of SE / ratio
        ({"statistic": "odds_ratio", **se(0.8)}, math.log(2.5), (0.8 / 2.5) ** 2),
        # the normal quantile of p = 0.004: 2.878162
        ({"statistic": "odds_ratio", **p("=", 0.004, "between_groups")}, math.log(2.5), (math.log(2.5) / 2.878161739095) ** 2),
        ({"statistic": "estimate", "spread": "variance", "spread_low": 0.09}, 2.5, 0.09),
        # Yusuf 1985: (O - E) / V and 1 / V
        ({"statistic": "o_minus_e", "spread": "variance", "spread_low": 12.5}, 0.2, 0.08),
    ],
)
def test_printed_ratios_by_hand(tmp_path, rows, yi, vi):
    row = effects_of(tmp_path, "OR", number("s", 2.5, "difference", unit="", versus="placebo", **rows)).loc["versus_control"]
    assert (row.yi, row.vi) == pytest.approx((yi, vi), rel=1e-9)
    assert row.headline == "yes"


def test_observed_less_expected_gives_the_odds_ratio_of_peto(tmp_path):
    """escalc("PETO", ai=15, n1i=2635, ci=9, n2i=2634) of metafor 3.8.1."""
    expected, V = 2635 * 24 / 5269, 2635 * 2634 * 24 * (5269 - 24) / (5269**2 * 5268)
    row = number("s", 15 - expected, "difference", unit="", versus="placebo", statistic="o_minus_e", spread="variance", spread_low=V)
    row = effects_of(tmp_path, "HR", row).loc["versus_control"]
    assert (row.yi, row.vi) == pytest.approx((0.5018113392533, 0.1673975274787), rel=1e-10)
    assert row.measure == "HR"


def test_observed_less_expected_needs_its_variance(tmp_path):
    row = number("s", 2.5, "difference", unit="", versus="placebo", statistic="o_minus_e", **se(3))
    assert effects_of(tmp_path, "HR", row).reason.tolist() == ["not weighted: observed less expected without its variance"]


def test_a_cluster_trial_of_the_handbook(tmp_path):
    """Cochrane Handbook 23.1.5: 63 of 295 and 84 of 330, mean cluster 29.8, ICC 0.02: 40.0 of 187.2 and 53.3 of 209.4."""
    effects = effects_of(tmp_path, "OR", events(63, 295, **CLUSTERS), events(84, 330, **CLUSTERS, **PLACEBO))
    row = effects.loc["versus_control"]
    assert [f"{row[name]:.1f}" for name in ("x1", "n1", "x2", "n2")] == ["40.0", "187.2", "53.3", "209.4"]
    # escalc("OR", ai=63/1.576, n1i=295/1.576, ci=84/1.576, n2i=330/1.576) of metafor 3.8.1
    assert (row.yi, row.vi) == pytest.approx((-0.22908790818573, 0.05697738529109), abs=1e-12)
    assert (row.n, row.n_control) == (295, 330)


def test_a_standardised_difference_keeps_its_size_in_clusters(tmp_path):
    """By hand: d = c(40/D + 44/D - 2) 5 / sqrt(((40/D - 1) 9 + (44/D - 1) 16) / (84/D - 2)), 1/n1 + 1/n2 + d^2 / (2 N) with n over D = 1.576."""
    rows = [number("s", 15, n=40, **sd(3)), number("s", 10, n=44, **se(4 / math.sqrt(44)), **PLACEBO)]
    row = effects_of(tmp_path, "SMD", *(row | CLUSTERS for row in rows)).loc["versus_control"]
    direct = ev.escalc("SMD", m1i=[15], sd1i=[3], n1i=[40 / 1.576], m2i=[10], sd2i=[4], n2i=[44 / 1.576])
    assert (row.yi, row.vi) == pytest.approx((direct.yi[0], direct.vi[0]), rel=1e-12)
    assert (row.n, row.n_control) == (40, 44)


@pytest.mark.parametrize(
    ("measure", "rows"),
    [
        ("MD", [number("s", 12, n=40, **sd(4)), number("s", 10, n=44, **sd(3), **PLACEBO)]),
        ("ROM", [number("s", 12, n=40, **se(0.4)), number("s", 10, n=44, **sd(3), **PLACEBO)]),
        ("ROM", [number("s", 12, n=40, statistic="median", spread="iqr", spread_low=9, spread_high=15), number("s", 10, n=44, **sd(3), **PLACEBO)]),
        ("MD", [number("s", 12, n=40, **p("=", 0.03, "between_groups")), number("s", 10, n=44, **PLACEBO)]),
        ("MD", [number("s", 2, "difference", statistic="mean_difference", n=84, versus="placebo", spread="ci95", spread_low=1, spread_high=3)]),
        ("HR", [number("s", 2, "difference", statistic="hazard_ratio", unit="", versus="placebo", spread="ci95", spread_low=1, spread_high=4)]),
        ("HR", [number("s", 2, "difference", statistic="o_minus_e", unit="", versus="placebo", spread="variance", spread_low=9)]),
        ("ROM", [number("s", 0.4, "difference", statistic="estimate", unit="", versus="placebo", **se(0.1))]),
        ("ROM", [number("s", 40, "difference", statistic="percent_change", unit="%", n=84, versus="placebo", spread="ci95", spread_low=10,
                        spread_high=78.2)]),
        ("MD", [number("s", 2, "change", n=40, **sd(4)), number("s", 1, "change", n=44, **sd(3), **PLACEBO)]),
    ],
)  # fmt: skip
def test_clusters_raise_every_variance_by_the_design_effect(tmp_path, measure, rows):
    plain = effects_of(tmp_path / "plain", measure, *rows).loc["versus_control"]
    clustered = effects_of(tmp_path / "clustered", measure, *(row | CLUSTERS for row in rows)).loc["versus_control"]
    assert plain.vi > 0 and plain.route == clustered.route
    assert clustered.yi == plain.yi
    assert clustered.vi == pytest.approx(plain.vi * (1 + 28.8 * 0.02), rel=1e-12)
    assert clustered.n == plain.n or np.isnan(plain.n)
