"""Effects that a report states ready-made: estimates on the analysis scale, and correlations."""

import numpy as np

from evidence.models.distributions import quantile
from evidence.stages.counted import TWO_ARM
from evidence.stages.pairs import escalc_where, joined_lines, shaped, without_se

CONTRASTS = {"baseline": "single_arm", "followup": "single_arm", "change": "before_after", "difference": "versus_control"}
ALONE = ("PLO", "ZCOR")
OF_CONTRAST = {
    "before_after": {},
    "versus_control": TWO_ARM,
    "single_arm": {},
}


def normal_se(kind, low, high):
    """Standard error as printed, or half of a 95% interval over the normal quantile, else NaN."""
    return np.select([kind == "se", kind == "ci95"], [low, (high - low) / (2 * quantile(0.975))], np.nan)


def estimates(joined):
    """Effects on the analysis scale of their outcome's measure, with their own SE or 95% interval.

    One of a change is a `before_after`, one of a difference a `versus_control`, one at baseline or
    follow-up a `single_arm` contrast (a logit or Fisher's z). Factors of units apply to differences in
    the outcome's unit alone.
    """
    rows = joined[joined["statistic"] == "estimate"]
    contrast = rows["timepoint"].map(CONTRASTS)
    rows = rows[(contrast != "single_arm") | rows["measure"].isin(ALONE)]
    contrast = contrast[rows.index]
    measure = [OF_CONTRAST[one].get(code, code) for one, code in zip(contrast, rows["measure"], strict=True)]
    in_unit = rows["measure"] == "MD"
    yi, low, high = (rows[m].where(in_unit, rows[raw]) for m, raw in (("m", "value"), ("low", "spread_low"), ("high", "spread_high")))
    se = normal_se(rows["kind"], low, high)
    yi = yi.where(in_unit, yi * rows["sign"])
    return shaped(
        rows.drop(columns="measure"), measure=measure, contrast=contrast, pairing="estimate", control_id=rows["versus"],
        yi=yi, vi_printed=se**2, why_not=without_se(rows, se, "estimate"), by_p=contrast != "single_arm",
        paired=contrast == "before_after", judged=rows["spread"] == "unlabelled", lines=joined_lines(rows["line"]),
    )  # fmt: skip


def correlations(joined):
    """Correlations of one group as Fisher's z: variance from n, else from the 95% interval."""
    rows = joined[(joined["statistic"] == "correlation") & (joined["measure"] == "ZCOR") & (joined["value"].abs() < 1)]
    counted = (rows["n"] > 3).to_numpy()
    yi, vi = escalc_where("ZCOR", counted, ri=rows["value"], ni=rows["n"])
    interval = ((rows["kind"] == "ci95") & (rows["low"] > -1) & (rows["high"] < 1)).to_numpy()
    low, high = (np.arctanh(np.where(interval, rows[name], 0.0)) for name in ("low", "high"))
    by_interval = normal_se(np.where(interval, "ci95", ""), low, high) ** 2
    return shaped(
        rows, contrast="single_arm", pairing=np.where(counted, "counts", "estimate"),
        yi=np.arctanh(rows["value"]), vi_printed=np.where(counted, vi, by_interval),
        why_not=np.where(counted | interval, "", "correlation without n or interval"), lines=joined_lines(rows["line"]),
    )  # fmt: skip
