"""Stage effects: from printed numbers to effect sizes, each with the route of its standard error."""

import numpy as np
import pandas as pd

from evidence.engine.measures import summary
from evidence.stages.effects import converted, pairs, ratios, single_groups, standardised, tested
from evidence.stages.effects import counts as counted
from evidence.stages.effects import ready_made as stated
from evidence.stages.effects.choice import chosen, flagged, headline, unused
from evidence.stages.effects.hierarchy import larger_groups, with_broader
from evidence.stages.effects.levels import joined, levels
from evidence.store.moderators import levels_of
from evidence.vocabulary import ACTIVE
from evidence.words.as_printed import printed
from evidence.words.names import label
from evidence.words.units import with_interval

P_FOR = {"before_after": "change_from_baseline", "crossover": "between_periods", "arms": "between_groups"}
ORDER = ("printed", "counts", "paired_p", "between_p", "spread", "quantiles", "bound", "none")
UNNAMED = "a treatment that is not named"


def contrasts(tables, config):
    """All contrasts that the measurements allow, every follow-up and every way."""
    rows = joined(tables)
    compared = pairs.comparison_frame(tables, config.control_arms)
    rows["compared"] = pairs.contrast_of_differences(rows, tables.groups, config.control_arms)
    treated = rows[rows["arm"] == "treatment"]
    alone = rows[single_groups.stand_alone(rows, tables.groups) & (rows["timepoint"] != "difference")]
    means = levels(rows)
    changes = pd.concat([pairs.level_changes(means), pairs.printed_changes(rows, means)], ignore_index=True)
    counts = counted.counts(rows)
    of_levels = [
        changes[changes["arm"] == "treatment"].assign(contrast="before_after"),
        pairs.follow_ups(means, compared),
        pairs.differences_of_changes(changes, compared),
    ]
    tests = tested.statistics(treated, one_below_other(of_levels))
    parts = [
        tested.add_tests(one_below_other(of_levels), tests),
        tests,
        pairs.relative_changes(treated),
        pairs.printed_differences(treated),
        *single_groups.proportions(counts, tables.groups),
        single_groups.rates(counts, tables.groups),
        single_groups.means(rows, tables.groups),
        *counted.two_arms(counts, compared),
        ratios.printed_ratios(treated[~converted.convertible(treated)]),
        ratios.observed_less_expected(treated),
        converted.conversions(treated, config.convert),
        stated.estimates(treated),
        stated.standardised_differences(treated),
        stated.estimates(alone[alone["arm"] != "treatment"]),
        stated.correlations(alone),
    ]
    return one_below_other(parts)


def one_below_other(parts):
    """Contrasts of several kinds in one frame."""
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def p_kind(frame):
    """The comparison whose p-value belongs to each contrast."""
    crossover = (frame["design"] == "rct_crossover") & frame["paired"].astype(bool)
    kind = np.where(frame["contrast"] == "before_after", "before_after", np.where(crossover, "crossover", "arms"))
    return pd.Series(kind, index=frame.index).map(P_FOR)


def degrees_of_freedom(frame):
    """n - 1 for the same people twice, n1 + n2 - 2 for two arms; NaN (normal) where n is not printed.

    A printed difference has one n, that of both arms together.
    """
    paired = frame["paired"].astype(bool)
    both = frame["n"].where(frame["pairing"] == "difference", frame["n"] + frame["n_control"])
    return np.where(paired, frame["n"] - 1, both - 2)


def se_by_p(frame, operator):
    """Standard error from the p-value, or the test statistic, of this very comparison, NaN where there is none; clusters that it ignores count."""
    fits = frame["by_p"].astype(bool) & (frame["p_operator"] == operator) & (frame["p_for"] == p_kind(frame))
    fits &= (frame["p_value"] > 0) & (frame["p_value"] < 1) & frame["yi"].notna() & (frame["yi"] != 0)
    df = degrees_of_freedom(frame)
    usable = fits & ~(df < 1)
    se = np.full(len(frame), np.nan)
    se[usable] = summary.se_from_test(frame.loc[usable, "yi"], frame.loc[usable, "p_value"], df[usable])
    by_t = frame["by_p"].astype(bool) & frame["t"].notna() & (frame["yi"] != 0) & (operator == "=")
    return np.where(by_t, frame["yi"].abs() / frame["t"], se) * np.sqrt(frame["deff"].to_numpy())


