"""Stage report: reports/evidence.pdf, from the content of the report and the template."""

import json
import shutil
import tempfile
from datetime import UTC, datetime, time
from importlib import metadata, util
from pathlib import Path

from evidence.problems import EvidenceError, Problem
from evidence.stages.content import Inputs, content
from evidence.stages.content_printable import printable, replaced
from evidence.stages.files import digests

TEMPLATE = Path(__file__).parents[1] / "template"
FONTS = TEMPLATE / "fonts"
STANDARDS = ["a-2a", "ua-1"]
PACKAGES = ("numpy", "scipy", "pandas", "PyMARE", "statsmodels", "matplotlib", "typst", "snakemake")


def versions():
    """Installed versions by package name; a package that is absent is left out."""
    found = {}
    for name in ("evidence", *PACKAGES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def prose(folder):
    """The report's texts by name: those of the review in config/text, else the program's own.

    Returns
    -------
    dict of (str, str)
        File as the user would type it, and its text.
    """
    return {**texts(TEMPLATE, "src/evidence/template"), **texts(folder / "config/text", "config/text")}


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


def typeset(root, date):
    """Compile ROOT/report.typ; what Typst warns of is an error too.

    The figures fall back on matplotlib's own face for letters that the shipped one lacks.
    """
    import typst

    matplotlib = Path(util.find_spec("matplotlib").origin).parent
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(root / "report.typ"),
            root=str(root),
            font_paths=[str(FONTS), str(matplotlib / "mpl-data/fonts/ttf")],
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


def build(folder, tables, config, effects, pools, members, unused, opinion, figures, **more):
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
    **more
        Further made tables by name, see `evidence.stages.content.Inputs`.

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
    with tempfile.TemporaryDirectory(prefix="evidence-") as name:
        root = Path(name)
        for path in TEMPLATE.glob("*.typ"):
            shutil.copyfile(path, root / path.name)
        copy_figures(folder / "reports/figures", root / "figures", figures)
        (root / "content.json").write_text(json.dumps(made), encoding="utf-8")
        return typeset(root, config.date)


def copy_figures(source, target, figures):
    """Put the figures beside the template, or say which is missing."""
    target.mkdir()
    gone = [figure["file"] for figure in figures if not (source / figure["file"]).is_file()]
    if gone:
        remedy = "Draw the figures again: evidence figures."
        raise EvidenceError(
            [Problem(f"reports/figures/{file}", 0, "", "the figure is missing", remedy) for file in gone]
        )
    for figure in figures:
        shutil.copyfile(source / figure["file"], target / figure["file"])
