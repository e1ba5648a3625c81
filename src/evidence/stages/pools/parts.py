"""Large evidence bases in parts: ranges of outcomes, each made by itself, on all processors, and joined in order."""

from dataclasses import replace

import numpy as np

from evidence.parallel import mapped
from evidence.stages.pools.pools import pools_and_members
from evidence.stages.pools.regressions import regressions
from evidence.stages.pools.subgroups import subgroups
from evidence.store.files import csv_bytes
from evidence.store.join import in_order

EFFECTS, MEASUREMENTS = 10_000, 50_000


def ranges(frame, rows=EFFECTS):
    """Effects or measurements in parts of whole outcomes, in the order of the outcomes' names.

    Parameters
    ----------
    frame : DataFrame
        With a column `outcome`.
    rows : int
        A new part begins with the first outcome after each so many rows, so that memory is bounded.

    Returns
    -------
    list of DataFrame
        At least one, each outcome in one of them.
    """
    part = rows_before(frame["outcome"]) // rows
    return [frame[part == one] for one in np.unique(part)] or [frame]


def rows_before(outcomes):
    """For each row, how many rows belong to outcomes whose names come before its own."""
    names, number = np.unique(outcomes.to_numpy(dtype=str), return_inverse=True)
    count = np.bincount(number, minlength=len(names))
    return (np.cumsum(count) - count)[number]


def share(frame, item):
    """Rows of one of several parts: whole outcomes in the order of their names, about as many rows in each part.

    Parameters
    ----------
    frame : DataFrame
        With a column `outcome`.
    item : str
        Which part, of how many: "2-of-8".
    """
    part, parts = map(int, item.split("-of-"))
    return frame[rows_before(frame["outcome"]) * parts // max(len(frame), 1) == part - 1]


def only(tables, item):
    """The tables with the measurements of one part, as `share` cuts it; everything else whole."""
    return replace(tables, measurements=share(tables.measurements, item))


def as_bytes(frames):
    """Tables as CSV."""
    return {name: csv_bytes(frame) for name, frame in frames.items()}


def measured(tables, rows=MEASUREMENTS):
    """The tables in parts, each with the measurements of some outcomes."""
    return [replace(tables, measurements=part) for part in ranges(tables.measurements, rows)]


def effects_of(config, tables):
    """Effects, and measurements that are in none, as CSV."""
    from evidence.stages.effects.effects import effects_and_unused

    effects, unused = effects_and_unused(tables, config)
    return as_bytes({"effects": effects, "unused": unused})


def pooled(config, conditions, moderators, effects):
    """Pools, members, meta-regressions and tests between strata of some outcomes, as CSV."""
    frame, members = pools_and_members(effects, config)
    slopes = regressions(frame, members, effects, moderators, config)
    between = subgroups(frame, members, effects, conditions, moderators, config)
    return as_bytes({"pools": frame, "members": members, "regressions": slopes, "subgroups": between})


def made_in_parts(make, parts):
    """Run `make` on each part, several at once where there are several.

    Parameters
    ----------
    make : callable
        Part to a dict of tables as bytes; the tables of two parts share no row and are sorted as the parts are.
    parts : list

    Returns
    -------
    dict of bytes
        The same bytes however many processors there are: the parts follow from the data alone.
    """
    return in_order(mapped(make, parts))
