"""Command lines."""

import argparse

from a2f.blender_audio2face.cli.arguments import command_parser
from a2f.model.command.batch.row_numbers import row_numbers
from a2f.model.command.console import UsageError

from .target import Target, expect, expect_finite

_LINES = (
    b"bake --speaker a --dial jaw=0.5 --dial seed=7 --tolerance 0.01 --into nla -o b.blend",
    b"apply a.csv --frame-start 12 --name b --object c --dial blinks=off",
    b"batch a.csv --rows 1-3,7 --jobs 2 --timeout 5 --inside . --device cpu",
    b"predict a.wav b.csv --fps 24 --format livelink --json --log-level error",
    b"inspect --channel 3 --preset arkit",
)
_FARTHEST_FRAME = 1 << 22
_PARSER = command_parser()


def _check_line(data: bytes) -> None:
    """Words of a command line; what argparse calls an error is one sentence with --help's."""
    words = data.decode("utf-8", "surrogateescape").split(" ")
    if any(word.startswith(("-h", "--h")) for word in words):
        return
    try:
        options = _PARSER.parse_args(words)
    except UsageError as error:
        expect(str(error).isprintable() and len(str(error)) < 2000, repr(str(error))[:3000])
        return
    expect(abs(getattr(options, "frame_start", 1)) < _FARTHEST_FRAME, "a far frame")
    expect_finite([value for _, value in getattr(options, "dial", ())])
    fps = getattr(options, "fps", None)
    expect(fps is None or 0.0 < fps < 1e5, f"{fps} rows a second")


def _check_rows(data: bytes) -> None:
    try:
        found = row_numbers(data.decode("utf-8", "surrogateescape"))
    except argparse.ArgumentTypeError as error:
        expect(len(str(error)) < 2000, "long")
        return
    expect(all(one and one[0] > 0 for one in found), "rows that there are not")


TARGETS = (
    Target("arguments", lambda: list(_LINES), _check_line, (), 256),
    Target("row-numbers", lambda: [b"1-10,15"], _check_rows, (), 5000),
)
