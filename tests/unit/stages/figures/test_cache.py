"""Figures are drawn again when, and only when, anything they are drawn from has changed."""

import json
from functools import partial

import numpy as np
import pandas as pd
import pytest

from evidence.stages.figures import cache as drawn
from evidence.stages.figures.canvas import page, write

CALLS = []


def draw(text, sizes=(40,)):
    CALLS.append(text)
    return [one(text, size) for size in sizes] if len(sizes) > 1 else one(text, sizes[0])


def one(text, size):
    sheet = page(size, 20)
    write(sheet, 5, 10, text)
    return sheet.figure


def updated(folder, **texts):
    """Names of the drawings made for a folder of one figure a text."""
    CALLS.clear()
    index, fresh = drawn.update(folder, [(f"{name}.svg", partial(draw, text), {"alt": name}) for name, text in texts.items()])
    assert len(CALLS) == fresh and index == json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return CALLS.copy()


def test_only_what_changed_is_drawn_again_and_the_bytes_are_those_of_a_clean_folder(tmp_path):
    assert updated(tmp_path / "a", x="one", y="two") == ["one", "two"]
    untouched = (tmp_path / "a/x.svg").stat().st_mtime_ns
    assert updated(tmp_path / "a", x="one", y="three") == ["three"]
    assert (tmp_path / "a/x.svg").stat().st_mtime_ns == untouched
    updated(tmp_path / "clean", x="one", y="three")
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "clean").iterdir()
    }


def test_a_figure_that_is_gone_comes_back_and_one_that_is_not_wanted_goes(tmp_path):
    updated(tmp_path, x="one", y="two")
    (tmp_path / "x.svg").unlink()
    assert updated(tmp_path, x="one", y="two") == ["one"]
    assert updated(tmp_path, y="two") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [".drawn.json", "figures.json", "y.svg"]


def test_an_edited_program_draws_all_again(tmp_path, monkeypatch):
    updated(tmp_path, x="one", y="two")
    monkeypatch.setattr(drawn, "program", lambda: "another")
    assert updated(tmp_path, x="one", y="two") == ["one", "two"]


def test_a_list_of_another_version_keeps_nothing(tmp_path):
    updated(tmp_path, x="one")
    (tmp_path / ".drawn.json").write_text('[{"file": "x.svg", "alt": "x"}]', encoding="utf-8")
    assert updated(tmp_path, x="one") == ["one"]


def test_pages_are_kept_or_drawn_together(tmp_path):
    both = [("x.svg", partial(draw, "one", sizes=(40, 50)), {})]
    index, _ = drawn.update(tmp_path, both)
    assert [(entry["file"], entry["page"], entry["pages"], entry["width_mm"]) for entry in index] == [
        ("x-1.svg", 1, 2, 40.0),
        ("x-2.svg", 2, 2, 50.0),
    ]
    assert drawn.update(tmp_path, both) == (index, 0)
    (tmp_path / "x-2.svg").unlink()
    assert drawn.update(tmp_path, both) == (index, 2)


def test_many_figures_drawn_in_several_processes_have_the_same_bytes(tmp_path):
    names = [f"f{number}" for number in range(2 * drawn.FEW)]
    drawings = [(f"{name}.svg", partial(draw, name), {}) for name in names]
    drawn.update(tmp_path / "together", drawings)
    for drawing in drawings:
        drawn.drawn(tmp_path, *drawing[:2])
        assert (tmp_path / drawing[0]).read_bytes() == (tmp_path / "together" / drawing[0]).read_bytes()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1.0, 1.00000000001), ("1", 1), (1, 1.0), (0.0, -0.0), (np.nan, None), (None, ""), ((1, 2), (1, (2,))), ({"a": 1}, {"a": 2}), ({1, 2}, {1, 3}),
        (np.zeros((2, 3)), np.zeros((3, 2))), (pd.DataFrame({"a": range(999)}), pd.DataFrame({"a": [*range(500), 0, *range(501, 999)]})),
    ],
)  # fmt: skip
def test_inputs_that_differ_are_spelled_differently(one, other):
    assert drawn.spelled(one) != drawn.spelled(other)
    assert drawn.spelled(one) == drawn.spelled(one)


def test_what_processors_round_differently_is_spelled_alike():
    """Beyond the twelve digits of made tables, and whether or not NumPy holds the number."""
    for value in (1.0, 0.1, -2e-7, 3e300):
        assert drawn.spelled(value) == drawn.spelled(np.nextafter(value, 2)) == drawn.spelled([np.float64(value)])[1:-1]


def test_an_input_whose_changes_cannot_be_seen_is_refused():
    with pytest.raises(TypeError, match="a figure is drawn from a function, whose changes cannot be seen"):
        drawn.spelled(draw)
