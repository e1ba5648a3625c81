"""The arithmetic of one pool of 2x2 tables: Mantel-Haenszel and Peto; a binomial model has no formula for its estimate."""

from evidence.stages.trace.arithmetic import Work
from evidence.stages.trace.pools import total
from evidence.stages.trace.readable import OF_POOL, read_back

RATIO = "pooled estimate: ln(sum R / sum S)"
VARIANCE = {
    "OR": "variance: (sum P R / R^2 + (sum P S + sum Q R) / (R S) + sum Q S / S^2) / 2, with P = (a + d) / N and Q = (b + c) / N",
    "RR": "variance: sum (n1 n2 (a + c) / N^2 - a c / N) / (R S)",
    "RD": "variance: (estimate sum P + sum Q) / (sum n1 n2 / N)^2, "
          "with P = (n1^2 c - n2^2 a + n1 n2 (n2 - n1) / 2) / N^2 and Q = (a d + c b) / (2 N)",
}  # fmt: skip


def table(effects):
    """Steps to the 2x2 table of a cohort: events and people of its treated arms, and of its control arms, each arm once."""
    work = Work()
    sides = {"group_id": (("x1", "events of the treated arms"), ("n1", "people of the treated arms")),
             "control_id": (("x2", "events of the control arms"), ("n2", "people of the control arms"))}  # fmt: skip
    for side, counts in sides.items():
        arms = list({getattr(effect, side): effect for effect in effects}.values())
        for name, what in counts:
            parts = {f"{name}_{i}": getattr(effect, name) for i, effect in enumerate(arms, 1)}
            work.given(**parts)
            total(work, name, what, list(parts))
    return work


def cells(work, members):
    """Cells a, b, c, d and N of each table."""
    for i, member in enumerate(members, 1):
        work.given(**{f"a{i}": member.x1, f"n1_{i}": member.n1, f"c{i}": member.x2, f"n2_{i}": member.n2})
        work.given(**{f"b{i}": member.n1 - member.x1, f"d{i}": member.n2 - member.x2, f"m{i}": member.n1 + member.n2})


def sums(work, count, **terms):
    """Sums over all tables; `{i}` in a term stands for the number of the table."""
    for name, (what, term) in terms.items():
        total(work, name, what, [term.format(i=i) for i in range(1, count + 1)])


def peto(work, pool, members):
    """Events observed less expected, and their hypergeometric variance. [yusuf1985]"""
    for i, member in enumerate(members, 1):
        work.step(f"e{i}", f"events expected of {member.study_label}: n1 (a + c) / N", f"n1_{i} * (a{i} + c{i}) / m{i}")
        words = f"variance of {member.study_label}: n1 n2 (a + c) (b + d) / (N^2 (N - 1))"
        work.step(f"v{i}", words, f"n1_{i} * n2_{i} * (a{i} + c{i}) * (b{i} + d{i}) / (m{i} ** 2 * (m{i} - 1))")
    sums(work, len(members), excess=("sum of observed less expected", "(a{i} - e{i})"), v=("sum of the variances", "v{i}"))
    work.step("mu", "pooled estimate: sum (O - E) / sum V", "excess / v")
    work.step("variance", "variance: 1 / sum V", "1 / v")


def odds_ratio(work, pool, members):
    """Mantel-Haenszel odds ratio; its variance by Robins, Breslow & Greenland. [mantel1959] [robins1986]"""
    P, Q, R, S = "(a{i} + d{i}) / m{i}", "(b{i} + c{i}) / m{i}", "a{i} * d{i} / m{i}", "b{i} * c{i} / m{i}"
    sums(work, len(members), r=("sum R: a d / N", R), s=("sum S: b c / N", S))
    work.step("mu", RATIO, "ln(r / s)")
    sums(
        work,
        len(members),
        pr=("sum P R", f"{P} * {R}"),
        ps=("sum P S", f"{P} * {S}"),
        qr=("sum Q R", f"{Q} * {R}"),
        qs=("sum Q S", f"{Q} * {S}"),
    )
    work.step("variance", VARIANCE["OR"], "(pr / r ** 2 + (ps + qr) / (r * s) + qs / s ** 2) / 2")


def risk_ratio(work, pool, members):
    """Mantel-Haenszel risk ratio; its variance by Greenland & Robins. [greenland1985]"""
    sums(work, len(members), r=("sum R: a n2 / N", "a{i} * n2_{i} / m{i}"), s=("sum S: c n1 / N", "c{i} * n1_{i} / m{i}"))
    work.step("mu", RATIO, "ln(r / s)")
    sums(
        work,
        len(members),
        excess=("sum of n1 n2 (a + c) / N^2 - a c / N", "n1_{i} * n2_{i} * (a{i} + c{i}) / m{i} ** 2 - a{i} * c{i} / m{i}"),
    )
    work.step("variance", VARIANCE["RR"], "excess / (r * s)")


def risk_difference(work, pool, members):
    """Mantel-Haenszel risk difference; its variance by Sato, Greenland & Robins. [sato1989]"""
    sums(work, len(members), excess=("sum of (a n2 - c n1) / N", "(a{i} * n2_{i} - c{i} * n1_{i}) / m{i}"),
         weight=("sum of n1 n2 / N", "n1_{i} * n2_{i} / m{i}"))  # fmt: skip
    work.step("mu", "pooled estimate: sum (a n2 - c n1) / N over sum n1 n2 / N", "excess / weight")
    sums(work, len(members),
         sum_p=("sum P", "(n1_{i} ** 2 * c{i} - n2_{i} ** 2 * a{i} + n1_{i} * n2_{i} * (n2_{i} - n1_{i}) / 2) / m{i} ** 2"),
         sum_q=("sum Q", "(a{i} * d{i} + c{i} * b{i}) / (2 * m{i})"))  # fmt: skip
    work.step("variance", VARIANCE["RD"], "(mu * sum_p + sum_q) / weight ** 2")


def likelihood(work, pool, members):
    """A binomial model: the estimate is where the likelihood of all counts is highest. [jackson2018]"""
    work.carried(mu=pool.estimate, se=pool.se)
    if pool.tau2 == pool.tau2:
        work.carried(tau2=pool.tau2)


STEPS = {
    ("MH", "OR"): odds_ratio, ("MH", "RR"): risk_ratio, ("MH", "RD"): risk_difference, ("Peto", "OR"): peto, ("GLMM", "OR"): likelihood,
}  # fmt: skip


def spelled_out(pool, members, level):
    """Steps from the 2x2 tables of a pool to its numbers.

    Parameters
    ----------
    pool : row of pools
    members : list of rows of members
        The cohorts whose tables say something.
    level : float
    """
    work = Work()
    cells(work, members)
    STEPS[pool.method, pool.measure](work, pool, members)
    if "se" not in work:
        work.step("se", "standard error", "sqrt(variance)")
    work.given(share=(1 + level) / 2)
    work.step("width", "normal quantile", "z(share)")
    work.step("ci_low", f"lower end of the {100 * level:g}% interval", "mu - width * se")
    work.step("ci_high", "upper end", "mu + width * se")
    if pool.pi_low == pool.pi_low:
        work.step(
            "pi_low", "lower end of the prediction interval: estimate - quantile sqrt(tau2 + se^2)", "mu - width * sqrt(tau2 + se ** 2)"
        )
        work.step("pi_high", "upper end", "mu + width * sqrt(tau2 + se ** 2)")
    read_back(work, pool, OF_POOL)
    return work
