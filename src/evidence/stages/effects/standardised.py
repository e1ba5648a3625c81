"""Standardised mean differences: every effect of a pool is in units of the same standard deviation.

An outcome pooled as SMD is first treated as a difference in its unit, with the route of that difference. `standardise` then
divides by the standard deviation that the config names (`effects.smd_standardiser`):

pooled : that of both groups together; for the same people twice, the root of the average variance.
average : the root of the average variance of the two sides.
control : that of the control group, or of the measurement before treatment.
change : that of the change within people.

For the same people twice a change with the SD of the change alone needs the correlation r within people as well: that SD is
sqrt(2 (1 - r)) times the one of a single measurement (Borenstein et al. 2009, eq. 4.27 [borenstein2009]).
"""

import numpy as np
import pandas as pd

from evidence.engine.measures.escalc import escalc
from evidence.engine.measures.means import large_sample_variance, unbiasing_factor

ARMS = {"pooled": "SMD", "average": "SMDH", "control": "SMD1"}
TWICE = {"pooled": "SMCRP", "average": "SMCRP", "control": "SMCR", "change": "SMCC"}
OF_CODE = {code: name for codes in (TWICE, ARMS) for name, code in reversed(codes.items())}
MEASURES = tuple(OF_CODE)
NEEDS = "a standardised difference needs means, their SDs and n"
OF_CHANGES = ("changes", "difference_of_changes")
PEOPLE_TWICE = ("follow_up", "difference", "test", "counts")
RESULTS = ["yi", "vi", "v_sum", "v_cross", "why_not"]


def code_of(standardiser, contrast):
    """metafor's code of the measure that every effect of a pool has."""
    return TWICE[standardiser] if contrast == "before_after" else ARMS.get(standardiser, TWICE[standardiser])


def same_people(frame):
    """Whether both numbers of each effect are of the same people: a change from baseline, or the periods of a crossover."""
    crossover = (frame["design"] == "rct_crossover") & frame["pairing"].isin(PEOPLE_TWICE)
    return (frame["contrast"] == "before_after") | crossover


def kinds(frame):
    """What each effect is made of: one of KINDS."""
    spreads = (frame["sd1"] > 0) & (frame["sd2"] > 0)
    twice, changes = same_people(frame), frame["pairing"].isin(OF_CHANGES)
    return np.select(
        [
            frame["pairing"].isin(["estimate", "converted"]),
            frame["pairing"] == "counts",
            frame["pairing"].eq("difference_of_changes") & spreads,
            frame["pairing"].eq("changes") & spreads,
            spreads & twice,
            spreads,
            twice,
            changes,
        ],
        [
            "printed",
            np.where(twice, "printed_twice", "printed"),
            "levels_of_changes",
            "changes",
            "twice",
            "arms",
            "statistic_twice",
            "statistic_of_changes",
        ],
        "statistic_of_groups",
    )


def scaled_by_r(frame, standardiser):
    """Which effects the correlation turns from units of the SD of the change into those of a single measurement."""
    return pd.Series(
        np.isin(kinds(frame), ["statistic_twice", "changes", "statistic_of_changes"]) & (standardiser != "change"), frame.index
    )


def rests_on_r(frame, standardiser):
    """Which effects need the correlation, beside those of levels."""
    return scaled_by_r(frame, standardiser) | (np.isin(kinds(frame), ["printed_twice"]) & (standardiser != "change"))


def indirect(frame, standardiser):
    """How far each effect is from two means with their SDs: 0 those, 1 scaled by an assumed correlation, 2 a test statistic."""
    apart = kinds(frame) == "statistic_of_groups"
    return np.where(scaled_by_r(frame, standardiser), 1, np.where(apart, 2, 0))


def results(rows, yi, vi, usable=True, why_not=NEEDS, v_sum=None, v_cross=0.0):
    """RESULTS of some rows: NaN with the reason where not usable; without a correlation v_sum is vi."""
    good = np.broadcast_to(usable, len(rows)) & ~np.isnan(np.asarray(vi, float))
    numbers = {"yi": yi, "vi": vi, "v_sum": vi if v_sum is None else v_sum, "v_cross": v_cross}
    table = pd.DataFrame({name: np.where(good, value, np.nan) for name, value in numbers.items()}, rows.index)
    before = rows["why_not"].where(rows["vi"].isna(), "")
    return table.assign(why_not=np.where(good, "", np.where(before != "", before, why_not)))


def columns(rows, *names):
    """Columns as float arrays."""
    return tuple(rows[name].to_numpy(float) for name in names)


def computed(measure, usable, **figures):
    """yi and vi of `escalc` on the usable rows, NaN elsewhere."""
    yi, vi = np.full(len(usable), np.nan), np.full(len(usable), np.nan)
    if usable.any():
        effect = escalc(measure, **{name: np.asarray(value)[usable] for name, value in figures.items()})
        yi[usable], vi[usable] = effect.yi, effect.vi
    return yi, vi


