"""Checks of standardised differences and test statistics, each on a toy evidence base that breaks it."""

import pytest

from tests.checking import messages

CASES = {
    "reversed_scales": (
        {"units": [{"reversed": "yes"}, {"unit": "v", "reversed": "no"}, {"outcome": "mood", "unit": "w", "reversed": "yes"}],
         "outcomes": [{}, {"outcome": "mood", "measure": "SMD"}]},
        ["data/raw/units.csv:2 reversed: yes, while level is pooled as ROM. "
         "Empty the cell, or pool the outcome as one of SMD, MD, ZCOR in outcomes.csv."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_message(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected
