"""An SVG carries the faces that its text asks for, so that it looks the same where they are not installed."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
from fontTools.ttLib import TTFont

from evidence.document.scripts import cut
from evidence.stages.figures import fonts as faces
from evidence.stages.figures.canvas import page, save_svg, write

RULE = re.compile(
    r"@font-face\{font-family: '([^']+)'; font-weight: (\d+); font-style: (\w+); "
    r"src: url\(data:font/woff;base64,([\w+/=]+)\) format\('woff'\)\}\n"
)
SOURCE, DEJAVU = faces.FACES
SVG = "{http://www.w3.org/2000/svg}"


def figure(*texts):
    """A figure of texts, each with its look."""
    sheet = page(60, 40)
    for place, (text, look) in enumerate(texts, 1):
        write(sheet, 5, 5 * place, text, **look)
    return sheet.figure


def carried(rules):
    """The fonts of a style sheet by family, weight and style."""
    assert RULE.sub("", rules) == ""
    return {(name, int(weight), style): TTFont(io.BytesIO(base64.b64decode(font))) for name, weight, style, font in RULE.findall(rules)}


def test_a_file_carries_one_face_for_each_weight_and_style_in_its_style_sheet(tmp_path):
    drawn = figure(("plain", {}), ("bold", {"weight": "bold"}), ("bold too", {"weight": 700}), ("slanted", {"style": "italic"}))
    save_svg(drawn, tmp_path / "plot.svg")
    root = ElementTree.parse(tmp_path / "plot.svg").getroot()
    sheets = [node.text for node in root.iter(f"{SVG}style")]
    assert sheets == ["*{stroke-linejoin: round; stroke-linecap: butt}\n" + faces.face_rules(drawn)]
    assert list(carried(faces.face_rules(drawn))) == [(SOURCE, 400, "italic"), (SOURCE, 400, "normal"), (SOURCE, 700, "normal")]
    assert {node.get("style").split("font-family: ")[1].split(";")[0] for node in root.iter(f"{SVG}text")} == {f"'{SOURCE}', '{DEJAVU}'"}


def test_a_part_of_a_face_is_as_wide_as_the_face_and_keeps_its_kerning_and_licence():
    whole, (own,) = TTFont(faces.FONT_FOLDER / "SourceSansPro-Regular.ttf"), carried(faces.face_rules(figure(("AV", {})))).values()
    assert own["hmtx"]["A"] == whole["hmtx"]["A"] and own["hhea"].ascent == whole["hhea"].ascent
    assert [record.FeatureTag for record in own["GPOS"].table.FeatureList.FeatureRecord].count("kern") > 0
    names = {record.nameID: str(record) for record in own["name"].names}
    assert sorted(names) == [0, 13, 14] and names[14] == "http://scripts.sil.org/OFL"
    assert own["head"].modified == whole["head"].modified


def test_usual_signs_need_the_same_part_and_a_rare_letter_its_whole_row():
    assert faces.face_rules(figure(("Shah 2021", {}))) == faces.face_rules(figure(("τ² 0.1 − 2", {})))
    assert faces.shared({ord("a")}) == faces.COMMON
    assert faces.shared({ord("a"), ord("Ł")}) == faces.COMMON | set(range(0x100, 0x180))
    assert faces.shared({ord("Ł")}) == set(range(0x100, 0x180))
    (own,) = carried(faces.face_rules(figure(("Łódź", {})))).values()
    assert set(map(ord, "Łódźéž")) <= set(own.getBestCmap())


def test_what_the_first_face_lacks_is_carried_in_the_second():
    found = carried(faces.face_rules(figure(("men ♂", {}))))
    assert list(found) == [(SOURCE, 400, "normal"), (DEJAVU, 400, "normal")]
    assert [ord("♂") in font.getBestCmap() for font in found.values()] == [False, True]
    assert [ord("m") in font.getBestCmap() for font in found.values()] == [True, False]


@pytest.mark.parametrize("texts", [(), (("", {}),)])
def test_a_figure_without_words_carries_no_face(texts):
    assert faces.face_rules(figure(*texts)) == ""


@pytest.mark.parametrize("name", sorted(path.stem for path in faces.FONT_FOLDER.glob("*.ttf")))
def test_the_usual_part_beside_a_face_is_what_is_cut_of_it(name):
    """If not, after a change of the faces or of COMMON: python -m evidence.stages.figures.fonts. Packed by another zlib it may have other bytes."""
    file = str(faces.FONT_FOLDER / f"{name}.ttf")
    points = faces.COMMON & faces.characters(file)
    lying, fresh = (TTFont(io.BytesIO(content)) for content in (base64.b64decode(faces.part(file, points)), cut(file, points)))
    assert faces.part(file, points) == base64.b64encode((faces.USUAL / f"{name}.woff").read_bytes()).decode()
    assert lying.keys() == fresh.keys()
    assert not [tag for tag in fresh.reader.keys() if lying.reader[tag] != fresh.reader[tag]]


def test_a_part_has_the_same_bytes_when_it_is_cut_again():
    file, _ = faces.files("normal", "normal")
    assert cut(file, frozenset(map(ord, "Łódź"))) == cut(file, frozenset(map(ord, "Łódź")))
