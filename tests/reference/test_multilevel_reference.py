"""Three-level models and cluster-robust variances against metafor 5.1.12 and clubSandwich."""

import json
from pathlib import Path

import numpy as np
import pytest

import evidence as ev
from evidence.engine.models.multilevel import nested
from evidence.engine.models.nested import at, derivatives

CASES = {
    name: case
    for name, case in json.loads((Path(__file__).parent / "metafor_models.json").read_text())["datasets"].items()
    if "three_level_reml" in case["reference"]
}


def data(name):
    case = CASES[name]["data"]
    return np.array(case["yi"]), np.array(case["vi"]), case["cluster"]


def test_the_grid_of_cases_is_whole():
    assert sorted(CASES) == "craft2003 crede2010 curtis1998 kalaian1996 knapp2017 lopez2019 white2020".split()
    assert sum(len(case["data"]["yi"]) for case in CASES.values()) == 744
    for case in CASES.values():
        assert {"three_level_reml", "three_level_cr2", "rma_cr2", "rma_cr1"} <= set(case["reference"])


@pytest.mark.parametrize("name", sorted(CASES))
def test_three_levels(name):
    """To 1e-6: metafor's own optimiser leaves up to 2e-7 of a component, see the next test."""
    yi, vi, cluster = data(name)
    fit, theirs = ev.multilevel(yi, vi, cluster), CASES[name]["reference"]["three_level_reml"]
    scale = np.median(vi) + np.array(theirs["sigma2"])
    assert (np.abs(fit.sigma2 - theirs["sigma2"]) / scale).max() < 1e-6
    assert fit.estimate == pytest.approx(theirs["estimate"], abs=1e-6 * theirs["se"])
    assert fit.se == pytest.approx(theirs["se"], rel=1e-6)
    assert fit.Q == pytest.approx(theirs["Q"], rel=1e-10)
    assert fit.loglik == pytest.approx(theirs["loglik"], abs=1e-8)
    assert fit.loglik > theirs["loglik"] - 1e-12


@pytest.mark.parametrize("name", sorted(CASES))
def test_three_levels_are_at_a_maximum_to_the_last_digits(name):
    yi, vi, cluster = data(name)
    fit = ev.multilevel(yi, vi, cluster)
    sorted_data, _ = nested(yi, vi, fit.X, fit.cluster)
    gradient, _, information = derivatives(sorted_data, fit.sigma2, at(sorted_data, fit.sigma2), restricted=True)
    steps = gradient / np.sqrt(np.diag(information))
    assert (np.abs(steps[fit.sigma2 > 0]) < 1e-10).all()
    assert (steps[fit.sigma2 == 0] <= 0).all()


@pytest.mark.parametrize("key, kind", [("rma_cr2", "CR2"), ("rma_cr1", "CR1")])
@pytest.mark.parametrize("name", sorted(CASES))
def test_robust_after_two_levels(name, key, kind):
    yi, vi, cluster = data(name)
    found, theirs = ev.robust(ev.rma(yi, vi, test="z"), cluster, kind), CASES[name]["reference"][key]
    for field in {"estimate", "se", "df"} & set(theirs):
        assert getattr(found, field) == pytest.approx(theirs[field], rel=1e-9), field
    assert found.p == pytest.approx(theirs["p"], abs=1e-10)


@pytest.mark.parametrize("name", sorted(CASES))
def test_robust_after_three_levels(name):
    """To 1e-6, as the components that metafor handed over."""
    found = ev.robust(ev.multilevel(*data(name)), data(name)[2])
    theirs = CASES[name]["reference"]["three_level_cr2"]
    for field in ("se", "df"):
        assert getattr(found, field) == pytest.approx(theirs[field], rel=1e-6), field
    for field in ("estimate", "ci_low", "ci_high"):
        assert getattr(found, field) == pytest.approx(theirs[field], abs=1e-6 * theirs["se"]), field
    assert found.p == pytest.approx(theirs["p"], abs=1e-7)
