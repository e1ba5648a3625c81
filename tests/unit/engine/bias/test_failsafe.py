"""Fail-safe N."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from evidence.engine.bias.failsafe import fail_safe_n

REFERENCE = Path(__file__).parents[3] / "reference" / "metafor_models.json"
DATASETS = json.loads(REFERENCE.read_text())["datasets"]

# Raudenbush 1984 and 1985: effects of teachers' expectancy on pupils' IQ, 19 studies
EXPECTANCY_YI = [
    0.03,
    0.12,
    -0.14,
    1.18,
    0.26,
    -0.06,
    -0.02,
    -0.32,
    0.27,
    0.80,
    0.54,
    0.18,
    -0.02,
    0.23,
    -0.18,
    -0.06,
    0.30,
    0.07,
    -0.07,
]
EXPECTANCY_VI = [
    0.0156,
    0.0216,
    0.0279,
    0.1391,
    0.1362,
    0.0106,
    0.0106,
    0.0484,
    0.0269,
    0.0630,
    0.0912,
    0.0497,
    0.0835,
    0.0841,
    0.0253,
    0.0279,
    0.0193,
    0.0088,
    0.0303,
]


def test_rosenthal_1979_interpersonal_expectations():
    """Psychol Bull 86:638-641: 94 experiments with mean z of 1.014 give X = 3263."""
    z = np.full(94, 1.014)
    assert fail_safe_n(z, np.ones(94)).fsnum == pytest.approx(3263, abs=1)


def test_becker_2005_expectancy_data():
    """Rothstein et al. 2005, chapter 7, with the numbers that metafor's tests hold for it."""
    assert fail_safe_n(EXPECTANCY_YI, EXPECTANCY_VI).fsnum == 26
    assert fail_safe_n(EXPECTANCY_YI, kind="Orwin", target=0.05).fsnum == 44
    assert fail_safe_n(EXPECTANCY_YI, EXPECTANCY_VI, kind="Orwin", target=0.05).fsnum == 4
    assert fail_safe_n(EXPECTANCY_YI, EXPECTANCY_VI, kind="Rosenberg").fsnum == 0


@pytest.mark.parametrize(
    "name, target, numbers",
    [
        ("hackshaw1998", 0.049, (393, 186, 104, 202)),
        ("mcdaniel1994", 0.15, (50364, 129, 65, 45528)),
    ],
)
def test_becker_2005_passive_smoking_and_interviews(name, target, numbers):
    """As above: Rosenthal, Orwin by the plain and by the weighted mean, Rosenberg."""
    yi, vi = DATASETS[name]["data"]["yi"], DATASETS[name]["data"]["vi"]
    found = (
        fail_safe_n(yi, vi),
        fail_safe_n(yi, kind="Orwin", target=target),
        fail_safe_n(yi, vi, kind="Orwin", target=target),
        fail_safe_n(yi, vi, kind="Rosenberg"),
    )
    assert tuple(each.fsnum for each in found) == numbers


def test_rosenthal_says_what_it_used():
    found = fail_safe_n([0.3, 0.5, 0.1], [0.01, 0.04, 0.02], alpha=0.05)
    pooled_z = (3 + 2.5 + 0.1 / math.sqrt(0.02)) / math.sqrt(3)
    assert (found.kind, found.k, found.alpha) == ("Rosenthal", 3, 0.05)
    assert found.average is found.target is None
    assert found.p == pytest.approx(math.erfc(pooled_z / math.sqrt(2)) / 2, rel=1e-12)
    assert found.fsnum == math.ceil((pooled_z * math.sqrt(3) / 1.6448536269514722) ** 2 - 3)


def test_rosenberg_leaves_the_weighted_mean_just_not_significant():
    yi, vi = np.array([0.4, 0.5, 0.2, 0.6]), np.array([0.02, 0.03, 0.01, 0.05])
    found = fail_safe_n(yi, vi, kind="Rosenberg")

    def z_with(unseen):
        W = np.sum(1 / vi) * (1 + unseen / 4)
        return np.sum(yi / vi) / np.sqrt(W)

    assert z_with(found.fsnum) < 1.959963984540054 <= z_with(found.fsnum - 1)
    assert found.average == pytest.approx(np.average(yi, weights=1 / vi))
    assert found.p == pytest.approx(math.erfc(z_with(0) / math.sqrt(2)), rel=1e-10)


def test_orwin_halves_the_average_unless_told():
    found = fail_safe_n([0.3, 0.5, 0.1], kind="Orwin")
    assert (found.fsnum, found.p, found.alpha) == (3, None, None)
    assert found.target == pytest.approx(0.15)
    assert fail_safe_n([-0.3, -0.5], kind="Orwin", target=-0.1).fsnum == 6


def test_nothing_to_overturn_is_zero():
    assert fail_safe_n([0.1, -0.1], [1.0, 1.0]).fsnum == 0
    assert fail_safe_n([0.1, 0.2], [1.0, 1.0], kind="Rosenberg").fsnum == 0
    assert fail_safe_n([0.1, 0.2], kind="Orwin", target=0.5).fsnum == 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"kind": "rosenthal"}, "kind must be one of 'Rosenthal', 'Orwin', 'Rosenberg', got 'rosenthal'"),
        ({"alpha": 0}, "alpha must be between 0 and 0.5, got 0"),
        ({"alpha": "a"}, "alpha must be between 0 and 0.5, got 'a'"),
        ({"kind": "Orwin", "target": "a"}, "target must be a finite number, got 'a'"),
        ({"kind": "Orwin", "target": math.nan}, "target must be a finite number, got nan"),
        ({"yi": [], "vi": None, "kind": "Orwin"}, "yi must hold at least 1 study, got 0"),
        ({"alpha": 0.5}, "alpha must be between 0 and 0.5, got 0.5"),
        ({"target": 0.1}, "target must be left out for Rosenthal's number: only Orwin's has one"),
        ({"vi": None}, "vi must be given for Rosenthal's number"),
        ({"vi": None, "kind": "Rosenberg"}, "vi must be given for Rosenberg's number"),
        ({"kind": "Orwin", "target": 0}, "target must have the average's sign, 0.25, and not be 0, got 0"),
        ({"kind": "Orwin", "target": -0.1}, "target must have the average's sign, 0.25"),
        ({"vi": [0.1]}, "lengths differ: yi has 2, vi has 1"),
        ({"vi": [0.1, -1]}, r"vi\[1\] must be above zero, got -1.0"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        fail_safe_n(**{"yi": [0.2, 0.3], "vi": [0.1, 0.1], **arguments})
