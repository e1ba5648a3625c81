"""Large evidence bases in parts."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.pools.parts import as_bytes, effects_of, made_in_parts, measured, ranges, share
from evidence.store.join import by_line, in_order
from tests.support.toy import folder, number, sd


def effects(sizes):
    names = [name for name, size in sizes.items() for _ in range(size)]
    return pd.DataFrame({"outcome": names, "yi": np.arange(len(names), dtype=float)})


def test_a_new_part_begins_after_so_many_rows_and_outcomes_stay_whole():
    frame = effects({"lh": 3, "fsh": 4, "fsh_ratio": 2, "weight": 5})
    parts = [dict(part["outcome"].value_counts()) for part in ranges(frame, rows=5)]
    assert parts == [{"fsh": 4, "fsh_ratio": 2}, {"lh": 3, "weight": 5}]


@pytest.mark.parametrize("parts", [1, 2, 3, 10])
def test_shares_hold_each_row_once_and_outcomes_stay_whole(parts):
    frame = effects({"lh": 3, "fsh": 4, "fsh_ratio": 2, "weight": 5})
    shares = [share(frame, f"{one}-of-{parts}") for one in range(1, parts + 1)]
    pd.testing.assert_frame_equal(pd.concat(shares).sort_index(), frame)
    outcomes = [set(one["outcome"]) for one in shares]
    assert sum(map(len, outcomes)) == 4
    assert sorted(name for names in outcomes for name in names) == [name for names in outcomes for name in sorted(names)]


def test_shares_of_two_are_about_as_long():
    frame = effects({name: 1 for name in "abcdefgh"})
    assert [len(share(frame, f"{one}-of-2")) for one in (1, 2)] == [4, 4]


def test_few_effects_and_none_are_one_part():
    frame = effects({"lh": 3, "fsh": 4})
    assert len(ranges(frame)) == len(ranges(frame.iloc[:0])) == 1
    pd.testing.assert_frame_equal(ranges(frame)[0], frame)


def summed(part):
    return as_bytes({"sums": part.groupby("outcome", as_index=False).sum(), "none": part.iloc[:0]})


def test_parts_are_joined_in_order_below_one_header():
    frame = effects({"lh": 3, "fsh": 4, "weight": 5})
    whole = summed(frame)
    assert made_in_parts(summed, ranges(frame, rows=1)) == in_order([whole]) == whole
    assert whole["none"] == b"outcome,yi\n"
    assert whole["sums"] == b"outcome,yi\nfsh,18\nlh,3\nweight,45\n"


def test_effects_of_parts_are_those_of_the_whole(tmp_path):
    names = [f"level{number}" for number in range(6)]
    rows = [
        number("s", value, timepoint, outcome=name, n=20, weeks=weeks, **sd(2))
        for name in reversed(names)
        for timepoint, value, weeks in (("baseline", 10, 0), ("followup", 12, 26), ("followup", 13, 900))
    ]
    about = {"outcomes": [{"outcome": name} for name in names], "units": [{"outcome": name} for name in names]}
    place = folder(tmp_path, measurements=rows, **about)
    tables, make = ev.read(place), partial(effects_of, load(place))
    parts = measured(tables, rows=7)
    assert [list(part.measurements["outcome"].unique()) for part in parts] == [
        ["level2", "level1", "level0"],
        ["level4", "level3"],
        ["level5"],
    ]
    whole, joined = make(tables), made_in_parts(make, parts)
    assert joined["effects"] == whole["effects"] and whole["effects"].count(b"\n") == 7
    assert by_line(joined["unused"]) == whole["unused"] and whole["unused"].count(b"\n") == 7
