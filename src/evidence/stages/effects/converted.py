"""Effects converted from one kind to another: odds ratios, correlations and standardised differences.

A number is first made an effect of its own kind; from there it goes through d to the measure of its outcome (Borenstein et al.
2009, chapter 7 [borenstein2009]). Only where `effects.convert` allows it does it get a weight.
"""

import numpy as np
import pandas as pd

from evidence.engine.measures import convert
from evidence.stages.effects.pairs import shaped
from evidence.stages.effects.ratios import printed_ratios
from evidence.stages.effects.ready_made import correlations, standardised_differences
from evidence.vocabulary import CONVERTIBLE

AS_PRINTED = {
    "odds_ratio": ("OR", printed_ratios),
    "correlation": ("ZCOR", correlations),
    "standardised_difference": ("SMD", standardised_differences),
}
OFF = ", while its outcome is pooled as {measure} and effects.convert is off"


def convertible(joined):
    """Which rows print an effect of another kind than their outcome's, that can be converted."""
    kinds = {(statistic, measure) for statistic, measures in CONVERTIBLE.items() for measure in measures}
    return np.array([pair in kinds for pair in zip(joined["statistic"], joined["measure"], strict=True)], bool)


def d_of(statistic, yi, vi):
    """d and its variance of effects as printed: log odds ratios, Fisher's z, or d itself."""
    if statistic == "odds_ratio":
        return convert.d_from_log_odds_ratio(yi, vi)
    if statistic == "correlation":
        r = np.tanh(yi)
        return convert.d_from_r(r, (1 - r**2) ** 2 * vi)
    return yi, vi


def of_d(measure, d, v, n1, n2):
    """Effect of a measure and its variance from d; groups whose sizes are not printed count as equal."""
    if measure == "OR":
        return convert.log_odds_ratio_from_d(d, v)
    if measure == "ZCOR":
        known = (n1 > 1) & (n2 > 1)
        return convert.z_from_d(d, v, np.where(known, n1, 2.0), np.where(known, n2, 2.0))
    return d, v


def conversions(joined, allowed):
    """Effects of numbers that are of another kind than their outcome.

    Parameters
    ----------
    joined : DataFrame
        From `evidence.stages.effects.levels.joined`.
    allowed : bool
        Whether they are weighted (`effects.convert`).
    """
    rows = joined[convertible(joined)]
    parts = []
    for (statistic, measure), part in rows.groupby(["statistic", "measure"], sort=True):
        code, function = AS_PRINTED[statistic]
        effects = function(part.assign(measure=code))
        there = effects["yi"].notna() & (effects["vi_printed"] > 0)
        yi, vi = np.full(len(effects), np.nan), np.full(len(effects), np.nan)
        if there.any():
            numbers = (effects.loc[there, name].to_numpy(float) for name in ("yi", "vi_printed"))
            sizes = (effects.loc[there, name].to_numpy(float) for name in ("n1", "n2"))
            yi[there], vi[there] = of_d(measure, *d_of(statistic, *numbers), *sizes)
        off = statistic.replace("_", " ") + OFF.format(measure=measure)
        parts.append(shaped(
            effects.drop(columns="measure"), measure=measure, pairing="converted", statistic=statistic,
            contrast="single_arm" if measure == "ZCOR" else part["compared"].reindex(effects.index), paired=False, by_p=False,
            yi=yi, vi_printed=vi if allowed else np.nan, why_not=effects["why_not"] if allowed else off,
        ))  # fmt: skip
    return pd.concat(parts) if parts else shaped(rows)
