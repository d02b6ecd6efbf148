"""Listening: sound and network take turns, so both can be cancelled and neither waits."""

from collections.abc import Iterator

import numpy as np
import pytest
from a2f.blender_audio2face.core import analysis
from a2f.blender_audio2face.core.background_job import CancelledError
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import RELEASE, StripTiming
from a2f.model.runtime import RuntimeChoice

HOUR = StripPlan(
    "speech", SoundSource("s.wav", "s.wav"), StripTiming(25.0, 1, 1.0, 0.0, 1, 1 + 3600 * 25)
)
BLIP = StripPlan("blip", SoundSource("b.wav", b"sound"), StripTiming(25.0, 1, 1.0, 0.0, 1, 51))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds decoded so far, a list that grows."""
    seconds = []

    def hum(_source: SoundSource, _start: float, duration: float) -> Iterator[np.ndarray]:
        for _ in range(round(duration)):
            seconds.append(1.0)
            yield np.full(16_000, 0.01, np.float32)

    monkeypatch.setattr(analysis, "DECODERS", (("hum", hum),))
    return seconds


def test_cancelling_ends_the_decoding_too(decoded: list[float]) -> None:
    def on_progress(fraction: float) -> None:
        if fraction > 0.0:
            raise CancelledError

    with pytest.raises(CancelledError):
        analysis.analyze((HOUR,), RuntimeChoice("numpy"), None, on_progress)
    assert 0 < len(decoded) < 30


def test_progress_covers_all_strips(decoded: list[float]) -> None:
    seen = []
    spoken, said = analysis.analyze((BLIP, BLIP), RuntimeChoice("numpy"), None, seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, pytest.approx(1.0))
    assert said.audio_seconds == 4.0
    assert [len(one.curves.values) for one in spoken] == [200 + round(RELEASE * 100)] * 2
