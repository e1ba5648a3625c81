"""What the forms of `evidence.engine.models.forms` share."""

import numpy as np

TINY = 1e-300


def rates(quadratic, cubic, trace, trace2):
    """Y'PPY, tr P, and how fast the logarithm of each falls with tau2."""
    return quadratic, trace, 2 * cubic / (quadratic + TINY), trace2 / (trace + TINY)


def dot(a, b):
    """Sum of products over studies."""
    return np.einsum("km,km->m", a, b)
