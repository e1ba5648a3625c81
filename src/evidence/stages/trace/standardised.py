"""The arithmetic of a standardised difference: means and SDs, or a test statistic, to yi and vi.

One function for each kind of `evidence.stages.effects.standardised.kinds`; the measure of the effect names its standardiser.
"""

from evidence.stages.effects.standardised import OF_CHANGES, OF_CODE
from evidence.stages.trace.sides import (
    by_quantiles,
    converted,
    design_effect,
    effective,
    moments,
    same_people,
    standard_error,
    test_quantile,
)  # fmt: skip
from evidence.vocabulary import TESTS, UNSIGNED

PLACES = {"levels": ("at follow-up", "at baseline"), "follow_up": ("in the treated group", "in the control group")}
POOLED = "sqrt(((n1 - 1) * sd1 ** 2 + (n2 - 1) * sd2 ** 2) / (n1 + n2 - 2))"
AVERAGE = "sqrt((sd1 ** 2 + sd2 ** 2) / 2)"
TO_LEVELS = "sqrt(2 * (1 - r))"


def side(work, row, k, where):
    """m{k}, n{k} and sd{k} of a level, from whichever spread or quantiles are printed."""
    converted(work, f"m{k}", row, "value", f"mean {where}")
    if by_quantiles(row):
        moments(work, row, k, where)
        work.step(f"m{k}", "", f"y{k}")
        effective(work, row, (f"n{k}", "people"))
        return
    sd_of(work, row, k, where)


def sd_of(work, row, k, where):
    """sd{k} and n{k}: the standard deviation of a mean or a change, from whichever spread is printed."""
    standard_error(work, row, k, where)
    work.given(**{f"n{k}": row.n})
    effective(work, row, (f"n{k}", "people"))
    if f"sd{k}" not in work:
        work.step(f"sd{k}", f"SD {where}: SE sqrt(n)", f"se{k} * sqrt(n{k})")


def of_two_groups(work, standardiser):
    """y and v of two means m1 and m2 with their SDs and n."""
    if standardiser == "control":
        work.step("y", "difference in SDs of the control group, times c(n2 - 1)", "c(n2 - 1) * (m1 - m2) / sd2")
        work.step("v", "variance: 1/n1 + 1/n2 + y^2 / (2 n2)", "1 / n1 + 1 / n2 + y ** 2 / (2 * n2)")
        return
    average = standardiser == "average"
    work.step("sd", "root of the average variance of the two groups" if average else "SD of both groups", AVERAGE if average else POOLED)
    work.step("y", "difference in SDs, times c(n1 + n2 - 2)", "c(n1 + n2 - 2) * (m1 - m2) / sd")
    if average:
        work.step("of_means", "variance: that of the means in SDs", "(sd1 ** 2 / (n1 - 1) + sd2 ** 2 / (n2 - 1)) / sd ** 2")
        spreads = "y ** 2 * (sd1 ** 4 / (n1 - 1) + sd2 ** 4 / (n2 - 1)) / (8 * sd ** 4)"
        work.step("v", "and that of the SD: y^2 (SD1^4 / (n1 - 1) + SD2^4 / (n2 - 1)) / (8 SD^4)", f"of_means + {spreads}")
        return
    work.step("v", "variance: 1/n1 + 1/n2 + y^2 / (2 (n1 + n2))", "1 / n1 + 1 / n2 + y ** 2 / (2 * (n1 + n2))")


def arms(work, effect, rows, standardiser):
    """Levels of two groups of different people."""
    for k, (row, where) in enumerate(zip(rows, PLACES["follow_up"], strict=True), 1):
        side(work, row, k, where)
    of_two_groups(work, standardiser)


def twice(work, effect, rows, standardiser):
    """Levels of the same people twice."""
    places = PLACES[effect.pairing]
    for k, (row, where) in enumerate(zip(rows, places, strict=False), 1):
        side(work, row, k, where)
    if effect.route == "paired_p":
        r_by_test(work, effect, rows)
    work.given(n=effect.n)
    of_twice(work, standardiser)


def of_twice(work, standardiser):
    """y and v of two means of the same people, with their SDs, n and r."""
    if standardiser == "control":
        work.step("y", "difference in SDs of the second measurement, times c(n - 1)", "c(n - 1) * (m1 - m2) / sd2")
    elif standardiser == "change":
        work.step("sd", "SD of the change: sqrt(SD1^2 + SD2^2 - 2 r SD1 SD2)", "sqrt(sd1 ** 2 + sd2 ** 2 - 2 * r * sd1 * sd2)")
        work.step("y", "difference in SDs of the change, times c(n - 1)", "c(n - 1) * (m1 - m2) / sd")
    else:
        work.step("sd", "root of the average variance of the two", AVERAGE)
        work.step("df", "degrees of freedom of that SD: 2 (n - 1) / (1 + r^2)", "2 * (n - 1) / (1 + r ** 2)")
        work.step("y", "difference in SDs, times c(df)", "c(df) * (m1 - m2) / sd")
    words, expression = printed_variance(standardiser)
    work.step("v", words, expression.format(y="y"))


