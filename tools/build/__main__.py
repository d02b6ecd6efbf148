"""Builds the zips that Blender installs: `python -m tools.build --help`."""

import argparse
import sys
import tempfile
from pathlib import Path

from . import blender_tool, wheels
from .errors import BuildError
from .manifest import FILENAME, extension_name
from .staging import stage

# Suffix of the zip's name for each variant. The second is for a Python that no bundled wheel fits:
# Blender refuses the first there.
VARIANTS = {"full": "", "nowheels": "-nowheels"}


def build_variant(root: Path, variant: str, output: Path) -> Path:
    """Build one variant of the extension in `root` into the folder `output` and return the zip.

    Raises BuildError where something that belongs in the zip is missing.
    """
    with_wheels = variant == "full"
    if with_wheels:
        wheels.ensure(root)
    zip_path = output / f"{extension_name(root / FILENAME)}{VARIANTS[variant]}.zip"
    with tempfile.TemporaryDirectory() as temporary:
        stage(root, Path(temporary) / "extension", with_wheels)
        blender_tool.build(Path(temporary) / "extension", zip_path)
    return zip_path


def main() -> int:
    """Build what the command line asks for; 1 if that failed."""
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(
        prog="python -m tools.build", description="Builds the zips that Blender installs."
    )
    parser.add_argument("--variant", choices=[*VARIANTS, "all"], default="all")
    parser.add_argument("--output-dir", type=Path, default=root / "out" / "dist")
    arguments = parser.parse_args()
    chosen = VARIANTS if arguments.variant == "all" else [arguments.variant]
    try:
        for variant in chosen:
            zip_path = build_variant(root, variant, arguments.output_dir)
            print(f"{zip_path}: {zip_path.stat().st_size / 1e6:.1f} MB")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
