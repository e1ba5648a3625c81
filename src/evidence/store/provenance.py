"""What a report was made from: versions of packages, digests of data and plan."""

import hashlib
from importlib import metadata
from pathlib import Path

PACKAGES = ("numpy", "scipy", "pandas", "PyMARE", "statsmodels", "matplotlib", "typst", "snakemake")


def digest(folder, place):
    """SHA-256 over the names and bytes of the files in a place of a folder, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(filter(Path.is_file, (folder / place).rglob("*"))):
        total.update(f"{path.relative_to(folder).as_posix()}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def digests(folder):
    """Of the plan and of the data, as the foot of each report names them."""
    return {"config": digest(folder, "config"), "data": digest(folder, "data/raw")}


def versions():
    """Installed versions by package name; a package that is absent is left out."""
    found = {}
    for name in ("evidence", *PACKAGES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
