"""Which groups of a report are compared: by name, by conditions and larger group, or the only one that fits; else the table must say."""

import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.effects.effects import effects_and_unused
from evidence.stages.tables.checks.checks import check
from tests.support.toy import folder, group, number, sd, study

MD = [{"outcome": "level", "measure": "MD", "cv_low": "", "cv_high": ""}]
CONDITIONS = [
    {"condition": name, "label": name.capitalize(), "definition": name, "in_article": "yes"} for name in ("men", "women", "condition_a")
]
TRIAL = [study("s", design="rct_parallel")]


def arm(name, kind="treatment", **columns):
    """A group of the trial."""
    return group("s", name, label=name, arm=kind, **({"drug": "drug_a" if kind == "treatment" else "", "conditions": ""} | columns))


def level(name, value, n, timepoint="followup", **columns):
    """A mean with SD 4."""
    return number("s", value, timepoint, group_id=name, n=n, **sd(4)) | columns


MEN_AND_WOMEN = [
    arm("men", conditions="men"), arm("men_untreated", "untreated", conditions="men"),
    arm("women", conditions="women"), arm("women_untreated", "untreated", conditions="women"),
]  # fmt: skip
LEVELS = [level("men", 14, 60), level("men_untreated", 10, 60), level("women", 9, 40), level("women_untreated", 8, 40)]


def made(path, groups, measurements, **tables):
    """Effects by treated group and control, and the unused numbers with their reasons."""
    given = {"studies": TRIAL, "outcomes": MD, "conditions": CONDITIONS} | tables
    read = ev.read(folder(path, groups=groups, measurements=measurements, **given))
    effects, unused = effects_and_unused(read, load(path))
    keys = zip(effects["group_id"], effects["control_id"], effects["contrast"], strict=True)
    return dict(zip(keys, effects["yi"], strict=True)), effects, unused


def errors(path, groups, measurements, **tables):
    given = {"studies": TRIAL, "outcomes": MD, "conditions": CONDITIONS} | tables
    return [str(problem) for problem in check(folder(path, groups=groups, measurements=measurements, **given))[0]]


def test_men_are_compared_with_men_and_women_with_women(tmp_path):
    effects, frame, _ = made(tmp_path, MEN_AND_WOMEN, LEVELS)
    assert effects == {("men", "men_untreated", "versus_control"): 4.0, ("women", "women_untreated", "versus_control"): 1.0}
    pools = ev.pools(frame, load(tmp_path))
    headline = pools[(pools["analysis"] == "headline") & pools["stratum"].str.startswith("condition:")]
    assert dict(zip(headline["stratum"], headline["estimate"], strict=True)) == {
        "condition:men": pytest.approx(4.0),
        "condition:women": pytest.approx(1.0),
    }


def test_a_name_in_any_row_of_the_treated_group_comes_first(tmp_path):
    groups = [arm("drug"), arm("placebo", "placebo"), arm("no_treatment", "untreated")]
    for place in range(2):
        rows = [level("drug", 13, 20, "baseline"), level("drug", 14, 20), level("placebo", 10, 20), level("no_treatment", 9, 20)]
        rows[place]["versus"] = "no_treatment"
        effects, _, _ = made(tmp_path / str(place), groups, rows)
        assert {key: value for key, value in effects.items() if key[1]} == {("drug", "no_treatment", "versus_control"): 5.0}


def test_two_names_make_two_comparisons(tmp_path):
    groups = [arm("drug"), arm("placebo", "placebo"), arm("no_treatment", "untreated")]
    rows = [level("drug", 13, 20, weeks=12, versus="placebo"), level("drug", 14, 20, weeks=26, versus="no_treatment"),
            level("placebo", 10, 20, weeks=12), level("no_treatment", 9, 20, weeks=26)]  # fmt: skip
    effects, _, _ = made(tmp_path, groups, rows)
    assert effects == {("drug", "placebo", "versus_control"): 3.0, ("drug", "no_treatment", "versus_control"): 5.0}


