"""Writing a made file: as CSV, whole or not at all."""

import os
from pathlib import Path

from evidence.problems import EvidenceError, refused

MARKS = (",", '"', "\n", "\r")


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


def mirror(source, target, whole=()):
    """Copy the files below one folder to another; a file that is there already with the same bytes stays untouched.

    Parameters
    ----------
    source, target : path
    whole : sequence of str
        Folders of `target` from which files that `source` lacks are removed.

    Raises
    ------
    EvidenceError
        As `replace`.
    """
    paths = [path.relative_to(source) for path in sorted(source.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    for path in paths:
        content = (source / path).read_bytes()
        if not (target / path).is_file() or (target / path).read_bytes() != content:
            replace(target / path, content)
    for path in [path for folder in whole for path in (target / folder).glob("*")]:
        if path.relative_to(target) not in paths:
            discard(path)


def as_csv(columns):
    """Columns of texts, the first of each its name, as a CSV; written column by column, for most have nothing to be quoted."""
    lines = map(",".join, zip(*map(quoted, columns), strict=True))
    return "\n".join([*lines, ""]).encode()


def quoted(texts):
    """Texts as cells of a CSV: in quotation marks where they hold a comma, a quotation mark or a line break."""
    whole = "".join(texts)
    if not any(mark in whole for mark in MARKS):
        return texts
    return ['"{}"'.format(text.replace('"', '""')) if any(mark in text for mark in MARKS) else text for text in texts]


def discard(path):
    """Remove a file where it is and can be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
