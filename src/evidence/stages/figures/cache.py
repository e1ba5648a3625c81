"""Figures on disk: drawn once, and again when anything they are drawn from has changed."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from evidence.document.scripts import fingerprint
from evidence.parallel import mapped
from evidence.stages.figures.canvas import save_svg
from evidence.store.write import replace

PROGRAM = Path(__file__).parents[2]
INDEX = "figures.json"
DRAWN = ".drawn.json"  # a copy of the index: Snakemake removes the index itself before the stage runs
MILLIMETRES = 25.4
FEW = 4


@cache
def program():
    """SHA-256 of what draws: every module, text and face of the program, and matplotlib's version."""
    from matplotlib import __version__

    total = hashlib.sha256(__version__.encode())
    for path in sorted(path for kind in ("py", "yaml", "ttf", "otf", "woff") for path in PROGRAM.rglob(f"*.{kind}")):
        total.update(path.relative_to(PROGRAM).as_posix().encode() + b"\n" + path.read_bytes())
    return total.hexdigest()


def spelled(value):
    """Any input of a figure as text that differs where the input does; numbers to the digits of made tables.

    Raises
    ------
    TypeError
        For a kind of value that is not known here: it could change unseen.
    """
    if isinstance(value, (float, np.floating)):  # not its last digits, which processors round differently
        return f"{value:#.12g}"
    if value is None or isinstance(value, (str, bool, int, np.generic)):
        return repr(value)
    if is_dataclass(value):
        parts = ",".join(f"{field.name}={spelled(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({parts})"
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return spelled(value.reset_index().to_dict("list"))
    if isinstance(value, dict):
        return "{" + ",".join(f"{spelled(key)}:{spelled(own)}" for key, own in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(spelled, value)) + "]"
    if isinstance(value, (set, frozenset)):
        return "<" + ",".join(sorted(map(spelled, value))) + ">"
    if isinstance(value, np.ndarray):
        return spelled([*value.shape, *value.ravel().tolist()])
    raise TypeError(f"a figure is drawn from a {type(value).__name__}, whose changes cannot be seen")


def digest(draw):
    """SHA-256 of a drawing: the function, its arguments, the program, and the faces of this machine that it needs."""
    text = f"{program()} {draw.func.__module__}.{draw.func.__qualname__} {spelled(draw.args)} {spelled(draw.keywords)}"
    text += fingerprint(text)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def kept(folder):
    """The pages that lie in a folder whole, by digest and file of their drawing."""
    index = folder / DRAWN
    if not index.is_file():
        return {}
    found = {}
    for entry in json.loads(index.read_text(encoding="utf-8")):
        found.setdefault((entry.get("drawing"), entry.get("digest")), []).append(entry)
    return {
        key: [{name: page[name] for name in ("file", "width_mm", "height_mm")} for page in pages]
        for key, pages in found.items()
        if len(pages) == pages[0].get("pages_drawn") and all((folder / page["file"]).is_file() for page in pages)
    }


def drawn(folder, file, draw):
    """Draw one figure, or its pages, into a folder; return their files and sizes."""
    made = draw()
    single = not isinstance(made, list)
    pages = []
    for number, figure in enumerate([made] if single else made, 1):
        name = file if single else file.replace(".svg", f"-{number}.svg")
        save_svg(figure, folder / name)
        width, height = (round(float(side) * MILLIMETRES, 2) for side in figure.get_size_inches())
        pages.append({"file": name, "width_mm": width, "height_mm": height})
    return pages


def side_by_side(folder, wanted):
    """Draw several figures in as many processes as there are processors, in the order given."""
    # A row of a table cannot be pickled: the children find the calls in the memory they inherit.
    global _wanted
    _wanted = [(folder, file, draw) for file, draw in wanted]
    return list((map if len(wanted) < FEW else mapped)(numbered, range(len(wanted))))


def numbered(index):
    """Draw one of the figures that the parent process has listed."""
    return drawn(*_wanted[index])


_wanted: list = []


def update(folder, drawings):
    """Bring a folder of figures up to date.

    Parameters
    ----------
    folder : path-like
    drawings : iterable of (str, functools.partial, dict)
        File name, a call that returns a figure or the list of its pages, and words about it.
        A list of pages is written to FILE-1.svg, FILE-2.svg, ...

    Returns
    -------
    index : list of dict
        One a page, as written to figures.json: file, size, words, and the digest of what it was drawn from.
    fresh : int
        How many of them were drawn; the others lay there with the same digest.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    drawings = [(file, digest(draw), draw, words) for file, draw, words in drawings]
    pages = kept(folder)
    wanted = [(file, draw, key) for file, key, draw, _ in drawings if (file, key) not in pages]
    made = side_by_side(folder, [(file, draw) for file, draw, _ in wanted])
    pages |= {(file, key): own for (file, _, key), own in zip(wanted, made, strict=True)}
    index = [
        {"page": number, "pages": len(pages[file, key]), **page, **words,
         "drawing": file, "digest": key, "pages_drawn": len(pages[file, key])}
        for file, key, _, words in drawings
        for number, page in enumerate(pages[file, key], 1)
    ]  # fmt: skip
    for stale in set(folder.glob("*.svg")) - {folder / entry["file"] for entry in index}:
        stale.unlink()
    for name in (DRAWN, INDEX):
        replace(folder / name, json.dumps(index, indent=1, ensure_ascii=False).encode())
    return index, sum(map(len, made))
