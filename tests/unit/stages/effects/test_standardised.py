"""Standardised differences: one standardiser a pool, from whatever the reports print, against escalc and by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import evidence as ev
from evidence.config import STANDARDISERS, load
from evidence.engine.measures.means import unbiasing_factor
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.page import data as page_data
from evidence.stages.pools.analyses import at_correlation
from evidence.stages.pools.pools import pools
from evidence.stages.report.sections import methods as content_methods
from tests.support import toy
from tests.support.toy import group, number, p, sd, se, study

TWICE = {"pooled": "SMCRP", "average": "SMCRP", "control": "SMCR", "change": "SMCC"}
ARMS = {"pooled": "SMD", "average": "SMDH", "control": "SMD1"}
BETWEEN, PERIODS = "between_groups", "between_periods"


def effects(path, *measurements, design="rct_parallel", standardiser="pooled", r=0.5, **tables):
    """Effects of one outcome pooled as SMD, with a treated and a placebo group of 20 and 22."""
    tables = {
        "studies": [study("s", design=design)],
        "groups": [group("s", n=20), group("s", "placebo", arm="placebo", drug="placebo", n=22)],
        "outcomes": [{"measure": "SMD", "cv_low": "", "cv_high": ""}],
        "measurements": list(measurements),
    } | tables
    config = f"{toy.CONFIG}effects:\n  smd_standardiser: {standardiser}\n  correlation: {r}\n"
    folder = toy.folder(path, config=config, **tables)
    return effects_and_unused(ev.read(folder), load(folder))[0], load(folder)


def effect(path, *measurements, contrast="versus_control", **options):
    return effects(path, *measurements, **options)[0].set_index("contrast").loc[contrast]


PERIODS_OF_22 = {"design": "rct_crossover", "groups": [group("s", n=22), group("s", "placebo", arm="placebo", drug="placebo", n=22)]}


def placebo(value, timepoint="followup", **columns):
    return number("s", value, timepoint, group_id="placebo", **columns)


def same(row, theirs, sign=1):
    assert (row.yi, row.vi) == pytest.approx((sign * theirs.yi[0], theirs.vi[0]), rel=1e-12)


LEVELS = number("s", 10, "baseline", n=20, **sd(4)), number("s", 12, n=20, **sd(5))
CONTROLS = placebo(10, "baseline", n=22, **sd(3)), placebo(11, n=22, **sd(6))
CROSSOVER = number("s", 19.66, n=22, **sd(4.88)), placebo(17.97, n=22, **sd(6.69))


@pytest.mark.parametrize("standardiser", ARMS)
def test_two_groups(tmp_path, standardiser):
    row = effect(tmp_path, number("s", 15, n=20, **sd(5)), placebo(10, n=22, **sd(3)), standardiser=standardiser)
    assert (row.measure, row.route, row.effect_unit) == (ARMS[standardiser], "spread", "SD")
    same(row, ev.escalc(ARMS[standardiser], m1i=15, sd1i=5, n1i=20, m2i=10, sd2i=3, n2i=22))


@pytest.mark.parametrize("standardiser", STANDARDISERS)
@pytest.mark.parametrize("r", [0.3, 0.5, 0.9])
def test_before_and_after(tmp_path, standardiser, r):
    row = effect(tmp_path, *LEVELS, design="before_after", contrast="before_after", standardiser=standardiser, r=r)
    assert (row.measure, row.route, row.effect_unit, row.r, row.r_source) == (TWICE[standardiser], "spread", "SD", r, "config")
    first = 4 if standardiser == "control" else 5
    same(row, ev.escalc(TWICE[standardiser], m1i=12, sd1i=first, m2i=10, sd2i=4, ni=20, ri=r))


@pytest.mark.parametrize(
    "standardiser, yi",
    [("pooled", 0.282125439225901), ("average", 0.282125439225901), ("control", 0.243466667617377), ("change", 0.271754983298617)],
)
def test_crossover(tmp_path, standardiser, yi):
    """19.66 (SD 4.88) v. 17.97 (SD 6.69) in 22 people: the values of metafor 5.1.12 at a correlation of 0.5."""
    row = effect(tmp_path, *CROSSOVER, standardiser=standardiser, **PERIODS_OF_22)
    assert row.headline == "yes"
    assert row.yi == pytest.approx(yi, rel=1e-12)
    assert row.measure == ARMS.get(standardiser, "SMCC")


@pytest.mark.parametrize("standardiser", STANDARDISERS)
def test_every_effect_of_a_pool_has_one_measure(tmp_path, standardiser):
    """A crossover, a parallel trial and one that prints changes: one pool, or a reason."""
    rows = [row | {"study_id": name, "value": row["value"] + more} for name, more in (("s", 0), ("t", 0.5)) for row in CROSSOVER]
    rows += [number("u", 2, "change", n=20, **sd(5)), number("u", 1, "change", n=22, group_id="placebo", **sd(4))]
    frame, config = effects(
        tmp_path, *rows, standardiser=standardiser,
        studies=[study("s", design="rct_parallel"), study("t", design="rct_crossover"), study("u", design="rct_parallel")],
        groups=[group(name, one, arm=arm, drug=one) for name in "stu" for one, arm in (("treated", "treatment"), ("placebo", "placebo"))],
    )  # fmt: skip
    part = frame[frame["contrast"] == "versus_control"]
    assert part["measure"].nunique() == 1
    left = part[part["headline"] == "no"]
    if standardiser == "change":
        reason = "not weighted: levels of two groups, while effects.smd_standardiser is change"
        assert left[["study_id", "reason"]].to_numpy().tolist() == [["s", reason]]
    else:
        assert not len(left)
    pool = pools(frame, config).set_index("id").loc["level.versus_control.all.headline"]
    assert pool.k == (2 if standardiser == "change" else 3)


@pytest.mark.parametrize(
    "standardiser, words", [("pooled", "the root of their average variance"), ("change", "of the change within people")]
)
def test_the_methods_name_the_standardiser(tmp_path, standardiser, words):
    _, config = effects(tmp_path, *LEVELS, standardiser=standardiser)
    tables = ev.read(tmp_path)
    (block,) = content_methods.standardiser(SimpleNamespace(tables=tables, config=config))
    text = "".join(piece["text"] for piece in block["paragraphs"][0])
    assert words in text and "shown, not weighted" in text
    others = replace(tables, outcomes=tables.outcomes.assign(measure="MD"))
    assert content_methods.standardiser(SimpleNamespace(tables=others, config=config)) == []


def test_p_between_periods_gives_the_correlation(tmp_path):
    """As for a difference in the unit: SE = difference / t, r = (SE1^2 + SE2^2 - SE^2) / (2 SE1 SE2)."""
    treated, control = CROSSOVER
    row = effect(tmp_path, treated | p("=", 0.2, PERIODS), control, **PERIODS_OF_22)
    se_d = ev.convert.se_from_p(19.66 - 17.97, 0.2, 21)
    r = ev.convert.r_from_sds(4.88 / np.sqrt(22), 6.69 / np.sqrt(22), se_d)
    assert (row.route, row.r_source) == ("paired_p", "implied by p")
    assert row.r == pytest.approx(r, rel=1e-12) and 0 < r < 1
    same(row, ev.escalc("SMCRP", m1i=19.66, sd1i=4.88, m2i=17.97, sd2i=6.69, ni=22, ri=r))


def test_p_of_a_change_gives_the_correlation(tmp_path):
    before, after = LEVELS
    row = effect(tmp_path, before, after | p("=", 0.04), design="before_after", contrast="before_after")
    r = ev.convert.r_from_p(12, 10, 5 / np.sqrt(20), 4 / np.sqrt(20), 0.04, 19)
    same(row, ev.escalc("SMCRP", m1i=12, sd1i=5, m2i=10, sd2i=4, ni=20, ri=r))


def test_p_and_spreads_that_cannot_stand_together(tmp_path):
    treated, control = CROSSOVER
    row = effect(tmp_path, treated | p("=", 0.9999, PERIODS), control, **PERIODS_OF_22)
    assert np.isnan(row.vi) and abs(row.r_implied) > 1
    assert row.reason == "flagged: p = 0.9999 with SD 6.69 and 4.88 needs a correlation below -1 (n 22)"


def test_p_between_groups_stands_in_for_the_sds(tmp_path):
    """Means and p = 0.03 of 20 and 22 people, lower in the treated: metafor 5.1.12, escalc("SMD", pi=-0.03, n1i=20, n2i=22)."""
    row = effect(tmp_path, number("s", 10, n=20, **p("=", 0.03, BETWEEN)), placebo(14, n=22))
    assert (row.route, row.measure) == ("between_p", "SMD")
    assert (row.yi, row.vi) == pytest.approx((-0.682106014558008, 0.100993457539024), rel=1e-12)


def test_sds_go_before_the_p_between_groups(tmp_path):
    row = effect(tmp_path, number("s", 15, n=20, **sd(5), **p("=", 0.03, BETWEEN)), placebo(10, n=22, **sd(3)))
    assert row.route == "spread"
    same(row, ev.escalc("SMD", m1i=15, sd1i=5, n1i=20, m2i=10, sd2i=3, n2i=22))


@pytest.mark.parametrize("columns", [{"n": 42}, {"n": 42, "n_versus": 22}, {}])
def test_difference_with_its_standard_error(tmp_path, columns):
    """Cochrane Handbook 6.5.2.3: the SD within the groups is SE / sqrt(1/n1 + 1/n2)."""
    rows = [number("s", -4, "difference", statistic="mean_difference", versus="placebo", **se(1.5), **columns)]
    row = effect(tmp_path, *rows)
    within = ev.convert.sd_from_se_difference(1.5, 20, 22)
    assert (row.route, row.n) == ("printed", 42)
    same(row, ev.escalc("SMD", m1i=-4, sd1i=within, n1i=20, m2i=0, sd2i=within, n2i=22))


def test_difference_whose_n_is_not_that_of_the_two_groups(tmp_path):
    rows = [number("s", -4, "difference", statistic="mean_difference", versus="placebo", n=40, **se(1.5))]
    row = effect(tmp_path, *rows)
    assert row.reason == "not weighted: a standardised difference needs n of both groups"


@pytest.mark.parametrize("standardiser", ["average", "control", "change"])
def test_a_test_knows_the_pooled_sd_alone(tmp_path, standardiser):
    row = effect(tmp_path, number("s", 10, n=20, **p("=", 0.03, BETWEEN)), placebo(14, n=22), standardiser=standardiser)
    assert row.reason == f"not weighted: a test statistic knows the pooled SD, while effects.smd_standardiser is {standardiser}"


@pytest.mark.parametrize("standardiser", ARMS)
def test_changes_of_levels_are_in_units_of_the_baseline(tmp_path, standardiser):
    """Morris 2008, eq. 8: the SD of both groups at baseline; r counts in the variance alone."""
    row = effect(tmp_path, *LEVELS, *CONTROLS, standardiser=standardiser)
    d = ev.escalc(ARMS[standardiser], m1i=2, sd1i=4, n1i=20, m2i=1, sd2i=3, n2i=22)
    people = 22 if standardiser == "control" else 42
    assert (row.pairing, row.r) == ("difference_of_changes", 0.5)
    assert row.yi == pytest.approx(d.yi[0], rel=1e-12)
    assert row.vi == pytest.approx(2 * (1 - 0.5) * (1 / 20 + 1 / 22) + row.yi**2 / (2 * people), rel=1e-12)


def test_changes_of_levels_have_no_sd_of_the_change(tmp_path):
    row = effect(tmp_path, *LEVELS, *CONTROLS, standardiser="change")
    assert row.reason == "not weighted: levels at baseline and follow-up, while effects.smd_standardiser is change"


CHANGES = number("s", 2, "change", n=20, **sd(5)), placebo(1, "change", n=22, **sd(4))


@pytest.mark.parametrize("standardiser", STANDARDISERS)
def test_changes_with_their_sds(tmp_path, standardiser):
    """In SDs of the change as they stand, else times sqrt(2 (1 - r)): Borenstein et al. 2009, eq. 4.27."""
    row = effect(tmp_path, *CHANGES, standardiser=standardiser, r=0.7)
    code = ARMS.get(standardiser, "SMD")
    theirs = ev.escalc(code, m1i=2, sd1i=5, n1i=20, m2i=1, sd2i=4, n2i=22)
    share = 1 if standardiser == "change" else 2 * (1 - 0.7)
    assert (row.pairing, row.route) == ("changes", "printed")
    assert (row.yi, row.vi) == pytest.approx((np.sqrt(share) * theirs.yi[0], share * theirs.vi[0]), rel=1e-12)


@pytest.mark.parametrize("standardiser", STANDARDISERS)
def test_a_change_with_its_sd(tmp_path, standardiser):
    row = effect(tmp_path, CHANGES[0], contrast="before_after", standardiser=standardiser, r=0.7)
    share = 1 if standardiser == "change" else 2 * (1 - 0.7)
    yi = unbiasing_factor(np.array([19.0]))[0] * 2 / 5
    assert row.measure == TWICE[standardiser]
    assert (row.yi, row.vi) == pytest.approx((np.sqrt(share) * yi, share * (1 / 20 + yi**2 / 40)), rel=1e-12)
    assert row.r_source == ("" if standardiser == "change" else "config")


def test_borenstein_2009_chapter_4_matched_groups(tmp_path):
    """Change 5 with SD 5.5 in 50 pairs, r 0.7: d 0.7042, here times c(49) 0.9846."""
    row = effect(tmp_path, number("s", 5, "change", n=50, **sd(5.5)), contrast="before_after", r=0.7, groups=[group("s", n=50)])
    assert row.yi / unbiasing_factor(np.array([49.0]))[0] == pytest.approx(0.7042, abs=5e-5)


def test_levels_go_before_a_change_with_an_assumed_correlation(tmp_path):
    rows = [*LEVELS, CHANGES[0]]
    for standardiser, pairing in (("pooled", "levels"), ("change", "change")):
        row = effect(tmp_path / standardiser, *rows, contrast="before_after", standardiser=standardiser)
        assert row.pairing == pairing


@pytest.mark.parametrize("kind, ends", [("iqr", ("q1", "q3")), ("range", ("min", "max"))])
def test_medians(tmp_path, kind, ends):
    def level(value, low, high, **columns):
        return number("s", value, statistic="median", spread=kind, spread_low=low, spread_high=high, **columns)

    row = effect(tmp_path, level(15, 11, 20, n=20), level(10, 7, 14, n=22, group_id="placebo"))
    m1, sd1 = ev.convert.mean_sd_from_quantiles(**{ends[0]: 11, "median": 15, ends[1]: 20}, n=20)
    m2, sd2 = ev.convert.mean_sd_from_quantiles(**{ends[0]: 7, "median": 10, ends[1]: 14}, n=22)
    assert (row.route, row.sd1, row.sd2) == ("quantiles", pytest.approx(sd1), pytest.approx(sd2))
    same(row, ev.escalc("SMD", m1i=m1, sd1i=sd1, n1i=20, m2i=m2, sd2i=sd2, n2i=22))


def test_without_n_it_is_shown_with_its_reason(tmp_path):
    groups = [group("s"), group("s", "placebo", arm="placebo", drug="placebo")]
    row = effect(tmp_path, number("s", 15, **se(5)), placebo(10, **se(3)), groups=groups)
    assert (row.route, row.reason) == ("none", "not weighted: a standardised difference needs n of both groups")


@pytest.mark.parametrize("standardiser", STANDARDISERS)
@pytest.mark.parametrize(
    "rows, contrast",
    [(LEVELS, "before_after"), (CHANGES[:1], "before_after"), (CHANGES, "versus_control"), ((*LEVELS, *CONTROLS), "versus_control")],
)
def test_the_grid_of_correlations_is_what_another_config_gives(tmp_path, standardiser, rows, contrast):
    frame, config = effects(tmp_path / "a", *rows, standardiser=standardiser, r=0.5)
    other, _ = effects(tmp_path / "b", *rows, standardiser=standardiser, r=0.9)
    ours = at_correlation(frame, config, 0.9)
    theirs = other[other["headline"] == "yes"]
    np.testing.assert_allclose(ours[["yi", "vi"]], theirs[["yi", "vi"]], rtol=1e-12)


def statistic(value, name, timepoint="difference", **columns):
    columns = {"unit": "", "statistic": name} | ({"versus": "placebo", "n": 42} if timepoint == "difference" else {}) | columns
    return number("s", value, timepoint, **columns)


G = 0.697179834073291, 0.101240970705003  # metafor 5.1.12: escalc("SMD", ti=2.3, n1i=20, n2i=22)


@pytest.mark.parametrize(
    "row, sign",
    [
        (statistic(2.3, "t_value"), 1),
        (statistic(-2.3, "t_value"), -1),
        (statistic(2.3, "t_value", direction="lower"), -1),
        (statistic(2.3, "t_value", n="", n_versus=""), 1),
        (statistic(5.29, "f_value", direction="higher"), 1),
        (statistic(5.29, "f_value", direction="lower"), -1),
        (statistic(2.3, "z_value"), 1),
    ],
)
def test_a_test_statistic_of_two_groups(tmp_path, row, sign):
    made = effect(tmp_path, row)
    assert (made.route, made.measure, made.n, made.headline) == ("printed", "SMD", 42, "yes")
    assert (made.yi, made.vi) == pytest.approx((sign * G[0], G[1]), rel=1e-12)


def test_the_printed_statistic_stands_beside_its_effect(tmp_path):
    assert effect(tmp_path, statistic(5.29, "f_value", direction="lower")).printed == "F = 5.29, lower"


@pytest.mark.parametrize("low, sign", [(9, 1), (11, -1)])
def test_f_has_the_sign_of_the_means_beside_it(tmp_path, low, sign):
    made = effect(tmp_path, statistic(5.29, "f_value"), number("s", 10), placebo(low))
    assert made.yi == pytest.approx(sign * G[0], rel=1e-12)


def test_chi_squared_of_two_groups(tmp_path):
    """Lipsey & Wilson 2001: d = 2 sqrt(chi2 / (n - chi2))."""
    made = effect(tmp_path, statistic(4, "chi2_value", direction="lower"))
    assert made.yi == pytest.approx(-unbiasing_factor(np.array([40.0]))[0] * 2 * np.sqrt(4 / 38), rel=1e-12)


@pytest.mark.parametrize("standardiser, yi", [("change", 0.472601853174961), ("pooled", 0.472601853174961 * np.sqrt(2 * (1 - 0.7)))])
def test_t_of_a_change(tmp_path, standardiser, yi):
    """metafor 5.1.12: escalc("SMCC", ti=2.3, ni=22) is 0.4726, 0.05053; in SDs of a single measurement times sqrt(2 (1 - r))."""
    made = effect(
        tmp_path, statistic(2.3, "t_value", "change", n=22), contrast="before_after", standardiser=standardiser, r=0.7, groups=[group("s")]
    )
    share = 1 if standardiser == "change" else 2 * (1 - 0.7)
    assert (made.yi, made.vi) == pytest.approx((yi, 0.0505307389005547 * share), rel=1e-12)


@pytest.mark.parametrize("name, value", [("t_value", 2.6), ("f_value", 2.6**2)])
def test_t_of_a_change_gives_the_correlation_of_its_levels(tmp_path, name, value):
    made = effect(tmp_path, *LEVELS, statistic(value, name, "change", n=20), contrast="before_after")
    r = ev.convert.r_from_sds(5 / np.sqrt(20), 4 / np.sqrt(20), 2 / 2.6)
    assert (made.route, made.pairing, made.r_source) == ("paired_p", "levels", "implied by a test")
    same(made, ev.escalc("SMCRP", m1i=12, sd1i=5, m2i=10, sd2i=4, ni=20, ri=r))
    assert made.printed == f"10 (SD 4) to 12 (SD 5) u; {name[0].replace('f', 'F')} = {value}"


def test_t_between_periods_gives_the_correlation(tmp_path):
    made = effect(tmp_path, *CROSSOVER, statistic(-1.9, "t_value", n=22), **PERIODS_OF_22)
    r = ev.convert.r_from_sds(4.88 / np.sqrt(22), 6.69 / np.sqrt(22), 1.69 / 1.9)
    same(made, ev.escalc("SMCRP", m1i=19.66, sd1i=4.88, m2i=17.97, sd2i=6.69, ni=22, ri=r))


def test_means_with_sds_go_before_t(tmp_path):
    made = effect(tmp_path, statistic(9, "t_value"), number("s", 15, n=20, **sd(5)), placebo(10, n=22, **sd(3)))
    assert made.pairing == "follow_up"


@pytest.mark.parametrize("columns", [{"n": 42}, {"n": 42, "n_versus": 22}, {"n": ""}])
def test_d_with_n_of_both_groups(tmp_path, columns):
    made = effect(tmp_path, statistic(0.4, "standardised_difference", **columns))
    assert (made.route, made.yi, made.n, made.printed) == ("counts", 0.4, 42, "d = 0.4")
    assert made.vi == pytest.approx(1 / 20 + 1 / 22 + 0.4**2 / 84, rel=1e-12)


def test_d_with_its_own_error(tmp_path):
    made = effect(tmp_path, statistic(0.4, "standardised_difference", **se(0.2)))
    assert (made.route, made.yi, made.vi) == ("printed", 0.4, pytest.approx(0.04, rel=1e-12))


@pytest.mark.parametrize(
    "standardiser, vi",
    [("pooled", 2 * 0.3 / 20 + (1 + 0.7**2) * 0.16 / 80), ("control", 2 * 0.3 / 20 + 0.16 / 40), ("change", 1 / 20 + 0.16 / 40)],
)
def test_d_of_a_change_with_n(tmp_path, standardiser, vi):
    made = effect(
        tmp_path, statistic(0.4, "standardised_difference", "change", n=20), contrast="before_after", standardiser=standardiser, r=0.7
    )
    assert (made.yi, made.vi) == pytest.approx((0.4, vi), rel=1e-12)


@pytest.mark.parametrize("standardiser, shown", [("average", ""), ("control", "control"), ("change", "change")])
def test_d_is_in_pooled_sds(tmp_path, standardiser, shown):
    made = effect(tmp_path, statistic(0.4, "standardised_difference"), standardiser=standardiser)
    assert made.reason == (f"not weighted: in pooled SDs, while effects.smd_standardiser is {shown}" if shown else "")


def correlations(path, *rows, **tables):
    return effects(path, *rows, outcomes=[{"measure": "ZCOR", "cv_low": "", "cv_high": ""}], **tables)[0]


@pytest.mark.parametrize(
    "name, value, columns, r",
    [
        ("t_value", 2.3, {}, 2.3 / np.sqrt(2.3**2 + 40)),
        ("t_value", -2.3, {}, -2.3 / np.sqrt(2.3**2 + 40)),
        ("f_value", 5.29, {"direction": "lower"}, -2.3 / np.sqrt(2.3**2 + 40)),
        ("chi2_value", 5.29, {"direction": "higher"}, np.sqrt(5.29 / 42)),
        ("z_value", 2.3, {"direction": "lower"}, -2.3 / np.sqrt(42)),
    ],
)
def test_correlation_from_a_test_statistic(tmp_path, name, value, columns, r):
    (made,) = correlations(tmp_path, statistic(value, name, "baseline", n=42, **columns)).itertuples()
    same(made, ev.escalc("ZCOR", ri=r, ni=42))
    assert (made.contrast, made.measure, made.route) == ("single_arm", "ZCOR", "counts")
    assert made.effect == pytest.approx(r, rel=1e-12)


def test_correlation_with_a_scale_that_runs_the_other_way(tmp_path):
    (made,) = correlations(tmp_path, statistic(0.4, "correlation", "baseline", n=42, unit="v"), units=REVERSED).itertuples()
    assert made.effect == pytest.approx(-0.4, rel=1e-12)


REVERSED = [{"unit": "u", "to_unit": "u"}, {"unit": "v", "to_unit": "u", "reversed": "yes"}]


def reverse(*rows):
    return [row | {"unit": "v"} for row in rows]


@pytest.mark.parametrize(
    "rows, contrast",
    [
        (LEVELS, "before_after"),
        (CHANGES, "versus_control"),
        ((*LEVELS, *CONTROLS), "versus_control"),
        ((number("s", 10, n=20, **p("=", 0.03, BETWEEN)), placebo(14, n=22)), "versus_control"),
        (
            (number("s", -4, "difference", statistic="mean_difference", versus="placebo", spread="ci95", spread_low=-7, spread_high=-1),),
            "versus_control",
        ),
        (
            (number("s", 15, n=20, statistic="median", spread="iqr", spread_low=11, spread_high=20), placebo(10, n=22, **sd(4))),
            "versus_control",
        ),
        ((number("s", 0.4, "difference", statistic="estimate", **se(0.2)),), "versus_control"),
        ((statistic(2.3, "t_value", unit="u"),), "versus_control"),
        ((statistic(5.29, "f_value", unit="u", direction="lower"),), "versus_control"),
        ((statistic(0.4, "standardised_difference", unit="u"),), "versus_control"),
        ((statistic(2.3, "z_value", "change", unit="u", n=20),), "before_after"),
    ],
)
def test_on_a_scale_that_runs_the_other_way_the_sign_turns(tmp_path, rows, contrast):
    plain = effect(tmp_path / "a", *rows, contrast=contrast, units=REVERSED)
    turned = effect(tmp_path / "b", *reverse(*rows), contrast=contrast, units=REVERSED)
    assert (turned.yi, turned.vi, turned.route) == (pytest.approx(-plain.yi, rel=1e-12), pytest.approx(plain.vi, rel=1e-12), plain.route)
    assert (turned.effect_low, turned.effect_high) == pytest.approx((-plain.effect_high, -plain.effect_low))


def test_an_estimate_without_its_error_is_shown(tmp_path):
    row = effect(tmp_path, number("s", 0.4, "difference", statistic="estimate", unit="", versus="placebo"))
    assert (row.yi, row.route, row.reason) == (0.4, "none", "not weighted: estimate without spread")


NORMAND = {  # metadat, dat.normand1999: length of stay under specialist care, then under routine care (Normand 1999, Stat Med 18:321)
    "edinburgh": (155, 55, 47, 156, 75, 64), "orpington_mild": (31, 27, 7, 32, 29, 4), "orpington_moderate": (75, 64, 17, 71, 119, 29),
    "orpington_severe": (18, 66, 20, 18, 137, 48), "montreal_home": (8, 14, 8, 13, 18, 11), "montreal_transfer": (57, 19, 7, 52, 18, 4),
    "newcastle": (34, 52, 45, 33, 41, 34), "umea": (110, 21, 16, 183, 31, 27), "uppsala": (60, 30, 27, 52, 23, 20),
}  # fmt: skip
NORMAND_T = (-3.14, -1.40, -14.07, -5.79, -0.89, 0.90, 1.13, -3.53, 1.54)


def normand(path, measurements):
    """Headline pool of the nine trials, z test."""
    folder = toy.folder(
        path, f"{toy.CONFIG}pools:\n  test: z\nchecks:\n  fold_low: 0\n",
        studies=[study(name, design="rct_parallel") for name in NORMAND],
        groups=[group(name, one, arm=arm, drug=one, n=NORMAND[name][place])
                for name in NORMAND for one, arm, place in (("treated", "treatment", 0), ("placebo", "placebo", 3))],
        outcomes=[{"measure": "SMD", "cv_low": "", "cv_high": ""}], measurements=measurements,
    )  # fmt: skip
    config = load(folder)
    frame, _ = effects_and_unused(ev.read(folder), config)
    return frame, pools(frame, config).set_index("id").loc["level.versus_control.all.headline"]


def test_normand_1999_by_means_and_sds_is_metafors(tmp_path):
    """metafor 5.1.12: escalc("SMD"), rma()."""
    rows = [number(name, m, n=n, group_id=one, **sd(s)) for name, row in NORMAND.items()
            for one, n, m, s in (("treated", *row[:3]), ("placebo", *row[3:]))]  # fmt: skip
    frame, pool = normand(tmp_path, rows)
    assert frame.set_index("study_id").loc["orpington_moderate", "yi"] == pytest.approx(-2.317569160164, rel=1e-11)
    assert (pool.estimate, pool.se, pool.tau2, pool.k) == pytest.approx((-0.537108258433, 0.308661490279, 0.790842913751, 9), rel=1e-9)


def test_normand_1999_by_t_alone_is_metafors(tmp_path):
    """The t statistics to two decimals: escalc("SMD", ti=, n1i=, n2i=), rma()."""
    rows = [number(name, t, "difference", statistic="t_value", unit="", versus="placebo", n=row[0] + row[3])
            for (name, row), t in zip(NORMAND.items(), NORMAND_T, strict=True)]  # fmt: skip
    _, pool = normand(tmp_path, rows)
    assert (pool.estimate, pool.se, pool.tau2, pool.k) == pytest.approx((-0.537068060342, 0.308629036461, 0.790667146186, 9), rel=1e-9)


def test_the_page_has_what_each_correlation_makes_of_an_effect(tmp_path):
    frame, config = effects(tmp_path, *LEVELS, *CHANGES)
    at = page_data.at_correlations(SimpleNamespace(effects=frame, config=config))
    for r, numbers in zip(config.correlation_grid, zip(*at, strict=True), strict=True):
        np.testing.assert_allclose(numbers, at_correlation(frame, config, r)[["yi", "vi"]], rtol=1e-13)
    assert len(at) == len(frame) == 2
