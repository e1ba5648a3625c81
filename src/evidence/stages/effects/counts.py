"""Counts: events of people or of person-time in two arms, and which tables say nothing of a ratio."""

import numpy as np

from evidence.stages.effects.pairs import escalc_where, joined_lines, pair_arms, shaped
from evidence.vocabulary import OF_PEOPLE, PROPORTIONS, RATES

TWO_ARM = dict.fromkeys(PROPORTIONS, "OR") | {"OR": "OR", "RR": "RR", "RD": "RD", "IRLN": "IRR", "IRR": "IRR"}
EMPTY = {
    "none": "no event in either arm, which says nothing of a ratio",
    "all": "the event in everyone of both arms, which says nothing of a ratio",
}
TABLE = {"ai": "x1", "n1i": "n1", "ci": "x2", "n2i": "n2"}
OF_TIME = {"x1i": "x1", "t1i": "t1", "x2i": "x2", "t2i": "t2"}


def half_a_digit(texts):
    """Half of the last digit of each printed number: 0.05 for 95.3."""
    decimals = np.array([len(text.partition(".")[2]) for text in texts], float)
    return 0.5 * 10.0**-decimals


def counts(joined):
    """Rows of counted outcomes with events `x` of `people` or in `time`, over the design effect in cluster trials.

    A percent becomes a count where its n is printed and the product is whole within the rounding of the percent.

    References
    ----------
    Higgins et al. 2024, Cochrane Handbook, section 23.1.4: effective sample sizes [higgins2024].
    """
    counted = joined["measure"].isin([*OF_PEOPLE, *RATES]) & joined["statistic"].isin(["events", "percent"])
    rows = joined[counted & joined["timepoint"].isin(["baseline", "followup"])].copy()
    rate, percent = rows["measure"].isin(RATES), rows["statistic"] == "percent"
    x = np.where(percent, rows["value"] * rows["n"] / 100, rows["value"])
    whole = np.abs(x - np.round(x)) <= half_a_digit(rows["value_text"]) * rows["n"].fillna(0) / 100 + 1e-9
    usable = np.where(rate, ~percent & (rows["person_time"] > 0), rows["n"] > 0) & whole
    rows["x"] = np.where(usable, np.round(x), np.nan) / rows["deff"]
    rows["people"], rows["time"] = rows["n"] / rows["deff"], rows["person_time"] / rows["deff"]
    rows["why_not"] = np.select(
        [rate & percent, rate & ~(rows["person_time"] > 0), ~rate & rows["n"].isna(), rows["x"].isna()],
        ["a percent of people is no rate", "person-time not printed", "denominator not printed",
         "percent does not give a whole number of people"], "",
    )  # fmt: skip
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


def arguments(measure, frame):
    """What `escalc` takes of two arms: events of people, or of person-time."""
    return {name: frame[column] for name, column in (OF_TIME if measure in RATES else TABLE).items()}


def two_arms(rows, comparisons):
    """Counts of a treated and a control group: proportions compared by the odds ratio, rates by their ratio, double zeros by none."""
    rows = rows[rows["timepoint"] == "followup"]
    pairs = pair_arms(rows, comparisons, ["x", "n", "people", "time", "why_not", "line"])
    parts = []
    for measure, part in pairs.groupby(pairs["measure"].map(TWO_ARM), sort=True):
        part = part.drop(columns="measure").rename(columns={"n1": "n", "n2": "n_control"})
        part = part.rename(columns={"people1": "n1", "people2": "n2", "time1": "t1", "time2": "t2"})
        empty = double_zeros(measure, *(part[name] for name in ("x1", "n1", "x2", "n2")))
        usable = (part["x1"].notna() & part["x2"].notna()).to_numpy() & (empty == "")
        yi, vi = escalc_where(measure, usable, **arguments(measure, part))
        why_not = part["why_not1"].where(part["why_not1"] != "", part["why_not2"])
        parts.append(shaped(
            part, measure=measure, pairing="counts", yi=yi, vi_printed=vi,
            why_not=np.where(empty == "", why_not, [EMPTY.get(kind, "") for kind in empty]), lines=joined_lines(part["line1"], part["line2"]),
        ))  # fmt: skip
    return parts
