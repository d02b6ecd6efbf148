"""``python -m tools.bench --zip ZIP --out docs``: measure everything, write performance.md there.

``--raw`` keeps the figures; ``--figures`` makes the report of figures kept before, also of several
machines: the first is the one that is judged, GPUs may come from others.
"""

import argparse
import tempfile
from pathlib import Path

from . import report
from .figures import Figures, read_figures, write_figures
from .processes import StageError
from .schedule import FULL, QUICK, Bench


def main() -> None:
    """Reads the command line, measures or reads figures, and writes the report."""
    options = _options()
    if options.figures:
        found = [one for path in options.figures for one in read_figures(path)]
    else:
        found = [_measured(options)]
    if options.raw:
        write_figures(options.raw, found)
    if options.out:
        for path in report.write(options.out, found):
            print(path)


def _measured(options: argparse.Namespace) -> Figures:
    plan = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="audio2face-bench-") as folder:
        try:
            package = options.zip.resolve()
            return Bench(package, Path(folder), plan, _say, options.blender).run()
        except StageError as error:
            raise SystemExit(str(error)) from error


def _say(line: str) -> None:
    print(line, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--zip", type=Path, help="the extension, as make build makes it")
    source.add_argument("--figures", type=Path, nargs="+", help="files that --raw wrote")
    parser.add_argument("--blender", help="a Blender that can open a window, to measure it as well")
    parser.add_argument("--quick", action="store_true", help="short clips, once: a trial")
    parser.add_argument("--raw", type=Path, help="file for the figures")
    parser.add_argument("--out", type=Path, help="folder for the report, its plot and figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
