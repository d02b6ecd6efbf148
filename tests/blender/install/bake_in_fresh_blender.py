"""Run by test_install in a process of its own: install a zip, bake, print what happened as JSON.

    python bake_in_fresh_blender.py -- ZIP WAV PACKAGES

PACKAGES is "bundled" (soundfile, soxr, cffi and pythonosc are found in the extension's wheels or
not at all) or "none" (they are not found at all). BLENDER_USER_RESOURCES names an empty folder.
"""

import importlib
import importlib.abc
import json
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = frozenset(
    (
        "soundfile",
        "_soundfile",
        "_soundfile_data",
        "soxr",
        "cffi",
        "_cffi_backend",
        "pycparser",
        "pythonosc",
    )
)


class ForeignPackagesHidden(importlib.abc.MetaPathFinder):
    """Hides PACKAGES except in `folder`; hides them everywhere where that is None."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: object = None, _target: object = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] not in PACKAGES or path is not None:
            return None
        allowed = [
            entry
            for entry in sys.path
            if self._folder is not None and Path(entry).is_relative_to(self._folder)
        ]
        spec = PathFinder.find_spec(name, allowed)
        if spec is None:
            raise ModuleNotFoundError(f"{name} is hidden by this test", name=name)
        return spec


def bake(wav: str) -> dict[str, object]:
    """Bake `wav` onto a mesh with one ARKit shape key; what the operator said and did."""
    import bpy

    mesh = bpy.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    face = bpy.data.objects.new("Face", mesh)
    face.shape_key_add(name="Basis")
    jaw = face.shape_key_add(name="jawOpen")
    scene = bpy.context.scene
    scene.collection.objects.link(face)
    bpy.context.view_layer.objects.active = face
    face.select_set(True)
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strips.new_sound("speech", wav, 1, 1)
    result = bpy.ops.audio2face.bake(strip="speech", runtime="numpy")
    values = []
    for frame in range(1, 25):
        scene.frame_set(frame)
        values.append(jaw.value)
    return {"result": sorted(result), "jaw": values}


def decoders(module: str) -> dict[str, str | None]:
    """Where the bundled packages come from, as the installed extension finds them."""
    optional_import = importlib.import_module(f"{module}.model.optional").optional_import
    found = {name: optional_import(name) for name in ("soundfile", "soxr", "pythonosc")}
    return {name: found[name] and found[name].__file__ for name in found}


def main() -> None:
    archive, wav, packages = sys.argv[sys.argv.index("--") + 1 :]
    bundled = Path(os.environ["BLENDER_USER_RESOURCES"]) if packages == "bundled" else None
    sys.meta_path.insert(0, ForeignPackagesHidden(bundled))
    sys.path.insert(0, str(ROOT))
    import bpy

    from tests.support.extension import install

    module = install(Path(archive))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    print(json.dumps({"decoders": decoders(module), **bake(wav)}))


if __name__ == "__main__":
    main()
