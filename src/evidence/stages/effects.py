"""Stage effects: from printed numbers to effect sizes, each with the route of its standard error."""

from collections import defaultdict

import numpy as np
import pandas as pd

from evidence.measures import summary
from evidence.stages import converted, counted, pairs, ratios, single_groups, standardised, stated, tested
from evidence.stages.checks_numbers import USED_BY
from evidence.stages.labels import label
from evidence.stages.levels import joined, levels
from evidence.stages.moderators import levels_of
from evidence.stages.printed import printed
from evidence.stages.readable import with_interval
from evidence.stages.strata import larger_groups, with_broader

P_FOR = {"before_after": "change_from_baseline", "crossover": "between_periods", "arms": "between_groups"}
ORDER = ("printed", "counts", "paired_p", "between_p", "spread", "quantiles", "bound", "none")
PAIRINGS = ("estimate", "difference", "counts", "level", "change", "changes", "levels", "difference_of_changes", "relative", "follow_up", "test",
            "converted")  # fmt: skip
SOURCES = ("full_text", "abstract", "secondary")
ONE = ["study_id", "group_id", "control_id", "outcome", "contrast"]


def contrasts(tables, config):
    """All contrasts that the measurements allow, every follow-up and every way."""
    rows = joined(tables)
    treated = rows[rows["arm"] == "treatment"]
    means = levels(rows)
    changes = pd.concat([pairs.level_changes(means), pairs.printed_changes(rows, means)], ignore_index=True)
    counts = counted.counts(rows)
    of_levels = [
        changes[changes["arm"] == "treatment"].assign(contrast="before_after"),
        pairs.follow_ups(means, config.control_arms),
        pairs.differences_of_changes(changes, config.control_arms),
    ]
    tests = tested.statistics(treated, one_below_other(of_levels))
    parts = [
        tested.add_tests(one_below_other(of_levels), tests),
        tests,
        pairs.relative_changes(treated),
        pairs.printed_differences(treated),
        *single_groups.proportions(counts),
        single_groups.rates(counts),
        single_groups.means(rows),
        *counted.two_arms(counts, config.control_arms),
        ratios.printed_ratios(treated[~converted.convertible(treated)]),
        ratios.observed_less_expected(treated),
        converted.conversions(treated, config.convert),
        stated.estimates(treated),
        stated.standardised_differences(treated),
        stated.correlations(treated),
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
    frame["r_source"] = source.where(spread, np.where(frame["r"].isna(), "", np.where(frame["t"].isna(), "implied by p", "implied by a test")))
    frame["indirect"] = np.where(frame["measure"] == "SMD", standardised.indirect(frame, config.smd_standardiser), 0)
    return standardised.standardise(frame, config.smd_standardiser)


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


COLUMNS = [
    "id", "study_id", "group_id", "control_id", "cohort_id", "study_label", "group_label", "outcome", "contrast", "measure",
    "drug", "dose", "conditions", "moderators", "part_of", "design", "eligibility", "weeks", "n", "n_control", "printed", "yi", "vi", "sei",
    "effect", "effect_low", "effect_high", "effect_unit", "route", "r", "r_source", "r_implied", "p_operator", "p_value",
    "v_sum", "v_cross", "m1", "se1", "m2", "se2", "sd1", "sd2", "unit", "x1", "n1", "t1", "x2", "n2", "t2", "statistic", "pairing", "source_kind",
    "judged", "headline", "reason", "flags", "lines",
]  # fmt: skip


def misfit(rows):
    """Which rows hold a statistic that their outcome's measure has no use for."""
    fits = [measure in USED_BY.get(kind, (measure,)) for kind, measure in zip(rows["statistic"], rows["measure"], strict=True)]
    return ~np.array(fits, bool)


def unused(tables, used, stood_back):
    """Measurements that are in no effect, each with the reason."""
    rows = tables.measurements.merge(tables.groups[["study_id", "group_id", "arm"]], on=["study_id", "group_id"], how="left")
    rows = rows.merge(tables.outcomes[["outcome", "measure"]], on="outcome", how="left")
    in_effects = {int(line) for lines in used["lines"] for line in lines.split(";")}
    in_others = {int(line) for lines in stood_back["lines"] for line in lines.split(";")}
    rows = rows[~rows["line"].isin(in_effects)]
    treated = rows["arm"] == "treatment"
    reason = np.select(
        [
            rows["line"].isin(in_others),
            rows["arm"] == "active_control",
            misfit(rows),
            treated & (rows["statistic"] == "estimate"),
            treated & (rows["timepoint"] == "baseline"),
            treated & (rows["timepoint"] == "followup"),
            treated,
            rows["timepoint"] == "baseline",
        ],
        [
            "another number of the same group and outcome is taken (route, then nearest follow-up)",
            "arm on another drug, which is no comparison of this review",
            rows["statistic"].str.replace("_", " ") + " does not fit an outcome pooled as " + rows["measure"],
            "an estimate of a level compares nothing: name it change or difference",
            "baseline without a follow-up that it could be paired with",
            "follow-up without a baseline or a control group",
            "neither a level, nor a change or difference with a known scale",
            "untreated group before the study",
        ],
        "control group without a treated group beside it",
    )
    kept = ["study_id", "group_id", "outcome", "timepoint", "weeks", "statistic", "value_text", "unit", "source_kind", "line"]
    return rows[kept].assign(reason=reason).sort_values("line", ignore_index=True)


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
