"""Stage page: reports/index.html, the review as one page that needs no network."""

import base64
import hashlib
import json
import unicodedata
from html import escape
from pathlib import Path

from evidence.document.directions import end_runs
from evidence.resources import shipped
from evidence.stages.page import data as page_data
from evidence.stages.page import html as page_html
from evidence.stages.page.tables import page_tables
from evidence.stages.report.contents import Inputs, subject
from evidence.stages.report.names import Names
from evidence.stages.report.report import prose
from evidence.stages.report.sections.front import front
from evidence.stages.trace.trace import Made
from evidence.store.provenance import digests, versions

SOURCES = shipped("stages/page/script")
SCRIPTS = ("elements", "words", "pooling", "trace", "axis", "forest", "choice", "plot", "map", "tables", "main")
POLICY = "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"


def visible(text):
    """Text without control characters and those that hide or turn its direction; spaces stay as they are.

    Letters that run from right to left end with a mark, so that numbers after them stay in their place.
    """
    if text.isprintable():
        return end_runs(text)
    return end_runs("".join(sign if unicodedata.category(sign)[0] != "C" else " " if sign.isspace() else "" for sign in text))


def cleaned(value):
    """Made data with every text `visible`."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: cleaned(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(one) for one in value]
    return value


def as_json(value):
    """JSON that cannot end the element it stands in: ASCII only, without <, > and &."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def source(name):
    return (SOURCES / name).read_text(encoding="utf-8")


def sha256(text):
    """Digest of an inline script or style as a Content-Security-Policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def script():
    """All of the page's script in one closed function."""
    parts = "\n".join(source(f"{name}.js") for name in SCRIPTS)
    return f"(() => {{\n'use strict';\n{parts}\n}})();\n"


def filled(template, parts):
    """The template with each @name@ replaced, in one pass: what a part holds is not looked at again."""
    pieces = template.split("@")
    return "".join(parts.get(piece, piece) if place % 2 else piece for place, piece in enumerate(pieces))


def build(folder, tables, config, effects, pools, members, unused, opinion, **more):
    """The whole page.

    Parameters
    ----------
    folder : path
        The analysis folder, built up to the stage verdicts.
    tables : Tables
    config : Config
    effects, pools, members, unused, opinion : DataFrame
        The made tables.
    **more
        Further made tables by name: those of `evidence.stages.report.contents.Inputs`, and `map` and `citations`.

    Returns
    -------
    bytes
        HTML in UTF-8 with style, script and data inside: the same bytes for the same input.

    Raises
    ------
    EvidenceError
        If a text of config/text names a number that does not exist, or the made tables are older than the data.
    """
    folder = Path(folder)
    beside = {name: more.pop(name) for name in ("map", "citations")}
    inputs = Inputs(
        tables, config, effects, pools, members, unused, opinion, [], texts=prose(folder), versions=versions(),
        digests=digests(folder), **more,
    )  # fmt: skip
    words = page_html.TracedProse(inputs.texts, Names(inputs))
    first = front(inputs, words)
    words.check()
    data = page_data.data(inputs, beside["map"], Made(folder, tables, effects=effects, pools=pools, members=members)) | {
        "tables": page_tables(inputs, beside["citations"])
    }
    style, code = source("page.css"), script()
    parts = {
        "policy": POLICY.format(script=sha256(code), style=sha256(style)),
        "style": style,
        "script": code,
        "title": escape(visible(config.title)),
        "subtitle": escape(visible(config.subtitle)),
        "line": escape(visible(first["line"])),
        "front": page_html.blocks(cleaned(page_html.with_places(inputs, first["blocks"]))),
        "about": escape(visible(f"{subject(inputs)} \N{MIDDLE DOT} config {inputs.digests['config']}")),
        "data": as_json(cleaned(data)),
    }
    return filled(source("page.html"), parts).encode()
