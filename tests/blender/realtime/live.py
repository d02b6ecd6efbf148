"""A real-time session for tests: the microphone is pushed by hand, the network is the real one."""

import importlib
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.scenes import make_face, tone

RATE = 16000
BLOCK = 0.02
KEYS = ("jawOpen", "mouthClose", "mouthFunnel", "browInnerUp")
BEFORE = [0.0, 0.0, 0.0, 0.5]
"""Values of a face's shape keys before a session."""


class PushedMicrophone:
    """A microphone whose sound comes when a test says so."""

    rate, block, latency, is_live, label = RATE, BLOCK, BLOCK, False, "Pushed"

    def __init__(self) -> None:
        self.clock = 100.0
        self.started = self.stopped = False

    def start(self, on_block: Callable, on_error: Callable) -> None:
        self.started, self._on_block, self.fail = True, on_block, on_error

    def stop(self) -> None:
        self.stopped = True

    def now(self) -> float:
        return self.clock

    def push(self, samples: np.ndarray) -> None:
        size = round(RATE * BLOCK)
        for first in range(0, len(samples), size):
            block = samples[first : first + size].astype(np.float32)
            self._on_block(block, self.clock)
            self.clock += len(block) / RATE


@pytest.fixture
def modules(extension: str) -> SimpleNamespace:
    def module(name: str):
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    return SimpleNamespace(
        session=module("realtime.session"),
        recording=module("realtime.recording"),
        file_source=module("core.realtime.file_source"),
        analyzer=module("core.realtime.streaming_analyzer"),
        face_override=module("face_override"),
        registration=module("registration"),
        running=module("realtime").running_session,
        errors=module("errors"),
        settings=module("scene.speaker_settings"),
        mapping=module("core.rigs.mapping"),
    )


@pytest.fixture
def live(modules):
    """Starts a session on the faces; a session that a test leaves running is ended."""

    def start(*faces, source: PushedMicrophone | None = None, quick: bool = False):
        source = source or PushedMicrophone()
        stream = modules.analyzer.open_stream(None, quick=quick)
        session = modules.session.start(bpy.context.scene, list(faces), source, stream, gain=False)
        return session, source

    yield start
    left = modules.running()
    if left is not None:
        left.end()
    for thread in threading.enumerate():
        if thread.name == "audio2face-engine":
            thread.join(5.0)
            assert not thread.is_alive()


def push(session, source: PushedMicrophone, samples: np.ndarray) -> None:
    """Pushes whole blocks, and waits until they are analysed."""
    expected = session.engine.counts.blocks + len(samples) // round(RATE * BLOCK)
    source.push(samples)
    deadline = time.monotonic() + 60
    while session.engine.counts.blocks < expected:
        assert time.monotonic() < deadline, session.engine.counts
        time.sleep(0.01)


def speak(session, source: PushedMicrophone, seconds: float = 1.0) -> None:
    """A hum with pauses."""
    push(session, source, tone(seconds) * (np.arange(round(seconds * RATE)) % 8000 < 5000))


def speak_and_show(session, source: PushedMicrophone, seconds: float = 1.0) -> None:
    speak(session, source, seconds)
    session.tick()


def values_of(obj) -> list[float]:
    return [round(block.value, 4) for block in obj.data.shape_keys.key_blocks[1:]]


def face(name: str = "Face"):
    made = make_face(name, KEYS)
    made.data.shape_keys.key_blocks["browInnerUp"].value = 0.5
    return made


def message() -> str:
    return bpy.context.window_manager.audio2face_live.message


def revalidate(session) -> float | None:
    """A tick that checks what is checked twice a second."""
    session._revalidated_at = 0.0
    return session.tick()
