"""Mantel-Haenszel and Peto: a textbook, a paper, empty cells, errors."""

import numpy as np
import pytest

import evidence as ev

TOLBUTAMIDE = {"ai": [8, 22], "bi": [98, 76], "ci": [5, 16], "di": [115, 69]}
BETA_BLOCKERS = np.array(
    [
        [14, 56, 15, 58], [18, 66, 19, 64], [15, 100, 12, 95], [10, 52, 12, 47], [21, 226, 24, 228], [3, 38, 6, 31],
        [2, 20, 3, 20], [19, 76, 15, 67], [15, 106, 9, 114], [5, 62, 4, 57], [0, 9, 0, 8], [8, 133, 11, 127],
        [3, 48, 3, 49], [0, 16, 0, 13], [1, 42, 1, 46], [0, 25, 3, 25], [14, 221, 15, 228], [0, 11, 0, 11],
        [8, 259, 7, 129], [6, 157, 4, 158], [3, 177, 2, 136],
    ]
)  # fmt: skip


def beta_blockers():
    ai, n1i, ci, n2i = BETA_BLOCKERS.T
    return {"ai": ai, "bi": n1i - ai, "ci": ci, "di": n2i - ci}


@pytest.mark.parametrize(
    "measure, estimate, ci_low, ci_high, Q, Q_p",
    [
        ("RD", 0.0349, -0.0176, 0.0874, 0.0017, 0.9669),
        ("RR", 0.2818, -0.1442, 0.7078, 0.4472, 0.5037),
        ("OR", 0.3387, -0.1731, 0.8505, 0.3474, 0.5556),
    ],
)
def test_rothman_2008_tolbutamide(measure, estimate, ci_low, ci_high, Q, Q_p):
    """Modern Epidemiology, 3rd ed., chapter 15, Table 15-1: deaths on tolbutamide and placebo in two ages, 90%."""
    found = ev.mantel_haenszel(measure, **TOLBUTAMIDE, level=0.9)
    values = (found.estimate, found.ci_low, found.ci_high, found.Q, found.Q_p)
    assert values == pytest.approx((estimate, ci_low, ci_high, Q, Q_p), abs=5.1e-5)
    assert (found.k, found.Q_df) == (2, 1)


def test_yusuf_1985_early_oral_beta_blockade():
    """Prog Cardiovasc Dis 27, Table 6: pooled odds ratio 0.93 (0.74 to 1.18)."""
    found = ev.peto(**beta_blockers())
    assert np.exp([found.estimate, found.ci_low, found.ci_high]) == pytest.approx([0.93, 0.74, 1.18], abs=5e-3)
    assert (found.k, found.Q_df) == (21, 17)


def test_peto_is_the_sum_of_its_tables():
    """With an event in every group Q is that of the tables' own one-step estimates."""
    tables = {name: np.array(cells) for name, cells in TOLBUTAMIDE.items()}
    effect, found = ev.escalc("PETO", **tables), ev.peto(**tables)
    w = 1 / effect.vi
    assert found.estimate == pytest.approx((w * effect.yi).sum() / w.sum(), rel=1e-12)
    assert found.se == pytest.approx(w.sum() ** -0.5, rel=1e-12)
    assert found.Q == pytest.approx((w * (effect.yi - found.estimate) ** 2).sum(), rel=1e-12)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_one_table_is_its_own_measure(measure):
    table = {"ai": [8], "bi": [98], "ci": [5], "di": [115]}
    found = ev.mantel_haenszel(measure, **table)
    assert found.estimate == pytest.approx(ev.escalc(measure, **table).yi[0], rel=1e-12)
    assert (found.Q_df, found.Q_p, found.I2, found.H2) == (0, 1.0, 0.0, 1.0)
    assert found.Q == pytest.approx(0, abs=1e-20)


def test_tables_without_events_change_ratios_not_at_all():
    """They weigh nothing in OR and RR, and pull the risk difference towards 0; Q leaves them out throughout."""
    more = {name: [*cells, extra] for (name, cells), extra in zip(TOLBUTAMIDE.items(), (0, 30, 0, 40), strict=True)}
    for measure in ("OR", "RR"):
        with_empty, without = ev.mantel_haenszel(measure, **more), ev.mantel_haenszel(measure, **TOLBUTAMIDE)
        assert (with_empty.estimate, with_empty.se) == pytest.approx((without.estimate, without.se), rel=1e-14)
        assert (with_empty.k, with_empty.Q_df, with_empty.Q) == (3, 1, without.Q)
    drawn, alone = ev.mantel_haenszel("RD", **more), ev.mantel_haenszel("RD", **TOLBUTAMIDE)
    assert 0 < drawn.estimate < alone.estimate
    assert drawn.Q_df == 1
    assert ev.peto(**more).estimate == pytest.approx(ev.peto(**TOLBUTAMIDE).estimate, rel=1e-14)


