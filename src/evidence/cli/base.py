"""What the commands share: where made tables lie, and words on the terminal."""

import sys
from contextlib import contextmanager, suppress
from pathlib import Path

PROCESSED = Path("data/processed")
DRAFTS = PROCESSED / "reports"  # what `evidence publish` copies to reports/


def say(text):
    print(text, file=sys.stderr)


def counted(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"


def made(folder, *names):
    from evidence.store.files import read_csv

    return [read_csv(Path(folder) / PROCESSED / f"{name}.csv", name) for name in names]


@contextmanager
def held(lock):
    """Share the lock of a run's stages, by which the next run knows that a stage of a killed one is still at work."""
    if not lock:
        yield
        return
    import fcntl

    with open(lock, "a") as handle:
        with suppress(OSError):  # a disk that several nodes share may know no locks
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield
