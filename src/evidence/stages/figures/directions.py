"""Effect directions: what each report says of each outcome, weighted or not.

References
----------
Thomson & Thomas 2013, Res Synth Methods 4:95 [thomson2013].
"""

from functools import partial

from evidence.document.palette import BLUE, GRID, INK, LINE, MUTED
from evidence.stages.figures.canvas import SMALL, dot, fill, page, stroke, text_width, wrap, write
from evidence.stages.verdicts.missing import STATUS, one_direction
from evidence.store.rows import named_rows
from evidence.words.sentences import labels_with_events, templates

WIDTH, EDGE, RIGHT, ROW, HALF, ROWS = 174, 1.5, 9, 4.6, 1.5, 44
HEADER_LINE = 3.1
STYLES = {"poolable": (BLUE, BLUE), "number": ("white", BLUE), "direction": ("#c9d3dd", MUTED), "not_significant": ("#c9d3dd", MUTED)}


def triangle(sheet, x, y, up, face, edge):
    """A triangle that points up or down."""
    tip = -HALF if up else HALF
    fill(sheet, [(x - HALF, y - tip * 0.8), (x + HALF, y - tip * 0.8), (x, y + tip)], color=face, edge=edge, width=0.7)


def sign(sheet, x, y, status, direction):
    """What one report gives of one outcome."""
    if status == "nothing":
        dot(sheet, x, y, 0.35, color=MUTED)
        return
    face, edge = STYLES[status]
    if direction in ("up", "down"):
        triangle(sheet, x, y, direction == "up", face, edge)
    elif direction == "none":
        fill(
            sheet,
            [(x - HALF, y - 0.55), (x + HALF, y - 0.55), (x + HALF, y + 0.55), (x - HALF, y + 0.55)],
            color=face,
            edge=edge,
            width=0.7,
        )
    else:
        dot(sheet, x, y, 1.1, color=face, edge=edge, width=0.7)


def best_cells(given):
    """Status and direction by study label and outcome: the best that any of its groups gives."""
    cells = {}
    for row in named_rows(given):
        cells.setdefault((row.study_label, row.outcome), []).append(row)
    best = {}
    for key, rows in cells.items():
        status = min((row.status for row in rows), key=STATUS.index)
        best[key] = (status, one_direction(row.direction for row in rows if row.status == status))
    return best


def key_entries(words):
    """Signs of the key: drawing and words."""
    return [
        (("poolable", "up"), words["poolable"]),
        (("number", "up"), words["number"]),
        (("direction", "up"), words["direction"]),
        (("not_significant", "none"), words["not_significant"]),
        (("direction", "unknown"), words["unknown"]),
        (("nothing", ""), words["nothing"]),
    ]


def header(sheet, x, foot, lines):
    """Head of a column, its last line at `foot`."""
    for number, line in enumerate(lines):
        y = foot - HEADER_LINE * (len(lines) - 1 - number)
        write(sheet, x, y, line, size=SMALL, weight="bold", align="center")


def draw(studies, outcomes, cells, labels, words):
    """One page: a row a study, a column an outcome, their heads in two tiers so that no word is broken."""
    left = EDGE + max(text_width(name, SMALL) for name in studies) + 3
    step = min((WIDTH - left - RIGHT) / len(outcomes), 18)
    centres = [left + step * (column + 0.5) for column in range(len(outcomes))]
    heads = [wrap(labels[name], 2 * step - 3, SMALL, "bold") for name in outcomes]
    upper, lower = (HEADER_LINE * max(map(len, tier), default=0) for tier in (heads[::2], heads[1::2]))
    top = upper + lower + 4.5
    sheet = page(WIDTH, top + ROW * len(studies) + 11)
    for column, (x, lines) in enumerate(zip(centres, heads, strict=True)):
        foot = top - 2 if column % 2 else top - lower - 3.5
        header(sheet, min(x, WIDTH - EDGE - max(text_width(line, SMALL, "bold") for line in lines) / 2), foot, lines)
        stroke(sheet, (x, foot + 1.2), (x, top), color=MUTED, width=0.4)
    stroke(sheet, (0, top), (WIDTH, top), color=LINE)
    for number, name in enumerate(studies):
        y = top + ROW * (number + 0.5)
        write(sheet, EDGE, y + 0.9, name, size=SMALL, color=INK)
        for column, outcome in enumerate(outcomes):
            if (name, outcome) in cells:
                sign(sheet, centres[column], y, *cells[name, outcome])
        stroke(sheet, (0, y + ROW / 2), (WIDTH, y + ROW / 2), color=GRID, width=0.5)
    x, y = EDGE + HALF, top + ROW * len(studies) + 4
    for (status, direction), text in key_entries(words):
        if x + 4 + text_width(text, SMALL) > WIDTH:
            x, y = EDGE + HALF, y + 4
        sign(sheet, x, y, status, direction)
        write(sheet, x + 3, y + 0.95, text, size=SMALL, color=MUTED)
        x += 7.5 + text_width(text, SMALL)
    return sheet.figure


def direction_plots(given, outcomes, tables):
    """Effect-direction figures, one per comparison, over as many pages as the studies need.

    Parameters
    ----------
    given : DataFrame
        From `evidence.stages.verdicts.missing.reported`.
    outcomes : sequence of str
        Columns, where any study says something of them.
    tables : Tables

    Yields
    ------
    tuple of str, partial, dict
    """
    words = templates(tables.folder, "verdicts")["direction_plot"]
    labels = labels_with_events(tables.outcomes)
    for contrast in words["contrasts"]:
        part = given[(given["contrast"] == contrast) & given["outcome"].isin(outcomes)]
        if not len(part):
            continue
        columns = [name for name in outcomes if name in set(part["outcome"])]
        cells = best_cells(part)
        studies = sorted({study for study, _ in cells}, key=str.lower)
        pages = [studies[start : start + ROWS] for start in range(0, len(studies), ROWS)]
        caption = words["caption"].format(contrast=words["contrasts"][contrast])
        for number, own in enumerate(pages, 1):
            parts = [
                words["alt_part"].format(study=study, outcome=labels[outcome], status=words["status"][status], direction=words["directions"][direction])
                for (study, outcome), (status, direction) in sorted(cells.items())
                if study in own
            ]  # fmt: skip
            about = {
                "kind": "direction",
                "of_contrast": contrast,
                "caption": caption,
                "alt": f"{caption}. {'; '.join(parts)}.",
                "page": number,
                "pages": len(pages),
            }
            yield f"directions-{contrast}-{number}.svg", partial(draw, own, columns, cells, labels, words), about