def implied(frame, se):
    """Correlation that an exact paired p and two spreads imply, in the outcome's unit."""
    paired = frame["paired"].astype(bool) & frame["pairing"].isin(["levels", "follow_up"])
    usable = paired & frame[["se1", "se2"]].gt(0).all(axis=1) & ~np.isnan(se)
    usable &= (frame["measure"] != "ROM") | frame[["m1", "m2"]].gt(0).all(axis=1)
    m1, m2, se1, se2 = (frame[name].where(usable, 1.0) for name in ("m1", "m2", "se1", "se2"))
    se_d = np.where(frame["measure"] == "ROM", se * summary.logarithmic_mean(m1, m2), se)
    return np.where(usable, summary.implied_correlation(se1**2, se2**2, se_d**2), np.nan)


def recovering(frame):
    """By outcome, the contrasts whose implied correlation may serve others: included, unflagged, within -1 and 1."""
    sound = frame["r_implied"].abs().le(1) & (frame["eligibility"] == "include") & ~frame["blocked"]
    parts = frame[sound].groupby("outcome", sort=True)
    return {outcome: part.drop_duplicates(["study_id", "group_id", "r_implied"]) for outcome, part in parts}


def recovering_from(tables, config):
    """`recovering` from the tables, without the routes of the effects."""
    frame = flagged(contrasts(tables, config), tables.flags)
    return recovering(frame.assign(r_implied=implied(frame, se_by_p(frame, "="))))


def correlations(frame, config):
    """Correlation of each paired contrast, and where it comes from.

    Recovered: the mean (Fisher z) of the implied correlations of `recovering`; else the config's.
    """
    r = pd.Series(float(config.correlation), index=frame.index)
    source = pd.Series("config", index=frame.index)
    if config.recover_correlation:
        for outcome, part in recovering(frame).items():
            rows = frame["outcome"] == outcome
            r[rows] = summary.pooled_correlation(part["r_implied"], part["n"])
            source[rows] = "recovered from " + " ".join(sorted(set(part["study_id"])))
    return r, source


def routed(frame, config):
    """Add route, vi, r and r_source: the first route that applies (DESIGN's order); outcomes pooled as SMD are standardised."""
    exact, bound = se_by_p(frame, "="), se_by_p(frame, "<")
    frame["r_implied"] = implied(frame, exact)
    r, source = correlations(frame, config)
    paired = frame["paired"].astype(bool)
    from_spread = frame["v_sum"] - 2 * r * frame["v_cross"]
    routes = {
        "printed": frame["vi_printed"].where(frame["pairing"] != "counts"),
        "counts": frame["vi_printed"].where(frame["pairing"] == "counts"),
        "paired_p": pd.Series(exact**2, frame.index).where(paired & frame["n"].notna()),
        "between_p": pd.Series(exact**2, frame.index).where(~paired),
        "spread": from_spread.where(frame["how"] == "spread"),
        "quantiles": from_spread.where(frame["how"] == "quantiles"),
        "bound": pd.Series(bound**2, frame.index),
    }
    table = pd.DataFrame(routes).where(frame["yi"].notna(), axis=0)
    table = table.where(table > 0)
    frame["route"] = table.notna().idxmax(axis=1).where(table.notna().any(axis=1), "none")
    frame["vi"] = table.bfill(axis=1).iloc[:, 0]
    spread = frame["route"].isin(["spread", "quantiles"]) & (frame["v_cross"] > 0)
    spread |= (frame["measure"] == "SMD") & (frame["route"] != "none") & standardised.rests_on_r(frame, config.smd_standardiser)
    frame["r"] = r.where(spread, frame["r_implied"].where(frame["route"] == "paired_p"))
    frame["r_source"] = source.where(
        spread, np.where(frame["r"].isna(), "", np.where(frame["t"].isna(), "implied by p", "implied by a test"))
    )
    frame["indirect"] = np.where(frame["measure"] == "SMD", standardised.indirect(frame, config.smd_standardiser), 0)
    return standardised.standardise(frame, config.smd_standardiser)


