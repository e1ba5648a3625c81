"""How a measure is said: its scale, its name, what is higher or lower, the readable unit, and the sentence of a result.

Every text, figure and table takes these words from here. A hazard, odds, risk or rate is that of an event, which the
column `event` of outcomes.csv names: a hazard ratio of 0.70 on overall survival is a lower hazard of death.
"""

from dataclasses import dataclass

from evidence.words.scales import MINUS, in_words, raised, scale_named, times_of
from evidence.words.sentences import lowered, sentence

UP, DOWN, UNCLEAR = "up", "down", "unclear"


@dataclass(frozen=True)
class Measure:
    """The words of one measure.

    Parameters
    ----------
    scale : str
        A key of `evidence.words.scales.SCALES`.
    name : str
        What the number is called: hazard ratio.
    noun : str
        What is higher or lower: hazard. Empty where it is the outcome itself.
    unit : str
        Readable unit of the effect; empty where it is the outcome's.
    of_event : bool
        Whether the noun is that of an event: the hazard of death, but the proportion alone.
    counted : bool
        Whether numbers can be printed per 1,000 people or units of person-time.
    """

    scale: str = "difference"
    name: str = "difference"
    noun: str = ""
    unit: str = ""
    of_event: bool = False
    counted: bool = False


PLAIN = Measure()
STANDARDISED = Measure(name="standardised difference", unit="SD")
MEASURES = {
    "ROM": Measure("ratio", "ratio of means", unit="% change"),
    "MD": PLAIN,
    **dict.fromkeys(("SMD", "SMDH", "SMD1", "SMCRP", "SMCR", "SMCC"), STANDARDISED),
    "MN": Measure("level", "mean", "mean"),
    "PLO": Measure("proportion", "proportion", "proportion", "%", counted=True),
    "PR": Measure("share", "proportion", "proportion", "%", counted=True),
    "PFT": Measure("arcsine", "proportion", "proportion", "%", counted=True),
    "IRLN": Measure("rate", "rate", "rate", of_event=True, counted=True),
    "OR": Measure("factor", "odds ratio", "odds", "odds ratio", of_event=True),
    "RR": Measure("factor", "risk ratio", "risk", "risk ratio", of_event=True),
    "HR": Measure("factor", "hazard ratio", "hazard", "hazard ratio", of_event=True),
    "IRR": Measure("factor", "rate ratio", "rate", "rate ratio", of_event=True),
    "RD": Measure("difference", "risk difference", "risk", "risk difference", of_event=True, counted=True),
    "ZCOR": Measure("correlation", "correlation", "correlation", "correlation"),
}
UNITS = dict.fromkeys((("ROM", "versus_control"), ("ROM", "versus_active")), "% difference")
LOGARITHMIC = ("ratio", "factor", "proportion", "rate")
RATIOS = tuple(code for code, measure in MEASURES.items() if measure.scale == "factor")
LOGS = tuple(code for code, measure in MEASURES.items() if measure.scale in ("ratio", "factor"))
LOGARITHMS = tuple(code for code, measure in MEASURES.items() if measure.scale in LOGARITHMIC)
CHANCES = ("OR", "RR")
RATIO_OF_RATIOS = "ratio of ratios"
VERBS = {
    "before_after": {UP: "rose by", DOWN: "fell by", UNCLEAR: "showed no clear change"},
    "versus_control": {UP: "was higher by", DOWN: "was lower by", UNCLEAR: "was not clearly different"},
}
LIKELY = {UP: "was more likely", DOWN: "was less likely", UNCLEAR: "was neither clearly more nor clearly less likely"}
SIDES = {UP: "higher", DOWN: "lower", UNCLEAR: "not clearly different"}


def measure_of(code):
    """The words of a measure; one that has none of its own is a difference in the outcome's unit."""
    return MEASURES.get(code, PLAIN)


def scale_of(code, unit=""):
    """Name of the scale that a measure is printed on, with the number of people or of person-time that its unit is for."""
    measure = measure_of(code)
    return f"{measure.scale} {unit}" if measure.counted and times_of(unit) else measure.scale


def grouped(per):
    """A number of people or of person-time as it is printed: 1,000 person-years for 1000 person-years."""
    number, _, of = per.partition(" ")
    return f"{int(number):,} {of}".strip()


def readable_unit(code, contrast, unit, per=""):
    """Readable unit of an effect.

    Parameters
    ----------
    code : str
        Its measure.
    contrast : str
    unit, per : str
        Of its outcome, as in outcomes.csv.
    """
    measure = measure_of(code)
    if measure.counted and per:
        return f"per {grouped(per)}"
    if measure.scale == "rate":
        return f"per 1 {unit or 'unit of person-time'}"
    return UNITS.get((code, contrast)) or measure.unit or unit


def scale_of_row(row):
    """Name of the scale of an effect or pool; a kept release names no unit."""
    return scale_of(row.measure, getattr(row, "effect_unit", ""))


def scale_of_difference(code, unit=""):
    """Name of the scale of a difference between results: that of two logits or two values of Fisher's z stays as it is."""
    return scale_of(code, unit) if measure_of(code).scale in ("ratio", "factor", "difference") else "difference"


