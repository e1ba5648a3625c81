"""Checks of arguments, shared by the library's functions."""

import math
from collections.abc import Hashable
from numbers import Real

import numpy as np


def numbers(name, values):
    """Return `values` as an array of floats of any shape, NaN and infinity allowed."""
    try:
        array = None if values is None else np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        array = None
    if array is None:
        raise ValueError(f"{name} must hold numbers, got {values!r}")
    return array


def vector(name, values):
    """Return `values` as a one-dimensional float array without NaN or infinity.

    Raises
    ------
    ValueError
        Names the argument and the first offending index.
    """
    array = np.atleast_1d(numbers(name, values))
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}")
    finite = np.isfinite(array)
    if not finite.all():
        index = int(np.argmin(finite))
        raise ValueError(f"{name}[{index}] must be a finite number, got {array[index]}")
    return array


def positive(name, values):
    """Return `values` as a vector of numbers above zero."""
    array = vector(name, values)
    if not (array > 0).all():
        index = int(np.argmin(array > 0))
        raise ValueError(f"{name}[{index}] must be above zero, got {array[index]}")
    return array


def same_length(**arrays):
    """Raise ValueError unless all named arrays have one length."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        stated = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"lengths differ: {stated}")


def studies(yi, vi, least=1):
    """Return effects and their variances as valid arrays of one length.

    Parameters
    ----------
    yi : array_like, shape (k,)
        Effects.
    vi : array_like, shape (k,)
        Sampling variances, above zero.
    least : int
        Smallest number of studies that makes sense.
    """
    yi, vi = vector("yi", yi), positive("vi", vi)
    same_length(yi=yi, vi=vi)
    if len(yi) < least:
        raise ValueError(f"yi must hold at least {least} {'study' if least == 1 else 'studies'}, got {len(yi)}")
    return yi, vi


def choice(name, value, allowed):
    """Return `value` if it is one of `allowed`, else raise ValueError."""
    if not isinstance(value, Hashable) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def between(name, value, low, high):
    """Return `value` if it is a number between two others, else raise ValueError."""
    if not isinstance(value, Real) or not low < value < high:
        raise ValueError(f"{name} must be between {low:g} and {high:g}, got {shown(value)}")
    return value


def finite(name, value):
    """Return `value` if it is a finite number, else raise ValueError."""
    if not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {shown(value)}")
    return float(value)


def shown(value):
    """A number as it is printed, anything else as it is typed."""
    return value if isinstance(value, Real) else repr(value)


def level(value):
    """Return `value` if it lies between 0 and 1, else raise ValueError."""
    return between("level", value, 0, 1)
