"""Risk of bias in figures: judgements by study and domain, and the weight of the pools by judgement.

Each judgement has a sign beside its colour, so that no reader needs the colour. After the plots of RoB 2 and ROBINS-I
(Sterne et al. 2019, BMJ 366:l4898 [sterne2019]; Sterne et al. 2016, BMJ 355:i4919 [sterne2016]).
"""

from functools import partial

from evidence.stages.bias_weights import NOT_JUDGED, OVERALL, overall
from evidence.stages.certainty import SEVERITY
from evidence.stages.labels import label
from evidence.stages.palette import GRID, INK, LINE, MUTED
from evidence.stages.plotting import BODY, SMALL, dot, fill, page, stroke, text_width, wrap, write
from evidence.stages.rows import named_rows
from evidence.stages.words import sentence, templates

COLOURS = {
    "low": "#4c9a6f", "some_concerns": "#e8c04c", "moderate": "#e8c04c", "high": "#c8553d", "serious": "#c8553d",
    "critical": "#7d2340", "no_information": "#b4bcc4", NOT_JUDGED: "#e4e8ec",
}  # fmt: skip
SIGNS = {
    "low": "+", "some_concerns": "!", "moderate": "!", "high": "\N{MULTIPLICATION SIGN}", "serious": "\N{MULTIPLICATION SIGN}",
    "critical": "\N{MULTIPLICATION SIGN}\N{MULTIPLICATION SIGN}", "no_information": "?", NOT_JUDGED: "",
}  # fmt: skip
DARK = ("high", "serious", "critical", "low")
WIDTH, EDGE, ROW, BAR_ROW, RADIUS = 174, 1.5, 5.0, 4.3, 1.75
HEADER_LINE = 3.1


def light(sheet, x, y, judgement):
    """One judgement: a disc with its sign."""
    dot(sheet, x, y, RADIUS, color=COLOURS[judgement])
    written(sheet, x, y + 0.95, judgement)


def written(sheet, x, y, judgement):
    """The sign of a judgement on its colour."""
    color = "white" if judgement in DARK else INK
    write(sheet, x, y, SIGNS[judgement], size=SMALL, weight="bold", color=color, align="center")


def key(sheet, y, judgements, words, square=False):
    """Signs and their words in one line."""
    x = EDGE
    for judgement in judgements:
        if square:
            fill(sheet, [(x, y - 1.4), (x + 4, y - 1.4), (x + 4, y + 1.4), (x, y + 1.4)], color=COLOURS[judgement])
            written(sheet, x + 2, y + 0.95, judgement)
        else:
            light(sheet, x + RADIUS, y, judgement)
        write(sheet, x + 5, y + 0.95, words[judgement], size=SMALL, color=MUTED)
        x += 8.5 + text_width(words[judgement], SMALL)


def domain_words(domain, words):
    """Name of a domain for a reader."""
    return words["domains"].get(domain) or sentence(domain.replace("_", " "))


def in_severity(judgements):
    """Judgements from low to critical, then none."""
    found = set(judgements)
    return [name for name in (*sorted(SEVERITY, key=SEVERITY.get), NOT_JUDGED) if name in found]


def by_tool(judged):
    """Judgements by tool, in the order of the tools' names."""
    return sorted(judged.groupby("tool"), key=lambda tool_and_part: tool_and_part[0].casefold())


def lights(judged, labels, words):
    """Judgements of one tool, one row a study and one column a domain, the worst of each study last.

    Parameters
    ----------
    judged : DataFrame
        study_id, domain, judgement.
    labels : dict
        Label by study_id.
    words : dict
        Templates.

    Returns
    -------
    Figure
    """
    domains = [*dict.fromkeys(judged["domain"]), OVERALL]
    cells = {(row.study_id, row.domain): row.judgement for row in named_rows(overall(judged))}
    studies = sorted(dict.fromkeys(judged["study_id"]), key=lambda name: labels[name].lower())
    left = EDGE + max(text_width(labels[name]) for name in studies) + 4
    step = min((WIDTH - left - EDGE) / len(domains), 20)
    heads = [wrap(domain_words(name, words), step - 1.5, SMALL, "bold") for name in domains]
    top = 1 + HEADER_LINE * max(map(len, heads)) + 1.5
    sheet = page(WIDTH, top + ROW * len(studies) + 7)
    for column, lines in enumerate(heads):
        for number, line in enumerate(lines):
            y = top - 2 - HEADER_LINE * (len(lines) - 1 - number)
            write(sheet, left + step * (column + 0.5), y, line, size=SMALL, weight="bold", align="center")
    stroke(sheet, (0, top), (WIDTH, top), color=LINE)
    for number, name in enumerate(studies):
        y = top + ROW * (number + 0.5)
        write(sheet, EDGE, y + 0.95, labels[name])
        for column, domain in enumerate(domains):
            if (name, domain) in cells:
                light(sheet, left + step * (column + 0.5), y, cells[name, domain])
        stroke(sheet, (0, y + ROW / 2), (WIDTH, y + ROW / 2), color=GRID, width=0.5)
    key(sheet, top + ROW * len(studies) + 4.2, in_severity(cells.values()), words["judgements"])
    return sheet.figure


