"""Guesses from geometry, on the demo head's shape keys without their names."""

from collections.abc import Callable

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.geometry import Guess, face_frame, guess
from a2f.blender_audio2face.demo_head.asset import HEAD, read_asset

from tools.demo import movements

Head = tuple[list[str], np.ndarray, np.ndarray]
SPEECH = (
    "jawOpen",
    "mouthClose",
    "mouthPucker",
    "mouthFunnel",
    "mouthSmileLeft",
    "mouthSmileRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "browInnerUp",
    "browDownLeft",
    "browDownRight",
    "mouthLowerDownLeft",
    "mouthUpperUpRight",
)


@pytest.fixture(scope="module")
def head() -> Head:
    """Names of the shape keys in another order, points [V, 3] and offsets [K, V, 3]."""
    asset = read_asset(HEAD)
    names = list(asset.keys)
    order = np.random.default_rng(7).permutation(len(names))
    offsets = np.stack([asset.keys[names[place]] for place in order])
    return [names[place] for place in order], asset.shapes[0].points, offsets


def found(names: list[str], guesses: tuple[Guess, ...]) -> dict[str, str]:
    """Channel → name of the shape key that was guessed."""
    return {output: names[each.shape] for each in guesses for output in each.outputs}


def test_every_channel_is_found_without_its_name(head: Head) -> None:
    names, points, offsets = head
    guesses = guess(points, offsets)
    assert found(names, guesses) == {name: name for name in names}
    assert all(0.9 < each.score <= 1.0 for each in guesses)


def turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    angle = np.radians(degrees)
    turn = np.array(
        [[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    return lambda points: (points @ turn).astype(np.float32)


@pytest.mark.parametrize(
    "change",
    [
        turned(90.0),
        turned(180.0),
        turned(-90.0),
        lambda points: points[..., [0, 2, 1]] * np.float32([1.0, 1.0, -1.0]),
        lambda points: points * np.float32(100.0),
        lambda points: points * np.float32([1.3, 1.0, 1.0]),
        lambda points: points * np.float32([1.0, 0.8, 1.25]),
    ],
    ids=["right", "back", "left", "y up", "hundredfold", "wide", "long"],
)
def test_speech_is_found_on_other_proportions(
    head: Head, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    names, points, offsets = head
    guessed = found(names, guess(change(points) + np.float32(3.0), change(offsets)))
    assert {name: guessed.get(name) for name in SPEECH} == dict(zip(SPEECH, SPEECH, strict=True))
    assert sum(guessed.get(name) == name for name in names) >= 48


def test_weak_and_strong_shapes_are_found(head: Head) -> None:
    names, points, offsets = head
    for strength in (0.6, 1.8):
        guessed = found(names, guess(points, offsets * np.float32(strength)))
        assert {name: guessed.get(name) for name in SPEECH} == dict(
            zip(SPEECH, SPEECH, strict=True)
        )


def test_one_shape_for_both_sides_is_linked_to_both_channels(head: Head) -> None:
    names, points, offsets = head
    sums: dict[str, np.ndarray] = {}
    for name, offset in zip(names, offsets, strict=True):
        sided = name not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
        base = name.removesuffix("Left").removesuffix("Right") if sided else name
        if not base.startswith(("eyeLookIn", "eyeLookOut")):
            sums[base] = sums.get(base, np.float32(0.0)) + offset
    shared = list(sums)
    guesses = guess(points, np.stack(list(sums.values())))
    by_name = {shared[each.shape]: each.outputs for each in guesses}
    assert by_name["eyeBlink"] == ("eyeBlinkLeft", "eyeBlinkRight")
    assert by_name["mouthSmile"] == ("mouthSmileLeft", "mouthSmileRight")
    assert by_name["jawOpen"] == ("jawOpen",)
    assert len(by_name) == len(shared)


def test_of_whole_mouths_only_what_is_sure_is_guessed(head: Head) -> None:
    names, points, offsets = head
    known = dict(zip(names, offsets, strict=True))
    mouths = {
        "aa": {"jawOpen": 0.8, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
        "ih": {"jawOpen": 0.2, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5},
        "ou": {"jawOpen": 0.15, "mouthPucker": 0.9},
        "ee": {"jawOpen": 0.3, "mouthSmileLeft": 0.5, "mouthSmileRight": 0.5},
        "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    }
    shapes = [
        sum(np.float32(value) * known[name] for name, value in mixture.items())
        for mixture in mouths.values()
    ]
    guessed = found(list(mouths), guess(points, np.stack(shapes)))
    assert guessed["jawOpen"] == "aa"
    assert guessed["eyeBlinkLeft"] == guessed["eyeBlinkRight"] == "blink"
    assert len(guessed) <= 5


def test_shapes_of_the_body_do_not_mislead(head: Head) -> None:
    names, points, offsets = head
    fat = points * np.float32(0.1)
    tall = np.zeros_like(points)
    tall[:, 2] = points[:, 2] * 0.2
    guessed = found(
        [*names, "fat", "tall", "empty"],
        guess(points, np.concatenate([offsets, np.stack([fat, tall, np.zeros_like(fat)])])),
    )
    assert {name: guessed.get(name) for name in SPEECH} == dict(zip(SPEECH, SPEECH, strict=True))
    assert "empty" not in guessed.values()


@pytest.mark.parametrize(
    ("points", "shapes"), [(0, 0), (0, 3), (8, 0), (8, 1), (8, 3), (1, 2)], ids=str
)
def test_what_is_no_face_gives_no_guess(points: int, shapes: int) -> None:
    random = np.random.default_rng(points + shapes)
    rest = random.normal(size=(points, 3)).astype(np.float32)
    moved = random.normal(size=(shapes, points, 3)).astype(np.float32)
    assert guess(rest, moved) == ()
    assert guess(rest, np.zeros_like(moved)) == ()


def test_frame_is_at_the_mouth_and_the_eyes(head: Head) -> None:
    _, points, offsets = head
    frame = face_frame(points, offsets)
    assert frame is not None
    assert frame.mouth == pytest.approx(movements.MOUTH, abs=0.05)
    assert frame.eyes == pytest.approx(movements.EYES, abs=0.05)
    assert frame.eye == pytest.approx(movements.EYE, abs=0.05)
    assert np.array_equal(frame.turn, np.eye(3))


def test_file_of_movements_is_what_the_tool_writes() -> None:
    assert movements.geometry.FILE.read_text("utf-8") == movements.text()
