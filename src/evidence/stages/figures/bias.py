"""Risk of bias in figures: judgements by study and domain, and the weight of the pools by judgement.

A *mark* is a judgement and its level: the level gives the colour, and each has a sign too, so that no reader needs the colour. After the plots of RoB 2 and ROBINS-I
(Sterne et al. 2019, BMJ 366:l4898 [sterne2019]; Sterne et al. 2016, BMJ 355:i4919 [sterne2016]).
"""

from collections import Counter
from functools import partial

from evidence.document.palette import GRID, INK, LINE, MUTED
from evidence.stages.figures.canvas import BODY, SMALL, dot, fill, page, stroke, text_width, wrap, write
from evidence.stages.verdicts.bias_levels import grade, summarise
from evidence.stages.verdicts.bias_weights import NOT_JUDGED
from evidence.store.appraisal_tools import OVERALL, SEVERITY, tools
from evidence.store.rows import named_rows
from evidence.words.names import label
from evidence.words.sentences import templates

COLOURS = {
    "low": "#4c9a6f", "some_concerns": "#e8c04c", "no_information": "#b4bcc4", "high": "#c8553d", "critical": "#7d2340",
    "none": "#e4e8ec", NOT_JUDGED: "#e4e8ec",
}  # fmt: skip
CROSS = "\N{MULTIPLICATION SIGN}"
SIGNS = {
    "low": "+", "some_concerns": "!", "no_information": "?", "high": CROSS, "critical": 2 * CROSS, "none": "\N{EN DASH}", NOT_JUDGED: "",
}  # fmt: skip
DARK = ("high", "critical", "low")
UNJUDGED = (NOT_JUDGED, NOT_JUDGED)
WIDTH, EDGE, ROW, BAR_ROW, RADIUS = 174, 1.5, 5.0, 4.3, 1.75
HEADER_LINE = 3.1
ITEM_LINE = 3.2


def sign(mark):
    """The sign of a mark: a number of stars is its own."""
    judgement, level = mark
    return judgement if judgement.isdigit() else SIGNS[level]


def light(sheet, x, y, mark):
    """One judgement: a disc with its sign."""
    dot(sheet, x, y, RADIUS, color=COLOURS[mark[1]])
    write_sign(sheet, x, y + 0.95, mark)


def write_sign(sheet, x, y, mark):
    """The sign of a judgement on its colour."""
    write(sheet, x, y, sign(mark), size=SMALL, weight="bold", color="white" if mark[1] in DARK else INK, align="center")


def key(sheet, y, marks, words, square=False):
    """Signs and their words in one line."""
    x = EDGE
    for mark in marks:
        if square:
            fill(sheet, [(x, y - 1.4), (x + 4, y - 1.4), (x + 4, y + 1.4), (x, y + 1.4)], color=COLOURS[mark[1]])
            write_sign(sheet, x + 2, y + 0.95, mark)
        else:
            light(sheet, x + RADIUS, y, mark)
        write(sheet, x + 5, y + 0.95, words[mark[0]], size=SMALL, color=MUTED)
        x += 8.5 + text_width(words[mark[0]], SMALL)


def in_severity(marks, words):
    """Marks from low to critical, then what does not apply or is not judged; within a severity in the order of the words."""
    place = {judgement: number for number, judgement in enumerate(words)}
    return sorted(set(marks), key=lambda mark: (SEVERITY.get(mark[1], 9), place[mark[0]], mark[1]))


def by_tool(graded):
    """Judgements by tool, in the order of the tools' names."""
    return sorted(graded.groupby("tool"), key=lambda tool_and_part: tool_and_part[0].casefold())


def marks_of(frame):
    """The marks of the rows of a frame."""
    return list(zip(frame["judgement"], frame["level"], strict=True))


def heads(labels, step):
    """Column heads, and the items below: the labels where they fit, else their numbers with the labels below."""
    if all(text_width(word, SMALL, "bold") <= step - 1 for label in labels for word in label.split()):
        return [wrap(label, step - 1, SMALL, "bold") for label in labels], []
    return [[str(number)] for number in range(1, len(labels))] + [[labels[-1]]], labels[:-1]


def lights(graded, labels, words):
    """Judgements of one tool, one row a study and one column a domain, the study as a whole last.

    Parameters
    ----------
    graded : DataFrame
        From `evidence.store.appraisal_tools.grade`, of one tool.
    labels : dict
        Label by study_id.
    words : dict
        Templates.

    Returns
    -------
    Figure
    """
    tool, whole = tools()[graded["tool"].iat[0]], summarise(graded)
    domains = [*(name for name in tool.labels if name in set(graded["domain"])), OVERALL]
    titles = [*(tool.labels[name] for name in domains[:-1]), words[OVERALL if OVERALL in set(graded["domain"]) else "worst"]]
    cells = {
        (row.study_id, row.domain): (row.judgement, row.level)
        for frame in (graded, whole) for row in named_rows(frame)
    }  # fmt: skip
    studies = sorted(dict.fromkeys(graded["study_id"]), key=lambda name: labels[name].lower())
    left = EDGE + max(text_width(labels[name]) for name in studies) + 4
    step = min((WIDTH - left - EDGE) / len(domains), 20)
    columns, items = heads(titles, step)
    listed = [words["item"].format(number=number, label=label) for number, label in enumerate(items, 1)]
    notes = wrap("; ".join(listed), WIDTH - 4 * EDGE, SMALL) if listed else []
    top = 1 + HEADER_LINE * max(map(len, columns)) + 1.5
    sheet = page(WIDTH, top + ROW * len(studies) + 7 + ITEM_LINE * len(notes))
    for column, lines in enumerate(columns):
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
    foot = top + ROW * len(studies) + 4.2
    key(sheet, foot, in_severity(cells.values(), words["judgements"]), words["judgements"])
    for number, line in enumerate(notes, 1):
        write(sheet, EDGE, foot + 1.5 + ITEM_LINE * number, line, size=SMALL, color=MUTED)
    return sheet.figure


