"""Writing a made file: whole or not at all."""

import os
from pathlib import Path

from evidence.problems import EvidenceError, refused


def replace(path, content):
    """Write bytes to a temporary file beside `path`, then move it into place.

    Raises
    ------
    EvidenceError
        Where the disk is full, or the folder may not be written to; the file is then as it was.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        raise EvidenceError([refused(error, path)]) from None
    finally:
        discard(temporary)


def discard(path):
    """Remove a file where it is and can be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
