"""The parser of Blender's command line, which needs no Blender."""

import pytest
from a2f.blender_audio2face.cli.arguments import command_parser, dial
from a2f.blender_audio2face.core.shaping.settings import RANGES, Dials
from a2f.model.command.console import UsageError


def parse(*arguments: str):
    return command_parser().parse_args(arguments)


def test_options_default_to_nothing() -> None:
    options = parse("bake")
    chosen = {name: value for name, value in vars(options).items() if value}
    assert chosen == {
        "command": "bake", "frame_start": 1, "progress": "none", "log_level": "info",
    }  # fmt: skip


def test_repeated_options_are_lists() -> None:
    options = parse("bake", "--object", "a", "--object", "b", "--strip", "c", "--dial", "jaw=0.5")
    assert (options.object, options.strip, options.dial) == (["a", "b"], ["c"], [("jaw", 0.5)])


@pytest.mark.parametrize("command", ["bake --file a.wav", "apply a.csv"])
def test_frames_end_with_blenders_timeline(command: str) -> None:
    for frame in (-1_048_574, 1_048_574):
        assert parse(*command.split(), f"--frame-start={frame}").frame_start == frame
    for frame in (-1_048_575, 1_048_575):
        with pytest.raises(UsageError, match="must be a frame up to 1048574"):
            parse(*command.split(), f"--frame-start={frame}")


def test_channel_of_the_sound_is_a_word_or_a_number() -> None:
    for text, number in (("mix", 0), ("left", 1), ("Right", 2), ("3", 3), ("64", 64)):
        assert parse("bake", "--sound-channel", text).sound_channel == number
    for text in ("middle", "-1", "65", "1.5", ""):
        with pytest.raises(UsageError, match="must be mix, left, right or a number up to 64"):
            parse("bake", f"--sound-channel={text}")


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
def test_contradicting_options_are_refused_in_one_line(clash) -> None:
    with pytest.raises(UsageError) as caught:
        parse("bake", *clash)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", RANGES)
def test_dial_is_set_within_its_range(name: str) -> None:
    low, high = RANGES[name]
    for value in (low, high):
        found, number = dial(f"{name}={value:.0f}")
        assert getattr(Dials(**{found: number}), name) == value
    with pytest.raises(UsageError):
        parse("bake", "--dial", f"{name}={high + 1}")


@pytest.mark.parametrize("text", ["jaw", "jaw=", "jaw=nan", "blinks=maybe", "seed=1.5", "=1"])
def test_other_dials_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse("bake", "--dial", text)


def test_blinks_are_on_or_off() -> None:
    assert dial("blinks=off") == ("blinks", False)
    assert dial("blinks=on") == ("blinks", True)


@pytest.mark.parametrize("text", ["0", "0.3", "much"])
def test_tolerance_outside_its_range_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse("bake", "--tolerance", text)


@pytest.mark.parametrize("text", ["1", "13", "2.5", "twos"])
def test_hold_outside_its_range_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse("bake", "--keys", "stepped", "--hold", text)


@pytest.mark.parametrize("keys", ["poses", "few", "every-frame", "stepped"])
def test_kinds_of_keys_are_known(keys: str) -> None:
    assert parse("bake", "--keys", keys, "--hold", "3").hold == 3
