"""Motion statistics of mouths whose movement is known; when a voice is heard."""

import json

import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.data.cache import Recording, write_corpus
from tools.data.phones import Phone
from tools.evaluate.capture import Film, filmed, films
from tools.evaluate.held_out import HeldOut
from tools.evaluate.motion import Track, amplitude_spread, filmed_track, motion, track_of
from tools.evaluate.voice import Voice, voice_of

FPS = 25.0
TIME = np.arange(100) / FPS
WHOLE = Voice(0.0, 4.0, (), ())


def track(opening: np.ndarray, voice: Voice = WHOLE, smiles: np.ndarray | None = None) -> Track:
    return Track(TIME, opening, smiles, voice)


def swing(hertz: float, size: float = 0.2) -> np.ndarray:
    return 0.3 - size * np.cos(2 * np.pi * hertz * TIME)


@pytest.mark.parametrize("hertz", [1.0, 2.0, 2.5])
def test_sine_opens_once_a_period_and_moves_for_half_of_it(hertz: float) -> None:
    found = motion([track(swing(hertz))])
    assert found.openings == pytest.approx(hertz)
    assert found.movement_ms == pytest.approx(500 / hertz, abs=21)
    assert found.above_4hz < 0.02
    assert found.jumps == 0


def test_share_above_4hz_is_that_of_powers() -> None:
    fast = 0.05 * np.cos(2 * np.pi * 6 * TIME)
    assert motion([track(swing(1.5) + fast)]).above_4hz == pytest.approx(0.0625 / 1.0625, abs=0.01)
    quiet = Voice(1.0, 2.0, (), ())
    assert motion([track(np.where((TIME > 0.8) & (TIME < 2.2), swing(1.5), swing(6)), quiet)]
                  ).above_4hz < 0.1  # fmt: skip


def test_ripple_under_a_tenth_of_range_is_no_stroke() -> None:
    ripple = 0.01 * np.cos(2 * np.pi * 8 * TIME)
    assert motion([track(swing(1.0) + ripple)]).openings == pytest.approx(1.0)


def test_jump_is_more_than_sixty_percent_of_full_in_one_frame() -> None:
    popped = np.where((TIME > 1) & (TIME < 1.6), 0.5, 0.0)
    assert motion([track(popped)]).jumps == pytest.approx(2 / 4)
    ramp = np.convolve(popped, [0.5, 0.5], "same")
    assert motion([track(ramp)]).jumps == 0


def test_pause_is_placed_in_clips_own_range() -> None:
    paused = np.where((TIME > 2) & (TIME < 2.4), 0.25, np.where(TIME % 0.4 < 0.2, 0.1, 0.5))
    found = motion([track(paused, Voice(0.0, 4.0, ((2.04, 2.36),), ()))])
    assert found.pauses == pytest.approx((0.25 - 0.1) / 0.4, abs=0.01)
    assert np.isnan(motion([track(paused)]).pauses)


def test_end_of_speech_follows_the_fall_of_the_mouth() -> None:
    falling = np.interp(TIME, [1.0, 1.4, 2.0, 2.12], [0.0, 0.5, 0.5, 0.0])
    end = motion([track(falling, Voice(1.0, 2.0, (), (2.0,)))]).end
    assert end == pytest.approx((0.88, 0.54, 0.21, 0, 0, 0), abs=0.03)
    shut = motion([track(falling, Voice(1.0, 2.0, (), (3.0,)))]).end
    assert np.isnan(shut).all()


def test_spread_of_amplitude_is_between_speakers_not_clips() -> None:
    wide, narrow = swing(1, 0.3), swing(1, 0.1)
    assert amplitude_spread({"a": [wide], "b": [narrow]}) == pytest.approx(0.5)
    assert amplitude_spread({"a": [wide, wide + 0.1], "b": [wide + 0.1, wide]}) == pytest.approx(0)
    assert np.isnan(amplitude_spread({"a": [wide]}))


def test_smiles_that_move_alike_are_symmetric() -> None:
    left = swing(1.0)
    still = motion([track(left, smiles=np.stack([left, left]))])
    half = motion([track(left, smiles=np.stack([left, 0.5 * left]))])
    assert still.smile_asymmetry == pytest.approx(0)
    assert half.smile_asymmetry == pytest.approx(0.5 / 0.75)


