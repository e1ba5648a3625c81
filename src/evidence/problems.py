"""Problems that a user can mend: where, what, what to do."""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in the data or the config.

    Parameters
    ----------
    file : str
        Path as the user would type it, from the analysis folder.
    line : int
        Physical line number, 0 where the fault is the file's as a whole.
    column : str
        Column or config key, empty where none is meant.
    what : str
        What is wrong, with the value.
    remedy : str
        What to do about it.
    rule : str
        Name of the check that found it.
    """

    file: str
    line: int
    column: str
    what: str
    remedy: str
    rule: str = ""

    def __str__(self):
        place = f"{self.file}:{self.line}" if self.line else self.file
        column = f" {self.column}" if self.column else ""
        return f"{place}{column}: {self.what}. {self.remedy}".rstrip()


@dataclass(frozen=True, order=True)
class Flag(Problem):
    """A doubt about a row that is kept.

    Parameters
    ----------
    table : str
        Name of the table.
    study_id, group_id, outcome, timepoint : str
        What the row is about, empty where the table has no such column.
    blocks : str
        "yes": the row stays out of the headline; "no": a notice only.
    """

    table: str = ""
    study_id: str = ""
    group_id: str = ""
    outcome: str = ""
    timepoint: str = ""
    blocks: str = "no"


class EvidenceError(Exception):
    """The data or the config cannot be used as they stand.

    Parameters
    ----------
    problems : list of Problem
        Every fault found, not the first alone.
    """

    def __init__(self, problems):
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self):
        """What a process needs to hand the error to another: its problems, not its text."""
        return type(self), (self.problems,)


def line_list(lines, most=10):
    """Line numbers as people write them: 3, 5, 9 to 40; the first ten places where there are more.

    Parameters
    ----------
    lines : iterable of int
    most : int
        Places that are listed.

    Returns
    -------
    str
    """
    ends = []
    for line in sorted(set(lines)):
        if ends and line == ends[-1][1] + 1:
            ends[-1][1] = line
        else:
            ends.append([line, line])
    places = [str(first) if first == last else f"{first}{' to ' if last > first + 1 else ', '}{last}" for first, last in ends]
    return ", ".join(places[:most]) + (", ..." if len(places) > most else "")


VARYING = re.compile(r'"[^"]*"|[-+]?\d[\d.,]*(?:e[-+]?\d+)?')


def fold(problems, least=4, alike=10):
    """One problem in place of many that say the same of the same column in many lines.

    Parameters
    ----------
    problems : sequence of Problem
    least : int
        How many with the same words are folded.
    alike : int
        How many are folded whose words differ by numbers and quoted texts alone; 0 for none.

    Returns
    -------
    list of Problem
        In their order; the first of those folded, with the lines of all.
    """
    kinds = {}
    for problem in problems if alike else ():
        kinds.setdefault(kind(problem), []).append(problem)
    many = {key for key, group in kinds.items() if len(group) >= alike and len({problem.what for problem in group}) >= least}
    keys = [key if (key := kind(problem)) in many else (*key, problem.what, problem.remedy) for problem in problems]
    groups = {}
    for problem, key in zip(problems, keys, strict=True):
        groups.setdefault(key, []).append(problem)
    shown = {id(group[0]): in_one(group, key in many) for key, group in groups.items() if key in many or len(group) >= least}
    hidden = {id(problem) for key, group in groups.items() if key in many or len(group) >= least for problem in group[1:]}
    return [shown.get(id(problem), problem) for problem in problems if id(problem) not in hidden]


def kind(problem):
    """What problems have in common whose words differ by numbers and quoted texts alone."""
    return problem.file, problem.column, problem.rule, VARYING.sub("#", problem.what)


def in_one(group, varied):
    """The first of some problems, with the lines of all."""
    rows = f"{len(group)} rows{' of this kind' if varied else ''}: {line_list(problem.line for problem in group)}"
    return replace(group[0], what=f"{group[0].what} ({rows})")


def refused(error, path=None):
    """Problem of a file or folder that the system does not let us read or write.

    Parameters
    ----------
    error : OSError
    path : path-like, optional
        The file that is meant, where the error names another.
    """
    what = error.strerror or str(error)
    remedy = "Check that the path is right, that you may write there, and that the disk has room."
    return Problem(str(path or error.filename or "a file"), 0, "", what, remedy)