def direction(row):
    """up, down or unclear, by the interval of a pool of comparisons."""
    return UP if row.ci_low > 0 else DOWN if row.ci_high < 0 else UNCLEAR


def point_and_ends(code, unit, estimate, low, high):
    """Estimate and the ends of its interval apart, such as +52% and +38% to +68%."""
    point, _, ends = in_words(scale_of(code, unit), estimate, low, high).partition(" (")
    return point, ends.removesuffix(")")


def unit_after(code, unit):
    """The unit after a number, with a space before it; none where the number has a sign of its own or the unit is the measure's name."""
    bare = not unit or scale_named(scale_of(code, unit)).sign or unit == measure_of(code).name
    return "" if bare else f" {raised(unit)}"


def unit_beside(code, unit):
    """The unit after an estimate with its interval: that after a number, and the name of a ratio or a risk difference."""
    return f" {unit}" if unit == measure_of(code).name and code != "ZCOR" else unit_after(code, unit)


def interval(code, estimate, low, high, unit=""):
    """Estimate with its interval as a reader reads it, such as +52% (+38% to +68%) or 0.70 (0.50 to 0.98) hazard ratio."""
    return in_words(scale_of(code, unit), estimate, low, high) + unit_beside(code, unit)


def of_event(code, about):
    """The event of a noun, such as " of death"; empty where outcomes.csv names none."""
    return f" of {about.event}" if about.event and measure_of(code).of_event else ""


def numbers_of(row, level):
    """Estimate and interval, without a unit: +52%, 95% CI +34% to +74%."""
    point, ends = point_and_ends(row.measure, row.effect_unit, row.estimate, row.ci_low, row.ci_high)
    return point, f"{100 * level:g}% CI {ends}"


def numbers_in_unit(row, level, about):
    """Estimate with its unit, which the label does not say twice, and its interval: 22.5 per 100,000, 95% CI 18.1 to 27.9."""
    point, ends = numbers_of(row, level)
    return point + ("" if row.effect_unit == about.label else unit_after(row.measure, row.effect_unit)), ends


def axis_title(code, contrast, unit, about):
    """Words below an axis: Change in body weight (kg), Hazard ratio for death, Stroke (per 100,000).

    Parameters
    ----------
    code : str
        Measure.
    contrast : str
        Of the effects; "" for a title that names the outcome alone.
    unit : str
        Their readable unit.
    about
        Row of outcomes.csv.
    """
    measure, unit = measure_of(code), unit_after(code, unit).strip()
    start = {"before_after": "Change in ", "single_arm": "", "": ""}.get(contrast, "Difference in ")
    if about.event and measure.of_event:
        words = sentence(f"{measure.name} {'of' if measure.name == measure.noun else 'for'} {about.event}")
    else:
        words = about.label if measure.noun else sentence(start + lowered(about.label))
    return f"{words} ({unit})" if unit else words


def is_compared(row):
    """Whether a result says that something is higher or lower, and is no level of one group."""
    return row.contrast != "single_arm"


def predicate(row, level, about):
    """What happened, to stand after the name of the outcome: rose by 52% (95% CI +34% to +74%).

    Parameters
    ----------
    row
        A pool, with contrast, measure, effect_unit, estimate, ci_low and ci_high.
    level : float
        Of the interval.
    about
        Its row of outcomes.csv.
    """
    measure, way = measure_of(row.measure), direction(row)
    point, interval = numbers_in_unit(row, level, about)
    if not is_compared(row):
        return f"{point} ({interval})"
    if measure.noun:
        chance = row.measure in CHANCES and not about.event
        verb = LIKELY[way] if chance else f"had {possessed(row.measure, way)}{of_event(row.measure, about)}"
        return f"{verb} ({measure.name} {point}, {interval})"
    verb = VERBS.get(row.contrast, VERBS["versus_control"])[way]
    if way == UNCLEAR:
        return f"{verb} ({point}, {interval})"
    return f"{verb} {point.lstrip(f'+{MINUS}')} ({interval})"


def possessed(code, way):
    """a lower hazard, lower odds, neither a clearly higher nor a clearly lower risk."""
    noun, article = measure_of(code).noun, "" if measure_of(code).noun == "odds" else "a "
    if way == UNCLEAR:
        return f"neither {article}clearly higher nor {article}clearly lower {noun}"
    return f"{article}{SIDES[way]} {noun}"


def result(row, level, about):
    """What happened, below the name of the outcome: the hazard of death was lower (hazard ratio 0.70, 95% CI 0.50 to 0.98)."""
    measure = measure_of(row.measure)
    if not (is_compared(row) and measure.noun):
        return predicate(row, level, about)
    point, interval = numbers_in_unit(row, level, about)
    verb = "were" if measure.noun == "odds" else "was"
    return f"the {measure.noun}{of_event(row.measure, about)} {verb} {SIDES[direction(row)]} ({measure.name} {point}, {interval})"


def statement(row, level, about):
    """What happened, with the name of the outcome."""
    own = is_compared(row) and measure_of(row.measure).noun
    return f"{about.label}{':' if own else ''} {result(row, level, about)}"
