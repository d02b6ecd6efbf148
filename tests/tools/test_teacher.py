"""The teacher: phones move the mouth, pitch, loudness and arousal the upper face."""

import numpy as np
import pytest

from model.channels import ARKIT_52
from model.lip_seal import apply_seal, lip_opening
from tools.data.phones import PHONES
from tools.teacher.articulation import ARTICULATORS, targets_of
from tools.teacher.coarticulation import articulators
from tools.teacher.prosody import arousals, prosody, voice_statistics
from tools.teacher.targets import make_targets


def spoken(text: str, seconds: float = 0.12) -> list[tuple[str, float, float]]:
    phones = text.split()
    return [(phone, seconds * i, seconds * (i + 1)) for i, phone in enumerate(phones)]


def channels(text: str, seconds: float = 0.12) -> np.ndarray:
    phones = spoken(text, seconds)
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.1, round(phones[-1][2] * 16000)).astype(np.float32)
    return apply_seal(ARKIT_52, make_targets(phones, samples))


def column(values: np.ndarray, name: str) -> np.ndarray:
    return values[:, ARKIT_52.index(name)]


@pytest.mark.parametrize("phone", PHONES)
def test_every_phone_has_targets(phone: str) -> None:
    table = targets_of(phone)
    assert table.keys() == ARTICULATORS.keys()
    assert all(0 <= target <= 1 and dominance >= 0 for target, dominance in table.values())


@pytest.mark.parametrize("seconds", [0.04, 0.12])
@pytest.mark.parametrize("phone", ["p", "b", "m"])
def test_bilabial_seals_between_open_vowels(phone: str, seconds: float) -> None:
    opening = lip_opening(ARKIT_52, channels(f"sil ɑ {phone} ɑ sil", seconds))
    closure = opening[round(2 * seconds * 100) : round(3 * seconds * 100)]
    assert closure.min() == pytest.approx(0, abs=1e-6)
    assert opening.max() > 0.2


def test_labiodental_tucks_the_lower_lip() -> None:
    values = channels("sil ɑ f ɑ sil")
    assert column(values, "mouthRollLower")[30] > 0.6
    assert lip_opening(ARKIT_52, values)[30] < 0.25 * lip_opening(ARKIT_52, values).max()


def test_rounding_leads_its_vowel() -> None:
    moves = articulators(spoken("sil t s t u t s t sil"), 108)
    pucker = moves[:, list(ARTICULATORS).index("pucker")]
    start, end = 48, 60
    assert pucker[start - 4] > 0.4 * pucker[start:end].max()


def test_silence_is_at_rest() -> None:
    values = channels("sil sil sil sil ɑ", 0.2)
    assert np.abs(values[:60, : ARKIT_52.index("browDownLeft")]).max() < 0.02


def test_pitch_accents_lift_the_brows() -> None:
    time = np.arange(32000) / 16000
    pitch = np.where((time > 1.0) & (time < 1.4), 180.0, 120.0)
    voice = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / 16000)).astype(np.float32) * 0.1
    brow = column(make_targets([("ɑ", 0.0, 2.0)], voice), "browInnerUp")
    assert brow[120] > 0.2
    assert brow[30] < 0.05


def test_prosody_ignores_level() -> None:
    rng = np.random.default_rng(1)
    voice = (rng.normal(0, 0.1, 16000) * np.linspace(0.2, 1, 16000)).astype(np.float32)
    assert np.allclose(prosody(voice).level, prosody(0.05 * voice).level, atol=0.05)


def voice(hertz: float, swing: float, slope: float) -> np.ndarray:
    """Harmonics of a pitch that swings by so many semitones, each k-th at k ** -slope."""
    time = np.arange(24000) / 16000
    pitch = hertz * 2 ** (swing / 12 * np.sin(2 * np.pi * 1.5 * time))
    phase = 2 * np.pi * np.cumsum(pitch) / 16000
    sound = sum(np.sin(k * phase) * k**-slope for k in range(1, 20))
    return (0.1 * sound / sound.std()).astype(np.float32)


def test_arousal_ignores_level() -> None:
    sounds = [voice(180.0, 4.0, 0.5), 0.05 * voice(230.0, 4.0, 0.4), voice(120.0, 0.5, 1.6)]
    excited, louder_only, bored = arousals(sounds, ["anna"] * 3)
    assert excited > bored + 0.5
    assert louder_only > bored + 0.5


def test_arousal_is_relative_to_the_speaker() -> None:
    man, woman = voice(110.0, 1.0, 1.0), voice(220.0, 1.0, 1.0)
    assert np.allclose(arousals([man, woman], ["man", "woman"]), 0.0)
    assert arousals([man, woman], [None, None]).tolist() == [0.0, 0.0]


def test_noise_has_no_arousal() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    assert np.isnan(voice_statistics(noise)).all()
    assert arousals([noise], ["x"]).tolist() == [0.0]
