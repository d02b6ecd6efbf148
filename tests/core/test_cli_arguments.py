"""The parser of Blender's command line, which needs no Blender."""

import sys

import pytest
from a2f.blender_audio2face.cli.arguments import OUTPUTS, REDUCTIONS, command_parser, dial
from a2f.blender_audio2face.cli.commands import run_arguments
from a2f.blender_audio2face.core.shaping.settings import RANGES, Dials
from a2f.model.command.console import ExitCode, UsageError


def parse(*arguments: str):
    return command_parser().parse_args(arguments)


def test_nothing_is_chosen_unasked() -> None:
    options = parse("bake")
    chosen = {name: value for name, value in vars(options).items() if value}
    assert chosen == {
        "command": "bake", "frame_start": 1, "progress": "none", "log_level": "info",
    }  # fmt: skip


def test_what_may_be_repeated_is_a_list() -> None:
    options = parse("bake", "--object", "a", "--object", "b", "--strip", "c", "--dial", "jaw=0.5")
    assert (options.object, options.strip, options.dial) == (["a", "b"], ["c"], [("jaw", 0.5)])


@pytest.mark.parametrize("command", ["bake --file a.wav", "apply a.csv"])
def test_frames_end_where_blenders_timeline_does(command: str) -> None:
    for frame in (-1_048_574, 1_048_574):
        assert parse(*command.split(), f"--frame-start={frame}").frame_start == frame
    for frame in (-1_048_575, 1_048_575):
        with pytest.raises(UsageError, match="must be a frame up to 1048574"):
            parse(*command.split(), f"--frame-start={frame}")


@pytest.mark.parametrize(
    "clash",
    [
        ("--strip", "a", "--channel", "2"),
        ("--channel", "2", "--file", "a.wav"),
        ("--all", "--speaker", "a"),
        ("--object", "a", "--speaker", "b"),
        ("--preset", "arkit", "--mapping", "m.json"),
    ],
)
def test_what_excludes_each_other_is_refused_in_one_line(clash, capsys) -> None:
    assert run_arguments(["bake", *clash]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", RANGES)
def test_every_dial_can_be_set_within_its_range(name: str, capsys) -> None:
    low, high = RANGES[name]
    for value in (low, high):
        found, number = dial(f"{name}={value:.0f}")
        assert getattr(Dials(**{found: number}), name) == value
    assert run_arguments(["bake", "--dial", f"{name}={high + 1}"]) == ExitCode.USAGE


@pytest.mark.parametrize("text", ["jaw", "jaw=", "jaw=nan", "blinks=maybe", "seed=1.5", "=1"])
def test_no_dial(text: str, capsys) -> None:
    assert run_arguments(["bake", "--dial", text]) == ExitCode.USAGE


def test_blinks_are_on_or_off() -> None:
    assert dial("blinks=off") == ("blinks", False)
    assert dial("blinks=on") == ("blinks", True)


@pytest.mark.parametrize("text", ["0", "0.3", "much"])
def test_tolerance_has_its_range(text: str, capsys) -> None:
    assert run_arguments(["bake", "--tolerance", text]) == ExitCode.USAGE


def test_choices_are_those_of_the_panel() -> None:
    assert set(OUTPUTS.values()) == {"ACTION", "NLA", "ACTIVE"}
    assert set(REDUCTIONS.values()) == {"REDUCED", "EVERY_FRAME"}


def test_help_ends_well(capsys) -> None:
    assert run_arguments(["bake", "--help"]) == ExitCode.DONE
    assert "--force" in capsys.readouterr().out


def test_presets_need_no_blender(capsys, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "bpy", None)
    assert run_arguments(["presets"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith("arkit")
    assert run_arguments(["presets", "klingon"]) == ExitCode.REFUSED


def test_codes_never_change() -> None:
    assert {one.name: int(one) for one in ExitCode} == {
        "DONE": 0, "REFUSED": 1, "USAGE": 2, "NOT_WRITTEN": 3, "FAILED": 4,
    }  # fmt: skip
