"""``python -m tools.bench.window BLENDER --zip ZIP``: how long a bake holds the window up.

Starts a Blender with a window for each length of sound, bakes the demo head in it, and prints JSON:
for each length the longest call of the add-on's code in each phase, in milliseconds, and Blender's
own longest gap between two ticks. Needs a screen, or xvfb-run.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

from .processes import StageError

LENGTHS = (7, 60, 600)
"""Seconds of sound."""

_SCRIPT = Path(__file__).with_name("inside_window.py")
_START_SECONDS = 120.0
"""What a Blender may take besides baking, which takes at most as long as the sound."""


def measured(blender: str, package: Path, seconds: int) -> dict[str, object]:
    """The figures of one bake; see the module.

    Args:
        blender: the executable.
        package: the extension's zip.
        seconds: length of the sound.

    Raises:
        StageError: Blender ended without an answer.
    """
    with tempfile.TemporaryDirectory(prefix="audio2face-window-") as folder:
        answer = Path(folder, "answer.json")
        environment = {**os.environ, "BLENDER_USER_RESOURCES": str(Path(folder, "blender"))}
        command = [
            blender, "--factory-startup", "--offline-mode", "-p", "0", "0", "800", "600",
            "--python", str(_SCRIPT), "--", str(package.resolve()), str(seconds), str(answer),
        ]  # fmt: skip
        try:
            ended = subprocess.run(
                command,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=_START_SECONDS + seconds,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StageError(f"{blender} did not bake {seconds} s of sound: {error}") from error
        if not answer.is_file():
            raise StageError(f"{blender} gave no answer:\n{ended.stdout}{ended.stderr}")
        return json.loads(answer.read_text("utf-8"))


def main() -> None:
    """Reads the command line and prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.window", description=__doc__)
    parser.add_argument("blender", help="executable of a Blender with a window")
    parser.add_argument("--zip", type=Path, required=True, help="the extension")
    parser.add_argument("--seconds", type=int, nargs="+", default=LENGTHS, help="lengths of sound")
    options = parser.parse_args()
    try:
        found = {one: measured(options.blender, options.zip, one) for one in options.seconds}
    except StageError as error:
        raise SystemExit(str(error)) from error
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
