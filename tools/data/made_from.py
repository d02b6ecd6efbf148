"""What a corpus of the cache was made from, as one digest kept beside it.

A corpus is whole and up to date when its digest is that of today's code, options and inputs. The
digest is written last, and only when nothing was missing, so a broken run or one without a voice is
made anew. Recordings count by name and size, which is cheap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_FILE = "made_from"
_HERE = Path(__file__).parent


def digest(code: Iterable[str], options: Iterable[object], folders: Iterable[Path]) -> str:
    """The digest of inputs, in hexadecimal.

    Args:
        code: names of modules of this package, and of files in `texts`.
        options: everything else that decides what is written.
        folders: of recordings and their indexes, and single files; those that are missing count as
            empty.
    """
    sha = hashlib.sha256(repr(list(map(str, options))).encode())
    for name in sorted(code):
        sha.update((_HERE / name).read_bytes())
    for folder in folders:
        files = sorted(folder.iterdir()) if folder.is_dir() else [folder]
        for file in files:
            if file.suffix == ".jsonl" and file.is_file():
                sha.update(file.read_bytes())
            elif file.is_file():
                sha.update(f"{file.name} {file.stat().st_size}".encode())
    return sha.hexdigest()


def is_made_from(folder: Path, expected: str) -> bool:
    """Whether the corpus in `folder` is whole and was made from what `expected` describes."""
    file = folder / _FILE
    return file.is_file() and file.read_text(encoding="ascii") == expected


def note(folder: Path, made_from: str | None) -> None:
    """Keep the digest of the corpus in `folder`; None says that it is not whole."""
    file = folder / _FILE
    if made_from is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(made_from, encoding="ascii")
