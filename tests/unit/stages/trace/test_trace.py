"""evidence trace: every printed equation holds, and the last ones are the numbers of the made tables."""

import ast
import json
import math
import operator
import random
import re
import shutil
from pathlib import Path

import pytest
import scipy

from evidence.cli import cli
from evidence.config import ROUTES, STANDARDISERS
from evidence.problems import EvidenceError
from evidence.stages.trace import effects as trace_effects
from evidence.stages.trace import trace as tracing
from evidence.stages.trace.text import text
from tests.property.test_nothing_is_lost import base, mutate
from tests.support import rosiglitazone, toy
from tests.support.toy import group, number, p, sd, se, study

ROOT = Path(__file__).parents[4]
SIGNS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.USub: operator.neg,
}  # fmt: skip
FUNCTIONS = {
    "sqrt": math.sqrt, "ln": math.log, "exp": math.exp, "tanh": math.tanh, "atanh": math.atanh, "sin": math.sin, "asin": math.asin,
    "abs": abs, "max": max, "min": min,
    "z": scipy.special.ndtri, "t": lambda share, df: scipy.special.stdtrit(df, share),
    "c": lambda m: scipy.special.gamma(m / 2) / (math.sqrt(m / 2) * scipy.special.gamma((m - 1) / 2)),
}  # fmt: skip
NUMBER = re.compile(r"\d+\.?\d*(?:e[+-]?\d+)?")


def value(expression):
    """Value of printed arithmetic."""

    def walk(node):
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Call):
            return FUNCTIONS[node.func.id](*map(walk, node.args))
        if isinstance(node, ast.UnaryOp):
            return SIGNS[type(node.op)](walk(node.operand))
        return SIGNS[type(node.op)](walk(node.left), walk(node.right))

    return walk(ast.parse(expression.replace("^", "**"), mode="eval").body)


def half_unit(printed):
    """Half of the last digit of a printed number."""
    mantissa, _, exponent = printed.partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def is_rounded(printed):
    """Whether a number was worked out and is printed with six digits; all others are exact."""
    return len(printed.partition("e")[0].replace(".", "").lstrip("0")) == 6


def slack(left, right):
    """By how much the two sides may differ through the rounding of the numbers printed in them."""
    total, centre = half_unit(right.lstrip("-")) if is_rounded(right.lstrip("-")) else 1e-12, value(left)
    for found in NUMBER.finditer(left):
        if is_rounded(found[0]):
            moved = [
                value(left[: found.start()] + repr(float(found[0]) + sign * half_unit(found[0])) + left[found.end() :]) for sign in (1, -1)
            ]
            total += max(abs(one - centre) for one in moved)
    return 1.01 * total


def holds(step):
    left, right = str(step).rsplit(" = ", 1)
    assert abs(value(left) - float(right)) <= slack(left, right), str(step)


def every_step(made):
    yield from made["steps"]
    for cohort in made.get("cohorts", []):
        yield from cohort["steps"]
    for effect in made.get("effects", []):
        yield from effect["steps"]


