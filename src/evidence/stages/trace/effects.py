"""The arithmetic of one effect, from the printed numbers to yi, vi and the readable unit.

One function a pairing (which numbers make the effect), one a route (how its standard error came about); each
takes the `Work`, the row of effects and the rows of `evidence.stages.effects.levels.joined` in the order of `lines`.
"""

import math

from evidence.stages.effects.standardised import MEASURES as IN_SDS
from evidence.stages.trace.arithmetic import logarithmic_mean
from evidence.stages.trace.converted import converted_effect
from evidence.stages.trace.readable import read_back
from evidence.stages.trace.sides import (
    by_quantiles,
    clustered,
    converted,
    effective,
    interval_half,
    log_error,
    moments,
    pair,
    same_people,
    standard_error,
    test_quantile,
)  # fmt: skip
from evidence.stages.trace.standardised import because, standardised
from evidence.words.measures import RATIOS

ERRORS = {
    "ci95": ("standard error: width of the interval over 2 z(0.975)", "(high - low) / (2 * z(0.975))"),
    "variance": ("standard error: root of the variance", "sqrt(low)"),
    "se": ("standard error", "low"),
}
PLACES = {"levels": ("at follow-up", "at baseline"), "follow_up": ("in the treated group", "in the control group")}
CELLS = {
    "OR": ("ln(a * d / (b * c))", "ln(a d / (b c))", "1 / a + 1 / b + 1 / c + 1 / d", "1/a + 1/b + 1/c + 1/d"),
    "RR": ("ln((a / (a + b)) / (c / (c + d)))", "ln((a / n1) / (c / n2))",
           "1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)", "1/a - 1/n1 + 1/c - 1/n2"),
    "RD": ("a / (a + b) - c / (c + d)", "a / n1 - c / n2",
           "a * b / (a + b) ** 3 + c * d / (c + d) ** 3", "a b / n1^3 + c d / n2^3"),
    "PLO": ("ln(a / b)", "ln(events / others)", "1 / a + 1 / b", "1/events + 1/others"),
    "PR": ("a / (a + b)", "events / people", "a * b / (a + b) ** 3", "events others / people^3"),
    "PFT": ("(asin(sqrt(a / (a + b + 1))) + asin(sqrt((a + 1) / (a + b + 1)))) / 2",
            "(arcsin sqrt(events / (people + 1)) + arcsin sqrt((events + 1) / (people + 1))) / 2", "1 / (4 * (a + b) + 2)", "1 / (4 people + 2)"),
    "IRR": ("ln(a * t2 / (c * t1))", "ln((a / t1) / (c / t2))", "1 / a + 1 / c", "1/a + 1/c"),
    "IRLN": ("ln(a / t1)", "ln(events / time)", "1 / a", "1/events"),
}  # fmt: skip
R_OF = {
    "correlation": ("correlation", "printed"),
    "t_value": ("correlation of the test: t / sqrt(t^2 + n - 2)", "printed / sqrt(printed ** 2 + n - 2)"),
    "f_value": ("correlation of the test: sqrt(F / (F + n - 2))", "sqrt(printed / (printed + n - 2))"),
    "chi2_value": ("correlation of the table: sqrt(chi2 / n)", "sqrt(printed / n)"),
    "z_value": ("correlation of the test: z / sqrt(n)", "printed / sqrt(n)"),
}  # fmt: skip


def levels(work, effect, rows):
    """Two levels: baseline and follow-up, or treated and control."""
    pair(work, rows, (1, 2), PLACES[effect.pairing], "1", effect, same_people(effect))
    work.step("yi", "", "y_1")
    if "v_1" in work:
        work.step("vi", "", "v_1")


def difference_of_changes(work, effect, rows):
    """Change of the treated less change of the controls, from four levels."""
    for out, sides, group in (("1", (1, 2), "treated"), ("2", (3, 4), "controls")):
        where = tuple(f"{place}, {group}" for place in PLACES["levels"])
        pair(work, [rows[side - 1] for side in sides], sides, where, out, effect, True)
    work.step("yi", "change of the treated less that of the controls", "y_1 - y_2")
    if "v_1" in work and effect.route in ("spread", "quantiles"):
        work.step("vi", "variance of the difference of different people", "v_1 + v_2")


def one_change(work, effect, rows, k, out, where):
    """A printed change; on the log scale with the baseline beside it, its standard error over the logarithmic mean."""
    converted(work, f"d{k}", rows[0], "value", f"change{where}")
    logs = effect.measure == "ROM"
    if logs:
        converted(work, f"m{k}", rows[1], "value", f"mean at baseline{where}")
        work.step(f"y_{out}", f"log ratio{where}: ln((baseline + change) / baseline)", f"ln((m{k} + d{k}) / m{k})")
    else:
        work.step(f"y_{out}", "", f"d{k}")
    if effect.route != "printed":
        return
    standard_error(work, rows[0], k, f"of the change{where}")
    if logs:
        work.step(f"after{k}", f"mean at follow-up{where}", f"m{k} + d{k}")
        mean = logarithmic_mean(work, f"after{k}", f"m{k}", f"d{k} / y_{out}")
        work.step(f"l{k}", f"logarithmic mean of the two levels{where}: change over log ratio", mean)
        work.step(f"se{k}", f"SE of the log ratio{where}, with the same test statistic: SE / logarithmic mean", f"se{k} / l{k}")
    work.step(f"v_{out}", f"variance{where}: SE^2", f"se{k} ** 2")


