"""From the analysis scale to what a reader reads."""

import numpy as np
import scipy

from evidence.models.distributions import quantile


def percent_change(y):
    return 100 * np.expm1(y)


def percent(y):
    return 100 * scipy.special.expit(y)


def unchanged(y):
    return y


SCALES = {
    "ROM": (percent_change, "% change"),
    "PLO": (percent, "%"),
    "OR": (np.exp, "odds ratio"),
    "RR": (np.exp, "risk ratio"),
    "HR": (np.exp, "hazard ratio"),
    "IRR": (np.exp, "rate ratio"),
    "RD": (unchanged, "risk difference"),
    **dict.fromkeys(("SMD", "SMDH", "SMD1", "SMCRP", "SMCR", "SMCC"), (unchanged, "SD")),
    "ZCOR": (np.tanh, "correlation"),
}
RATIOS = ("OR", "RR", "HR", "IRR")
UNIT_BY_CONTRAST = {("ROM", "versus_control"): "% difference"}


def back(measure, values):
    """Analysis-scale `values` in the readable unit of each `measure` (arrays of one length); infinite where too large for a number."""
    measure, values = np.asarray(measure, object), np.asarray(values, float)
    out = values.copy()
    for code, (transform, _) in SCALES.items():
        rows = measure == code
        if rows.any():
            with np.errstate(over="ignore"):
                out[rows] = transform(values[rows])
    return out


def unit(measure, contrast, outcome_unit):
    """Readable unit of one effect or pool."""
    if (measure, contrast) in UNIT_BY_CONTRAST:
        return UNIT_BY_CONTRAST[measure, contrast]
    return SCALES[measure][1] if measure in SCALES else outcome_unit


def units(frame, outcomes):
    """Readable unit of each row of a frame with measure, contrast and outcome."""
    of_outcome = dict(zip(outcomes["outcome"], outcomes["unit"], strict=True))
    keys = zip(*(frame[name].tolist() for name in ("measure", "contrast", "outcome")), strict=True)
    return [unit(measure, contrast, of_outcome[outcome]) for measure, contrast, outcome in keys]


def with_interval(frame, outcomes, level):
    """Add effect, effect_low, effect_high and effect_unit to effects with yi and sei."""
    z = quantile((1 + level) / 2)
    half = z * frame["sei"]
    return frame.assign(
        effect=back(frame["measure"], frame["yi"]),
        effect_low=back(frame["measure"], frame["yi"] - half),
        effect_high=back(frame["measure"], frame["yi"] + half),
        effect_unit=units(frame, outcomes),
    )
