"""Builds the zips that Blender installs: `python -m tools.build --help`."""

import argparse
import sys
from pathlib import Path

from . import torch_wheels, wheels
from .extension_zip import build_zip
from .manifest import FILENAME, BuildError, with_wheels, without_wheels


def main() -> int:
    """Build what the command line asks for; 1 if that failed."""
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument("--variant", choices=["full", "nowheels", "all"], default="all")
    parser.add_argument("--output-dir", type=Path, default=root / "out" / "dist")
    torch = parser.add_argument_group("one zip that holds PyTorch, instead of the usual ones")
    torch.add_argument("--gpu", choices=torch_wheels.GPUS)
    torch.add_argument("--python", default="3.11", help="Blender's Python")
    torch.add_argument("--platform", help="of Blender; this machine's by default")
    torch.add_argument("--index", help="PyTorch's package index, for another CUDA")
    arguments = parser.parse_args()
    try:
        if arguments.gpu:
            target = torch_wheels.target(arguments.gpu, arguments.python, arguments.platform)
            _build_with_torch(root, arguments.output_dir, arguments.gpu, target, arguments.index)
        if not arguments.gpu and arguments.variant != "nowheels":
            _build_full(root, arguments.output_dir)
        if not arguments.gpu and arguments.variant != "full":
            _build_without_wheels(root, arguments.output_dir)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _build_full(root: Path, output: Path) -> None:
    wheels.ensure(root)
    manifest = (root / FILENAME).read_text("utf-8")
    _report(build_zip(root, output, "", manifest, wheels.listed(root)))


def _build_without_wheels(root: Path, output: Path) -> None:
    """For a Python that no bundled wheel fits: Blender refuses the full zip there."""
    manifest = without_wheels((root / FILENAME).read_text("utf-8"))
    _report(build_zip(root, output, "-nowheels", manifest))


def _build_with_torch(
    root: Path, output: Path, gpu: str, target: wheels.Target, index: str | None
) -> None:
    wheels.ensure(root)
    chosen = torch_wheels.fetch(root, gpu, target, index)
    manifest = (root / FILENAME).read_text("utf-8")
    manifest = with_wheels(manifest, [wheel.name for wheel in chosen], target.platform)
    suffix = f"-torch-{gpu}-{target.platform}-{target.abi}"
    _report(build_zip(root, output, suffix, manifest, chosen))
    print("For your own machines only: extensions.blender.org does not take a zip of this size.")


def _report(zip_path: Path) -> None:
    print(f"{zip_path}: {zip_path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
