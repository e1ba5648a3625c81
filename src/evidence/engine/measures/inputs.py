"""Checks of a study's numbers that several measures share, and the rules for zero counts."""

from numbers import Real

import numpy as np

from evidence.engine.numerics.arguments import choice, same_length, vector

ZERO_RULES = ("all", "only0", "if0all", "none")


def at_least(name, values, least):
    """Return `values` as a vector of numbers not below `least`."""
    array = vector(name, values)
    if (array < least).any():
        index = int(np.argmax(array < least))
        raise ValueError(f"{name}[{index}] must be at least {least}, got {array[index]}")
    return array


def count(name, values):
    """Return `values` as a vector of counts: zero or above, whole or not."""
    return at_least(name, values, 0)


def sample_size(name, values):
    """Return `values` as a vector of sample sizes that leave a variance to estimate."""
    return at_least(name, values, 2)


def correlation(name, values):
    """Return `values` as a vector of correlations."""
    array = vector(name, values)
    outside = np.abs(array) > 1
    if outside.any():
        index = int(np.argmax(outside))
        raise ValueError(f"{name}[{index}] must lie between -1 and 1, got {array[index]}")
    return array


def above_zero_cells(purpose, **cells):
    """Raise ValueError where a count is zero that the formula divides by; NaN (left out) passes."""
    for name, cell in cells.items():
        if (cell == 0).any():
            index = int(np.argmax(cell == 0))
            raise ValueError(
                f"{name}[{index}] must be above zero for {purpose}, got 0.0; "
                'add a constant to it (add=0.5, to="only0"), or leave the study out'
            )


def add_to_zeros(cells, add, to):
    """Counts with a constant added where the rule says so.

    Parameters
    ----------
    cells : sequence of ndarray, shape (k,)
        Counts of each study that belong together.
    add : float
        Constant added to every count of a study.
    to : {"all", "only0", "if0all", "none"}
        Every study; studies with a zero; every study if one has a zero; no study.

    Returns
    -------
    list of ndarray, shape (k,)
    """
    choice("to", to, ZERO_RULES)
    if not (isinstance(add, Real) and 0 <= add < np.inf):
        raise ValueError(f"add must be a number not below zero, got {add!r}")
    zero = np.any([cell == 0 for cell in cells], axis=0)
    chosen = {"all": True, "only0": zero, "if0all": zero.any(), "none": False}[to]
    return [cell + add * np.full(len(cell), chosen, dtype=float) for cell in cells]


def probability(name, values):
    """Return `values` as a vector of numbers between 0 and 1, the ends left out."""
    array = vector(name, values)
    outside = (array <= 0) | (array >= 1)
    if outside.any():
        index = int(np.argmax(outside))
        raise ValueError(f"{name}[{index}] must lie between 0 and 1, ends left out, got {array[index]}")
    return array


def not_zero(name, values):
    """Return `values` as a vector of numbers other than zero."""
    array = vector(name, values)
    if (array == 0).any():
        raise ValueError(f"{name}[{int(np.argmax(array == 0))}] must not be zero: no standard error follows")
    return array


def ascending(**arguments):
    """Raise ValueError unless each argument is at most the next, study by study."""
    names = list(arguments)
    for lower, upper in zip(names, names[1:], strict=False):
        low, high = np.broadcast_arrays(np.atleast_1d(arguments[lower]), np.atleast_1d(arguments[upper]))
        if (low > high).any():
            index = int(np.argmax(low > high))
            raise ValueError(f"{lower}[{index}] must not exceed {upper}[{index}] = {high[index]}, got {low[index]}")


def apart(**arguments):
    """Raise ValueError where two arguments are equal, study by study."""
    (one, first), (other, second) = arguments.items()
    equal = np.atleast_1d(np.equal(first, second))
    if equal.any():
        index = int(np.argmax(equal))
        value = np.broadcast_to(first, equal.shape)[index]
        raise ValueError(f"{one}[{index}] must differ from {other}[{index}], got {value} for both")


def checked(**arguments):
    """Float arrays of the arguments, each passed through its check; scalars stay scalars.

    Parameters
    ----------
    **arguments : (array_like, function)
        Values and the check of this module or `evidence.engine.numerics.arguments` that they must pass.

    Returns
    -------
    list of ndarray
    """
    arrays = {name: check(name, values) for name, (values, check) in arguments.items()}
    scalar = {name: np.ndim(values) == 0 for name, (values, _) in arguments.items()}
    same_length(**{name: array for name, array in arrays.items() if not scalar[name]})
    return [array[0] if scalar[name] else array for name, array in arrays.items()]
