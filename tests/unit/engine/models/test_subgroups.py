"""Subgroups: fits by label and the test between them. Numbers against metafor stand in tests/reference."""

import numpy as np
import pytest

import evidence as ev

YI = [0.1, 0.3, -0.2, 0.8, 0.5, 1.1, 0.4]
VI = [0.05, 0.02, 0.08, 0.03, 0.06, 0.04, 0.1]
LABELS = ["b", "a", "a", "b", "b", "b", "c"]


def test_separate_fits_are_those_of_the_parts():
    result = ev.subgroups(YI, VI, LABELS)
    assert list(result.fits) == ["a", "b", "c"] and result.df == 2 and result.tau2 == "separate"
    part = ev.rma([0.1, 0.8, 0.5, 1.1], [0.05, 0.03, 0.06, 0.04])
    assert (result.fits["b"].estimate, result.fits["b"].se, result.fits["b"].df) == (
        part.estimate,
        part.se,
        3,
    )
    assert result.fits["c"].tau2 == 0 and result.fits["c"].df is None
    assert result.fits["c"].se == pytest.approx(np.sqrt(0.1))


@pytest.mark.parametrize("method", ["REML", "DL", "PM", "EE"])
def test_common_tau2_is_the_meta_regression(method):
    result = ev.subgroups(YI, VI, LABELS, method=method, tau2="common")
    dummies = np.array([[label == name for name in "bc"] for label in LABELS], float)
    regression = ev.rma(YI, VI, dummies, method=method, test="z")
    assert [fit.tau2 for fit in result.fits.values()] == pytest.approx([regression.tau2] * 3, rel=1e-9)
    assert result.Q_between == pytest.approx(regression.QM, rel=1e-9)
    assert result.p == pytest.approx(regression.QM_p, rel=1e-9) and result.df == 2
    assert result.fits["c"].se == pytest.approx(np.sqrt(0.1 + regression.tau2))


def test_the_test_between_does_not_depend_on_the_test_within():
    results = [ev.subgroups(YI, VI, LABELS, test=test) for test in ("z", "knha", "adhoc")]
    assert len({result.Q_between for result in results}) == 1
    assert results[0].fits["b"].df is None and results[1].fits["b"].df == 3


def test_labels_of_any_kind():
    numbers = ev.subgroups(YI, VI, [10, 9, 9, 10, 10, 10, 9])
    assert list(numbers.fits) == [9, 10]
    one = ev.subgroups(YI, VI, ["x"] * 7, tau2="common")
    assert (one.Q_between, one.df, one.p) == (0, 0, 1)
    assert one.fits["x"].estimate == ev.rma(YI, VI).estimate
    lone = ev.subgroups(YI[:2], VI[:2], ["x", "y"], tau2="common")
    assert lone.Q_between == pytest.approx(0.2**2 / 0.07) and lone.fits["x"].tau2 == 0


ERRORS = [
    (dict(labels=3), "labels must be a sequence, got 3"),
    (dict(labels=LABELS[:6]), "lengths differ: yi has 7, labels has 6"),
    (dict(labels=["a", None] + LABELS[2:]), r"labels\[1\] must name a subgroup, got None"),
    (dict(labels=[1.0, np.nan] + [1.0] * 5), r"labels\[1\] must name a subgroup, got nan"),
    (dict(labels=[[label] for label in LABELS]), r"labels\[0\] must name a subgroup, got \['b'\]"),
    (dict(labels=LABELS, tau2="both"), "tau2 must be one of 'separate', 'common', got 'both'"),
    (dict(labels=LABELS, method="XX"), "method must be one of"),
    (dict(labels=LABELS, test="XX"), "test must be one of"),
    (dict(labels=LABELS, level=0), "level must be between 0 and 1, got 0"),
]


@pytest.mark.parametrize("arguments, message", ERRORS)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ev.subgroups(YI, VI, **arguments)
