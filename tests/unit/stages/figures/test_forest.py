"""Forest plots: what is on the page, where, and that nothing overlaps or is cut off."""

import hashlib
import math
import os
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
from matplotlib.text import Text

from evidence.document import palette
from evidence.stages.figures import canvas as plotting
from evidence.stages.figures.fonts import FONT_FOLDERS
from evidence.stages.figures.forest.axis import TICK
from evidence.stages.figures.forest.forest import ROUTES, Block, Pooled, Row, Unweighted, forest, forest_pages, heterogeneity

INFINITE = float("inf")


def row(label, ratio, low, high, weight=None, **words):
    return Row(label, yi=math.log(ratio), low=math.log(low), high=math.log(high), weight=weight, **words)


ROWS = (
    row("Shah 2021", 412 / 270.6, 1.38, 1.68, 40, drug="Anastrozole", n="30", route="spread"),
    row("de Boer 2005", 3.17, 2.5, 4.0, 30, drug="Letrozole", n="10", route="printed"),
    row("Zumoff 2003", 1.39, 1.0, 1.94, 10, drug="Testolactone", n="6", route="quantiles", mark="†"),
)
POOLED = Pooled(
    "Random effects, k = 3",
    estimate=math.log(2),
    ci_low=math.log(1.5),
    ci_high=math.log(2.75),
    pi_low=math.log(0.9),
    pi_high=math.log(4.6),
    heterogeneity=heterogeneity(0.112, 93.4, 148.2, 2, 1e-9),
)
BURNETT = Unweighted(
    "Burnett-Bowie 2009a",
    drug="Anastrozole",
    printed="11.2 (SD 3.3) to 17.6 (SD 5.0) nmol/L",
    reason="n not printed",
    yi=math.log(17.6 / 11.2),
)
LEWIS = Unweighted("Lewis 2002", drug="Anastrozole", n="15", reason="no numbers printed")
BLOCK = Block("All men", ROWS, POOLED, (BURNETT, LEWIS), note="One note.")
PAIR = Block(
    "Hypogonadism",
    ROWS[:2],
    Pooled("Random effects, k = 2", estimate=0.5, ci_low=-9.0, ci_high=10.0, kind="pair", warning="Two studies."),
)
SINGLE = Block("Klinefelter", ROWS[:1], Pooled("Single study, not pooled", kind="single"))


def many(count, heading="Many"):
    rows = tuple(row(f"Study {i:02d} of {heading}", 1.2 + 0.02 * (i % 7), 1.05, 1.6, 100 / count) for i in range(count))
    return Block(heading, rows, replace(POOLED, label=f"Pool of {heading}"))


def texts(figure):
    return [artist.get_text() for artist in figure.findobj(Text) if artist.get_text()]


def text_of(figure, words):
    return next(artist for artist in figure.findobj(Text) if artist.get_text() == words)


def polygons(figure, color, zorder=None):
    shapes = [shape for shape in figure.findobj(Polygon) if to_hex(shape.get_facecolor()) == color]
    return [shape.get_xy() for shape in shapes if zorder in (None, shape.get_zorder())]


def squares(figure):
    """Sides in mm of the squares of studies, those of the key left out (it is drawn last)."""
    corners = [xy for xy in polygons(figure, palette.BLUE, plotting.MARKS + 1) if len(xy) == 5]
    sides = [(np.ptp(xy[:, 0]), np.ptp(xy[:, 1])) for xy in corners]
    return [across for across, up in sides if across == pytest.approx(up)][:-1]


def arrows(figure):
    return [xy for color in (palette.LINE, palette.BLUE, palette.BAR) for xy in polygons(figure, color) if len(xy) == 4]


def assert_clean(figure):
    assert plotting.overlaps(figure) == []
    assert plotting.clipped(figure) == []