def of_two_groups(rows, standardiser, sd1, sd2):
    """SMD, SMDH or SMD1 of two means, or two changes, with their SDs."""
    m1, m2, n1, n2 = columns(rows, "m1", "m2", "n1", "n2")
    usable = (n1 > 2) & (n2 > 2) & ~np.isnan(m1) & ~np.isnan(m2)
    return computed(ARMS.get(standardiser, "SMD"), usable, m1i=m1, sd1i=sd1, n1i=n1, m2i=m2, sd2i=sd2, n2i=n2)


def arms(rows, standardiser):
    """Levels of two groups of different people."""
    if standardiser == "change":
        return results(rows, np.nan, np.nan, False, "levels of two groups, while effects.smd_standardiser is change")
    return results(rows, *of_two_groups(rows, standardiser, *columns(rows, "sd1", "sd2")))


def twice(rows, standardiser):
    """Levels of the same people twice, with their correlation."""
    m1, m2, sd1, sd2, n, r = columns(rows, "m1", "m2", "sd1", "sd2", "n", "r")
    code = TWICE[standardiser]
    first = sd2 if code == "SMCR" else sd1
    usable = (n > 2) & (np.abs(r) < 1) & ~np.isnan(m1) & ~np.isnan(m2)
    yi, vi = computed(code, usable, m1i=m1, m2i=m2, sd1i=first, sd2i=sd2, ni=n, ri=r)
    if code == "SMCC":
        return results(rows, yi, vi, usable)
    return results(rows, yi, vi, usable, v_sum=vi + 2 * r / n, v_cross=1 / n)


def by_r(rows, standardiser, yi, vi, why_not=NEEDS):
    """Effects in units of the SD of the change, turned into the standardiser's where that is the SD of a single measurement."""
    if standardiser == "change":
        return results(rows, yi, vi, why_not=why_not)
    (r,) = columns(rows, "r")
    return results(rows, np.sqrt(2 * (1 - r)) * yi, 2 * (1 - r) * vi, why_not=why_not, v_sum=2 * vi, v_cross=vi)


def changes(rows, standardiser):
    """Changes of two groups with their SDs."""
    return by_r(rows, standardiser, *of_two_groups(rows, standardiser, *columns(rows, "sd1", "sd2")))


def levels_of_changes(rows, standardiser):
    """Changes of two groups in units of their SDs at baseline. Morris 2008, eq. 8 [morris2008]."""
    if standardiser == "change":
        return results(rows, np.nan, np.nan, False, "levels at baseline and follow-up, while effects.smd_standardiser is change")
    yi, _ = of_two_groups(rows, standardiser, *columns(rows, "sd1", "sd2"))
    n1, n2, r = columns(rows, "n1", "n2", "r")
    people = n2 if standardiser == "control" else n1 + n2
    v_cross = 1 / n1 + 1 / n2
    v_sum = 2 * v_cross + yi**2 / (2 * people)
    return results(rows, yi, v_sum - 2 * r * v_cross, v_sum=v_sum, v_cross=v_cross)


def statistic_of(rows):
    """Test statistic of each difference: over its standard error."""
    yi, vi = columns(rows, "yi", "vi")
    return yi / np.sqrt(vi)


def of_test(rows):
    """SMD behind the test statistic of two groups, with its variance."""
    n1, n2 = columns(rows, "n1", "n2")
    usable = (n1 > 1) & (n2 > 1) & (n1 + n2 > 3)
    n1, n2 = np.where(usable, n1, 2.0), np.where(usable, n2, 2.0)
    yi = unbiasing_factor(n1 + n2 - 2) * statistic_of(rows) * np.sqrt(1 / n1 + 1 / n2)
    return np.where(usable, yi, np.nan), np.where(usable, large_sample_variance(yi, n1, n2), np.nan)


def statistic_of_groups(rows, standardiser):
    """The test statistic, or the p-value, of two groups: it knows the SD of both together, and no other."""
    if standardiser != "pooled":
        return results(
            rows, np.nan, np.nan, False, f"a test statistic knows the pooled SD, while effects.smd_standardiser is {standardiser}"
        )
    return results(rows, *of_test(rows), why_not="a standardised difference needs n of both groups")


def statistic_twice(rows, standardiser):
    """The test statistic of a change: it knows the SD of the change."""
    (n,) = columns(rows, "n")
    usable = n > 2
    n = np.where(usable, n, 3.0)
    yi = np.where(usable, unbiasing_factor(n - 1) * statistic_of(rows) / np.sqrt(n), np.nan)
    return by_r(rows, standardiser, yi, 1 / n + yi**2 / (2 * n), "a standardised change needs its n")


