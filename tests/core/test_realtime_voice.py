"""Where a live voice comes from: a sound file in a microphone's place, and the network."""

import threading
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.errors import BakeError
from a2f.blender_audio2face.realtime.voice import file_as_microphone, open_stream
from a2f.model.framing import SAMPLE_RATE

from model.audio_file import read_audio

SPEECH = Path(__file__).parents[1] / "data" / "surprise.flac"


def test_a_file_is_heard_from_its_first_sample_at_the_networks_rate() -> None:
    source = file_as_microphone(SPEECH)
    assert (source.rate, source.label, source.is_live) == (SAMPLE_RATE, SPEECH.name, True)
    blocks: list[np.ndarray] = []
    enough = threading.Event()

    def take(block: np.ndarray, _seconds: float) -> None:
        blocks.append(block)
        if len(blocks) == 3:
            enough.set()

    source.start(take, pytest.fail)
    assert enough.wait(30.0)
    source.stop()
    heard = np.concatenate(blocks)
    assert np.array_equal(heard, read_audio(SPEECH)[: len(heard)])


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all,", encoding="utf-8")
    with pytest.raises(BakeError, match=r'"letter.txt" cannot be decoded'):
        file_as_microphone(path)


def test_a_quick_stream_waits_for_less_sound() -> None:
    assert open_stream(None, quick=True).delay < open_stream(None, quick=False).delay