LONG = "A study with a very long label that names its authors, the year, the arm, the dose, the visit, the land"
WORD = "Averyveryverylongnamewithoutasinglespacethatfitsnocolumnofanypagewhateverthewidthofit 2012"
HARD_CASES = {
    "realistic": (
        [BLOCK, PAIR, SINGLE],
        {"title": "Total testosterone", "favours": ("Falls", "Rises"), "reference": True},
    ),
    "long labels": (
        [
            Block(
                LONG,
                (row(LONG, 1.2, 1, 2, 50, drug=LONG), row(WORD, 1.2, 1, 2, 50)),
                replace(POOLED, label=LONG, warning=LONG),
                (replace(BURNETT, label=LONG, reason=LONG),),
                LONG,
            )
        ],
        {"title": LONG, "xlabel": LONG, "favours": (LONG, LONG), "note": LONG},
    ),
    "long texts": (
        [Block("", (replace(ROWS[0], text=LONG),), replace(POOLED, text=LONG), (replace(BURNETT, text=LONG),))],
        {},
    ),
    "forty rows": ([many(40)], {}),
    "one row": ([SINGLE], {}),
    "nothing weighted": ([Block("None", unweighted=(BURNETT, LEWIS))], {"favours": ("Falls", "Rises")}),
    "nothing on the axis": ([Block("None", unweighted=(LEWIS,))], {"xlabel": "Change"}),
    "huge intervals": (
        [Block("", (row("Low", 0.02, 1e-5, 40), row("High", 50, 0.02, 1e6), *ROWS), POOLED)],
        {},
    ),
    "endless intervals": (
        [Block("", (replace(ROWS[0], low=-INFINITE, high=INFINITE), *ROWS[1:]), PAIR.pooled)],
        {},
    ),
    "zero width": ([Block("", (row("Zero", 1, 1, 1, 100),), None)], {}),
    "all the same": ([Block("", (row("A", 2, 2, 2, 50), row("B", 2, 2, 2, 50)), None)], {"null": None}),
    "difference": ([Block("", (Row("A", yi=-1234.5, low=-2345.6, high=0.04),))], {"scale": "difference"}),
    "factor": ([BLOCK], {"scale": "factor"}),
    "proportion": (
        [
            Block(
                "",
                (
                    Row("None of 20", yi=-3.7, low=-INFINITE, high=-1.6),
                    Row("All", yi=4, low=2, high=INFINITE),
                ),
            )
        ],
        {"scale": "proportion"},
    ),
    "other letters": (
        [
            Block(
                "Ωμέγα",
                (
                    row("Müller-Lüdenscheidt, Ångström, Łukasiewicz", 1, 0.9, 1.1),
                    row("Иванов; Παπαδόπουλος; 王伟", 1, 0.9, 1.1),
                ),
            )
        ],
        {},
    ),
    "markup": (
        [
            Block(
                "<script>alert(1)</script>",
                (row(r"$\frac{1}{2}$ & #read(\"/etc/passwd\") \input", 1, 0.9, 1.1),),
            )
        ],
        {"note": "$x_1$"},
    ),
    "narrow": ([BLOCK], {"width_mm": 140}),
}


@pytest.mark.parametrize("case", HARD_CASES)
def test_nothing_overlaps_or_is_cut_off(case):
    blocks, options = HARD_CASES[case]
    assert_clean(forest(blocks, **options))


@pytest.mark.parametrize("case", ["long labels", "long texts"])
def test_long_words_are_wrapped_and_never_cut(case):
    blocks, options = HARD_CASES[case]
    printed = " ".join(texts(forest(blocks, **options)))
    for word in LONG.split():
        assert word in printed
    if case == "long labels":
        assert WORD.split()[0] in printed.replace(" ", "")


def test_overlaps_and_clipped_see_what_is_wrong():
    sheet = plotting.page(50, 20)
    plotting.write(sheet, 5, 10, "one")
    plotting.write(sheet, 6, 10, "two")
    plotting.write(sheet, 46, 18, "beyond")
    plotting.stroke(sheet, (20, 9.5), (30, 9.5))
    plotting.write(sheet, 22, 10, "struck")
    assert plotting.overlaps(sheet.figure) == [("one", "two"), ("struck", "Line2D")]
    assert plotting.clipped(sheet.figure) == ["beyond"]


