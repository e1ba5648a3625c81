"""Checks of risk_of_bias.csv, each on a toy evidence base that breaks it."""

import pytest

from tests.support.checking import messages

BIAS = {"study_id": "s", "tool": "RoB2", "domain": "measurement", "judgement": "low", "support": "None lost.", "basis": "abstract"}


def judged(tool, domain, judgement):
    return BIAS | {"tool": tool, "domain": domain, "judgement": judgement}


CASES = {
    "bias_domains": (
        [BIAS, judged("RoB2", "mesurement", "low"), judged("RoB2", "confounding", "low"), judged("QUADAS-2", "index_tests", "low"),
         judged("RoB2", "overall", "low"), judged("RoB3", "x", "low")],
        ['data/raw/risk_of_bias.csv:3 domain: "mesurement" is no domain of RoB2. Use one of randomisation, deviations, missing_data, '
         'measurement, selection_of_result, overall (did you mean "measurement"?).',
         'data/raw/risk_of_bias.csv:4 domain: "confounding" is no domain of RoB2. Use one of randomisation, deviations, missing_data, '
         "measurement, selection_of_result, overall.",
         'data/raw/risk_of_bias.csv:5 domain: "index_tests" is no domain of QUADAS-2. Use one of patient_selection, index_test, '
         "reference_standard, flow_and_timing, applicability_patient_selection, applicability_index_test, "
         'applicability_reference_standard, overall (did you mean "index_test"?).'],
    ),
    "judgements": (
        [judged("RoB2", "measurement", "serious"), judged("ROBINS-I", "measurement", "serious"), judged("NOS", "comparability", "3"),
         judged("JBI-cohort", "overall", "include"), judged("JBI-cohort", "statistics", "Yes"), judged("RoB2", "astray", "astray")],
        ['data/raw/risk_of_bias.csv:2 judgement: "serious" is no judgement of RoB2. Use one of low, some_concerns, high.',
         'data/raw/risk_of_bias.csv:4 judgement: "3" is no judgement of NOS for comparability. Use one of 2, 1, 0.',
         'data/raw/risk_of_bias.csv:5 judgement: "include" is no judgement of JBI-cohort for overall. Use one of low, some_concerns, high.',
         'data/raw/risk_of_bias.csv:6 judgement: "Yes" is no judgement of JBI-cohort. Use one of yes, unclear, no, not_applicable '
         '(did you mean "yes"?).'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_rule(tmp_path, rule):
    rows, expected = CASES[rule]
    assert messages(tmp_path, rule, risk_of_bias=rows) == expected


def test_an_unknown_tool_is_an_error_with_the_nearest(tmp_path):
    (message,) = messages(tmp_path, "options", risk_of_bias=[judged("QUADAS", "index_test", "low")])
    assert message.startswith('data/raw/risk_of_bias.csv:2 tool: "QUADAS" is no option. Use one of RoB2, RoB2-crossover')
    assert message.endswith('(did you mean "QUADAS-2"?).')
