"""Run the demo: install the zip, add its head, bake the sentence, render film and still."""

import argparse
import os
import tempfile
import time
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "out"


def main() -> None:
    """Read the command line and run the demo in a Blender with settings of its own."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--zip", type=Path, required=True, help="the extension")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as resources:
        os.environ["BLENDER_USER_RESOURCES"] = resources  # before bpy's first import
        from .run import run

        started = time.perf_counter()
        run(arguments.zip.resolve(), arguments.out.resolve(), Path(resources))
        print(f"The demo took {time.perf_counter() - started:.0f} s.", flush=True)
    os._exit(0)  # 4.5's module may hang in its own clean-up once it has played sound


if __name__ == "__main__":
    main()
