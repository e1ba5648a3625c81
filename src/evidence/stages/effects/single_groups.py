"""Measures of one group: a proportion, a rate, a mean; nothing is compared."""

from evidence.stages.effects.counts import TWO_ARM
from evidence.stages.effects.levels import levels
from evidence.stages.effects.pairs import escalc_where, joined_lines, shaped
from evidence.vocabulary import PROPORTIONS


def stand_alone(rows, groups):
    """Which rows measures of one group take, of any arm.

    Of a report with treated groups the others are their controls wherever the measure compares two arms too (a proportion by its
    odds ratio, a rate by its ratio): these do not enter beside the treated groups.
    """
    with_treated = rows["study_id"].isin(groups.loc[groups["arm"] == "treatment", "study_id"])
    return (rows["arm"] == "treatment") | ~with_treated | ~rows["measure"].isin(TWO_ARM)


def alone(rows, groups):
    """Rows that stand alone, at follow-up, or at baseline where a group has no follow-up."""
    rows = rows[stand_alone(rows, groups)]
    key = ["study_id", "group_id", "outcome"]
    followed = rows.loc[rows["timepoint"] == "followup", key].drop_duplicates().assign(followed=True)
    none = rows.merge(followed, on=key, how="left")["followed"].isna().to_numpy()
    return rows[(rows["timepoint"] == "followup") | none]


def proportions(counts, groups):
    """Proportions as logits (PLO), as they are (PR), or as double arcsines (PFT)."""
    rows = alone(counts, groups)
    parts = []
    for measure in PROPORTIONS:
        part = rows[rows["measure"] == measure]
        yi, vi = escalc_where(measure, part["x"].notna().to_numpy(), xi=part["x"], ni=part["people"])
        parts.append(shaped(
            part, contrast="single_arm", pairing="counts", yi=yi, vi_printed=vi, x1=part["x"], n1=part["people"], lines=joined_lines(part["line"]),
        ))  # fmt: skip
    return parts


def rates(counts, groups):
    """Rates of events in person-time, as logarithms."""
    rows = alone(counts[counts["measure"] == "IRLN"], groups)
    yi, vi = escalc_where("IRLN", rows["x"].notna().to_numpy(), xi=rows["x"], ti=rows["time"])
    return shaped(
        rows, contrast="single_arm", pairing="counts", yi=yi, vi_printed=vi, x1=rows["x"], t1=rows["time"], lines=joined_lines(rows["line"]),
    )  # fmt: skip


def means(joined, groups):
    """Means of one group in the outcome's unit (MN), with the standard error that their spread gives."""
    rows = alone(levels(joined, ("MN",)), groups)
    known = rows["how"].isin(["spread", "quantiles"])
    return shaped(
        rows, contrast="single_arm", pairing="level", yi=rows["y"], v_sum=rows["v"], v_cross=0.0, how=rows["how"].where(known, ""),
        why_not=rows["how"].mask(known, ""), judged=rows["spread"] == "unlabelled", m1=rows["m"], se1=rows["se"], lines=joined_lines(rows["line"]),
    )  # fmt: skip
