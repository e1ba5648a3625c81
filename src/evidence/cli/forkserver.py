"""Stages as copies of one process that has the program imported already: most of a short stage's time is imports.

`workflow/rules/run.smk` starts the server for one run on one machine; without it each stage is a process of its own.
"""

import gc
import json
import os
import select
import signal
import socket
import sys

VARIABLE = "EVIDENCE_FORKSERVER"
LOST = 137  # as a shell says of a process that was killed
STOPPED = 130  # and of one that Ctrl-C has ended
LATE = ".late"  # at the end of the address of the server for what comes late in a run
LATE_COMMANDS = ("opinion", "figures", "page", "report", "workbook")
UNHURRIED = ("page", "workbook")  # no stage waits for them, and the report waits for the figures
# In the order in which a run needs them, large packages in pieces: who asks waits for the piece that is being imported.
EARLY_MODULES = (
    "evidence.cli.cli", "numpy", "pandas", "evidence.stages.tables.tables", "scipy.special", "evidence.stages.pools.parts", "evidence.store.join",
    "evidence.stages.verdicts.verdicts", "evidence.stages.changes.changes",
)  # fmt: skip
LATE_MODULES = (
    "scipy.optimize", "scipy.interpolate", "scipy.ndimage", "scipy.stats", "sympy", "pymare.estimators", "statsmodels.regression",
    "statsmodels.stats.meta_analysis", "evidence.stages.pools.opinion", "matplotlib", "matplotlib.backends.backend_agg", "matplotlib.axes",
    "evidence.stages.figures.figures", "evidence.stages.page.page", "evidence.stages.report.report", "typst", "xlsxwriter", "evidence.stages.workbook.workbook",
)  # fmt: skip


def asked(arguments):
    """Have a command run by a copy of the server.

    Parameters
    ----------
    arguments : list of str
        What stands behind `evidence` on the command line.

    Returns
    -------
    int or None
        The exit status of the command; None where no server answers.
    """
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(os.environ[VARIABLE] + (LATE if arguments and arguments[0] in LATE_COMMANDS else ""))
    except OSError:
        return None
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the copy too, whose last words are awaited
    try:
        socket.send_fds(connection, [b"\n"], [0, 1, 2])
        connection.sendall(json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode() + b"\n")
        status = connection.recv(1)
    except OSError:
        status = b""
    return status[0] if status else LOST


def serve(address):
    """Answer until the input of this process ends, which it does with the run that started it, however that ends.

    When it has imported what the early stages need, a copy goes on with the rest and answers the late ones, so that no
    early stage waits for a piece of that.
    """
    gc.disable()  # a tenth of the time of imports
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no copy is left as a zombie
    early, late = listening(address), listening(address + LATE)
    importing(early, EARLY_MODULES)
    mine, other = socket.socketpair()
    if os.fork() == 0:
        mine.close()
        early.close()
        end_with(other)
        importing(late, LATE_MODULES)
        answering(late)
    else:
        other.close()
        late.close()
        answering(early)


def listening(address):
    """A socket that takes those who ask."""
    if os.path.exists(address):
        os.unlink(address)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    return listener


def importing(listener, modules):
    """Import modules, and between two of them answer who asks meanwhile."""
    from importlib import import_module

    for module in modules:
        import_module(module)
        answering(listener, wait=0)


def answering(listener, wait=None):
    """Answer all who ask; with `wait` 0, those who are asking now."""
    while listener in (ready := select.select([listener, sys.stdin], [], [], wait)[0]) and sys.stdin not in ready:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            answer(connection)
        connection.close()
    if sys.stdin in ready:
        os._exit(0)


def answer(connection):
    """In a copy of the server: become the command that a connection asks for, send its exit status and end."""
    import traceback

    status = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        gc.freeze()  # what is imported is not searched for cycles, which would also copy its memory
        gc.enable()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _, streams, _, _ = socket.recv_fds(connection, 1, 3)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        with connection.makefile(encoding="utf-8") as asking:
            line = asking.readline()
        if not line:
            return
        arguments, folder, environment = json.loads(line)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        end_with(connection)
        if arguments and arguments[0] in UNHURRIED:
            os.nice(10)
        status = ended(arguments)
        connection.send(bytes([status]))
    except KeyboardInterrupt:  # before the command has begun, which has words of its own
        status = STOPPED
        connection.send(bytes([status]))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def ended(arguments):
    """Exit status of a command, all that it has said being out."""
    from evidence.cli.cli import main

    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def end_with(connection):
    """Let the kernel end this process when the one that asked is gone: what SIGIO does to a process that does not handle it."""
    import fcntl

    fcntl.fcntl(connection, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(connection, fcntl.F_SETFL, fcntl.fcntl(connection, fcntl.F_GETFL) | os.O_ASYNC)


if __name__ == "__main__":
    serve(sys.argv[1])
