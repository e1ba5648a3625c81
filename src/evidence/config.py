"""The analysis plan: config/config.yaml, checked key by key."""

import difflib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import yaml

from evidence.problems import EvidenceError, Problem

METHODS = ("EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
TESTS = ("z", "knha", "adhoc")
ROUTES = ("printed", "paired_p", "between_p", "spread", "quantiles", "counts", "bound", "none")
ARMS = ("treatment", "placebo", "active_control", "untreated")
STRATA = ("condition", "drug")


@dataclass(frozen=True)
class Config:
    """Every choice of method, under the names of config.yaml (see its comments)."""

    title: str
    subtitle: str
    question: str
    date: date
    follow_up_week: float = 26.0
    correlation: float = 0.5
    recover_correlation: bool = True
    correlation_grid: tuple = (0.0, 0.3, 0.5, 0.7, 0.9)
    control_arms: tuple = ("placebo", "untreated")
    method: str = "REML"
    test: str = "adhoc"
    level: float = 0.95
    routes: tuple = ("printed", "paired_p", "between_p", "spread", "quantiles", "counts")
    arm_correlation: float = 0.5
    strata: tuple = STRATA
    outcomes: tuple | str = "headline"


def text(value):
    return isinstance(value, str) and bool(value.strip())


def number(low, high):
    def holds(value):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high

    return holds


def one_of(allowed):
    return lambda value: value in allowed


def list_of(holds):
    return lambda value: isinstance(value, list) and all(holds(item) for item in value)


KEYS = {
    "review.title": (text, "a line of text"),
    "review.subtitle": (text, "a line of text"),
    "review.question": (text, "a line of text"),
    "review.date": (lambda value: isinstance(value, date), "a date such as 2026-11-23"),
    "effects.follow_up_week": (number(0, 5000), "a number of weeks"),
    "effects.correlation": (number(-1, 1), "a number from -1 to 1"),
    "effects.recover_correlation": (lambda value: isinstance(value, bool), "true or false"),
    "effects.correlation_grid": (list_of(number(-1, 1)), "a list of numbers from -1 to 1"),
    "effects.control_arms": (list_of(one_of(ARMS)), f"a list of {', '.join(ARMS)}"),
    "pools.method": (one_of(METHODS), f"one of {', '.join(METHODS)}"),
    "pools.test": (one_of(TESTS), f"one of {', '.join(TESTS)}"),
    "pools.level": (number(0.5, 0.999), "a number from 0.5 to 0.999"),
    "pools.routes": (list_of(one_of(ROUTES[:-2])), f"a list of {', '.join(ROUTES[:-2])}"),
    "pools.arm_correlation": (number(0, 1), "a number from 0 to 1"),
    "pools.strata": (list_of(one_of(STRATA)), f"a list of {', '.join(STRATA)}"),
    "report.outcomes": (
        lambda value: value in ("headline", "all") or list_of(text)(value),
        "headline, all, or a list of outcome ids",
    ),
}
REQUIRED = {f"review.{field.name}" for field in fields(Config)[:4]}


def key_lines(node, prefix=""):
    """Map the dotted keys of a YAML mapping node to their line numbers."""
    lines = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{prefix}{key.value}"
            lines[name] = key.start_mark.line + 1
            lines |= key_lines(value, f"{name}.")
    return lines


def leaves(mapping, prefix=""):
    """Flatten nested sections to dotted keys."""
    flat = {}
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        flat |= leaves(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return flat


def load_yaml(path, file):
    """Return the parsed mapping and the line of each key, or raise EvidenceError."""
    if not path.is_file():
        raise EvidenceError([Problem(file, 0, "", "the file is missing", "Copy it from another review, or run: evidence new FOLDER.")])
    try:
        source = path.read_text(encoding="utf-8-sig")
        node, data = yaml.compose(source), yaml.safe_load(source)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"not readable as YAML ({getattr(error, 'problem', None) or error})"
        line = mark.line + 1 if mark else 0
        raise EvidenceError([Problem(file, line, "", what, "Check indents, colons and quotes on this line and the one above.")]) from None
    if not isinstance(data, dict):
        raise EvidenceError([Problem(file, 0, "", "no sections found", "Begin from the config of another review.")])
    return data, key_lines(node)


def load(folder="."):
    """Read and check FOLDER/config/config.yaml.

    Parameters
    ----------
    folder : str or path
        The analysis folder.

    Returns
    -------
    Config

    Raises
    ------
    EvidenceError
        With every fault of the file at once, each with its line.
    """
    file = "config/config.yaml"
    data, lines = load_yaml(Path(folder) / file, file)
    flat = leaves(data)
    problems = []
    for name in flat.keys() - KEYS.keys():
        near = difflib.get_close_matches(name, KEYS, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(KEYS)}."
        problems.append(Problem(file, lines.get(name, 0), name, "no such key", hint))
    for name in REQUIRED - flat.keys():
        problems.append(Problem(file, 0, name, "the key is missing", "Add it: the report is titled by it."))
    for name, value in flat.items():
        if name in KEYS and not KEYS[name][0](value):
            problems.append(Problem(file, lines.get(name, 0), name, f"must be {KEYS[name][1]}, not {value!r}", "Correct the value."))
    if problems:
        raise EvidenceError(problems)
    values = {name.split(".")[1]: value for name, value in flat.items()}
    return Config(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
