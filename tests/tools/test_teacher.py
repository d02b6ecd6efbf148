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


def test_rounded_lips_hold_the_jaw_back() -> None:
    jaw = list(ARTICULATORS).index("jaw")
    spread, rounded = (
        articulators(spoken(f"sil t {vowel} t sil", 0.2), 100)[50, jaw] for vowel in "ɛo"
    )
    assert 0.09 <= rounded < 0.85 * spread


def test_short_vowel_opens_less_than_a_long_one() -> None:
    def most(seconds: float) -> float:
        phones = [("sil", 0.0, 0.4), ("t", 0.4, 0.5), ("ɛ", 0.5, 0.5 + seconds)]
        phones += [("t", 0.5 + seconds, 0.6 + seconds), ("sil", 0.6 + seconds, 1.2)]
        return articulators(phones, 120)[:, list(ARTICULATORS).index("jaw")].max()

    assert most(0.045) < 0.9 * most(0.14)


@pytest.mark.parametrize(("pause", "parted"), [(0.2, True), (0.6, False)])
def test_lips_stay_parted_in_a_short_pause_alone(pause: float, parted: bool) -> None:
    phones = [("sil", 0.0, 0.2), ("ɑ", 0.2, 0.4), ("t", 0.4, 0.5), ("sil", 0.5, 0.5 + pause)]
    phones += [("t", 0.5 + pause, 0.6 + pause), ("ɑ", 0.6 + pause, 0.8 + pause)]
    moves = articulators([*phones, ("sil", 0.8 + pause, 2.0)], 200)
    opening = moves[round(100 * (0.5 + 0.75 * pause)), list(ARTICULATORS).index("jaw")]
    assert (opening > 0.08) == parted


def test_mouth_falls_shut_slowly_after_a_final_vowel() -> None:
    moves = articulators([("sil", 0, 0.3), ("ɑ", 0.3, 0.6), ("sil", 0.6, 1.6)], 160)
    jaw = moves[:, list(ARTICULATORS).index("jaw")]
    assert 0.25 < jaw[68] / jaw[60] < 0.5
    assert jaw[110:].max() < 0.01


def test_final_bilabial_stays_shut_as_the_jaw_closes() -> None:
    values = channels("sil ɑ m sil sil sil", 0.15)
    assert lip_opening(ARKIT_52, values)[36:].max() < 0.02


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
