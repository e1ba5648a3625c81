"""Pairs: which printed numbers make an effect.

A contrast is ``before_after`` (the same people, baseline and follow-up), ``versus_control`` (crossover
periods, or two arms) or ``single_arm`` (a proportion of one group, which has nothing to be compared
with). Each function takes joined measurements or levels and returns contrasts in one shape:

yi : effect on the analysis scale.
vi_printed : its variance where the report prints one.
v_sum, v_cross : from two spreads, variance v_sum - 2 r v_cross with r the correlation within people.
by_p : whether a p-value of the comparison may give the standard error.
why_not : why there is no spread to be used.
sd1, sd2 : standard deviations of outcomes pooled as SMD: of the two levels, of the changes of two groups, or, where the
    changes are those of levels, of the two groups at baseline.
t : absolute test statistic of the same people's difference, where it is printed beside their levels.
lines : lines of measurements.csv, ";" between.
"""

import numpy as np
import pandas as pd

from evidence.engine.measures import summary
from evidence.engine.measures.escalc import escalc
from evidence.problems import EvidenceError, Problem
from evidence.stages.effects.levels import LOG, standard_errors, t_95
from evidence.store.comparisons import Comparison, compare_groups, contrast_with
from evidence.vocabulary import ACTIVE, CONTROLLED

KEY = ["study_id", "group_id", "outcome"]
ABOUT = ["measure", "design", "cohort_id", "eligibility", "drug", "dose", "conditions", "label", "arm"]
NUMBERS = ["weeks", "n", "n_control", "yi", "vi_printed", "v_sum", "v_cross", "m1", "se1", "m2", "se2", "x1", "n1", "t1", "x2", "n2", "t2",
           "sd1", "sd2", "t", "deff"]  # fmt: skip
TEXTS = ["control_id", "contrast", "pairing", "how", "why_not", "p_operator", "p_for", "source_kind", "statistic", "lines"]
TRUTHS = ["paired", "by_p", "judged"]
SHAPE = [*KEY, *ABOUT, *TEXTS, *NUMBERS, "p_value", *TRUTHS]
MEANS = ("mean", "geometric_mean", "mean_difference")
SCALED = ("ROM", "MD", "SMD")
SIDE = ["m", "se", "y", "v", "how", "line", "spread", "statistic", "n", "deff"]


def shaped(frame, **columns):
    """Give a frame of contrasts all columns of SHAPE: NaN, empty text or False where absent."""
    empty = dict.fromkeys(NUMBERS, np.nan) | dict.fromkeys(TEXTS, "") | dict.fromkeys(TRUTHS, False)
    stated = {name: frame[name] for name in SHAPE if name in frame and name not in columns}
    known = empty | stated | columns
    return pd.DataFrame({name: known[name] for name in SHAPE}, index=frame.index)


def sided(frame, number, columns):
    """Rename `columns` of one side of a merge: m to m1, and so on."""
    return frame.rename(columns={name: f"{name}{number}" for name in columns})


def joined_lines(*parts):
    """Join line numbers (or lists of them) as text, leaving out what is absent."""
    texts = [["" if line != line else str(line).removesuffix(".0") for line in part.tolist()] for part in parts]
    return [";".join(filter(None, row)) for row in zip(*texts, strict=True)]


def two_levels(pairs, paired):
    """Effect and variances of pairs of levels (sides 1 and 2).

    Means that are estimated from quantiles stand in for those of an outcome pooled as SMD, as do their SDs.
    """
    yi, v_sum = summary.difference(pairs["y1"], pairs["v1"], pairs["y2"], pairs["v2"])
    from_spreads = pairs["how1"].isin(["spread", "quantiles"])
    why_not = pairs["how1"].mask(from_spreads, pairs["how2"])
    quantiles = (pairs[["how1", "how2"]] == "quantiles").any(axis=1) & why_not.isin(["spread", "quantiles"])
    known = why_not.isin(["spread", "quantiles"])
    return {
        "measure": pairs["measure"],
        "yi": yi,
        "v_sum": v_sum,
        "v_cross": np.where(paired, np.sqrt(pairs["v1"] * pairs["v2"]), 0.0),
        "paired": paired,
        "how": np.select([quantiles, known], ["quantiles", "spread"], ""),
        "why_not": why_not.mask(known, ""),
        "by_p": pairs["statistic1"].isin(MEANS) & pairs["statistic2"].isin(MEANS) & pd.notna(yi),
        "judged": (pairs[["spread1", "spread2"]] == "unlabelled").any(axis=1),
        "statistic": pairs["statistic1"],
        **{f"m{side}": pairs[f"m{side}"].where(pairs["measure"] != "SMD", pairs[f"y{side}"]) for side in (1, 2)},
        **spreads_as_sd(pairs),
        "lines": joined_lines(pairs["line1"], pairs["line2"]),
    }


