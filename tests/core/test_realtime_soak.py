"""A minute of a bad microphone; ``python -m tools.bench.soak`` hears an hour."""

from pathlib import Path

import numpy as np

from model.audio_file import read_audio
from tools.bench.soak import Loop, soak

SPEECH = Path(__file__).parents[1] / "data" / "surprise.flac"


def test_a_minute_with_faults_drifts_less_than_five_milliseconds() -> None:
    speech = read_audio(SPEECH)
    rng = np.random.default_rng(0)
    pauses = [np.zeros(int(rng.integers(2000, 30000)), np.float32) for _ in range(8)]
    sound = np.concatenate([part for pause in pauses for part in (speech, pause)])
    outcome = soak(sound[: 30 * 16000], 16000, 60.0, False, "a2f")
    assert 2900 < outcome.blocks < 3000
    assert outcome.missing >= 5
    assert outcome.late >= 3
    assert max(map(abs, outcome.drift_ms)) < 5.0
    assert "stayed within" in outcome.paragraph()


def test_a_loop_is_a_long_sound() -> None:
    loop = Loop(np.arange(7, dtype=np.float32), 20)
    assert len(loop) == 20
    assert loop[5:9].tolist() == [5, 6, 0, 1]
    assert loop[18:25].tolist() == [4, 5]
