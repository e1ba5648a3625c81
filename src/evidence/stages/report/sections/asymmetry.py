"""What needs many studies: figures of asymmetry and influence, and meta-regressions."""

from evidence.document.blocks import CONTRASTS, column, count, percent, plural, run, sentence, table, text, words_of
from evidence.stages.report.figures import drawings
from evidence.stages.report.sections.front import interval_name
from evidence.vocabulary import HEADLINE, LEAST_STUDIES
from evidence.words.measures import scale_of_difference, scale_of_row
from evidence.words.scales import in_words
from evidence.words.sentences import p_words

KINDS = ("funnel", "baujat", "bubble")


def many(inputs, outcome, contrast):
    """Figures and meta-regressions of one outcome and contrast; none where it has too few studies."""
    drawn = [block for kind in KINDS for block in drawings(inputs, kind=kind, outcome=outcome, contrast=contrast)]
    return [*regressions(inputs, outcome, contrast), *drawn]


def regressions(inputs, outcome, contrast):
    """Table of the meta-regressions, two coefficients each."""
    found = [row for row in inputs.regressions_of.get((outcome, contrast), []) if row.coefficient]
    if not found:
        return []
    columns = [
        column("Moderator", "1fr"), column("Coefficient", "1fr"), column("Studies", align="right"),
        column(f"On the effect ({interval_name(inputs)})", align="right"), column("p", align="right"),
        column("Left I²", align="right"), column("Explained", align="right"),
    ]  # fmt: skip
    made = [regression_row(row) for row in found]
    note = (
        "Intercept: the effect where the moderator is 0. Slope: what one unit of the moderator goes with. Explained: share of tau² between "
        "studies. Across studies, not within them: the people differ in more than the moderator."
    )
    return [table(f"{inputs.outcome_title(outcome, contrast)}: meta-regression", columns, made, note=note)]


def regression_row(row):
    scale = scale_of_difference(row.measure, row.effect_unit) if row.coefficient == "slope" else scale_of_row(row)
    effect = in_words(scale, row.estimate, row.ci_low, row.ci_high)
    name = sentence(words_of(row.moderator))
    return [name, row.coefficient, count(row.k), [run(effect, "bold")], p_words(row.p), percent(row.I2), percent(row.R2)]


def too_few(inputs):
    """A sentence where no pool has the studies that a funnel plot and a regression need."""
    whole = [
        row for row in inputs.pool.values() if row.analysis == HEADLINE and row.stratum == "all" and row.outcome in inputs.shown_outcomes
    ]
    largest = max(whole, key=lambda row: row.k, default=None)
    if largest is None or largest.k >= LEAST_STUDIES:
        return []
    said = (
        f"No pool has the {LEAST_STUDIES} studies that it takes to tell asymmetry from chance; the largest has "
        f"{plural(largest.k, 'study', 'studies')} ({inputs.outcomes[largest.outcome].label}, {CONTRASTS[largest.contrast].lower()}). There is "
        "therefore no funnel plot, no test of asymmetry and no meta-regression: what was not published cannot be told from these data."
    )
    return [text([run("No funnel plot. ", "bold"), run(said)])]
