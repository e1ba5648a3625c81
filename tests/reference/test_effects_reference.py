"""Every effect size and quantile conversion against metafor 5.1.12, within 1e-10 relative."""

import json
from pathlib import Path

import numpy as np
import pytest

import evidence as ev

REFERENCE = json.loads((Path(__file__).parent / "metafor_effects.json").read_text())["effects"]
STUDIES = 24
MEASURES = [
    "MD", "SMD", "SMDH", "SMD1", "ROM", "CVR", "VR", "SMD_UB", "MC", "SMCC", "SMCR", "SMCRH", "SMCRP", "ROMC",
    "OR", "RR", "RD", "AS", "PETO", "OR2DN", "OR2DL", "PR", "PLN", "PLO", "PAS", "PFT", "COR", "ZCOR",
    "IRR", "IRD", "IRLN", "MN", "MNLN",
]  # fmt: skip
QUANTILES = ["fivenum_iqr", "fivenum_range", "fivenum_five"]
WITH_ZEROS = ["OR", "PLO", "IRR", "IRLN"]


def test_the_grid_of_cases_is_whole():
    assert [key for key, case in REFERENCE.items() if "yi" in case] == MEASURES
    assert [key for key in REFERENCE if key.startswith("fivenum")] == QUANTILES
    assert all(len(REFERENCE[key]["yi"]) == STUDIES for key in MEASURES)
    assert all(len(REFERENCE[key]["mean"]) == STUDIES for key in QUANTILES)


def test_every_measure_has_a_case():
    assert {key.removesuffix("_UB") for key in MEASURES} == set(ev.MEASURES)


@pytest.mark.parametrize("key", WITH_ZEROS)
def test_the_cases_contain_zeros(key):
    counts = [REFERENCE[key]["input"][name] for name in REFERENCE[key]["input"] if name[0] in "abcdx"]
    assert (np.array(counts) == 0).any()


@pytest.mark.parametrize("key", MEASURES)
def test_effect_agrees_with_metafor(key):
    case = REFERENCE[key]
    vtype = "UB" if key.endswith("_UB") else "LS"
    effect = ev.escalc(key.removesuffix("_UB"), vtype=vtype, **case["input"])
    np.testing.assert_allclose(effect.yi, case["yi"], rtol=1e-10, atol=0)
    np.testing.assert_allclose(effect.vi, case["vi"], rtol=1e-10, atol=0)


@pytest.mark.parametrize("key", QUANTILES)
def test_mean_and_sd_from_quantiles_agree_with_metafor(key):
    case = REFERENCE[key]
    mean, sd = ev.convert.mean_sd_from_quantiles(**case["input"])
    np.testing.assert_allclose(mean, case["mean"], rtol=1e-10, atol=0)
    np.testing.assert_allclose(sd, case["sd"], rtol=1e-10, atol=0)