def built(folder):
    for command in ("tables", "effects", "pools"):
        assert cli.main([command, str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    shutil.copytree(ROOT / "data/raw", folder / "data/raw")
    shutil.copytree(ROOT / "config", folder / "config")
    return tracing.Made(built(folder))


def traced(made, one):
    """The trace of an effect or pool whose every equation holds, and stands in its text as it is."""
    trace = tracing.pool_trace(made, made.pools[one]) if one in made.pools else tracing.effect_trace(made, made.effects[one])
    printed = " ".join(text([trace]).split())
    for step in every_step(trace):
        holds(step)
        assert " ".join(str(step).split()) in printed, str(step)
    return trace


@pytest.fixture(scope="module")
def bcg(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bcg")
    for name in ("data/raw", "config"):
        shutil.copytree(ROOT / "examples/bcg" / name, folder / name)
    return tracing.Made(built(folder))


def test_every_equation_of_another_review_holds(bcg):
    for one in bcg.ids:
        traced(bcg, one)
    pool = traced(bcg, "tuberculosis.versus_control.all.headline")
    assert [str(step) for step in pool["steps"] if step.what == "ratio: e^y"] == ["exp(-0.714532) = 0.489421"]
    effect = traced(bcg, "aronson1948.vaccinated~unvaccinated.tuberculosis.versus_control")
    assert "ln((4 / (4 + 119)) / (11 / (11 + 128))) = -0.889311" in [str(step) for step in effect["steps"]]


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_every_equation_of_pools_of_tables_holds(tmp_path, measure):
    tables = {"a": (0, 40, 3, 38), "b": (2, 60, 5, 62), "c": (1, 25, 0, 24), "none": (0, 30, 0, 31), "all": (12, 12, 9, 9)}
    made = tracing.Made(built(rosiglitazone.folder(tmp_path, tables, measure)))
    for pool in made.pools.values():
        if pool.stratum == "all" and pool.method in ("MH", "Peto", "GLMM") or pool.analysis == "with_double_zeros":
            trace = traced(made, pool.id)
            assert all(cohort["steps"] or pool.analysis != "with_double_zeros" for cohort in trace["cohorts"][-1:])
    named = "".join(text([tracing.pool_trace(made, made.pools["infarction.versus_control.all.MH"])]))
    assert "2/60 v. 5/62, weight " in named


def test_every_equation_of_every_effect_holds(real):
    weighted = 0
    for effect in real.effects.values():
        made = traced(real, effect.id)
        if effect.vi == effect.vi:
            weighted += 1
            ends = [float(str(step).rsplit(" = ", 1)[1]) for step in made["steps"]]
            for number_there in (effect.vi, effect.sei):
                assert any(math.isclose(end, number_there, rel_tol=1e-5) for end in ends) or effect.pairing == "estimate", effect.id
    assert weighted > 80


def test_the_text_holds_every_equation(real):
    made = tracing.effect_trace(real, real.effects["shah2021.anastrozole_bmi25.testosterone.before_after"])
    printed = " ".join(text([made]).split())
    assert all(" ".join(str(step).split()) in printed for step in made["steps"])
    assert "data/raw/measurements.csv:84" in printed
    assert "270.6 (± 68.0 read as SD) ng/dL, n 30" in printed
    assert "doi:10.21037/tau-20-919" in printed


def test_every_equation_of_every_headline_pool_holds(real):
    for pool in real.pools.values():
        if pool.analysis == "headline":
            trace = traced(real, pool.id)
            assert all(left["reason"] for left in trace["left_out"])


def test_what_is_left_out_of_a_pool_is_shown_with_the_reason(real):
    pools = set(real.members.loc[(real.members["left_out"] != "") & real.members["pool"].str.endswith(".headline"), "pool"])
    assert pools
    for pool in pools:
        printed = " ".join(text([tracing.pool_trace(real, real.pools[pool])]).split())
        for left in real.members[(real.members["pool"] == pool) & (real.members["left_out"] != "")].itertuples():
            assert f"{left.study_label}: {left.effect_ids} ({left.left_out})" in printed


@pytest.mark.parametrize(
    "analysis", ["with_bounded", "with_flagged", "r_0.9", "method_DL", "method_PM", "test_z", "test_knha", "MD", "SMCR"]
)
def test_every_equation_of_a_sensitivity_pool_holds(real, analysis):
    pools = [pool for pool in real.pools.values() if pool.analysis == analysis and pool.stratum == "all"]
    assert pools
    for pool in pools:
        for step in every_step(tracing.pool_trace(real, pool)):
            holds(step)


def test_a_wrong_equation_is_noticed():
    with pytest.raises(AssertionError):
        holds("ln(14.2847 / 9.38216) = 0.420392")


def outcome(name, measure):
    plain = ("PLO", "PR", "PFT", "OR", "RR", "RD", "HR", "IRR", "IRLN", "ZCOR")
    return {"outcome": name, "measure": measure, "unit": "" if "reversed" not in name and measure in plain else "u",
            "cv_low": "", "cv_high": ""}  # fmt: skip


def ci(low, high):
    return {"spread": "ci95", "spread_low": low, "spread_high": high}


def rows_of(name, *rows):
    return [row | {"outcome": name} | ({} if "unit" in row else {"unit": "u"}) for row in rows]


def events(x, n="", **columns):
    return number("s", x, n=n, statistic="events", unit="", **columns)


def variance(value):
    return {"spread": "variance", "spread_low": value}


PLACEBO = {"group_id": "placebo"}
IQR = {"statistic": "median", "spread": "iqr"}
CLUSTERS = {"cluster_size": 22, "icc": 0.02}
KINDS = {
    "se": ("ROM", number("s", 7.2, "baseline", **{"spread": "se", "spread_low": 0.3}), number("s", 9, n=9, **ci(8, 10.5))),
    "quartiles": ("ROM", number("s", 10, "baseline", n=20, spread_low=8, spread_high=14, **IQR),
                  number("s", 12, n=20, spread_low=9, spread_high=15, **IQR)),
    "range": ("MD", number("s", 10, "baseline", n=20, **sd(4)),
              number("s", 12, n=20, statistic="median", spread="range", spread_low=5, spread_high=30)),
    "geometric": ("ROM", number("s", 10, "baseline", statistic="geometric_mean", n=20, **ci(8, 13)),
                  number("s", 12, n=20, statistic="geometric_mean", **ci(9, 16))),
    "smcr": ("SMD", number("s", 10, "baseline", n=20, **sd(4)), number("s", 12, n=19, **{"spread": "se", "spread_low": 1})),
    "smd": ("SMD", number("s", 15, n=20, **sd(5)), number("s", 10, n=22, **sd(3), **PLACEBO)),
    "becker": ("SMD", number("s", 10, "baseline", n=20, **sd(4)), number("s", 12, n=20, **sd(5)),
               number("s", 10, "baseline", n=18, **sd(3), **PLACEBO), number("s", 11, n=18, **sd(5), **PLACEBO)),
    "of_changes": ("ROM", number("s", 10, "baseline", n=20, **sd(4)), number("s", 12, n=20, **sd(5)),
                   number("s", 10, "baseline", n=18, **sd(3), **PLACEBO), number("s", 11, n=18, **sd(5), **PLACEBO)),
    "changes": ("ROM", number("s", 10, "baseline", n=20), number("s", 3, "change", n=20, **sd(5)),
                number("s", 11, "baseline", n=20, **PLACEBO), number("s", 0, "change", n=20, **sd(5), **PLACEBO)),
    "change": ("MD", number("s", -3, "change", n=20, unit="mu", **ci(-4, -2))),
    "percent": ("ROM", number("s", 50, "change", n=20, statistic="percent_change", unit="%", **ci(20, 87.5))),
    "fold": ("ROM", number("s", 2, "change", n=20, statistic="fold_change", unit="", **sd(1))),
    "paired_p": ("ROM", number("s", 10, "baseline", n=9, **sd(4)), number("s", 14, n=9, **sd(5), **p("=", 0.03))),
    "bound": ("MD", number("s", 10, "baseline"), number("s", 14, **p("<", 0.01))),
    "between_p": ("MD", number("s", 10, n=9, **p("=", 0.03, "between_groups")), number("s", 14, n=9, **PLACEBO)),
    "md": ("MD", number("s", 2, "difference", statistic="mean_difference", versus="placebo", n=30, **ci(1, 3))),
    "md_p": ("MD", number("s", 2, "difference", statistic="mean_difference", versus="placebo", n=30, **p("=", 0.03, "between_groups"))),
    "hr": ("HR", number("s", 0.5, "difference", statistic="hazard_ratio", unit="", **ci(0.25, 1))),
    "or": ("OR", events(0, 20), events(9, 22, **PLACEBO)),
    "rr": ("RR", number("s", 20, n=20, statistic="percent", unit="%"), events(9, 22, **PLACEBO)),
    "rd": ("RD", events(4, 20), events(9, 22, **PLACEBO)),
    "plo": ("PLO", events(20, 20)),
    "zcor": ("ZCOR", number("s", 0.4, "baseline", n=50, statistic="correlation", unit="")),
    "zcor_interval": ("ZCOR", number("s", 0.4, "baseline", statistic="correlation", unit="", **ci(0.1, 0.6))),
    "crossover": ("ROM", number("t", 14, n=9, study_id="t", **sd(4)), number("t", 10, n=9, study_id="t", **sd(3), **PLACEBO)),
    "crossover_p": ("MD", number("t", 14, n=9, study_id="t", **p("=", 0.04, "between_periods")), number("t", 10, n=9, study_id="t", **PLACEBO)),
    "crossover_zero": ("ROM", number("t", 14, n=9, study_id="t", **sd(0)), number("t", 10, n=9, study_id="t", **sd(3), **PLACEBO)),
    "bound_between": ("MD", number("s", 10, n=9, **p("<", 0.05, "between_groups")), number("s", 14, n=9, **PLACEBO)),
    "smd_quantiles": ("SMD", number("s", 15, n=20, spread_low=11, spread_high=20, **IQR), number("s", 10, n=22, **sd(3), **PLACEBO)),
    "smd_twice_p": ("SMD", number("s", 10, "baseline", n=20, **sd(4)), number("s", 12, n=20, **sd(5), **p("=", 0.04))),
    "smd_crossover": ("SMD", number("t", 14, n=9, study_id="t", **sd(4)), number("t", 10, n=9, study_id="t", **se(1), **PLACEBO)),
    "smd_crossover_p": ("SMD", number("t", 14, n=9, study_id="t", **sd(4), **p("=", 0.02, "between_periods")),
                        number("t", 10, n=9, study_id="t", **sd(3), **PLACEBO)),
    "smd_p": ("SMD", number("s", 10, n=20, **p("=", 0.03, "between_groups")), number("s", 14, n=22, **PLACEBO)),
    "smd_bound": ("SMD", number("s", 10, n=20, **p("<", 0.05, "between_groups")), number("s", 14, n=22, **PLACEBO)),
    "smd_twice_bare_p": ("SMD", number("s", 10, "baseline", n=20), number("s", 12, n=20, **p("=", 0.04))),
    "smd_change": ("SMD", number("s", 2, "change", n=20, **sd(5))),
    "smd_change_p": ("SMD", number("s", 2, "change", n=20, **p("=", 0.04))),
    "smd_changes": ("SMD", number("s", 2, "change", n=20, **sd(5)), number("s", 1, "change", n=22, **sd(4), **PLACEBO)),
    "smd_changes_p": ("SMD", number("s", 2, "change", n=20, **p("=", 0.02, "between_groups")), number("s", 1, "change", n=22, **PLACEBO)),
    "smd_of_changes_p": ("SMD", number("s", 10, "baseline", n=20), number("s", 12, n=20, **p("=", 0.02, "between_groups")),
                         number("s", 10, "baseline", n=18, **PLACEBO), number("s", 11, n=18, **PLACEBO)),
    "smd_difference": ("SMD", number("s", -4, "difference", statistic="mean_difference", versus="placebo", n=42, n_versus=22, **ci(-7, -1))),
    "smd_difference_p": ("SMD", number("s", -4, "difference", statistic="mean_difference", versus="placebo", n=42, n_versus=22,
                                       **p("=", 0.01, "between_groups"))),
    "smd_reversed": ("SMD", number("s", 15, n=20, unit="v", **ci(12, 18)), number("s", 10, n=22, unit="v", **sd(3), **PLACEBO)),
    "smd_reversed_median": ("SMD", number("s", 15, n=20, unit="v", spread_low=11, spread_high=20, **IQR), number("s", 10, n=22, **sd(3), **PLACEBO)),
    "smd_t": ("SMD", number("s", -2.3, "difference", statistic="t_value", unit="", versus="placebo", n=42, n_versus=22)),
    "smd_f": ("SMD", number("s", 5.29, "difference", statistic="f_value", unit="", versus="placebo", n=42, n_versus=22, direction="lower")),
    "smd_f_beside": ("SMD", number("s", 5.29, "difference", statistic="f_value", unit="", versus="placebo", n=42, n_versus=22),
                     number("s", 10), number("s", 12, **PLACEBO)),
    "smd_chi2": ("SMD", number("s", 5.29, "difference", statistic="chi2_value", unit="", versus="placebo", n=42, n_versus=22, direction="lower")),
    "smd_z": ("SMD", number("s", 2.3, "difference", statistic="z_value", unit="", versus="placebo", n=42, n_versus=22, direction="lower")),
    "smd_t_reversed": ("SMD", number("s", -2.3, "difference", statistic="t_value", unit="v", versus="placebo", n=42, n_versus=22)),
    "smd_t_change": ("SMD", number("s", 2.3, "change", statistic="t_value", unit="", n=22)),
    "smd_t_levels": ("SMD", number("s", 10, "baseline", n=20, **sd(4)), number("s", 12, n=20, **sd(5)),
                     number("s", 2.6, "change", statistic="t_value", unit="", n=20)),
    "smd_f_crossover": ("SMD", number("t", 14, n=9, study_id="t", **sd(4)), number("t", 10, n=9, study_id="t", **sd(3), **PLACEBO),
                        number("t", 9, "difference", study_id="t", statistic="f_value", unit="", versus="placebo", n=9)),
    "smd_d": ("SMD", number("s", 0.4, "difference", statistic="standardised_difference", unit="", versus="placebo", n=42, n_versus=22)),
    "smd_d_reversed": ("SMD", number("s", 0.4, "difference", statistic="standardised_difference", unit="v", versus="placebo", **ci(0.1, 0.7))),
    "smd_d_change": ("SMD", number("s", 0.4, "change", statistic="standardised_difference", unit="", n=20)),
    "smd_of_or": ("SMD", number("s", 2, "difference", statistic="odds_ratio", unit="", versus="placebo", **ci(1.1, 3.6))),
    "smd_of_r": ("SMD", number("s", 0.3, "followup", statistic="correlation", unit="", n=50)),
    "or_of_r": ("OR", number("s", 0.3, "followup", statistic="correlation", unit="", **ci(0.1, 0.5))),
    "or_of_d": ("OR", number("s", 0.4, "difference", statistic="standardised_difference", unit="", versus="placebo", n=42, n_versus=22)),
    "zcor_of_d": ("ZCOR", number("s", 0.4, "difference", statistic="standardised_difference", unit="", versus="placebo", direction="lower", **se(0.2))),
    "zcor_of_or": ("ZCOR", number("s", 2, "difference", statistic="odds_ratio", unit="", versus="placebo", n=42, n_versus=22, **ci(1.1, 3.6))),
    "zcor_t": ("ZCOR", number("s", -2.3, "baseline", n=50, statistic="t_value", unit="")),
    "zcor_f": ("ZCOR", number("s", 5, "baseline", n=50, statistic="f_value", unit="", direction="lower")),
    "zcor_chi2": ("ZCOR", number("s", 5, "baseline", n=50, statistic="chi2_value", unit="", direction="higher")),
    "zcor_z_reversed": ("ZCOR", number("s", 2.1, "baseline", n=50, statistic="z_value", unit="v")),
    "zcor_reversed": ("ZCOR", number("s", 0.4, "baseline", n=50, statistic="correlation", unit="v")),
    "zcor_reversed_interval": ("ZCOR", number("s", 0.4, "baseline", statistic="correlation", unit="v", **ci(0.1, 0.6))),
    "estimate_smd": ("SMD", number("s", 0.3, "change", statistic="estimate", unit="", **se(0.2))),
    "estimate": ("ROM", number("s", -0.3, "difference", statistic="estimate", unit="", **ci(-0.5, -0.1))),
    "irr": ("IRR", events(12, person_time=1250.5), events(20, person_time=1300, **PLACEBO)),
    "irr_zero": ("IRR", events(0, person_time=1250.5, **CLUSTERS), events(20, person_time=1300, **CLUSTERS, **PLACEBO)),
    "irln": ("IRLN", events(3, person_time=410)),
    "pr": ("PR", events(4, 20)),
    "pft": ("PFT", events(4, 20)),
    "pft_zero": ("PFT", events(0, 20)),
    "d_from_or_se": ("SMD", number("s", 0.5, "difference", statistic="odds_ratio", unit="", versus="placebo", **se(0.2), **CLUSTERS)),
    "r_from_or_se": ("ZCOR", number("s", 0.5, "difference", statistic="odds_ratio", unit="", versus="placebo", n=42, n_versus=22, **se(0.2))),
    "or_from_r": ("OR", number("s", 0.4, "followup", statistic="correlation", unit="", n=50, **CLUSTERS)),
    "mn": ("MN", number("s", 12000, n=20, unit="mu", **sd(4000))),
    "mn_median": ("MN", number("s", 12, n=20, spread_low=9, spread_high=15, **CLUSTERS, **IQR)),
    "or_se": ("OR", number("s", 0.5, "difference", statistic="odds_ratio", unit="", **se(0.2))),
    "or_p": ("OR", number("s", 0.5, "difference", statistic="odds_ratio", unit="", **p("=", 0.03, "between_groups"))),
    "o_minus_e": ("HR", number("s", -4.2, "difference", statistic="o_minus_e", unit="", **variance(11.3), **CLUSTERS)),
    "estimate_variance": ("OR", number("s", -0.4, "difference", statistic="estimate", unit="", **variance(0.09))),
    "cluster_counts": ("OR", number("s", 20, n=40, statistic="percent", unit="%", **CLUSTERS), events(22, 44, **PLACEBO, **CLUSTERS)),
    "cluster_ratio": ("HR", number("s", 0.5, "difference", statistic="hazard_ratio", unit="", **ci(0.25, 1), **CLUSTERS)),
    "cluster_means": ("ROM", number("s", 14, n=40, **sd(4), **CLUSTERS), number("s", 10, n=40, **sd(3), **PLACEBO, **CLUSTERS)),
    "cluster_geometric": ("ROM", number("s", 12, statistic="geometric_mean", n=20, **ci(9, 16), **CLUSTERS),
                          number("s", 10, statistic="geometric_mean", n=20, **ci(8, 13), **PLACEBO)),
    "cluster_p": ("MD", number("s", 10, n=40, **p("=", 0.03, "between_groups"), **CLUSTERS), number("s", 14, n=40, **PLACEBO)),
    "cluster_percent": ("ROM", number("s", 50, "change", n=20, statistic="percent_change", unit="%", **ci(20, 87.5), **CLUSTERS)),
    "cluster_estimate": ("ROM", number("s", -0.3, "difference", statistic="estimate", unit="", **ci(-0.5, -0.1), **CLUSTERS)),
    "cluster_smd": ("SMD", number("s", 15, n=40, **se(1), **CLUSTERS), number("s", 10, n=44, **sd(3), **PLACEBO, **CLUSTERS)),
    "cluster_smd_median": ("SMD", number("s", 15, n=40, spread_low=11, spread_high=20, **IQR, **CLUSTERS), number("s", 10, n=44, **sd(3), **PLACEBO)),
    "cluster_smd_p": ("SMD", number("s", 10, n=40, **p("=", 0.03, "between_groups"), **CLUSTERS), number("s", 14, n=44, **PLACEBO, **CLUSTERS)),
    "cluster_smd_changes": ("SMD", number("s", 2, "change", n=40, **sd(5), **CLUSTERS), number("s", 1, "change", n=44, **sd(4), **PLACEBO, **CLUSTERS)),
    "cluster_smd_of_changes": ("SMD", *(number("s", m, when, n=n, **sd(4), **arm, **CLUSTERS) for m, when, n, arm in
                               ((10, "baseline", 40, {}), (12, "followup", 40, {}), (10, "baseline", 44, PLACEBO), (11, "followup", 44, PLACEBO)))),
    "cluster_smd_t": ("SMD", number("s", -2.3, "difference", statistic="t_value", unit="", versus="placebo", n=42, n_versus=22, **CLUSTERS)),
    "cluster_smd_chi2": ("SMD", number("s", 5.29, "difference", statistic="chi2_value", unit="", versus="placebo", n=42, n_versus=22,
                                       direction="lower", **CLUSTERS)),
    "cluster_smd_d": ("SMD", number("s", 0.4, "difference", statistic="standardised_difference", unit="", versus="placebo", n=42, n_versus=22,
                                    **CLUSTERS)),
    "cluster_smd_d_se": ("SMD", number("s", 0.4, "difference", statistic="standardised_difference", unit="", versus="placebo", **se(0.2), **CLUSTERS)),
    "cluster_r": ("ZCOR", number("s", 0.4, "baseline", n=50, statistic="correlation", unit="", **CLUSTERS)),
    "cluster_r_interval": ("ZCOR", number("s", 0.4, "baseline", statistic="correlation", unit="", **ci(0.1, 0.6), **CLUSTERS)),
    "estimate_md": ("MD", number("s", 500, "change", statistic="estimate", unit="mu", **{"spread": "se", "spread_low": 100})),
}  # fmt: skip


def of_kinds(place, names=tuple(KINDS), config=toy.CONFIG):
    """Made tables of one study, and one crossover, that print every kind of number, an outcome for each."""
    kinds = {name: KINDS[name] for name in names}
    units = [
        {"outcome": name, "unit": "mu", "to_unit": "u", "factor": "0.001"}
        for name, (measure, *_) in kinds.items()
        if measure in ("MD", "MN")
    ]
    units += [{"outcome": name, "unit": "v", "to_unit": "u", "factor": "2", "reversed": "yes"} for name in kinds if "reversed" in name]
    folder = toy.folder(
        place,
        config,
        studies=[study("s", design="rct_parallel"), study("t", design="rct_crossover")],
        groups=[group(name, one, arm=arm, drug=one) for name in "st" for one, arm in (("treated", "treatment"), ("placebo", "placebo"))],
        outcomes=[outcome(name, measure) for name, (measure, *_) in kinds.items()],
        units=units or [{}],
        measurements=[row for name, (_, *rows) in kinds.items() for row in rows_of(name, *rows)],
    )
    return tracing.Made(built(folder))


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    return of_kinds(tmp_path_factory.mktemp("kinds"), config=f"{toy.CONFIG}effects:\n  convert: true\n")


@pytest.mark.parametrize("standardiser", STANDARDISERS)
def test_every_standardiser_is_spelled_out(tmp_path, standardiser):
    names = [name for name, (measure, *_) in KINDS.items() if measure == "SMD"]
    made = of_kinds(tmp_path, names, f"{toy.CONFIG}effects:\n  smd_standardiser: {standardiser}\n")
    weighted = [effect.id for effect in made.effects.values() if effect.vi == effect.vi]
    assert len(weighted) > 12
    for one in weighted:
        traced(made, one)
    rescaled = [pool for pool in made.pools.values() if pool.analysis == "r_0.9"]
    assert any(pool.estimate != made.pools[pool.id.replace("r_0.9", "headline")].estimate for pool in rescaled)
    for pool in rescaled:
        traced(made, pool.id)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_number_is_spelled_out(kinds, name):
    effects = [effect for effect in kinds.effects.values() if effect.outcome == name and effect.vi == effect.vi]
    assert effects
    for effect in effects:
        made = traced(kinds, effect.id)
        assert made["steps"]
        assert made["numbers"]["vi"] == effect.vi


def test_every_route_is_among_the_kinds(kinds, real):
    assert {effect.route for made in (kinds, real) for effect in made.effects.values()} == set(ROUTES)
    assert {effect.pairing for effect in kinds.effects.values()} == set(trace_effects.PAIRINGS)


def test_a_number_without_weight_says_why(real):
    effect = next(effect for effect in real.effects.values() if effect.route == "none")
    assert f"route to the standard error: none; not in the headline: {effect.reason}" in " ".join(text([traced(real, effect.id)]).split())


def test_traces_of_changed_numbers_hold(tmp_path):
    runs = 0
    for seed in range(8):
        place = base(tmp_path)
        mutate(place, random.Random(seed))
        if all(cli.main([command, str(place)]) == 0 for command in ("tables", "effects", "pools")):
            made = tracing.Made(place)
            for one in [*made.effects, *(name for name in made.pools if name.endswith(".headline"))]:
                traced(made, one)
            runs += 1
    assert runs > 2


def test_arms_of_one_cohort_are_averaged_in_the_trace(tmp_path):
    rows = [
        number("s", value, point, group_id=name, n=20, **sd(3))
        for name, values in {"low": (10, 14), "high": (10, 16)}.items()
        for value, point in zip(values, ("baseline", "followup"), strict=True)
    ]
    folder = built(toy.folder(tmp_path, groups=[group("s", "low"), group("s", "high")], measurements=rows))
    (made,) = tracing.trace("level.before_after.all", folder)
    (cohort,) = made["cohorts"]
    assert len(cohort["effects"]) == 2
    assert "variance with the correlation of config.yaml, pools, arm_correlation" in [step.what for step in cohort["steps"]]
    for step in every_step(made):
        holds(step)


def test_names(real):
    assert tracing.found(real, "testosterone.before_after.all") == ["testosterone.before_after.all.headline"]
    shah = tracing.found(real, "shah2021")
    assert len(shah) > 3 and all(one.startswith("shah2021.") for one in shah)
    assert len(tracing.found(real, "shah2021.anastrozole_bmi25.testo")) == 1


@pytest.mark.parametrize(
    "name, told",
    [
        ("shah2012", 'evidence trace: "shah2012" is no effect, pool, study or claim of this review. The ids stand in '
                     'data/processed/effects.csv, pools.csv and verdicts.csv. Did you mean "shah2021"?'),
        ("C99", 'Did you mean "C19"?'),
        ("testosteron.before_after.all", 'Did you mean "testosterone.before_after.all"?'),
        ("", 'evidence trace: "" is no effect, pool, study or claim of this review.'),
    ],
)  # fmt: skip
def test_unknown_names(real, name, told):
    with pytest.raises(EvidenceError) as error:
        tracing.found(real, name)
    assert told in str(error.value)


def test_a_comparison_of_pools_names_its_pools(bcg, capsys):
    name = "tuberculosis.versus_control.latitude"
    assert cli.main(["trace", name, str(bcg.folder)]) == 2
    assert capsys.readouterr().err == (
        f"evidence trace: {name} is a meta-regression. Trace the pools or effects that it compares: "
        "evidence trace tuberculosis.versus_control\n1 problem to mend.\n"
    )


def test_a_test_between_strata_leads_to_its_strata(bcg, real):
    strata = [f"tuberculosis.versus_control.allocation-{level}.headline" for level in ("alternate", "random", "systematic")]
    assert tracing.found(bcg, "tuberculosis.versus_control.allocation") == strata
    with pytest.raises(
        EvidenceError, match="testosterone.before_after.drugs is a test between strata. Trace the pools or effects that it compares"
    ):
        tracing.found(real, "testosterone.before_after.drugs")


def test_a_study_without_effects_says_where_its_numbers_are(real):
    silent = next(name for name in real.studies if not any(one.startswith(f"{name}.") for one in real.effects))
    with pytest.raises(EvidenceError) as error:
        tracing.found(real, silent)
    assert str(error.value) == (
        f"evidence trace: {silent} has no number that makes an effect. What it prints, and why that makes none, stands in "
        "data/processed/unused.csv."
    )


@pytest.mark.parametrize("name", ["data/raw/measurements.csv:84", "measurements.csv:84", "measurements:84"])
def test_a_raw_row_leads_to_its_effects(real, name):
    (one,) = tracing.found(real, name)
    assert one == "shah2021.anastrozole_bmi25.testosterone.before_after"
    assert "84" in real.effects[one].lines.split(";")


def test_every_raw_row_leads_to_its_effects_or_to_the_reason_why_not(real):
    for line in real.rows:
        try:
            assert all(str(line) in real.effects[one].lines.split(";") for one in tracing.found(real, f"measurements.csv:{line}"))
        except EvidenceError as error:
            assert str(error).startswith(f"data/raw/measurements.csv:{line}: the number is in no effect: "), line
    with pytest.raises(EvidenceError) as error:
        tracing.found(real, "measurements.csv:24")
    assert str(error.value) == "data/raw/measurements.csv:24: the number is in no effect: control group before the study."
    with pytest.raises(EvidenceError, match="measurements.csv:1: no printed number begins in this line"):
        tracing.found(real, "measurements.csv:1")


@pytest.fixture(scope="module")
def judged(real):
    """The folder of the real review with its verdicts and a list of figures."""
    assert cli.main(["verdicts", str(real.folder)]) == 0
    entries = [{"file": "forest-1.svg", "outcome": "testosterone", "contrast": "versus_control", "measure": "ROM"},
               {"file": "sensitivity.svg", "outcome": "estradiol", "contrast": "before_after"}, {"file": "flow.svg"}]  # fmt: skip
    index = real.folder / "reports/figures/figures.json"
    index.parent.mkdir(parents=True)
    index.write_text(json.dumps(entries), encoding="utf-8")
    return real


def test_a_claim_leads_to_what_decides_it(judged):
    traces = tracing.trace("C01", judged.folder)
    lines = text(traces).splitlines()
    assert lines[:3] == [
        "claim C01",
        "  Anastrozole raises gonadotropins and testosterone and lowers estradiol in subfertile men.",
        "  verdict: mixed, certainty very low",
    ]
    assert lines[lines.index("  outcomes") - 1 :] == [
        "  the article cites: raman2002, shoshany2017, delgiudice2020",
        "  outcomes",
        "    Follicle-stimulating hormone: untested, no result in these people can be weighted",
        "    Luteinizing hormone: untested, no result in these people can be weighted",
        "    Total testosterone: as claimed",
        "        decided by the pool testosterone.before_after.condition-infertility.headline: +52% (+34% to +74%)",
        "        next: evidence trace testosterone.before_after.condition-infertility.headline",
        "    Estradiol: untested, no result in these people can be weighted",
        "    Testosterone to estradiol ratio: undecided",
        "        decided by the pool te_ratio.before_after.condition-infertility.headline: +114% (\u221264% to +1,180%)",
        "        next: evidence trace te_ratio.before_after.condition-infertility.headline",
    ]


def test_a_claim_that_a_contrast_decides(judged):
    (claim,) = tracing.trace("C04", judged.folder)
    first = claim["outcomes"][0]
    assert (first["decided_by"], first["effect"]) == (
        "obesity~others.testosterone.before_after.between",
        "1.52 (0.48 to 4.83) ratio of ratios",
    )
    assert first["next"] == "evidence trace testosterone.before_after"
    printed = " ".join(text([claim]).split())
    assert "decided by the contrast between studies obesity~others.testosterone.before_after.between: 1.52 (0.48 to 4.83)" in printed


def test_every_next_step_of_every_claim_leads_on(judged, capsys):
    for name in judged.claims:
        assert cli.main(["trace", name, str(judged.folder), "--json"]) == 0
        (claim,) = json.loads(capsys.readouterr().out)
        assert {one["finding"] for one in claim["outcomes"] if not one["decided_by"]} <= {"untested"}
        for one in claim["outcomes"]:
            assert not one["next"] or tracing.found(judged, one["next"].removeprefix("evidence trace "))


def test_a_figure_leads_to_its_pools(judged, capsys):
    shown = tracing.found(judged, "reports/figures/forest-1.svg")
    assert "testosterone.versus_control.all.headline" in shown
    assert all(one.startswith("testosterone.versus_control.") and one.endswith(".headline") for one in shown)
    assert "estradiol.before_after.all.headline" in tracing.found(judged, "sensitivity.svg")
    for name, told in (("flow.svg", '"flow.svg" shows no pool of its own. Trace an effect, a pool or a claim: the report prints their ids.'),
                       ("x.svg", '"x.svg" is no figure of this review. They stand in reports/figures/figures.json.')):  # fmt: skip
        assert cli.main(["trace", name, str(judged.folder)]) == 2
        assert capsys.readouterr().err == f"evidence trace: {told}\n1 problem to mend.\n"


def test_a_claim_that_was_typed_otherwise_or_is_gone_since_its_verdict(judged, capsys):
    raw = judged.folder / "data/raw/claims.csv"
    before = raw.read_text(encoding="utf-8")
    lines = before.splitlines(keepends=True)
    where = "Build again: snakemake --cores 4.\n1 problem to mend.\n"
    for rows, told in (
        ([*lines[:2], lines[2].replace(",improves,", ",worsens,").replace("get better", "get worse"), *lines[3:]],
         f"data/raw/claims.csv:3: direction and claim changed since the verdict was made. {where}"),
        ([*lines[:2], *lines[3:]], f"data/raw/claims.csv: the claim C02 has gone since its verdict was made. {where}"),
    ):  # fmt: skip
        raw.write_text("".join(rows), encoding="utf-8")
        capsys.readouterr()
        status = cli.main(["trace", "C02", str(judged.folder)])
        raw.write_text(before, encoding="utf-8")
        assert (status, capsys.readouterr()) == (2, ("", told))
    assert cli.main(["trace", "C02", str(judged.folder)]) == 0


def test_a_claim_before_the_verdicts_are_made(tmp_path, capsys):
    claim = {"claim_id": "c1", "outcomes": "level", "direction": "improves", "kind": "effect", "claim": "It works."}
    rows = [number("s", 10, "baseline", n=20, **sd(3)), number("s", 14, n=20, **sd(3))]
    folder = built(toy.folder(tmp_path, measurements=rows, claims=[claim]))
    capsys.readouterr()
    assert cli.main(["trace", "c1", str(folder)]) == 2
    assert capsys.readouterr().err == (
        f"{folder}/data/processed/verdicts.csv: has not been made yet. Run snakemake --cores 4, which makes everything in order.\n"
        "1 problem to mend.\n"
    )


def test_an_unknown_name_ends_with_2(real, capsys):
    assert cli.main(["trace", "shah2012", str(real.folder)]) == 2
    told = capsys.readouterr().err
    assert 'Did you mean "shah2021"?' in told and "Traceback" not in told


def test_nothing_built(tmp_path, capsys):
    assert cli.main(["trace", "x", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "data/processed/effects.csv: nothing has been built yet. Build first: snakemake --cores 4 (or evidence tables, "
        "effects and pools, one after the other).\n1 problem to mend.\n"
    )


def small(path):
    rows = [number("s", 10, "baseline", n=20, **sd(3)), number("s", 14, n=20, **sd(3))]
    return built(toy.folder(path, measurements=rows))


def test_data_changed_since_the_build(tmp_path, capsys):
    folder = small(tmp_path)
    raw = folder / "data/raw/measurements.csv"
    raw.write_text(raw.read_text(encoding="utf-8").replace(",14,", ",15,"), encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["trace", "s.treated", str(folder)]) == 2
    assert capsys.readouterr().err == (
        "data/raw/measurements.csv:3: the row has changed since the tables were built. Build again: snakemake --cores 4.\n"
        "1 problem to mend.\n"
    )


def test_made_tables_of_other_data(tmp_path, capsys):
    folder = small(tmp_path)
    made = folder / "data/processed/effects.csv"
    made.write_text(made.read_text(encoding="utf-8").replace(",0.33647223662", ",0.43647223662"), encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["trace", "s.treated", str(folder)]) == 2
    assert "yi of s.treated.level.before_after is 0.436472237 there and 0.336472237 by the raw rows" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["0", "0.0001", "-0.00001", "1e-12", "5"])
def test_a_change_of_nothing_or_hardly_anything(tmp_path, change):
    rows = [number("s", 500, "baseline", n=20), number("s", change, "change", n=20, **se("0.9")),
            number("t", 500, "baseline", n=20, **sd(9)), number("t", 510, n=20, **sd(9))]  # fmt: skip
    made = tracing.Made(
        built(toy.folder(tmp_path, studies=[study("s"), study("t")], groups=[group("s", n=20), group("t", n=20)], measurements=rows))
    )
    for one in ("s.treated.level.before_after", "level.before_after.all.headline", "level.before_after.all.MD"):
        traced(made, one)


def test_json_and_text_by_the_command(tmp_path, capsys):
    folder = small(tmp_path)
    capsys.readouterr()
    assert cli.main(["trace", "level.before_after.all.headline", str(folder), "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)
    assert (made["kind"], made["k"], made["cohorts"][0]["weight"]) == ("pool", 1, 100)
    assert made["effects"][0]["rows"][0]["place"] == "data/raw/measurements.csv:3"
    assert made["effects"][0]["steps"][0]["equation"] == "ln(14 / 10) = 0.336472"
    assert cli.main(["trace", "level.before_after", str(folder)]) == 0
    assert capsys.readouterr().out.rstrip().endswith("are meant: name one of them, or more of its beginning.")
