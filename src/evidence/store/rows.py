"""Rows of tables as named tuples."""

from collections import namedtuple
from functools import cache


@cache
def kind(columns):
    """Type of the rows of a table with these columns."""
    return namedtuple("Row", columns, rename=True)


def named_rows(frame):
    """Rows of a DataFrame as named tuples, without its index.

    What `itertuples` yields, from the whole table at once: that looks up every column by itself, and makes a new
    type for every table.
    """
    return list(map(kind(tuple(frame.columns))._make, frame.to_numpy(object).tolist()))


def by(items, key):
    """Items in lists by key, in the order they come."""
    found = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found
