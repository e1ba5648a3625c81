"""One study left out, or one added, at a time."""

import json
from pathlib import Path

import numpy as np
import pytest

from evidence.engine.models.diagnostics import COLUMNS, cumulative, influence, leave_one_out
from evidence.engine.models.uni import rma

REFERENCE = Path(__file__).parents[3] / "reference" / "metafor_models.json"
BCG = json.loads(REFERENCE.read_text())["datasets"]["bcg_rr"]["data"]
YI, VI, LATITUDE = (np.array(BCG[name], dtype=float) for name in ("yi", "vi", "mod"))


def test_viechtbauer_cheung_2010_first_bcg_trial():
    """The figures that metafor's tests hold for the BCG trials, at its own looser tau2."""
    first = influence(rma(YI, VI, test="z")).iloc[0]
    assert first["dfbs"] == pytest.approx(-0.0402659, abs=1e-7)
    assert (first["rstudent"], first["cook.d"]) == pytest.approx((-0.21814247, 0.00171654), abs=1e-7)
    left = leave_one_out(rma(YI, VI, test="z")).iloc[0]
    assert (left["stat"], left["p"]) == pytest.approx((-3.72225718, 0.00019744976), abs=2e-7)
    assert (left["ci_low"], left["ci_high"]) == pytest.approx((-1.07940055, -0.33476702), abs=2e-7)
    assert left["Q"] == pytest.approx(151.582572747, abs=1e-9)
    assert (left["I2"], left["H2"]) == pytest.approx((93.2259349, 14.7621847), abs=2e-6)


def test_influential_trials_under_equal_effects():
    """Three of the 13 BCG trials, says metafor's test of `infonly`."""
    assert influence(rma(YI, VI, method="EE", test="z"))["inf"].sum() == 3


def test_influence_with_moderators():
    """Hat values and Cook's distances that metafor's tests hold for the BCG trials by latitude."""
    table = influence(rma(YI, VI, LATITUDE, test="z"))
    hat = [
        0.049,
        0.1493,
        0.0351,
        0.3481,
        0.2248,
        0.2367,
        0.064,
        0.357,
        0.0926,
        0.1157,
        0.2309,
        0.0189,
        0.0778,
    ]
    cook = [
        0.0048,
        0.0489,
        0.0104,
        0.2495,
        0.0072,
        0.2883,
        0.3643,
        0.2719,
        0.02,
        0.1645,
        0.0009,
        0.0403,
        0.1433,
    ]
    assert table["hat"].to_list() == pytest.approx(hat, abs=5.1e-5)
    assert table["cook.d"].to_list() == pytest.approx(cook, abs=6e-5)
    assert list(table)[-3:] == ["dfbs0", "dfbs1", "inf"]


@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_left_out_is_fitted_without(test):
    fit = rma(YI, VI, method="PM", test=test, level=0.9)
    table = leave_one_out(fit)
    assert tuple(table) == COLUMNS
    third = rma(np.delete(YI, 3), np.delete(VI, 3), method="PM", test=test, level=0.9)
    assert table.loc[3].to_list() == pytest.approx([getattr(third, name) for name in COLUMNS], rel=1e-9)


def test_knapp_hartung_enters_the_diagnostics():
    fit = rma(YI, VI, test="knha")
    without = rma(YI[1:], VI[1:], test="knha")
    first = influence(fit).iloc[0]
    shift = fit.estimate - without.estimate
    assert first["cook.d"] == pytest.approx((shift / fit.se) ** 2, rel=1e-12)
    assert first["cov.r"] == pytest.approx((without.se / fit.se) ** 2, rel=1e-12)
    s2 = without.se**2 * np.sum(1 / (VI[1:] + without.tau2))
    assert first["dfbs"] == pytest.approx(shift / np.sqrt(s2 / np.sum(1 / (VI + without.tau2))), rel=1e-12)


