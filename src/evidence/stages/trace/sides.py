"""The two sides of a contrast, spelled out: units, standard errors, quartiles, and what a pair of levels gives.

Each function adds steps to a `Work`; `k` numbers the sides, so that m1 is the mean of side 1 and se2 the
standard error of side 2. The rows are those of `evidence.stages.effects.levels.joined`.
"""

from evidence.stages.effects.standardised import MEASURES as IN_SDS
from evidence.vocabulary import TESTS
from evidence.words.measures import RATIOS

QUANTILES = {
    "iqr": ("quartile", "0.7 + 0.39 / n{k}", "(0.75 * n{k} - 0.125) / (n{k} + 0.25)"),
    "range": ("extreme", "4 / (4 + n{k} ** 0.75)", "(n{k} - 0.375) / (n{k} + 0.25)"),
}


def same_people(effect):
    """Whether both numbers are of the same people."""
    if effect.contrast == "before_after":
        return True
    printed = ("test", "counts") if effect.measure in IN_SDS else ()
    periods = effect.pairing in ("follow_up", *printed) or (effect.pairing == "difference" and effect.measure not in RATIOS)
    return periods and effect.design == "rct_crossover"


def converted(work, name, row, column, what):
    """A printed number in the unit of its outcome; on a scale that runs the other way its sign turns, and the ends change places."""
    single = column == "spread_low" and not row.spread_high_text
    turned = row.sign < 0 and not single
    if turned:
        column = {"spread_low": "spread_high", "spread_high": "spread_low"}.get(column, column)
    number, text = getattr(row, column), getattr(row, f"{column}_text")
    factor = (row.factor if row.factor == row.factor else 1) * (-1 if turned else 1)
    if factor == 1:
        work.given(**{name: (number, text)})
        return
    work.given(printed=(number, text), factor=factor)
    words = f"{row.unit}, which runs the other way" if turned else row.unit
    work.step(name, f"{what} in {row.to_unit}: times the factor of units.csv for {words}", "printed * factor")


def test_quantile(work, effect, rows):
    """q: the test statistic of a comparison, as printed or from its p-value."""
    if rows[-1].statistic in TESTS:
        work.given(statistic=(rows[-1].value, rows[-1].value_text))
        if rows[-1].statistic == "f_value":
            work.step("q", "test statistic: root of F", "sqrt(statistic)")
        else:
            work.step("q", "size of the test statistic", "abs(statistic)")
        return
    work.given(p=effect.p_value)
    df = "n - 1" if same_people(effect) else "n1 + n2 - 2"
    if same_people(effect) and effect.n == effect.n:
        work.given(n=effect.n)
        quantile = "t(1 - p / 2, n - 1)"
    elif effect.pairing == "difference" and effect.n == effect.n:
        work.given(n=effect.n)
        quantile, df = "t(1 - p / 2, n - 2)", "n - 2"
    elif not same_people(effect) and effect.n_control == effect.n_control and effect.n == effect.n:
        work.given(n1=effect.n, n2=effect.n_control)
        quantile = "t(1 - p / 2, n1 + n2 - 2)"
    else:
        quantile, df = "z(1 - p / 2)", ""
    words = f"t quantile with {df} degrees of freedom" if df else "normal quantile, n is not printed"
    work.step("q", f"{words}, two-sided", quantile)


def interval_half(work, k, row):
    """Expression for the standard error of side k from its 95% interval, low and high."""
    groups = 2 if row.apart else 1
    if row.n > groups:
        work.given(**{f"n{k}": row.n})
        return f"(high{k} - low{k}) / (2 * t(0.975, n{k} - {groups}))", f"t(0.975, n - {groups})"
    return f"(high{k} - low{k}) / (2 * z(0.975))", "z(0.975), n is not printed"


def design_effect(work, row):
    """deff: the design effect of a cluster trial whose source takes no account of the clusters. [higgins2024]"""
    work.given(cluster=(row.cluster_size, row.cluster_size_text), icc=(row.icc, row.icc_text))
    work.step("deff", "design effect of allocating clusters: 1 + (cluster size - 1) icc", "1 + (cluster - 1) * icc")


def log_error(work, row):
    """se: standard error of the logarithm of a printed ratio, from its interval or its own standard error."""
    work.given(low=(row.spread_low, row.spread_low_text))
    if row.kind == "se":
        work.step("se", "standard error of the logarithm: that of the ratio over the ratio", "low / ratio")
    else:
        work.given(high=(row.spread_high, row.spread_high_text))
        work.step("se", "standard error: width of the interval on the log scale over 2 z(0.975)", "ln(high / low) / (2 * z(0.975))")
    clustered(work, row, "se")


def clustered(work, row, name, what="standard error", root=True):
    """`name` in a cluster trial: times the design effect, or its root."""
    if row.deff != 1:
        design_effect(work, row)
        work.step(name, f"{what} times {'its root' if root else 'it'}", f"{name} * sqrt(deff)" if root else f"{name} * deff")


def effective(work, row, *numbers):
    """Counts, people or person-time of a cluster trial over its design effect."""
    if row.deff != 1:
        design_effect(work, row)
        for name, what in numbers:
            work.step(name, f"effective {what}: over the design effect", f"{name} / deff")


