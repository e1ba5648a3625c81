"""Odds ratios, correlations and standardised differences, each turned into another where the config allows it."""

import numpy as np
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.pools.analyses import analyses
from evidence.stages.tables.checks.checks import check
from tests.support import toy
from tests.support.toy import group, number, se, study

Z = 1.959963984540054
ROWS = {
    "odds_ratio": {"value": 2, "timepoint": "difference", "versus": "placebo", "spread": "ci95", "spread_low": 1.1, "spread_high": 3.6},
    "correlation": {"value": 0.3, "n": 50},
    "standardised_difference": {"value": 0.4, "timepoint": "difference", "versus": "placebo", "n": 42, "n_versus": 22},
}
LOG_OR = np.log(2), (np.log(3.6 / 1.1) / (2 * Z)) ** 2
R = 0.3, (1 - 0.3**2) ** 2 / 47
D = 0.4, 1 / 20 + 1 / 22 + 0.4**2 / 84


def made(path, statistic, measure, convert=True, **columns):
    """The one effect, the folder and its config."""
    row = number("s", **({"timepoint": "followup", "statistic": statistic, "unit": ""} | ROWS[statistic] | columns))
    folder = toy.folder(
        path, f"{toy.CONFIG}effects:\n  convert: {str(convert).lower()}\n", studies=[study("s", design="rct_parallel")],
        groups=[group("s"), group("s", "placebo", arm="placebo")], outcomes=[{"measure": measure, "cv_low": "", "cv_high": ""}], measurements=[row],
    )  # fmt: skip
    (effect,) = effects_and_unused(ev.read(folder), load(folder))[0].itertuples()
    return effect, folder, load(folder)


EXPECTED = {
    ("odds_ratio", "SMD"): (LOG_OR[0] * np.sqrt(3) / np.pi, LOG_OR[1] * 3 / np.pi**2),
    ("correlation", "SMD"): (2 * R[0] / np.sqrt(1 - R[0] ** 2), 4 * R[1] / (1 - R[0] ** 2) ** 3),
    ("standardised_difference", "OR"): (D[0] * np.pi / np.sqrt(3), D[1] * np.pi**2 / 3),
}


@pytest.mark.parametrize("statistic, measure", EXPECTED)
def test_conversions_by_borenstein_2009_chapter_7(tmp_path, statistic, measure):
    effect, _, _ = made(tmp_path, statistic, measure)
    assert (effect.measure, effect.contrast, effect.pairing, effect.route, effect.headline) == (
        measure,
        "versus_control",
        "converted",
        "printed",
        "yes",
    )
    assert (effect.yi, effect.vi) == pytest.approx(EXPECTED[statistic, measure], rel=1e-12)


def test_d_as_a_correlation(tmp_path):
    """Equations 7.7 to 7.9: r = d / sqrt(d^2 + a) with variance a^2 v / (d^2 + a)^3, here on the scale of Fisher's z."""
    effect, _, _ = made(tmp_path, "standardised_difference", "ZCOR")
    a = 42**2 / (20 * 22)
    r, v = D[0] / np.sqrt(D[0] ** 2 + a), a**2 * D[1] / (D[0] ** 2 + a) ** 3
    assert (effect.contrast, effect.effect) == ("single_arm", pytest.approx(r, rel=1e-12))
    assert effect.vi == pytest.approx(v / (1 - r**2) ** 2, rel=1e-12)


def test_an_odds_ratio_as_a_correlation_goes_through_d(tmp_path):
    effect, _, _ = made(tmp_path, "odds_ratio", "ZCOR")
    d = LOG_OR[0] * np.sqrt(3) / np.pi
    assert effect.effect == pytest.approx(d / np.sqrt(d**2 + 4), rel=1e-12)


def test_there_and_back(tmp_path):
    """A d with its error, as an odds ratio, is what that odds ratio gives as d."""
    there, _, _ = made(tmp_path / "a", "standardised_difference", "OR", **se(0.25))
    low, high = (np.exp(there.yi + sign * Z * there.sei) for sign in (-1, 1))
    back, _, _ = made(tmp_path / "b", "odds_ratio", "SMD", value=np.exp(there.yi), spread_low=low, spread_high=high)
    assert (back.yi, back.sei) == pytest.approx((0.4, 0.25), rel=1e-9)


@pytest.mark.parametrize(
    "statistic, measure", [*EXPECTED, ("odds_ratio", "ZCOR"), ("correlation", "OR"), ("standardised_difference", "ZCOR")]
)
def test_switched_off_it_is_shown_not_weighted(tmp_path, statistic, measure):
    effect, folder, _ = made(tmp_path, statistic, measure, convert=False)
    words = statistic.replace("_", " ")
    assert (effect.route, effect.headline) == ("none", "no") and effect.yi > 0
    assert effect.reason == f"not weighted: {words}, while its outcome is pooled as {measure} and effects.convert is off"
    assert "statistics_fit" in [flag.rule for flag in check(folder)[1]]


def test_switched_on_nothing_is_remarked_and_an_analysis_leaves_it_out(tmp_path):
    effect, folder, config = made(tmp_path, "odds_ratio", "SMD")
    assert "statistics_fit" not in [flag.rule for flag in check(folder)[1]]
    assert effect.printed == "2 (95% CI 1.1 to 3.6), converted"
    frame = effects_and_unused(ev.read(folder), config)[0]
    assert len(analyses(config)["without_converted"].select(frame, config)) == 0
    assert "without_converted" not in analyses(load(made(tmp_path / "off", "odds_ratio", "SMD", convert=False)[1]))