def test_zero_cells_are_not_filled_up():
    """One empty cell: the pooled odds ratio is of the counts themselves, Q of the table with 1/2 added."""
    table = {"ai": [0, 8], "bi": [20, 98], "ci": [4, 5], "di": [16, 115]}
    found = ev.mantel_haenszel("OR", **table)
    assert found.estimate == pytest.approx(np.log((8 * 115 / 226) / (20 * 4 / 40 + 98 * 5 / 226)), rel=1e-12)
    effect = ev.escalc("OR", **table)
    assert effect.yi[0] == pytest.approx(np.log(0.5 * 16.5 / (20.5 * 4.5)))
    assert found.Q == pytest.approx(((effect.yi - found.estimate) ** 2 / effect.vi).sum(), rel=1e-12)


def test_peto_takes_zero_cells_as_they_are():
    """O - E = 1 - 63/42, 0 - 90/60, 3 - 60/42, 5 - 45 * 11/92; Q by Yusuf et al. 1985, p. 372, worked out by hand."""
    found = ev.peto([1, 0, 3, 5], [20, 30, 17, 40], [2, 3, 0, 6], [19, 28, 22, 41])
    excess = np.array([1 - 21 * 3 / 42, -30 * 3 / 61, 3 - 20 * 3 / 42, 5 - 45 * 11 / 92])
    V = np.array([21 * 21 * 3 * 39 / (42**2 * 41), 30 * 31 * 3 * 58 / (61**2 * 60), 20 * 22 * 3 * 39 / (42**2 * 41),
                  45 * 47 * 11 * 81 / (92**2 * 91)])  # fmt: skip
    assert found.Q == pytest.approx((excess**2 / V).sum() - excess.sum() ** 2 / V.sum(), rel=1e-12)
    assert (found.Q, found.Q_p, found.I2, found.H2) == pytest.approx((6.748290, 0.080368, 55.5443, 2.24943), rel=1e-5)
    assert found.Q_df == 3


def test_one_table_has_no_scatter():
    """With 1/2 added to its cells it lies off the estimate, which is that of the counts."""
    found = ev.mantel_haenszel("RD", [0], [30], [3], [28])
    assert (found.Q, found.Q_df, found.Q_p, found.I2, found.H2) == (0, 0, 1, 0, 1)


NONE, ALL = [0, 0], [10, 20]
ERRORS = {
    "ai, bi, ci, di must give a pooled odds ratio above zero and finite, got 0 / 0": ("OR", NONE, ALL, NONE, ALL),
    "ai, bi, ci, di must give a pooled risk ratio above zero and finite, got 0 / 5": ("RR", NONE, ALL, [4, 6], [6, 14]),
    "ai, bi, ci, di must leave a variance to the pooled RD, got 0": ("RD", NONE, ALL, NONE, ALL),
    "ai, bi, ci, di must leave a variance to the pooled RR, got 0": ("RR", ALL, NONE, ALL, NONE),
    "measure must be one of 'OR', 'RR', 'RD', got 'IRR'": ("IRR", ALL, ALL, ALL, ALL),
    "ci[1] must be at least 0, got -1.0": ("OR", ALL, ALL, [1, -1], ALL),
    "di[0] must be a finite number, got nan": ("OR", ALL, ALL, ALL, [np.nan, 1]),
    "lengths differ: ai has 2, bi has 2, ci has 1, di has 2": ("OR", ALL, ALL, [1], ALL),
    "n2i[1] must be above zero, got 0.0: group 2 is empty": ("OR", ALL, ALL, [1, 0], [1, 0]),
    "ai must hold at least 1 table, got 0": ("OR", [], [], [], []),
    "level must be between 0 and 1, got 95": ("OR", ALL, ALL, ALL, ALL, 95),
}


@pytest.mark.parametrize("message", ERRORS)
def test_errors_say_what_is_wrong(message):
    with pytest.raises(ValueError) as error:
        ev.mantel_haenszel(*ERRORS[message])
    assert str(error.value) == message


def test_peto_needs_events_and_non_events():
    with pytest.raises(ValueError, match="^ai, bi, ci, di must hold a table with both events and non-events, got none$"):
        ev.peto(NONE, ALL, NONE, ALL)
    with pytest.raises(ValueError, match="^level must be between 0 and 1, got 1.5$"):
        ev.peto(ALL, ALL, ALL, ALL, level=1.5)
