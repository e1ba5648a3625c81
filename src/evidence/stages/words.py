"""Sentences from templates: those of the program, or of the review's own config/text/NAME.yaml, which come first."""

from functools import cache
from pathlib import Path

import yaml

from evidence.stages.scales import in_words, raised

OWN = Path(__file__).parents[1] / "text"
SCALE = {"ROM": "ratio", "PLO": "proportion", "OR": "factor", "RR": "factor", "HR": "factor", "IRR": "factor", "ZCOR": "correlation"}


@cache
def templates(folder, name):
    """Templates by name.

    Parameters
    ----------
    folder : str
        The analysis folder; its config/text/NAME.yaml replaces single templates of the program.
    name : str
        Name of the file without its ending.

    Returns
    -------
    dict
    """
    words = yaml.safe_load((OWN / f"{name}.yaml").read_text(encoding="utf-8"))
    own = Path(folder) / "config/text" / f"{name}.yaml"
    if own.is_file():
        for section, texts in (yaml.safe_load(own.read_text(encoding="utf-8")) or {}).items():
            words[section] = words.get(section, {}) | texts if isinstance(texts, dict) else texts
    return words


def plural(number, one, several=""):
    """1 study, 2 studies."""
    return f"{number:,.0f} {one if number == 1 else several or one + 's'}"


def listed(names):
    """a, b and c."""
    names = list(names)
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def interval(measure, estimate, low, high, unit=""):
    """Estimate with its interval as a reader reads it, such as +52% (+38% to +68%)."""
    scale = SCALE.get(measure, "difference")
    return in_words(scale, estimate, low, high) + (f" {raised(unit)}" if unit and scale in ("difference", "factor") else "")


def sentence(text):
    """Text with single spaces and a capital first letter."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def without_gaps(frame, names):
    """The frame with empty text in place of what is missing in text columns."""
    return frame.assign(**{name: frame[name].astype(object).where(frame[name].notna(), "") for name in names})
