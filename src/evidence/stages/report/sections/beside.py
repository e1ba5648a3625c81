"""What stands beside the review: our pools beside published ones, and the items of PRISMA 2020."""

from evidence.document.blocks import CONTRASTS, DASH, cell, column, count, group, percent, run, sentence, table, true_minus
from evidence.stages.report.figures import drawings
from evidence.stages.report.inputs import by
from evidence.stages.report.sections import judged as content_checks
from evidence.stages.report.sections import studies as content_studies
from evidence.stages.report.sections.certainty import pool_id
from evidence.store.appraisal_tools import OVERALL

MET = {"yes": 0, "partly": 2, "no": 3}
STEPS = {
    "weighted": "In a headline pool",
    "shown": "Numbers shown, none of them weighted",
    "silent": "No number on any outcome of this review",
}
LEVELS = {
    "Low": "low",
    "Some concerns, moderate": "some_concerns",
    "High, serious": "high",
    "Critical": "critical",
    "No information": "no_information",
    "Not judged": "not_judged",
}


def reviews(inputs, prose):
    """Pools of earlier reviews as printed, then ours beside those that ask the same."""
    same = [row for row in inputs.rows_of("published") if row.comparable == "yes"]
    columns = [column("Ours and theirs", "1.2fr"), column("Agrees", align="center"), column("What sets them apart", "1fr")]
    made = []
    for (review, comparison, why), those in by(same, lambda row: (row.review_id, row.comparison, row.why)).items():
        made.append(group(f"{inputs.labels[review]} [{inputs.references[review]}], {comparison}: {true_minus(why)}", repeat=True))
        made += [[sentence(true_minus(row.sentence)), row.agrees or DASH, true_minus(row.apart)] for row in those]
    note = "Agrees: both conclude, and the same; a dash where one of them concludes nothing."
    beside = [table("Our pools beside published ones", columns, made, note=note, size=7.2)] if made else []
    return [*content_checks.reviews(inputs, prose), *beside]


def flow(inputs, prose):
    """Reports by standing and reason, then what became of the included."""
    made = []
    for row in inputs.rows_of("flow"):
        if row.step in STEPS:
            cited = [inputs.references[name] for name in row.study_ids.split(";") if name in inputs.references]
            made.append([STEPS[row.step], count(row.reports), count(row.cohorts), content_studies.numbers(cited)])
    columns = [
        column("Of the included", 60),
        column("Reports", align="right"),
        column("Studies", align="right"),
        column("References", "1fr"),
    ]
    below = [table("What the included reports give", columns, made)] if made else []
    return [*drawings(inputs, kind="flow"), *content_studies.flow(inputs, prose), *below]


def bias(inputs, prose):
    """Judgements by study and domain, the weight of the pools by the judgement of a study as a whole, then the reasons."""
    shares = {}
    for row in inputs.rows_of("bias_weights"):
        if row.domain == OVERALL:
            levels = shares.setdefault(row.pool, {})
            levels[row.level] = levels.get(row.level, 0.0) + row.share
    made = []
    for contrast, title in CONTRASTS.items():
        names = [name for name in inputs.shown_outcomes if pool_id(name, contrast) in shares]
        made += [group(title)] if names else []
        made += [[inputs.outcomes[name].label, *weights(shares[pool_id(name, contrast)])] for name in names]
    columns = [column("Outcome", "1fr"), *(column(name, 21, "right") for name in LEVELS)]
    note = "Percent of the weight of the headline pool of all groups, by the judgement of each study as a whole: the overall one, else its worst domain."
    weighted = [table("Weight of the pools by risk of bias", columns, made, note=note, size=7.2)] if made else []
    lights, summary = (drawings(inputs, kind=kind) for kind in ("traffic_light", "bias_weights"))
    return [*weighted, *lights, *summary, *content_checks.reasons(inputs)]


def weights(shares):
    """Percent of the weight by level; a dot for none."""
    return [percent(shares[level]) if shares.get(level) else "\N{MIDDLE DOT}" for level in LEVELS.values()]


def prisma(inputs, prose):
    """The items of PRISMA 2020: met or not, where, and what is missing."""
    made = []
    for row in inputs.rows_of("prisma"):
        asks = [run(f"{row.topic}: ", "bold"), run(row.asks)]
        met = cell(row.met, align="center", fill=MET.get(row.met, 0))
        made.append([row.item, asks, met, row.where or DASH, row.note])
    columns = [
        column("Item"),
        column("What it asks", "1.2fr"),
        column("Met", 14, "center"),
        column("Where", 38),
        column("What is missing", "1.2fr"),
    ]
    return [table("PRISMA 2020 checklist", columns, made, size=7.2)] if made else []
