"""Runs in Blender: what a newcomer does from a new file, click by click, for each picture."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.demo.window import Window, play  # noqa: E402

SENTENCE = ROOT / "blender_audio2face" / "demo_head" / "sentence.flac"
VOWEL = 2.70
"""Seconds into the sentence at which the mouth is open."""
LOOK_AT = -0.4
"""Height of the middle of a head with its shoulders, in metres."""
SETTLE_SECONDS = 3.0
"""How long panels take to unfold and the view to be drawn."""

# The demo head as rigs of other makers: each of their shapes is a mixture of ARKit's.
OCULUS = {
    "viseme_sil": {},
    "viseme_PP": {"mouthClose": 0.1, "mouthPressLeft": 0.6, "mouthPressRight": 0.6},
    "viseme_FF": {"mouthRollLower": 0.8, "mouthUpperUpLeft": 0.3, "mouthUpperUpRight": 0.3},
    "viseme_TH": {"jawOpen": 0.2, "tongueOut": 0.5},
    "viseme_DD": {"jawOpen": 0.15, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2},
    "viseme_kk": {"jawOpen": 0.2, "mouthStretchLeft": 0.1, "mouthStretchRight": 0.1},
    "viseme_CH": {"jawOpen": 0.1, "mouthFunnel": 0.6},
    "viseme_SS": {"jawOpen": 0.05, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "viseme_nn": {"jawOpen": 0.15, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "viseme_RR": {"jawOpen": 0.15, "mouthFunnel": 0.4},
    "viseme_aa": {"jawOpen": 0.7, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
    "viseme_E": {"jawOpen": 0.35, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "viseme_I": {"jawOpen": 0.2, "mouthSmileLeft": 0.4, "mouthSmileRight": 0.4},
    "viseme_O": {"jawOpen": 0.45, "mouthFunnel": 0.7},
    "viseme_U": {"jawOpen": 0.15, "mouthPucker": 0.8},
}
VRM = {
    "aa": {"jawOpen": 0.8, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
    "ih": {"jawOpen": 0.2, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5},
    "ou": {"jawOpen": 0.15, "mouthPucker": 0.9},
    "ee": {"jawOpen": 0.3, "mouthSmileLeft": 0.5, "mouthSmileRight": 0.5},
    "oh": {"jawOpen": 0.5, "mouthFunnel": 0.8},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
}


def panel(window: Window) -> Iterator[float]:
    """The demo head speaks its sentence."""
    _remove_cube()
    yield from window.open_tab()
    window.press("audio2face.add_demo_head", with_speech=True)
    yield 0.2
    yield from window.bake()
    window.look((0.7, 0.0, LOOK_AT), 6.5)
    bpy.context.scene.frame_set(_frame_in_sentence(VOWEL))
    yield 0.5


def rigs_of_three_makers(window: Window) -> Iterator[float]:
    """Three heads with the names of three presets, each selected and baked."""
    _remove_cube()
    heads = []
    for name, change in (
        ("ARKit Head", rename_keys),
        ("Oculus Head", lambda head: replace_keys(head, OCULUS)),
        ("VRM Head", lambda head: replace_keys(head, VRM)),
    ):
        bpy.ops.audio2face.add_demo_head()
        head = bpy.context.view_layer.objects.active
        head.name = head.data.shape_keys.name = name
        change(head)
        heads.append(head)
    for head in heads:
        head.select_set(False)
    yield from window.open_tab()
    window.choose_file("sound_add", _recording("my line"))
    for head in heads:
        window.select(head)
        yield 0.2
        yield from window.bake()
    window.look((3.8, 0.0, LOOK_AT), 13.5)
    bpy.context.scene.frame_set(_frame_in_sentence(VOWEL))
    yield 0.5


def dialogue(window: Window) -> Iterator[float]:
    """Two heads, each with a line of its own; the second answers."""
    _remove_cube()
    window.show_sequencer(0.24)
    yield 0.5
    yield from window.open_tab()
    window.press("audio2face.add_demo_head", with_speech=True)
    yield 0.2
    yield from window.bake()
    window.press("audio2face.add_demo_head", with_speech=False)
    window.choose_file("sound_add", _recording("answer"))
    yield 0.2
    yield from window.bake()
    window.look((2.4, 0.0, LOOK_AT), 9.5)
    bpy.context.scene.frame_set(_end_of_first_strip() + _frame_in_sentence(VOWEL))
    window.show_all_strips()
    yield 0.5


def realtime(window: Window) -> Iterator[float]:
    """The demo head follows a voice, which is recorded. The picture is taken at its vowel."""
    _remove_cube()
    yield from window.open_tab()
    window.press("audio2face.add_demo_head", with_speech=False)
    window.look((0.7, 0.0, LOOK_AT), 6.5)
    yield 0.5
    window.press("audio2face.live_start", file=str(SENTENCE))
    window.press("audio2face.live_record")


def rename_keys(head: bpy.types.Object) -> None:
    """Spells ARKit's names as other exporters do: Jaw_Open, Mouth_Smile_L."""
    for block in head.data.shape_keys.key_blocks[1:]:
        name = "".join(f"_{letter}" if letter.isupper() else letter for letter in block.name)
        name = name[:1].upper() + name[1:]
        block.name = name.replace("_Left", "_L").replace("_Right", "_R")


def replace_keys(head: bpy.types.Object, shapes: dict[str, dict[str, float]]) -> None:
    """Replaces the head's shape keys by mixtures of them."""
    blocks = head.data.shape_keys.key_blocks
    original = [block.name for block in blocks[1:]]
    for name, mixture in shapes.items():
        for part in original:
            blocks[part].value = mixture.get(part, 0.0)
        head.shape_key_add(name=name, from_mix=True).value = 0.0
    for part in original:
        head.shape_key_remove(blocks[part])


def _remove_cube() -> None:
    bpy.data.objects.remove(bpy.data.objects["Cube"])


def _recording(name: str) -> Path:
    """A copy of the sample sentence, named as a newcomer's own file would be."""
    return Path(shutil.copyfile(SENTENCE, Path(bpy.app.tempdir, f"{name}.flac")))


def _end_of_first_strip() -> int:
    """The last frame of the demo's own sentence."""
    strip = bpy.context.scene.sequence_editor.strips["Demo Sentence"]
    after = strip.right_handle if bpy.app.version >= (5, 1, 0) else strip.frame_final_end
    return int(after) - 1


def _frame_in_sentence(seconds: float) -> int:
    render = bpy.context.scene.render
    return 1 + round(seconds * render.fps / render.fps_base)


WALKTHROUGHS = {
    "panel": panel, "rigs": rigs_of_three_makers, "dialogue": dialogue, "realtime": realtime
}  # fmt: skip


def main() -> None:
    """Does the walkthrough named on the command line, photographs the screen, and quits."""
    name, path, width, height = sys.argv[sys.argv.index("--") + 1 :]
    window = Window()

    def walk() -> Iterator[float]:
        yield from WALKTHROUGHS[name](window)
        print(f"{name}: {window.clicks} clicks", flush=True)
        yield SETTLE_SECONDS

    def photograph(_: object) -> None:
        crop = ("-window", "root", "-crop", f"{width}x{height}+0+0", "+repage")
        subprocess.run(("import", *crop, "+dither", "-colors", "255", f"PNG8:{path}"), check=True)
        bpy.ops.wm.quit_blender()

    play(walk(), photograph)


if __name__ == "__main__":
    main()
