"""Hundreds of bakes in one Blender leave nothing behind, and memory does not grow."""

import gc
import threading
from collections import Counter
from pathlib import Path

import bpy
import pytest

from tests.support.scenes import action_of, make_face, write_hum

BAKES = 300 if bpy.app.version[:2] == (4, 5) else 100
WARM = 50
"""Bakes after which caches are filled."""

STATUS = Path("/proc/self/status")
MEGABYTES = 10
"""Allowed growth: a leak of 40 KB a bake is found in 300."""


def datablocks() -> Counter[str]:
    """How many there are of each type."""
    return Counter(type(datablock).__name__ for datablock in bpy.data.user_map())


def megabytes() -> float:
    """What this process holds in memory."""
    gc.collect()
    lines = STATUS.read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@pytest.mark.skipif(not STATUS.is_file(), reason="memory is read from /proc")
def test_many_bakes_leave_nothing_and_need_no_more_memory(tmp_path: Path) -> None:
    """Bakes, dials and Clear in turn, each bake with its analysis."""
    face = make_face("Face", ("jawOpen", "browInnerUp", "mouthClose"))
    wavs = [write_hum(tmp_path / f"{number}.wav", 0.2 + 0.1 * number) for number in range(3)]
    before = datablocks()
    for number in range(BAKES):
        if number == WARM:
            held, threads = megabytes(), threading.active_count()
        assert bpy.ops.audio2face.bake(file=str(wavs[number % 3])) == {"FINISHED"}
        dials = bpy.context.scene.audio2face.speakers[0].dials
        if number % 10 == 5:
            dials.jaw = 0.5 + number % 20 / 20
        if number % 10 == 9:
            bpy.ops.audio2face.clear()
            assert action_of(face) is None
    assert datablocks() == before
    assert threading.active_count() == threads
    assert megabytes() - held < MEGABYTES
