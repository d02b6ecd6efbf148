"""What the coverage of the core leaves out is there, and is no pure logic."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["coverage"]
OMITTED = SETTINGS["run"]["omit"]
CORE = (
    "model", "blender_audio2face/rigs", "blender_audio2face/shaping",
    *(
        f"blender_audio2face/{name}.py"
        for name in (
            "audio", "bake_record", "channel_keys", "composing", "errors", "heard", "inference",
            "job", "plan", "report", "segments", "steps", "takes", "target_plan", "timing",
            "volume",
        )
    ),
)  # fmt: skip
"""What is pure logic."""

LEFT_OUT_WHOLE = re.compile(SETTINGS["report"]["exclude_also"][0], re.MULTILINE)


@pytest.mark.parametrize("pattern", OMITTED)
def test_what_is_left_out_is_there(pattern: str) -> None:
    assert any(ROOT.glob(pattern))


@pytest.mark.parametrize("room", CORE)
def test_the_core_counts(room: str) -> None:
    files = [ROOT / room] if room.endswith(".py") else [*(ROOT / room).rglob("*.py")]
    assert files
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        assert not any(fnmatch(name, pattern) for pattern in OMITTED), name
        assert not LEFT_OUT_WHOLE.search(file.read_text("utf-8")), name


def test_what_imports_bpy_is_left_out() -> None:
    for name in ("bake", "operators/common", "realtime/session"):
        text = (ROOT / "blender_audio2face" / f"{name}.py").read_text("utf-8")
        assert LEFT_OUT_WHOLE.search(text), name
