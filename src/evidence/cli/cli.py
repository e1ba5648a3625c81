"""The command line: what the workflow calls, and what an analyst types."""

import argparse
import gc
import os
import sys
from pathlib import Path

from evidence.cli.base import DRAFTS, PROCESSED, counted, held, made, say
from evidence.cli.check import run_check
from evidence.cli.parts import add_parts, place, run_effects, run_pools
from evidence.cli.pool import add_pool
from evidence.problems import EvidenceError, refused

FIGURES = DRAFTS / "figures"
TABLES = DRAFTS / "tables"
VERDICTS = (
    "verdicts", "verdict_outcomes", "contrasts", "certainty", "certainty_steps", "sensitivity", "robustness", "missing", "reported",
    "map", "citations", "published", "regression_to_mean", "bias_weights", "flow", "left_out", "prisma",
)  # fmt: skip
SHOWN = ("verdicts", "contrasts", "certainty", "certainty_steps", "sensitivity", "robustness", "missing", "published",
         "regression_to_mean", "bias_weights", "flow", "prisma")  # fmt: skip


def run_tables(args):
    from evidence.stages.tables.tables import written

    content, rows = written(args.folder)
    place(content, Path(args.folder))
    shown = {"studies": "report", "measurements": "printed number", "flags": "flag", "notices": "notice"}
    say(f"tables   {', '.join(counted(rows[name], noun) for name, noun in shown.items())}")


def run_opinion(args):
    from evidence.stages.pools.opinion import opinion
    from evidence.store.files import write_csv
    from evidence.store.rows import named_rows

    folder = Path(args.folder)
    frame = opinion(*made(folder, "pools", "members"))
    write_csv(frame, folder / PROCESSED / "opinion.csv")
    largest = frame["difference"].max() if len(frame) else 0.0
    say(f"opinion  {counted(frame['pool'].nunique(), 'pool')} computed again, largest difference {largest:.1g}")
    for row in named_rows(frame[frame["agrees"] == "no"]):
        say(f"         {row.pool}: {row.engine} {row.method} {row.quantity} {row.theirs:.6g}, ours {row.ours:.6g}")


def run_verdicts(args):
    from evidence.config import load
    from evidence.stages.verdicts.verdicts import appraised
    from evidence.store.files import empty, read_tables, write_csv

    folder = Path(args.folder)
    effects, pools, members = made(folder, "effects", "pools", "members")
    if len(pools):
        frames = appraised(effects, pools, members, read_tables(folder), load(folder))
    else:
        frames = {name: empty(name) for name in VERDICTS}
    for name, frame in frames.items():
        write_csv(frame, folder / PROCESSED / f"{name}.csv")
    counts = frames["verdicts"]["verdict"].value_counts()
    words = ", ".join(f"{counts[name]} {name}" for name in ("supported", "contradicted", "mixed", "untested") if name in counts)
    flips = int((frames["robustness"]["flips"] > 0).sum())
    say(f"verdicts {counted(int(counts.sum()), 'claim')}: {words or 'none'}; {counted(flips, 'conclusion')} not robust")


def run_figures(args):
    from evidence.config import load
    from evidence.stages.figures.figures import write_figures
    from evidence.store.files import read_tables

    folder = Path(args.folder)
    frames = made(folder, "effects", "pools", "members")
    names = ("subgroups", "sensitivity", "reported", "bias_weights", "flow")
    judged = dict(zip(names, made(folder, *names), strict=True))
    figures, fresh = write_figures(folder / FIGURES, read_tables(folder), load(folder), *frames, judged)
    say(
        f"figures  {counted(len(figures), 'figure')}, {fresh} drawn, the others unchanged"
        if fresh < len(figures)
        else f"figures  {counted(len(figures), 'figure')}"
    )


def released(folder):
    """The tables that a release keeps, as they are now."""
    from evidence.stages.changes import releases

    return dict(zip(releases.COLUMNS, made(folder, *releases.COLUMNS), strict=True))


def run_changes(args):
    from evidence.config import load
    from evidence.stages.changes import releases
    from evidence.stages.changes.changes import compared
    from evidence.store.files import write_csv

    folder, date = Path(args.folder), load(args.folder).date.isoformat()
    kept = ((day, releases.read(folder, day)) for day in releases.days(folder, date))
    day, frame = compared(kept, releases.kept(released(folder)), date)
    write_csv(frame, folder / PROCESSED / "changes.csv")
    late = "; it has the date of this report, give the review a later one in config.yaml" if day == date else ""
    say(f"changes  {counted(len(frame), 'change')} since the release of {day}{late}" if day else "changes  no earlier release")


def run_release(args):
    from evidence.config import load
    from evidence.stages.changes import releases

    folder, date = Path(args.folder), load(args.folder).date
    frames = released(folder)
    if stale := releases.stale(folder):
        raise EvidenceError(stale)
    target, stood = releases.write(folder, date, frames)
    already = " stands already, with the same numbers" if stood else ""
    say(f"release  {target}{already}: a report with a later date in config.yaml is compared with it")


def run_workbook(args):
    from evidence.stages.workbook.workbook import workbook
    from evidence.store.files import csv_bytes
    from evidence.store.write import replace

    folder = Path(args.folder)
    inputs, frames = gathered(folder)
    for name, frame in {**frames, "flags": inputs["tables"].flags}.items():
        replace(folder / TABLES / f"{name}.csv", csv_bytes(frame, for_spreadsheets=True))
    replace(folder / TABLES / "evidence.xlsx", workbook(inputs["tables"], inputs["config"], frames, folder))
    say(f"workbook {folder / TABLES / 'evidence.xlsx'}")


