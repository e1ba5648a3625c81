"""Checks of what outcomes count and which way is better, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages

SURVIVAL = {"label": "Overall survival", "measure": "HR", "better": "lower"}
NAME = "Name it in the column event: death where the label is Overall survival. The column better is about the event: lower for death."
QUARREL = 'data/raw/outcomes.csv:{line} better: {better} is said to be better, and "{name}" names something {kind}. Correct it{more}.'
MORE = ", or name what is counted in the column event"


def outcomes(*rows):
    return {"outcomes": [{"outcome": f"outcome_{place}"} | row for place, row in enumerate(rows, 1)] + [{}]}


CASES = {
    "event_names": (
        outcomes(SURVIVAL, SURVIVAL | {"event": "death"}, SURVIVAL | {"measure": "OR"}, SURVIVAL | {"better": "higher"}),
        [f'data/raw/outcomes.csv:2 event: "Overall survival" is pooled as a hazard ratio, and its event has no name. {NAME}',
         'data/raw/outcomes.csv:5 event: "Overall survival" is pooled as a hazard ratio, and its event has no name, '
         f"while a higher hazard is said to be better. {NAME}"],
    ),
    "event_directions": (
        outcomes(
            SURVIVAL, SURVIVAL | {"event": "death"}, SURVIVAL | {"event": "death", "better": "higher"},
            {"label": "Mortality", "measure": "RR", "better": "higher"}, {"label": "No response", "measure": "OR", "better": "lower"},
            {"label": "Freedom from relapse", "measure": "PLO", "better": "higher"}, {"label": "Survival time", "measure": "MD", "better": "lower"},
            {"label": "Remission", "measure": "OR", "better": "none"},
        ),
        [QUARREL.format(line=2, better="lower", name="Overall survival", kind="good", more=MORE),
         QUARREL.format(line=4, better="higher", name="death", kind="bad", more=""),
         QUARREL.format(line=5, better="higher", name="Mortality", kind="bad", more=MORE)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected
