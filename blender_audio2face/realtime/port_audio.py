"""PortAudio, which speaks with sound cards, through the package sounddevice where it is installed.

The wheels for Windows and macOS bring PortAudio along; Linux has it as a system package.
"""

import sys
from importlib import import_module
from types import ModuleType

from .errors import SourceError

_SYSTEM_PACKAGE = (
    "install it (Debian and Ubuntu: apt install libportaudio2, Fedora: dnf install portaudio, "
    "Arch: pacman -S portaudio) and start Blender again."
)


def port_audio() -> ModuleType:
    """The module sounddevice. Its first import looks at the sound cards, which takes a moment.

    Raises SourceError saying what is missing and how to get it.
    """
    try:
        return import_module("sounddevice")
    except ImportError as error:
        raise SourceError(
            f"The package sounddevice, which microphones need, cannot be loaded ({error}); "
            "install the extension's zip with wheels."
        ) from error
    except OSError as error:
        remedy = _SYSTEM_PACKAGE if sys.platform == "linux" else "install the extension again."
        raise SourceError(
            f"The PortAudio library, which microphones need, cannot be loaded ({error}); {remedy}"
        ) from error


def said(error: Exception) -> str:
    """What PortAudio says, to be put into a sentence."""
    return str(error).splitlines()[0].rstrip(".")