def r_by_test(work, effect, rows):
    """r: the correlation that the test of the same people and their two SDs imply."""
    work.step("difference", "difference of the means", "m1 - m2")
    test_quantile(work, effect, rows)
    work.step("se", "SE that gives this test statistic: |difference| over it", "abs(difference) / q")
    expression = "(se1 ** 2 + se2 ** 2 - se ** 2) / (2 * se1 * se2)"
    work.step("r", "correlation that this implies: (SE1^2 + SE2^2 - SEd^2) / (2 SE1 SE2)", expression)


def levels_of_changes(work, effect, rows, standardiser):
    """Changes of two groups in SDs at baseline."""
    for k, group in enumerate(("treated", "controls"), 1):
        after, before = rows[2 * k - 2 : 2 * k]
        side(work, after, k, f"at follow-up, {group}")
        work.step(f"after{k}", "", f"m{k}")
        people = work[f"n{k}"]
        side(work, before, k, f"at baseline, {group}")
        work.given(**{f"n{k}": people})
        work.step(f"m{k}", f"change, {group}", f"after{k} - m{k}")
    of_two_groups(work, standardiser)
    people = "n2" if standardiser == "control" else "(n1 + n2)"
    words = f"variance: 2 (1 - r) (1/n1 + 1/n2) + y^2 / (2 {people})"
    work.step("v", words, f"2 * (1 - r) * (1 / n1 + 1 / n2) + y ** 2 / (2 * {people})")


def to_levels(work, standardiser):
    """y and v in SDs of a single measurement, where they are in SDs of the change."""
    if standardiser != "change":
        words = "in SDs of a single measurement: the SD of the change is sqrt(2 (1 - r)) of them"
        work.step("v", f"variance {words}, squared", "2 * (1 - r) * v")
        work.step("y", words, f"{TO_LEVELS} * y")


def changes(work, effect, rows, standardiser):
    """Printed changes of two groups with their SDs."""
    for k, (row, group) in enumerate(zip(rows, ("treated", "controls"), strict=True), 1):
        converted(work, f"m{k}", row, "value", f"change, {group}")
        sd_of(work, row, k, f"of the change, {group}")
    of_two_groups(work, standardiser)
    to_levels(work, standardiser)


def statistic(work, effect, rows):
    """t: the test statistic of the comparison, printed, or a difference over its standard error, or that of the p-value."""
    row = rows[0]
    if row.statistic in TESTS:
        test_quantile(work, effect, rows)
        work.step("t", f"test statistic with its sign in the direction of the outcome{because(row)}", "q" if effect.yi > 0 else "-q")
        return of_clusters(work, row)
    if effect.route == "printed":
        converted(work, "d", row, "value", "difference")
        standard_error(work, row, 1, "of it")
        work.step("t", "test statistic: difference over its standard error", "d / se1")
        return
    if len(rows) == 1:
        converted(work, "d", row, "value", "difference")
    elif len(rows) == 4:
        for k, level in enumerate(rows, 1):
            converted(work, f"m{k}", level, "value", "mean")
        work.step("d", "change of the treated less that of the controls", "m1 - m2 - (m3 - m4)")
    else:
        places = PLACES.get(effect.pairing, ("of the treated", "of the controls"))
        for k, (level, where) in enumerate(zip(rows, places, strict=False), 1):
            converted(work, f"m{k}", level, "value", f"mean {where}")
        work.step("d", "difference", "m1 - m2")
    test_quantile(work, effect, rows)
    work.step("t", "test statistic with the sign of the difference", "q * d / abs(d)")
    of_clusters(work, row)


def of_clusters(work, row):
    """t of a cluster trial whose test takes no account of the clusters."""
    if row.deff != 1:
        design_effect(work, row)
        work.step("t", "test statistic with the clusters: over the root of the design effect", "t / sqrt(deff)")


def because(row):
    """Why the sign of a test statistic is what it is, where the number itself does not say it."""
    typed = f": the source says {row.direction}" if row.direction else ""
    beside = ": that of the means beside it" if row.statistic in UNSIGNED and not row.direction else ""
    turned = ", on a scale that runs the other way" if row.sign < 0 and not beside else ""
    return f"{typed}{beside}{turned}"


