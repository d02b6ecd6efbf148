"""What `make lint` checks the types of: all modules that import no bpy, found by their imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.bpy_free import BLENDER, ROOT, modules_without_bpy

ADD_ON = "a2f.blender_audio2face"


@pytest.mark.parametrize(
    ("text", "is_free"),
    [
        ("import json", True),
        ("import bpy", False),
        ("import bpy.types as types", False),
        ("from bpy.props import BoolProperty", False),
        ("from . import tied", False),
        ("from .tied import thing", False),
        ("from ..tied import thing", False),
        ("from .further import thing", False),
        ("from .package.pure import thing", False),
        ("from ...model import curves", True),
        ("def later():\n    import bpy", True),
        ("if TYPE_CHECKING:\n    import bpy", True),
    ],
)
def test_imports_at_the_top_tell(text: str, is_free: bool, tmp_path: Path) -> None:
    room = tmp_path / "blender_audio2face"
    files = {
        room / "tied.py": "import bpy",
        room / "room/tied.py": "import aud",
        room / "room/further.py": "from .tied import thing",
        room / "room/package/__init__.py": "import bpy",
        room / "room/package/pure.py": "",
        room / "room/asked.py": text,
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    found = modules_without_bpy(tmp_path)
    assert f"{ADD_ON}.room.package.pure" in found
    assert (f"{ADD_ON}.room.asked" in found) == is_free
    assert len(found) == 1 + is_free


def test_the_rooms_of_the_map_are_among_them() -> None:
    found = modules_without_bpy()
    for name in ("audio", "composing", "job", "rigs.match", "shaping.keys", "realtime.engine"):
        assert f"{ADD_ON}.{name}" in found
    for name in ("bake", "operators.bake", "realtime.session"):
        assert f"{ADD_ON}.{name}" not in found


def test_they_can_be_imported_where_there_is_no_blender() -> None:
    found = modules_without_bpy()
    names = [name for name in found if name == ADD_ON or name.rpartition(".")[0] in found]
    assert len(names) > 100
    program = (
        "import importlib, sys, tests.conftest\n"
        f"sys.modules |= dict.fromkeys({sorted(BLENDER)})\n"
        f"for name in {names}: importlib.import_module(name)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
