"""Start Blender once for each way, with settings of its own, and collect the pictures."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = ("panel", "rigs", "dialogue", "realtime")
SIZE = ("1280", "880")
INSTALL = """
import bpy, sys
bpy.ops.extensions.package_install_files(
    filepath=sys.argv[-1], repo="user_default", enable_on_install=True, overwrite=True
)
bpy.context.preferences.view.show_splash = False
bpy.ops.wm.save_userpref()
"""


def main() -> int:
    """Read the command line and take the pictures; 1 when one was not taken."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    parser.add_argument("blender", help="Blender's executable")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--zip", type=Path, required=True, help="the extension")
    parser.add_argument("--only", choices=PICTURES, nargs="*", default=PICTURES)
    arguments = parser.parse_args()
    if "DISPLAY" not in os.environ or shutil.which("import") is None:
        print("An X display and ImageMagick's import are needed.", file=sys.stderr)
        return 1
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as resources:
        environment = {**os.environ, "BLENDER_USER_RESOURCES": resources}
        install = ("--background", "--python-expr", INSTALL, "--", str(arguments.zip.resolve()))
        subprocess.run((arguments.blender, *install), env=environment, check=True)
        for picture in arguments.only:
            path = out / f"{picture}.png"
            path.unlink(missing_ok=True)
            script = ("--python", str(HERE / "window.py"), "--", picture, str(path), *SIZE)
            window = ("--window-geometry", "0", "0", *SIZE, "--offline-mode")
            subprocess.run((arguments.blender, *window, *script), env=environment, check=True)
            if not path.is_file():
                print(f"{path} was not taken: see above.", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
