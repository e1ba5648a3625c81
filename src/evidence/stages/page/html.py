"""Blocks of the report as HTML: every text escaped, every address checked."""

import re
from html import escape

from evidence.document.blocks import CONTRASTS
from evidence.document.prose import Prose

WEB = re.compile(r"https?://[^\s]+", re.IGNORECASE)
STYLES = {"bold": "strong", "italic": "em", "small": "small", "tiny": "small", "code": "code"}


class Named(str):
    """Words of a number that know the pool they came from."""

    pool = ""


class TracedProse(Prose):
    """Prose whose numbers keep the id of their pool, so that a reader can ask where they come from."""

    def number(self, name, line, text):
        words = Named(super().number(name, line, text))
        words.pool = (text or "").partition(":")[0].strip()
        return words


def with_places(inputs, made):
    """The blocks of page one with the pool of every number that has one, as `pool`."""
    return [table_places(inputs, block) if block["kind"] == "table" else text_places(inputs, block) for block in made]


def known(inputs, text):
    """A run that came from a pool, with its id."""
    pool = getattr(text["text"], "pool", "")
    return text | ({"pool": pool} if pool in inputs.pool else {})


def text_places(inputs, block):
    """Paragraphs or items with the pools of their numbers."""
    lists = {name: [[known(inputs, one) for one in part] for part in block[name]] for name in ("paragraphs", "items") if name in block}
    return block | lists


def table_places(inputs, block):
    """The summary of findings with the pool of each row."""
    contrast_of = {title: contrast for contrast, title in CONTRASTS.items()}
    rows, contrast = [], ""
    for row in block["rows"]:
        contrast = contrast_of.get(row.get("group"), contrast)
        outcome = row["cells"][0]["runs"][0].get("to", "").removeprefix("outcome-") if "cells" in row else ""
        pool = f"{outcome}.{contrast}.all.headline"
        rows.append(row | ({"pool": pool} if pool in inputs.pool else {}))
    return block | {"rows": rows}


def address(url):
    """An address that a reader may follow: http or https; empty for any other."""
    return url if WEB.fullmatch(url) else ""


def run(piece):
    """A piece of text."""
    text = escape(piece["text"])
    if piece.get("pool") and text:
        text = f'<span role="button" tabindex="0" class="number" data-pool="{escape(piece["pool"])}">{text}</span>'
    elif address(piece.get("url", "")):
        text = f'<a href="{escape(piece["url"])}" rel="noopener noreferrer">{text}</a>'
    tag = STYLES.get(piece.get("style"))
    return f"<{tag}>{text}</{tag}>" if tag else text


def runs(pieces):
    return "".join(map(run, pieces))


def interval(plot):
    """A small interval, as page one of the report draws it; its numbers stand beside it."""
    x = {name: 100 * plot[name] for name in ("estimate", "low", "high", "null")}
    ends = "".join(
        f'<path class="ink" d="M{at:g} 4.5l{way:g} 3.5v-7z"/>'
        for at, way, beyond in ((0, 4, plot["beyond"][0]), (100, -4, plot["beyond"][1]))
        if beyond
    )
    return (
        '<svg class="interval" viewBox="-3 0 106 9" aria-hidden="true">'
        f'<path class="null" d="M{x["null"]:g} 0v9"/><path class="ink line" d="M{x["low"]:g} 4.5H{x["high"]:g}"/>{ends}'
        f'<rect class="ink" x="{x["estimate"] - 2.5:g}" y="2" width="5" height="5"/></svg>'
    )


def cell(one, column, pool, place):
    """A cell; the first of a row is its heading, and leads to the plot of its pool."""
    text = interval(one["plot"]) if one.get("plot") else runs(one["runs"])
    span = f' colspan="{one["span"]}"' if one.get("span") else ""
    if pool and place == 0:
        return f'<th scope="row"><a href="#forest" data-show="{escape(pool)}">{text}</a></th>'
    if pool and one["runs"] and one["runs"][0].get("style") == "bold":
        text = f'<button type="button" class="number" data-pool="{escape(pool)}">{text}</button>'
    name = f' data-name="{escape(column["title"])}"' if text and not span and column["title"] else ""
    return f'<td class="{escape(column["align"])}"{span}{name}>{text}</td>'


def row(made, columns):
    """A row of a table, or the heading of the rows below it."""
    if "group" in made:
        return f'<tr class="group"><th scope="colgroup" colspan="{len(columns)}">{escape(made["group"])}</th></tr>'
    pairs = zip(made["cells"], columns, strict=False)
    return "<tr>" + "".join(cell(one, column, made.get("pool", ""), place) for place, (one, column) in enumerate(pairs)) + "</tr>"


def heading(column):
    """The heading of a column; above the small intervals their ticks."""
    words = "".join(f'<text x="{100 * tick["at"]:g}" y="8">{escape(tick["words"])}</text>' for tick in column.get("axis", []))
    name = f'<svg class="interval" viewBox="-3 0 106 9" aria-hidden="true">{words}</svg>' if words else escape(column["title"])
    return f'<th scope="col" class="{escape(column["align"])}">{name}</th>'


def table(block):
    note = f'<p class="note">{runs(block["note"])}</p>' if block["note"] else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(block["caption"])}"><table class="findings">'
        f"<caption>{escape(block['caption'])}</caption><thead><tr>{''.join(map(heading, block['columns']))}</tr></thead>"
        f"<tbody>{''.join(row(one, block['columns']) for one in block['rows'])}</tbody></table></div>{note}"
    )


def labelled(block, inner):
    return f'<section class="{escape(block["kind"])}"><h2>{escape(block["label"])}</h2>{inner}</section>'


def blocks(made):
    """The blocks of page one as HTML."""
    parts = []
    for block in made:
        if block["kind"] == "table":
            parts.append(table(block))
        elif block["kind"] == "limits":
            items = "".join(f"<li>{runs(item)}</li>" for item in block["items"])
            parts.append(labelled(block, f"<ul>{items}</ul>") if items else "")
        else:
            paragraphs = block.get("paragraphs") or [block["runs"]]
            parts.append(labelled(block, "".join(f"<p>{runs(one)}</p>" for one in paragraphs)))
    return "\n".join(filter(None, parts))
