"""`rma_batch`: the numbers of `rma`, column by column; absent studies; errors."""

import numpy as np
import pytest

import evidence as ev
from evidence.engine.models import batch as module
from evidence.engine.models.tau2 import TAU2

NAMES = (
    "estimate",
    "se",
    "stat",
    "p",
    "ci_low",
    "ci_high",
    "tau2",
    "I2",
    "H2",
    "Q",
    "Q_df",
    "Q_p",
    "QM",
    "QM_p",
    "k",
    "df",
    "pi_low",
    "pi_high",
)


def columns(seed=1, k=8, m=40, gaps=0.4):
    """Variances over five orders; the first columns hold one study, two, and studies that agree."""
    rng = np.random.default_rng(seed)
    V = 10.0 ** rng.uniform(-4, 1, (k, m))
    Y = rng.normal(3, np.sqrt(V + rng.choice([0, 0.1, 1], m)))
    gone = rng.random((k, m)) < gaps
    gone[:2] = False
    if gaps:
        gone[1:, 0], gone[2:, 1] = True, True
        Y[:, 2] = 2.0
    return np.where(gone, np.nan, Y), np.where(gone, np.nan, V)


def one_by_one(Y, V, X=None, **kwargs):
    for y, v in zip(Y.T, V.T):
        present = ~np.isnan(y)
        yield ev.rma(y[present], v[present], None if X is None else X[present], **kwargs)


def agree(batch, fits, names=NAMES):
    for name in names:
        single = np.array([np.nan if getattr(fit, name) is None else getattr(fit, name) for fit in fits], float).T
        np.testing.assert_allclose(getattr(batch, name), single, rtol=1e-10, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
@pytest.mark.parametrize("method", TAU2)
def test_the_same_as_one_by_one(method, test):
    Y, V = columns()
    batch = ev.rma_batch(Y, V, method=method, test=test, tau2_ci=True)
    fits = list(one_by_one(Y, V, method=method, test=test))
    agree(batch, fits)
    bounds = np.array([fit.tau2_ci() if fit.k > 1 else (np.nan, np.nan) for fit in fits])
    np.testing.assert_allclose(batch.tau2_low, bounds[:, 0], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(batch.tau2_high, bounds[:, 1], rtol=1e-10)


@pytest.mark.parametrize("gaps", [0, 0.3])
@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
@pytest.mark.parametrize("method", TAU2)
def test_the_same_with_moderators(method, test, gaps):
    Y, V = columns(seed=2, k=14, gaps=0)
    X = np.random.default_rng(4).normal(size=(14, 2)) * [1, 100] + [5, 2000]
    gone = np.random.default_rng(5).random(Y.shape) < gaps
    Y, V = np.where(gone, np.nan, Y), np.where(gone, np.nan, V)
    batch = ev.rma_batch(Y, V, method, test, X=X)
    assert batch.estimate.shape == (3, 40) and np.isnan(batch.pi_low).all()
    fits = list(one_by_one(Y, V, X, method=method, test=test))
    for name in ("tau2", "I2", "H2", "Q", "Q_p", "QM", "QM_p", "k", "df"):
        agree(batch, fits, [name])
    for name in ("estimate", "se", "ci_low", "ci_high"):
        single, se = (np.array([getattr(fit, each) for fit in fits]).T for each in (name, "se"))
        assert (np.abs(getattr(batch, name) - single) < 1e-8 * se).all()


def test_one_moderator_without_intercept():
    Y, V = columns(seed=3, gaps=0)
    x = np.linspace(1, 2, 8)
    agree(
        ev.rma_batch(Y, V, X=x, intercept=False),
        list(one_by_one(Y, V, x, intercept=False)),
        ("estimate", "se", "tau2", "QM", "QM_p"),
    )


def test_chunks_do_not_show(monkeypatch):
    Y, V = columns()
    whole = ev.rma_batch(Y, V)
    monkeypatch.setattr(module, "NUMBERS", 24)
    parts = ev.rma_batch(Y, V)
    for name in NAMES:
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-12)


def test_no_column_at_all():
    batch = ev.rma_batch(np.empty((3, 0)), np.empty((3, 0)))
    assert batch.estimate.shape == batch.tau2.shape == (0,)


def test_intervals_of_tau2_only_when_asked_for():
    Y, V = columns()
    assert np.isnan(ev.rma_batch(Y, V).tau2_low).all()


NAN = np.nan
ERRORS = [
    (([[1.0, NAN]], [[1.0, 1.0]]), {}, r"where Y is, got Y\[0, 1\] = nan and V\[0, 1\] = 1.0"),
    (([[1.0, 1.0]], [[1.0, NAN]]), {}, r"V must be NaN exactly where Y is, got Y\[0, 1\] = 1.0 and"),
    (([[1.0, np.inf]], [[1.0, 1.0]]), {}, r"Y must hold finite numbers or NaN, got Y\[0, 1\] = inf"),
    (([[1.0], [2.0]], [[1.0], [0.0]]), {}, r"above zero or NaN, got Y\[1, 0\] = 2.0 and V\[1, 0\] = 0.0"),
    (([[1.0]], [[np.inf]]), {}, "V must hold finite numbers above zero or NaN"),
    (([[1.0, NAN]], [[1.0, NAN]]), {}, "Y must hold at least one study a column, got none in column 1"),
    (([1.0], [1.0]), {}, r"Y and V must be \(k, m\) arrays of one shape with k > 0, got \(1,\) and \(1,\)"),
    (([[1.0]], [[1.0, 1.0]]), {}, r"got \(1, 1\) and \(1, 2\)"),
    (([["a"]], [[1.0]]), {}, "Y must hold numbers"),
    (([[1.0]], [[1.0]]), {"method": "MM"}, "method must be one of"),
    (([[1.0]], [[1.0]]), {"test": "t"}, "test must be one of"),
    (([[1.0]], [[1.0]]), {"level": 2}, "level must be between 0 and 1, got 2"),
    (([[1.0]], [[1.0]]), {"X": [1.0, 2.0]}, "lengths differ: X has 2, yi has 1"),
    (
        ([[1.0, 1.0], [2.0, NAN], [3.0, 3.0]], [[1.0, 1.0], [1.0, NAN], [1.0, 1.0]]),
        {"X": [1.0, 2.0, 3.0]},
        "X must have fewer columns than there are studies, .*: column 1 of Y has 2 studies for 2 coefficients",
    ),
    (
        ([[1.0], [2.0], [3.0], [NAN]], [[1.0], [1.0], [1.0], [NAN]]), {"X": [1.0, 1.0, 1.0, 3.0]},
        "and independent ones among them: column 0 of Y has 3 studies for 2 coefficients",
    ),
]  # fmt: skip


@pytest.mark.parametrize("data, options, message", ERRORS)
def test_errors(data, options, message):
    with pytest.raises(ValueError, match=message):
        ev.rma_batch(*data, **options)
