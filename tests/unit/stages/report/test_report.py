"""The PDF: what it says, that nothing of the data acts, that it is tagged, and the same bytes twice."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

import evidence as ev
from evidence.stages.report.report import build, prose
from evidence.store.provenance import digest
from tests.support.toy import number, p, study
from tests.unit.stages.report.test_contents import GROUPS, MEASUREMENTS, STUDIES, made_tables, review

ROOT = Path(__file__).parents[4]
SIGNS = {
    "able2001": '#read("/etc/passwd")',
    "baker2002": "<script>alert(1)</script>",
    "cole2003": "=cmd|' /C calc'!A0",
    "trial": r"\input{x} $x^2$ *a* _b_ #link(1)",
    "words": "one\u202etwo",
}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="30mm" viewBox="0 0 100 30">'
    '<rect x="10" y="10" width="20" height="10" fill="#1d4f7c"/></svg>'
)
FIGURE = {
    "file": "forest-level.svg", "outcome": "level", "contrast": "before_after", "kind": "forest", "page": 1, "pages": 1,
    "width_mm": 100.0, "height_mm": 30.0, "caption": "Level, change from baseline", "alt": "Forest plot of the level.",
}  # fmt: skip


def folder_with(path, **tables):
    """A toy analysis folder with a figure."""
    folder = review(path, **tables)
    figures = folder / "reports/figures"
    figures.mkdir(parents=True)
    (figures / FIGURE["file"]).write_text(SVG, encoding="utf-8")
    return folder


def pdf_of(folder, **more):
    return build(folder, **{**made_tables(folder), "figures": [FIGURE], **more})


def text_of(pdf):
    """All text of a PDF, white space made single."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A review whose titles, notes and labels try to act."""
    studies = [one | {"title": SIGNS[one["study_id"]], "participants": SIGNS[one["study_id"]]} for one in STUDIES]
    groups = [one | {"label": f"Drug {SIGNS[one['study_id']]}"} for one in GROUPS]
    rows = [one | {"source_locator": SIGNS[one["study_id"]]} for one in MEASUREMENTS]
    return folder_with(tmp_path_factory.mktemp("hostile"), studies=studies, groups=groups, measurements=rows)


@pytest.fixture(scope="module")
def pdf(hostile):
    return pdf_of(hostile)


@pytest.fixture(scope="module")
def text(pdf):
    return text_of(pdf)


def test_page_one_prints_the_headline_numbers(pdf):
    first = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    for words in ("Does it work?", "+36% (−6% to +96%)", "−30% to +164%", "+67% (+37% to +103%)", "−3.0 (−5.6 to −0.4)", "80% (46% to 95%)",
                  "Against a control group: Level was higher by 67% (95% CI +37% to +103%), 1 study, 40 people."):  # fmt: skip
        assert words in first, words


@pytest.mark.parametrize("sign", [sign for name, sign in SIGNS.items() if name != "words"])
def test_nothing_in_the_data_acts(text, sign):
    squeezed = text.replace(" ", "")
    assert squeezed.count(sign.replace(" ", "").replace("-", "−")) + squeezed.count(sign.replace(" ", "")) >= 2


def test_a_turn_of_direction_is_shown(text):
    assert "one‹U+202E›two" in text.replace(" ", "")
    assert "\u202e" not in text
    assert "U+202E as ‹U+202E›" in text


def test_same_bytes_twice_and_in_another_place_and_zone(hostile, pdf, tmp_path_factory):
    assert pdf_of(hostile) == pdf
    code = (
        "import sys; from pathlib import Path; from tests.unit.stages.report.test_report import pdf_of; from tests.unit.stages.report.test_contents import made_tables\n"
        "sys.stdout.buffer.write(pdf_of(Path(sys.argv[1])))"
    )
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    made = subprocess.run(
        [sys.executable, "-c", code, str(hostile)], cwd=elsewhere, capture_output=True, check=True,
        env={**os.environ, "TZ": "Pacific/Auckland", "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "PYTHONHASHSEED": "7", "TMPDIR": str(elsewhere)},
    )  # fmt: skip
    assert made.stdout == pdf


def test_tagged_titled_with_language_and_bookmarks(pdf):
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata.title == "Toy"
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>2</pdfaid:part>" in metadata and "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    titles = [one.title for one in reader.outline if not isinstance(one, list)]
    assert [title for title in titles if title != "Contents"][:2] == [
        "1 Evidence map",
        "2 Results by outcome",
    ]
    below = next(one for one in reader.outline if isinstance(one, list))
    assert [one.title for one in below] == ["2.1 Level", "2.2 Score", "2.3 Event", "2.4 Other outcomes"]


def structure(pdf):
    """Kinds of all tags, and the alternative texts."""
    kinds, alts, open_nodes = [], [], [pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]]
    while open_nodes:
        node = open_nodes.pop().get_object()
        if isinstance(node, list):
            open_nodes += node
        elif isinstance(node, dict):
            kinds.append(node.get("/S", ""))
            alts.append(node.get("/Alt", ""))
            if "/K" in node and not isinstance(node["/K"], int):
                open_nodes.append(node["/K"])
    return kinds, alts