COLUMNS = [
    "id", "study_id", "group_id", "control_id", "cohort_id", "study_label", "group_label", "outcome", "contrast", "measure",
    "drug", "dose", "comparator", "conditions", "moderators", "part_of", "design", "eligibility", "weeks", "n", "n_control", "printed", "yi", "vi", "sei",
    "effect", "effect_low", "effect_high", "effect_unit", "route", "r", "r_source", "r_implied", "p_operator", "p_value",
    "v_sum", "v_cross", "m1", "se1", "m2", "se2", "sd1", "sd2", "unit", "x1", "n1", "t1", "x2", "n2", "t2", "statistic", "pairing", "source_kind",
    "judged", "headline", "reason", "flags", "lines",
]  # fmt: skip


def comparators(frame, groups):
    """What each treated group is compared with: the drug of the other group (with its dose, where it is a treated group too), else its arm.

    Empty where there is no other group. An agent that the table does not name carries its report: nobody knows whether those of two
    reports are one agent, and they are never pooled.
    """
    drug = groups["drug"].where(groups["arm"] != "treatment", (groups["drug"] + " " + groups["dose"]).str.strip())
    arm = groups["arm"].str.replace("_", " ")
    of_group = dict(zip(zip(groups["study_id"], groups["group_id"], strict=True), zip(drug, arm, strict=True), strict=True))
    names = []
    for study, control, contrast in zip(frame["study_id"], frame["control_id"], frame["contrast"], strict=True):
        agent, kind = of_group.get((study, control), ("", ""))
        unknown = f"{UNNAMED} ({study})" if contrast == ACTIVE else kind
        names.append(agent or unknown)
    return names


def effects_and_unused(tables, config):
    """Effects as `effects` makes them, and the measurements that are in none of them, each with the reason."""
    frame = contrasts(tables, config) if len(tables.measurements) else pd.DataFrame(columns=["lines"])
    if not len(frame):
        return pd.DataFrame(columns=COLUMNS), unused(tables, frame, frame)
    frame = flagged(frame, tables.flags)
    frame, stood_back = chosen(routed(frame, config), config)
    unused_rows = unused(tables, frame, stood_back)
    studies = tables.studies[tables.studies["study_id"].isin(frame["study_id"])]
    studies = studies.assign(study_label=[label(study) for study in studies.itertuples()])
    frame = frame.merge(studies[["study_id", "study_label", "eligibility_reason"]], on="study_id", how="left")
    frame["reason"] = headline(frame, config)
    frame["headline"] = np.where(frame["reason"] == "", "yes", "no")
    frame["judged"] = np.where(frame["judged"].astype(bool), "yes", "no")
    comparison = np.where(frame["control_id"] != "", frame["group_id"] + "~" + frame["control_id"], frame["group_id"])
    frame["id"] = frame["study_id"] + "." + comparison + "." + frame["outcome"] + "." + frame["contrast"]
    frame["sei"] = np.sqrt(frame["vi"])
    frame["group_label"] = frame["label"]
    frame["unit"] = frame["outcome"].map(dict(zip(tables.outcomes["outcome"], tables.outcomes["unit"], strict=True)))
    frame["conditions"] = with_broader(frame["conditions"], tables.conditions)
    frame["moderators"] = levels_of(frame, tables.moderators, config.moderators)
    frame["part_of"] = larger_groups(frame, tables.groups)
    frame["comparator"] = comparators(frame, tables.groups)
    frame = with_interval(frame, tables.outcomes, config.level)
    frame["printed"] = printed(frame, tables.measurements)
    return frame.sort_values(["outcome", "contrast", "id"], ignore_index=True)[COLUMNS], unused_rows


def effects(tables, config):
    """Effect sizes of all contrasts.

    Parameters
    ----------
    tables : Tables
        From `evidence.read`.
    config : Config
        From `evidence.config.load`.

    Returns
    -------
    DataFrame
        One row per group, comparison, outcome and contrast, sorted by outcome, contrast and id: `yi` and `vi` on
        the analysis scale (log for ratios), `effect`, `effect_low`, `effect_high` in the readable unit, the
        route, `headline` yes or no with the `reason`, and the `lines` of measurements.csv it comes from.
    """
    return effects_and_unused(tables, config)[0]
