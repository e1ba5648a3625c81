"""How a measure is said: sentences of results, axis titles, and the unit of what is counted."""

import math
from types import SimpleNamespace

import pytest

from evidence.store.schema import load
from evidence.words.measures import MEASURES, axis_title, interval, predicate, readable_unit, result, scale_of, statement
from evidence.words.sentences import with_event


def outcome(label="Level", event="", unit="u", per=""):
    return SimpleNamespace(label=label, event=event, unit=unit, per=per)


def pool(measure, contrast, estimate, low, high, unit):
    return SimpleNamespace(measure=measure, contrast=contrast, estimate=estimate, ci_low=low, ci_high=high, effect_unit=unit)


def ratio(measure, value, low, high, contrast="versus_control"):
    return pool(measure, contrast, *map(math.log, (value, low, high)), MEASURES[measure].unit)


def logit(share):
    return math.log(share / (1 - share))


SURVIVAL, PREGNANCY = outcome("Overall survival", "death"), outcome("Pregnancy")
HAZARD = ratio("HR", 0.70, 0.50, 0.98)
RARE = pool("PLO", "single_arm", *map(logit, (22.5e-5, 18.1e-5, 27.9e-5)), "per 100,000")
RATE = pool("IRLN", "single_arm", *map(math.log, (0.0123, 0.0101, 0.0149)), "per 1,000 person-years")
RISK = pool("RD", "versus_control", -0.028, -0.045, -0.011, "risk difference")

PREDICATES = [
    (pool("ROM", "before_after", 0.385, math.log(1.2), math.log(1.8), "% change"), outcome(), "rose by 47% (95% CI +20% to +80%)"),
    (pool("ROM", "before_after", -0.458, math.log(0.5), math.log(0.8), "% change"), outcome(), "fell by 37% (95% CI −50% to −20%)"),
    (pool("ROM", "before_after", 0.0, math.log(0.8), math.log(1.25), "% change"), outcome(), "showed no clear change (0%, 95% CI −20% to +25%)"),
    (pool("ROM", "versus_control", 0.385, math.log(1.2), math.log(1.8), "% difference"), outcome(), "was higher by 47% (95% CI +20% to +80%)"),
    (pool("ROM", "versus_control", 0.0, math.log(0.8), math.log(1.25), "% difference"), outcome(),
     "was not clearly different (0%, 95% CI −20% to +25%)"),
    (pool("MD", "versus_control", -3.0, -4.0, -2.0, "kg"), outcome(), "was lower by 3.0 kg (95% CI −4.0 to −2.0)"),
    (pool("MD", "before_after", -1.0, -4.0, 2.0, "kg"), outcome(), "showed no clear change (−1.0 kg, 95% CI −4.0 to +2.0)"),
    (pool("MD", "versus_control", -3.0, -4.0, -2.0, "Level"), outcome(), "was lower by 3.0 (95% CI −4.0 to −2.0)"),
    (ratio("OR", 0.35, 0.25, 0.50), PREGNANCY, "was less likely (odds ratio 0.35, 95% CI 0.25 to 0.50)"),
    (ratio("RR", 1.0, 0.5, 2.0), PREGNANCY, "was neither clearly more nor clearly less likely (risk ratio 1.00, 95% CI 0.50 to 2.00)"),
    (ratio("OR", 0.35, 0.25, 0.50), SURVIVAL, "had lower odds of death (odds ratio 0.35, 95% CI 0.25 to 0.50)"),
    (HAZARD, SURVIVAL, "had a lower hazard of death (hazard ratio 0.70, 95% CI 0.50 to 0.98)"),
    (ratio("IRR", 1.0, 0.5, 2.0), outcome("Falls", "falls"),
     "had neither a clearly higher nor a clearly lower rate of falls (rate ratio 1.00, 95% CI 0.50 to 2.00)"),
    (RISK, SURVIVAL, "had a lower risk of death (risk difference −0.028, 95% CI −0.045 to −0.011)"),
    (pool("PLO", "single_arm", 0.0, -1.0, 1.0, "%"), outcome(), "50% (95% CI 27% to 73%)"),
    (RARE, outcome(), "22.5 per 100,000 (95% CI 18.1 to 27.9)"),
    (RATE, SURVIVAL, "12.3 per 1,000 person-years (95% CI 10.1 to 14.9)"),
    (pool("MN", "single_arm", 5.24, 4.81, 5.67, "mmol/L"), outcome(), "5.24 mmol/L (95% CI 4.81 to 5.67)"),
    (pool("ZCOR", "single_arm", *map(math.atanh, (-0.42, -0.61, -0.19)), "correlation"), outcome(), "−0.42 (95% CI −0.61 to −0.19)"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "about", "words"), PREDICATES, ids=[words for *_, words in PREDICATES])
def test_what_happened_stands_after_the_name_of_the_outcome(row, about, words):
    assert predicate(row, 0.95, about) == words


