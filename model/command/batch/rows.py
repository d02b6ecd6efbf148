"""What a row of a manifest means: the command line that does it, and the files that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...input_files import real_path
from .errors import RowError
from .manifest import Entry

_OPTIONS = {
    "scene": "--scene",
    "channel": "--channel",
    "frame_start": "--frame-start",
    "preset": "--preset",
    "into": "--into",
    "keys": "--keys",
    "tolerance": "--tolerance",
    "runtime": "--runtime",
    "device": "--device",
    "format": "--format",
    "fps": "--fps",
}
_REPEATED = {"speaker": "--speaker", "objects": "--object", "strip": "--strip", "dials": "--dial"}
_FILES = {"mapping": "--mapping", "weights": "--weights"}
_OF_CURVES = {"name", "audio", "output", "format", "fps", "weights", "runtime", "device"}
_ONLY_OF_CURVES = {"format", "fps"}
_CURVES = (".csv", ".json", ".npz")


@dataclass(frozen=True)
class Row:
    """A job.

    Attributes:
        number: of the row, from 1.
        name: what people call it, or an empty text.
        blend: the .blend to open; None for curves of a sound.
        output: the file to write.
        arguments: the command line of ``bake``, less its output, or of ``predict``.
        files: what it reads besides the .blend.
    """

    number: int
    name: str
    blend: Path | None
    output: Path
    arguments: tuple[str, ...]
    files: tuple[Path, ...]


def row_of(entry: Entry, folder: Path, defaults: Mapping[str, str]) -> Row:
    """The job of a row, without looking at files.

    Args:
        entry: the row.
        folder: what relative paths begin at.
        defaults: texts for columns that it leaves empty.

    Raises:
        RowError: it lacks something, or says what does not go together.
    """
    texts = {**defaults, **entry.texts}
    if "blend" in texts:
        return _face_row(entry, texts, folder)
    return _curves_row(entry, texts, folder)


def _face_row(entry: Entry, texts: dict[str, str], folder: Path) -> Row:
    for name in sorted(_ONLY_OF_CURVES & texts.keys()):
        raise RowError(f'"{name}" is for rows without a blend, which only write curves.')
    blend = _path(folder, texts["blend"])
    output = _path(folder, texts["output"]) if "output" in texts else blend
    if output.suffix.lower() != ".blend":
        raise RowError(f'The output "{output}" has to end in .blend, as the row names a blend.')
    if "frame_start" in texts and "audio" not in texts:
        raise RowError('"frame_start" is for "audio": a strip stands where it stands.')
    arguments, files = ["bake", *_arguments(entry, texts)], []
    if "audio" in texts:
        audio = _sound(blend, folder, texts["audio"])
        arguments.append(f"--file={audio}")
        files.append(audio)
    for name, option in _FILES.items():
        if name in texts:
            files.append(_path(folder, texts[name]))
            arguments.append(f"{option}={files[-1]}")
    return Row(entry.number, texts.get("name", ""), blend, output, tuple(arguments), tuple(files))


def _curves_row(entry: Entry, texts: dict[str, str], folder: Path) -> Row:
    for name in sorted((texts.keys() | entry.lists.keys()) - _OF_CURVES):
        raise RowError(f'"{name}" is for a face: name its blend too.')
    for name in ("audio", "output"):
        if name not in texts:
            raise RowError(f'The row needs "blend", or "audio" and "output": "{name}" is empty.')
    audio, output = _path(folder, texts["audio"]), _path(folder, texts["output"])
    if output.suffix.lower() not in _CURVES:
        raise RowError(f'The output "{output}" of curves has to end in {", ".join(_CURVES)}.')
    arguments, files = [str(audio), str(output), *_arguments(entry, texts)], [audio]
    if "weights" in texts:
        files.append(_path(folder, texts["weights"]))
        arguments.append(f"--weights={files[-1]}")
    command = ("predict", *arguments)
    return Row(entry.number, texts.get("name", ""), None, output, command, tuple(files))


def _arguments(entry: Entry, texts: Mapping[str, str]) -> list[str]:
    given = [f"{option}={texts[name]}" for name, option in _OPTIONS.items() if name in texts]
    for name, option in _REPEATED.items():
        given += [f"{option}={one}" for one in entry.lists.get(name, ())]
    return given


def _sound(blend: Path, folder: Path, text: str) -> Path:
    """The path of a sound; as elsewhere in Blender ``//`` is the folder of the .blend."""
    return _path(blend.parent, text[2:]) if text.startswith("//") else _path(folder, text)


def _path(folder: Path, text: str) -> Path:
    try:
        return real_path(folder / text)
    except (ValueError, OSError) as error:  # a zero, a lone surrogate
        raise RowError(f"{text!a} is no path ({error}): check the row.") from error
