"""Traces as text to read, or as JSON."""

import json
import math
import textwrap
from dataclasses import asdict

from evidence.document.blocks import CONTRASTS
from evidence.document.references import reference
from evidence.stages.trace.arithmetic import Step, six
from evidence.words.scales import weight_in_words

WIDTH = 110


def citation(study):
    """A report as it stands in the references; what the record lacks is said."""
    return "".join(part["text"] for part in reference(study))


def number_text(n):
    """People, or that their number is not printed."""
    return f"{n:g}" if n == n else "not printed"


def wrapped(text, indent, more=4):
    """Lines of a text, those after the first further in."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + more), break_long_words=False, break_on_hyphens=False
    )


def arithmetic(steps, indent=4):
    """Each step: what it gives, and below it the equation."""
    lines = []
    for step in steps:
        lines += [*wrapped(step.what, indent), *wrapped(str(step), indent + 4)]
    return lines


def shown(numbers, *names):
    """Numbers with their names, those that are missing left out."""
    return ", ".join(f"{name} = {six(numbers[name])}" for name in names if numbers[name] is not None)


def in_words(numbers, unit):
    """An effect with its interval in the readable unit."""
    if numbers["effect"] is None:
        return "none"
    ends = [numbers[name] for name in ("effect_low", "effect_high")]
    interval = f" ({six(ends[0])} to {six(ends[1])})" if None not in ends else ""
    return f"{six(numbers['effect'])}{interval} {unit}"


def row_lines(row):
    """A printed number, where it stands and what is doubted about it."""
    yield from wrapped(f"{row['place']}  {row['group']}, {row['what']}: {row['number']}", 4)
    yield from wrapped(f"{row['locator']} ({row['source']}) {row['url']}".rstrip(), 8)
    for flag in row["flags"]:
        yield from wrapped(f"doubt: {flag}", 8)


def effect_lines(made):
    """An effect: what it is, its study, the printed numbers, the arithmetic."""
    standing = "in the headline" if made["headline"] == "yes" else f"not in the headline: {made['reason']}"
    lines = [f"effect {made['id']}", *wrapped(f"{made['label']}: {made['outcome']}, {CONTRASTS[made['contrast']].lower()}", 2)]
    lines += wrapped(f"printed: {made['printed']}", 2)
    lines += wrapped(f"effect: {in_words(made['numbers'], made['unit'])}", 2)
    lines += wrapped(f"on the analysis scale: {shown(made['numbers'], 'yi', 'vi', 'sei') or 'none'}", 2)
    lines += wrapped(f"route to the standard error: {made['route']}; {standing}", 2)
    lines += ["  source", *wrapped(made["study"]["citation"], 4)]
    lines += wrapped(f"record: {made['study']['record']}", 4) if made["study"]["record"] else []
    lines += ["  printed numbers", *(line for row in made["rows"] for line in row_lines(row))]
    lines += ["  arithmetic"] if made["steps"] else []
    lines += wrapped(made["correlation"], 4) if made["correlation"] else []
    return [*lines, *arithmetic(made["steps"])]


def cohort_words(cohort):
    """What a cohort brings to a pool: its effect, or its 2x2 table, and its weight where it has one."""
    weight = f", weight {weight_in_words(cohort['weight'])}" if cohort["weight"] == cohort["weight"] else ""
    if "table" in cohort:
        x1, n1, x2, n2 = (f"{number:.6g}" for number in cohort["table"])
        return f"{x1}/{n1} v. {x2}/{n2}{weight}"
    return f"y = {six(cohort['yi'])}, v = {six(cohort['vi'])}{weight}"


def pool_lines(made):
    """A pool: what it is, its cohorts with their weights, the arithmetic, and all its effects."""
    numbers = made["numbers"]
    where = f"{made['outcome']}, {CONTRASTS[made['contrast']].lower()}, {made['stratum']}, {made['analysis']}"
    lines = [f"pool {made['id']}", *wrapped(f"{where}: k = {made['k']}, {made['method']}, {made['test']}", 2)]
    lines += wrapped(f"effect: {in_words(numbers, made['unit'])}", 2)
    lines += wrapped(f"on the analysis scale: {shown(numbers, 'estimate', 'se', 'ci_low', 'ci_high', 'tau2', 'I2', 'Q')}", 2)
    lines += wrapped(made["note"], 2) if made["note"] else []
    lines += ["  cohorts"]
    for cohort in made["cohorts"]:
        words = f"{cohort_words(cohort)}, n {cohort['n']}"
        lines += wrapped(f"{cohort['label']}: {words}; {', '.join(cohort['effects'])}", 4)
        lines += arithmetic(cohort["steps"], 8)
    lines += ["  left out"] if made["left_out"] else []
    for left in made["left_out"]:
        lines += wrapped(f"{left['label']}: {', '.join(left['effects'])} ({left['reason']})", 4)
    lines += ["  arithmetic", *arithmetic(made["steps"])] if made["steps"] else []
    for effect in made["effects"]:
        lines += ["", *effect_lines(effect)]
    return lines


def claim_lines(made):
    """A claim: its words, the verdict, and of each outcome the finding, what decides it and the next step."""
    certainty = f", certainty {made['certainty']}" if made["certainty"] else ""
    lines = [f"claim {made['id']}", *wrapped(made["claim"], 2), *wrapped(f"verdict: {made['verdict']}{certainty}", 2)]
    lines += wrapped(made["sentence"], 2)
    lines += wrapped(f"the article cites: {', '.join(made['cites'])}", 2) if made["cites"] else []
    lines += ["  outcomes"]
    for one in made["outcomes"]:
        found = one["finding"].replace("_", " ")
        lines += wrapped(f"{one['outcome']}: {found}{', ' + one['why'] if one['why'] else ''}", 4)
        if one["decided_by"]:
            decides = "pool" if one["decided_as"] == "pool" else f"contrast {one['decided_as']} studies"
            lines += [*wrapped(f"decided by the {decides} {one['decided_by']}: {one['effect']}", 8), *wrapped(f"next: {one['next']}", 8)]
    return lines


def text(traces):
    """Traces for a reader."""
    if traces[0]["kind"] == "name":
        return "\n".join([*(made["id"] for made in traces), f"{len(traces)} are meant: name one of them, or more of its beginning."])
    lines = [LINES[made["kind"]](made) for made in traces]
    return "\n\n".join("\n".join(part) for part in lines)


LINES = {"pool": pool_lines, "effect": effect_lines, "claim": claim_lines}


def finite(value):
    """What JSON can hold: steps as dicts with their equation, None for what is too large for a number."""
    if isinstance(value, dict):
        return {name: finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [finite(one) for one in value]
    if isinstance(value, Step):
        return finite(asdict(value) | {"equation": str(value)})
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_json(traces):
    """Traces for programs."""
    return json.dumps(finite(traces), indent=2, ensure_ascii=False, allow_nan=False)
