"""Stands in for Blender's executable where there is only its Python module.

`blender_executable` writes a script that is called as Blender is, with the extension that is
installed in BLENDER_USER_RESOURCES:

    blender -b FILE.blend --command audio2face bake --object Head --file line.wav

It runs this file in a new process. Only options that farms use are known: -b, -y, -noaudio,
--factory-startup, and --command, to which all that follows belongs.
"""

import importlib
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "audio2face"
_IGNORED = {"-b", "--background", "-y", "--enable-autoexec", "-Y", "-noaudio"}


def blender_executable(folder: Path) -> Path:
    """Writes `blender` into `folder`; it uses the settings and extensions of this process.

    In a Blender application it starts that application.
    """
    import bpy

    from tests.support.fresh_blender import IS_APPLICATION

    path = folder / "blender"
    words = [sys.executable, str(Path(__file__).resolve()), str(path)]
    if IS_APPLICATION:
        words = [bpy.app.binary_path]
    path.write_text(
        "#!/bin/sh\n"
        f"export BLENDER_USER_RESOURCES={shlex.quote(os.environ['BLENDER_USER_RESOURCES'])}\n"
        f'exec {shlex.join(words)} "$@"\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    return path


def run(executable: str, arguments: Sequence[str]) -> int:
    """Does what Blender does with its arguments; returns the exit code."""
    import bpy

    bpy.app.binary_path = executable
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    enabled = "--factory-startup" not in arguments and _enable()
    for index, word in enumerate(arguments):
        if word in ("-c", "--command"):
            return _command(arguments[index + 1 :], enabled=enabled)
        if not word.startswith("-"):
            _open(word)
        elif word not in _IGNORED | {"--factory-startup"}:
            raise ValueError(f"{word}: blender_runner does not know this option of Blender.")
    return 0


def _enable() -> bool:
    import addon_utils

    from tests.support.extension import MODULE

    addon_utils.extensions_refresh(ensure_wheels=True)
    addon_utils.enable(MODULE)
    return addon_utils.check(MODULE)[1]


def _open(path: str) -> None:
    """Opens a file; as Blender does, goes on without it where that fails."""
    import bpy

    try:
        bpy.ops.wm.open_mainfile(filepath=str(Path(path).absolute()))
    except RuntimeError as error:
        print(error, file=sys.stderr)


def _command(words: Sequence[str], *, enabled: bool) -> int:
    from tests.support.extension import MODULE

    if not enabled or words[:1] != [COMMAND]:
        print(f"Unrecognized command: {' '.join(words[:1])!r}", file=sys.stderr)
        return 1
    module = importlib.import_module(f"{MODULE}.blender_audio2face.cli.blender_command")
    return module.run(words[1:])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(run(sys.argv[1], sys.argv[2:]))
