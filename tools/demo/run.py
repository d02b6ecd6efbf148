"""The demo step by step, in a running `bpy`."""

from __future__ import annotations

import importlib
from pathlib import Path

import bpy

from . import scene as stage
from .contact_sheet import choose_moments, draw_sheet
from .install import install_zip
from .render import render_film, render_still, set_film_output
from .sentence import read_phones


def bake() -> None:
    """Press the add-on's button for the head, still selected; raises RuntimeError at a refusal."""
    if bpy.ops.audio2face.bake() != {"FINISHED"}:
        raise RuntimeError("The bake did not finish: see Blender's messages above.")


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
    _, close_up = stage.add_cameras(scene)
    stage.add_key_light(scene)
    stage.add_backdrop(scene)
    stage.set_picture(scene)

    print("Baking the sentence")
    bake()
    set_film_output(scene, Path("//demo.mp4"))
    bpy.ops.wm.save_as_mainfile(filepath=str(out / "demo.blend"), compress=True)
    print(f"Scene: {out / 'demo.blend'}")

    moments = choose_moments(read_phones(), stage.FPS)
    pictures = [scratch / f"moment_{i}.png" for i in range(len(moments))]
    for moment, picture in zip(moments, pictures, strict=True):
        render_still(scene, close_up, moment.frame, picture)
    draw_sheet(moments, pictures, stage.FPS, out / "demo.png")
    print(f"Still: {out / 'demo.png'}")

    render_film(scene, out / "demo.mp4")
    print(f"Film: {out / 'demo.mp4'}")