def test_a_study_shows_its_words():
    printed = texts(forest([BLOCK]))
    for words in (
        "All men",
        "Shah 2021",
        "Anastrozole",
        "30",
        "+52%",
        "(+38% to +68%)",
        "40.0%",
        "Zumoff 2003†",
        "+100%",
        "95% PI",
        "(−10% to +360%)",
        "τ² 0.112, I² 93%, Q 148.2 (df 2), p < 0.001",
        "Reported, not weighted",
        "+57%",
        "11.2 (SD 3.3) to 17.6 (SD 5.0) nmol/L; n not printed",
        "One note.",
    ):
        assert words in printed


def test_only_the_routes_that_occur_are_explained():
    legend = next(words for words in texts(forest([BLOCK])) if words.startswith("Route to"))
    assert legend == (
        "Route to the standard error: a: change printed with its error; d: both spreads and a correlation; e: medians and quartiles."
    )
    assert len({letter for letter, _ in ROUTES.values()}) == len(ROUTES)


def test_area_of_a_square_is_its_weight():
    sides = squares(forest([Block("", ROWS)]))
    areas = np.array(sides) ** 2
    assert areas / areas[0] == pytest.approx([1, 30 / 40, 10 / 40])


def test_marks_stand_at_their_values():
    figure = forest([BLOCK], limits=(math.log(0.5), math.log(8)))
    ticks = {words: text_of(figure, words).get_position()[0] for words in ("−50%", "0%", "+300%")}
    scale = (ticks["+300%"] - ticks["0%"]) / math.log(4)
    assert ticks["−50%"] == pytest.approx(ticks["0%"] + scale * math.log(0.5))
    diamond = polygons(figure, palette.BLUE, plotting.MARKS + 2)[0]
    expected = [ticks["0%"] + scale * value for value in (POOLED.ci_low, POOLED.estimate, POOLED.ci_high)]
    assert sorted(set(diamond[:, 0].round(9))) == pytest.approx(expected)
    bar = polygons(figure, palette.BAR)[0]
    assert (bar[:, 0].min(), bar[:, 0].max()) == pytest.approx(
        tuple(ticks["0%"] + scale * value for value in (POOLED.pi_low, POOLED.pi_high))
    )
    intervals = [line.get_xdata() for line in figure.findobj(Line2D) if line.get_zorder() == plotting.MARKS]
    assert intervals[0] == pytest.approx([ticks["0%"] + scale * end for end in (ROWS[0].low, ROWS[0].high)])
    circle = figure.findobj(Circle)[0]
    assert circle.get_center()[0] == pytest.approx(ticks["0%"] + scale * BURNETT.yi)


def test_an_arrow_marks_each_end_beyond_the_axis():
    inside = forest([Block("", ROWS)])
    beyond = forest([Block("", ROWS)], limits=(math.log(1.2), math.log(3.5)))
    assert arrows(inside) == []
    key_arrow = 1
    assert len(arrows(beyond)) == 2 + key_arrow
    assert "runs beyond the axis" in texts(beyond) and "runs beyond the axis" not in texts(inside)


def test_huge_intervals_do_not_dwarf_the_others():
    wild = row("Wild", 1.5, 1e-4, 1e4, 1)
    figure = forest([Block("", (*ROWS, wild), POOLED)])
    diamond = polygons(figure, palette.BLUE, plotting.MARKS + 2)[0]
    assert np.ptp(diamond[:, 0]) > 10
    assert len(arrows(figure)) == 3


def test_two_studies_are_an_open_diamond_with_a_warning():
    figure = forest([PAIR])
    shapes = [s for s in figure.findobj(Polygon) if s.get_zorder() == plotting.MARKS + 2 and len(s.get_xy()) == 7]
    assert [to_hex(shape.get_facecolor()) for shape in shapes] == ["#ffffff"]
    assert {"Two studies.", "two studies only"} <= set(texts(figure))


