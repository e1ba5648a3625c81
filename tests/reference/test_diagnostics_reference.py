"""Leave-one-out, influence and cumulative fits against metafor 5.1.12."""

import json
from pathlib import Path

import numpy as np
import pytest

from evidence.engine.models.diagnostics import cumulative, influence, leave_one_out
from evidence.engine.models.uni import rma

DATASETS = json.loads((Path(__file__).parent / "metafor_models.json").read_text())["datasets"]
COMPARED = {
    "leave1out": "estimate se tau2 I2 Q".split(),
    "influence": "rstudent dffits cook.d cov.r tau2.del QE.del hat weight".split(),
    "cumul": "estimate se tau2".split(),
}
FUNCTIONS = {"leave1out": leave_one_out, "influence": influence, "cumul": cumulative}


def test_the_grid_of_cases_is_whole():
    assert len(DATASETS) == 27
    assert sum(len(case["data"]["yi"]) for case in DATASETS.values()) == 1283
    for case in DATASETS.values():
        for key, columns in COMPARED.items():
            assert set(columns) <= set(case["reference"][key])


@pytest.mark.parametrize("key", COMPARED)
@pytest.mark.parametrize("name", sorted(DATASETS))
def test_as_metafor(name, key):
    data, theirs = DATASETS[name]["data"], DATASETS[name]["reference"][key]
    fit = rma(data["yi"], data["vi"], method="REML", test="z")
    ours = FUNCTIONS[key](fit)
    typical_variance = float(np.median(fit.vi))
    scales = {"estimate": fit.se, "tau2": typical_variance, "tau2.del": typical_variance, "I2": 1.0}
    for column in COMPARED[key]:
        np.testing.assert_allclose(ours[column], theirs[column], rtol=1e-7, atol=1e-7 * scales.get(column, 1.0), err_msg=column)
