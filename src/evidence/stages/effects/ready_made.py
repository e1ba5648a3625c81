"""Effects that a report states ready-made: estimates on the analysis scale, standardised differences, and correlations."""

import numpy as np
import pandas as pd

from evidence.engine.measures.means import large_sample_variance
from evidence.engine.numerics.distributions import quantile
from evidence.stages.effects.counts import TWO_ARM
from evidence.stages.effects.pairs import escalc_where, joined_lines, shaped, without_se
from evidence.stages.effects.tested import correlations_of, signed
from evidence.vocabulary import TESTS

CONTRASTS = {"baseline": "single_arm", "followup": "single_arm", "change": "before_after"}
UNKNOWN_R = "the correlation of a test statistic needs n and its direction"
ALONE = ("PLO", "PR", "PFT", "IRLN", "MN", "ZCOR")
OF_CONTRAST = {
    "before_after": {},
    "versus_control": TWO_ARM,
    "versus_active": TWO_ARM,
    "single_arm": {},
}


def normal_se(kind, low, high):
    """Standard error as printed, the root of a variance, or half of a 95% interval over the normal quantile, else NaN."""
    root = np.sqrt(np.where(kind == "variance", low, np.nan))
    return np.select([kind == "se", kind == "variance", kind == "ci95"], [low, root, (high - low) / (2 * quantile(0.975))], np.nan)


def estimates(joined):
    """Effects on the analysis scale of their outcome's measure, with their own SE or 95% interval.

    One of a change is a `before_after`, one of a difference a `versus_control` or `versus_active`, one at baseline or
    follow-up a `single_arm` contrast (a logit, Fisher's z, a mean). Factors of units apply to numbers in
    the outcome's unit alone.
    """
    rows = joined[joined["statistic"] == "estimate"]
    contrast = rows["timepoint"].map(CONTRASTS).fillna(rows["compared"])
    rows = rows[(contrast != "single_arm") | rows["measure"].isin(ALONE)]
    contrast = contrast[rows.index]
    measure = [OF_CONTRAST[one].get(code, code) for one, code in zip(contrast, rows["measure"], strict=True)]
    in_unit = rows["measure"].isin(["MD", "MN"])
    yi, low, high = (rows[m].where(in_unit, rows[raw]) for m, raw in (("m", "value"), ("low", "spread_low"), ("high", "spread_high")))
    se = normal_se(rows["kind"], low, high) * np.sqrt(rows["deff"])
    yi = yi.where(in_unit, yi * rows["sign"])
    return shaped(
        rows.drop(columns="measure"), measure=measure, contrast=contrast, pairing="estimate", control_id=rows["versus"],
        yi=yi, vi_printed=se**2, why_not=without_se(rows, se, "estimate"), by_p=contrast != "single_arm",
        paired=contrast == "before_after", judged=rows["spread"] == "unlabelled", lines=joined_lines(rows["line"]),
    )  # fmt: skip


def standardised_differences(joined):
    """Standardised differences as printed, with their own SE or 95% interval, else the variance that n gives them.

    That of a change rests on the correlation within people, see `evidence.stages.effects.standardised`.
    """
    rows = joined[(joined["statistic"] == "standardised_difference") & (joined["measure"] == "SMD")]
    rows = rows[rows["timepoint"].isin(["change", "difference"])]
    yi, n = signed(rows), rows["n"].fillna(rows["size1"] + rows["size2"])
    se = normal_se(rows["kind"], rows["spread_low"], rows["spread_high"]) * np.sqrt(rows["deff"])
    n1, n2 = rows["size1"] / rows["deff"], rows["size2"] / rows["deff"]
    by_n = np.where(rows["apart"], large_sample_variance(yi, n1, n2), 1 / n)
    counted = np.isnan(se) & ~np.isnan(by_n)
    return shaped(
        rows, contrast=rows["timepoint"].map(CONTRASTS).fillna(rows["compared"]), pairing=np.where(counted, "counts", "estimate"),
        control_id=rows["versus"].where(rows["timepoint"] == "difference", ""),
        yi=yi, vi_printed=np.where(counted, by_n, se**2), n=n, n1=n1, n2=n2, paired=~rows["apart"], by_p=~counted,
        why_not=np.where(counted | ~np.isnan(se), "", "a standardised difference without its SE needs n of both groups"),
        lines=joined_lines(rows["line"]),
    )  # fmt: skip


def correlations(joined):
    """Correlations of one group as Fisher's z, as printed or from a test statistic: variance from n, else from the 95% interval."""
    rows = joined[joined["statistic"].isin(["correlation", *TESTS]) & (joined["measure"] == "ZCOR")]
    r = pd.Series(correlations_of(rows), rows.index)
    kept = (r.abs() < 1) | (rows["statistic"] != "correlation")
    rows, r = rows[kept], r[kept]
    n = rows["n"] / rows["deff"]
    counted = ((n > 3) & (r.abs() < 1)).to_numpy()
    yi, vi = escalc_where("ZCOR", counted, ri=r, ni=n)
    interval = ((rows["kind"] == "ci95") & (rows["spread_low"] > -1) & (rows["spread_high"] < 1)).to_numpy()
    low, high = (np.arctanh(np.where(interval, rows[name], 0.0)) for name in ("spread_low", "spread_high"))
    by_interval = normal_se(np.where(interval, "ci95", ""), low, high) ** 2 * rows["deff"]
    return shaped(
        rows, contrast="single_arm", pairing=np.where(counted, "counts", "estimate"),
        yi=np.arctanh(r), vi_printed=np.where(counted, vi, by_interval),
        why_not=np.where(counted | interval, "", np.where(r.isna(), UNKNOWN_R, "correlation without n or interval")), lines=joined_lines(rows["line"]),
    )  # fmt: skip