def test_one_study_has_words_and_no_diamond():
    figure = forest([SINGLE])
    assert "Single study, not pooled" in texts(figure)
    assert not [xy for xy in polygons(figure, palette.BLUE) if len(xy) == 7]


def test_two_pooled_estimates_stand_below_each_other():
    figure = forest([replace(PAIR, pooled=(PAIR.pooled, replace(POOLED, label="Bayesian", kind="pair")))])
    places = [text_of(figure, words).get_position()[1] for words in ("Random effects, k = 2", "Bayesian")]
    assert places[0] < places[1]
    assert_clean(figure)


def test_the_dashed_line_is_explained():
    figure = forest([BLOCK, PAIR], reference=True)
    assert "pooled estimate, All men" in texts(figure)
    assert "pooled estimate, All men" not in texts(forest([BLOCK, PAIR]))
    dashed = [line.get_xdata() for line in figure.findobj(Line2D) if line.get_linestyle() == "--"]
    diamond = polygons(figure, palette.BLUE, plotting.MARKS + 2)[0]
    assert dashed[0] == pytest.approx([diamond[1, 0]] * 2)


def test_weights_are_added_up_beside_the_first_pool():
    both = replace(BLOCK, pooled=(POOLED, replace(POOLED, label="Bayesian")))
    assert texts(forest([both])).count("80.0%") == 1


def test_a_narrow_interval_stays_visible_in_its_square():
    figure = forest([Block("", (row("Narrow", 1.5, 1.49, 1.51, 90), row("Wide", 2, 1, 4, 10)))])
    white = [line for line in figure.findobj(Line2D) if line.get_color() == "white"]
    assert len(white) == 1


def test_empty_columns_and_unwanted_ones_are_not_drawn():
    printed = texts(forest([Block("", (row("A", 1, 0.9, 1.1),))]))
    assert {"Drug", "n", "Route", "Weight"}.isdisjoint(printed)
    printed = texts(forest([BLOCK], columns={"label": "Trial", "text": "RR"}))
    assert "Trial" in printed and "RR" in printed and "Anastrozole" not in printed


def test_pages_hold_every_row_once_and_keep_to_their_height():
    blocks = [many(60, "First"), BLOCK, SINGLE, PAIR, many(20, "Second")]
    pages = forest_pages(blocks, max_height_mm=200, title="Title")
    printed = [words for page in pages for words in texts(page)]
    assert all(figure.get_size_inches()[1] * 25.4 <= 200.001 for figure in pages)
    for block in blocks:
        for item in block.rows:
            copies = sum(item.label + item.mark in (r.label + r.mark for r in b.rows) for b in blocks)
            assert printed.count(item.label + item.mark) == copies
    assert printed.count("First (continued)") == 1
    assert printed.count("Second (continued)") == 0
    assert printed.count("Title") == printed.count("Study") == len(pages) == 3
    for figure in pages:
        assert_clean(figure)
    axes = [[(t.get_text(), t.get_position()[0]) for t in page.findobj(Text) if t.get_size() == TICK] for page in pages]
    assert axes == [axes[0]] * 3 and len(axes[0]) >= 4


def test_a_heading_and_a_pool_never_stand_alone():
    for height in range(60, 90):
        for figure in forest_pages([many(11, "First"), many(9, "Second")], max_height_mm=height):
            printed = texts(figure)
            for name in ("First", "Second"):
                rows = sum(words.startswith("Study ") and words.endswith(name) for words in printed)
                assert (f"Pool of {name}" in printed) <= rows
                assert 2 * (name in printed) <= rows


def test_markup_and_mathematics_are_printed_as_they_stand(tmp_path):
    blocks, options = HARD_CASES["markup"]
    plotting.save_svg(forest(blocks, **options), tmp_path / "plot.svg")
    printed = [node.text for node in ElementTree.parse(tmp_path / "plot.svg").iter() if node.tag.endswith("}text")]
    assert "<script>alert(1)</script>" in printed
    assert "$x_1$" in printed
    assert r"$\frac{1}{2}$ & #read(\"/etc/passwd\") \input" in " ".join(printed)