def standard_error(work, row, k, where):
    """se{k}: the standard error of a mean or change, in the outcome's unit."""
    if row.kind == "se":
        converted(work, f"se{k}", row, "spread_low", f"standard error {where}")
    elif row.kind == "sd":
        converted(work, f"sd{k}", row, "spread_low", f"SD {where}")
        work.given(**{f"n{k}": row.n})
        work.step(f"se{k}", f"standard error {where}: SD / sqrt(n)", f"sd{k} / sqrt(n{k})")
    else:
        for end in ("low", "high"):
            converted(work, f"{end}{k}", row, f"spread_{end}", f"{end} end of the interval {where}")
        expression, quantile = interval_half(work, k, row)
        work.step(f"se{k}", f"standard error {where}: width of the 95% interval over 2 {quantile}", expression)
    clustered(work, row, f"se{k}")


def by_quantiles(row):
    """Whether the mean of a row is estimated from a median with quartiles or range."""
    usable = row.statistic == "median" and row.n >= 5 and row.kind in QUANTILES and row.low <= row.m <= row.high
    return usable and row.low < row.high and (row.measure != "ROM" or row.low > 0)


def moments(work, row, k, where):
    """y{k} and v{k}: mean and its variance from a median with quartiles or range. [luo2018] [wan2014]"""
    noun, weight, share = QUANTILES[row.kind]
    names = {"low": ("spread_low", f"lower {noun}"), "mid": ("value", "median"), "high": ("spread_high", f"upper {noun}")}
    for name, (column, what) in names.items():
        converted(work, f"{name}{k}", row, column, f"{what} {where}")
        if row.measure == "ROM":
            work.step(f"{name}{k}", f"{what} {where} as a logarithm", f"ln({name}{k})")
    work.given(**{f"n{k}": row.n})
    work.step(f"w{k}", f"weight of the {noun}s {where}", weight.format(k=k))
    work.step(f"y{k}", f"mean {where} (Luo 2018)", f"w{k} * (low{k} + high{k}) / 2 + (1 - w{k}) * mid{k}")
    work.step(f"sd{k}", f"SD {where} (Wan 2014)", f"(high{k} - low{k}) / (2 * z({share.format(k=k)}))")
    work.step(f"v{k}", f"variance of the mean {where}: SD^2 / n", f"sd{k} ** 2 / n{k}")
    clustered(work, row, f"v{k}", "variance", root=False)


def variance(work, row, k, where):
    """v{k}: variance of a mean on the analysis scale."""
    if f"v{k}" in work:
        return
    logs = row.measure == "ROM"
    if logs and row.statistic == "geometric_mean" and row.kind == "ci95":
        for end in ("low", "high"):
            work.given(**{f"{end}{k}": (getattr(row, f"spread_{end}"), getattr(row, f"spread_{end}_text"))})
        expression = interval_half(work, k, row)[0].replace(f"(high{k} - low{k})", f"ln(high{k} / low{k})")
        work.step(f"se{k}", f"standard error of the logarithm {where}", expression)
        clustered(work, row, f"se{k}")
        work.step(f"v{k}", f"variance {where}", f"se{k} ** 2")
        return
    standard_error(work, row, k, where)
    if logs:
        work.step(f"v{k}", f"variance of the logarithm {where}: (SE / mean)^2", f"(se{k} / m{k}) ** 2")
    else:
        work.step(f"v{k}", f"variance {where}: SE^2", f"se{k} ** 2")


def pair(work, rows, sides, where, out, effect, paired):
    """Effect y_out of two levels, and where the route asks for it its variance v_out.

    Parameters
    ----------
    work : Work
    rows : two measurement rows
        Follow-up (or treated) first.
    sides : two int
        Numbers of the sides.
    where : two str
        Words for the sides.
    out : str
        Ending of the names of the result.
    effect : row of effects
    paired : bool
        The same people twice.
    """
    i, j = sides
    for row, k, place in zip(rows, sides, where, strict=True):
        converted(work, f"m{k}", row, "value", f"mean {place}")
    quantiles = [by_quantiles(row) for row in rows]
    for row, k, place, from_quantiles in zip(rows, sides, where, quantiles, strict=True):
        if from_quantiles:
            moments(work, row, k, place)
    logs = rows[0].measure == "ROM"
    if any(quantiles):
        for k, from_quantiles, place in zip(sides, quantiles, where, strict=True):
            if not from_quantiles:
                work.step(f"y{k}", f"logarithm of the mean {place}", f"ln(m{k})" if logs else f"m{k}")
        work.step(f"y_{out}", "difference of the two", f"y{i} - y{j}")
    elif logs:
        work.step(f"y_{out}", f"log ratio of means, {where[0]} over {where[1]}", f"ln(m{i} / m{j})")
    else:
        work.step(f"y_{out}", f"difference of means, {where[0]} less {where[1]}", f"m{i} - m{j}")
    if effect.route in ("spread", "quantiles"):
        for row, k, place in zip(rows, sides, where, strict=True):
            variance(work, row, k, place)
        joint(work, f"v{i}", f"v{j}", out, paired)


def joint(work, one, two, out, paired):
    """v_out: variance of a difference; without a variance on one side it rests on no correlation."""
    if paired and work[one] * work[two] > 0:
        work.step(f"v_{out}", "variance of the difference: v1 + v2 - 2 r sqrt(v1 v2)", f"{one} + {two} - 2 * r * sqrt({one} * {two})")
    else:
        words = "v1 + v2 - 2 r sqrt(v1 v2), one of the two being 0" if paired else "v1 + v2, of different people"
        work.step(f"v_{out}", f"variance of the difference: {words}", f"{one} + {two}")
