"""Features of viseme rigs, on mouths made by hand and on a voice the network was not trained on."""

import json
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.mapping import Link, Target, drive
from a2f.blender_audio2face.core.rigs.preset import Preset, preset_with_id, presets
from a2f.blender_audio2face.core.rigs.visemes import DERIVED, MOUTH_STATES, features

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.runtime import choose_runtime


@pytest.mark.parametrize(
    ("mouth", "seal"),
    [
        ({"jawOpen": 0.2, "mouthClose": 0.1}, 0.33),
        ({"jawOpen": 0.8, "mouthClose": 0.4}, 0.33),
        ({"jawOpen": 0.2, "mouthClose": 0.3}, 1.0),
        ({"jawOpen": 0.01, "mouthPressLeft": 0.2, "mouthPressRight": 0.2}, 1.0),
        ({"jawOpen": 0.04, "mouthPressLeft": 0.2, "mouthPressRight": 0.2}, 0.0),
        ({"mouthPressLeft": 0.15}, 0.5),
    ],
)  # fmt: skip
def test_lips_that_cover_the_jaw_s_opening_seal(mouth: dict[str, float], seal: float) -> None:
    names, values = features(tuple(mouth), np.array([list(mouth.values())], np.float32))
    made = dict(zip(names, values[0].tolist(), strict=True))
    assert made["lipSeal"] == made["sealed"] == pytest.approx(seal, abs=1e-3)


DATA = Path(__file__).parents[2] / "data"
PHONES = json.loads((DATA / "surprise.json").read_text(encoding="utf-8"))["phones"]
VISEMES = [preset for preset in presets() if preset.kind == "visemes"]
SMILE = {"mouthSmileLeft": 0.12, "mouthSmileRight": 0.12, "mouthStretchLeft": 0.1}
APART = {
    f"mouth{lip}{side}": 0.12 for lip in ("LowerDown", "UpperUp") for side in ("Left", "Right")
}
MOUTHS = {
    "silence": {},
    "m": {"jawOpen": 0.15, "mouthClose": 0.15, "mouthPressLeft": 0.2, "mouthPressRight": 0.2},
    "f": {"jawOpen": 0.04, "mouthRollLower": 0.55, "mouthUpperUpLeft": 0.14},
    "s": {"jawOpen": 0.08, **APART, "mouthLowerDownLeft": 0.27, "mouthLowerDownRight": 0.27},
    "a": {"jawOpen": 0.42, **APART},
    "i": {"jawOpen": 0.1, **APART, **SMILE, "mouthStretchRight": 0.1},
    "e": {"jawOpen": 0.23, **APART, **SMILE, "mouthStretchRight": 0.1},
    "o": {"jawOpen": 0.32, **APART, "mouthFunnel": 0.26, "mouthPucker": 0.25},
    "u": {"jawOpen": 0.1, **APART, "mouthFunnel": 0.2, "mouthPucker": 0.5},
}


def channels(mouth: dict[str, float]) -> np.ndarray:
    """One row [1, 52]."""
    return np.array([[mouth.get(name, 0.0) for name in ARKIT_52]], np.float32)


def weights(preset: Preset, values: np.ndarray) -> dict[str, np.ndarray]:
    """Output → [F], of the outputs that are mouths."""
    outputs = [o.name for o in preset.outputs if set(o.weights) & set(MOUTH_STATES)]
    links = [Link(name, Target("shape", name)) for name in outputs]
    return dict(zip(outputs, drive(ARKIT_52, values, preset, links), strict=True))


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return choose_runtime("numpy").predict(read_audio(DATA / "surprise.flac")).values


@pytest.mark.parametrize(
    ("preset_id", "expected"),
    [
        ("oculus", "viseme_sil viseme_PP viseme_FF viseme_SS viseme_aa viseme_I viseme_E viseme_O "
                   "viseme_U"),
        ("rhubarb", "X A G B D B C E F"),
        ("preston_blair", "rest MBP FV etc AI E E O U"),
        ("microsoft", "sil_00 p_b_m_21 f_v_18 s_z_15 aa_02 y_iy_ih_ix_06 ey_eh_uh_04 ao_03 "
                      "w_uw_07"),
        ("cc4", "- V_Explosive V_Dental_Lip V_Wide V_Open V_Wide V_Wide V_Tight_O V_Tight_O"),
        ("cc_direct", "- B_M_P F_V S_Z Ah EE AE Oh W_OO"),
        ("daz_visemes", "- eCTRLvM eCTRLvF eCTRLvS eCTRLvAA eCTRLvIY eCTRLvEH eCTRLvOW eCTRLvUW"),
        ("vowels", "- N - I A I E O U"),
        ("vrm1", "- - - ih aa ih ee oh ou"),
    ],
)  # fmt: skip
def test_typical_mouth_is_its_viseme(preset_id: str, expected: str) -> None:
    preset = preset_with_id(preset_id)
    for mouth, name in zip(MOUTHS, expected.split(), strict=True):
        made = {
            key: float(value[0]) for key, value in weights(preset, channels(MOUTHS[mouth])).items()
        }
        if name == "-":
            assert max(made.values()) < 0.05, mouth
        else:
            assert max(made, key=made.get) == name, (mouth, made)


@pytest.mark.parametrize("seed", range(3))
def test_mouth_states_sum_to_one(seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-0.2, 1.3, (400, 52)).astype(np.float32)
    names, derived = features(ARKIT_52, values)
    assert names == (*ARKIT_52, *DERIVED)
    assert np.array_equal(derived[:, :52], values)
    states = derived[:, 52 : 52 + len(MOUTH_STATES)]
    assert states.min() >= -1e-6
    np.testing.assert_allclose(states.sum(axis=1), 1.0, atol=1e-5)
    assert derived[:, 52:].max() <= 1.0 + 1e-6


@pytest.mark.parametrize("preset", VISEMES, ids=lambda preset: preset.id)
def test_visemes_of_speech_sum_to_at_most_one(voice: np.ndarray, preset: Preset) -> None:
    made = np.stack(list(weights(preset, voice).values()))
    assert made.min() >= -1e-6
    assert made.sum(axis=0).max() <= 1.0 + 1e-5
    assert made.sum(axis=0).max() > 0.9


@pytest.mark.parametrize(
    ("preset_id", "closed", "vowels"),
    [
        ("oculus", "viseme_PP", "viseme_aa viseme_E viseme_I viseme_O viseme_U"),
        ("rhubarb", "A", "C D E F"),
        ("cc4", "V_Explosive", "V_Open V_Wide V_Tight_O"),
    ],
)
def test_closures_of_speech_are_the_closed_viseme_alone(
    voice: np.ndarray, preset_id: str, closed: str, vowels: str
) -> None:
    made = weights(preset_with_id(preset_id), voice)
    open_mouths = sum(made[name] for name in vowels.split())
    peaks, beside = [], []
    for phone, start, end in PHONES:
        if phone in ("p", "b", "m"):
            span = slice(max(int(start * 100) - 3, 0), int(end * 100) + 4)
            at = int(np.argmax(made[closed][span]))
            peaks.append(made[closed][span][at])
            beside.append(open_mouths[span][at])
    assert len(peaks) >= 3
    assert np.median(peaks) > 0.95
    assert np.median(beside) < 0.05


def test_silence_is_the_silent_viseme_or_nothing() -> None:
    silence = choose_runtime("numpy").predict(np.zeros(16000, np.float32)).values
    for preset in VISEMES:
        for name, made in weights(preset, silence).items():
            silent = set(preset.output(name).weights) == {"rest"}
            assert made.min() > 0.9 if silent else made.max() < 0.1, (preset.id, name)
