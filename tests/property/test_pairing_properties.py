"""Properties of pairing, on reports of random groups."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.store.comparisons import compare_groups, contrast_with, entries, larger_groups

CONDITIONS = ("", "men", "women", "men;older", "older;men")
ARMS = ("treatment", "treatment", "placebo", "untreated", "active_control")
CONTROL_ARMS = ("placebo", "untreated")


@st.composite
def reports(draw):
    """Groups of a report with random arms, conditions and larger groups, and the rows that measure them."""
    names = [f"g{number}" for number in range(draw(st.integers(1, 7)))]
    groups = []
    for place, name in enumerate(names):
        whole = draw(st.sampled_from(["", *names[:place]]))
        groups.append(
            {
                "study_id": "s",
                "group_id": name,
                "arm": draw(st.sampled_from(ARMS)),
                "conditions": draw(st.sampled_from(CONDITIONS)),
                "part_of": whole,
            }
        )
    numbers = []
    for name in names:
        timepoint = draw(st.sampled_from(["baseline", "followup", "followup", "change"]))
        versus = draw(st.sampled_from(["", "", "", *(other for other in names if other != name)]))
        numbers.append(("s", name, "level", timepoint, versus))
    return groups, numbers


@given(reports())
def test_no_comparison_joins_groups_of_different_conditions_unless_it_is_named(report):
    groups, numbers = report
    by_id = {row["group_id"]: row for row in groups}
    named = {(group, versus) for _, group, _, _, versus in numbers}
    larger = larger_groups(by_id)
    comparisons, _ = compare_groups(groups, numbers, CONTROL_ARMS)
    for one in comparisons:
        treated, control = by_id[one.group_id], by_id[one.control_id]
        assert treated["arm"] == "treatment" and treated is not control
        assert one.contrast == ("versus_control" if control["arm"] in CONTROL_ARMS else "versus_active")
        if (one.group_id, one.control_id) not in named:
            assert entries(control["conditions"]) in (frozenset(), entries(treated["conditions"]))
            assert control["arm"] != "treatment"
            assert one.control_id not in larger[one.group_id] and one.group_id not in larger[one.control_id]


@given(reports())
def test_each_treated_group_has_one_control_of_a_kind_or_those_that_it_names_or_an_error(report):
    groups, numbers = report
    named = {(group, versus) for _, group, _, _, versus in numbers if versus}
    comparisons, opens = compare_groups(groups, numbers, CONTROL_ARMS)
    frame = pd.DataFrame(comparisons, columns=["study_id", "group_id", "outcome", "control_id", "contrast"])
    for (group, _), part in frame.groupby(["group_id", "contrast"]):
        assert len(part) == 1 or all((group, control) in named for control in part["control_id"])
    assert not frame.duplicated().any()
    for case in opens:
        assert len(case.controls) > 1 and not any((case.group_id, control) in named for control in case.controls)


@given(reports())
def test_a_name_leaves_no_other_control_of_its_kind(report):
    groups, numbers = report
    arms = {row["group_id"]: row["arm"] for row in groups}
    names = {(group, versus) for _, group, _, _, versus in numbers if versus}
    comparisons, _ = compare_groups(groups, numbers, CONTROL_ARMS)
    for one in comparisons:
        named_of_kind = {v for g, v in names if g == one.group_id and contrast_with(arms[v], CONTROL_ARMS) == one.contrast}
        assert not named_of_kind or one.control_id in named_of_kind


@settings(max_examples=1000)
@given(reports())
def test_no_treated_group_takes_a_control_without_conditions_from_one_without_conditions(report):
    groups, numbers = report
    by_id = {row["group_id"]: row for row in groups}
    names = {(group, versus) for _, group, _, _, versus in numbers}
    larger = larger_groups(by_id)
    measured = {group for _, group, _, timepoint, _ in numbers if timepoint != "baseline"}
    comparisons, _ = compare_groups(groups, numbers, CONTROL_ARMS)
    for one in comparisons:
        if (one.group_id, one.control_id) not in names and by_id[one.group_id]["conditions"] and not by_id[one.control_id]["conditions"]:
            plain = [row for name, row in by_id.items() if name in measured and row["arm"] == "treatment" and not row["conditions"]]
            kin = larger[one.control_id] | {name for name in by_id if one.control_id in larger[name]}
            assert all(row["group_id"] in kin for row in plain)


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_report_of_several_treated_and_control_groups_of_one_kind(treated, controls):
    """With one control there are as many comparisons as treated groups; with more there are none, and each treated group is an error."""
    groups = [
        {"study_id": "s", "group_id": f"t{number}", "arm": "treatment", "conditions": "men", "part_of": ""} for number in range(treated)
    ]
    groups += [
        {"study_id": "s", "group_id": f"c{number}", "arm": "placebo", "conditions": "men", "part_of": ""} for number in range(controls)
    ]
    comparisons, opens = compare_groups(groups, [("s", row["group_id"], "level", "followup", "") for row in groups], CONTROL_ARMS)
    assert (len(comparisons), len(opens)) == (treated * (controls == 1), treated * (controls > 1))


@given(st.integers(1, 6))
def test_subgroups_in_arms_make_one_comparison_each(parts):
    groups = [
        {"study_id": "s", "group_id": f"{arm}{number}", "arm": arm, "conditions": f"part{number}", "part_of": f"{arm}_all"}
        for arm in ("treatment", "placebo") for number in range(parts)
    ]  # fmt: skip
    comparisons, opens = compare_groups(groups, [("s", row["group_id"], "level", "followup", "") for row in groups], CONTROL_ARMS)
    assert opens == []
    assert [(one.group_id, one.control_id) for one in comparisons] == [
        (f"treatment{number}", f"placebo{number}") for number in range(parts)
    ]
