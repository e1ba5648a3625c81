"""What `evidence check` found, in words and for programs."""

import json
from dataclasses import asdict
from itertools import groupby

from evidence.problems import fold


def sections(problems, flags):
    """The three grades with their title and contents."""
    return {
        "errors": ("stop the run", problems),
        "flags": (
            "the row is shown, and left out of the headline",
            [flag for flag in flags if flag.blocks == "yes"],
        ),
        "notices": ("for information", [flag for flag in flags if flag.blocks == "no"]),
    }


def report_text(problems, flags, summary):
    """Report of `check` to read: errors, flags and notices, by file and line, and what was checked."""
    lines = []
    for grade, (meaning, found) in sections(problems, flags).items():
        if found:
            lines += [f"{grade.capitalize()} ({len(found)}): {meaning}"]
            for _, items in groupby(fold(found, alike=0), key=lambda item: item.file):
                lines += ["", *map(str, items)]
            lines += ["", ""]
    rows = [count for count in summary["rows"].values() if count]
    counts = ", ".join(f"{summary[grade]} {grade if summary[grade] != 1 else grade[:-1]}" for grade in ("errors", "flags", "notices"))
    checked = f"Checked {sum(rows)} rows of {len(rows)} tables by {summary['rules']} rules: {counts}."
    more = " The errors stand at the top." if problems and flags else ""
    return "\n".join([*lines, checked + more])


def report_json(problems, flags, summary, **more):
    """Report of `check` for programs, and what else there is by name, as JSON text."""
    found = {grade: [asdict(item) for item in items] for grade, (_, items) in sections(problems, flags).items()}
    return json.dumps({"summary": summary, **found, **more}, indent=2, sort_keys=True, ensure_ascii=False)