def test_figures_and_tables_have_their_tags(pdf):
    kinds, alts = structure(pdf)
    assert "Forest plot of the level." in alts
    assert {"/Table", "/TR", "/TH", "/TD", "/THead", "/Figure", "/Link", "/L", "/H1"} <= set(kinds)


def test_a_wrong_name_in_a_text_of_the_review(tmp_path):
    folder = folder_with(tmp_path)
    (folder / "config/text").mkdir()
    (folder / "config/text/answer.md").write_text("Level {level.before_after.all.headlin:change}.\n", encoding="utf-8")
    with pytest.raises(
        ev.EvidenceError,
        match=r"config/text/answer.md:1 .* there is no analysis called 'headlin'\. Did you mean headline\?",
    ):
        pdf_of(folder)


def test_a_text_that_is_not_utf8(tmp_path):
    (tmp_path / "config/text").mkdir(parents=True)
    (tmp_path / "config/text/answer.md").write_bytes("größer".encode("latin-1"))
    with pytest.raises(ev.EvidenceError, match=r"config/text/answer\.md: the text is not UTF-8\. Save it as UTF-8\."):
        prose(tmp_path)


def test_a_review_with_nothing_to_weight(tmp_path):
    one = number("baker2002", 11, "change", outcome="extra", statistic="percent_change", unit="%", **p("<", "0.05"))
    folder = review(tmp_path, measurements=[one], unreported=[])
    text = text_of(build(folder, **made_tables(folder), figures=[]))
    assert text.count("No study can be weighted.") == 2
    assert "Extra level, change from baseline" in text


def test_a_missing_figure_is_named(tmp_path):
    folder = folder_with(tmp_path)
    (folder / "reports/figures" / FIGURE["file"]).unlink()
    with pytest.raises(
        ev.EvidenceError,
        match=r"reports/figures/forest-level\.svg: the figure is missing\. Draw the figures again",
    ):
        pdf_of(folder)


def test_long_words_break_and_nothing_is_lost(tmp_path):
    long = "W" * 120
    studies = [study("able2001", title=long, participants=long, journal=long), *STUDIES[1:]]
    assert text_of(pdf_of(folder_with(tmp_path, studies=studies))).replace(" ", "").count(long) == 3


def test_prose_of_the_review_stands_before_the_general_one(tmp_path):
    folder = folder_with(tmp_path)
    (folder / "config/text").mkdir()
    (folder / "config/text/limits.md").write_text("- Own.\n", encoding="utf-8")
    texts = prose(folder)
    assert texts["limits"] == ("config/text/limits.md", "- Own.\n")
    assert texts["answer"][1].startswith("{each.")


def test_digest_follows_content_and_names_only(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        (folder / "config").mkdir(parents=True)
        (folder / "config/a.yaml").write_text("x", encoding="utf-8")
    assert digest(one, "config") == digest(two, "config") and len(digest(one, "config")) == 12
    (two / "config/a.yaml").rename(two / "config/b.yaml")
    assert digest(one, "config") != digest(two, "config")


def test_the_review_prints_every_headline_number():
    """The review itself: page one holds each pool of all groups of the headline outcomes."""
    tables = made_tables(ROOT)
    pdf = build(ROOT, **tables, figures=[])
    first = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    from evidence.document.blocks import effect_words
    from evidence.stages.report.contents import Inputs

    inputs = Inputs(**tables, figures=[])
    rows = [
        row for row in inputs.pool.values() if row.stratum == "all" and row.analysis == "headline" and row.outcome in inputs.shown_outcomes
    ]
    assert len(rows) > 15
    for row in rows:
        assert effect_words(row) in first, row.id
