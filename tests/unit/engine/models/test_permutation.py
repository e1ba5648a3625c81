"""Permutation tests against enumeration by hand."""

from itertools import permutations, product

import numpy as np
import pytest

import evidence as ev

YI = np.array([0.1, 0.3, -0.2, 0.8, 0.5, 1.1])
VI = np.array([0.05, 0.02, 0.08, 0.03, 0.06, 0.04])
XI = np.array([1.0, 2.0, 2.0, 3.0, 3.0, 3.0])


def share(stats, observed):
    return np.mean(np.abs(stats) >= abs(observed) * (1 - 1e-8))


@pytest.mark.parametrize("method, test", [("REML", "knha"), ("DL", "z"), ("EE", "adhoc")])
def test_all_signs_of_a_pool(method, test):
    fit = ev.rma(YI, VI, method=method, test=test)
    stats = [ev.rma(YI * signs, VI, method=method, test=test).stat for signs in product((1, -1), repeat=6)]
    result = ev.permutation_test(fit)
    assert result.exact and result.n == 64
    assert result.p == pytest.approx(share(stats, fit.stat)) and result.QM_p == result.p


def test_all_rows_of_moderators():
    """Rows that are alike are not told apart: 6!/(1! 2! 3!) = 60 arrangements, each of 12 orders."""
    fit = ev.rma(YI, VI, XI, method="DL")
    fits = [ev.rma(YI, VI, XI[list(order)], method="DL") for order in permutations(range(6))]
    result = ev.permutation_test(fit)
    assert result.exact and result.n == 60
    stats = np.array([each.stat for each in fits])
    np.testing.assert_allclose(result.p, [share(stats[:, j], fit.stat[j]) for j in range(2)])
    assert result.QM_p == pytest.approx(share(np.array([each.QM for each in fits]), fit.QM))


def test_moderators_given_anew():
    a, b = ev.permutation_test(ev.rma(YI, VI), X=XI), ev.permutation_test(ev.rma(YI, VI, XI))
    np.testing.assert_array_equal(a.p, b.p)


def test_random_arrangements():
    rng = np.random.default_rng(1)
    vi = rng.uniform(0.01, 0.3, 20)
    yi, x = rng.normal(0.3, np.sqrt(vi + 0.05)), rng.normal(size=20)
    pool, slope = ev.rma(yi, vi), ev.rma(yi, vi, x)
    for fit in (pool, slope):
        one, again, other = (ev.permutation_test(fit, n=400, seed=seed) for seed in (1, 1, 2))
        assert not one.exact and one.n == 400
        np.testing.assert_array_equal(one.p, again.p)
        assert np.min(one.p) >= 1 / 400
        np.testing.assert_allclose(one.p, other.p, atol=0.1)
        assert one.QM_p == pytest.approx(fit.QM_p, abs=0.1)


def test_an_exact_test_needs_no_seed_and_no_more_than_n():
    assert not ev.permutation_test(ev.rma(YI, VI), n=63, seed=1).exact
    assert ev.permutation_test(ev.rma(YI, VI), n=64).exact


def test_hine_1989_lidocaine_all_64_signs():
    """Six trials, risk differences: p = 4/64, as metafor's exact `permutest`."""
    trials = {"ai": [2, 4, 6, 7, 7, 11], "ci": [1, 4, 4, 5, 3, 4]}
    sizes = {"n1i": [39, 44, 107, 103, 110, 154], "n2i": [43, 44, 110, 100, 106, 146]}
    effect = ev.escalc("RD", **trials, **sizes)
    result = ev.permutation_test(ev.rma(effect.yi, effect.vi, test="z"))
    assert result.exact and result.n == 64 and result.p == 0.0625


def test_bcg_all_8192_signs():
    """13 trials, log risk ratios: p = 12/8192."""
    yi = [
        -0.8893,
        -1.5854,
        -1.3481,
        -1.4416,
        -0.2175,
        -0.7861,
        -1.6209,
        0.0120,
        -0.4694,
        -1.3713,
        -0.3394,
        0.4459,
        -0.0173,
    ]
    vi = [
        0.3256,
        0.1946,
        0.4154,
        0.0200,
        0.0512,
        0.0069,
        0.2230,
        0.0040,
        0.0564,
        0.0730,
        0.0124,
        0.5325,
        0.0714,
    ]
    result = ev.permutation_test(ev.rma(yi, vi, test="z"))
    assert result.exact and result.n == 8192 and result.p == 12 / 8192


ERRORS = [
    (lambda: ev.permutation_test(ev.rma(YI, VI), n=0), "n must be a whole number above zero, got 0"),
    (lambda: ev.permutation_test(ev.rma(YI, VI), n=2.5), "n must be a whole number above zero, got 2.5"),
    (lambda: ev.permutation_test(ev.rma(YI, VI), n=np.inf), "n must be a whole number above zero, got inf"),
    (lambda: ev.permutation_test(ev.rma(YI, VI), n="9"), "n must be a whole number above zero, got '9'"),
    (lambda: ev.permutation_test(ev.rma(YI, VI), n=True), "n must be a whole number above zero, got True"),
    (lambda: ev.permutation_test(ev.rma(YI, VI), seed="a"), "seed must be a whole number from 0 .*, got 'a'"),
    (lambda: ev.permutation_test(ev.rma(YI, VI), seed=-1), "seed must be a whole number from 0 .*, got -1"),
    (lambda: ev.permutation_test(ev.rma([1], [1])), "fit must hold at least 2 studies, got 1"),
    (lambda: ev.permutation_test(YI), "fit must be a result of rma, got ndarray"),
    (lambda: ev.permutation_test(ev.rma(YI, VI), X=XI[:3]), "lengths differ: X has 3, yi has 6"),
]


@pytest.mark.parametrize("call, message", ERRORS)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