def test_characters_that_turn_the_page_are_taken_out():
    printed = " ".join(texts(forest([Block("a\u202eb\u0007c\u200bd", (row("x\ny", 1, 0.9, 1.1),))])))
    assert "abcd" in printed and "x y" in printed


def test_characters_without_a_glyph_are_named_and_replaced():
    assert plotting.unprintable("τ² − 王 ≥ 伟") == "王伟"
    assert plotting.clean("王 2004") == "\N{REPLACEMENT CHARACTER} 2004"
    assert plotting.unprintable("τ²I²−×≥→±–’…") == ""


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((0.112, 93.4, 148.2, 6, 1e-9), "τ² 0.112, I² 93%, Q 148.2 (df 6), p < 0.001"),
        ((0.0, 0.0, 0.31, 1, 0.58), "τ² 0, I² 0%, Q 0.3 (df 1), p = 0.58"),
        ((0.0006, 12.0, 1.14, 1, 0.043), "τ² 0.00060, I² 12%, Q 1.1 (df 1), p = 0.043"),
        ((3.5, 99.97, 1234.5, 4, 0.0), "τ² 3.50, I² 99.9%, Q 1,234.5 (df 4), p < 0.001"),
        ((6.2e-7, 99.6, 9.0, 4, 0.061), "τ² 6.2 × 10⁻⁷, I² 99.6%, Q 9.0 (df 4), p = 0.061"),
        ((812.4, 99.4, 9.0, 4, 0.1), "τ² 812, I² 99%, Q 9.0 (df 4), p = 0.10"),
    ],
)
def test_heterogeneity_in_words(arguments, words):
    assert heterogeneity(*arguments) == words