def gathered(folder, beside=VERDICTS):
    """What the report and the page are made from, by the names of their functions, and with it the tables of `beside`."""
    from evidence.config import load
    from evidence.stages.changes import releases
    from evidence.store.files import read_tables

    names = ("effects", "pools", "members", "unused", "opinion", "regressions", "subgroups", "changes")
    frames = dict(zip(names, made(folder, *names), strict=True))
    wanted = [name for name in VERDICTS if name in {*SHOWN, *beside}]
    judged = dict(zip(wanted, made(folder, *wanted), strict=True))
    shown = {name: judged[name] for name in SHOWN}
    config = load(folder)
    day = next(iter(frames["changes"]["since"]), releases.before(folder, config.date.isoformat()))
    about = {"folder": folder, "tables": read_tables(folder), "config": config, "last_release": day}
    return {**about, **frames, **shown}, frames | judged


def run_report(args):
    import json

    from evidence.stages.report.report import build
    from evidence.store.write import replace

    folder = Path(args.folder)
    inputs, _ = gathered(folder, beside=())
    figures = json.loads((folder / FIGURES / "figures.json").read_text(encoding="utf-8"))
    replace(folder / DRAFTS / "evidence.pdf", build(**inputs, figures=figures, drawings=folder / FIGURES))
    say(f"report   {folder / DRAFTS / 'evidence.pdf'}")


def run_page(args):
    from evidence.stages.page.page import build
    from evidence.store.write import replace

    folder = Path(args.folder)
    inputs, frames = gathered(folder, beside=("map", "citations"))
    replace(folder / DRAFTS / "index.html", build(**inputs, map=frames["map"], citations=frames["citations"]))
    say(f"page     {folder / DRAFTS / 'index.html'}")


def run_publish(args):
    from evidence.store.write import mirror

    folder = Path(args.folder)
    mirror(folder / DRAFTS, folder / "reports", ("figures", "tables"))
    say(f"The report is in {folder / 'reports/evidence.pdf'}")


def run_trace(args):
    from evidence.stages.trace.text import as_json, text
    from evidence.stages.trace.trace import trace

    traces = trace(args.id, args.folder)
    print(as_json(traces) if args.json else text(traces))


def add_trace(commands):
    """The arguments of `evidence trace`."""
    words = "from a printed figure back to the raw rows and their sources, with every conversion as arithmetic"
    one = commands.add_parser("trace", help=words, description=words)
    named = "id of an effect, a pool or a claim, as the tables and the report print it, or its beginning; a raw row: measurements.csv:57; "
    one.add_argument("id", metavar="ID", help=f"{named}or the file of a figure that shows pools")
    one.add_argument("folder", nargs="?", default=".", help="analysis folder (default: this one)")
    one.add_argument("--json", action="store_true", help="print JSON")
    one.set_defaults(run=run_trace)


def run_new(args):
    from evidence.stages.tables.new import scaffold

    scaffold(args.folder)
    print(f"A new review is in {Path(args.folder)}: read {Path(args.folder) / 'README.md'} first.")


def add_new(commands):
    """The arguments of `evidence new`."""
    words = "make the folder of another review, with empty tables, a plan and a README"
    one = commands.add_parser("new", help=words, description=words)
    one.add_argument("folder", metavar="FOLDER", help="a folder that is not there yet, or is empty")
    one.set_defaults(run=run_new)


def parser():
    """All commands with their arguments."""
    top = argparse.ArgumentParser(prog="evidence", description="A living meta-analysis that can be audited.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (run, words) in STAGES.items():
        one = commands.add_parser(name, help=words, description=words)
        one.add_argument("folder", nargs="?", default=".", help="analysis folder with data/raw and config (default: this one)")
        one.set_defaults(run=run)
        if name == "check":
            one.add_argument("--json", action="store_true", help="print JSON")
        if name in ("effects", "pools"):
            add_parts(one)
    add_pool(commands)
    add_trace(commands)
    add_new(commands)
    return top


STAGES = {
    "check": (run_check, "read every table and name every problem, with file, line and remedy"),
    "tables": (run_tables, "check the raw tables and write them clean to data/processed"),
    "effects": (run_effects, "effect sizes from printed numbers"),
    "pools": (run_pools, "random-effects pools by outcome, contrast and stratum"),
    "opinion": (run_opinion, "compute the headline pools again with PyMARE and statsmodels"),
    "verdicts": (run_verdicts, "what the pools say of each claim, how sure one can be, and what else there is"),
    "changes": (run_changes, "what differs from the last release"),
    "figures": (run_figures, "draw the figures"),
    "report": (run_report, "typeset evidence.pdf"),
    "workbook": (run_workbook, "write every table as CSV, and all of them as evidence.xlsx"),
    "page": (run_page, "write index.html, the review as one page for a browser"),
    "publish": (run_publish, "copy the report, the page, the figures and the tables to reports/, all at once"),
    "release": (run_release, "keep the tables of this report in reports/released, for the next report to say what has changed"),
}


def main(arguments=None):
    """Run one command; 0 for success, 2 for what the user can mend."""
    gc.set_threshold(200_000, 50, 100)  # millions of cells and hardly a cycle: the search for them took a sixth of the time
    args = parser().parse_args(arguments)
    try:
        with held(os.environ.get("EVIDENCE_LOCK")):
            status = args.run(args) or 0
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # who reads, such as head, has enough; what Python would flush at its end goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        say(f"{args.command}: stopped; what it would have written is as it was.")
        return 130
    except (EvidenceError, OSError) as error:
        problems = error.problems if isinstance(error, EvidenceError) else [refused(error)]
        for problem in problems:
            say(str(problem))
        kept = "; the reports of the last good run are as they were" if args.command in STAGES and args.command != "check" else ""
        say(f"{counted(len(problems), 'problem')} to mend{kept}.")
        return 2
