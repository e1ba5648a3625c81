"""Step-function selection model."""

import json
from pathlib import Path

import numpy as np
import pytest
import scipy

from evidence.engine.bias.selection import PIECES, selection_model
from evidence.engine.bias.steplikelihood import StepModel, loglik

REFERENCE = Path(__file__).parents[3] / "reference" / "metafor_models.json"
DATASETS = json.loads(REFERENCE.read_text())["datasets"]


def dataset(name):
    data = DATASETS[name]["data"]
    return np.array(data["yi"]), np.array(data["vi"])


def test_vevea_hedges_1995_model_on_passive_smoking():
    """Steps at 0.05, 0.1, 0.5: the weights that metafor's tests hold for these 37 studies."""
    found = selection_model(*dataset("hackshaw1998"), steps=(0.05, 0.10, 0.50, 1.00))
    assert found.delta == pytest.approx([1, 2.422079, 0.977543, 0.396713], rel=1e-5)
    assert found.delta_se == pytest.approx([0, 1.66085, 0.820387, 0.469235], rel=1e-5)
    assert found.lrt == pytest.approx(7.066137, abs=1e-6)
    assert found.tau2 == pytest.approx(0.03071325, rel=1e-5)
    assert (found.lrt_df, found.counts, found.steps) == (3, (7, 8, 16, 6), (0.05, 0.1, 0.5))
    assert found.lrt_p == pytest.approx(scipy.special.chdtrc(3, found.lrt))


@pytest.mark.parametrize(
    "alternative, steps",
    [
        ("greater", [0.025, 0.5]),
        ("less", [0.1]),
        ("two.sided", [0.05, 0.3]),
    ],
)
def test_derivatives(alternative, steps):
    rng = np.random.default_rng(8)
    X = np.column_stack([np.ones(9), rng.normal(size=9)])
    cuts, piece = PIECES[alternative](np.array(steps))
    interval = np.arange(9) % (len(steps) + 1)
    model = StepModel(rng.normal(size=9), rng.uniform(0.05, 0.5, 9), X, interval, cuts, piece)
    theta = np.concatenate([[0.2, -0.1, 0.3], rng.normal(size=len(steps))])
    _, gradient, hessian = loglik(theta, model)
    for at in range(len(theta)):
        step = np.zeros(len(theta))
        step[at] = 1e-5
        above, below = loglik(theta + step, model), loglik(theta - step, model)
        assert (above[0] - below[0]) / 2e-5 == pytest.approx(gradient[at], rel=1e-7, abs=1e-7)
        assert (above[1] - below[1]) / 2e-5 == pytest.approx(hessian[at], rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("alternative", ["greater", "less", "two.sided"])
def test_likelihood_is_a_density_of_published_effects(alternative):
    """Over all effects, the density of one study with selection has the mass 1."""
    cuts, piece = PIECES[alternative](np.array([0.025, 0.2]))
    theta = np.array([0.2, 0.05, np.log(0.4), np.log(0.1)])

    def density(y):
        interval = piece[np.searchsorted(cuts, y / 0.3)]
        model = StepModel(np.array([y]), np.array([0.09]), np.ones((1, 1)), np.array([interval]), cuts, piece)
        return np.exp(loglik(theta, model)[0])

    edges = [-4, *(0.3 * cuts), 4]
    mass = sum(scipy.integrate.quad(density, a, b, epsabs=1e-12)[0] for a, b in zip(edges, edges[1:]))
    assert mass == pytest.approx(1, abs=1e-9)


def test_less_mirrors_greater():
    yi, vi = dataset("molloy2014")
    up, down = selection_model(yi, vi), selection_model(-yi, vi, alternative="less")
    assert down.estimate == pytest.approx(-up.estimate, rel=1e-8)
    assert (down.se, down.tau2, down.lrt) == pytest.approx((up.se, up.tau2, up.lrt), rel=1e-7)
    assert (down.ci_low, down.ci_high) == pytest.approx((-up.ci_high, -up.ci_low), rel=1e-7)


def test_two_sided_counts_both_tails():
    yi, vi = dataset("hannum2020")
    found = selection_model(yi, vi, steps=(0.05,), alternative="two.sided")
    significant = int(np.sum(np.abs(yi / np.sqrt(vi)) > 1.96))
    assert found.counts == (significant, len(yi) - significant)
    mirrored = selection_model(-yi, vi, steps=(0.05,), alternative="two.sided")
    assert mirrored.estimate == pytest.approx(-found.estimate, rel=1e-7)


def test_moderators_give_arrays():
    yi, vi = dataset("crede2010")
    x = np.arange(97.0) + 1900
    found = selection_model(yi, vi, X=x)
    shifted = selection_model(yi + 0.0 * x, vi, X=(x - 1948) / 10)
    assert found.estimate.shape == found.se.shape == found.p.shape == (2,)
    assert found.estimate[1] == pytest.approx(shifted.estimate[1] / 10, rel=1e-7)
    assert found.loglik == pytest.approx(shifted.loglik, rel=1e-10)
    assert found.loglik >= selection_model(yi, vi).loglik


def test_tau2_of_zero_is_taken_as_known():
    found = selection_model(*dataset("kalaian1996"))
    assert found.tau2 == 0
    assert np.isnan(found.se_tau2)
    assert np.isfinite([found.se, found.delta_se[1]]).all()


def test_worse_without_the_best_start_never():
    """The likelihood is the highest of many random starts."""
    rng = np.random.default_rng(3)
    yi, vi = dataset("dorn2007")
    found = selection_model(yi, vi)
    interval = np.where(yi / np.sqrt(vi) >= 1.959963984540054, 0, 1)
    model = StepModel(yi, vi, np.ones((19, 1)), interval, *PIECES["greater"](np.array([0.025])))
    for _ in range(10):
        start = [rng.normal(0, 1), rng.exponential(0.3), rng.uniform(-4, 4)]
        best = scipy.optimize.minimize(lambda theta: -loglik(theta, model)[0], start, bounds=[(None, None), (0, None), (-18, 4.6)])
        assert -best.fun <= found.loglik + 1e-8


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"steps": (0.05, 0.025)}, r"steps must rise between 0 and 1, got \[0.05, 0.025\]"),
        ({"steps": (0.0, 0.5)}, "steps must rise between 0 and 1"),
        ({"steps": (1.0,)}, "steps must rise between 0 and 1"),
        ({"steps": ()}, "steps must rise between 0 and 1"),
        ({"steps": (0.025, 1.5)}, "steps must rise between 0 and 1"),
        ({"steps": (0.001, 0.001001)}, "none has a p-value from 0.001 to 0.001001"),
        ({"alternative": "two-sided"}, "alternative must be one of 'greater', 'less', 'two.sided', got 'two"),
        ({"level": 0}, "level must be between 0 and 1, got 0"),
        ({"vi": [0.1]}, "lengths differ: yi has 19, vi has 1"),
    ],
)
def test_errors(arguments, message):
    yi, vi = dataset("dorn2007")
    with pytest.raises(ValueError, match=message):
        selection_model(**{"yi": yi, "vi": vi, **arguments})


def test_needs_more_studies_than_parameters():
    with pytest.raises(ValueError, match="yi must hold at least 4 studies for this model, got 3"):
        selection_model([0.9, 0.1, 0.2], [0.01, 0.02, 0.03])
