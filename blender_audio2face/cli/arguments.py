"""The parser of the command line."""

import argparse
from collections.abc import Callable
from pathlib import Path

from ...model.command import predict
from ...model.command.batch import command as batch
from ...model.command.console import CommandParser, common_options, force_option, number_in
from ...model.runtime import DEVICES, RUNTIMES
from ..core.shaping.settings import RANGES
from ..core.sound.sound_selection import MOST_SOUND_CHANNELS
from ..core.sound.strip_timing import LAST_FRAME

OUTPUTS = {"action": "ACTION", "nla": "NLA", "active": "ACTIVE"}
REDUCTIONS = {
    "poses": "POSES",
    "few": "REDUCED",
    "every-frame": "EVERY_FRAME",
    "stepped": "STEPPED",
}
_TRUTH = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}


def command_parser(path_of: Callable[[str], Path] = Path) -> argparse.ArgumentParser:
    """The parser of ``blender --command audio2face``.

    Args:
        path_of: makes a path of an argument; may raise ArgumentTypeError.
    """
    parser = CommandParser(
        prog="blender -b FILE.blend --command audio2face",
        description="Speech to keys on faces, without a window. See docs/farm.md.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    common, force = common_options(), force_option()
    keying, face, sound, saved = _keying(), _face(), _sound(), _saved()
    commands.add_parser(
        "bake",
        parents=[face, sound, keying, _network(), saved, force, common],
        help="key faces from the sound they speak, and save the .blend",
    )
    apply = commands.add_parser(
        "apply",
        parents=[face, keying, saved, force, common],
        help="key a face from a file of curves, and save the .blend",
    )
    apply.add_argument("curves", type=Path, help="CSV, CSV of Live Link Face, JSON or NPZ")
    apply.add_argument("--name", help="what the keys are known by; the file's name if not given")
    apply.add_argument("--frame-start", type=_frame, default=1, help="frame of the first row")
    batch.add_arguments(
        commands.add_parser("batch", parents=[force, common], help="do the rows of a manifest")
    )
    commands.add_parser(
        "inspect",
        parents=[face, sound, keying, _network(), common],
        help="say what would be baked, with the mapping and its gaps; changes nothing",
    )
    predict.add_arguments(
        commands.add_parser(
            "predict", parents=[force, common], help="write the curves of a sound file"
        )
    )
    commands.add_parser("worker", help="what batch starts; not for people")
    presets = commands.add_parser(
        "presets", parents=[common], help="list the rigs that are known, or the controls of one"
    )
    presets.add_argument("preset", nargs="?", help="id of one preset")
    for command in commands.choices.values():
        command.register("type", Path, path_of)
    return parser


def _face() -> CommandParser:
    parser = CommandParser(add_help=False)
    group = parser.add_argument_group("whose face; every character of the scene if not given")
    choice = group.add_mutually_exclusive_group()
    choice.add_argument("--all", action="store_true", help="every character of the scene")
    choice.add_argument(
        "--speaker", action="append", default=[], help="a character; may be repeated"
    )
    choice.add_argument(
        "--object",
        action="append",
        default=[],
        help="a mesh or armature of one face; may be repeated; a new face becomes a character",
    )
    group.add_argument("--scene", help="the face's scene; the open one if not given")
    return parser


def _sound() -> CommandParser:
    parser = CommandParser(add_help=False)
    group = parser.add_argument_group("which sound; the character's own if not given")
    choice = group.add_mutually_exclusive_group()
    choice.add_argument("--strip", action="append", default=[], help="a strip; may be repeated")
    choice.add_argument("--channel", type=int, help="all sound strips on a channel")
    choice.add_argument("--file", help="a sound file that is not in the sequencer")
    group.add_argument("--frame-start", type=_frame, default=1, help="first frame of --file")
    group.add_argument(
        "--sound-channel",
        type=channel_number,
        metavar="CHANNEL",
        help="channel of the sound that is the voice: mix, left, right or a number",
    )
    return parser


def _keying() -> CommandParser:
    parser = CommandParser(add_help=False)
    group = parser.add_argument_group("how it is keyed; as the character has it if not given")
    rig = group.add_mutually_exclusive_group()
    rig.add_argument("--preset", help="id of a rig preset")
    rig.add_argument("--mapping", type=Path, help="a mapping saved as JSON")
    group.add_argument("--into", choices=OUTPUTS, help="own Action, NLA strip, or active Action")
    group.add_argument("--keys", choices=REDUCTIONS, help="how many keys are written")
    group.add_argument("--hold", type=_hold, help="frames that stepped keys hold a pose, 2-12")
    group.add_argument("--tolerance", type=_tolerance, help="how far few keys may stray, 0.001-0.2")
    group.add_argument(
        "--dial",
        action="append",
        default=[],
        type=dial,
        metavar="NAME=VALUE",
        help=f"may be repeated; one of blinks, {', '.join(RANGES)}",
    )
    return parser


def _network() -> CommandParser:
    parser = CommandParser(add_help=False)
    group = parser.add_argument_group("the network")
    group.add_argument("--runtime", choices=RUNTIMES, help="as the preferences say if not given")
    group.add_argument("--device", choices=DEVICES, help="what torch runs on; likewise")
    group.add_argument("--weights", type=Path, help="an .npz; as the scene says if not given")
    return parser


def _saved() -> CommandParser:
    parser = CommandParser(add_help=False)
    parser.add_argument(
        "-o", "--output", type=Path, help=".blend to write; the open one is replaced if not given"
    )
    return parser


def channel_number(text: str) -> int:
    """A channel of a sound, counted from 1; 0 for a mix of all."""
    named = {"mix": 0, "left": 1, "right": 2}
    number = named.get(text.lower(), int(text) if text.isdecimal() else -1)
    if not 0 <= number <= MOST_SOUND_CHANNELS:
        raise argparse.ArgumentTypeError(
            f"must be mix, left, right or a number up to {MOST_SOUND_CHANNELS}"
        )
    return number


def _frame(text: str) -> int:
    number = number_in(text)
    if not abs(number) <= LAST_FRAME or number != round(number):
        raise argparse.ArgumentTypeError(f"must be a frame up to {LAST_FRAME}")
    return int(number)


def _hold(text: str) -> int:
    number = number_in(text)
    if number not in range(2, 13):
        raise argparse.ArgumentTypeError("must be a whole number, 2 to 12")
    return int(number)


def _tolerance(text: str) -> float:
    number = number_in(text)
    if not 0.001 <= number <= 0.2:
        raise argparse.ArgumentTypeError("must be 0.001 to 0.2")
    return number


def dial(text: str) -> tuple[str, object]:
    """(name, value) of ``NAME=VALUE``. Raises ArgumentTypeError for what is no dial."""
    name, equals, value = text.partition("=")
    if name == "blinks" and value in _TRUTH:
        return name, _TRUTH[value]
    if name not in RANGES or not equals:
        raise argparse.ArgumentTypeError(
            f"{text} has to be one of {', '.join(RANGES)} or blinks=on"
        )
    low, high = RANGES[name]
    number = int(value) if name == "seed" and value.isdecimal() else number_in(value)
    if not low <= number <= high or (name == "seed" and not isinstance(number, int)):
        raise argparse.ArgumentTypeError(f"{name} must be {low:g} to {high:g}")
    return name, number
