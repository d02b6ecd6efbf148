"""Sound files that cannot be read, told before a decoder opens them. Imports no bpy."""

from ..model.input_files import why_not_a_file
from .errors import StripError

CHOOSE = "choose another"
FIND = "find it with File > External Data > Find Missing Files"


class SoundFileError(StripError):
    """A path at which there is no file of sound."""


def check_sound_file(path: str, advice: str, strip: str = "") -> None:
    """Raises SoundFileError for a path that is no file; looks at no pipe's other end.

    Args:
        path: absolute.
        advice: what to do.
        strip: name of the strip that plays it, if one does.
    """
    reason = why_not_a_file(path)
    if reason is not None:
        whose = f' of strip "{strip}"' if strip else ""
        raise SoundFileError(f'The sound file "{path}"{whose} {reason}: {advice}.')
