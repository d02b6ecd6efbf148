"""NumPy's archives taken apart, so that bytes can be spoilt inside them: a zip's checksums would
let no spoilt byte reach what reads the arrays."""

import io
import zipfile

_MARK = b"\xa5<>"


def joined(archive: bytes) -> bytes:
    """The members of an archive, one after another: a mark, the name, a zero, the content."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        parts = [_MARK + name.encode() + b"\0" + file.read(name) for name in file.namelist()]
    return b"".join(parts)


def archive_of(data: bytes) -> bytes:
    """An archive with the members that ``joined`` wrote."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for part in data.split(_MARK)[1:]:
            name, _, content = part.partition(b"\0")
            member = name.decode("latin-1").strip("/") or "nameless"
            if member not in file.namelist():
                file.writestr(member, content)
    return made.getvalue()
