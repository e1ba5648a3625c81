"""Checks of the scale that a number is typed on, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages
from tests.support.toy import CONFIG, group, number

BOTH = [group("s"), group("s", "placebo", arm="placebo")]
OF = {"HR": "hazard", "OR": "odds", "RR": "risk", "IRR": "rate", "ROM": "means", "PLO": "share", "ZCOR": "link", "RD": "gap", "PR": "part"}
OUTCOMES = [{"outcome": name, "measure": measure, "unit": "", "cv_low": "", "cv_high": ""} for measure, name in OF.items()]
POINTS = dict.fromkeys(("PLO", "ZCOR", "PR"), "followup") | {"ROM": "change"}


def stated(measure, value, low="", high="", statistic="estimate", week="", **columns):
    """A number of an outcome of one measure, with its 95% interval."""
    spread = {"spread": "ci95", "spread_low": low, "spread_high": high} if high != "" else {}
    versus = {} if measure in POINTS else {"versus": "placebo"}
    point = POINTS.get(measure, "difference")
    return number("s", value, point, outcome=OF[measure], statistic=statistic, unit="", weeks=week, **spread, **versus, **columns)


def found(tmp_path, rule, *rows, **tables):
    return messages(tmp_path, rule, outcomes=OUTCOMES, groups=BOTH, units=[], measurements=list(rows), **tables)


LOOKS = "looks like a ratio, while an estimate of"
RATIO = "If the source prints the ratio, type"
CASES = {
    "possible_values": (
        {"groups": BOTH, "units": [], "outcomes": OUTCOMES,
         "measurements": [stated("OR", 0, statistic="odds_ratio"), stated("ZCOR", 1.2, statistic="correlation"),
                          stated("HR", 0.4, -0.1, 0.9, "hazard_ratio"), stated("ZCOR", 0.85, 0.65, 1.05, "correlation", 2)]},
        ["data/raw/measurements.csv:2 value: a ratio of 0. A ratio is above zero; if it is the logarithm of one, type estimate.",
         "data/raw/measurements.csv:3 value: a correlation of 1.2. A correlation lies between -1 and 1; if it is Fisher's z of one, "
         "type estimate. For the z of a test, type z_value.",
         "data/raw/measurements.csv:4 spread_low: a ratio whose interval ends at -0.1. "
         "A ratio is above zero; if it is the logarithm of one, type estimate.",
         "data/raw/measurements.csv:5 spread_high: a correlation whose interval ends at 1.05. "
         "A correlation lies between -1 and 1; if it is Fisher's z of one, type estimate."],
    ),
    "plain_scale": (
        {"groups": BOTH, "units": [], "outcomes": OUTCOMES,
         "measurements": [stated("HR", 0.69, "0.30", 1.08, "hazard_ratio"), stated("ZCOR", 0.55, 0.35, 0.75, "correlation"),
                          stated("OR", 0.154, 0.04, 0.579, "odds_ratio"), stated("ZCOR", 0.58, 0.35, 0.75, "correlation", 2),
                          stated("OR", 5, 1, 6, "odds_ratio", 2), stated("RR", 0.2, "0.0", 1.1, "risk_ratio")]},
        ["data/raw/measurements.csv:2 statistic: 0.69 (0.30 to 1.08) has the middle that the logarithm of a ratio has, and not that "
         "of the ratio. If the source prints the logarithm, type estimate; else check the interval.",
         "data/raw/measurements.csv:3 statistic: 0.55 (0.35 to 0.75) has the middle that Fisher's z of a correlation has, and not that "
         "of the correlation. If the source prints Fisher's z, type estimate; else check the interval."],
    ),
    "estimate_scale": (
        {"groups": BOTH, "units": [], "outcomes": OUTCOMES,
         "measurements": [stated("HR", 0.7, 0.5, 0.98), stated("OR", 0.7, 0.5, 0.98), stated("RR", 0.7, 0.5, 0.98),
                          stated("IRR", 0.7, 0.5, 0.98), stated("ROM", 1.25, 1.1, 1.42), stated("ZCOR", 0.58, 0.35, 0.75),
                          stated("PLO", 0.1, 0.05, 0.19)]},
        [f"data/raw/measurements.csv:2 statistic: 0.7 (0.5 to 0.98) {LOOKS} HR is the logarithm. {RATIO} hazard_ratio.",
         f"data/raw/measurements.csv:3 statistic: 0.7 (0.5 to 0.98) {LOOKS} OR is the logarithm. {RATIO} odds_ratio.",
         f"data/raw/measurements.csv:4 statistic: 0.7 (0.5 to 0.98) {LOOKS} RR is the logarithm. {RATIO} risk_ratio.",
         f"data/raw/measurements.csv:5 statistic: 0.7 (0.5 to 0.98) {LOOKS} IRR is the logarithm. {RATIO} rate_ratio.",
         f"data/raw/measurements.csv:6 statistic: 1.25 (1.1 to 1.42) {LOOKS} ROM is the logarithm. {RATIO} fold_change.",
         "data/raw/measurements.csv:7 statistic: 0.58 (0.35 to 0.75) looks like a correlation, while an estimate of ZCOR is Fisher's z. "
         "If the source prints the correlation, type correlation.",
         "data/raw/measurements.csv:8 statistic: 0.1 (0.05 to 0.19) looks like a proportion, while an estimate of PLO is the logit. "
         "If the source prints the proportion, type percent with its n, or its logit."],
    ),
    "estimate_bounds": (
        {"groups": BOTH, "units": [], "outcomes": OUTCOMES,
         "measurements": [stated("RD", 12, 5, 19), stated("RD", 0.12, 0.05, 0.19, week=2), stated("PR", 30, 20, 40)]},
        ["data/raw/measurements.csv:2 value: 12 is no risk difference: it lies between -1 and 1. "
         "Type a difference in percent as a share: 0.12 for 12%.",
         "data/raw/measurements.csv:4 value: 30 is no proportion: it lies between 0 and 1. "
         "Type a percentage as a share: 0.12 for 12%, or percent with its n."],
    ),
    "estimate_size": (
        {"groups": BOTH, "units": [], "outcomes": OUTCOMES,
         "measurements": [stated("OR", 3.2), stated("OR", -3.2, week=2), stated("OR", 2.99, week=3), stated("ZCOR", 2.31),
                          stated("PLO", 30, 20, 40), stated("PLO", -8.4, -9, -7.8, week=2)]},
        [f"data/raw/measurements.csv:2 value: 3.2 is the logarithm of a ratio of 24.5, beyond 20. {RATIO} odds_ratio; else check the figure.",
         f"data/raw/measurements.csv:3 value: -3.2 is the logarithm of a ratio of 0.0408, below 0.05. {RATIO} odds_ratio; else check the figure.",
         "data/raw/measurements.csv:5 value: 2.31 is Fisher's z of a correlation of 0.98, beyond 0.95. "
         "If the source prints the correlation, type correlation, and for the z of a test z_value; else check the figure.",
         "data/raw/measurements.csv:6 value: 30 is the logit of a proportion of 1, beyond 0.999. "
         "If the source prints the proportion, type percent with its n, or its logit; else check the figure."],
    ),
    "undecided_scale": (
        {"groups": BOTH, "units": [], "outcomes": OUTCOMES,
         "measurements": [stated("HR", 1.1, "1.00", "1.20"), stated("HR", 1.2, "1.10", "1.30", week=2), stated("OR", 0.5),
                          stated("RR", 0.5), stated("RR", -0.5, week=2), stated("PLO", 0.3, 0.2, 0.4), stated("ZCOR", 0.1, "0.00", "0.20")]},
        [f"data/raw/measurements.csv:2 value: 1.1 (1.00 to 1.20) is read as the logarithm of a ratio of 3; likewise line 3. {RATIO} hazard_ratio.",
         f"data/raw/measurements.csv:4 value: 0.5 is read as the logarithm of a ratio of 1.65. {RATIO} odds_ratio.",
         "data/raw/measurements.csv:7 value: 0.3 (0.2 to 0.4) is read as the logit of a proportion of 0.574. "
         "If the source prints the proportion, type percent with its n, or its logit."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    tables, expected = CASES[rule]
    assert messages(tmp_path, rule, **tables) == expected


@pytest.mark.parametrize("ends", [(0.69, "0.30", 1.08), (-0.35, -0.7, 0), (-0.7, -0.98, -0.5), (1.1, "0.90", "1.30")])
def test_a_logarithm_is_not_taken_for_a_ratio(tmp_path, ends):
    assert found(tmp_path, "estimate_scale", stated("HR", *ends)) == []
    assert found(tmp_path, "undecided_scale", stated("HR", *ends)) == []


def test_digits_that_were_lost_decide_nothing(tmp_path):
    """0.7 (0.5 to 1.0) is 0.65 to 0.75 with ends as coarse: the middles 0.71 and 0.75 both fit."""
    assert found(tmp_path, "estimate_scale", stated("HR", 0.7, 0.5, "1.0")) == []
    assert len(found(tmp_path, "undecided_scale", stated("HR", 0.7, 0.5, "1.0"))) == 1


def test_what_a_ratio_may_be_stands_in_the_config(tmp_path):
    assert found(tmp_path, "estimate_size", stated("OR", 3.2), config=CONFIG + "checks:\n  ratio_high: 30\n") == []


def test_a_ratio_typed_as_ratio_is_not_doubted(tmp_path):
    for statistic, measure in (("hazard_ratio", "HR"), ("odds_ratio", "OR"), ("fold_change", "ROM")):
        row = stated(measure, 0.7, 0.5, 0.98, statistic)
        assert found(tmp_path, "plain_scale", row) == found(tmp_path, "possible_values", row) == []
