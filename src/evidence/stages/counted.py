"""Contrasts of counts, and ratios printed with their interval."""

import numpy as np

from evidence.models.distributions import quantile
from evidence.stages.pairs import arms, escalc_where, joined_lines, shaped

COUNTS = ("PLO", "OR", "RR", "RD")
RATIOS = ("odds_ratio", "risk_ratio", "hazard_ratio", "rate_ratio")
TWO_ARM = {"PLO": "OR", "OR": "OR", "RR": "RR", "RD": "RD"}
EMPTY = {"none": "no event in either arm, which says nothing of a ratio", "all": "the event in everyone of both arms, which says nothing of a ratio"}
POOLED_AS = TWO_ARM | {"HR": "HR", "IRR": "IRR"}


def half_a_digit(texts):
    """Half of the last digit of each printed number: 0.05 for 95.3."""
    decimals = np.array([len(text.partition(".")[2]) for text in texts], float)
    return 0.5 * 10.0**-decimals


def counts(joined):
    """Follow-up rows of counted outcomes with events `x` of `n`.

    A percent becomes a count where its n is printed and the product is whole within the rounding of the percent.
    """
    counted = joined["measure"].isin(COUNTS) & joined["statistic"].isin(["events", "percent"])
    rows = joined[counted & (joined["timepoint"] == "followup")].copy()
    x = np.where(rows["statistic"] == "percent", rows["value"] * rows["n"] / 100, rows["value"])
    whole = np.abs(x - np.round(x)) <= half_a_digit(rows["value_text"]) * rows["n"] / 100 + 1e-9
    usable = whole & (rows["n"] > 0)
    rows["x"] = np.where(usable, np.round(x), np.nan)
    rows["why_not"] = np.select(
        [rows["n"].isna(), ~rows["x"].notna()], ["denominator not printed", "percent does not give a whole number of people"], ""
    )
    return rows


def double_zeros(measure, x1, n1, x2, n2):
    """Which 2x2 tables say nothing of a ratio: no event in either arm ("none"), or the event in everyone ("all"), else "".

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 10.4.4 [higgins2024].
    """
    ratio = np.isin(measure, ("OR", "RR", "IRR"))
    everyone = np.isin(measure, ("OR", "RR")) & (x1 == n1) & (x2 == n2)
    return np.select([ratio & (x1 == 0) & (x2 == 0), everyone], ["none", "all"], "")


def single_arm(rows):
    """Proportions of treated groups, on the logit scale (outcomes with measure PLO)."""
    rows = rows[(rows["arm"] == "treatment") & (rows["measure"] == "PLO")]
    yi, vi = escalc_where("PLO", rows["x"].notna().to_numpy(), xi=rows["x"], ni=rows["n"])
    return shaped(
        rows, contrast="single_arm", pairing="counts", yi=yi, vi_printed=vi, x1=rows["x"], n1=rows["n"],
        lines=joined_lines(rows["line"]),
    )  # fmt: skip


def two_arms(rows, control_arms):
    """Counts of a treated and a control group; a proportion is compared by the odds ratio, and a double zero by no ratio."""
    pairs = arms(rows, control_arms, ["x", "n", "why_not", "line"], ["study_id", "outcome"])
    parts = []
    for measure, part in pairs.groupby(pairs["measure"].map(TWO_ARM), sort=True):
        empty = double_zeros(measure, *(part[name] for name in ("x1", "n1", "x2", "n2")))
        usable = (part["x1"].notna() & part["x2"].notna()).to_numpy() & (empty == "")
        why_not = part["why_not1"].where(part["why_not1"] != "", part["why_not2"])
        yi, vi = escalc_where(measure, usable, ai=part["x1"], n1i=part["n1"], ci=part["x2"], n2i=part["n2"])
        parts.append(shaped(
            part.drop(columns="measure"), measure=measure, contrast="versus_control", pairing="counts", yi=yi, vi_printed=vi,
            n=part["n1"], n_control=part["n2"], why_not=np.where(empty == "", why_not, [EMPTY.get(kind, "") for kind in empty]),
            lines=joined_lines(part["line1"], part["line2"]),
            **{name: part[name] for name in ("x1", "x2", "n1", "n2")},
        ))  # fmt: skip
    return parts


def printed_ratios(joined):
    """Odds, risk, hazard and rate ratios printed with a 95% interval: log scale, normal.

    A ratio of another kind than its outcome is pooled as is shown, not weighted.
    """
    rows = joined[joined["statistic"].isin(RATIOS) & (joined["value"] > 0)]
    interval = (rows["kind"] == "ci95") & (rows["low"] > 0) & (rows["high"] > 0)
    low, high = rows["low"].where(interval, 1.0), rows["high"].where(interval, 1.0)
    se = (np.log(high / low) / (2 * quantile(0.975))).where(interval)
    codes = rows["statistic"].map({"odds_ratio": "OR", "risk_ratio": "RR", "hazard_ratio": "HR", "rate_ratio": "IRR"})
    fits = rows["measure"].map(POOLED_AS) == codes
    other = rows["statistic"].str.replace("_", " ") + ", while its outcome is pooled as " + rows["measure"]
    return shaped(
        rows.drop(columns="measure"), measure=codes, contrast="versus_control", pairing="difference", control_id=rows["versus"],
        yi=np.log(rows["value"]), vi_printed=(se**2).where(fits), by_p=fits,
        why_not=other.where(~fits, np.where(interval, "", "ratio without interval")),
        lines=joined_lines(rows["line"]),
    )  # fmt: skip