def escalc_where(measure, usable, **arguments):
    """yi and vi of `escalc` on the usable rows, NaN elsewhere."""
    yi, vi = np.full(len(usable), np.nan), np.full(len(usable), np.nan)
    if usable.any():
        effect = escalc(measure, **{name: np.asarray(value)[usable] for name, value in arguments.items()})
        yi[usable], vi[usable] = effect.yi, effect.vi
    return yi, vi


def spreads_as_sd(pairs):
    """SDs of the two sides of outcomes pooled as SMD, from the variances of their means and effective n; NaN for other outcomes."""
    ours = pairs["measure"] == "SMD"
    return {f"sd{side}": np.sqrt(pairs[f"v{side}"] * pairs[f"n{side}"] / pairs[f"deff{side}"]).where(ours) for side in (1, 2)}


def known_sds(columns):
    """Whether both SDs of a standardised difference are known: between different people they say all that a p-value could."""
    return (columns["sd1"] > 0) & (columns["sd2"] > 0)


def sizes_where(rows, n1, n2):
    """Columns n1 and n2 of the effects that are counted so, NaN in the others."""
    return {"n1": n1.where(rows), "n2": n2.where(rows)}


def without_se(rows, se, noun):
    """Why a printed number has no standard error, empty where it has one."""
    return np.select(
        [~np.isnan(se), rows["kind"] == "none", rows["kind"] == "unlabelled", (rows["kind"] == "sd") & rows["apart"], rows["kind"] == "sd"],
        ["", f"{noun} without spread", "kind of spread not named", "an SD is not the error of a difference between groups", "SD without n"],
        f"{noun} whose spread gives no standard error",
    )


def level_changes(levels):
    """Baseline and follow-up levels of one group, every follow-up a pair."""
    base = levels[levels["timepoint"] == "baseline"].drop_duplicates(KEY)
    follow = levels[levels["timepoint"] == "followup"]
    pairs = sided(follow, 1, SIDE).merge(sided(base, 2, SIDE)[[*KEY, *(f"{name}2" for name in SIDE)]], on=KEY)
    paired = np.ones(len(pairs), bool)
    return shaped(pairs.drop(columns=["n1", "n2"]), pairing="levels", n=pairs["n1"], deff=pairs["deff1"], **two_levels(pairs, paired))


def printed_changes(joined, levels):
    """Changes from baseline printed as such; on the log scale they need the baseline beside them.

    The standard error on the log scale keeps the test statistic of the raw change.
    """
    rows = joined[(joined["timepoint"] == "change") & joined["statistic"].isin(MEANS) & joined["measure"].isin(SCALED)]
    base = levels.loc[levels["timepoint"] == "baseline", [*KEY, "m", "se", "line"]].drop_duplicates(KEY)
    rows = rows.merge(base.rename(columns={"m": "m2", "se": "se2", "line": "line2"}), on=KEY, how="left")
    d, se_d, baseline = rows["m"].to_numpy(), standard_errors(rows), rows["m2"].to_numpy()
    logs = rows["measure"].isin(LOG).to_numpy()
    usable = logs & (baseline > 0) & (baseline + d > 0)
    before = np.where(usable, baseline, 1.0)
    after = np.where(usable, baseline + d, 1.0)
    yi = np.where(logs, np.where(usable, np.log(after / before), np.nan), d)
    se = np.where(logs, se_d / summary.logarithmic_mean(after, before), se_d)
    why_not = np.where(np.isnan(yi), "change without its baseline", without_se(rows, se, "change"))
    return shaped(
        rows,
        pairing="change",
        yi=yi,
        vi_printed=np.where(np.isnan(yi), np.nan, se**2),
        why_not=why_not,
        paired=True,
        by_p=~np.isnan(yi),
        judged=rows["spread"] == "unlabelled",
        m1=rows["m"],
        se1=se_d,
        lines=joined_lines(rows["line"], rows["line2"].where(logs)),
    )


