"""Small fonts of Chinese, Japanese and Korean, made in a test: each letter is a box."""

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from evidence.document import printable as content_printable
from evidence.document import scripts
from evidence.stages.figures import canvas as plotting
from evidence.stages.figures import fonts as faces

EM = 1000
CACHED = (
    scripts.machine_faces, scripts.covered, scripts.families, scripts.is_drawn, faces.face, faces.register, faces.files,
    content_printable.shown, plotting.clean, plotting.drawable, plotting._unit_width, plotting.text_width,
)  # fmt: skip


def forget():
    """Let the program look for fonts anew."""
    for function in CACHED:
        function.cache_clear()


def box():
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def make_font(path, family, letters, bold=False):
    """Write a font whose letters are boxes, and return its path."""
    names = [".notdef", *(f"uni{ord(letter):04X}" for letter in letters)]
    builder, style = FontBuilder(EM, isTTF=True), "Bold" if bold else "Regular"
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(letter): name for letter, name in zip(letters, names[1:], strict=True)})
    builder.setupGlyf(dict.fromkeys(names, box()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (EM, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": style, "psName": f"{family}-{style}".replace(" ", "")})
    builder.setupOS2(usWeightClass=700 if bold else 400, sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    builder.setupHead(unitsPerEm=EM, created=0, modified=0)
    builder.save(path)
    return path


def join_fonts(path, *files):
    """Write a collection of fonts, and return its path."""
    collection = TTCollection()
    collection.fonts = [TTFont(file) for file in files]
    collection.save(path)
    return path
