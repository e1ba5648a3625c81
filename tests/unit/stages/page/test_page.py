"""The page: what comes from a CSV stays text, nothing is loaded, and the same data make the same bytes."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evidence.document import palette
from evidence.stages.page import html as page_html
from evidence.stages.page import page
from tests.support import toy
from tests.support.browser import data_of, page_of

ROOT = Path(__file__).parents[4]
HOSTILE = {
    "script": "<script>document.title='broken'</script>",
    "end": "</script><script>alert(1)</script>",
    "comment": "<!-- hidden <script>",
    "image": '<img src=x onerror="alert(1)">',
    "formula": '=HYPERLINK("https://example.org")',
    "turned": "abc\u202edef\u2066ghi",
    "quoted": "\" onclick='alert(1)' @data@ &lt;b&gt;",
    "typst": '#read("/etc/passwd") \\input{x}',
}


class Reader(HTMLParser):
    """Elements with their attributes, and the text of each."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.within = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A page of a review whose every text is an attack."""
    folder = toy.folder(
        tmp_path_factory.mktemp("hostile"),
        config=toy.CONFIG.replace("title: Toy", f"title: {json.dumps(HOSTILE['script'])}"),
        studies=[
            toy.study("a", title=HOSTILE["end"], authors=HOSTILE["script"], record_url="javascript:alert(1)", journal=HOSTILE["formula"]),
            toy.study("b", title=HOSTILE["turned"], authors=HOSTILE["quoted"], record_url="https://example.org/b", note=HOSTILE["typst"]),
        ],
        groups=[toy.group("a", label=HOSTILE["image"]), toy.group("b", label=HOSTILE["comment"])],
        outcomes=[{"label": HOSTILE["end"]}],
        conditions=[{"label": HOSTILE["script"]}],
        measurements=[
            toy.number(name, value, timepoint, spread="sd", spread_low="2", n="12", source_locator=HOSTILE["end"], source_url="javascript:alert(1)")
            for name in "ab"
            for value, timepoint in ((10, "baseline"), (15, "followup"))
        ],
    )  # fmt: skip
    return page_of(folder)


def test_texts_of_the_data_make_no_elements(hostile):
    text = hostile.read_text(encoding="utf-8")
    read = Reader(text)
    assert [attributes for tag, attributes in read.elements if tag == "script"] == [
        {"type": "application/json", "id": "data"},
        {},
    ]
    assert not [tag for tag, _ in read.elements if tag in ("img", "iframe", "object", "embed", "link", "base")]
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]
    assert text.count("<!--") == 0
    assert "&lt;script&gt;document.title=" in text


def test_data_keep_their_texts_but_for_what_turns_their_direction(hostile):
    data = data_of(hostile)
    studies = next(table for table in data["tables"] if table["name"] == "studies")
    row = {line[studies["columns"].index("study_id")]: dict(zip(studies["columns"], line, strict=True)) for line in studies["rows"]}
    assert row["a"]["title"] == HOSTILE["end"]
    assert row["b"]["title"] == "abcdefghi"
    assert "\u202e" not in hostile.read_text(encoding="utf-8") and "\\u202e" not in hostile.read_text(encoding="utf-8")


def test_a_script_is_allowed_by_its_digest_alone(hostile):
    text = hostile.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    parts = {
        "script-src": re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1],
        "style-src": re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1],
    }
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    for name, content in parts.items():
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy


def test_addresses_other_than_of_the_web_are_no_links():
    assert page_html.run({"text": "x", "url": "javascript:alert(1)"}) == "x"
    assert page_html.run({"text": "x", "url": "data:text/html,x"}) == "x"
    assert (
        page_html.run({"text": "x", "url": 'https://e.org/"><b>'})
        == '<a href="https://e.org/&quot;&gt;&lt;b&gt;" rel="noopener noreferrer">x</a>'
    )


def test_json_can_end_no_element():
    made = page.as_json({"a": "</script><!-- & \u2028 \u00e9"})
    assert made == '{"a":"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028 \\u00e9"}'
    with pytest.raises(ValueError):
        page.as_json(float("nan"))