def shares_by_domain(judgements, weights):
    """Rows of the weighted summary by tool and domain: the study's weights over all headline pools, in percent.

    Parameters
    ----------
    judgements : DataFrame
        risk_of_bias.csv.
    weights : Series
        Weight of each study summed over the pools.
    """
    rows = judgements.assign(weight=judgements["study_id"].map(weights)).dropna(subset=["weight"])
    made = rows.groupby(["tool", "domain", "judgement"], sort=False)["weight"].sum().reset_index()
    total = made.groupby(["tool", "domain"])["weight"].transform("sum")
    return made.assign(share=100 * made["weight"] / total)


def bars(groups, words):
    """Stacked bars of percent by judgement.

    Parameters
    ----------
    groups : list of (str, list of (str, dict))
        Heading, and its rows: a label and percent by judgement.
    words : dict
        Templates.

    Returns
    -------
    Figure
    """
    left = EDGE + max(text_width(label) for _, rows in groups for label, _ in rows) + 4
    lines = sum(len(rows) + 1.8 for _, rows in groups)
    sheet = page(WIDTH, 3 + BAR_ROW * lines + 11)
    y, scale = 2.0, (WIDTH - left - 4) / 100
    for heading, rows in groups:
        write(sheet, EDGE, y + 3.4, heading, size=BODY, weight="bold")
        y += 1.8 * BAR_ROW
        for label, shares in rows:
            write(sheet, EDGE, y - 0.6, label)
            x = left
            for judgement in in_severity(shares):
                width = scale * shares[judgement]
                corners = [(x, y - 3.0), (x + width, y - 3.0), (x + width, y + 0.2), (x, y + 0.2)]
                fill(sheet, corners, color=COLOURS[judgement], edge="white", width=0.5)
                if width > 5:
                    written(sheet, x + width / 2, y - 0.7, judgement)
                x += width
            y += BAR_ROW
    for share in (0, 25, 50, 75, 100):
        write(sheet, left + scale * share, y + 0.6, f"{share}%", size=SMALL, color=MUTED, align="center")
    key(sheet, y + 5, in_severity(name for _, rows in groups for _, shares in rows for name in shares), words["judgements"], square=True)
    return sheet.figure


def place_of(part, labels, words):
    """Place of a pool among the others: by comparison, then by the order of the outcomes."""
    return list(words["contrasts"]).index(part["contrast"].iat[0]), list(labels).index(part["outcome"].iat[0])


def summary_groups(weights, judgements, tables, words):
    """Rows of the weighted summary: the pools by overall judgement, then each tool by domain."""
    labels = dict(zip(tables.outcomes["outcome"], tables.outcomes["label"], strict=True))
    whole = weights[weights["domain"] == OVERALL]
    pools = [
        (words["pool"].format(outcome=labels[part["outcome"].iat[0]], contrast=words["contrasts"][part["contrast"].iat[0]]),
         dict(zip(part["judgement"], part["share"], strict=True)))
        for _, part in sorted(whole.groupby("pool"), key=lambda pool_and_part: place_of(pool_and_part[1], labels, words))
    ]  # fmt: skip
    groups = [(words["by_pool"], pools)]
    for tool, part in by_tool(judgements):
        rows = [
            (domain_words(domain, words), dict(zip(of["judgement"], of["share"], strict=True)))
            for domain, of in part.groupby("domain", sort=False)
        ]
        groups.append((words["by_domain"].format(tool=words["tools"].get(tool, tool)), rows))
    return groups


def total_weights(members, effects, pools):
    """Weight of each study summed over the headline pools given."""
    study = effects.set_index("id")["study_id"]
    used = members[members["pool"].isin(pools) & (members["left_out"] == "")]
    return used.groupby(study.loc[[ids.partition(";")[0] for ids in used["effect_ids"]]].to_numpy())["weight"].sum()


def bias_plots(weights, members, effects, outcomes, tables):
    """A figure of lights per tool, and the weighted summary.

    Parameters
    ----------
    weights : DataFrame
        From `evidence.stages.bias_weights.bias_weights`.
    members, effects : DataFrame
    outcomes : sequence of str
        Outcomes of the summary.
    tables : Tables

    Yields
    ------
    tuple of str, partial, dict
    """
    words = templates(tables.folder, "verdicts")["bias_plot"]
    labels = {study.study_id: label(study) for study in named_rows(tables.studies)}
    judged = tables.risk_of_bias
    for tool, part in by_tool(judged):
        name = words["tools"].get(tool, tool)
        counts = part["judgement"].value_counts()
        parts = ", ".join(f"{counts[word]} {words['judgements'][word].lower()}" for word in in_severity(counts.index))
        about = {"kind": "traffic_light", "tool": tool, "caption": words["lights"].format(tool=name),
                 "alt": words["lights_alt"].format(tool=name, studies=part["study_id"].nunique(), parts=parts)}  # fmt: skip
        yield f"bias-{tool.lower()}.svg", partial(lights, part, labels, words), about
    chosen = weights[weights["outcome"].isin(outcomes)]
    if len(chosen) and len(judged):
        by_domain = shares_by_domain(judged, total_weights(members, effects, set(chosen["pool"])))
        groups = summary_groups(chosen, by_domain, tables, words)
        worst = [f"{name}: {sum(part for word, part in shares.items() if SEVERITY.get(word, 2) >= 2):.0f}%" for name, shares in groups[0][1]]
        about = {"kind": "bias_weights", "caption": words["summary"], "alt": words["summary_alt"].format(parts="; ".join(worst))}
        yield "bias-weights.svg", partial(bars, groups, words), about