def relative_se(rows, ratio, logs):
    """Standard error of the logarithm of a printed relative change: its SE over the ratio, or its interval's logarithm."""
    percent = (rows["statistic"] == "percent_change").to_numpy()
    low, high = (np.where(percent, 1 + rows[name] / 100, rows[name]) for name in ("spread_low", "spread_high"))
    interval = (rows["kind"] == "ci95").to_numpy() & logs & (low > 0) & (high > low)
    by_interval = np.log(np.where(interval, high / np.where(interval, low, 1.0), 1.0)) / (2 * t_95(rows)) * np.sqrt(rows["deff"])
    as_printed = rows.assign(low=rows["spread_low"], high=rows["spread_high"])
    return np.where(interval, by_interval, standard_errors(as_printed) / np.where(percent, 100, 1) / ratio)


def relative_changes(joined):
    """Percent and fold changes: a log ratio at once, weighted only where their spread is printed."""
    rows = joined[joined["statistic"].isin(["percent_change", "fold_change"])]
    ratio = (1 + rows["value"] / 100).where(rows["statistic"] == "percent_change", rows["value"])
    logs = rows["measure"].isin(LOG) & (ratio > 0)
    ratio = ratio.where(logs, 1.0)
    se = pd.Series(relative_se(rows, ratio, logs.to_numpy()), rows.index)
    no_scale = "relative change of an outcome pooled as a difference"
    why_not = np.where(logs, without_se(rows, se, "relative change"), no_scale)
    return shaped(
        rows,
        contrast=rows["compared"].where(rows["timepoint"] == "difference", "before_after"),
        pairing="relative",
        control_id=rows["versus"],
        yi=np.log(ratio).where(logs),
        vi_printed=(se**2).where(logs),
        why_not=why_not,
        paired=True,
        judged=rows["spread"] == "unlabelled",
        lines=joined_lines(rows["line"]),
    )


def pair_arms(rows, comparisons, columns, on=()):
    """Treated rows beside the rows of their control, of the same outcome and week (sides 1 and 2).

    Parameters
    ----------
    rows : DataFrame
    comparisons : DataFrame
        From `comparison_frame`: study_id, group_id, outcome, control_id and contrast.
    columns : list of str
        Columns that have two sides.
    on : sequence of str
        Further columns that the two rows share.
    """
    control = sided(rows, 2, columns).rename(columns={"group_id": "control_id"})
    control = control[["study_id", "outcome", "control_id", *on, "weeks", *(f"{name}2" for name in columns)]]
    treated = sided(rows, 1, columns).drop(columns=["control_id", "contrast"], errors="ignore").merge(comparisons, on=KEY)
    pairs = treated.merge(control, on=["study_id", "outcome", "control_id", *on], suffixes=("", "_control"))
    same = (pairs["weeks"] == pairs["weeks_control"]) | pairs["weeks"].isna() | pairs["weeks_control"].isna()
    return pairs[same]


def comparison_frame(tables, control_arms):
    """Which groups are compared, one row per treated group, control and outcome.

    Raises
    ------
    EvidenceError
        Where several controls fit a treated group and no row names one.
    """
    rows = tables.measurements
    numbers = zip(*(rows[name].tolist() for name in ("study_id", "group_id", "outcome", "timepoint", "versus")), strict=True)
    comparisons, opens = compare_groups(tables.groups.to_dict("records"), numbers, control_arms)
    if opens:
        what = "could be compared with"
        problems = [Problem("data/raw/measurements.csv", 0, "versus", f"{one.study_id} {one.group_id} {one.outcome} {what} {' or '.join(one.controls)}",
                            "Name its control in versus.") for one in opens]  # fmt: skip
        raise EvidenceError(problems)
    return pd.DataFrame(comparisons, columns=Comparison._fields)


def contrast_of_differences(rows, groups, control_arms):
    """Contrast of each printed difference: by the arm of the group in versus; of one that names none, by the arms of its report.

    A report that types no other group is taken to compare with a control.
    """
    arm = dict(zip(zip(groups["study_id"], groups["group_id"], strict=True), groups["arm"], strict=True))
    arms = groups.groupby("study_id")["arm"].agg(set).to_dict()

    def contrast(study, versus):
        if versus:
            return contrast_with(arm[study, versus], control_arms)
        return ACTIVE if "active_control" in arms[study] and not arms[study] & set(control_arms) else CONTROLLED

    return [contrast(study, versus) for study, versus in zip(rows["study_id"], rows["versus"], strict=True)]


