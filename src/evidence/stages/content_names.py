"""The numbers that prose may name: pools, counts of the evidence, and the plan's values.

A pool is named by its id and a form (`level.before_after.all.headline:change`); a count by
`count.reports`, with a noun where one follows (`count.reports:report`); a choice of the plan by
`config.correlation`. A pool that could exist and has no study is no error: the wording says so.
"""

from dataclasses import fields

from evidence.stages.analyses import analyses
from evidence.stages.content_counts import counts, lists
from evidence.stages.content_prose import near
from evidence.stages.content_words import (
    CONTRASTS,
    count,
    decimal,
    direction,
    effect_words,
    percent,
    plural,
    point_words,
    prediction_words,
    raised,
    scale_of,
)
from evidence.stages.scales import MINUS
from evidence.stages.words import p_words

VERBS = {
    ("before_after", "up"): "rose by",
    ("before_after", "down"): "fell by",
    ("before_after", "unclear"): "showed no clear change",
    ("versus_control", "up"): "was higher by",
    ("versus_control", "down"): "was lower by",
    ("versus_control", "unclear"): "was not clearly different",
    ("odds", "up"): "was more likely",
    ("odds", "down"): "was less likely",
    ("odds", "unclear"): "was neither clearly more nor clearly less likely",
}
PLAN_WORDS = {
    "z": "normal (z)",
    "knha": "Knapp-Hartung",
    "adhoc": "Knapp-Hartung, never narrower than the plain interval",
    "REML": "restricted maximum likelihood (REML)",
    "ML": "maximum likelihood",
    "DL": "DerSimonian-Laird",
    "PM": "Paule-Mandel",
    **{name: title.lower() for name, title in CONTRASTS.items()},
}
NOTHING = "could not be weighted in any study"


def size(row, unit):
    """The estimate without its sign, with its unit where it has one."""
    return signed_size(row, unit).lstrip(f"+{MINUS}")


def signed_size(row, unit):
    return (
        f"{point_words(row)} {unit}" if scale_of(row.measure) == "difference" and unit else point_words(row)
    )


def ends(row, level):
    """The interval in words: 95% CI +39% to +219%."""
    return f"{100 * level:g}% CI {effect_words(row).partition(' ')[2].strip('()')}"


def change(row, level, unit):
    """What happened, as a verb with its number: rose by 52% (95% CI +34% to +74%)."""
    if row.contrast == "single_arm":
        return f"{point_words(row)} ({ends(row, level)})"
    way = direction(row)
    if scale_of(row.measure) == "factor":
        return f"{VERBS['odds', way]} ({row.effect_unit} {point_words(row)}, {ends(row, level)})"
    verb = VERBS[row.contrast, way]
    if way == "unclear":
        return f"{verb} ({signed_size(row, unit)}, {ends(row, level)})"
    return f"{verb} {size(row, unit)} ({ends(row, level)})"


def studies(row):
    """6 studies, 99 people."""
    people = (
        f"{count(row.n)} people"
        if row.n == row.n
        else f"number of people not printed{' by all' if row.k > 1 else ''}"
    )
    return f"{plural(row.k, 'study', 'studies')}, {people}"


FORMS = {
    "change": change,
    "effect": lambda row, level, unit: point_words(row),
    "effect_interval": lambda row, level, unit: f"{point_words(row)} ({ends(row, level)})",
    "prediction": lambda row, level, unit: (
        prediction_words(row) or "not to be had from fewer than three studies"
    ),
    "studies": lambda row, level, unit: studies(row),
    "k": lambda row, level, unit: count(row.k),
    "n": lambda row, level, unit: count(row.n),
    "I2": lambda row, level, unit: percent(row.I2),
    "tau2": lambda row, level, unit: decimal(row.tau2),
    "p": lambda row, level, unit: p_words(row.p),
}
NAMESPACES = ("count.", "list.", "config.", "each.")
WITHOUT = {"change": NOTHING, "studies": "no study", "k": "0", "n": "0"}


