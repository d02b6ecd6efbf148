"""Run the demo: install the zip, add its head, bake the sentence, render film and still."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def newest_zip() -> Path:
    """Return the zip built last; raises FileNotFoundError when there is none."""
    zips = sorted((ROOT / "out/dist").glob("audio2face_blender-*.zip"), key=os.path.getmtime)
    if not zips:
        raise FileNotFoundError("There is no zip in out/dist: run `make build` first.")
    return zips[-1]


def main() -> None:
    """Read the command line and run the demo in a Blender with settings of its own."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--zip", type=Path, help="the extension (the newest in out/dist)")
    parser.add_argument("--out", type=Path, default=ROOT / "out", help="folder for the results")
    arguments = parser.parse_args()
    package = (arguments.zip or newest_zip()).resolve()
    with tempfile.TemporaryDirectory() as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources  # before bpy's first import
        from .run import run

        started = time.perf_counter()
        run(package, arguments.out.resolve(), Path(resources))
        print(f"The demo took {time.perf_counter() - started:.0f} s.")


if __name__ == "__main__":
    main()
