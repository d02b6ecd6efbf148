"""Builds the zips that Blender installs: `python -m tools.build --help`."""

import argparse
import sys
from collections.abc import Iterator
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
        for zip_path in _build(root, arguments):
            print(f"{zip_path}: {zip_path.stat().st_size / 1e6:.1f} MB")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.gpu:
        print(
            "For your own machines only: extensions.blender.org does not take a zip of this size."
        )
    return 0


def _build(root: Path, arguments: argparse.Namespace) -> Iterator[Path]:
    """The zips asked for, each as soon as it is built."""
    output, gpu = arguments.output_dir, arguments.gpu
    manifest = (root / FILENAME).read_text("utf-8")
    if gpu:
        target = torch_wheels.target(gpu, arguments.python, arguments.platform)
        wheels.ensure(root)
        chosen = torch_wheels.fetch(root, gpu, target, arguments.index)
        manifest = with_wheels(manifest, [wheel.name for wheel in chosen], target.platform)
        suffix = f"-torch-{gpu}-{target.platform}-{target.abi}"
        yield build_zip(root, output, suffix, manifest, chosen)
        return
    if arguments.variant != "nowheels":
        wheels.ensure(root)
        yield build_zip(root, output, "", manifest, wheels.listed(root))
    if arguments.variant != "full":
        # For a Python that no bundled wheel fits: Blender refuses the full zip there.
        yield build_zip(root, output, "-nowheels", without_wheels(manifest))


if __name__ == "__main__":
    sys.exit(main())