def test_curves_are_read_at_films_frames() -> None:
    grid = np.arange(420) / 100
    values = np.zeros((420, 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = 0.3 + 0.2 * np.sin(2 * np.pi * grid)
    film = Film("a", "b", None, TIME + 0.1, swing(1), swing(1), None, None)
    seen = track_of(values, film, WHOLE)
    np.testing.assert_allclose(
        seen.opening, 0.3 + 0.2 * np.sin(2 * np.pi * (TIME + 0.1)), atol=1e-3
    )
    late = track_of(values, film, WHOLE, 0.018)
    assert np.argmax(late.opening[:25]) >= np.argmax(seen.opening[:25])
    assert late.opening.std() < seen.opening.std()
    assert filmed_track(film, WHOLE).opening is film.aperture


PHONES = [
    Phone("sil", 0.0, 0.5), Phone("b", 0.5, 0.6), Phone("a", 0.6, 0.85), Phone("sil", 0.85, 1.2),
    Phone("t", 1.2, 1.3), Phone("s", 1.3, 1.5), Phone("sil", 1.5, 2.2), Phone("a", 2.2, 2.5),
    Phone("sil", 2.5, 3.2),
]  # fmt: skip


def sound(until: float = 2.5) -> np.ndarray:
    time = np.arange(51200) / 16000
    noise = np.random.default_rng(0).standard_normal(51200)
    loud = sum((time >= a) & (time < b) for a, b in ((0.5, 0.85), (1.2, 1.5), (2.2, until)))
    return (0.1 * loud * noise + 1e-5 * noise).astype(np.float32)


def test_voice_by_labels_has_pauses_and_ends_after_vowels_before_rests() -> None:
    voice = voice_of(sound(), PHONES)
    assert (voice.start, voice.end) == (0.5, 2.5)
    assert voice.pauses == ((0.85, 1.2),)
    assert voice.ends == pytest.approx((2.5,), abs=0.03)
    early = voice_of(sound(2.4), PHONES)
    assert early.ends[-1] == pytest.approx(2.4, abs=0.03)


def test_voice_by_level_ends_before_each_rest() -> None:
    voice = voice_of(sound(), None)
    assert voice.pauses[0] == pytest.approx((0.85, 1.2), abs=0.05)
    assert voice.ends == pytest.approx((1.5, 2.5), abs=0.05)
    assert voice_of(np.zeros(16000, np.float32), PHONES[:1]).ends == ()


def test_films_keep_the_time_of_their_sound(tmp_path) -> None:
    folder = tmp_path / "whitehouse_more"
    folder.mkdir()
    at = np.arange(30) / 30
    scores = np.stack([at, 1 - at], 1)
    arrays = {f"g_brow_{part}_{side}": at for part in ("in", "mid", "out") for side in "LR"}
    holey = np.where(at == at[5], np.nan, at)
    names = np.array(["mouthSmileLeft", "mouthSmileRight"])
    arrays |= {"t": at, "g_lip_inner": holey, "g_mouth_w": at, "bs": scores, "names": names}
    np.savez(folder / "a.npz", **arrays)
    row = {
        "id": "a",
        "file": "a.opus",
        "motion": "a.npz",
        "film_leads_sound_ms": 167,
        "speaker": "x",
    }
    (folder / "index.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (film,) = films(tmp_path, "whitehouse_more")
    assert film.time[0] == pytest.approx(0.167)
    assert film.speaker == "x"
    np.testing.assert_allclose(film.aperture, at, atol=1e-6)
    np.testing.assert_array_equal(film.smiles, scores.T)
    with pytest.raises(FileNotFoundError, match="--capture"):
        films(tmp_path, "whitehouse")


def test_film_that_was_trained_on_is_never_compared(tmp_path) -> None:
    folder = tmp_path / "capture" / "grid_s1"
    folder.mkdir(parents=True)
    at = np.arange(30) / 25
    rows = []
    for name in ("seen", "new"):
        np.savez(folder / f"{name}.npz", t=at, g_lip_inner=at, g_mouth_w=at)
        rows.append(json.dumps({"id": name, "file": f"{name}.opus", "motion": f"{name}.npz"}))
    (folder / "index.jsonl").write_text("\n".join(rows), encoding="utf-8")
    write_corpus(
        tmp_path / "cache" / "grid_s1",
        [
            Recording(name, np.zeros(16000, np.float32), "s1", "en", "m", None, split)
            for name, split in (("seen", "train"), ("new", "test"))
        ],
    )
    sets = HeldOut(tmp_path / "cache", None)
    assert [u.id for u, _ in filmed(sets, tmp_path / "capture", "grid_s1")] == ["new"]
