"""The demo step by step, in a running `bpy`, and its contact sheet.

The sheet shows eight telling moments of the mouth, each with its sound, word and time.
"""

import importlib
from pathlib import Path

import bpy
from PIL import Image, ImageDraw, ImageFont

from . import stage
from .install import install_zip
from .sentence import PAUSE, TEXT, Phone, read_phones

WANTED = (
    ("p", "p", "Pop"), ("b", "b", "bake"), ("m", "m", "mouth"), ("ah", "aa", "calm"),
    ("oo", "uw", "smooth"), ("f", "f", "Face"), ("ee", "iy", "free"), ("rest", PAUSE, ""),
)  # fmt: skip
"""Caption, phone and word of each picture."""

Moment = tuple[str, str, int]
"""Caption, word ("" in a pause) and frame of a picture of the sheet."""

COLUMNS = 4
MARGIN, CAPTION, TITLE = 14, 40, 76
PAPER, INK, FAINT = (245, 244, 240), (28, 32, 38), (112, 118, 124)


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

    moments = choose_moments(read_phones())
    pictures = [scratch / f"moment_{i}.png" for i in range(len(moments))]
    for (_, _, frame), picture in zip(moments, pictures, strict=True):
        stage.render_still(scene, close_up, frame, picture)
    draw_sheet(moments, pictures, out / "demo.png")
    print(f"Still: {out / 'demo.png'}")

    stage.render_film(scene, out / "demo.mp4")
    print(f"Film: {out / 'demo.mp4'}")


def choose_moments(phones: list[Phone]) -> list[Moment]:
    """Return the eight moments at the frames nearest to the middles of their sounds.

    The sound starts at frame 1. The rest is the longest pause. Raises ValueError when the
    sentence lacks a wanted sound.
    """
    moments = []
    for caption, name, word in WANTED:
        found = [p for p in phones if p.name == name and p.word == word]
        if not found:
            raise ValueError(f"The sentence has no {name} in {word!r}: adapt WANTED.")
        phone = max(found, key=lambda p: p.end - p.start) if name == PAUSE else found[0]
        middle = 0.5 * (phone.start + phone.end)
        moments.append((caption, phone.word, 1 + round(middle * stage.FPS)))
    return moments


def draw_sheet(moments: list[Moment], pictures: list[Path], path: Path) -> None:
    """Lay out the rendered `pictures` of `moments` with captions and save the sheet."""
    images = [Image.open(picture).convert("RGB") for picture in pictures]
    width, height = images[0].size
    rows = -(-len(images) // COLUMNS)
    size = (COLUMNS * (width + MARGIN) + MARGIN, TITLE + rows * (height + CAPTION + MARGIN))
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    large, small = ImageFont.load_default(26), ImageFont.load_default(18)
    draw.text((MARGIN, 12), "Audio2Face for Blender", INK, large)
    draw.text((MARGIN, 46), f"“{TEXT}”", FAINT, small)
    for i, ((caption, word, frame), image) in enumerate(zip(moments, images, strict=True)):
        x = MARGIN + (i % COLUMNS) * (width + MARGIN)
        y = TITLE + (i // COLUMNS) * (height + CAPTION + MARGIN)
        sheet.paste(image, (x, y))
        draw.text((x + 2, y + height + 5), caption, INK, large)
        where = f"“{word}”" if word else "pause"
        text = f"{where}  {(frame - 1) / stage.FPS:.2f} s"
        draw.text((x + width - 2, y + height + 12), text, FAINT, small, anchor="ra")
    sheet.save(path)
