"""The numbers that prose may name: pools, counts of the evidence, and the plan's values.

A pool is named by its id and a form: `level.before_after.all.headline:change` stands after the name of the outcome (rose by 52% ...),
`:result` by itself where the measure has a noun of its own (the hazard of death was lower ...); a count by
`count.reports`, with a noun where one follows (`count.reports:report`); a choice of the plan by
`config.correlation`. A pool that could exist and has no study is no error: the wording says so.
"""

from dataclasses import fields

from evidence.document.blocks import CONTRASTS, count, decimal, percent, plural, prediction_words
from evidence.document.prose import near
from evidence.stages.pools.analyses import analyses
from evidence.stages.report.counts import counts, lists
from evidence.words.measures import numbers_of, predicate, result, statement
from evidence.words.sentences import p_words

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


def studies(row):
    """6 studies, 99 people."""
    people = f"{count(row.n)} people" if row.n == row.n else f"number of people not printed{' by all' if row.k > 1 else ''}"
    return f"{plural(row.k, 'study', 'studies')}, {people}"


FORMS = {
    "change": predicate,
    "result": result,
    "effect": lambda row, level, about: numbers_of(row, level)[0],
    "effect_interval": lambda row, level, about: "{} ({})".format(*numbers_of(row, level)),
    "prediction": lambda row, level, about: prediction_words(row) or "not to be had from fewer than three studies",
    "studies": lambda row, level, about: studies(row),
    "k": lambda row, level, about: count(row.k),
    "n": lambda row, level, about: count(row.n),
    "I2": lambda row, level, about: percent(row.I2),
    "tau2": lambda row, level, about: decimal(row.tau2),
    "p": lambda row, level, about: p_words(row.p),
}
NAMESPACES = ("count.", "list.", "config.", "each.")
WITHOUT = {"change": NOTHING, "result": NOTHING, "studies": "no study", "k": "0", "n": "0"}


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
        return FORMS[form](row, self.inputs.config.level, self.inputs.outcomes[row.outcome])

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
            if row := self.inputs.pool.get(name):
                said.append(f"{statement(row, self.inputs.config.level, self.inputs.outcomes[outcome])}, {studies(row)}")
        return f"{CONTRASTS[contrast]}: {'; '.join(said)}." if said else ""
