"""What the checks say of a small evidence base, by rule."""

from evidence.stages.tables.checks.checks import check
from tests.support.toy import folder, number

PAIR = [number("s", 10, "baseline", weeks=0), number("s", 12, weeks=26)]


def messages(path, rule, **tables):
    """All messages of one rule for a toy folder with these tables (a sound pair of measurements if not given)."""
    problems, flags, _ = check(folder(path, **({"measurements": PAIR} | tables)))
    return [str(item) for item in problems + flags if item.rule == rule]


def rules(path, **tables):
    """Names of all rules that find something."""
    problems, flags, _ = check(folder(path, **({"measurements": PAIR} | tables)))
    return {item.rule for item in problems + flags}