def follow_ups(levels, comparisons):
    """Follow-up levels of a treated and a control group; the periods of a crossover are paired."""
    pairs = pair_arms(levels[levels["timepoint"] == "followup"], comparisons, SIDE)
    crossover = (pairs["design"] == "rct_crossover").to_numpy()
    n, n_control = pairs["n1"], pairs["n2"]
    effects = two_levels(pairs, crossover)
    return shaped(
        pairs.drop(columns=["n1", "n2"]),
        pairing="follow_up",
        n=n,
        n_control=n_control,
        deff=pairs["deff1"],
        **sizes_where(pairs["measure"] == "SMD", n / pairs["deff1"], n_control / pairs["deff2"]),
        **effects | {"by_p": effects["by_p"] & (crossover | ~known_sds(effects))},
    )


def differences_of_changes(changes, comparisons):
    """Change of a treated arm less the change of a control arm, of either kind."""
    sides = ["yi", "vi_printed", "v_sum", "v_cross", "why_not", "how", "by_p", "judged", "lines", "n", "sd", "deff"]
    kept = [*KEY, *ABOUT, "pairing", "weeks", "p_operator", "p_value", "p_for", "source_kind", "statistic", *sides]
    of_change = np.sqrt(changes["vi_printed"] * changes["n"] / changes["deff"]).where(changes["measure"] == "SMD")
    changes = changes.assign(sd=changes["sd2"].where(changes["pairing"] != "change", of_change))
    rows = changes.loc[changes["pairing"].isin(["levels", "change"]) & (changes["design"] != "rct_crossover"), kept]
    pairs = pair_arms(rows, comparisons, sides, ["pairing"])
    printed, standardised = pairs["pairing"] == "change", pairs["measure"] == "SMD"
    return shaped(
        pairs.drop(columns=["n1", "n2"]),
        n=pairs["n1"],
        n_control=pairs["n2"],
        deff=pairs["deff1"],
        **sizes_where(standardised, pairs["n1"] / pairs["deff1"], pairs["n2"] / pairs["deff2"]),
        m1=pairs["yi1"].where(standardised),
        m2=pairs["yi2"].where(standardised),
        pairing=np.where(printed, "changes", "difference_of_changes"),
        yi=pairs["yi1"] - pairs["yi2"],
        vi_printed=pairs["vi_printed1"] + pairs["vi_printed2"],
        v_sum=pairs["v_sum1"] + pairs["v_sum2"],
        v_cross=pairs["v_cross1"] + pairs["v_cross2"],
        why_not=pairs["why_not1"].where(pairs["why_not1"] != "", pairs["why_not2"]),
        how=pairs["how1"].where(pairs["how1"] == "quantiles", pairs["how2"]),
        by_p=pairs["by_p1"].astype(bool) & pairs["by_p2"].astype(bool) & ~known_sds(pairs),
        judged=pairs["judged1"].astype(bool) | pairs["judged2"].astype(bool),
        paired=False,
        lines=joined_lines(pairs["lines1"], pairs["lines2"]),
    )


def printed_differences(joined):
    """Differences between arms or periods, printed as such in the outcome's unit."""
    rows = joined[(joined["timepoint"] == "difference") & joined["statistic"].isin(MEANS) & joined["measure"].isin(["MD", "SMD"])]
    se, ours = standard_errors(rows), rows["measure"] == "SMD"
    return shaped(
        rows,
        contrast=rows["compared"],
        pairing="difference",
        control_id=rows["versus"],
        yi=rows["m"],
        vi_printed=se**2,
        why_not=without_se(rows, se, "difference"),
        paired=rows["design"] == "rct_crossover",
        n=rows["n"].where(~ours, rows["n"].fillna(rows["size1"] + rows["size2"])),
        **sizes_where(ours, rows["size1"] / rows["deff"], rows["size2"] / rows["deff"]),
        by_p=True,
        judged=rows["spread"] == "unlabelled",
        m1=rows["m"],
        se1=se,
        lines=joined_lines(rows["line"]),
    )
