"""docs/images/rooms.svg from the layers in pyproject.toml: python docs/images/rooms.py"""

import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAYS = {
    "cli": "commands: what rules and analysts call",
    "stages": "one room a command, one command a rule",
    "document": "what a page is made of",
    "words": "how a result is said",
    "store": "tables on disk, their schema",
    "config": "the plan",
    "parallel": "several processors",
    "engine": "arrays and papers",
    "problems": "where, what, what to do",
    "vocabulary": "words that mean one thing",
    "resources": "files that are shipped",
    "page": "index.html",
    "report": "evidence.pdf",
    "figures": "SVG",
    "trace": "from a number to its source",
    "verdicts": "claims, certainty",
    "changes": "since the last release",
    "pools": "random effects",
    "tables": "CSV in, checks",
    "effects": "numbers to effect sizes",
    "workbook": "evidence.xlsx",
    "bias": "small studies",
    "models": "rma and its kin",
    "measures": "escalc and its kin",
    "numerics": "roots, distributions",
}
WIDTH, HEIGHT, GAP, TOP = 920, 46, 10, 34
STYLE = "text{font:14px sans-serif;fill:#1b1b1b}.s{font-size:11px;fill:#555}.t{font-weight:bold}rect{fill:#eef3f8;stroke:#7a93ac}"


def draw_layers(layers, title, y):
    """Boxes of one contract, the uppermost layer first; and where the next begins."""
    parts = [f'<text class="t" x="10" y="{y + 20}">{escape(title)}</text>']
    y += TOP
    for layer in layers:
        rooms = [name.strip().rpartition(".")[2] for name in layer.split("|")]
        width = (WIDTH - 20 - GAP * (len(rooms) - 1)) / len(rooms)
        for place, room in enumerate(rooms):
            x = 10 + place * (width + GAP)
            parts.append(f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{HEIGHT}" rx="5"/>')
            parts.append(f'<text x="{x + 10:.0f}" y="{y + 20}">{room}</text>')
            parts.append(f'<text class="s" x="{x + 10:.0f}" y="{y + 37}">{escape(SAYS[room])}</text>')
        y += HEIGHT + GAP
    return parts, y + GAP


def main():
    """Write the picture."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    parts, y = [], 0
    for contract in contracts:
        drawn, y = draw_layers(contract["layers"], f"{contract['name']} (each imports downwards only)", y)
        parts += drawn
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" aria-label="The rooms of the program">'
    body = "\n".join(
        [head, f"<style>{STYLE}</style>", '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>', *parts, "</svg>\n"]
    )
    (ROOT / "docs/images/rooms.svg").write_text(body, encoding="utf-8")


if __name__ == "__main__":
    main()