@pytest.mark.parametrize(
    ("row", "about", "words"),
    [
        (HAZARD, SURVIVAL, "Overall survival: the hazard of death was lower (hazard ratio 0.70, 95% CI 0.50 to 0.98)"),
        (HAZARD, outcome("Overall survival"), "Overall survival: the hazard was lower (hazard ratio 0.70, 95% CI 0.50 to 0.98)"),
        (ratio("IRR", 1.4, 1.1, 1.8), outcome("Falls"), "Falls: the rate was higher (rate ratio 1.40, 95% CI 1.10 to 1.80)"),
        (ratio("RR", 1.0, 0.5, 2.0), PREGNANCY, "Pregnancy: the risk was not clearly different (risk ratio 1.00, 95% CI 0.50 to 2.00)"),
        (ratio("OR", 0.154, 0.009, 0.9), PREGNANCY, "Pregnancy: the odds were lower (odds ratio 0.15, 95% CI 0.0090 to 0.90)"),
        (RISK, SURVIVAL, "Overall survival: the risk of death was lower (risk difference −0.028, 95% CI −0.045 to −0.011)"),
        (pool("RD", "versus_control", -0.028, -0.045, -0.011, "per 1,000"), SURVIVAL,
         "Overall survival: the risk of death was lower (risk difference −28 per 1,000, 95% CI −45 to −11)"),
        (RATE, SURVIVAL, "Overall survival 12.3 per 1,000 person-years (95% CI 10.1 to 14.9)"),
        (pool("MD", "versus_control", -3.0, -4.0, -2.0, "kg"), outcome("Weight"), "Weight was lower by 3.0 kg (95% CI −4.0 to −2.0)"),
    ],
)  # fmt: skip
def test_a_sentence_of_a_ratio_names_what_is_higher_or_lower(row, about, words):
    assert statement(row, 0.95, about) == words


@pytest.mark.parametrize("measure", ["HR", "IRR", "RD", "OR", "RR"])
@pytest.mark.parametrize("ends", [(0.5, 0.8), (0.5, 2.0), (1.2, 2.0)])
def test_no_event_of_another_name_is_likely(measure, ends):
    row = pool(measure, "versus_control", sum(map(math.log, ends)) / 2, *map(math.log, ends), MEASURES[measure].unit)
    for words in (result(row, 0.95, SURVIVAL), predicate(row, 0.95, SURVIVAL)):
        assert "likely" not in words
        assert "of death" in words


@pytest.mark.parametrize(
    ("measure", "contrast", "unit", "about", "title"),
    [
        ("ROM", "before_after", "% change", outcome("Total testosterone"), "Change in total testosterone"),
        ("ROM", "versus_control", "% difference", outcome("HOMA-IR"), "Difference in HOMA-IR"),
        ("MD", "before_after", "g/cm2", outcome("Density"), "Change in density (g/cm²)"),
        ("MD", "", "kg", outcome("Body weight"), "Body weight (kg)"),
        ("OR", "versus_control", "odds ratio", PREGNANCY, "Pregnancy"),
        ("HR", "versus_control", "hazard ratio", SURVIVAL, "Hazard ratio for death"),
        ("IRLN", "single_arm", "per 1,000 person-years", SURVIVAL, "Rate of death (per 1,000 person-years)"),
        ("PLO", "single_arm", "%", outcome("Tuberculosis"), "Tuberculosis"),
        ("PLO", "single_arm", "per 100,000", outcome("Tuberculosis"), "Tuberculosis (per 100,000)"),
        ("MN", "single_arm", "mmol/L", outcome("Glucose"), "Glucose (mmol/L)"),
        ("ZCOR", "single_arm", "correlation", outcome("Age and height"), "Age and height"),
    ],
)
def test_axis_titles(measure, contrast, unit, about, title):
    assert axis_title(measure, contrast, unit, about) == title


@pytest.mark.parametrize(
    ("measure", "contrast", "unit", "per", "expected"),
    [
        ("PLO", "single_arm", "proportion", "", "%"),
        ("PLO", "single_arm", "proportion", "100000", "per 100,000"),
        ("IRLN", "single_arm", "events", "1000 person-years", "per 1,000 person-years"),
        ("IRLN", "single_arm", "person-years", "", "per 1 person-years"),
        ("PFT", "single_arm", "", "1000", "per 1,000"),
        ("RD", "versus_control", "", "1000", "per 1,000"),
        ("OR", "versus_control", "proportion", "1000", "odds ratio"),
        ("MD", "versus_control", "kg", "", "kg"),
        ("ROM", "versus_control", "nmol/L", "", "% difference"),
    ],
)
def test_what_is_counted_is_read_for_so_many_people(measure, contrast, unit, per, expected):
    assert readable_unit(measure, contrast, unit, per) == expected


def test_a_unit_of_a_level_is_not_taken_for_a_number_of_people():
    assert scale_of("MD", "per 1,000 cells") == "difference"
    assert scale_of("PLO", "per 1,000") == "proportion per 1,000"


def test_estimates_with_their_unit():
    assert interval("HR", HAZARD.estimate, HAZARD.ci_low, HAZARD.ci_high, "hazard ratio") == "0.70 (0.50 to 0.98) hazard ratio"
    assert interval("PLO", RARE.estimate, RARE.ci_low, RARE.ci_high, "per 100,000") == "22.5 (18.1 to 27.9) per 100,000"
    assert interval("PLO", RARE.estimate, RARE.ci_low, RARE.ci_high, "%") == "0.0225% (0.0181% to 0.0279%)"


def test_every_measure_of_the_outcomes_has_words():
    assert set(load("outcomes").fields["measure"].options) <= set(MEASURES)


def test_a_label_has_its_event_where_a_direction_is_said():
    assert with_event("Overall survival", "death") == "Overall survival (death)"
    assert with_event("Death from any cause", "death") == "Death from any cause"
    assert with_event("Pregnancy", "") == "Pregnancy"