def shares_by_domain(graded, weights):
    """Rows of the weighted summary by tool and domain: the study's weights over all headline pools, in percent.

    Parameters
    ----------
    graded : DataFrame
        From `evidence.store.appraisal_tools.grade`.
    weights : Series
        Weight of each study summed over the pools.
    """
    rows = graded.assign(weight=graded["study_id"].map(weights)).dropna(subset=["weight"])
    summed = rows.groupby(["tool", "domain", "judgement", "level"], sort=False)["weight"].sum().reset_index()
    total = summed.groupby(["tool", "domain"])["weight"].transform("sum")
    return summed.assign(share=100 * summed["weight"] / total)


def bars(groups, words):
    """Stacked bars of percent by mark.

    Parameters
    ----------
    groups : list of (str, list of (str, dict))
        Heading, and its rows: a label and percent by mark.
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
            for mark in in_severity(shares, words["judgements"]):
                width = scale * shares[mark]
                corners = [(x, y - 3.0), (x + width, y - 3.0), (x + width, y + 0.2), (x, y + 0.2)]
                fill(sheet, corners, color=COLOURS[mark[1]], edge="white", width=0.5)
                if width > 5:
                    write_sign(sheet, x + width / 2, y - 0.7, mark)
                x += width
            y += BAR_ROW
    for share in (0, 25, 50, 75, 100):
        write(sheet, left + scale * share, y + 0.6, f"{share}%", size=SMALL, color=MUTED, align="center")
    marks = in_severity((mark for _, rows in groups for _, shares in rows for mark in shares), words["judgements"])
    key(sheet, y + 5, marks, words["judgements"], square=True)
    return sheet.figure


def place_of(part, labels, words):
    """Place of a pool among the others: by comparison, then by the order of the outcomes."""
    return list(words["contrasts"]).index(part["contrast"].iat[0]), list(labels).index(part["outcome"].iat[0])


def shares_of(part):
    """Percent by mark of some rows."""
    return dict(zip(marks_of(part), part["share"], strict=True))


def summary_groups(weights, by_domain, tables, words):
    """Rows of the weighted summary: the pools by the judgement of the study as a whole, then each tool by domain."""
    labels = dict(zip(tables.outcomes["outcome"], tables.outcomes["label"], strict=True))
    whole = weights[weights["domain"] == OVERALL]
    pools = [
        (words["pool"].format(outcome=labels[part["outcome"].iat[0]], contrast=words["contrasts"][part["contrast"].iat[0]]), shares_of(part))
        for _, part in sorted(whole.groupby("pool"), key=lambda pool_and_part: place_of(pool_and_part[1], labels, words))
    ]  # fmt: skip
    groups = [(words["by_pool"], pools)]
    for name, part in by_tool(by_domain):
        tool, parts = tools()[name], dict(list(part.groupby("domain", sort=False)))
        rows = [(label, shares_of(parts[domain])) for domain, label in tool.labels.items() if domain in parts]
        groups += [(words["by_domain"].format(tool=tool.label), rows)] if rows else []
    return groups


def high_words(shares, words):
    """Percent of a pool's weight at high or critical risk, and what nobody judged."""
    high = f"{sum(share for (_, level), share in shares.items() if SEVERITY.get(level, 0) >= 2):.0f}%"
    return words["unjudged"].format(high=high, unjudged=f"{shares[UNJUDGED]:.0f}%") if UNJUDGED in shares else high


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
        From `evidence.stages.verdicts.bias_weights.bias_weights`.
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
    graded = grade(tables.risk_of_bias)
    for tool, part in by_tool(graded):
        name, counts = tools()[tool].label, Counter(marks_of(part[part["domain"] != OVERALL]))
        parts = ", ".join(f"{counts[mark]} {words['judgements'][mark[0]].lower()}" for mark in in_severity(counts, words["judgements"]))
        about = {"kind": "traffic_light", "tool": tool, "caption": words["lights"].format(tool=name),
                 "alt": words["lights_alt"].format(tool=name, studies=part["study_id"].nunique(), parts=parts)}  # fmt: skip
        yield f"bias-{tool.lower()}.svg", partial(lights, part, labels, words), about
    chosen = weights[weights["outcome"].isin(outcomes)]
    if len(chosen) and len(graded):
        by_domain = shares_by_domain(graded, total_weights(members, effects, set(chosen["pool"])))
        groups = summary_groups(chosen, by_domain, tables, words)
        worst = [f"{name}: {high_words(shares, words)}" for name, shares in groups[0][1]]
        about = {"kind": "bias_weights", "caption": words["summary"], "alt": words["summary_alt"].format(parts="; ".join(worst))}
        yield "bias-weights.svg", partial(bars, groups, words), about
