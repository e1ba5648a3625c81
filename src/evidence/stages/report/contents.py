"""The report's content: a list of sections, each made by one function from the tables."""

from evidence.document.prose import Prose
from evidence.document.references import references
from evidence.stages.report.inputs import Inputs
from evidence.stages.report.names import Names
from evidence.stages.report.sections.beside import bias, flow, prisma, reviews
from evidence.stages.report.sections.certainty import profile
from evidence.stages.report.sections.changes import changes
from evidence.stages.report.sections.citations import citations_checked
from evidence.stages.report.sections.contrasts import contrasts
from evidence.stages.report.sections.evidence_map import evidence_map
from evidence.stages.report.sections.front import front
from evidence.stages.report.sections.judged import flags, opinion
from evidence.stages.report.sections.methods import methods
from evidence.stages.report.sections.missing import missing_results
from evidence.stages.report.sections.numbers import every_number
from evidence.stages.report.sections.outcomes import outcomes
from evidence.stages.report.sections.pools import every_pool
from evidence.stages.report.sections.regression_to_mean import chance
from evidence.stages.report.sections.studies import characteristics
from evidence.stages.report.sections.verdicts import verdicts
from evidence.words.names import named, spelled

__all__ = ["SECTIONS", "Inputs", "content"]

SECTIONS = {
    "map": ("Evidence map", evidence_map),
    "outcomes": ("Results by outcome", outcomes),
    "verdicts": ("Verdicts on the claims", verdicts),
    "contrasts": ("Does a condition change the effect?", contrasts),
    "certainty": ("Certainty of the evidence", profile),
    "missing": ("Results that the pools cannot see", missing_results),
    "chance": ("Regression to the mean", chance),
    "flow": ("Flow of reports", flow),
    "bias": ("Risk of bias", bias),
    "opinion": ("Second opinion", opinion),
    "reviews": ("Earlier reviews", reviews),
    "flags": ("Doubts about the data", flags),
    "studies": ("Studies", characteristics),
    "numbers": ("Every study’s numbers", every_number),
    "pools": ("Every pool’s id", every_pool),
    "citations": ("The article’s references", citations_checked),
    "changes": ("What has changed", changes),
    "methods": ("Methods as run", methods),
    "prisma": ("PRISMA 2020 checklist", prisma),
    "references": ("References", references),
}
ROOM, MANY_ROWS = 90, 24
LONG = ("map", "flags")


def subject(inputs):
    """What made the report, for the foot of each page."""
    parts = {"evidence": inputs.versions.get("evidence"), "data": inputs.digests.get("data")}
    return " \N{MIDDLE DOT} ".join(f"{name} {value}" for name, value in parts.items() if value)


def room_for(name, blocks):
    """Millimetres that a section needs to begin on a page; 0 for a page of its own.

    Typst lays out what lies between such pages on several processors at once.
    """
    long = name in LONG and max(len(one.get("rows", ())) for one in blocks) > MANY_ROWS
    return 0 if long or name == "outcomes" else ROOM


def in_words(value, words):
    """The same content with ids in words, but where they are meant as ids (code) or belong to an address."""
    if isinstance(value, list):
        return [in_words(one, words) for one in value]
    if not isinstance(value, dict):
        return value
    if "text" in value:
        return value if value.get("style") == "code" or "url" in value else value | {"text": named(value["text"], words)}
    return {key: in_words(one, words) for key, one in value.items()}


def content(inputs):
    """All that the report says, as a JSON-able dict.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    dict
        `title`, `subtitle`, `date` and the like, `front` (page one) and `sections`, each with an id,
        a title and blocks. A section without data is left out.

    Raises
    ------
    EvidenceError
        With every unknown name in the texts of config/text.
    """
    prose = Prose(inputs.texts, Names(inputs))
    config = inputs.config
    made = {
        "title": config.title,
        "subtitle": config.subtitle,
        "date": [config.date.year, config.date.month, config.date.day],
        "date_words": f"Evidence as of {config.date.isoformat()}",
        "subject": subject(inputs),
        "front": front(inputs, prose),
        "reading": [{"kind": "label", "label": "How to read this report"}, *prose.blocks("reading")],
        "sections": [],
    }
    for name, (title, section) in SECTIONS.items():
        blocks = section(inputs, prose)
        if blocks:
            room = room_for(name, blocks)
            made["sections"].append({"id": name, "title": title, "room": room, "blocks": [*prose.blocks(name), *blocks]})
    prose.check()
    return in_words(made, spelled(inputs.tables))
