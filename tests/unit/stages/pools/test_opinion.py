"""Second opinion: every headline pool computed again by other programs."""

import pandas as pd
import pytest

import evidence as ev
from evidence.stages.pools import opinion
from tests.unit.engine.models.test_uni_papers import BCG

# BCG, log risk ratios, metafor 5.1.12: estimate, standard error, tau2.
METAFOR = {
    "REML": (-0.71453234215814, 0.179781516105207, 0.313243258136486),
    "PM": (-0.714968153493444, 0.180892191537624, 0.318068452205024),
}


@pytest.fixture(scope="module")
def bcg():
    effects = ev.escalc("RR", **BCG)
    return effects.yi, effects.vi


@pytest.mark.parametrize(("engine", "method"), [("PyMARE", "REML"), ("statsmodels", "PM")])
def test_an_engine_agrees_with_metafor_and_with_us(bcg, engine, method):
    """Statsmodels has no REML and is compared on Paule-Mandel. Both stop iterating at a millionth or so."""
    rows = opinion.compared("bcg", engine, "REML", *bcg)
    assert [row[:5] for row in rows] == [("bcg", engine, method, 13, quantity) for quantity in ("estimate", "se", "tau2")]
    for row, expected in zip(rows, METAFOR[method], strict=True):
        assert row[5] == pytest.approx(expected, rel=1e-9)
        assert row[6] == pytest.approx(expected, abs=1e-6)
        assert row[7] < 1e-5 and row[8] == "yes"


def said(monkeypatch, *theirs):
    """Differences and agreement with an engine of these numbers, on two effects of which ours are 1, 1 and 1."""
    monkeypatch.setitem(opinion.ENGINES, "PyMARE", lambda yi, vi, method: theirs)
    return [row[7:] for row in opinion.compared("p", "PyMARE", "REML", [0.0, 2.0], [1.0, 1.0])]


def test_a_difference_is_in_standard_errors_and_of_tau2_in_tau2_plus_the_mean_variance(monkeypatch):
    """By hand: the mean of 0 and 2 is 1; their variance 2 leaves tau2 = 2 - 1 = 1; se = sqrt((1 + 1) / 2) = 1."""
    assert said(monkeypatch, 1.00009, 0.9998, 1.001) == [(9e-05, "yes"), (0.0002, "no"), (0.0005, "no")]


def test_a_difference_has_ten_decimals_so_that_every_processor_makes_the_same_table(monkeypatch):
    assert said(monkeypatch, 1 + 3e-15, 1 + 1.25409797768e-10, 1 + 4.90701642618e-09) == [(0, "yes"), (1e-10, "yes"), (2.5e-09, "yes")]


def test_pools_of_the_same_studies_are_computed_once(monkeypatch):
    """Pools of one study, sensitivity analyses and what is left out have no rows."""
    asked = []
    monkeypatch.setattr(opinion, "ENGINES", {"one": lambda yi, vi, method: asked.append([*yi]) or (1.0, 1.0, 1.0)})
    pools = pd.DataFrame(
        [("a", "headline", 2, "REML"), ("b", "headline", 2, "REML"), ("c", "headline", 1, "REML"), ("a2", "no_sem", 2, "REML")],
        columns=["id", "analysis", "k", "method"],
    )
    members = pd.DataFrame(
        [(pool, yi, 1.0, out) for pool in pools["id"] for yi, out in [(0.0, ""), (2.0, ""), (9.0, "overlap")]],
        columns=["pool", "yi", "vi", "left_out"],
    )
    made = opinion.opinion(pools, members)
    assert made["pool"].tolist() == ["a"] * 3 + ["b"] * 3
    assert asked == [[0.0, 2.0]]
    assert made["difference"].tolist() == [0] * 6
