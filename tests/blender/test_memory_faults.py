"""Too little memory, wherever it is missed: one sentence, and the scene as it was."""

import importlib
import resource
from collections.abc import Callable
from pathlib import Path

import bpy
import pytest

from tests.blender.fault_scene import make_scene, ours
from tests.blender.fresh import needs_module
from tests.blender.modal import context, run
from tests.blender.scenes import keys_of, make_face, tone, write_wav
from tests.blender.test_faults import bake, folder, network

__all__ = ["bake", "context", "folder", "network"]


@pytest.fixture
def fails_soon(extension: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on the memory ends with the second F-curve."""
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
def test_in_the_thread(bake, network, stage: str, name: str) -> None:
    network.fails_at = stage
    bake.to("composed", name)
    check_told(bake)


@pytest.mark.parametrize("output", ("ACTION", "NLA", "ACTIVE"))
def test_while_keys_are_written(bake, fails_soon, output: str) -> None:
    bake.to("composed", output=output)
    fails_soon()
    check_told(bake)


def check_told(bake) -> None:
    """Once for each speaker."""
    assert run(bake.operator, bake.context) == {"CANCELLED"}
    said = [text for _, text in bake.operator.reports]
    assert said
    assert all("There is not enough memory" in text and "\n" not in text for text in said)
    bake.check_end()
    bake.check_given_back()


@pytest.mark.parametrize("change", ("dial", "update"))
def test_keys_stay_where_new_ones_cannot_be_made(
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
def test_a_bake_beyond_what_the_system_gives(tmp_path: Path) -> None:
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
