"""Runs stages in fresh processes, so that none inherits another's memory, imports or caches."""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .sound_stages import PACKAGE

ROOT = Path(__file__).resolve().parents[2]


class StageError(RuntimeError):
    """A stage failed; the text ends with what it said."""


@dataclass(frozen=True)
class Workshop:
    """A folder for everything that a run of the bench needs, and the extension in it.

    Attributes:
        folder: exists, and is removed by whoever made it.
    """

    folder: Path

    @property
    def shipped(self) -> Path:
        """Folder on the path of the stages; holds the unpacked zip as a package."""
        return self.folder / "package"

    def unpack(self, package: Path) -> None:
        """Makes the zip importable outside Blender."""
        with zipfile.ZipFile(package) as archive:
            archive.extractall(self.shipped / PACKAGE)

    def run(self, room: str, stage: str, **arguments: object) -> dict[str, object]:
        """The answer of one stage.

        Args:
            room: "blender" or "sound".
            stage: a name in that room's STAGES.
            arguments: what the stage takes, plain values.

        Raises:
            StageError: its process failed.
        """
        job, answer = self.folder / "job.json", self.folder / "answer.json"
        answer.unlink(missing_ok=True)
        job.write_text(
            json.dumps(
                {
                    "room": room,
                    "stage": stage,
                    "arguments": arguments,
                    "shipped": str(self.shipped),
                    "answer": str(answer),
                }
            ),
            "utf-8",
        )
        environment = {**os.environ, "BLENDER_USER_RESOURCES": str(self.folder / "blender")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # artists' Blenders compile once
        ended = subprocess.run(
            [sys.executable, "-m", "tools.bench.worker", str(job)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode or not answer.is_file():
            raise StageError(f"The stage {stage} failed:\n{ended.stdout}{ended.stderr}")
        return json.loads(answer.read_text("utf-8"))
