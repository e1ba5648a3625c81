"""Stage verdicts: worked claims of each verdict in a toy evidence base, and the real one never without a deciding pool."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import evidence as ev
from evidence.config import load
from evidence.stages.verdicts.claims import clause, combined
from evidence.stages.verdicts.contrasts import contrasts
from evidence.stages.verdicts.findings import verdict_of
from evidence.words.sentences import event_names, outcome_names, templates
from tests.support import toy
from tests.support.toy import group, number, sd, study

ROOT = Path(__file__).parents[4]
CONDITIONS = [{"condition": name, "label": name} for name in ("condition_a", "condition_b", "condition_c")]
OUTCOMES = [
    {},
    {"outcome": "other", "label": "Other level"},
    {"outcome": "neutral", "label": "Neutral level", "better": "none"},
    {"outcome": "unseen", "label": "Unseen level"},
]
UNITS = [{"outcome": name} for name in ("level", "other", "neutral", "unseen")]


def claim(claim_id="C1", direction="improves", outcomes="level", kind="effect", condition="condition_a", versus=""):
    return {"claim_id": claim_id, "condition": condition, "outcomes": outcomes, "direction": direction, "kind": kind,
            "versus_condition": versus, "claim": "It is said."}  # fmt: skip


def before_after(name, low, high, group_id="treated", n=20, outcome="level", spread=3):
    base = number(name, low, "baseline", n=n, group_id=group_id, outcome=outcome, **sd(low / spread))
    return [base, number(name, high, n=n, group_id=group_id, outcome=outcome, **sd(high / spread))]


def base_of(path, claims, **tables):
    """Three studies of condition A whose level rises by half and whose other level falls."""
    names = ("s1", "s2", "s3")
    rise = [row for name, high in zip(names, (15, 16, 14), strict=True) for row in before_after(name, 10, high)]
    fall = [row for name, high in zip(names, (5, 6, 5.5), strict=True) for row in before_after(name, 10, high, outcome="other")]
    made = {"studies": [study(name) for name in names], "groups": [group(name) for name in names], "measurements": rise + fall}
    made |= {"conditions": CONDITIONS, "outcomes": OUTCOMES, "units": UNITS, "claims": claims} | tables
    folder = toy.folder(path, **made)
    tables, config = ev.read(folder), load(folder)
    pools = ev.pools(ev.effects(tables, config), config)
    return ev.verdicts(pools, tables, config).set_index("claim_id"), pools.set_index("id"), tables, config


def only(path, *arguments, **options):
    frame, *rest = base_of(path, *arguments, **options)
    return frame.iloc[0], *rest


def test_supported_by_the_pool_of_the_condition(tmp_path):
    row, pools, *_ = only(tmp_path, [claim()])
    assert row.verdict == "supported"
    assert row.decided_by == "level.before_after.condition-condition_a.headline"
    pool = pools.loc[row.decided_by]
    assert (row.estimate, row.ci_low, row.ci_high, row.k, row.n) == (pool.estimate, pool.ci_low, pool.ci_high, 3, 60)
    assert row.sentence.startswith("As claimed, level rose by 50% from baseline (95% CI +")
    assert row.certainty == "very low"
    assert row.sentence.endswith("; 3 cohorts, 60 people).")
    assert not {"supported", "certainty"} & set(row.sentence.lower().split())


def test_contradicted_where_the_effect_goes_the_other_way(tmp_path):
    row, *_ = only(tmp_path, [claim(direction="worsens", kind="harm")])
    assert row.verdict == "contradicted"
    assert "Against the claim, level rose by 50% from baseline" in row.sentence


def test_contradicted_by_no_change_worth_the_name(tmp_path):
    flat = [row for name, low in (("s1", 100), ("s2", 110), ("s3", 120)) for row in before_after(name, low, low * 1.005, n=400, spread=8)]
    row, *_ = only(tmp_path, [claim()], measurements=flat)
    assert row.verdict == "contradicted"
    assert "No change worth the name: level changed by +0.5% from baseline (95% CI \N{MINUS SIGN}1.0% to +2.1%" in row.sentence
    row, *_ = only(tmp_path, [claim(direction="limited")], measurements=flat)
    assert row.verdict == "supported"


def test_mixed_where_outcomes_disagree(tmp_path):
    row, *_ = only(tmp_path, [claim(outcomes="level;other")])
    assert row.verdict == "mixed"
    assert row.outcomes_tested == "level;other"
    assert len(row.decided_by.split(";")) == 2
    assert "As claimed, level rose by 50%" in row.sentence and "Against the claim, other level fell by 45%" in row.sentence


def test_mixed_where_the_interval_leaves_it_open(tmp_path):
    row, *_ = only(tmp_path, [claim()], measurements=before_after("s1", 10, 10.5, n=5))
    assert row.verdict == "mixed"
    assert "Undecided, since the interval includes no effect: level changed by +5% from baseline" in row.sentence


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (claim(condition="condition_c"), "level (no eligible study of these people)."),
        (claim(outcomes="unseen"), "unseen level (no result in these people can be weighted)."),
        (claim(kind="descriptive"), "level (the claim describes, and compares nothing)."),
        (claim(outcomes="neutral"), "neutral level (the claim names no direction)."),
        (claim(direction="improves_more"), "level (the claim compares, and names nothing to compare with)."),
        (claim(direction="improves", kind="modifier"), "level (the claim is about these people, and compares them with no others)."),
        (claim(direction="improves_more", kind="modifier"), "level (no cohort to compare with can be weighted)."),
        (claim(direction="attenuates", kind="modifier", condition="condition_c"), "level (no eligible study of these people)."),
    ],
)  # fmt: skip
def test_untested_says_why(tmp_path, made, words):
    row, *_ = only(tmp_path, [made])
    assert row.verdict == "untested"
    assert row.decided_by == "" and row.certainty == "" and np.isnan(row.estimate)
    assert row.sentence == f"Not tested: {words}"


def test_a_condition_without_weight_is_not_one_without_a_study(tmp_path):
    groups = [group("s1", conditions="condition_b"), group("s2", conditions="condition_b"), group("s3", conditions="condition_c")]
    numbers = before_after("s1", 10, 12) + before_after("s2", 11, 13.2) + [number("s3", 10, "baseline"), number("s3", 12)]
    claims = [claim(direction="attenuates", kind="modifier", condition="condition_c")]
    row, *_ = only(tmp_path, claims, groups=groups, measurements=numbers)
    assert row.sentence == "Not tested: level (no cohort of the condition can be weighted)."


def test_sentences_of_a_control_group_of_a_ratio_and_of_a_difference(tmp_path):
    """Other scales have other words; a review may name an outcome in its own."""
    row = SimpleNamespace(decided_as="pool", contrast="versus_control", measure="MD", effect_unit="cm2", outcome="level",
                          estimate=-2.0, ci_low=-3.0, ci_high=-1.0, k=2.0, n=np.nan, Q_between=np.nan, Q_between_p=np.nan)  # fmt: skip
    tables, words = ev.read(toy.folder(tmp_path)), templates(str(tmp_path), "verdicts")
    names = outcome_names(tables, words | {"outcome_names": {"level": "IQ"}})
    minus, events = "\N{MINUS SIGN}", event_names(tables, names)
    assert clause(row, words["verdict"], names, events, 0.95) == (
        f"IQ was 2.0 cm² lower than in the control group (95% CI {minus}3.0 to {minus}1.0; 2 cohorts, number of people not printed)"
    )
    row.decided_as, row.measure, row.effect_unit, row.Q_between, row.Q_between_p = "within", "ROM", "ratio of ratios", 4.0, 0.0455
    assert clause(row, words["verdict"], names, events, 0.9).startswith(
        "the ratio of ratios for IQ was 0.14 (90% CI 0.050 to 0.37; within 2 cohorts"
    )
    assert clause(row, words["verdict"], names, events, 0.9).endswith("number of people not printed; Q-between 4.00, p = 0.045)")


def test_a_ratio_is_that_of_its_event(tmp_path):
    row = SimpleNamespace(decided_as="pool", contrast="versus_control", measure="HR", effect_unit="hazard ratio", outcome="level",
                          estimate=np.log(0.7), ci_low=np.log(0.5), ci_high=np.log(0.98), k=2.0, n=80.0)  # fmt: skip
    row.Q_between = row.Q_between_p = np.nan
    tables, words = (
        ev.read(toy.folder(tmp_path, outcomes=[{"label": "Overall survival", "measure": "HR", "event": "death"}])),
        templates(str(tmp_path), "verdicts"),
    )
    names = outcome_names(tables, words)
    text = clause(row, words["verdict"], names, event_names(tables, names), 0.95)
    assert text == "the hazard ratio for death was 0.70 (95% CI 0.50 to 0.98; 2 cohorts, 80 people)"


def test_the_words_of_a_claim_give_a_direction(tmp_path):
    fall = [row for name in ("s1", "s2", "s3") for row in before_after(name, 10, 6, outcome="neutral")]
    said = {"claim_id": "C1", "outcome": "neutral", "expected": "lower", "words": "lowers it"}
    row, *_ = only(tmp_path, [claim(outcomes="neutral")], measurements=fall, claim_outcomes=[said])
    assert row.verdict == "supported"
    row, *_ = only(tmp_path, [claim(outcomes="neutral")], measurements=fall, claim_outcomes=[said | {"expected": "outside"}])
    assert row.verdict == "untested"
    assert "neutral level (the claim is about another comparison than one between kinds of people)" in row.sentence


def two_groups(name, high_a, high_b):
    """A study with one group of condition A and one of condition B."""
    groups = [group(name, "a", conditions="condition_a"), group(name, "b", conditions="condition_b")]
    return groups, before_after(name, 10, high_a, "a") + before_after(name, 10, high_b, "b")


def test_a_modifier_is_decided_within_studies(tmp_path):
    groups, numbers = two_groups("s1", 20, 12)
    claims = [claim("C1", "improves_more", kind="modifier"), claim("C2", "attenuates", kind="modifier", versus="condition_b")]
    frame, _, tables, config = base_of(tmp_path, claims, studies=[study("s1")], groups=groups, measurements=numbers)
    assert list(frame.verdict) == ["supported", "contradicted"]
    row = frame.loc["C1"]
    assert row.decided_by == "condition_a~others.level.before_after.within"
    v = 2 * (1 / 3) ** 2 / 20 * (1 - 0.5)
    assert row.estimate == pytest.approx(np.log(20 / 12), rel=1e-12)
    assert (row.ci_high - row.ci_low) / 2 == pytest.approx(1.959964 * np.sqrt(2 * v), rel=1e-6)
    assert row.effect == pytest.approx(20 / 12)
    table = contrasts(ev.effects(tables, config), tables, config).set_index("id")
    assert table.loc[row.decided_by, "Q_between"] == pytest.approx(np.log(20 / 12) ** 2 / (2 * v), rel=1e-9)
    assert "condition_a~others.level.before_after.between" not in table.index


def between_base(path, extra=0):
    """Three studies of A that double, two of B that hardly rise, and `extra` studies with a group of each."""
    names = {"a": ("a1", "a2", "a3"), "b": ("b1", "b2")}
    groups = [group(name, conditions=f"condition_{side}") for side, several in names.items() for name in several]
    highs = {"a1": 20, "a2": 21, "a3": 19, "b1": 11, "b2": 10.5}
    numbers = [row for name, high in highs.items() for row in before_after(name, 10, high)]
    for which in range(extra):
        more, rows = two_groups(f"both{which}", 12, 20.2)
        groups, numbers = groups + more, numbers + rows
    studies = [study(name) for name in dict.fromkeys(row["study_id"] for row in groups)]
    claims = [claim(direction="improves_more", kind="modifier")]
    return base_of(path, claims, studies=studies, groups=groups, measurements=numbers)


def test_a_modifier_between_studies_equals_the_engine(tmp_path):
    frame, _, tables, config = between_base(tmp_path)
    row = frame.loc["C1"]
    effects = ev.effects(tables, config)
    in_a = effects.conditions.eq("condition_a").to_numpy(float)
    fit = ev.rma(effects.yi, effects.vi, X=in_a, method="REML", test="adhoc")
    assert row.decided_by == "condition_a~others.level.before_after.between"
    assert row.estimate == pytest.approx(fit.estimate[1], rel=1e-10)
    assert (row.ci_low, row.ci_high) == pytest.approx((fit.ci_low[1], fit.ci_high[1]), rel=1e-10)
    assert row.verdict == "supported"
    both = ev.subgroups(effects.yi, effects.vi, list(in_a), tau2="common")
    made = contrasts(effects, tables, config).iloc[0]
    assert (made.Q_between, made.Q_between_p) == pytest.approx((both.Q_between, both.p), rel=1e-9)
    assert (made.k_a, made.k_b, made.cohorts_b) == (3, 2, "Able & Baker 2001; Able & Baker 2001")


def test_within_studies_ranks_above_between(tmp_path):
    frame, _, tables, config = between_base(tmp_path, extra=1)
    row = frame.loc["C1"]
    assert row.decided_by.endswith(".within")
    assert row.verdict == "contradicted"
    made = contrasts(ev.effects(tables, config), tables, config).set_index("kind")
    assert made.loc["between", "in_both"] == "both0"
    assert (made.loc["between", "k_a"], made.loc["between", "k_b"]) == (3, 2)


def test_one_cohort_against_one_decides_nothing(tmp_path):
    groups = [group("s1", conditions="condition_a"), group("s2", conditions="condition_b")]
    numbers = before_after("s1", 10, 20) + before_after("s2", 10, 11)
    claims = [claim(direction="improves_more", kind="modifier")]
    frame, _, tables, config = base_of(tmp_path, claims, studies=[study("s1"), study("s2")], groups=groups, measurements=numbers)
    row = frame.loc["C1"]
    assert row.verdict == "untested"
    assert "fewer than 3 cohorts in all" in row.sentence
    made = contrasts(ev.effects(tables, config), tables, config).iloc[0]
    assert (made.decides, made.ratio) == ("no", pytest.approx(20 / 11))


def test_a_group_never_meets_its_own_part(tmp_path):
    groups = [group("s1", "whole", conditions="condition_b"), group("s1", "part", part_of="whole", conditions="condition_a"),
              group("s2", conditions="condition_b"), group("s3", conditions="condition_b")]  # fmt: skip
    numbers = before_after("s1", 10, 14, "whole") + before_after("s1", 9, 18, "part", n=8)
    numbers += before_after("s2", 10, 12) + before_after("s3", 10, 12)
    claims = [claim(direction="improves_more", kind="modifier")]
    frame, _, tables, config = base_of(tmp_path, claims, groups=groups, measurements=numbers)
    made = contrasts(ev.effects(tables, config), tables, config)
    assert list(made.kind) == ["between"]
    assert (made.k_a[0], made.k_b[0]) == (1, 2)


def test_a_control_arm_decides_before_a_change(tmp_path):
    groups = [group("s1"), group("s1", "placebo", arm="placebo", drug="placebo")]
    numbers = before_after("s1", 10, 15) + before_after("s1", 10, 15, "placebo")
    row, pools, *_ = only(tmp_path, [claim()], studies=[study("s1", design="rct_parallel")], groups=groups, measurements=numbers)
    assert row.decided_by == "level.versus_control.condition-condition_a.headline"
    assert row.verdict == "mixed"
    assert pools.loc["level.before_after.condition-condition_a.headline", "ci_low"] > 0


@pytest.mark.parametrize(
    ("sign", "low", "high", "finding"),
    [(1, 0.1, 0.4, "as_claimed"), (1, -0.4, -0.1, "against"), (-1, -0.4, -0.1, "as_claimed"), (1, -0.1, 0.4, "undecided"),
     (1, 0.01, 0.04, "no_change"), (0, -0.04, 0.04, "as_claimed"), (0, 0.1, 0.2, "against"), (0, -0.1, 0.2, "undecided")],
)  # fmt: skip
def test_what_an_interval_says(tmp_path, sign, low, high, finding):
    config = load(toy.folder(tmp_path))
    assert verdict_of(sign, low, high, "ROM", config) == finding


def test_a_difference_has_no_ratio_that_counts_as_none(tmp_path):
    assert verdict_of(1, 0.01, 0.04, "MD", load(toy.folder(tmp_path))) == "as_claimed"


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [(["as_claimed", "untested"], "supported"), (["against", "no_change"], "contradicted"), (["as_claimed", "against"], "mixed"),
     (["undecided"], "mixed"), (["untested"], "untested"), ([], "untested")],
)  # fmt: skip
def test_findings_are_combined_by_the_rule(findings, verdict):
    assert combined(findings) == verdict


@pytest.fixture(scope="module")
def real():
    tables, config = ev.read(ROOT), load(ROOT)
    effects = ev.effects(tables, config)
    pools = ev.pools(effects, config)
    return ev.verdicts(pools, tables, config), pools, contrasts(effects, tables, config)


def test_every_claim_has_a_verdict_and_none_without_what_decides_it(real):
    frame, pools, table = real
    assert len(frame) == 21
    known = set(pools.loc[pools.analysis == "headline", "id"]) | set(table.loc[table.decides == "yes", "id"])
    for row in frame.itertuples():
        ids = [name for name in row.decided_by.split(";") if name]
        assert set(ids) <= known, row.claim_id
        assert (row.verdict == "untested") == (not ids), row.claim_id
        assert (row.certainty != "") == bool(ids), row.claim_id


def test_modifiers_are_decided_by_contrasts_alone(real):
    frame, *_ = real
    decided = frame[(frame.kind == "modifier") & (frame.verdict != "untested")]
    assert all(name.endswith((".within", ".between")) for ids in decided.decided_by for name in ids.split(";"))


def test_wrong_citations_stand_beside_the_claim(real):
    frame, *_ = real
    rows = frame.set_index("claim_id")
    assert "in the record “Shah T; Nyirenda T; Shin D”" in rows.loc["C05", "wrong_citations"]
    assert "pages: given as “205-212”, in the record “2040-2046”" in rows.loc["C08", "wrong_citations"]
    assert rows.loc["C07", "wrong_citations"] == ""


def test_bcg_protects_and_more_at_a_higher_latitude():
    """The contrast equals a meta-regression on the stratum."""
    folder = ROOT / "examples/bcg"
    tables, config = ev.read(folder), load(folder)
    effects = ev.effects(tables, config)
    frame = ev.verdicts(ev.pools(effects, config), tables, config).set_index("claim_id")
    assert list(frame.verdict) == ["supported", "supported"]
    assert frame.loc["C1", "decided_by"] == "tuberculosis.versus_control.all.headline"
    far = effects.conditions.str.contains("latitude_high").to_numpy(float)
    fit = ev.rma(effects.yi, effects.vi, X=far, test="adhoc")
    row = frame.loc["C2"]
    assert (row.estimate, row.ci_low, row.ci_high) == pytest.approx((fit.estimate[1], fit.ci_low[1], fit.ci_high[1]), rel=1e-9)
    both = ev.subgroups(effects.yi, effects.vi, list(far), tau2="common")
    assert row.sentence == (
        "As claimed, the ratio of ratios for tuberculosis was 0.40 (95% CI 0.24 to 0.66; between 13 cohorts, 357,347 people; "
        f"Q-between {both.Q_between:.2f}, p < 0.001)."
    )
    assert frame.loc["C1", "sentence"] == (
        "As claimed, the risk ratio for tuberculosis was 0.49 (95% CI 0.33 to 0.73; 13 cohorts, 357,347 people)."
    )
