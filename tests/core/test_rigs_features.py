"""Half-way between two levels a feature is half there, or what the cubic makes of it."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.visemes import features

BOTH_SIDES = {
    "mouthPress",
    "mouthLowerDown",
    "mouthUpperUp",
    "mouthSmile",
    "mouthStretch",
    "mouthDimple",
}


def derived(**channels: float) -> dict[str, float]:
    """The features of one mouth; a channel without its side stands for both."""
    sides = {
        f"{name}{side}": value
        for name, value in channels.items()
        for side in (("Left", "Right") if name in BOTH_SIDES else ("",))
    }
    names, values = features(tuple(sides), np.array([list(sides.values())], np.float32))
    return dict(zip(names, values[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ({"jawOpen": 0.2, "mouthClose": 0.1}, 0.33),
        ({"jawOpen": 0.8, "mouthClose": 0.4}, 0.33),
        ({"jawOpen": 1.3, "mouthClose": 0.5}, 0.33),
        ({"jawOpen": 0.2, "mouthClose": 0.3}, 1.0),
        ({"jawOpen": 0.01, "mouthPress": 0.2}, 1.0),
        ({"jawOpen": 0.04, "mouthPress": 0.2}, 0.0),
        ({"mouthClose": 0.035}, 0.5),
        ({"mouthPress": 0.075}, 0.5),
        ({"mouthPress": 0.075, "mouthClose": 0.0225}, 0.5),
        ({"mouthPressLeft": 0.15}, 0.5),
    ],
)  # fmt: skip
def test_lips_seal_when_they_make_up_for_the_jaw_and_mean_to(
    channels: dict[str, float], expected: float
) -> None:
    assert derived(**channels)["lipSeal"] == pytest.approx(expected, abs=1e-3)
    assert derived(**channels)["sealed"] == derived(**channels)["lipSeal"]


@pytest.mark.parametrize(
    "channels",
    [
        {"jawOpen": 0.095},
        {"jawOpen": 0.105, "mouthClose": 0.01},
        {"mouthUpperUp": 0.38},
        {"mouthUpperUp": 0.19, "mouthLowerDown": 0.19},
        {"mouthUpperUp": 0.19, "mouthLowerDown": 0.19, "mouthClose": 0.03},
        {"mouthPucker": 0.35, "mouthFunnel": -0.3},
        {"mouthPucker": 0.15, "mouthFunnel": 0.2},
    ],
)
def test_a_mouth_half_open_or_half_round_is_half_at_rest(channels: dict[str, float]) -> None:
    made = derived(**channels)
    assert made["rest"] == pytest.approx(0.5 * (1 - made["lipSeal"]), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("rounding", {"mouthPucker": 0.15, "mouthFunnel": 0.2}),
        ("spread", {"mouthSmile": 0.05, "mouthStretch": 0.05, "mouthDimple": 0.06}),
        ("tongueUp", {"tongueOut": 0.0325}),
        ("tucked", {"mouthRollLower": 0.335}),
        ("hissed", {"jawOpen": 0.1, "mouthLowerDown": 0.18, "jawForward": 0.02}),
        ("open", {"jawOpen": 0.29}),
        ("midNeutral", {"jawOpen": 0.17}),
    ],
)
def test_half_way_between_its_levels_a_feature_is_half_there(
    name: str, channels: dict[str, float]
) -> None:
    assert derived(**channels)[name] == pytest.approx(0.5, abs=1e-5)


def test_hushing_takes_a_funnel_and_a_jaw_in_front() -> None:
    made = derived(jawOpen=0.2, mouthFunnel=0.225, mouthPucker=0.1, jawForward=0.04)
    assert [made["hushed"], made["hissed"]] == pytest.approx([0.125, 0.125], abs=1e-5)


def test_the_cubic_starts_and_ends_level() -> None:
    made = [derived(mouthRollLower=0.22 + 0.23 * t)["tucked"] for t in (0.0, 0.1, 0.25, 0.9, 1.0)]
    assert made == pytest.approx([0.0, 0.028, 0.15625, 0.972, 1.0], abs=1e-5)