def test_several_controls_that_fit_are_an_error_that_lists_them(tmp_path):
    groups = [arm("drug"), arm("placebo", "placebo"), arm("no_treatment", "untreated")]
    rows = [level("drug", 14, 20), level("placebo", 10, 20), level("no_treatment", 9, 20)]
    assert errors(tmp_path, groups, rows) == [
        "data/raw/measurements.csv:2 versus: drug could be compared with placebo or no_treatment. Name its control here, such as placebo, "
        "or tell the groups apart by conditions or part_of in groups.csv."
    ]


def test_sites_are_told_apart_by_the_larger_group(tmp_path):
    groups = [arm(site, "untreated") for site in ("north", "south")]
    groups += [
        arm(f"{site}_{name}", kind, part_of=site)
        for site in ("north", "south")
        for name, kind in (("drug", "treatment"), ("control", "untreated"))
    ]
    rows = [level("north_drug", 14, 20), level("north_control", 10, 20), level("south_drug", 9, 20), level("south_control", 8, 20)]
    effects, _, _ = made(tmp_path, groups, rows)
    assert effects == {("north_drug", "north_control", "versus_control"): 4.0, ("south_drug", "south_control", "versus_control"): 1.0}


def test_subgroups_within_arms_are_paired_by_their_conditions_and_wholes_by_themselves(tmp_path):
    groups = [arm("drug"), arm("control", "placebo")]
    groups += [arm(f"{name}_{part}", kind, part_of=name, conditions=part)
               for name, kind in (("drug", "treatment"), ("control", "placebo")) for part in ("men", "women")]  # fmt: skip
    rows = [level("drug", 12, 100), level("control", 9, 100), level("drug_men", 14, 60), level("control_men", 10, 60),
            level("drug_women", 9, 40), level("control_women", 8, 40)]  # fmt: skip
    effects, _, _ = made(tmp_path, groups, rows)
    assert {key[:2]: value for key, value in effects.items()} == {
        ("drug", "control"): 3.0, ("drug_men", "control_men"): 4.0, ("drug_women", "control_women"): 1.0,
    }  # fmt: skip


def pairs_of(effects):
    """Treated group and control of each comparison."""
    return {key[:2]: value for key, value in effects.items() if key[1]}


def test_the_control_of_everyone_is_none_for_a_part_with_other_conditions(tmp_path):
    groups = [arm("drug"), arm("control", "untreated"), arm("drug_women", part_of="drug", conditions="women")]
    rows = [level("drug", 14, 100), level("control", 10, 100), level("drug_women", 9, 40)]
    effects, _, unused = made(tmp_path / "a", groups, rows)
    assert pairs_of(effects) == {("drug", "control"): 4.0}
    assert unused[["group_id", "reason"]].to_numpy().tolist() == [
        ["drug_women", "follow-up without a baseline, and no group beside it has the same conditions or is named in versus"]
    ]
    rows[2]["versus"] = "control"
    assert pairs_of(made(tmp_path / "b", groups, rows)[0]) == {("drug", "control"): 4.0, ("drug_women", "control"): -1.0}


def test_a_part_shares_the_control_of_its_whole_where_the_conditions_are_the_same(tmp_path):
    groups = [arm("drugs"), arm("one_drug", part_of="drugs"), arm("control", "untreated")]
    effects, _, _ = made(tmp_path, groups, [level("drugs", 14, 60), level("one_drug", 13, 20), level("control", 10, 60)])
    assert pairs_of(effects) == {("drugs", "control"): 4.0, ("one_drug", "control"): 3.0}


def test_a_site_without_its_control_does_not_take_that_of_another(tmp_path):
    groups = [arm(site, "untreated") for site in ("north", "south")]
    groups += [arm("north_drug", part_of="north"), arm("south_drug", part_of="south"), arm("south_control", "untreated", part_of="south")]
    effects, _, unused = made(tmp_path, groups, [level("north_drug", 14, 20), level("south_drug", 9, 20), level("south_control", 8, 20)])
    assert pairs_of(effects) == {("south_drug", "south_control"): 1.0}
    assert unused["group_id"].tolist() == ["north_drug"]


