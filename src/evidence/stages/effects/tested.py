"""Effects from printed test statistics (t, F, chi-squared, z), and the sign that a statistic has."""

import numpy as np
import pandas as pd

from evidence.engine.measures import convert
from evidence.stages.effects.pairs import KEY, joined_lines, shaped
from evidence.vocabulary import TESTS, UNSIGNED

COMPARED = ("change", "difference")
PLACE = [*KEY, "control_id", "weeks"]


def signs(rows, beside=np.nan):
    """Sign of each statistic in the direction of its outcome.

    That of `direction` where it is typed, else the number's own, and for F and chi-squared, which have none, that of the means
    `beside` it; NaN where it is not known. On a scale that runs the other way the first two turn.
    """
    typed = rows["direction"].map({"higher": 1.0, "lower": -1.0})
    own = np.sign(rows["value"]).mask(rows["statistic"].isin(UNSIGNED))
    return (typed.fillna(own) * rows["sign"]).fillna(pd.Series(beside, rows.index))


def signed(rows):
    """Numbers such as r and d with the sign that they have in the direction of their outcome."""
    return rows["value"].abs() * signs(rows)


def differences_beside(rows, levels_compared):
    """Sign of the difference of the means that stand beside each statistic, NaN where there are none of its week."""
    sign = levels_compared.assign(beside=np.sign(levels_compared["yi"])).dropna(subset=["beside"])
    sign = sign.drop_duplicates(["contrast", *PLACE])[["contrast", *PLACE, "beside"]]
    return rows[["contrast", *PLACE]].merge(sign, on=["contrast", *PLACE], how="left")["beside"].to_numpy()


def sizes(rows):
    """Absolute t of each statistic; for chi-squared the t that gives the d of its table."""
    value, n1, n2 = rows["value"].abs().to_numpy(), rows["size1"].to_numpy(), rows["size2"].to_numpy()
    t = np.where(rows["statistic"] == "f_value", np.sqrt(value), value)
    table = (rows["statistic"] == "chi2_value").to_numpy()
    usable = table & rows["apart"].to_numpy() & (n1 > 1) & (n2 > 1) & (value < n1 + n2)
    t[table] = np.nan
    t[usable] = convert.d_from_chi2(value[usable], n1[usable] + n2[usable]) / np.sqrt(1 / n1[usable] + 1 / n2[usable])
    return t


def statistics(joined, levels_compared):
    """Test statistics of changes and differences of outcomes pooled as SMD: effects in units of their standard error.

    Parameters
    ----------
    joined : DataFrame
        From `evidence.stages.effects.levels.joined`.
    levels_compared : DataFrame
        Contrasts of levels and changes, whose signs F and chi-squared may need.
    """
    rows = joined[joined["statistic"].isin(TESTS) & (joined["measure"] == "SMD") & joined["timepoint"].isin(COMPARED)].copy()
    rows["contrast"] = rows["compared"].where(rows["timepoint"] == "difference", "before_after")
    rows["control_id"] = rows["versus"].where(rows["timepoint"] == "difference", "")
    t = sizes(rows) * signs(rows, differences_beside(rows, levels_compared))
    return shaped(
        rows, pairing="test", yi=t, vi_printed=rows["deff"].where(t.notna()), paired=~rows["apart"],
        n=rows["n"].fillna(rows["size1"] + rows["size2"]), n1=rows["size1"] / rows["deff"], n2=rows["size2"] / rows["deff"],
        why_not=np.where(t.notna(), "", "the direction of the test is not known, or n of both groups is not"),
        lines=joined_lines(rows["line"]),
    )  # fmt: skip


def add_tests(contrasts, tests):
    """Add to levels of the same people the test statistic of their difference, which gives the correlation as a p-value does."""
    usable = tests[tests["paired"].astype(bool) & (tests["statistic"] != "chi2_value") & (tests["yi"].abs() > 0)]
    usable = usable.drop_duplicates(["contrast", *PLACE]).set_index(["contrast", *PLACE])[["yi", "lines"]]
    levels = contrasts["pairing"].isin(["levels", "follow_up"]) & contrasts["paired"].astype(bool) & (contrasts["measure"] == "SMD")
    there = contrasts.loc[levels, ["contrast", *PLACE]].merge(usable, left_on=["contrast", *PLACE], right_index=True, how="left")
    contrasts = contrasts.assign(t=np.nan)
    contrasts.loc[levels, "t"] = there["yi"].abs().to_numpy()
    contrasts.loc[levels, "lines"] = joined_lines(contrasts.loc[levels, "lines"], there["lines"])
    return contrasts


def correlations_of(rows):
    """Correlation of each row: as printed, or from a test statistic with n - 2 degrees of freedom; NaN where there is none."""
    size, n, r = rows["value"].abs().to_numpy(), rows["n"].to_numpy(float), np.full(len(rows), np.nan)
    kind = rows["statistic"].to_numpy()
    printed, enough = (kind == "correlation") & (size < 1), n > 3
    tests = {
        "t_value": (enough, lambda at: convert.r_from_t(size[at], n[at] - 2)),
        "f_value": (enough, lambda at: convert.r_from_t(np.sqrt(size[at]), n[at] - 2)),
        "chi2_value": (enough & (size < n), lambda at: convert.r_from_chi2(size[at], n[at])),
        "z_value": (enough & (size**2 < n), lambda at: convert.r_from_z(size[at], n[at])),
    }
    r[printed] = size[printed]
    for name, (usable, r_of) in tests.items():
        at = usable & (kind == name)
        if at.any():
            r[at] = r_of(at)
    return r * signs(rows)
