"""Commands run by a copy of a server are as those that are processes of their own, in what they say, return and end with."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from evidence.cli.cli import STAGES
from evidence.cli.forkserver import EARLY_MODULES, LATE, LATE_COMMANDS, LATE_MODULES, answer
from tests import SENT

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "evidence"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the workflow starts the server on Linux only")


def until(found):
    """Wait for what must come."""
    end = time.monotonic() + 30
    while not (value := found()):
        assert time.monotonic() < end, "it has not come within 30 s"
        time.sleep(0.02)
    return value


def children(process):
    """Ids of the processes that a process has started and that are alive."""
    return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def held(process):
    """Files that a process has open."""
    return [os.path.realpath(one) for one in Path(f"/proc/{process}/fd").iterdir()]


@pytest.fixture
def server(tmp_path):
    address = str(tmp_path / "server")
    run = subprocess.Popen([sys.executable, "-m", "evidence.cli.forkserver", address], stdin=subprocess.PIPE)
    until(lambda: os.path.exists(address + LATE))
    yield run, os.environ | {"EVIDENCE_FORKSERVER": address}
    run.kill()
    run.communicate()


def both(arguments, environment, folder):
    """A command by itself, and by a copy of the server."""
    return [
        subprocess.run([*COMMAND, *arguments], env=one, cwd=folder, capture_output=True, timeout=60)
        for one in (os.environ, environment)
    ]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["check"], 0), (["check", "nowhere"], 2), (["page", "nowhere"], 2), (["pool", "data/raw/studies.csv"], 2), (["--help"], 0), (["measure"], 2)],
)
def test_a_copy_says_and_ends_with_the_same(server, arguments, status):
    alone, copy = both(arguments, server[1], ROOT / "examples/bcg")
    assert (copy.returncode, copy.stdout, copy.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    assert copy.returncode == status and copy.stdout + copy.stderr


def test_the_server_runs_the_command_in_the_folder_and_environment_of_who_asks(server, tmp_path):
    (tmp_path / "trials.csv").write_text("yi,vi\n0.1,0.04\n0.3,0.09\n0.2,0.01\n", encoding="utf-8")
    environment = server[1] | {"EVIDENCE_LOCK": str(tmp_path / "lock")}
    alone, copy = both(["pool", "trials.csv"], environment, tmp_path)
    assert copy.stdout == alone.stdout and b"tau2" in copy.stdout
    assert (tmp_path / "lock").exists()


@pytest.fixture
def hanging(server, tmp_path):
    """A command that waits for what its table holds, and the id of the copy that runs it."""
    pipe = tmp_path / "never.csv"
    os.mkfifo(pipe)
    asking = subprocess.Popen([*COMMAND, "pool", str(pipe)], env=server[1], stderr=subprocess.PIPE)
    writing = until(lambda: opened(pipe))
    yield asking, until(lambda: [one for one in children(server[0]) if str(pipe) in held(one)])[0]
    os.close(writing)
    asking.kill()
    asking.communicate()


def opened(pipe):
    """The end of a pipe that is written to, once another process reads it."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def test_a_copy_ends_with_the_process_that_asked(server, hanging):
    asking, copy = hanging
    asking.kill()
    until(lambda: copy not in children(server[0]))


def test_who_asked_ends_as_killed_when_the_copy_is(hanging):
    asking, copy = hanging
    os.kill(copy, signal.SIGKILL)
    assert asking.wait(timeout=30) == 137


def test_the_server_ends_with_the_run_that_started_it(server):
    run, environment = server
    run.stdin.close()
    assert run.wait(timeout=60) == 0
    alone, without = both(["check"], environment, ROOT / "examples/bcg")
    assert (without.returncode, without.stdout) == (0, alone.stdout)


ASK = "import sys; from evidence.cli.forkserver import asked; print(asked(sys.argv[1:]))"


def test_late_stages_have_a_server_of_their_own_that_ends_with_the_early_one(server):
    run, environment = server
    late = until(lambda: children(run))[0]
    os.unlink(environment["EVIDENCE_FORKSERVER"])
    for command, answered in (("page", "2"), ("tables", "None")):
        asking = [sys.executable, "-c", ASK, command, "nowhere"]
        assert subprocess.run(asking, env=environment, capture_output=True, text=True, timeout=60).stdout == f"{answered}\n"
    run.kill()
    until(lambda: not os.path.exists(f"/proc/{late}"))


@pytest.mark.parametrize("command", LATE_COMMANDS)
def test_what_comes_late_is_a_command(command):
    assert command in STAGES


def test_a_command_that_is_stopped_before_it_begins_says_nothing(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(SENT.format(event="import", file="evidence.cli.parts", sign="SIGINT"), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{tmp_path}"}
    run = subprocess.run([*COMMAND, "check"], env=environment, cwd=ROOT / "examples/bcg", capture_output=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr) == (130, b"", b"")


def test_a_copy_that_is_stopped_before_it_begins_says_nothing(tmp_path, capfd, monkeypatch):
    def pressed(arguments):
        raise KeyboardInterrupt

    asking, answering = socket.socketpair(socket.AF_UNIX)
    if (copy := os.fork()) == 0:
        monkeypatch.setattr("evidence.cli.forkserver.ended", pressed)
        answer(answering)
    answering.close()
    socket.send_fds(asking, [b"\n"], [0, 1, 2])
    asking.sendall(json.dumps([["check"], str(tmp_path), dict(os.environ)]).encode() + b"\n")
    assert asking.recv(1) == bytes([130])
    assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 130
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", EARLY_MODULES + LATE_MODULES)
def test_what_the_server_imports_is_there(name):
    assert find_spec(name)
