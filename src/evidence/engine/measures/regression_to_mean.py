"""Regression to the mean: what a group that was chosen by an extreme first measurement does without treatment."""

import numpy as np

from evidence.engine.numerics.arguments import same_length, vector


def expected_regression(baseline, reference, r):
    """Change expected on a second measurement of people chosen by their first, by chance alone.

    Parameters
    ----------
    baseline : array_like, shape (k,)
        Mean of the chosen group at its first measurement.
    reference : array_like, shape (k,)
        Mean of the population that it was chosen from, in the same unit.
    r : array_like, shape (k,)
        Correlation between two measurements of one person, no treatment between them.

    Returns
    -------
    ndarray, shape (k,)
        (1 - r) (reference - baseline), in the same unit.

    Notes
    -----
    With normal measurements of mean mu and standard deviation sigma, those below a cut-off c have a first mean of
    mu - sigma phi(z)/Phi(z), z = (c - mu)/sigma, and a second mean of mu - r sigma phi(z)/Phi(z): the difference is the
    formula above. It needs neither c nor sigma where the group's first mean is printed.

    References
    ----------
    Davis 1976, Am J Epidemiol 104:493 [davis1976]; Barnett, van der Pols & Dobson 2005, Int J Epidemiol 34:215
    [barnett2005].
    """
    baseline, reference, r = (vector(name, value) for name, value in (("baseline", baseline), ("reference", reference), ("r", r)))
    same_length(baseline=baseline, reference=reference, r=r)
    if np.any(np.abs(r) > 1):
        first = int(np.flatnonzero(np.abs(r) > 1)[0])
        raise ValueError(f"r must lie in [-1, 1], got {r[first]:g} at index {first}")
    return (1 - r) * (reference - baseline)
