"""Draw the README's picture from the built review: python docs/images/draw.py"""

from pathlib import Path

from evidence.config import load
from evidence.stages.figures.canvas import save_png
from evidence.stages.figures.figures import drawings
from evidence.store.files import read_csv, read_tables

ROOT = Path(__file__).parents[2]
SHOWN = {"outcome": "lh", "contrast": "before_after", "measure": "ROM"}


def main():
    frames = [read_csv(ROOT / f"data/processed/{name}.csv", name) for name in ("effects", "pools", "members")]
    (draw,) = (draw for _, draw, words in drawings(read_tables(ROOT), load(ROOT), *frames) if SHOWN.items() <= words.items())
    save_png(draw()[0], Path(__file__).with_name("forest.png"), dpi=130)


if __name__ == "__main__":
    main()
