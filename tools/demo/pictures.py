"""Take the documentation's pictures of the panel in a real window.

Blender is started once for each picture, with settings of its own. The walkthrough is done with the
buttons of the installed extension, its clicks are counted, and the screen is photographed. It needs
an X display (Xvfb will do: `xvfb-run -s "-screen 0 1280x880x24" python -m tools.demo.pictures ...`)
and ImageMagick's `import`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .install import install_for

SCRIPT = Path(__file__).with_name("walkthroughs.py")
PICTURES = ("panel", "rigs", "dialogue", "realtime")
WIDTH, HEIGHT = "1280", "880"


def main() -> int:
    """Read the command line and take the pictures; 1 when one was not taken."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo.pictures", description=__doc__)
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
        environment = install_for(arguments.blender, arguments.zip, Path(resources))
        for picture in arguments.only:
            path = out / f"{picture}.png"
            path.unlink(missing_ok=True)
            script = ("--python", str(SCRIPT), "--", picture, str(path), WIDTH, HEIGHT)
            window = ("--window-geometry", "0", "0", WIDTH, HEIGHT, "--offline-mode")
            subprocess.run((arguments.blender, *window, *script), env=environment, check=True)
            if not path.is_file():
                print(f"{path} was not taken: see above.", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
