"""How many processors this process may use, and work done on several of them at once."""

import os
import signal
from collections import deque
from contextlib import contextmanager

from evidence.problems import EvidenceError, Problem

KILLED = Problem(
    "a process", 0, "", "it was killed while it worked on a part of the data, most likely for want of memory",
    "Close what else is open, or work on less at once: snakemake --cores 1 --set-scatter parts=8.",
)  # fmt: skip


def processors():
    """Those that the scheduler of a cluster or of this machine grants, which may be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def out_of_reach():
    """Processes that begin meanwhile never hear of Ctrl-C: the one that began them does, and ends them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def mapped(function, items):
    """What a function returns of each item, in their order, made on as many processors as there are.

    Parameters
    ----------
    function : callable
    items : sequence

    Yields
    ------
    object

    Raises
    ------
    EvidenceError
        When the system has killed one of the processes. What the function raises is raised here.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    workers = min(len(items), processors())
    if workers < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(function, items)
        return
    others = multiprocessing.active_children()
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
        try:
            with out_of_reach():
                begun = deque(pool.submit(function, item) for item in items)
            while begun:
                yield begun.popleft().result()  # which is not kept: the answers of a large base fill gigabytes
        except BrokenProcessPool:
            raise EvidenceError([KILLED]) from None
        except BaseException:  # Ctrl-C, an error of an item, or nobody waits for the rest
            for process in {*multiprocessing.active_children()} - {*others}:
                process.kill()
            raise


def side_by_side(*works):
    """What several functions return, each run at the same time as the others where there are processors for them.

    Parameters
    ----------
    works : callable
        Without arguments. The first runs in this process, each other in a copy of it: what it returns is sent back.

    Returns
    -------
    list
        In the order of the functions. The error of one is raised here.
    """
    import multiprocessing

    if processors() == 1 or "fork" not in multiprocessing.get_all_start_methods():
        return [work() for work in works]
    first, *others = works
    begun = [begin(work, multiprocessing.get_context("fork")) for work in others]
    try:
        return [first(), *(received(receiver) for _, receiver in begun)]
    finally:
        for process, _ in begun:
            process.kill()
            process.join()


def begin(work, context):
    """A process that runs a function, and the end of the pipe at which its answer comes."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=answer, args=(work, sender))
    with out_of_reach():
        process.start()
    sender.close()
    return process, receiver


def answer(work, sender):
    """Send what a function returns, or the error that it ends with."""
    try:
        sender.send((work(), None))
    except Exception as error:
        sender.send((None, error))


def received(receiver):
    """What another process has sent."""
    try:
        value, error = receiver.recv()
    except EOFError:
        raise EvidenceError([KILLED]) from None
    if error:
        raise error
    return value
