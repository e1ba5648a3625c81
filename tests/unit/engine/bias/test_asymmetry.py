"""Egger's regression and Begg's rank correlation."""

import numpy as np
import pytest

from evidence.engine.bias.asymmetry import begg, egger, exact_p, score_variance
from evidence.engine.models.uni import rma


def magnesium():
    """Log odds ratios of death after myocardial infarction, 16 trials (Egger et al. 2001, chapter 18)."""
    ai = np.array([1, 9, 2, 1, 10, 1, 1, 0, 6, 1, 2, 5, 4, 90, 4, 2216.0])
    n1i = np.array([40, 135, 200, 48, 150, 59, 25, 22, 76, 27, 89, 23, 130, 1159, 107, 29011])
    ci = np.array([2, 23, 7, 1, 8, 9, 3, 1, 11, 7, 12, 13, 8, 118, 17, 2103.0])
    n2i = np.array([36, 135, 200, 46, 148, 56, 23, 21, 75, 27, 80, 33, 122, 1157, 108, 29039])
    half = np.where((ai == 0) | (ci == 0), 0.5, 0.0)
    bi, di = n1i - ai + half, n2i - ci + half
    ai, ci = ai + half, ci + half
    return np.log(ai * di / (bi * ci)), 1 / ai + 1 / bi + 1 / ci + 1 / di


def test_egger_1997_magnesium():
    """Strong asymmetry; the figure is the one metafor's tests hold for these trials."""
    yi, vi = magnesium()
    found = egger(rma(yi, vi, test="z"))
    assert found.stat == pytest.approx(-4.6686, abs=5e-5)
    assert found.p < 1e-5


def test_egger_1997_standard_normal_deviate_on_precision():
    """BMJ 315, p. 629: the intercept of yi/sei on 1/sei, by ordinary least squares."""
    yi, vi = magnesium()
    precision = 1 / np.sqrt(vi)
    design = np.column_stack([np.ones(16), precision])
    b, residual_sum, *_ = np.linalg.lstsq(design, yi * precision)
    se = np.sqrt(residual_sum[0] / 14 * np.linalg.inv(design.T @ design)[0, 0])
    found = egger(rma(yi, vi), model="lm")
    assert (found.estimate, found.limit) == pytest.approx((b[0], b[1]), rel=1e-9)
    assert (found.se, found.stat, found.df) == pytest.approx((se, b[0] / se, 14), rel=1e-9)
    assert found.limit_low < found.limit < found.limit_high


def test_egger_keeps_method_test_and_moderators_of_the_fit():
    yi, vi = magnesium()
    x = np.arange(16.0)
    found = egger(rma(yi, vi, x, method="DL", test="knha"))
    direct = rma(yi, vi, np.column_stack([x, np.sqrt(vi)]), method="DL", test="knha")
    assert (found.stat, found.p, found.df) == pytest.approx((direct.stat[-1], direct.p[-1], 13))
    assert found.limit is found.limit_low is found.limit_high is None
    assert egger(rma(yi, vi, x), model="lm").df == 13


def test_begg_1994_magnesium():
    """tau = 0.15 with exact p = 0.4503, as metafor's tests hold for these trials."""
    found = begg(rma(*magnesium()), exact=True)
    assert found.tau == pytest.approx(0.15, abs=1e-12)
    assert found.p == pytest.approx(0.4503, abs=5e-5)
    assert found.exact and found.k == 16


def test_kendall_1938_distribution_for_four_ranks():
    """Biometrika 30: scores -6 to 6 of four ranks occur 1, 3, 5, 6, 5, 3, 1 times in 24."""
    times = np.array([1, 3, 5, 6, 5, 3, 1])
    for concordant in range(7):
        tail = min(times[: concordant + 1].sum(), times[concordant:].sum())
        assert exact_p(concordant, 4) == pytest.approx(min(1.0, 2 * tail / 24), rel=1e-14)


def test_exact_p_far_out():
    assert exact_p(0, 20) == pytest.approx(2 / 2432902008176640000, rel=1e-12)


def test_variance_of_the_score_with_ties():
    """Over all orders of y = (1, 1, 2, 3, 3) against x = (1, 2, 2, 3, 4)."""
    from itertools import permutations

    x, y = np.array([1, 2, 2, 3, 4]), np.array([1, 1, 2, 3, 3])
    order = np.sign(x[:, None] - x)
    scores = [np.sum(np.triu(order * np.sign(np.subtract.outer(p, p)), 1)) for p in permutations(y)]
    variance = score_variance(5, np.array([1, 2, 1, 1]), np.array([2, 1, 2]))
    assert variance == pytest.approx(np.var(scores), rel=1e-12)


def test_errors():
    yi, vi = magnesium()
    with pytest.raises(ValueError, match="model must be one of 'rma', 'lm', got 'ols'"):
        egger(rma(yi, vi), model="ols")
    with pytest.raises(ValueError, match="yi must hold at least 3 studies, got 2"):
        egger(rma(yi[:2], vi[:2]))
    with pytest.raises(ValueError, match="yi must hold at least 4 studies, got 3"):
        egger(rma(yi[:3], vi[:3], [0, 1, 0]))
    with pytest.raises(ValueError, match="yi must hold at least 3 studies, got 2"):
        begg(rma(yi[:2], vi[:2]))
    with pytest.raises(ValueError, match="vi must differ between studies, got one value for all"):
        egger(rma(yi, np.ones(16)))
    with pytest.raises(ValueError, match="vi must differ between studies, got one value for all"):
        begg(rma(yi, np.ones(16)))
    with pytest.raises(ValueError, match="yi must differ between studies, got one value for all"):
        begg(rma(np.zeros(16), vi))
    for fit, model in ((rma(np.full(16, 0.1), vi, test="knha"), "rma"), (rma(np.sqrt(vi), vi), "lm")):
        with pytest.raises(ValueError, match="yi must scatter about the line"):
            egger(fit, model)
    assert egger(rma(np.full(16, 0.1), vi, test="z")).stat == pytest.approx(0, abs=1e-9)
    with pytest.raises(ValueError, match="exact must be one of True, False, got 'yes'"):
        begg(rma([0.1, 0.3, 0.4], [0.1, 0.2, 0.3]), exact="yes")
    with pytest.raises(ValueError, match="exact must be False with ties"):
        begg(rma(np.append(yi, yi[0]), np.append(vi, vi[0])), exact=True)
    with pytest.raises(ValueError, match="fit must have no moderators here"):
        begg(rma(yi, vi, np.arange(16)))
