"""The analysis plan: config/config.yaml, checked key by key."""

import difflib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import yaml

from evidence.problems import EvidenceError, Problem

FILE = "config/config.yaml"
NO_FILE = ("the file is missing", "Copy it from another review, or run: evidence new FOLDER.")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = ("EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
TESTS = ("z", "knha", "adhoc")
ROUTES = ("printed", "paired_p", "between_p", "spread", "quantiles", "counts", "bound", "none")
ARMS = ("treatment", "placebo", "active_control", "untreated")
STRATA = ("condition", "drug")
STANDARDISERS = ("pooled", "average", "control", "change")
CONTRASTS = ("before_after", "versus_control", "versus_active", "single_arm")
CONCLUSIONS = ("interval", "direction")
CERTAINTY = ("high", "moderate", "low", "very low")
REFERENCE = ("outcome", "condition", "study_id", "group_id", "why")
COMPARABLE = ("review_id", "comparison", "contrast", "stratum", "why")


@dataclass(frozen=True)
class Config:
    """Every choice of method, under the names of config.yaml (see its comments)."""

    title: str
    subtitle: str
    question: str
    date: date
    year_low: int = 1850
    fold_low: float = 0.02
    fold_high: float = 10
    ratio_high: float = 20
    least_n: int = 5
    most_n: int = 1000
    se_slack: float = 0.05
    cohort_share: float = 0.05
    thresholds: tuple = (0.05, 0.01, 0.005, 0.001, 0.0005, 0.0001)
    follow_up_week: float = 26.0
    correlation: float = 0.5
    recover_correlation: bool = True
    correlation_grid: tuple = (0.0, 0.3, 0.5, 0.7, 0.9)
    control_arms: tuple = ("placebo", "untreated")
    smd_standardiser: str = "pooled"
    convert: bool = False
    method: str = "REML"
    test: str = "adhoc"
    level: float = 0.95
    routes: tuple = ("printed", "paired_p", "between_p", "spread", "quantiles", "counts")
    arm_correlation: float = 0.5
    strata: tuple = STRATA
    moderators: tuple = ()
    regression_least: int = 10
    subgroup_least: int = 1
    sensitivity_strata: tuple = STRATA
    conclusion: str = "interval"
    only_drug: str = ""
    other_methods: tuple = ("DL", "PM", "REML")
    other_tests: tuple = TESTS
    tau_prior: float = 0.5
    rare_risk: float = 0.05
    deciding: tuple = ("versus_control", "before_after")
    negligible_ratio: float = 1.05
    contrast_cohorts: int = 3
    start_randomised: str = "high"
    start_other: str = "low"
    start_single: str = "not rated"
    counted_by_start: tuple = ("confounding", "selection")
    bias_share: float = 50
    not_judged_counts: bool = False
    many_concerns: int = 3
    heterogeneity: float = 50
    inconsistency_signs: tuple = (1, 3)
    surrogate_domains: tuple = ()
    proxy_conditions: tuple = ()
    important_ratio: float = 1.25
    information_size: float = 400
    missing_share: float = 50
    large_ratio: float = 2
    large_contrasts: tuple = ("versus_control",)
    between_studies: int = 1
    measured_reasons: tuple = ("eligible", "no_numbers", "p_only", "results_not_seen")
    reference_levels: tuple = ()
    comparable_reviews: tuple = ()
    outcomes: tuple | str = "headline"


def text(value):
    return isinstance(value, str) and bool(value.strip())


def number(low, high):
    def holds(value):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high

    return holds


def between(low, high):
    return lambda value: number(low, high)(value) and low < value < high


def one_of(allowed):
    return lambda value: value in allowed


def list_of(holds):
    return lambda value: isinstance(value, list) and all(holds(item) for item in value)


def whole(low, high):
    return lambda value: number(low, high)(value) and float(value).is_integer()


def rows_of(names):
    return list_of(lambda row: isinstance(row, dict) and set(row) == set(names) and all(map(text, row.values())))


KEYS = {
    "review.title": (text, "a line of text"),
    "review.subtitle": (text, "a line of text"),
    "review.question": (text, "a line of text"),
    "review.date": (lambda value: isinstance(value, date), "a date such as 2026-11-23"),
    "checks.year_low": (whole(1, 9999), "a year"),
    "checks.fold_low": (number(0, 1), "a number from 0 to 1"),
    "checks.fold_high": (number(1, 1e6), "a number from 1 on"),
    "checks.ratio_high": (number(1, 1e6), "a number from 1 on"),
    "checks.least_n": (whole(1, 1e6), "a whole number of participants"),
    "checks.most_n": (whole(1, 1e9), "a whole number of participants"),
    "checks.se_slack": (number(0, 1), "a share from 0 to 1"),
    "checks.cohort_share": (number(0, 1), "a share from 0 to 1"),
    "checks.thresholds": (list_of(number(0, 1)), "a list of p-values"),
    "effects.follow_up_week": (number(0, 5000), "a number of weeks"),
    "effects.correlation": (between(-1, 1), "a number between -1 and 1"),
    "effects.recover_correlation": (lambda value: isinstance(value, bool), "true or false"),
    "effects.correlation_grid": (list_of(between(-1, 1)), "a list of numbers between -1 and 1"),
    "effects.control_arms": (list_of(one_of(ARMS[1:])), f"a list of {', '.join(ARMS[1:])}"),
    "effects.smd_standardiser": (one_of(STANDARDISERS), f"one of {', '.join(STANDARDISERS)}"),
    "effects.convert": (lambda value: isinstance(value, bool), "true or false"),
    "pools.method": (one_of(METHODS), f"one of {', '.join(METHODS)}"),
    "pools.test": (one_of(TESTS), f"one of {', '.join(TESTS)}"),
    "pools.level": (number(0.5, 0.999), "a number from 0.5 to 0.999"),
    "pools.routes": (list_of(one_of(ROUTES[:-2])), f"a list of {', '.join(ROUTES[:-2])}"),
    "pools.arm_correlation": (number(0, 1), "a number from 0 to 1"),
    "pools.strata": (list_of(one_of(STRATA)), f"a list of {', '.join(STRATA)}"),
    "pools.moderators": (list_of(text), "a list of moderators as in moderators.csv"),
    "pools.regression_least": (whole(3, 1000), "a whole number of cohorts, 3 or more"),
    "pools.subgroup_least": (whole(1, 1000), "a whole number of cohorts, 1 or more"),
    "sensitivity.sensitivity_strata": (list_of(one_of(STRATA)), f"a list of {', '.join(STRATA)}"),
    "sensitivity.conclusion": (one_of(CONCLUSIONS), f"one of {', '.join(CONCLUSIONS)}"),
    "sensitivity.only_drug": (lambda value: isinstance(value, str), "the name of a drug as in groups.csv, or empty"),
    "sensitivity.other_methods": (list_of(one_of(METHODS)), f"a list of {', '.join(METHODS)}"),
    "sensitivity.other_tests": (list_of(one_of(TESTS)), f"a list of {', '.join(TESTS)}"),
    "sensitivity.tau_prior": (number(1e-6, 100), "a number above 0"),
    "sensitivity.rare_risk": (number(0, 1), "a share from 0 to 1"),
    "verdicts.deciding": (list_of(one_of(CONTRASTS[:3])), f"a list of {', '.join(CONTRASTS[:3])}"),
    "verdicts.negligible_ratio": (number(1, 10), "a ratio of 1 or more"),
    "verdicts.contrast_cohorts": (whole(2, 1000), "a whole number from 2"),
    "certainty.start_randomised": (one_of(CERTAINTY), f"one of {', '.join(CERTAINTY)}"),
    "certainty.start_other": (one_of(CERTAINTY), f"one of {', '.join(CERTAINTY)}"),
    "certainty.start_single": (one_of((*CERTAINTY, "not rated")), f"one of {', '.join(CERTAINTY)}, not rated"),
    "certainty.counted_by_start": (list_of(text), "a list of domains of risk_of_bias.csv"),
    "certainty.bias_share": (number(0, 100), "a percent of the weight"),
    "certainty.not_judged_counts": (lambda value: isinstance(value, bool), "true or false"),
    "certainty.many_concerns": (whole(1, 20), "a whole number of domains"),
    "certainty.heterogeneity": (number(0, 100), "a percent"),
    "certainty.inconsistency_signs": (
        lambda value: list_of(whole(1, 4))(value) and len(value) == 2 and value[0] <= value[1],
        "two whole numbers from 1 to 4, the larger one last: signs that take one level and two",
    ),
    "certainty.surrogate_domains": (list_of(text), "a list of domains of outcomes.csv"),
    "certainty.proxy_conditions": (list_of(text), "a list of conditions"),
    "certainty.important_ratio": (number(1, 100), "a ratio above 1"),
    "certainty.information_size": (number(0, 1e6), "a number of people"),
    "certainty.missing_share": (number(0, 100), "a percent of the studies"),
    "certainty.large_ratio": (number(1, 100), "a ratio above 1"),
    "certainty.large_contrasts": (list_of(one_of(CONTRASTS)), f"a list of {', '.join(CONTRASTS)}"),
    "certainty.between_studies": (whole(0, 3), "a whole number of levels from 0 to 3"),
    "missing.measured_reasons": (list_of(text), "a list of codes of eligibility_reason"),
    "regression_to_mean.reference_levels": (rows_of(REFERENCE), f"a list of rows with {', '.join(REFERENCE)}"),
    "published.comparable_reviews": (rows_of(COMPARABLE), f"a list of rows with {', '.join(COMPARABLE)}"),
    "report.outcomes": (
        lambda value: value in ("headline", "all") or list_of(text)(value),
        "headline, all, or a list of outcome ids",
    ),
}
SECTIONS = {name.split(".")[0] for name in KEYS}
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


def doubled(node, prefix=""):
    """Dotted keys that stand in one mapping twice, with the line of the second: YAML would take it in silence."""
    seen = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        name = f"{prefix}{key.value}"
        if name in seen:
            yield name, key.start_mark.line + 1
        seen.add(name)
        yield from doubled(value, f"{name}.")


def leaves(mapping, prefix=""):
    """Flatten nested sections to dotted keys."""
    flat = {}
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        flat |= leaves(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return flat


def load_yaml(path, file):
    """Return the parsed mapping and its node, or raise EvidenceError."""
    if not path.is_file():
        raise EvidenceError([Problem(file, 0, "", *NO_FILE)])
    try:
        source = path.read_text(encoding="utf-8-sig")
        node, data = yaml.compose(source, LOADER), yaml.load(source, LOADER)
    except UnicodeDecodeError:
        raise EvidenceError([Problem(file, 0, "", "the file is not UTF-8 text", "Save it as UTF-8 in a text editor.")]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"not readable as YAML ({getattr(error, 'problem', None) or error})"
        line = mark.line + 1 if mark else next(undated(source), 0)
        raise EvidenceError([Problem(file, line, "", what, "Check indents, colons and quotes on this line and the one above.")]) from None
    if not isinstance(data, dict):
        raise EvidenceError([Problem(file, 0, "", "no sections found", "Begin from the config of another review.")])
    return data, node


def undated(source):
    """Lines that end with what looks like a date, and is none: YAML says of a 30 February only that it is out of range."""
    for line, text in enumerate(source.splitlines(), 1):
        try:
            yaml.load(text.rpartition(": ")[2].strip(), LOADER)
        except ValueError:
            yield line
        except yaml.YAMLError:
            continue


def lines_of(folder="."):
    """Line of each key of FOLDER/config/config.yaml, by its dotted name."""
    return key_lines(load_yaml(Path(folder) / FILE, FILE)[1])


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
    config, problems = sound(folder)
    if problems:
        raise EvidenceError(problems)
    return config


def sound(folder="."):
    """What holds of FOLDER/config/config.yaml, the defaults in place of what is wrong in it, and what that is.

    Returns
    -------
    config : Config
    problems : list of Problem
    """
    data, node = load_yaml(Path(folder) / FILE, FILE)
    lines = key_lines(node)
    flat = {name: value for name, value in leaves(data).items() if value is not None or name not in SECTIONS}
    problems = [Problem(FILE, line, name, "the key stands there twice", "Delete one of them.") for name, line in doubled(node)]
    for name in flat.keys() - KEYS.keys():
        near = difflib.get_close_matches(name, KEYS, 1)
        if name in SECTIONS:
            what, remedy = (
                f"must have keys below it, not {flat[name]!r}",
                "Write them on lines of their own, indented, as in another review.",
            )
            problems.append(Problem(FILE, lines.get(name, 0), name, what, remedy))
            continue
        hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(KEYS)}."
        problems.append(Problem(FILE, lines.get(name, 0), name, "no such key", hint))
    for name in REQUIRED - flat.keys():
        problems.append(Problem(FILE, 0, name, "the key is missing", "Add it: the report is titled by it."))
    known = {name: value for name, value in flat.items() if name in KEYS}
    right = {name: value for name, value in known.items() if KEYS[name][0](value)}
    for name, value in known.items():
        if name not in right:
            problems.append(Problem(FILE, lines.get(name, 0), name, f"must be {KEYS[name][1]}, not {value!r}", "Correct the value."))
    if not problems and flat.get("checks.least_n", Config.least_n) > flat.get("checks.most_n", Config.most_n):
        what, remedy = "must not be above checks.most_n", "Correct one of them."
        problems.append(Problem(FILE, lines.get("checks.least_n", lines.get("checks.most_n", 0)), "checks.least_n", what, remedy))
    values = {name.split(".")[1]: tuple(value) if isinstance(value, list) else value for name, value in right.items()}
    return Config(**dict.fromkeys((field.name for field in fields(Config)[:4]), None) | values), problems
