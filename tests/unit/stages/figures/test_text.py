"""No text of a figure of the review stands on another or leaves the canvas: measured from the SVG with the faces that ship."""

import math
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from evidence.stages.figures.figures import write_figures
from evidence.stages.verdicts.verdicts import appraised
from tests.unit.stages.report.test_contents import made_tables

ROOT = Path(__file__).parents[4]
FONTS = ROOT / "src/evidence/document/fonts"
SVG = "{http://www.w3.org/2000/svg}"
# Capitals and digits reach 0.66 of the size above the line, descenders 0.2 below it; boxes may touch by a hair (points).
ABOVE, BELOW, HAIR = 0.66, 0.2, 0.7
ANCHOR = {"start": 0.0, "middle": 0.5, "end": 1.0}


@cache
def face(bold):
    font = TTFont(FONTS / f"SourceSansPro-{'Bold' if bold else 'Regular'}.ttf")
    return font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm


def width(text, size, bold):
    """Width of a text in points; a sign that the face lacks counts as half the size."""
    glyphs, advances, unit = face(bold)
    return sum(advances[glyphs[ord(sign)]][0] / unit if ord(sign) in glyphs else 0.5 for sign in text) * size


def box(node):
    """Left, top, right and bottom of a text, turned as it is."""
    style = dict(part.split(": ", 1) for part in node.get("style").split("; "))
    size, bold = float(style["font-size"].removesuffix("px")), style.get("font-weight", "400") in ("600", "700", "bold")
    long = width("".join(node.itertext()), size, bold)
    left = -ANCHOR[style.get("text-anchor", "start")] * long
    angle, x, y = 0.0, float(node.get("x", 0)), float(node.get("y", 0))
    if turned := re.search(r"rotate\((\S+)", node.get("transform", "")):
        angle = math.radians(float(turned[1].rstrip(")")))
    if moved := re.search(r"translate\((\S+) (\S+)\)", node.get("transform", "")):
        x, y = x + float(moved[1]), y + float(moved[2])
    corners = [(x + math.cos(angle) * a - math.sin(angle) * b, y + math.sin(angle) * a + math.cos(angle) * b)
               for a in (left, left + long) for b in (-ABOVE * size, BELOW * size)]  # fmt: skip
    across, down = zip(*corners, strict=True)
    return min(across), min(down), max(across), max(down)


def texts(path):
    """Each text of a figure with its box, and the size of the canvas."""
    root = ElementTree.parse(path).getroot()
    canvas = tuple(map(float, root.get("viewBox").split()))[2:]
    return [("".join(node.itertext()), box(node)) for node in root.iter(f"{SVG}text") if "".join(node.itertext()).strip()], canvas


def overlap(one, other):
    """How far two boxes reach into one another, in points, the smaller of across and down."""
    return min(min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1]))


def faults(path):
    """What is clipped or printed over, in words."""
    found, (wide, high) = texts(path)
    assert found, path.name
    for words, (left, top, right, bottom) in found:
        if left < -HAIR or top < -HAIR or right > wide + HAIR or bottom > high + HAIR:
            yield f"{path.name}: {words!r} leaves the canvas"
    for (words, one), (others, other) in combinations(found, 2):
        if overlap(one, other) > HAIR:
            yield f"{path.name}: {words!r} stands on {others!r} by {overlap(one, other):.1f} pt"


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("figures"), made_tables(ROOT)
    tables, config, *frames = (made[name] for name in ("tables", "config", "effects", "pools", "members"))
    write_figures(folder, tables, config, *frames, appraised(*frames, tables, config) | {"subgroups": made["subgroups"]})
    return sorted(folder.glob("*.svg"))


def test_no_text_stands_on_another_or_is_clipped(figures):
    assert len(figures) > 30
    assert not [fault for path in figures for fault in faults(path)]


def test_the_measure_finds_what_is_wrong(tmp_path):
    style = "font-size: 8px; text-anchor: start"
    one = '<text style="{}" x="{}" y="20">{}</text>'
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 30">{}</svg>'
    path = tmp_path / "x.svg"
    path.write_text(svg.format(one.format(style, 5, "Alpha") + one.format(style, 15, "Beta") + one.format(style, 90, "Gamma")))
    assert [fault.partition(": ")[2] for fault in faults(path)] == [
        "'Gamma' leaves the canvas", f"'Alpha' stands on 'Beta' by {overlap(*(found for _, found in texts(path)[0][:2])):.1f} pt"
    ]  # fmt: skip
    path.write_text(svg.format(one.format(style, 5, "Alpha") + one.format(style, 40, "Beta")))
    assert not list(faults(path))
