"""Models of counts against metafor 5.1.12."""

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.special

import evidence as ev

EFFECTS = json.loads((Path(__file__).parent / "metafor_effects.json").read_text())["effects"]
BCG = EFFECTS["bcg_counts"]
KEYS = {"mh_OR": "OR", "mh_RR": "RR", "mh_RD": "RD"}


def test_the_grid_of_cases_is_whole():
    assert {*KEYS, "peto", "glmm_plo"} <= set(EFFECTS)
    assert [len(BCG[cell]) for cell in ("ai", "bi", "ci", "di")] == [13] * 4
    assert len(EFFECTS["glmm_plo"]["input"]["xi"]) == 13


@pytest.mark.parametrize("key", KEYS)
def test_mantel_haenszel(key):
    found, theirs = ev.mantel_haenszel(KEYS[key], **BCG), EFFECTS[key]
    for name in ("estimate", "se", "Q", "I2"):
        assert getattr(found, name) == pytest.approx(theirs[name], rel=1e-12), name


def test_peto():
    found, theirs = ev.peto(**BCG), EFFECTS["peto"]
    for name in ("estimate", "se", "Q"):
        assert getattr(found, name) == pytest.approx(theirs[name], rel=1e-12), name


def test_glmm_of_proportions():
    """To 2e-5: metafor has seven quadrature points and lme4's optimiser, these integrals are exact."""
    theirs = EFFECTS["glmm_plo"]
    found = ev.glmm("PLO", **theirs["input"])
    for name in ("estimate", "se", "tau2"):
        assert getattr(found, name) == pytest.approx(theirs[name], rel=2e-5), name


def test_loglik_of_metafor_is_that_given_the_modes():
    """metafor prints the likelihood at each study's most likely effect; ours is integrated over the effects."""
    theirs = EFFECTS["glmm_plo"]
    xi, ni = np.array(theirs["input"]["xi"]), np.array(theirs["input"]["ni"])
    found = ev.glmm("PLO", xi, ni)
    u = np.zeros(13)
    for _ in range(50):
        p = scipy.special.expit(found.estimate + np.sqrt(found.tau2) * u)
        u += (np.sqrt(found.tau2) * (xi - ni * p) - u) / (found.tau2 * ni * p * (1 - p) + 1)
    given_modes = (np.log(scipy.special.comb(ni, xi)) + xi * np.log(p) + (ni - xi) * np.log1p(-p)).sum()
    assert given_modes == pytest.approx(theirs["loglik"], abs=1e-4)
    assert found.loglik == pytest.approx(-50.15515, abs=1e-5)
