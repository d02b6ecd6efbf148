"""The demo step by step, in a running `bpy`."""

import importlib
from pathlib import Path

import bpy

from . import stage
from .contact_sheet import choose_moments, draw_sheet
from .install import install_zip
from .sentence import read_phones


def run(package: Path, out: Path, scratch: Path) -> None:
    """Install `package` and write `demo.blend`, `demo.mp4` and `demo.png` to `out`.

    Args:
        package: the extension's zip.
        out: folder for the results, made when missing.
        scratch: an existing folder for intermediate pictures.

    Raises:
        RuntimeError: Blender refuses the zip, or the bake fails.
    """
    out.mkdir(parents=True, exist_ok=True)
    print(f"Installing {package.name}")
    extension = install_zip(package)

    print("Adding the head")
    scene = stage.empty_scene()
    add = importlib.import_module(f"{extension}.blender_audio2face.demo_head.add")
    add.add_demo_head(bpy.context, with_speech=True)
    stage.fit_to_sentence(scene)
    close_up = stage.set_stage(scene)

    print("Baking the sentence")
    if bpy.ops.audio2face.bake() != {"FINISHED"}:  # of the head, which is still selected
        raise RuntimeError("The bake did not finish: see Blender's messages above.")
    stage.set_film_output(scene, Path("//demo.mp4"))
    bpy.ops.wm.save_as_mainfile(filepath=str(out / "demo.blend"), compress=True)
    print(f"Scene: {out / 'demo.blend'}")

    moments = choose_moments(read_phones(), stage.FPS)
    pictures = [scratch / f"moment_{i}.png" for i in range(len(moments))]
    for moment, picture in zip(moments, pictures, strict=True):
        stage.render_still(scene, close_up, moment.frame, picture)
    draw_sheet(moments, pictures, stage.FPS, out / "demo.png")
    print(f"Still: {out / 'demo.png'}")

    stage.render_film(scene, out / "demo.mp4")
    print(f"Film: {out / 'demo.mp4'}")
