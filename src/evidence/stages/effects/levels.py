"""Levels: each printed number with its group, outcome and variance on the analysis scale.

The analysis scale is the logarithm for ratios of means (ROM) and the outcome's
own unit for differences (MD, and SMD, which `evidence.stages.effects.standardised` divides by a standard deviation later).
"""

import numpy as np
import pandas as pd

from evidence.engine.measures import convert, summary
from evidence.engine.numerics.distributions import quantile

LOG = ("ROM",)
MEANS = ("ROM", "MD", "SMD")
STATISTICS = ("mean", "median", "geometric_mean", "unspecified")


def joined(tables):
    """Measurements with what their outcome, unit, group and study say of them.

    Returns
    -------
    DataFrame
        One row per measurement, in file order, with `m` (the value in the outcome's unit), `low` and
        `high` (its spread, likewise), `kind` (of spread: the printed label, else the judged one), `apart` (a
        difference between groups of different people, whose n is that of both together), `sign` (-1 on a scale that runs
        the other way than its outcome, else 1: `m` and the ends of its interval have turned already, `value` has not), `size1` and
        `size2` (of a difference between groups of different people: the people of its two groups, see `two_sizes`) and `deff` (the
        design effect of a cluster trial whose source takes no account of the clusters, else 1).
    """
    frame = tables.measurements.merge(
        tables.outcomes[["outcome", "measure", "unit"]].rename(columns={"unit": "to_unit"}), on="outcome", how="left"
    )
    frame = frame.merge(tables.units[["outcome", "unit", "factor", "reversed"]], on=["outcome", "unit"], how="left")
    groups = tables.groups[["study_id", "group_id", "arm", "drug", "dose", "conditions", "label", "weeks"]]
    frame = frame.merge(groups.rename(columns={"weeks": "planned"}), on=["study_id", "group_id"], how="left")
    frame = frame.merge(tables.studies[["study_id", "design", "cohort_id", "eligibility"]], on="study_id", how="left")
    factor = frame["factor"].fillna(1.0)
    frame["sign"] = np.where(frame["reversed"] == "yes", -1.0, 1.0)
    frame["m"] = frame["value"] * factor * frame["sign"]
    low, high = frame["spread_low"] * factor, frame["spread_high"] * factor
    turned = (frame["sign"] < 0) & high.notna()
    frame["low"], frame["high"] = low.mask(turned, -high), high.mask(turned, -low)
    unlabelled = frame["spread"] == "unlabelled"
    frame["kind"] = frame["spread"].where(~unlabelled, frame["spread_judged"].where(frame["spread_judged"] != "", "unlabelled"))
    frame["apart"] = (frame["timepoint"] == "difference") & (frame["design"] != "rct_crossover")
    frame["size1"], frame["size2"] = two_sizes(frame, tables.groups)
    frame["deff"] = summary.design_effect(frame["cluster_size"], frame["icc"]).fillna(1.0)
    planned = frame["weeks"].isna() & frame["timepoint"].isin(["followup", "change", "difference"])
    frame["weeks"] = frame["weeks"].where(~planned, frame["planned"])
    return frame


def two_sizes(frame, groups):
    """People of the two groups of each difference between groups of different people, NaN where they are not known.

    `n_versus` says how n is split; else the n beside the levels or changes of the two groups does, else that of groups.csv, as
    long as the two together are the n of the difference where that is printed.
    """
    rows = frame[frame["apart"]]
    stated = frame[frame["timepoint"].ne("difference") & frame["n"].notna()].sort_values(
        "timepoint", key=lambda name: name == "baseline", kind="stable"
    )
    of_outcome = stated.drop_duplicates(["study_id", "group_id", "outcome"]).set_index(["study_id", "group_id", "outcome"])["n"].to_dict()
    of_group = groups.set_index(["study_id", "group_id"])["n"].to_dict()

    def sizes(column):
        keys = zip(rows["study_id"], rows[column], rows["outcome"], strict=True)
        return np.array([of_outcome.get(key, of_group.get(key[:2], np.nan)) for key in keys], float)

    n, n_versus = rows["n"].to_numpy(float), rows["n_versus"].to_numpy(float)
    second = np.where(np.isnan(n_versus), sizes("versus"), n_versus)
    first = np.where(np.isnan(n - n_versus), sizes("group_id"), n - n_versus)
    agree = np.isnan(n) | (first + second == n)
    return (pd.Series(np.where(agree, size, np.nan), rows.index).reindex(frame.index) for size in (first, second))


