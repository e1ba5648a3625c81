"""How large, how small and how far apart effects and variances may be: beyond, products of them leave the range of doubles."""

import numpy as np

LARGEST_EFFECT = 1e75
LARGEST_VARIANCE = LARGEST_EFFECT**2
SPAN, SPAN_MODERATED = 1e60, 1e20  # eigenvalues of the contrasts between moderated effects are exact to 1e-16 of the largest variance


def tame(yi, vi, moderated=False, names=("yi", "vi")):
    """Return effects and variances, or raise ValueError for those that doubles cannot carry through a fit.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,) or (k, m)
        Effects and variances; an absent study has an infinite variance.
    moderated : bool
        Whether there are moderators.
    names : tuple of str
        Of the two arguments.
    """
    y, v = names
    span = SPAN_MODERATED if moderated else SPAN
    if yi.ndim == 1 and clearly(yi, vi, span):
        return yi, vi
    present = np.isfinite(vi)
    refuse_first(y, yi, np.abs(yi) > LARGEST_EFFECT, f"between -{LARGEST_EFFECT:g} and {LARGEST_EFFECT:g}")
    extreme = present & ((vi > LARGEST_VARIANCE) | (vi < 1 / LARGEST_VARIANCE))
    refuse_first(v, vi, extreme, f"between {1 / LARGEST_VARIANCE:g} and {LARGEST_VARIANCE:g}")
    least, largest = vi.min(0), np.where(present, vi, 0.0).max(0)
    refuse_column(largest / least, f"{v} must be within a factor of {span:g} of each other", "a factor of {:g}", span)
    reach = np.where(present, yi, -np.inf).max(0) - np.where(present, yi, np.inf).min(0)
    words = f"the range of {y}, squared, must be at most {SPAN:g} times the smallest of {v}"
    refuse_column(reach**2 / least, words, "{:g} times", SPAN)
    return yi, vi


def clearly(yi, vi, span):
    """Whether one data set is far within all bounds, by its ends alone: that takes a fifth of the time of a closer look."""
    low, high, least, largest = float(yi.min()), float(yi.max()), float(vi.min()), float(vi.max())
    return max(-low, high) < 1e9 and least > 1e-18 and largest < min(1e18, span * least)


def refuse_first(name, values, wrong, allowed):
    """Raise ValueError for the first value that is wrong."""
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise ValueError(f"{name}[{', '.join(map(str, place))}] must be {allowed}, got {values[place]:g}")


def refuse_column(ratio, words, got, most):
    """Raise ValueError for the first data set whose ratio is more than the most that is allowed."""
    if np.max(ratio) > most:
        column = int(np.argmax(ratio > most))
        where = f" in column {column}" if np.ndim(ratio) else ""
        raise ValueError(f"{words}, got {got.format(np.ravel(ratio)[column])}{where}")
