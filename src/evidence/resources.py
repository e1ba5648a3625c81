"""Files that the program ships beside the code that uses them: schemas, texts, templates, fonts."""

from importlib.resources import files
from pathlib import Path


def shipped(place: str) -> Path:
    """Path of a file or folder of the program.

    Parameters
    ----------
    place : str
        From `src/evidence` on, such as "store/schemas".
    """
    return Path(str(files("evidence"))) / place
