"""The same zip from the same files: Blender's builder takes them as the disk lists them."""

import stat
import zipfile
from pathlib import Path

_TIME = (1980, 1, 1, 0, 0, 0)
"""The oldest that a zip can hold."""

_UNIX = 3
_MODE = (stat.S_IFREG | 0o644) << 16


def make_reproducible(zip_path: Path) -> None:
    """Write a zip anew, its files in the order of their names, all with one time and one mode.

    What a file holds and whether it is compressed stay. The bytes then depend on the files and on
    Python's zlib alone, not on folder, umask, time zone, locale or the order on the disk.
    """
    temporary = zip_path.with_name(f".{zip_path.name}.sorted")
    try:
        with zipfile.ZipFile(zip_path) as source, zipfile.ZipFile(temporary, "w") as sorted_zip:
            for entry in sorted(source.infolist(), key=lambda one: one.filename):
                same = zipfile.ZipInfo(entry.filename, _TIME)
                same.create_system, same.external_attr = _UNIX, _MODE
                same.compress_type = entry.compress_type
                sorted_zip.writestr(same, source.read(entry), compresslevel=9)
        temporary.replace(zip_path)
    finally:
        temporary.unlink(missing_ok=True)