def test_a_part_is_not_filled_again():
    assert page.filled("<a>@one@</a>@two@", {"one": "@two@", "two": "2"}) == "<a>@two@</a>2"


def test_control_and_direction_signs_are_taken_out():
    assert page.cleaned({"a": ["x\u202ey\u0007", " two\twords\u200f "], "b": 1}) == {
        "a": ["xy", " two words "],
        "b": 1,
    }


def test_the_script_loads_nothing_and_writes_no_markup():
    script = page.script()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
        "import(",
        "WebSocket",
        "sendBeacon",
    ):
        assert word not in script, word
    assert set(re.findall(r"https?://[\w.]+", script)) == {"http://www.w3.org", "https://doi.org"}
    assert "url(" not in page.source("page.css") and "@import" not in page.source("page.css")


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    """The page of the review in this repository."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(ROOT / "data/raw", folder / "data/raw")
    shutil.copytree(ROOT / "config", folder / "config")
    return page_of(folder)


def test_it_is_small(review):
    assert 100_000 < review.stat().st_size < 2_000_000


def test_nothing_is_loaded(review):
    loading = {"src", "srcset", "data", "poster", "action", "background", "xlink:href"}
    for tag, attributes in Reader(review.read_text(encoding="utf-8")).elements:
        assert not loading & set(attributes), (tag, attributes)
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        if "href" in attributes:
            assert tag == "a" and re.match(r"#|https?://|evidence\.pdf$", attributes["href"]), attributes


def test_the_same_data_make_the_same_bytes(review):
    made = review.read_bytes()
    folder = review.parents[1]
    for settings in (
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "77", "TZ": "America/Adak", "LC_ALL": "C"},
    ):
        subprocess.run(
            [sys.executable, "-m", "evidence", "page", str(folder)],
            env=os.environ | settings,
            check=True,
            capture_output=True,
        )
        assert review.read_bytes() == made


def test_the_first_screen_holds_answer_and_findings(review):
    text = review.read_text(encoding="utf-8")
    data = data_of(review)
    columns = data["pools"]["columns"]
    named = re.findall(r'data-pool="([^"]+)"', text)
    ids = {row[columns.index("id")] for row in data["pools"]["rows"]}
    assert len(named) > 20 and set(named) <= ids
    assert text.index('class="question"') < text.index('class="answer"') < text.index("Summary of findings") < text.index('class="limits"')


def test_a_cell_knows_its_column_where_rows_are_stacked():
    column = {"title": "I² <tau²>", "align": "right"}
    named = '<td class="right" data-name="I² &lt;tau²&gt;">94%</td>'
    assert page_html.cell({"runs": [{"text": "94%"}]}, column, "", 1) == named
    assert page_html.cell({"runs": [{"text": ""}]}, column, "", 1) == '<td class="right"></td>'
    assert page_html.cell({"runs": [{"text": "none"}], "span": 9}, column, "", 0) == '<td class="right" colspan="9">none</td>'


def test_every_effect_can_be_traced_to_its_rows(review):
    data = data_of(review)
    ids = [row[data["effects"]["columns"].index("id")] for row in data["effects"]["rows"]]
    assert sorted(data["traces"]) == sorted(ids)
    for way in data["traces"].values():
        assert way["rows"] and way["citation"]
        assert all(re.fullmatch(r"data/raw/measurements\.csv:\d+", row["place"]) for row in way["rows"])


def test_sections_without_data_vanish(tmp_path):
    data = data_of(page_of(toy.folder(tmp_path, measurements=[])))
    assert not data["effects"]["rows"] and not data["pools"]["rows"]
    assert [table["name"] for table in data["tables"]] == ["studies"]


def test_the_page_has_the_colours_of_the_figures(review):
    light = page.source("page.css").split("@media", 1)[0]
    for name, colour in data_of(review)["colours"].items():
        assert colour == getattr(palette, name.upper())
        assert f"--{name}: {colour};" in light
