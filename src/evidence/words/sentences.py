"""Sentences from templates: those of the program, or of the review's own config/text/NAME.yaml, which come first."""

from functools import cache
from pathlib import Path

import yaml

from evidence.resources import shipped
from evidence.store.schema import Loader

OWN = shipped("words/text")


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
    words = yaml.load((OWN / f"{name}.yaml").read_text(encoding="utf-8"), Loader)
    own = Path(folder) / "config/text" / f"{name}.yaml"
    if own.is_file():
        for section, texts in (yaml.load(own.read_text(encoding="utf-8"), Loader) or {}).items():
            words[section] = words.get(section, {}) | texts if isinstance(texts, dict) else texts
    return words


def plural(number, one, several=""):
    """1 study, 2 studies."""
    return f"{number:,.0f} {one if number == 1 else several or one + 's'}"


def listed(names):
    """a, b and c."""
    names = list(names)
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def p_words(p):
    """p = 0.024, p < 0.001; empty where there is none."""
    if p != p:
        return ""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def lowered(label):
    """A label inside a sentence: total testosterone; what does not go on with a small letter, such as HOMA-IR, stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def with_event(label, event):
    """A label where a direction is said of it: overall survival (death), of which a decrease is fewer deaths."""
    return f"{label} ({event})" if event and event.casefold() not in label.casefold() else label


def labels_with_events(outcomes):
    """Labels of outcomes with what is counted in them, by outcome."""
    return {row.outcome: with_event(row.label, row.event) for row in outcomes.itertuples()}


def outcome_names(tables, words):
    """Labels of outcomes as they stand inside a sentence: total testosterone, HOMA-IR, overall survival (death).

    Parameters
    ----------
    tables : Tables
    words : dict
        Templates; `outcome_names` holds the names that a small first letter would spoil.
    """
    return {name: lowered(label) for name, label in labels_with_events(tables.outcomes).items()} | words["outcome_names"]


def event_names(tables, names):
    """What is counted in each outcome: its event, else its name."""
    return {row.outcome: row.event or names[row.outcome] for row in tables.outcomes.itertuples()}


def sentence(text):
    """Text with single spaces and a capital first letter."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def without_gaps(frame, names):
    """The frame with empty text in place of what is missing in text columns."""
    return frame.assign(**frame[names].astype(object).fillna(""))