@pytest.mark.parametrize(
    "block, message",
    [
        (
            Block("", (replace(ROWS[0], yi=float("nan")),)),
            r"blocks\[0\].rows\[0\].yi must be a finite number, got nan",
        ),
        (
            Block("", (ROWS[0], replace(ROWS[1], low=2.0))),
            r"blocks\[0\].rows\[1\] must have low <= yi <= high, got 2.0",
        ),
        (
            Block("", (replace(ROWS[0], weight=120),)),
            r"rows\[0\].weight must be a percentage from 0 to 100, got 120",
        ),
        (
            Block("", (replace(ROWS[0], route="guess"),)),
            r"rows\[0\].route must be one of .*'printed'.*, got 'guess'",
        ),
        (
            Block("", (replace(ROWS[0], style="round"),)),
            r"rows\[0\].style must be one of 'solid', 'hollow', got 'round'",
        ),
        (
            Block("", ROWS, replace(POOLED, ci_low=None)),
            r"pooled\[0\] must have ci_low <= estimate <= ci_high",
        ),
        (Block("", ROWS, replace(POOLED, kind="sum")), r"pooled\[0\].kind must be one of .*, got 'sum'"),
        (
            Block("", (), None, (replace(BURNETT, yi=INFINITE),)),
            r"unweighted\[0\].yi must be a finite number or None",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(block, message):
    with pytest.raises(ValueError, match=message):
        forest([block])


@pytest.mark.parametrize(
    "options, message",
    [
        (
            {"scale": "log"},
            "scale must be one of 'ratio', 'factor', 'difference', 'level', 'proportion', 'share', 'arcsine', 'rate', 'correlation', got 'log'",
        ),
        ({"columns": {"label": "Study", "dose": "Dose"}}, "columns must be among .*, got 'dose'"),
        ({"columns": {"drug": "Drug"}}, "columns must hold 'label', got 'drug'"),
        ({"width_mm": 90}, "width_mm must leave 20 mm for the labels, got 90"),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        forest([BLOCK], **options)


def test_no_block_is_refused():
    with pytest.raises(ValueError, match="blocks must hold at least one block, got none"):
        forest([])


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from test_forest import BLOCK, PAIR, SINGLE, forest, plotting
plotting.save_svg(forest([BLOCK, PAIR, SINGLE], title="Title", reference=True), "plot.svg")
"""


def test_same_bytes_in_another_process_place_and_time_zone(tmp_path):
    digests = set()
    for name, zone, seed in (("one", "Asia/Tokyo", "1"), ("two", "America/Lima", "2")):
        folder = tmp_path / name
        folder.mkdir()
        environment = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed}
        arguments = [sys.executable, "-c", SCRIPT, os.path.dirname(__file__)]
        subprocess.run(arguments, cwd=folder, env=environment, check=True, timeout=120)
        digests.add(hashlib.sha256((folder / "plot.svg").read_bytes()).hexdigest())
        assert [path.name for path in folder.iterdir()] == ["plot.svg"]
    assert len(digests) == 1


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "plot.svg"
    path.write_text("old")
    figure = forest([SINGLE])

    def fail(target, **options):
        target.write("half")
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        plotting.save_svg(figure, path)
    assert [file.name for file in tmp_path.iterdir()] == ["plot.svg"]
    assert path.read_text() == "old"


def test_text_stays_text_in_the_shipped_face_through_typst(tmp_path):
    import pypdf
    import typst

    plotting.save_svg(forest([BLOCK]), tmp_path / "plot.svg")
    (tmp_path / "page.typ").write_text('#image("plot.svg", alt: "plot")')
    folders = [str(folder) for folder in FONT_FOLDERS]
    typst.compile(tmp_path / "page.typ", output=tmp_path / "page.pdf", font_paths=folders, ignore_system_fonts=True)
    page = pypdf.PdfReader(tmp_path / "page.pdf").pages[0]
    words = page.extract_text()
    for printed in ("Shah 2021", "+52%", "τ² 0.112", "11.2 (SD 3.3) to 17.6 (SD 5.0) nmol/L"):
        assert printed in words
    faces = {str(font.get_object()["/BaseFont"]).split("+")[-1] for font in page_fonts(page)}
    assert faces == {"SourceSansPro-Regular", "SourceSansPro-Bold"}


def page_fonts(page):
    """Fonts of a page and of the drawings on it."""
    resources = page["/Resources"].get_object()
    found = list(resources.get("/Font", {}).values())
    for drawing in resources.get("/XObject", {}).values():
        found += page_fonts({"/Resources": drawing.get_object().get("/Resources", {})})
    return found


def test_a_fit_is_drawn_with_its_own_numbers():
    import evidence as ev

    fit = ev.rma([-0.89, -1.59, -1.35, -1.44], [0.33, 0.19, 0.42, 0.02], method="DL", test="z")
    figure = ev.forest(fit, labels=["A", "B", "C", "D"], transform="exp", xlabel="Risk ratio")
    printed = texts(figure)
    assert {"A", "B", "C", "D", "Random effects, DL, k = 4", "Ratio (95% CI)"} <= set(printed)
    assert f"{math.exp(fit.estimate):.2f}" in printed
    assert f"{fit.weights[3]:.1f}%" in printed
    assert "−0.89" in texts(ev.forest(fit))
    assert_clean(figure)


def test_a_fit_of_one_or_two_studies_says_so():
    import evidence as ev

    assert "Single study, not pooled" in texts(ev.forest(ev.rma([0.1], [0.02])))
    assert "two studies only" in texts(ev.forest(ev.rma([0.1, 0.4], [0.02, 0.03])))


def test_a_fit_with_moderators_or_other_labels_is_refused():
    import evidence as ev

    y, v = [0.1, 0.4, 0.3, 0.2], [0.02, 0.03, 0.01, 0.02]
    with pytest.raises(ValueError, match="must be a fit without moderators, got one with 2 coefficients"):
        ev.forest(ev.rma(y, v, [1.0, 2.0, 3.0, 4.0]))
    with pytest.raises(ValueError, match="labels has 1, yi has 4"):
        ev.forest(ev.rma(y, v), labels=["A"])


def test_the_plot_gives_way_before_a_word_breaks():
    assert {"Anastrozole", "Testolactone", "Letrozole"} <= set(texts(forest([BLOCK], width_mm=140)))
