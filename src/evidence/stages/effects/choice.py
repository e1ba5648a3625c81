"""Which contrast of several is taken, what stays out of the headline, and what is in no effect: each with its reason."""

from collections import defaultdict

import numpy as np
import pandas as pd

from evidence.vocabulary import USED_BY

PAIRINGS = (
    "estimate",
    "difference",
    "counts",
    "level",
    "change",
    "changes",
    "levels",
    "difference_of_changes",
    "relative",
    "follow_up",
    "test",
    "converted",
)
SOURCES = ("full_text", "abstract", "secondary")
ONE = ["study_id", "group_id", "control_id", "outcome", "contrast"]


def chosen(frame, config):
    """One contrast per group, comparison and outcome, and why the others stand back.

    First those with a route to the headline, then bounded ones, then the rest; among them the follow-up
    nearest the config's week, the more direct pairing (of standardised differences first those from SDs), the better source.
    """
    tier = np.select([frame["route"].isin(config.routes), frame["route"] == "bound"], [0, 1], 2)
    distance = (frame["weeks"] - config.follow_up_week).abs().fillna(0)
    ranks = frame.assign(
        tier=tier,
        distance=distance,
        pairing_rank=frame["pairing"].map(PAIRINGS.index),
        source_rank=frame["source_kind"].map(SOURCES.index),
    )
    ranks = ranks.sort_values([*ONE, "tier", "distance", "indirect", "pairing_rank", "source_rank", "lines"], kind="stable")
    first = ~ranks.duplicated(ONE)
    return frame.loc[ranks.index[first]], frame.loc[ranks.index[~first]]


def flagged(frame, flags):
    """Add the flags of the rows that an effect is made of, and whether they block the headline."""
    blocking = flags[(flags["table"] == "measurements") & (flags["blocks"] == "yes")]
    of_line = defaultdict(dict)
    for line, what in zip(blocking["line"].tolist(), blocking["what"].tolist(), strict=True):
        of_line[int(line)][what] = None
    reasons = {line: "; ".join(texts) for line, texts in of_line.items()}
    found = [
        "; ".join(dict.fromkeys(reasons[int(line)] for line in lines.split(";") if int(line) in reasons))
        for lines in frame["lines"].tolist()
    ] if reasons else ""  # fmt: skip
    return frame.assign(flags=found, blocked=pd.Series(found, index=frame.index) != "")


def headline(frame, config):
    """Why each effect stays out of the headline pool, empty for those in it."""
    impossible = (frame["route"] == "paired_p") & (frame["r_implied"].abs() > 1)
    shown = frame["why_not"].where(frame["why_not"] != "", "no spread, and no p-value of this comparison")
    return np.select(
        [
            frame["eligibility"] != "include",
            frame["blocked"],
            impossible,
            frame["route"] == "bound",
            frame["route"] == "none",
            ~frame["route"].isin(config.routes),
        ],
        [
            "study not in the headline: " + frame["eligibility_reason"].str.replace("_", " "),
            "flagged: " + frame["flags"],
            "the p-value and the spreads imply an impossible correlation",
            "only a bound on the standard error (p below a threshold)",
            "not weighted: " + shown,
            "route not among those of the config",
        ],
        "",
    )


def misfit(rows):
    """Which rows hold a statistic that their outcome's measure has no use for."""
    fits = [measure in USED_BY.get(kind, (measure,)) for kind, measure in zip(rows["statistic"], rows["measure"], strict=True)]
    return ~np.array(fits, bool)


def with_others(rows, tables):
    """Which rows have a number of a group of the other kind (treated, or not) beside them: the same report, outcome and timepoint."""
    key = ["study_id", "outcome", "timepoint"]
    every = tables.measurements[[*key, "group_id"]].merge(tables.groups[["study_id", "group_id", "arm"]], on=["study_id", "group_id"])
    kinds = every.assign(treated=every["arm"] == "treatment").groupby(key)["treated"].nunique()
    return pd.Series([kinds.get(case, 0) > 1 for case in zip(*(rows[name] for name in key), strict=True)], rows.index, dtype=bool)


def unused(tables, used, stood_back):
    """Measurements that are in no effect, each with the reason."""
    rows = tables.measurements.merge(tables.groups[["study_id", "group_id", "arm"]], on=["study_id", "group_id"], how="left")
    rows = rows.merge(tables.outcomes[["outcome", "measure"]], on="outcome", how="left")
    in_effects = {int(line) for lines in used["lines"] for line in lines.split(";")}
    in_others = {int(line) for lines in stood_back["lines"] for line in lines.split(";")}
    rows = rows[~rows["line"].isin(in_effects)]
    treated = rows["arm"] == "treatment"
    beside = with_others(rows, tables)
    reason = np.select(
        [
            rows["line"].isin(in_others),
            misfit(rows),
            treated & (rows["statistic"] == "estimate"),
            treated & (rows["timepoint"] == "baseline"),
            treated & (rows["timepoint"] == "followup") & beside,
            treated & (rows["timepoint"] == "followup"),
            treated,
            rows["timepoint"] == "baseline",
            beside,
            rows["arm"] == "active_control",
        ],
        [
            "another number of the same group and outcome is taken (route, then nearest follow-up)",
            rows["statistic"].str.replace("_", " ") + " does not fit an outcome pooled as " + rows["measure"],
            "an estimate of a level compares nothing: name it change or difference",
            "baseline without a follow-up that it could be paired with",
            "follow-up without a baseline, and no group beside it has the same conditions or is named in versus",
            "follow-up without a baseline or a control group",
            "neither a level, nor a change or difference with a known scale",
            "control group before the study",
            "no treated group beside it has the same conditions or names it in versus",
            "group on another drug without a treated group beside it",
        ],
        "control group without a treated group beside it",
    )
    kept = ["study_id", "group_id", "outcome", "timepoint", "weeks", "statistic", "value_text", "unit", "source_kind", "line"]
    return rows[kept].assign(reason=reason).sort_values("line", ignore_index=True)