def standard_errors(frame):
    """Standard error of each mean in the outcome's unit, NaN where none can be had.

    SE as printed; SD / sqrt(n), but for a difference between groups, whose error is not that of one mean; half the
    95% interval over the factor of `t_95`. In a cluster trial times the root of the design effect.
    """
    spread, low, high = frame["kind"].to_numpy(), frame["low"].to_numpy(), frame["high"].to_numpy()
    root_n = np.sqrt(frame["n"].where((frame["n"] > 1) & ~frame["apart"]).to_numpy())
    half = (high - low) / 2
    se = np.select([spread == "se", spread == "sd", spread == "ci95"], [low, low / root_n, half / t_95(frame)], np.nan)
    return se * np.sqrt(frame["deff"].to_numpy())


def t_95(frame):
    """Factor of a 95% interval: t with n - 1 degrees of freedom (n - 2 for a difference between groups), normal where n is not printed."""
    left = (frame["n"] - 1 - frame["apart"]).to_numpy(float)
    known = left > 0
    df, places = np.unique(np.where(known, left, 1), return_inverse=True)
    return np.where(known, quantile(0.975, df)[places], quantile(0.975))


def quantile_moments(frame, logs):
    """Mean and variance of the mean from a median with quartiles or range, on the analysis scale."""
    y, v = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    usable = (frame["statistic"] == "median") & (frame["n"] >= 5) & frame["kind"].isin(["iqr", "range"])
    usable &= (frame["low"] <= frame["m"]) & (frame["m"] <= frame["high"]) & (frame["low"] < frame["high"])
    for row in np.flatnonzero(usable.to_numpy() & (~logs | (frame["low"].to_numpy() > 0))):
        kind, n, scale = frame["kind"].iat[row], frame["n"].iat[row], np.log if logs[row] else np.float64
        ends = ("q1", "q3") if kind == "iqr" else ("min", "max")
        values = {ends[0]: scale(frame["low"].iat[row]), "median": scale(frame["m"].iat[row]), ends[1]: scale(frame["high"].iat[row])}
        mean, sd = convert.mean_sd_from_quantiles(**values, n=n)
        y[row], v[row] = mean, sd**2 / n * frame["deff"].iat[row]
    return y, v


def levels(frame, measures=MEANS):
    """Add the estimate `y`, its variance `v` and how it came about (`how`) to joined measurements.

    Parameters
    ----------
    frame : DataFrame
        From `joined`.
    measures : sequence of str
        Measures of the outcomes to take.

    Returns
    -------
    DataFrame
        The rows that state a level (not a change or difference), with `y`, `v` (NaN where no variance
        can be had), `se` (in the outcome's unit) and `how`: "spread", "quantiles", or why there is none.
    """
    stated = frame["timepoint"].isin(["baseline", "followup"]) & frame["measure"].isin(measures)
    frame = frame[stated & frame["statistic"].isin(STATISTICS)].copy()
    logs = frame["measure"].isin(LOG).to_numpy()
    mean, se = frame["m"].to_numpy(), standard_errors(frame)
    valid = ~logs | (mean > 0)
    safe = np.where(valid, mean, 1.0)
    y_log, v_log = summary.log_mean(np.where(logs, safe, 1.0), se)
    y = np.where(valid, np.where(logs, y_log, mean), np.nan)
    v = np.where(logs, v_log, se**2)
    y_quantiles, v_quantiles = quantile_moments(frame, logs)
    from_quantiles = ~np.isnan(v_quantiles)
    statistic = frame["statistic"]
    is_mean = statistic.isin(["mean", "geometric_mean"]).to_numpy()
    frame["se"] = np.where(is_mean, se, np.nan)
    frame["y"] = np.where(from_quantiles, y_quantiles, y)
    frame["v"] = np.where(from_quantiles, v_quantiles, np.where(is_mean & valid, v, np.nan))
    geometric(frame, logs)
    frame["how"] = np.select(
        [
            from_quantiles,
            frame["v"].notna(),
            ~valid,
            statistic == "unspecified",
            statistic == "median",
            frame["kind"] == "unlabelled",
            (frame["kind"] == "sd") & frame["n"].isna(),
        ],
        [
            "quantiles",
            "spread",
            "not above zero",
            "statistic not named",
            "median without quartiles and n",
            "kind of spread not named",
            "SD without n",
        ],
        "no spread",
    )
    return frame


def geometric(frame, logs):
    """Geometric means carry their interval on the log scale already."""
    rows = (frame["statistic"] == "geometric_mean").to_numpy() & logs & (frame["kind"] == "ci95").to_numpy()
    part = frame[rows]
    se = np.log(part["high"] / part["low"]) / (2 * t_95(part))
    frame.loc[rows, "v"] = se**2 * part["deff"]