class Names:
    """The words of each number that a text names; call it with a name and a form."""

    def __init__(self, inputs):
        self.inputs = inputs
        self.counts, self.lists = counts(inputs), lists(inputs)
        self.config = {field.name: getattr(inputs.config, field.name) for field in fields(inputs.config)}

    def __call__(self, name, form):
        kind, _, rest = name.partition(".")
        if kind == "count":
            return self.counted(rest, form)
        if kind == "list":
            return self.known(rest, self.lists, "list")
        if kind == "config":
            return self.plan(rest, form)
        if kind == "each":
            return self.each(rest)
        return self.pool(name, form)

    def known(self, name, values, kind):
        if name not in values:
            raise LookupError(f"there is no {kind} called {name!r}", near(name, values))
        return values[name]

    def counted(self, name, form):
        """A count, with its noun: 81 reports, or singular/plural as in study/studies; none for 0 where the form is none."""
        value = self.known(name, self.counts, "count")
        if form == "none":
            return f"{value:,.0f}" if value else "none"
        noun, _, several = form.partition("/")
        return plural(value, noun, several) if noun else f"{value:,.0f}"

    def plan(self, name, form=""):
        """A value of config.yaml; a share as percent where the form asks for it."""
        value = self.known(name, self.config, "key of the config")
        if form == "percent":
            return f"{100 * value:g}%"
        if isinstance(value, tuple):
            return ", ".join(f"{one:g}" if isinstance(one, float) else PLAN_WORDS.get(one, str(one)) for one in value)
        if value in PLAN_WORDS:
            return PLAN_WORDS[value]
        return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)

    def pool(self, name, form):
        """One form of a pool, or the wording for a pool that no study fills."""
        self.check(name)
        if form not in FORMS:
            raise LookupError(f"there is no form {form!r} of a pool", near(form, FORMS))
        row = self.inputs.pool.get(name)
        if row is None:
            return WITHOUT.get(form, "not to be had")
        about = self.inputs.outcomes[row.outcome]
        unit = "" if about.unit == about.label else raised(row.effect_unit)
        return FORMS[form](row, self.inputs.config.level, unit)

    def check(self, name):
        """Raise LookupError unless each part of a pool's name is known."""
        parts = name.split(".", 2)
        if len(parts) < 3 or "." not in parts[2]:
            raise LookupError(f"no number is called {name!r}", near(name, [*self.inputs.pool, *NAMESPACES]))
        outcome, contrast, rest = parts
        analysis = next((one for one in self.analyses if rest.endswith(f".{one}")), rest.partition(".")[2])
        stratum = rest.removesuffix(f".{analysis}")
        for part, kind, known in (
            (outcome, "outcome", self.inputs.outcomes),
            (contrast, "contrast", CONTRASTS),
            (stratum, "stratum", self.strata),
            (analysis, "analysis", self.analyses),
        ):
            if part not in known:
                raise LookupError(f"there is no {kind} called {part!r}", near(part, known))

    @property
    def strata(self):
        conditions = [f"condition-{name}" for name in self.inputs.condition_labels]
        drugs = sorted({f"drug-{drug}" for drug in self.inputs.tables.groups["drug"] if drug})
        levels = sorted({level.replace(":", "-") for levels in self.inputs.effects["moderators"] for level in levels.split(";") if level})
        return ["all", *conditions, *drugs, *levels]

    @property
    def analyses(self):
        return list(analyses(self.inputs.config))

    def each(self, contrast):
        """One sentence for all headline outcomes of a contrast, for a review without a text of its own."""
        self.known(contrast, CONTRASTS, "contrast")
        said = []
        for outcome in self.inputs.shown_outcomes:
            name = f"{outcome}.{contrast}.all.headline"
            if name in self.inputs.pool:
                label = self.inputs.outcomes[outcome].label
                said.append(f"{label} {self.pool(name, 'change')}, {self.pool(name, 'studies')}")
        return f"{CONTRASTS[contrast]}: {'; '.join(said)}." if said else ""