@pytest.mark.parametrize("beside", [[], [level("placebo", 10, 20, "baseline")]])
def test_a_name_is_never_replaced_by_another_control(tmp_path, beside):
    groups = [arm("drug"), arm("placebo", "placebo"), arm("no_treatment", "untreated")]
    effects, _, unused = made(tmp_path, groups, [level("drug", 14, 20, versus="placebo"), level("no_treatment", 9, 20), *beside])
    assert effects == {}
    assert set(unused["group_id"]) >= {"drug", "no_treatment"}


def test_several_treated_arms_may_share_one_control(tmp_path):
    groups = [arm("low", dose="1 mg"), arm("high", dose="5 mg"), arm("placebo", "placebo")]
    effects, frame, _ = made(tmp_path, groups, [level("low", 12, 20), level("high", 14, 20), level("placebo", 10, 20)])
    assert effects == {("low", "placebo", "versus_control"): 2.0, ("high", "placebo", "versus_control"): 4.0}
    pools = ev.pools(frame, load(tmp_path))
    assert pools.loc[pools["id"] == "level.versus_control.all.headline", ["k", "estimate"]].to_numpy().tolist() == [[1, pytest.approx(3.0)]]


def test_the_only_control_fits_where_its_conditions_are_the_same_or_not_typed(tmp_path):
    groups = [arm("men", conditions="men"), arm("control", "untreated")]
    assert made(tmp_path / "a", groups, [level("men", 14, 20), level("control", 10, 20)])[0] == {("men", "control", "versus_control"): 4.0}
    groups[1]["conditions"] = "women"
    effects, _, unused = made(tmp_path / "b", groups, [level("men", 14, 20), level("control", 10, 20)])
    assert effects == {}
    assert unused["reason"].tolist() == [
        "follow-up without a baseline, and no group beside it has the same conditions or is named in versus",
        "no treated group beside it has the same conditions or names it in versus",
    ]
    rows = [level("men", 14, 20, versus="control"), level("control", 10, 20)]
    assert made(tmp_path / "c", groups, rows)[0] == {("men", "control", "versus_control"): 4.0}


def test_a_group_never_meets_a_part_of_itself(tmp_path):
    groups = [arm("everyone"), arm("control", "untreated", part_of="everyone")]
    assert made(tmp_path / "a", groups, [level("everyone", 14, 20), level("control", 10, 20)])[0] == {}
    assert errors(tmp_path / "b", groups, [level("everyone", 14, 20, versus="control"), level("control", 10, 20)]) == [
        "data/raw/measurements.csv:2 versus: control and everyone hold the same people: one is a part of the other. Name another group, or "
        "correct part_of in groups.csv."
    ]


def test_the_name_stands_in_the_row_of_the_treated_group(tmp_path):
    groups = [arm("drug"), arm("placebo", "placebo")]
    assert errors(tmp_path, groups, [level("drug", 14, 20), level("placebo", 10, 20, versus="drug")]) == [
        "data/raw/measurements.csv:3 versus: drug, in the row of a group whose arm is placebo. Empty it: the row of the treated group names its control."
    ]


RATIO = [{"outcome": "level", "measure": "OR", "unit": "", "cv_low": "", "cv_high": ""}]
OTHERS = [arm("drug"), arm("rival", "active_control", drug="drug_b"), arm("high", drug="drug_a", dose="5 mg")]
PRINTED = {"timepoint": "difference", "statistic": "odds_ratio", "unit": "", "spread": "ci95", "spread_low": "1.1", "spread_high": "3.3"}


@pytest.mark.parametrize(("versus", "comparator"), [("rival", "drug_b"), ("high", "drug_a 5 mg")])
def test_what_is_printed_and_what_is_typed_as_counts_obey_one_rule(tmp_path, versus, comparator):
    """An active control, or another treated arm that is named: a contrast of its own, with the comparator."""
    counts = {"statistic": "events", "unit": "", "n": 40}
    typed = [number("s", 20, group_id="drug", versus=versus) | counts, number("s", 13, group_id=versus) | counts]
    printed = [number("s", 1.9, group_id="drug", versus=versus) | PRINTED]
    for path, rows in (("typed", typed), ("printed", printed)):
        effects, frame, _ = made(tmp_path / path, OTHERS, rows, outcomes=RATIO, units=[])
        assert list(effects) == [("drug", versus, "versus_active")]
        assert frame["comparator"].tolist() == [comparator]
        pools = ev.pools(frame, load(tmp_path / path))
        assert pools.loc[pools["analysis"] == "headline", "id"].tolist() == [f"level.versus_active.comparator-{comparator}.headline"]


