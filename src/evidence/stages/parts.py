"""Large evidence bases in parts: ranges of outcomes, each made by itself, on all processors, and joined in order."""

import multiprocessing
import os

import numpy as np

from evidence.stages.files import csv_bytes
from evidence.stages.pools import pools_and_members
from evidence.stages.regressions import regressions

ROWS = 10_000


def ranges(effects, rows=ROWS):
    """Effects in parts of whole outcomes, in the order of the outcomes' names.

    Parameters
    ----------
    effects : DataFrame
        From `evidence.effects`.
    rows : int
        A new part begins with the first outcome after each so many rows, so that memory is bounded.

    Returns
    -------
    list of DataFrame
        At least one, each outcome in one of them.
    """
    names, number = np.unique(effects["outcome"].to_numpy(dtype=str), return_inverse=True)
    before = np.cumsum(np.bincount(number, minlength=len(names))) - np.bincount(number, minlength=len(names))
    part = (before // rows)[number] if len(names) else number
    return [effects[part == one] for one in np.unique(part)] or [effects]


def as_bytes(frames):
    """Tables as CSV."""
    return {name: csv_bytes(frame) for name, frame in frames.items()}


def pooled(config, moderators, effects):
    """Pools, members and meta-regressions of some outcomes, as CSV."""
    frame, members = pools_and_members(effects, config)
    slopes = regressions(frame, members, effects, moderators, config)
    return as_bytes({"pools": frame, "members": members, "regressions": slopes})


def in_order(parts):
    """The tables of all parts, one below the other: the first with its header."""
    first, *others = parts
    return {
        name: b"".join([content, *(other[name].partition(b"\n")[2] for other in others)]) for name, content in first.items()
    }


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
    workers = min(len(parts), os.cpu_count() or 1)
    if workers == 1 or "fork" not in multiprocessing.get_all_start_methods():
        return in_order([make(part) for part in parts])
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        return in_order(list(pool.imap(make, parts)))
