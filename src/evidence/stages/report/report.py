"""Stage report: reports/evidence.pdf, from the content of the report and the template."""

import json
import re
import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path

from evidence.document import scripts
from evidence.document.printable import printable, replaced, second_faces
from evidence.document.printable import texts as texts_of
from evidence.problems import EvidenceError, Problem
from evidence.resources import shipped
from evidence.stages.report.contents import Inputs, content
from evidence.store.provenance import digests, versions

TEMPLATE = shipped("stages/report/template")
FONTS = shipped("document/fonts")
TEXT = re.compile(r"<text[^>]*>(.+?)</text>", re.DOTALL)
STANDARDS = ["a-2a", "ua-1"]


def prose(folder):
    """The report's texts by name: those of the review in config/text, else the program's own.

    Returns
    -------
    dict of (str, str)
        File as the user would type it, and its text.
    """
    return {**texts(TEMPLATE, "src/evidence/stages/report/template"), **texts(folder / "config/text", "config/text")}


def texts(folder, place):
    """The .md files of a folder by name, each with its path as the user would type it."""
    found = {}
    for path in sorted(folder.glob("*.md")):
        file = f"{place}/{path.name}"
        try:
            found[path.stem] = file, path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise EvidenceError([Problem(file, 0, "", "the text is not UTF-8", "Save it as UTF-8.")]) from None
    return found


def lay_fonts(folder, lines):
    """Put what the report needs of this machine's faces for Chinese, Japanese and Korean into a folder.

    Parameters
    ----------
    folder : Path
    lines : set of str
        All texts of the report and of its figures.

    Returns
    -------
    list of str
        Their families, the one that most texts ask for first.
    """
    folder.mkdir()
    wanted = Counter(family for line in lines for family in scripts.families(line))
    points = frozenset(map(ord, set().union(*map(scripts.signs_of, lines))))
    for number, family in enumerate(sorted(wanted)):
        for weight in (scripts.NORMAL, scripts.BOLD):
            face = scripts.face_of(family, weight)
            content = scripts.cut(face.file, points & scripts.covered(family), face.index, flavor=None, family=family)
            (folder / f"{number}-{face.weight}.otf").write_bytes(content)
    return sorted(wanted, key=lambda family: (-wanted[family], family))


def refuse_undrawn(lines):
    """Raise EvidenceError where a script is left that no face of this machine draws."""
    undrawn = scripts.undrawn_scripts("".join(sorted(lines)))
    if undrawn:
        raise EvidenceError([
            Problem("config", 0, "", f'the texts of the report hold {script.name} ("{sign}"), which no font of this machine draws', scripts.remedy(script))
            for script, sign in undrawn.items()
        ])  # fmt: skip


def typeset(root, date):
    """Compile ROOT/report.typ; what Typst warns of is an error too.

    The second face is matplotlib's own, for letters that the shipped one lacks.
    """
    import typst

    try:
        pdf, warnings = typst.compile_with_warnings(
            str(root / "report.typ"),
            root=str(root),
            font_paths=[str(FONTS), str(second_faces()), str(root / "fonts")],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=int(datetime.combine(date, time(), UTC).timestamp()),
        )
    except typst.TypstError as error:
        raise RuntimeError(f"the report cannot be typeset: {error}") from error
    if warnings:
        raise RuntimeError("the report cannot be typeset: " + "; ".join(str(warning) for warning in warnings))
    return pdf


def build(folder, tables, config, effects, pools, members, unused, opinion, figures, drawings=None, **more):
    """Typeset the report.

    Parameters
    ----------
    folder : path
        The analysis folder.
    tables : Tables
    config : Config
    effects, pools, members, unused, opinion : DataFrame
        The made tables.
    figures : list of dict
        Of figures.json.
    drawings : path, optional
        Folder of the figures; None for reports/figures.
    **more
        Further made tables by name, see `evidence.stages.report.contents.Inputs`.

    Returns
    -------
    bytes
        A tagged PDF (PDF/A-2a, PDF/UA-1): the same bytes for the same input.

    Raises
    ------
    EvidenceError
        If a text of config/text names a number that does not exist, or a figure is missing.
    """
    folder = Path(folder)
    inputs = Inputs(
        tables, config, effects, pools, members, unused, opinion, figures,
        texts=prose(folder), versions=versions(),
        digests=digests(folder), **more,
    )  # fmt: skip
    made = content(inputs)
    signs = ", ".join(f"U+{ord(sign):04X} as {words}" for sign, words in replaced(made).items())
    made = printable(made | {"replaced": signs})
    refuse_undrawn(texts_of(made))
    with tempfile.TemporaryDirectory(prefix="evidence-") as name:
        root = Path(name)
        for path in TEMPLATE.glob("*.typ"):
            shutil.copyfile(path, root / path.name)
        copy_figures(drawings or folder / "reports/figures", root / "figures", figures)
        families = lay_fonts(root / "fonts", texts_of(made) | lines_of(root / "figures"))
        (root / "content.json").write_text(json.dumps(made | {"faces": families}), encoding="utf-8")
        return typeset(root, config.date)


def lines_of(figures):
    """All texts in the SVG files of a folder."""
    return {line for path in figures.glob("*.svg") for line in TEXT.findall(path.read_text(encoding="utf-8"))}


def copy_figures(source, target, figures):
    """Put the figures beside the template, or say which is missing."""
    target.mkdir()
    gone = [figure["file"] for figure in figures if not (source / figure["file"]).is_file()]
    if gone:
        remedy = "Draw the figures again: evidence figures."
        raise EvidenceError([Problem((source / file).as_posix(), 0, "", "the figure is missing", remedy) for file in gone])
    for figure in figures:
        shutil.copyfile(source / figure["file"], target / figure["file"])
