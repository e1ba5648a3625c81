"""Chinese, Japanese and Korean by a face of the machine, and letters that run from right to left."""

import base64
import io
import re
from functools import partial

import pytest
from fontTools.ttLib import TTFont

from evidence.document import scripts
from evidence.document.directions import MARK, end_runs
from evidence.document.printable import printable, replaced
from evidence.problems import EvidenceError
from evidence.stages.figures import canvas as plotting
from evidence.stages.figures import fonts as faces
from evidence.stages.figures.cache import digest
from evidence.stages.figures.canvas import page, save_png, save_svg, text_width, write
from evidence.stages.page.page import visible
from evidence.stages.report import report
from tests.support.fonts import join_fonts, make_font

HAN, KANA, HANGUL = "王伟李娜田中血", "さくら", "김철수"
RULE = re.compile(r"@font-face\{font-family: '([^']+)'; font-weight: (\d+); [^;]+; src: url\(data:font/woff;base64,([\w+/=]+)\)")


@pytest.fixture
def noto(tmp_path, install):
    """Faces as Noto has them: each of the first two draws the characters of the other too."""
    chinese = make_font(tmp_path / "sc.ttf", "Noto Sans CJK SC", HAN + KANA)
    bold = make_font(tmp_path / "sc-bold.ttf", "Noto Sans CJK SC", HAN + KANA, bold=True)
    japanese = make_font(tmp_path / "jp.ttf", "Noto Sans CJK JP", HAN + KANA)
    install(chinese, bold, join_fonts(tmp_path / "all.ttc", make_font(tmp_path / "kr.ttf", "Noto Sans CJK KR", HANGUL), japanese))
    return tmp_path


def drawn(*texts):
    sheet = page(80, 40)
    for place, text in enumerate(texts, 1):
        write(sheet, 5, 5 * place, text)
    return sheet.figure


def test_a_sign_belongs_to_a_script_by_its_name_in_unicode():
    names = [getattr(scripts.script_of(sign), "name", None) for sign in "王々さカ한aЖאب\N{CIRCLED DIGIT ONE}☂"]
    assert names == ["Chinese", "Chinese", "Japanese", "Japanese", "Korean", *6 * [None]]


def test_the_fewest_families_draw_a_text_and_kana_make_it_japanese(noto):
    assert scripts.families("Wang 王伟 2001") == ("Noto Sans CJK SC",)
    assert scripts.families("田中さくら") == ("Noto Sans CJK JP",)
    assert scripts.families("김철수, 王伟") == ("Noto Sans CJK KR", "Noto Sans CJK SC")
    assert scripts.families("Able 2001 τ² שלום") == ()


def test_a_face_is_found_in_a_collection_and_by_its_weight(noto):
    assert scripts.face_of("Noto Sans CJK JP", 700) == scripts.Face(str(noto / "all.ttc"), 1, 400)
    assert scripts.face_of("Noto Sans CJK SC", 700) == scripts.Face(str(noto / "sc-bold.ttf"), 0, 700)


def test_a_file_that_is_no_font_is_passed_over(tmp_path, install):
    (tmp_path / "odd.ttf").write_bytes(b"no font")
    install(tmp_path / "odd.ttf", make_font(tmp_path / "sc.ttf", "Noto Sans CJK SC", HAN))
    assert scripts.families("王") == ("Noto Sans CJK SC",)


def test_a_figure_carries_the_letters_in_use_and_names_their_face(noto, tmp_path):
    figure = drawn("王伟 & 李娜 2001", "Difference in 血")
    save_svg(figure, tmp_path / "one.svg")
    svg = (tmp_path / "one.svg").read_text(encoding="utf-8")
    carried = {name: TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap() for name, _, font in RULE.findall(svg)}
    assert set(map(chr, carried["Noto Sans CJK SC"])) == set("王伟李娜血")
    spans = re.findall(r"<tspan style=\"font-family: 'Noto Sans CJK SC'\">([^<]+)</tspan>", svg)
    assert spans == ["王伟", "李娜", "血"] and ">Difference in <tspan" in svg and "</tspan> &amp; <tspan" in svg
    save_svg(drawn("王伟 & 李娜 2001", "Difference in 血"), tmp_path / "two.svg")
    assert (tmp_path / "two.svg").read_bytes() == (tmp_path / "one.svg").read_bytes()


