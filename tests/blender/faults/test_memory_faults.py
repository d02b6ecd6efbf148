"""Too little memory at any stage ends in one sentence, with the scene as it was."""

import importlib
import resource
from collections.abc import Callable
from pathlib import Path

import bpy
import pytest

from tests.support.fault_scene import make_scene, ours
from tests.support.fresh_blender import needs_module
from tests.support.held_bake import bake, folder, network
from tests.support.modal import context
from tests.support.scenes import keys_of, make_face, tone, write_wav

__all__ = ["bake", "context", "folder", "network"]


@pytest.fixture
def fails_soon(extension: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, memory runs out with the second F-curve."""
    tables = importlib.import_module(f"{extension}.blender_audio2face.animation.keyframe_table")
    write, count = tables.write, 0

    def failing(*arguments) -> None:
        nonlocal count
        count += 1
        if count > 1:
            raise MemoryError
        write(*arguments)

    return lambda: monkeypatch.setattr(tables, "write", failing)


@pytest.mark.parametrize("name", ("bake", "bake_all"))
@pytest.mark.parametrize("stage", ("invoked", "decoding", "network", "composing"))
def test_memory_missing_in_the_thread_is_reported(bake, network, stage: str, name: str) -> None:
    network.fails_at = stage
    bake.to("composed", name)
    check_reported(bake)


@pytest.mark.parametrize("output", ("ACTION", "NLA", "ACTIVE"))
def test_memory_missing_while_keys_are_written_is_reported(bake, fails_soon, output: str) -> None:
    bake.to("composed", output=output)
    fails_soon()
    check_reported(bake)


def check_reported(bake) -> None:
    """Once for each speaker."""
    state, sentences = bake.finish()
    assert state == {"CANCELLED"}
    assert all("There is not enough memory" in sentence for sentence in sentences)
    bake.check_undone()


@pytest.mark.parametrize("change", ("dial", "update"))
def test_memory_missing_for_new_keys_keeps_the_old_ones(
    network, fails_soon, tmp_path: Path, change: str
) -> None:
    make_scene(tmp_path, "ACTION")
    assert bpy.ops.audio2face.bake() == {"FINISHED"}
    (action,) = ours()
    before = keys_of(action, "jawOpen")
    speaker = bpy.context.scene.audio2face.speakers["Anna"]
    bpy.context.scene.audio2face.live = change == "dial"
    fails_soon()
    speaker.dials.overall = 0.5
    if change == "dial":
        assert speaker.report.startswith("There is not enough memory")
    else:
        with pytest.raises(RuntimeError, match="There is not enough memory"):
            bpy.ops.audio2face.update()
    (action,) = ours()
    assert keys_of(action, "jawOpen") == before
    assert bpy.data.shape_keys["Anna"].animation_data.action == action


@needs_module  # an application's allocator keeps what it once had
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited in Linux")
def test_memory_limit_of_the_system_is_reported(tmp_path: Path) -> None:
    face = make_face("Face", ("jawOpen",))
    sound = str(write_wav(tmp_path / "hum.wav", tone(0.3), 16000))
    unlimited = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + (40 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, unlimited[1]))
    try:
        with pytest.raises(RuntimeError, match="There is not enough memory") as refused:
            bpy.ops.audio2face.bake(file=sound, runtime="numpy")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, unlimited)
    assert str(refused.value).count("\n") == 1
    assert len(bpy.data.actions) == 0
    assert len(bpy.context.scene.audio2face.speakers) == 0
    assert face.data.shape_keys.animation_data is None
    assert bpy.ops.audio2face.bake(file=sound, runtime="numpy") == {"FINISHED"}