def of_table(work, effect, row):
    """y and v of the chi-squared of two groups."""
    work.given(chi2=(row.value, row.value_text), n1=row.size1, n2=row.size2)
    sign = "" if effect.yi > 0 else "-"
    work.step("d", f"d of its table, 2 sqrt(chi2 / (n - chi2)), with its sign{because(row)}", f"{sign}2 * sqrt(chi2 / (n1 + n2 - chi2))")
    effective(work, row, ("n1", "people"), ("n2", "people of the controls"))
    work.step("y", "times c(n1 + n2 - 2)", "c(n1 + n2 - 2) * d")
    work.step("v", "variance: 1/n1 + 1/n2 + y^2 / (2 (n1 + n2))", "1 / n1 + 1 / n2 + y ** 2 / (2 * (n1 + n2))")


def of_statistic(work, effect):
    """y and v of the test statistic of two groups."""
    work.given(n1=effect.n1, n2=effect.n2)
    work.step(
        "y", "difference in SDs of both groups: t sqrt(1/n1 + 1/n2), times c(n1 + n2 - 2)", "c(n1 + n2 - 2) * t * sqrt(1 / n1 + 1 / n2)"
    )
    work.step("v", "variance: 1/n1 + 1/n2 + y^2 / (2 (n1 + n2))", "1 / n1 + 1 / n2 + y ** 2 / (2 * (n1 + n2))")


def statistic_of_groups(work, effect, rows, standardiser):
    """The test statistic of two groups."""
    if rows[0].statistic == "chi2_value":
        return of_table(work, effect, rows[0])
    statistic(work, effect, rows)
    of_statistic(work, effect)


def statistic_of_changes(work, effect, rows, standardiser):
    """The test statistic of two groups' changes."""
    statistic(work, effect, rows)
    of_statistic(work, effect)
    to_levels(work, standardiser)


def statistic_twice(work, effect, rows, standardiser):
    """The test statistic of a change."""
    statistic(work, effect, rows)
    work.given(n=effect.n)
    work.step("y", "change in SDs of the change: t / sqrt(n), times c(n - 1)", "c(n - 1) * t / sqrt(n)")
    work.step("v", "variance: 1/n + y^2 / (2 n)", "1 / n + y ** 2 / (2 * n)")
    to_levels(work, standardiser)


def printed_variance(standardiser):
    """Words and expression of the variance of a standardised change y that is printed with n alone."""
    if standardiser == "change":
        return "variance: 1/n + y^2 / (2 n)", "1 / n + {y} ** 2 / (2 * n)"
    if standardiser == "control":
        return "variance: 2 (1 - r) / n + y^2 / (2 n)", "2 * (1 - r) / n + {y} ** 2 / (2 * n)"
    return "variance: 2 (1 - r) / n + (1 + r^2) y^2 / (4 n)", "2 * (1 - r) / n + (1 + r ** 2) * {y} ** 2 / (4 * n)"


def printed_difference(work, effect, rows, standardiser):
    """A standardised difference, or change, that is printed with n alone."""
    (row,) = rows
    work.given(printed=(row.value, row.value_text))
    turned = (row.value > 0) != (effect.yi > 0)
    work.step("y", f"standardised difference in the direction of the outcome{because(row)}", "-1 * printed" if turned else "printed")
    if same_people(effect):
        work.given(n=effect.n)
        words, expression = printed_variance(standardiser)
        return work.step("v", words, expression.format(y="y"))
    work.given(n1=effect.n1, n2=effect.n2)
    work.step("v", "variance: 1/n1 + 1/n2 + y^2 / (2 (n1 + n2))", "1 / n1 + 1 / n2 + y ** 2 / (2 * (n1 + n2))")


def kind(effect):
    """What the effect is made of, as `evidence.stages.effects.standardised.kinds` has it."""
    if effect.pairing == "counts":
        return printed_difference
    spreads, paired = effect.sd1 > 0 and effect.sd2 > 0, same_people(effect)
    if effect.pairing in OF_CHANGES:
        return (changes if effect.pairing == "changes" else levels_of_changes) if spreads else statistic_of_changes
    if spreads:
        return twice if paired else arms
    return statistic_twice if paired else statistic_of_groups


def standardised(work, effect, rows):
    """Add every step of a standardised effect to `work`, up to yi and vi."""
    kind(effect)(work, effect, rows, OF_CODE[effect.measure])
    work.step("yi", "", "y")
    work.step("vi", "", "v")
