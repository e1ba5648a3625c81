"""Flow of reports as a diagram: those found, those left out on the way with their reasons, and what the included give.

References
----------
Page et al. 2021, BMJ 372:n71 [page2021], figure 1, from what a table of reports can tell.
"""

from functools import partial

from evidence.document.palette import INK, LINE, MUTED, SHADE
from evidence.stages.figures.canvas import BODY, SMALL, fill, page, stroke, wrap, write
from evidence.store.rows import named_rows
from evidence.words.sentences import plural, templates

WIDTH, LEFT, MAIN, SIDE, SIDE_WIDTH = 174, 1, 62, 80, 93
HEADING, REASON, PAD, APART = 4.0, 3.4, 1.8, 5.0
ASIDE = ("reviews", "excluded", "background", "sensitivity")
INSIDE = ("weighted", "shown", "silent")


def counted(part):
    """Reports and the studies that they tell of, in words."""
    reports, cohorts = part["reports"].sum(), part["cohorts"].sum()
    return f"{plural(reports, 'report')}, {plural(cohorts, 'study', 'studies')}"


def box_lines(title, part, reasons, width):
    """Lines of one box: what it holds, how many, and the reasons with their numbers."""
    lines = [(line, BODY, "bold") for line in wrap(title, width - 2 * PAD, BODY, "bold")]
    lines.append((counted(part), BODY, "normal"))
    if reasons:
        said = "; ".join(f"{row.reason.replace('_', ' ')} {row.reports:.0f}" for row in named_rows(part))
        lines += [(line, SMALL, "normal") for line in wrap(said, width - 2 * PAD, SMALL)]
    return lines


def height_of(lines):
    """Height of a box in mm."""
    return 2 * PAD + sum(HEADING if size == BODY else REASON for _, size, _ in lines)


def box(sheet, x, y, width, lines):
    """Draw a box with its lines, its top at y."""
    height = height_of(lines)
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    fill(sheet, corners, color=SHADE, edge=LINE, width=0.6, zorder=0.5)
    baseline = y + PAD - 0.9
    for text, size, weight in lines:
        baseline += HEADING if size == BODY else REASON
        write(sheet, x + PAD, baseline, text, size=size, weight=weight, color=MUTED if size == SMALL else INK)
    return height


def arrow(sheet, start, end):
    """Line with a head, down or to the right."""
    stroke(sheet, start, end, width=0.8, zorder=0.4)
    (x, y), down = end, start[0] == end[0]
    corners = [(x, y), (x - 0.9, y - 1.6), (x + 0.9, y - 1.6)] if down else [(x, y), (x - 1.6, y - 0.9), (x - 1.6, y + 0.9)]
    fill(sheet, corners, color=LINE, zorder=0.4)


def draw(parts, words):
    """The found above, the left out to the right, the included and what they give below."""
    aside = [box_lines(words[step], parts[step], True, SIDE_WIDTH) for step in ASIDE if step in parts]
    inside = [box_lines(words[step], parts[step], False, MAIN) for step in INSIDE if step in parts]
    found, included = (box_lines(words[step], parts[step], False, MAIN) for step in ("found", "included"))
    start = height_of(found) + APART
    middle = start + sum(height_of(lines) + 2 for lines in aside) + (APART - 2 if aside else 0)
    below = middle + height_of(included) + 2
    sheet = page(WIDTH, max(below + sum(height_of(lines) + 2 for lines in inside), middle) + 1)
    spine = LEFT + MAIN / 2
    box(sheet, LEFT, 0.5, MAIN, found)
    arrow(sheet, (spine, height_of(found) + 0.5), (spine, middle))
    y = start
    for lines in aside:
        arrow(sheet, (spine, y + height_of(lines) / 2), (SIDE, y + height_of(lines) / 2))
        y += box(sheet, SIDE, y, SIDE_WIDTH, lines) + 2
    box(sheet, LEFT, middle, MAIN, included)
    y = below
    for lines in inside:
        y += box(sheet, LEFT + 6, y, MAIN - 6, lines) + 2
    return sheet.figure


def flow_plot(flow, tables):
    """The diagram of the flow; none before there is a report.

    Parameters
    ----------
    flow : DataFrame
        From `evidence.stages.verdicts.flow.flow`.
    tables : Tables

    Yields
    ------
    tuple of str, partial, dict
    """
    words = templates(tables.folder, "verdicts")["flow_plot"]
    parts = dict(tuple(flow.groupby("step", sort=False)))
    if "found" not in parts or "included" not in parts:
        return
    said = "; ".join(f"{words[step]}: {counted(parts[step])}" for step in ("found", *ASIDE, "included", *INSIDE) if step in parts)
    about = {"kind": "flow", "caption": words["caption"], "alt": f"{words['caption']}. {said}."}
    yield "flow.svg", partial(draw, parts, words), about
