"""Ratios that a report prints: with an interval, a standard error or a p-value, or as observed less expected events."""

import numpy as np

from evidence.engine.numerics.distributions import quantile
from evidence.stages.effects.counts import TWO_ARM
from evidence.stages.effects.pairs import joined_lines, shaped

CODES = {"odds_ratio": "OR", "risk_ratio": "RR", "hazard_ratio": "HR", "rate_ratio": "IRR"}
POOLED_AS = TWO_ARM | {"HR": "HR"}


def log_error(rows):
    """Standard error of the logarithm of each printed ratio, NaN where none can be had.

    Half the logarithm of its 95% interval over the normal quantile. An SE beside a ratio is that of the ratio itself,
    as programs print it, and is divided by the ratio (delta method); the SE of a logarithm stands beside an `estimate`.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 6.3.2 [higgins2024].
    """
    interval = (rows["kind"] == "ci95") & (rows["low"] > 0) & (rows["high"] > 0)
    low, high = rows["low"].where(interval, 1.0), rows["high"].where(interval, 1.0)
    return np.select([interval, rows["kind"] == "se"], [np.log(high / low) / (2 * quantile(0.975)), rows["low"] / rows["value"]], np.nan)


def printed_ratios(joined):
    """Odds, risk, hazard and rate ratios as printed: log scale, normal.

    A ratio of another kind than its outcome is pooled as is shown, not weighted.
    """
    rows = joined[joined["statistic"].isin(list(CODES)) & (joined["value"] > 0)]
    se = log_error(rows) * np.sqrt(rows["deff"])
    codes = rows["statistic"].map(CODES)
    fits = rows["measure"].map(POOLED_AS) == codes
    other = rows["statistic"].str.replace("_", " ") + ", while its outcome is pooled as " + rows["measure"]
    return shaped(
        rows.drop(columns="measure"), measure=codes, contrast=rows["compared"], pairing="difference", control_id=rows["versus"],
        yi=np.log(rows["value"]), vi_printed=(se**2).where(fits), by_p=fits,
        why_not=other.where(~fits, np.where(se.notna(), "", "ratio without interval or standard error")),
        lines=joined_lines(rows["line"]),
    )  # fmt: skip


def observed_less_expected(joined):
    """Log odds or hazard ratios from observed less expected events and their variance: (O - E) / V, variance 1 / V.

    References
    ----------
    Yusuf et al. 1985, Prog Cardiovasc Dis 27:335 [yusuf1985].
    """
    measure = joined["measure"].map(POOLED_AS)
    rows = joined[(joined["statistic"] == "o_minus_e") & measure.isin(["OR", "HR"])]
    V = rows["spread_low"].where((rows["kind"] == "variance") & (rows["spread_low"] > 0))
    return shaped(
        rows.drop(columns="measure"), measure=measure[rows.index], contrast=rows["compared"], pairing="difference", control_id=rows["versus"],
        yi=rows["value"] / V, vi_printed=rows["deff"] / V, why_not=np.where(V.notna(), "", "observed less expected without its variance"),
        lines=joined_lines(rows["line"]),
    )  # fmt: skip
