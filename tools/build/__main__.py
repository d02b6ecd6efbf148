"""Builds the zips that Blender installs: `python -m tools.build --help`."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import blender_tool, wheels
from .errors import BuildError
from .manifest import FILENAME, extension_name, wheel_names, with_wheels, without_wheels
from .sbom import write_papers
from .staging import stage
from .torch_build import GPUS, TorchBuild, all_wheels, wanted_build

# Suffix of the zip's name for each variant. The second is for a Python that no bundled wheel fits:
# Blender refuses the first there.
VARIANTS = {"full": "", "nowheels": "-nowheels"}


def build_variant(root: Path, variant: str, output: Path) -> Path:
    """Build one variant of the extension in `root` into the folder `output` and return the zip.

    Raises BuildError where something that belongs in the zip is missing.
    """
    manifest = (root / FILENAME).read_text("utf-8")
    if variant != "full":
        return _build(root, without_wheels(manifest), (), output, VARIANTS[variant])
    wheels.ensure(root)
    listed = [root / "wheels" / name for name in wheel_names(root / FILENAME)]
    return _build(root, manifest, listed, output, VARIANTS[variant])


def build_with_torch(root: Path, build: TorchBuild, output: Path) -> Path:
    """Build the zip that holds torch as well, for one Python on one platform, and return it.

    Raises BuildError where a wheel cannot be had.
    """
    chosen = all_wheels(root, build)
    manifest = with_wheels(
        (root / FILENAME).read_text("utf-8"),
        [wheel.name for wheel in chosen],
        build.target.platform,
    )
    return _build(root, manifest, chosen, output, f"-torch-{build.name}")


def _build(root: Path, manifest: str, chosen: Sequence[Path], output: Path, suffix: str) -> Path:
    zip_path = output / f"{extension_name(root / FILENAME)}{suffix}.zip"
    output.mkdir(parents=True, exist_ok=True)
    # Beside the zip: gigabytes of wheels may be more than the system's temporary folder holds.
    with tempfile.TemporaryDirectory(dir=output, prefix=".staging-") as temporary:
        stage(root, Path(temporary) / "extension", manifest, chosen)
        blender_tool.build(Path(temporary) / "extension", zip_path)
    write_papers(zip_path)
    return zip_path


def main() -> int:
    """Build what the command line asks for; 1 if that failed."""
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(
        prog="python -m tools.build", description="Builds the zips that Blender installs."
    )
    parser.add_argument("--variant", choices=[*VARIANTS, "all"], default="all")
    parser.add_argument("--gpu", choices=GPUS, help="instead: one zip that holds torch as well")
    parser.add_argument("--python", default="3.11", help="Blender's Python, with --gpu")
    parser.add_argument("--platform", help="with --gpu; this system's if not given")
    parser.add_argument("--output-dir", type=Path, default=root / "out" / "dist")
    arguments = parser.parse_args()
    try:
        if arguments.gpu:
            build = wanted_build(arguments.gpu, arguments.python, arguments.platform)
            _say(build_with_torch(root, build, arguments.output_dir))
            print(
                "It is for your own machines: extensions.blender.org would not take a zip of this "
                "size."
            )
            return 0
        for variant in VARIANTS if arguments.variant == "all" else [arguments.variant]:
            _say(build_variant(root, variant, arguments.output_dir))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _say(zip_path: Path) -> None:
    print(f"{zip_path}: {zip_path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