def change(work, effect, rows):
    """A change from baseline printed as such."""
    one_change(work, effect, rows, 1, "1", "")
    work.step("yi", "", "y_1")
    if "v_1" in work:
        work.step("vi", "", "v_1")


def changes(work, effect, rows):
    """Printed change of the treated less that of the controls."""
    half = len(rows) // 2
    one_change(work, effect, rows[:half], 1, "1", ", treated")
    one_change(work, effect, rows[half:], 2, "2", ", controls")
    work.step("yi", "change of the treated less that of the controls", "y_1 - y_2")
    if "v_1" in work:
        work.step("vi", "variance of the difference of different people", "v_1 + v_2")


def relative(work, effect, rows):
    """A percent or fold change."""
    (row,) = rows
    work.given(change=(row.value, row.value_text))
    percent = row.statistic == "percent_change"
    work.step("ratio", "ratio: 1 + percent / 100", "1 + change / 100" if percent else "change")
    work.step("yi", "log ratio", "ln(ratio)")
    if effect.route != "printed":
        return
    if row.kind == "ci95":
        ends = {"low1": (row.spread_low, row.spread_low_text), "high1": (row.spread_high, row.spread_high_text)}
        work.given(**ends)
        for name in ends if percent else ():
            work.step(name, f"{name[:-1]} end as a ratio", f"1 + {name} / 100")
        expression = interval_half(work, 1, row)[0].replace("(high1 - low1)", "ln(high1 / low1)")
        work.step("se", "standard error of the log ratio, from its 95% interval", expression)
        clustered(work, row, "se")
    else:
        standard_error(work, row._replace(factor=math.nan), 1, "of the change")
        words = "SE of the log ratio: SE / ratio" + (" / 100" if percent else "")
        work.step("se", words, "se1 / 100 / ratio" if percent else "se1 / ratio")
    work.step("vi", "variance: SE^2", "se ** 2")


def difference(work, effect, rows):
    """A difference, a ratio, or observed less expected events, printed as such."""
    (row,) = rows
    if row.statistic == "o_minus_e":
        return observed_less_expected(work, effect, row)
    if effect.measure in RATIOS:
        return ratio(work, effect, row)
    converted(work, "yi", row, "value", "difference")
    if effect.route == "printed":
        standard_error(work, row, 1, "of the difference")
        work.step("vi", "variance: SE^2", "se1 ** 2")


def ratio(work, effect, row):
    """A ratio with its interval or standard error."""
    work.given(ratio=(row.value, row.value_text))
    work.step("yi", "logarithm of the ratio", "ln(ratio)")
    if effect.route == "printed":
        log_error(work, row)
        work.step("vi", "variance: SE^2", "se ** 2")


def observed_less_expected(work, effect, row):
    """Observed less expected events with their variance. [yusuf1985]"""
    work.given(excess=(row.value, row.value_text), v=(row.spread_low, row.spread_low_text))
    work.step("yi", "logarithm of the ratio: (O - E) / V", "excess / v")
    work.step("vi", "variance: 1 / V", "1 / v")
    clustered(work, row, "vi", "variance", root=False)


def level(work, effect, rows):
    """The mean of one group."""
    (row,) = rows
    if by_quantiles(row):
        moments(work, row, 1, "of the group")
        work.step("yi", "", "y1")
        work.step("vi", "", "v1")
        return
    converted(work, "yi", row, "value", "mean")
    if effect.route == "spread":
        standard_error(work, row, 1, "of the mean")
        work.step("vi", "variance: SE^2", "se1 ** 2")


def correlation(work, effect, row):
    """r and n: a correlation as printed, or that of a test statistic, with its sign in the direction of the outcome."""
    work.given(printed=(row.value, row.value_text), n=row.n)
    words, expression = R_OF[row.statistic]
    turned = (row.value > 0) != (effect.yi > 0)
    if turned or row.statistic != "correlation":
        work.step("r", f"{words}, in the direction of the outcome{because(row)}", f"-1 * {expression}" if turned else expression)
    else:
        work.step("r", "", "printed")
    effective(work, row, ("n", "people"))


def counts(work, effect, rows):
    """Events of one group or two; a correlation with its n."""
    if effect.measure == "ZCOR":
        correlation(work, effect, rows[0])
        work.step("yi", "Fisher's z of the correlation", "atanh(r)")
        work.step("vi", "variance: 1 / (n - 3)", "1 / (n - 3)")
        return
    if effect.route == "none":
        return
    timed = effect.measure in ("IRR", "IRLN")
    for row, group, events, side in zip(rows, ("", " of the controls"), "ac", "12", strict=False):
        whole = f"t{side}" if timed else f"n{side}"
        work.given(**{whole: (row.person_time, row.person_time_text) if timed else row.n})
        if row.statistic == "percent":
            work.given(percent=(row.value, row.value_text))
            work.step("x", f"events{group}, to be rounded to whole people", f"percent * {whole} / 100")
            work.given(**{events: round(work["x"])})
        else:
            work.given(**{events: (row.value, row.value_text)})
        effective(work, row, (events, f"events{group}"), (whole, f"{'time' if timed else 'people'}{group}"))
        if not timed:
            work.step({"a": "b", "c": "d"}[events], f"people without the event{group}", f"{whole} - {events}")
    of_cells(work, effect.measure, {"IRR": "ac", "IRLN": "a"}.get(effect.measure, "abcd"[: 2 * len(rows)]))


