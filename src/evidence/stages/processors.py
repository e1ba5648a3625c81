"""How many processors this process may use."""

import os


def processors():
    """Those that the scheduler of a cluster or of this machine grants, which may be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