@pytest.mark.parametrize("X", [None, LATITUDE], ids=["average", "latitude"])
@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_rstudent_is_the_statistic_of_a_study_with_a_mean_of_its_own(X, test):
    """Viechtbauer & Cheung 2010, p. 114: the mean-shift outlier model."""
    found = influence(rma(YI, VI, X, test=test))["rstudent"]
    for i, own in enumerate(np.eye(13)):
        shifted = rma(YI, VI, own if X is None else np.column_stack([X, own]), test=test)
        assert found[i] == pytest.approx(shifted.stat[-1], rel=1e-7)


def test_a_study_that_alone_identifies_a_moderator():
    table = influence(rma(YI, VI, np.arange(13) == 12))
    others = influence(rma(YI[:12], VI[:12]))
    needs_the_others = ["rstudent", "dffits", "cook.d", "cov.r", "tau2.del", "QE.del", "dfbs0", "dfbs1"]
    assert table.loc[12, needs_the_others].isna().all() and table.loc[12, "inf"]
    assert table.loc[12, "hat"] == pytest.approx(1, rel=1e-12)
    assert table["rstudent"][:12].to_list() == pytest.approx(others["rstudent"].to_list(), rel=1e-7)


def test_cumulative_ends_with_the_fit():
    fit = rma(YI, VI, test="z")
    table = cumulative(fit)
    assert tuple(table) == COLUMNS
    assert table.iloc[-1].to_list() == pytest.approx([getattr(fit, name) for name in COLUMNS], rel=1e-9)
    assert table.iloc[0][["estimate", "se", "tau2"]].to_list() == pytest.approx([YI[0], np.sqrt(VI[0]), 0])


def test_cumulative_in_order():
    fit = rma(YI, VI, test="z")
    table = cumulative(fit, order=LATITUDE)
    by_latitude = np.argsort(LATITUDE, kind="stable")
    assert table.index.to_list() == by_latitude.tolist()
    four = rma(YI[by_latitude[:4]], VI[by_latitude[:4]], test="z")
    assert table.iloc[3]["estimate"] == pytest.approx(four.estimate, rel=1e-9)


def test_labels_name_the_rows():
    labels = [f"trial {i}" for i in range(13)]
    fit = rma(YI, VI)
    assert leave_one_out(fit, labels).index.to_list() == labels
    assert influence(fit, labels).index.to_list() == labels
    assert cumulative(fit, order=-np.arange(13), labels=labels).index.to_list() == labels[::-1]
    pairs = [("trial", i) for i in range(13)]
    assert leave_one_out(fit, pairs).index.to_list() == pairs


def test_errors():
    fit, regression = rma(YI, VI), rma(YI, VI, LATITUDE)
    for function in (leave_one_out, cumulative):
        with pytest.raises(ValueError, match="fit must have no moderators here, got a design of 2 columns"):
            function(regression)
    with pytest.raises(ValueError, match="lengths differ: yi has 13, labels has 2"):
        leave_one_out(fit, labels=["a", "b"])
    with pytest.raises(ValueError, match="lengths differ: yi has 13, order has 2"):
        cumulative(fit, order=[1, 2])
    with pytest.raises(ValueError, match=r"order\[1\] must be a finite number, got nan"):
        cumulative(fit, order=[1.0, np.nan] + [0.0] * 11)
    with pytest.raises(ValueError, match="fit must have at least 2 studies to leave one out, got 1"):
        leave_one_out(rma(YI[:1], VI[:1]))
    with pytest.raises(ValueError, match="fit must have at least 4 studies to leave one out, got 3"):
        influence(rma(YI[:3], VI[:3], LATITUDE[:3]))
    with pytest.raises(ValueError, match="fit must have test 'z' or 'adhoc': without study 2 the others"):
        influence(rma([0.1, 0.1, 0.4], [0.1, 0.2, 0.3]))
    for labels, named in ((3, "3"), ("abcdefghijklm", "'abcdefghijklm'")):
        with pytest.raises(ValueError, match=f"labels must be a sequence of 13 names, got {named}"):
            leave_one_out(fit, labels=labels)