def statistic_of_changes(rows, standardiser):
    """The test statistic of two groups' changes."""
    if standardiser in ("average", "control"):
        return results(
            rows, np.nan, np.nan, False, f"a test statistic knows the pooled SD, while effects.smd_standardiser is {standardiser}"
        )
    return by_r(rows, standardiser, *of_test(rows), "a standardised difference needs n of both groups")


def printed_ready(rows, standardiser):
    """Effects that are printed standardised, with their variance."""
    d = (rows["statistic"] == "standardised_difference") | (rows["pairing"] == "converted")
    other = (d & ~same_people(rows)).to_numpy() & (standardiser in ("control", "change"))
    table = results(
        rows,
        *columns(rows, "yi", "vi"),
        ~other,
        f"in pooled SDs, while effects.smd_standardiser is {standardiser}",
        v_sum=np.nan,
        v_cross=np.nan,
    )
    return table.assign(yi=rows["yi"].where(~other))


def printed_twice(rows, standardiser):
    """Standardised changes that are printed with n alone."""
    yi, n, r = columns(rows, "yi", "n", "r")
    if standardiser == "change":
        return results(rows, yi, 1 / n + yi**2 / (2 * n))
    shape = (1 + r**2) / 4 if TWICE[standardiser] == "SMCRP" else 0.5
    vi = 2 * (1 - r) / n + shape * yi**2 / n
    return results(rows, yi, vi, v_sum=vi + 2 * r / n, v_cross=1 / n)


def clustered_twice(rows, standardiser):
    """Standardised changes of people in clusters: no formula for their variance."""
    return results(rows, np.nan, np.nan, False, "a standardised change of people in clusters has no formula here")


KINDS = {
    "arms": arms, "twice": twice, "changes": changes, "levels_of_changes": levels_of_changes, "statistic_of_groups": statistic_of_groups, "statistic_twice": statistic_twice,
    "statistic_of_changes": statistic_of_changes, "printed": printed_ready, "printed_twice": printed_twice,
    "clustered_twice": clustered_twice,
}  # fmt: skip


def standardise(frame, standardiser):
    """Effects of outcomes pooled as SMD, from differences in the unit.

    Parameters
    ----------
    frame : DataFrame
        Contrasts with their route, variance and correlation.
    standardiser : str
        As in `evidence.config.STANDARDISERS`.

    Returns
    -------
    DataFrame
        The contrasts; those of measure SMD with yi, vi, v_sum and v_cross in standard deviations, the code of metafor's measure
        (that of the pool), and route "none" with the reason where they cannot have this standardiser.
    """
    ours = frame["measure"] == "SMD"
    if not ours.any():
        return frame
    part = frame[ours]
    kind = kinds(part)
    kind = np.where(same_people(part) & (part["deff"] != 1) & (kind != "printed"), "clustered_twice", kind)
    parts = [KINDS[name](rows, standardiser) for name, rows in part.groupby(kind, sort=True)]
    table = pd.concat(parts)
    frame = frame.copy()
    weighted = part["vi"].notna() & table["vi"].reindex(part.index).notna()
    frame.loc[table.index, RESULTS] = table
    frame.loc[part.index[~weighted], ["vi", "v_sum", "v_cross"]] = np.nan
    impossible = (part["route"] == "paired_p") & (part["r"].abs() >= 1)
    frame.loc[part.index[~weighted & ~impossible], "route"] = "none"
    frame.loc[part.index, "measure"] = [code_of(standardiser, contrast) for contrast in part["contrast"]]
    return frame


def assumes_r(effects):
    """Which standardised effects rest on a correlation that is assumed or recovered, as no test of theirs implies one."""
    return effects["measure"].isin(MEASURES) & effects["r"].notna() & ~effects["r_source"].str.startswith("implied")


def at_correlation(effects, r):
    """Effects with another correlation in the standardised ones that rest on one (`assumes_r`)."""
    part = effects[assumes_r(effects)].assign(r=r, why_not="")
    used = effects.loc[part.index, "r"]
    parts = []
    for (code, kind), rows in part.groupby([part["measure"], pd.Series(kinds(part), part.index)], sort=True):
        of_levels = kind in ("twice", "levels_of_changes", "printed_twice")
        parts.append(KINDS[kind](rows, OF_CODE[code]) if of_levels else rescale(rows, used[rows.index], r))
    if not parts:
        return effects
    effects, again = effects.copy(), pd.concat(parts)
    effects.loc[again.index, ["yi", "vi"]] = again[["yi", "vi"]]
    effects.loc[again.index, "r"] = r
    return effects


def rescale(rows, used, r):
    """Effects in units of sqrt(2 (1 - used)) SDs of the change, with r in the place of the correlation used."""
    share = (1 - r) / (1 - used)
    return pd.DataFrame({"yi": rows["yi"] * np.sqrt(share), "vi": rows["vi"] * share})