def test_a_treated_arm_is_no_control_unless_it_is_named(tmp_path):
    effects, _, _ = made(tmp_path, [OTHERS[0], OTHERS[2]], [level("drug", 12, 20), level("high", 14, 20)])
    assert effects == {}


def test_comparisons_with_different_agents_are_never_pooled(tmp_path):
    studies = [study(name, design="rct_parallel") for name in "ab"]
    groups = [group(name, "drug") | {"conditions": ""} for name in "ab"]
    groups += [
        group("a", "rival", arm="active_control", drug="drug_b") | {"conditions": ""},
        group("b", "rival", arm="active_control", drug="drug_c") | {"conditions": ""},
    ]
    rows = [number(name, value, group_id=which, n=20, **sd(4)) for name in "ab" for which, value in (("drug", 14), ("rival", 10))]
    _, frame, _ = made(tmp_path, groups, rows, studies=studies)
    pools = ev.pools(frame, load(tmp_path))
    headline = pools[pools["analysis"] == "headline"]
    assert dict(zip(headline["stratum"], headline["k"], strict=True)) == {"comparator:drug_b": 1, "comparator:drug_c": 1}


@pytest.mark.parametrize("versus", ["", "rival"])
def test_agents_that_no_table_names_are_never_pooled(tmp_path, versus):
    """A printed ratio against nobody in particular, or against a group without a drug: two reports, two pools."""
    groups = [group(name, which, arm=kind, drug=drug) | {"conditions": ""}
              for name in "ab" for which, kind, drug in (("drug", "treatment", "drug_a"), ("rival", "active_control", ""))]  # fmt: skip
    rows = [number(name, 1.9, group_id="drug", versus=versus) | PRINTED for name in "ab"]
    studies = [study(name, design="rct_parallel") for name in "ab"]
    _, frame, _ = made(tmp_path, groups, rows, studies=studies, outcomes=RATIO, units=[])
    assert frame["comparator"].tolist() == [f"a treatment that is not named ({name})" for name in "ab"]
    pools = ev.pools(frame, load(tmp_path))
    assert pools.loc[pools["analysis"] == "headline", "k"].tolist() == [1, 1]


def test_periods_of_a_crossover_are_paired(tmp_path):
    groups = [arm("drug"), arm("placebo", "placebo")]
    _, frame, _ = made(tmp_path, groups, [level("drug", 14, 20), level("placebo", 10, 20)], studies=[study("s", design="rct_crossover")])
    assert frame[["control_id", "yi", "vi"]].to_numpy().tolist() == [["placebo", 4.0, pytest.approx(2 * 16 / 20 * (1 - 0.5))]]


def test_single_groups_may_be_of_any_arm(tmp_path):
    """A review of prevalence: nobody is treated, and every group counts."""
    groups = [arm("region", "untreated", conditions="condition_a")]
    rows = [number("s", 12, group_id="region", statistic="events", unit="", n=80)]
    effects, frame, _ = made(tmp_path, groups, rows, outcomes=[RATIO[0] | {"measure": "PLO"}], units=[])
    assert list(effects) == [("region", "", "single_arm")] and frame["headline"].tolist() == ["yes"]
    correlation = [number("s", 0.4, group_id="region", statistic="correlation", unit="", n=80)]
    effects, _, _ = made(tmp_path / "r", groups, correlation, outcomes=[RATIO[0] | {"measure": "ZCOR"}], units=[])
    assert list(effects) == [("region", "", "single_arm")]


def test_the_control_of_a_trial_is_no_single_group(tmp_path):
    groups = [arm("drug"), arm("placebo", "placebo")]
    rows = [number("s", value, group_id=name, statistic="events", unit="", n=40) for name, value in (("drug", 20), ("placebo", 13))]
    effects, _, _ = made(tmp_path, groups, rows, outcomes=[RATIO[0] | {"measure": "PLO"}], units=[])
    assert list(effects) == [("drug", "", "single_arm"), ("drug", "placebo", "versus_control")]
