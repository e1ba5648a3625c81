"""Reading and writing made tables: whole or not at all, the same bytes for the same numbers."""

import os
from pathlib import Path

import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(text):
    """Text that no spreadsheet takes for a formula: an apostrophe before =, +, - or @."""
    return f"'{text}" if text.startswith(FORMULA) else text


def replace(path, content):
    """Write bytes to a temporary file beside `path`, then move it into place."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def csv_bytes(frame):
    """A frame as CSV: 12 significant digits, empty for missing, formulae neutralised."""
    texts = frame.select_dtypes(include=["object", "string"]).columns
    safe = frame.assign(**{name: frame[name].fillna("").astype(str).map(neutral) for name in texts})
    whole = [name for name in frame.select_dtypes("float").columns if name in WHOLE]
    safe = safe.assign(**{name: frame[name].astype("Int64") for name in whole})
    return safe.to_csv(index=False, float_format="%.12g", lineterminator="\n").encode()


WHOLE = ("k", "Q_df", "n_effects", "line", "year")


def write_csv(frame, path):
    """Write a made table."""
    replace(path, csv_bytes(frame))


def read_csv(path, numbers=None):
    """Read a made table: text stays text, empty text is '', numbers are floats.

    Parameters
    ----------
    path : path
    numbers : sequence of str, optional
        Columns to read as numbers; columns that hold nothing but numbers if None.
    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for name in frame.columns if numbers is None else [name for name in numbers if name in frame]:
        column = pd.to_numeric(frame[name].replace("", None), errors="coerce" if numbers else "ignore")
        frame[name] = column
    return frame
