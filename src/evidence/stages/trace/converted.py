"""The arithmetic of a converted effect: as printed, then d, then the measure of its outcome."""

import math

from evidence.stages.trace.sides import clustered, effective, log_error
from evidence.stages.trace.standardised import because


def odds_ratio(work, effect, row):
    """d and v of a printed odds ratio."""
    work.given(ratio=(row.value, row.value_text))
    work.step("y", "logarithm of the odds ratio", "ln(ratio)")
    log_error(work, row)
    work.step("d", "as a standardised difference: y sqrt(3) / pi", "y * sqrt(3) / pi")
    work.step("v", "its variance: 3 SE^2 / pi^2", "3 * se ** 2 / pi ** 2")


def correlation(work, effect, row):
    """d and v of a printed correlation."""
    work.given(printed=(row.value, row.value_text))
    turned = row.sign < 0
    work.step("r", f"correlation{because(row)}", "-1 * printed" if turned else "printed")
    if row.n > 3:
        work.given(n=row.n)
        effective(work, row, ("n", "people"))
        work.step("v_z", "variance of its Fisher's z: 1 / (n - 3)", "1 / (n - 3)")
    else:
        ends = {"low": (row.spread_low, row.spread_low_text), "high": (row.spread_high, row.spread_high_text)}
        work.given(**ends)
        words = "variance of its Fisher's z: (width of the interval over 2 z(0.975))^2"
        work.step("v_z", words, "((atanh(high) - atanh(low)) / (2 * z(0.975))) ** 2")
        clustered(work, row, "v_z", "variance", root=False)
    work.step("d", "as a standardised difference: 2 r / sqrt(1 - r^2)", "2 * r / sqrt(1 - r ** 2)")
    work.step("v", "its variance: 4 v_r / (1 - r^2)^3 with v_r = (1 - r^2)^2 v_z", "4 * (1 - r ** 2) ** 2 * v_z / (1 - r ** 2) ** 3")


def standardised_difference(work, effect, row):
    """d and v of a printed standardised difference."""
    work.given(printed=(row.value, row.value_text))
    turned = (row.value > 0) != (effect.yi > 0)
    work.step("d", f"standardised difference{because(row)}", "-1 * printed" if turned else "printed")
    if row.kind in ("se", "ci95", "variance"):
        work.given(low=(row.spread_low, row.spread_low_text))
        if row.kind == "ci95":
            work.given(high=(row.spread_high, row.spread_high_text))
        words, expression = ERRORS[row.kind]
        work.step("se", words, expression)
        clustered(work, row, "se")
        work.step("v", "variance: SE^2", "se ** 2")
    else:
        work.given(n1=effect.n1, n2=effect.n2)
        work.step("v", "variance: 1/n1 + 1/n2 + d^2 / (2 (n1 + n2))", "1 / n1 + 1 / n2 + d ** 2 / (2 * (n1 + n2))")


ERRORS = {
    "se": ("standard error", "low"),
    "variance": ("standard error: root of the variance", "sqrt(low)"),
    "ci95": ("standard error: width of the interval over 2 z(0.975)", "(high - low) / (2 * z(0.975))"),
}
SOURCES = {"odds_ratio": odds_ratio, "correlation": correlation, "standardised_difference": standardised_difference}


def converted_effect(work, effect, rows):
    """A number of another kind than its outcome, converted through d."""
    (row,) = rows
    work.given(pi=math.pi)
    SOURCES[row.statistic](work, effect, row)
    if effect.measure == "OR":
        work.step("yi", "as a log odds ratio: d pi / sqrt(3)", "d * pi / sqrt(3)")
        words, variance = "its variance: v pi^2 / 3", "v * pi ** 2 / 3"
    elif effect.measure == "ZCOR":
        known = effect.n1 > 1 and effect.n2 > 1
        work.given(n1=effect.n1 if known else 2, n2=effect.n2 if known else 2)
        work.step("a", f"a = (n1 + n2)^2 / (n1 n2){'' if known else ', groups of one size'}", "(n1 + n2) ** 2 / (n1 * n2)")
        work.step("yi", "Fisher's z of the correlation d / sqrt(d^2 + a)", "atanh(d / sqrt(d ** 2 + a))")
        words, variance = "its variance: v / (d^2 + a)", "v / (d ** 2 + a)"
    else:
        work.step("yi", "", "d")
        words, variance = "", "v"
    if effect.route == "printed":
        work.step("vi", words, variance)
