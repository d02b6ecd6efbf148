"""Decoding and the network take turns, so both can be cancelled and neither waits."""

from collections.abc import Iterator

import numpy as np
import pytest
from a2f.blender_audio2face.core import analysis
from a2f.blender_audio2face.core.background_job import CancelledError
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import RELEASE, StripTiming
from a2f.model.runtime import RuntimeChoice


def strip(seconds: int) -> StripPlan:
    timing = StripTiming(25.0, 1, 1.0, 0.0, 1, 1 + seconds * 25)
    return StripPlan("speech", SoundSource("s.wav", b"sound"), timing)


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


def test_cancelling_ends_the_decoding(decoded: list[float]) -> None:
    def on_progress(fraction: float) -> None:
        if fraction > 0.0:
            raise CancelledError

    with pytest.raises(CancelledError):
        analysis.analyze((strip(3600),), RuntimeChoice("numpy"), None, on_progress)
    assert 0 < len(decoded) < 30


def test_progress_covers_all_strips(decoded: list[float]) -> None:
    seen = []
    strips = (strip(2), strip(2))
    curves, inference = analysis.analyze(strips, RuntimeChoice("numpy"), None, seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, pytest.approx(1.0))
    assert inference.audio_seconds == 4.0
    assert [len(each.curves.values) for each in curves] == [200 + round(RELEASE * 100)] * 2
