"""Work done on several processors at once: the same answers, and errors that reach the one who waits."""

import os
import signal
import subprocess
import sys
import time
import weakref
from functools import partial

import pytest

from evidence import parallel as processors
from evidence.parallel import KILLED, mapped, side_by_side
from evidence.problems import EvidenceError, Problem
from evidence.stages.tables.checks import checks
from evidence.stages.tables.checks.checks import check, examine, raw_tables
from evidence.stages.tables.checks.report import report_json
from evidence.stages.tables.tables import read, written
from tests.support.toy import folder, number

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
PROBLEM = Problem("data/raw/units.csv", 3, "factor", "0 would turn every number into zero", "Type the factor.")


def refuse():
    raise EvidenceError([PROBLEM])


def process(_):
    return os.getpid()


def pause():
    os.read(os.pipe()[0], 1)


@pytest.mark.parametrize("number", [1, 2])
def test_answers_come_in_the_order_of_the_work(monkeypatch, number):
    monkeypatch.setattr(processors, "processors", lambda: number)
    assert side_by_side(partial(sum, [1, 2]), partial(str, 4), partial(list, "ab")) == [3, "4", ["a", "b"]]


def test_the_first_runs_here_and_the_others_elsewhere(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 2)
    first, second = side_by_side(os.getpid, os.getpid)
    assert first == os.getpid() != second


@pytest.mark.parametrize("works", [(os.getpid, refuse), (refuse, pause)], ids=["there", "here"])
def test_an_error_is_raised_here_and_nothing_is_left_running(monkeypatch, works):
    monkeypatch.setattr(processors, "processors", lambda: 2)
    with pytest.raises(EvidenceError) as raised:
        side_by_side(*works)
    assert raised.value.problems == [PROBLEM]


def test_a_process_that_is_killed_is_no_answer(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 2)
    with pytest.raises(EvidenceError) as raised:
        side_by_side(os.getpid, partial(os._exit, 1))
    assert raised.value.problems == [KILLED]


@pytest.mark.parametrize("number", [1, 2])
def test_items_are_answered_in_their_order(monkeypatch, number):
    monkeypatch.setattr(processors, "processors", lambda: number)
    assert list(mapped(str, range(50))) == [str(one) for one in range(50)]
    assert len(set(mapped(process, range(50)))) <= number
    assert (os.getpid() in set(mapped(process, range(2)))) == (number == 1)
    assert list(mapped(str, [])) == []


def test_an_item_whose_process_is_killed_is_told_and_not_waited_for(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 2)
    with pytest.raises(EvidenceError) as raised:
        list(mapped(os._exit, [1, 1, 1]))
    assert str(raised.value) == (
        "a process: it was killed while it worked on a part of the data, most likely for want of memory. "
        "Close what else is open, or work on less at once: snakemake --cores 1 --set-scatter parts=8."
    )


def test_an_error_of_an_item_is_raised_here(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 2)
    with pytest.raises(ValueError, match="invalid literal"):
        list(mapped(int, ["1", "x", "3"]))


class Answer(list):
    """A list that one can look after."""


def answered(item):
    return Answer([item])


def test_answers_are_not_kept(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 2)
    answers = mapped(answered, range(20))
    seen = []
    for answer in answers:
        seen.append(weakref.ref(answer))
        assert [one() for one in seen[:-1]] == [None] * (len(seen) - 1)
    assert len(seen) == 20


def three_items():
    """What a consumer that stops early has seen, the generator being closed behind it."""
    answers = mapped(abs, range(50))
    seen = [next(answers) for _ in range(3)]
    answers.close()
    return seen


def test_who_stops_early_ends_no_process_but_those_of_the_items(monkeypatch):
    monkeypatch.setattr(processors, "processors", lambda: 2)
    assert side_by_side(three_items, lambda: time.sleep(1) or "awaited") == [[0, 1, 2], "awaited"]


BUSY = """
import os, time
from evidence import parallel as processors
processors.processors = lambda: 2
def work(seconds=30):
    os.write(1, b"begun\\n")
    time.sleep(seconds)
try:
    {call}
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("call", ["list(processors.mapped(work, [30, 30, 30]))", "processors.side_by_side(work, work)"])
def test_ctrl_c_is_for_the_process_that_asked_which_ends_the_others(call):
    command = [sys.executable, "-c", BUSY.format(call=call)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert [run.stdout.readline(), run.stdout.readline()] == ["begun\n", "begun\n"]
    os.killpg(run.pid, signal.SIGINT)
    assert run.communicate(timeout=20) == ("stopped\n", "")
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)


def test_large_tables_are_checked_and_written_as_small_ones_are(monkeypatch, tmp_path):
    small = report_json(*check(ROOT)), written(ROOT)
    monkeypatch.setattr(checks, "LARGE", 0)
    monkeypatch.setattr(processors, "processors", lambda: 2)
    assert (report_json(*check(ROOT)), written(ROOT)) == small
    assert small[1][1]["measurements"] == len(read(ROOT).measurements) > 100
    wrong = folder(tmp_path, measurements=[number("s", "ten", "baseline"), number("s", 12)])
    problems, _ = examine(wrong, raw_tables(wrong))
    with pytest.raises(EvidenceError) as raised:
        written(wrong)
    assert raised.value.problems == problems
    assert [problem.what for problem in problems] == ['"ten" is no number']