def of_cells(work, measure, cells):
    """Effect and variance from the cells of a table, or of one group."""
    if measure != "PFT" and any(work[name] == 0 for name in cells):
        for name in cells:
            work.step(name, "a cell is empty: 1/2 is added to every cell", f"{name} + 0.5")
    yi, yi_words, vi, vi_words = CELLS[measure]
    work.step("yi", yi_words, yi)
    work.step("vi", f"variance: {vi_words}", vi)


def estimate(work, effect, rows):
    """An effect stated on its analysis scale, or a correlation with its interval."""
    (row,) = rows
    correlation = row.statistic == "correlation"
    for name, column in {"yi": "value", "low": "spread_low", "high": "spread_high"}.items():
        if getattr(row, column) == getattr(row, column):
            in_unit = row if effect.measure in ("MD", "MN") else row._replace(factor=math.nan)
            converted(work, name, in_unit, column, "estimate")
            if correlation:
                work.step(name, "Fisher's z: atanh r", f"atanh({name})")
    if work["yi"] * effect.yi < 0:
        work.step("yi", f"in the direction of the outcome{because(row)}", "-1 * yi")
    if effect.route == "printed":
        words, expression = ERRORS[row.kind]
        work.step("se", words, expression)
        clustered(work, row, "se")
        work.step("vi", "variance: SE^2", "se ** 2")


PAIRINGS = {
    "levels": levels, "follow_up": levels, "difference_of_changes": difference_of_changes, "change": change, "changes": changes,
    "relative": relative, "difference": difference, "counts": counts, "level": level, "estimate": estimate,
    "test": standardised, "converted": converted_effect,
}  # fmt: skip


def by_p(work, effect, rows):
    """Standard error from a p-value: the effect over the t quantile."""
    test_quantile(work, effect, rows)
    bound = "largest SE that p below the threshold allows" if effect.route == "bound" else "SE that gives the printed p"
    work.step("se", f"{bound}: |y| over it", "abs(yi) / q")
    clustered(work, rows[0], "se")
    work.step("vi", "variance: SE^2", "se ** 2")
    if effect.route == "paired_p" and effect.r_implied == effect.r_implied:
        implied(work, effect, rows)


def implied(work, effect, rows):
    """The correlation that the p-value and two spreads imply."""
    for k, (row, where) in enumerate(zip(rows, PLACES[effect.pairing], strict=True), 1):
        standard_error(work, row, k, where)
    in_unit = "se"
    if effect.measure == "ROM":
        work.step("l", "logarithmic mean of the two means", logarithmic_mean(work, "m1", "m2", "(m1 - m2) / ln(m1 / m2)"))
        work.step("se_d", "the same SE in the unit: times the logarithmic mean", "se * l")
        in_unit = "se_d"
    expression = f"(se1 ** 2 + se2 ** 2 - {in_unit} ** 2) / (2 * se1 * se2)"
    work.step("r_implied", "correlation that this implies: (SE1^2 + SE2^2 - SEd^2) / (2 SE1 SE2)", expression)


def readable(work, effect, level):
    """The effect and its interval in the readable unit."""
    ends = {"yi": ("effect", "")}
    if "vi" in work:
        work.step("sei", "standard error", "sqrt(vi)")
        work.given(share=(1 + level) / 2)
        work.step("z", "normal quantile", "z(share)")
        half = "z * sei"
        work.step("low_y", f"lower end of the {100 * level:g}% interval", f"yi - {half}")
        work.step("high_y", "upper end", f"yi + {half}")
        ends |= {"low_y": ("effect_low", "lower end"), "high_y": ("effect_high", "upper end")}
    read_back(work, effect, ends)


def spelled_out(work, effect, rows, level):
    """Add every step of an effect with a yi to `work`."""
    if effect.yi != effect.yi:
        return
    if effect.measure in IN_SDS and effect.pairing not in ("estimate", "converted"):
        standardised(work, effect, rows)
        return readable(work, effect, level)
    PAIRINGS[effect.pairing](work, effect, rows)
    if effect.route in ("paired_p", "between_p", "bound"):
        by_p(work, effect, rows)
    readable(work, effect, level)


def needs_r(effect):
    """Whether the variance of an effect rests on a correlation."""
    if effect.measure in IN_SDS:
        return effect.r == effect.r and not effect.r_source.startswith("implied")
    of_means = effect.pairing in ("levels", "difference_of_changes") or same_people(effect)
    return effect.route in ("spread", "quantiles") and of_means and effect.v_cross > 0
