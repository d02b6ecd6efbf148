"""A thousand bakes in one Blender leave nothing behind, and memory does not grow."""

import gc
import threading
from collections import Counter
from pathlib import Path

import bpy
import pytest

from tests.support.scenes import fcurves, make_face, tone, write_wav

BAKES = 1000 if bpy.app.version[:2] == (4, 5) else 100
"""The whole thousand in the Blender of `make test`, some in the others."""

WARM = 50
"""Bakes after which caches are filled."""

STATUS = Path("/proc/self/status")
MEGABYTES = 24
"""Allowed growth: a leak of 25 KB a bake is found in a thousand."""


def datablocks() -> Counter[str]:
    """How many there are of each kind."""
    kinds = (name for name in dir(bpy.data) if not name.startswith("_") and name != "all_ids")
    found = {name: getattr(bpy.data, name) for name in kinds}
    return Counter(
        {
            name: len(blocks)
            for name, blocks in found.items()
            if isinstance(blocks, bpy.types.bpy_prop_collection)
        }
    )


def megabytes() -> float:
    """What this process holds in memory."""
    gc.collect()
    lines = STATUS.read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@pytest.mark.skipif(not STATUS.is_file(), reason="memory is read from /proc")
def test_many_bakes_leave_nothing_and_need_no_more_memory(extension: str, tmp_path: Path) -> None:
    """Bakes, dials and Clear in turn, each bake with its analysis."""
    face = make_face("Face", ("jawOpen", "browInnerUp", "mouthClose"))
    wavs = [write_wav(tmp_path / f"{n}.wav", tone(0.2 + 0.1 * n), 16000) for n in range(3)]
    before = datablocks()
    settings = bpy.context.scene.audio2face
    for number in range(BAKES):
        if number == WARM:
            held, blocks, threads = megabytes(), datablocks(), threading.active_count()
        assert bpy.ops.audio2face.bake(file=str(wavs[number % 3])) == {"FINISHED"}
        if number % 10 == 5:
            settings.speakers[0].dials.jaw = 0.5 + number % 20 / 20
        if number % 10 == 9:
            bpy.ops.audio2face.clear()
            assert face.data.shape_keys.animation_data.action is None
    assert datablocks() == blocks
    assert threading.active_count() == threads
    assert megabytes() - held < MEGABYTES
    bpy.ops.audio2face.bake(file=str(wavs[0]))
    action = face.data.shape_keys.animation_data.action
    assert datablocks() - before == Counter({"actions": 1})
    assert len(fcurves(action)) == 3
