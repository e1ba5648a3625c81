"""Methods as run: the plan, the routes, software and digests."""

from dataclasses import fields
from itertools import zip_longest

from evidence.document.blocks import column, plural, run, table, words_of

ROUTES = {
    "printed": "The change or difference is printed with its own SE, SD or interval.",
    "paired_p": "The exact p-value of a paired test gives the SE (t, n \N{MINUS SIGN} 1 degrees of freedom).",
    "between_p": "The exact p-value of a comparison between two arms gives the SE.",
    "spread": "Both spreads; the correlation within people is recovered from another study or assumed.",
    "quantiles": "Medians and quartiles, through the log scale.",
    "counts": "Events and people.",
    "bound": "Only p below a threshold: the largest SE that it allows. Never in the headline.",
    "none": "No standard error can be had: shown, not weighted.",
}


STANDARDISERS = {
    "pooled": "the pooled standard deviation of both groups (Hedges' g); the periods of a crossover, and levels before and after, are in "
    "units of the root of their average variance",
    "average": "the root of the average variance of the two sides",
    "control": "the standard deviation of the control group or period, or of the baseline",
    "change": "the standard deviation of the change within people",
}


def methods(inputs, prose):
    """Routes with their use, the standardiser where outcomes are pooled as SMD, conversions, the plan, software and digests."""
    return [routes(inputs), *standardiser(inputs), *conversions(inputs), *prose.blocks("plan"), plan(inputs), software(inputs)]


def routes(inputs):
    used, headline = inputs.effects["route"], inputs.effects["headline"] == "yes"
    rows = [
        [
            [run(words_of(code), "bold")],
            words,
            str(int((used == code).sum())),
            str(int((headline & (used == code)).sum())),
        ]
        for code, words in ROUTES.items()
    ]
    columns = [
        column("Route", 22),
        column("How the standard error came about", "1fr"),
        column("Effects", align="right"),
        column("In the headline", align="right"),
    ]
    return table("Routes to a standard error, the first that applies", columns, rows)


def standardiser(inputs):
    """The standard deviation that the review's standardised differences are in units of."""
    if not (inputs.tables.outcomes["measure"] == "SMD").any():
        return []
    name = inputs.config.smd_standardiser
    text = f" Every effect of a pool is in units of {STANDARDISERS[name]}, and is corrected for small samples (Hedges 1981)."
    if name != "change":
        text += (
            " A change with the spread of the change alone is scaled by sqrt(2 (1 \N{MINUS SIGN} r)), with r the correlation within people"
            " (Borenstein et al. 2009, eq. 4.27)."
        )
    text += " A number that cannot have this standardiser is shown, not weighted."
    return [{"kind": "text", "paragraphs": [[run("Standardised differences.", "bold"), run(text)]]}]


def conversions(inputs):
    """How many effects were converted from another kind, and how; nothing where none was."""
    n = int((inputs.effects["pairing"] == "converted").sum())
    if not n:
        return []
    weighted = "weighted, and left out in an analysis of their own" if inputs.config.convert else "shown, not weighted"
    text = (
        f" {plural(n, 'effect')} printed as an odds ratio, a correlation or a standardised difference, while the outcome is pooled as another of"
        f" the three: {weighted}. Conversion through d (Hasselblad & Hedges 1995; Borenstein et al. 2009, chapter 7)."
    )
    return [{"kind": "text", "paragraphs": [[run("Converted effects.", "bold"), run(text)]]}]


def plan(inputs):
    """Every choice of config.yaml that has a value."""
    keys = [field.name for field in fields(inputs.config) if field.name not in ("title", "subtitle", "question")]
    rows = [[[run(key, "code")], said(value)] for key in keys if not holds_rows(value := getattr(inputs.config, key))]
    half = (len(rows) + 1) // 2
    pairs = [[*left, *right] for left, right in zip_longest(rows[:half], rows[half:], fillvalue=["", ""])]
    columns = [column("Key"), column("Value", "1fr"), column("Key"), column("Value", "1fr")]
    return table("The plan (config/config.yaml)", columns, pairs, size=7.2)


def holds_rows(value):
    return isinstance(value, tuple) and any(isinstance(one, dict) for one in value)


def said(value):
    """A value of the plan in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(said, value)) or "none"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value) or "none"


def software(inputs):
    rows = [[name, version] for name, version in inputs.versions.items()]
    rows += [[f"SHA-256 of {name} (first 12 digits)", [run(value, "code")]] for name, value in inputs.digests.items()]
    note = "Digest: over the path and bytes of each file of config/ and of data/raw/, in the order of the paths."
    return table("Software and digests", [column("Name", 70), column("Version", "1fr")], rows, note=note, size=7.2)