def test_a_png_and_the_measure_of_a_text_take_the_same_face(noto, tmp_path):
    assert text_width("王伟", 10) == pytest.approx(20 / plotting.POINTS_PER_MM, rel=1e-6)
    assert plotting.unprintable("王 2004") == "" and plotting.clean("王 2004") == "王 2004"
    save_png(drawn("王伟 王伟 王伟"), tmp_path / "one.png")
    save_png(drawn("金金 金金 金金"), tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes()


def test_a_figure_is_drawn_again_when_its_face_is_another(noto, install, tmp_path):
    chinese, latin = partial(drawn, "王伟"), partial(drawn, "Wang")
    before = digest(chinese), digest(latin)
    install(make_font(tmp_path / "other.ttf", "SimSun", HAN))
    assert digest(chinese) != before[0] and digest(latin) == before[1]


def test_the_report_prints_what_a_face_draws(noto):
    assert printable({"a": ["王伟 2001", "金"]}) == {"a": ["王伟 2001", "‹U+91D1›"]}
    assert replaced(["王伟"]) == {}


def test_the_report_is_given_the_letters_in_use_by_family_and_weight(noto):
    families = report.lay_fonts(noto / "fonts", {"王伟 2001", "李娜", "田中さくら", "Able"})
    assert families == ["Noto Sans CJK SC", "Noto Sans CJK JP"]
    fonts = {path.name: TTFont(path) for path in sorted((noto / "fonts").iterdir())}
    assert [(name, font["name"].getBestFamilyName(), font["OS/2"].usWeightClass) for name, font in fonts.items()] == [
        ("0-400.otf", "Noto Sans CJK JP", 400), ("1-400.otf", "Noto Sans CJK SC", 400), ("1-700.otf", "Noto Sans CJK SC", 700),
    ]  # fmt: skip
    assert set(map(chr, fonts["1-700.otf"].getBestCmap())) == set("王伟李娜田中さくら")


def test_a_text_of_the_review_in_a_script_without_a_font_is_named():
    with pytest.raises(EvidenceError) as error:
        report.refuse_undrawn({"Level", "血红蛋白 after 12 weeks"})
    assert str(error.value).startswith('config: the texts of the report hold Chinese ("血"), which no font of this machine draws. Install')


@pytest.mark.parametrize("text, expected", [
    ("כהן 2021, 12 people", f"כהן{MARK} 2021, 12 people"),
    ("כהן & לוי 2021", f"כהן & לוי{MARK} 2021"),
    ("השפעת 12 שבועות", f"השפעת 12 שבועות{MARK}"),
    ("محمد et al. 2005 and כהן 2", f"محمد{MARK} et al. 2005 and כהן{MARK} 2"),
    ("Able 2001 ± τ² 王", "Able 2001 ± τ² 王"),
])  # fmt: skip
def test_numbers_after_letters_from_right_to_left_stay_in_their_place(text, expected):
    assert end_runs(text) == expected
    assert visible(text) == expected
    assert plotting.drawable(plotting.drawable(text)) == expected.replace("王", "\N{REPLACEMENT CHARACTER}")


def test_arabic_and_hebrew_are_drawn_by_the_second_face():
    text = "محمد & כהן"
    assert plotting.unprintable(text) == "" and printable(text) == f"{text}{MARK}"
    rules = faces.face_rules(drawn(text))
    (font,) = [TTFont(io.BytesIO(base64.b64decode(font))) for name, _, font in RULE.findall(rules) if name == "DejaVu Sans"]
    assert set(map(ord, text.replace(" & ", ""))) <= set(font.getBestCmap())
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert {"init", "medi", "fina"} <= features


def test_joined_letters_are_measured_as_they_are_drawn():
    whole = plotting._unit_width("محمد", "normal", "normal")
    assert text_width("محمد", 10) == pytest.approx(10 * whole)
    assert sum(plotting._unit_width(letter, "normal", "normal") for letter in "محمد") > 1.01 * whole
