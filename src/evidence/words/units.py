"""From the analysis scale to what a reader reads."""

import numpy as np
import scipy

from evidence.engine.numerics.distributions import quantile
from evidence.words.measures import measure_of, readable_unit, scale_of
from evidence.words.scales import scale_named


def proportion(y):
    """Proportion whose double arcsine is `y`, as `evidence.words.scales.arcsine`."""
    return np.sin(np.clip(y, 0, np.pi / 2)) ** 2


BACK = {
    "ratio": np.expm1,
    "factor": np.exp,
    "rate": np.exp,
    "proportion": scipy.special.expit,
    "correlation": np.tanh,
    "arcsine": proportion,
}


def back(measure, unit, values):
    """Values in the readable unit.

    Parameters
    ----------
    measure, unit : array of str, shape (k,)
        The measure of each value and its readable unit, which says what it is multiplied by: 100 for %, 1,000 for per 1,000.
    values : array, shape (k,)
        On the analysis scale.

    Returns
    -------
    array, shape (k,)
        Infinite where too large for a number.
    """
    measure, unit, out = np.asarray(measure, object), np.asarray(unit, object), np.array(values, float)
    for code, of in set(zip(measure.tolist(), unit.tolist(), strict=True)):
        rows = (measure == code) & (unit == of)
        scale = scale_named(scale_of(code, of))
        with np.errstate(over="ignore"):
            out[rows] = scale.times * BACK.get(measure_of(code).scale, np.positive)(out[rows])
    return out


def units(frame, outcomes):
    """Readable unit of each row of a frame with measure, contrast and outcome."""
    about = {row.outcome: (row.unit, row.per) for row in outcomes.itertuples()}
    keys = zip(*(frame[name].tolist() for name in ("measure", "contrast", "outcome")), strict=True)
    return [readable_unit(measure, contrast, *about[outcome]) for measure, contrast, outcome in keys]


def with_interval(frame, outcomes, level):
    """Add effect, effect_low, effect_high and effect_unit to effects with yi and sei."""
    half = quantile((1 + level) / 2) * frame["sei"]
    unit = units(frame, outcomes)
    ends = {"effect": frame["yi"], "effect_low": frame["yi"] - half, "effect_high": frame["yi"] + half}
    return frame.assign(**{name: back(frame["measure"], unit, values) for name, values in ends.items()}, effect_unit=unit)
