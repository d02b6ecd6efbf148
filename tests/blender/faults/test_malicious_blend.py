"""A malicious .blend: none of it is run, and nothing is written outside of the output."""

import importlib
import json
import pickle
import subprocess
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.blender_runner import blender_executable
from tests.support.extension import ROOT
from tests.support.scenes import add_sound, make_face, needs_sound, tone, write_wav

pytestmark = needs_sound
DEEP = "[" * 100_000
PATHS = (
    "animation_data.action.name",
    "animation_data.drivers[0].driver.expression",
    "__class__",
    'key_blocks["jawOpen"].__init__',
    "key_blocks",
    "session_uid",
    'id_data["x"]',
    "name",
    "",
    "(",
)


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.path,))


@pytest.fixture
def canary(tmp_path: Path):
    path = tmp_path / "canary"
    yield path
    assert not path.exists()


@pytest.fixture
def baked(extension: str, loud_jaw, tmp_path: Path):
    """A face that was baked, and its speaker."""
    face = make_face("Face", ("jawOpen", "browInnerUp"))
    add_sound(write_wav(tmp_path / "speech.wav", tone(0.3), 16000))
    bpy.ops.audio2face.bake()
    return face, bpy.context.scene.audio2face.speakers[0]


def every_operator(folder: Path) -> list[str]:
    """Uses the speaker with every operator; returns the sentences of refusals."""
    uses = (
        lambda: bpy.ops.audio2face.update(),
        lambda: bpy.ops.audio2face.bake(),
        lambda: bpy.ops.audio2face.bake_all(),
        lambda: bpy.ops.audio2face.mapping_save(filepath=str(folder / "saved.json")),
        lambda: setattr(bpy.context.scene.audio2face.speakers[0].dials, "jaw", 0.5),
        lambda: bpy.ops.audio2face.clear(),
    )
    sentences = []
    for use in uses:
        try:
            use()
        except RuntimeError as error:
            sentences.append(str(error).strip())
    for sentence in sentences:
        assert "Traceback" not in sentence
        assert "\n" not in sentence, sentence
    return sentences


@pytest.mark.parametrize(
    "timing",
    ["", DEEP, "{}", '{"warp": null, "fps": 1e999}', '{"__class__": 1}', "__import__('os')"],
    ids=range(6),
)
def test_malicious_timing_is_refused(baked, tmp_path: Path, canary: Path, timing: str) -> None:
    take = baked[1].takes[0]
    take.timing, take.heard = timing, timing
    every_operator(tmp_path)


@pytest.mark.parametrize("kind", ["pickle", "text", "number", "cut", "list"])
def test_other_values_as_curves_are_refused(baked, tmp_path: Path, canary: Path, kind: str) -> None:
    take = baked[1].takes[0]
    kept = bytes(take["curves"])
    poison = {
        "pickle": pickle.dumps(Canary(canary)), "text": DEEP, "number": 7, "cut": kept[:30],
        "list": [1.0, 2.0],
    }  # fmt: skip
    del take["curves"]
    take["curves"] = poison[kind]
    every_operator(tmp_path)


@pytest.mark.parametrize("path", PATHS)
def test_record_that_points_elsewhere_changes_nothing(baked, canary: Path, path: str) -> None:
    """Clear restores the values that the record names only into numbers of the datablock."""
    face, _ = baked
    key = face.data.shape_keys
    driver = key.driver_add('key_blocks["browInnerUp"].value').driver
    driver.expression = "1 + 1"
    action = key.animation_data.action
    record = json.loads(action["audio2face"])
    for slot in record.values():
        slot["channels"] = [[path, 0, 7.0], *slot["channels"]]
        slot["keyed"] = {
            strip: [number + 1 for number in numbers] for strip, numbers in slot["keyed"].items()
        }
    action["audio2face"] = json.dumps(record)
    name = key.name
    bpy.ops.audio2face.clear()
    assert driver.expression == "1 + 1"
    assert (key.name, face.name) == (name, "Face")
    assert key.animation_data.action is None


@pytest.mark.parametrize(
    "name", ["audio2face_set_aside", "audio2face_replaced", "audio2face", "audio2face_keyed"]
)
@pytest.mark.parametrize("kind", ["object", "text", "number", "group"])
def test_properties_of_other_types_are_ignored(baked, tmp_path: Path, name: str, kind: str) -> None:
    face, _ = baked
    action = face.data.shape_keys.animation_data.action
    if name in action:
        del action[name]
    action[name] = {"object": face, "text": DEEP, "number": 3, "group": {"a": 1}}[kind]
    every_operator(tmp_path)
    assert face.name in bpy.data.objects


@pytest.mark.parametrize("value", ["1e300", "-1e10", "2.5", "Infinity", "NaN", "1" + "0" * 400])
def test_saved_values_out_of_range_are_restored_as_far_as_possible(
    extension: str, value: str
) -> None:
    """What real time kept is put back as far as a property can hold it, and forgotten."""
    saved_values = importlib.import_module(
        f"{extension}.blender_audio2face.face_override.saved_values"
    )
    face = bpy.data.objects.new("Face", None)
    face["whole"], face["list"], face["text"], face["real"] = 3, [1, 2], "a", 0.5
    for name, index in (("whole", 0), ("list", 1), ("text", 0), ("real", 0)):
        face[saved_values.SAVED_VALUES] = f'[["[\\"{name}\\"]", {index}, {value}]]'
        saved_values.restore(face)
        assert saved_values.SAVED_VALUES not in face
    assert (type(face["whole"]), face["text"]) == (int, "a")
    assert [type(number) for number in face["list"]] == [int, int]


@pytest.mark.parametrize("text", [DEEP, "7", '{"a": 1}', '[["a", 0]]', '[[["b"], 0, 1]]'])
def test_damaged_saved_values_are_ignored(extension: str, text: str) -> None:
    saved_values = importlib.import_module(
        f"{extension}.blender_audio2face.face_override.saved_values"
    )
    face = bpy.data.objects.new("Face", None)
    face[saved_values.SAVED_VALUES] = text
    assert saved_values.load(face) == {}


def test_malicious_links_are_harmless(baked, tmp_path: Path) -> None:
    speaker = baked[1]
    for kind in ("shape", "bone", "property"):
        for text in ('"].x', "../..", "__class__", '"]; import os; ["', "\\"):
            link = speaker.links.add()
            link.kind, link.output, link.target, link.path = kind, "jawOpen", text, text
            link.component = 31
    every_operator(tmp_path)
    link.output = "__import__('os')"
    every_operator(tmp_path)


def test_damaged_recorded_rest_is_refused(baked, extension: str) -> None:
    recording = importlib.import_module(f"{extension}.blender_audio2face.scene.pose_recording")
    errors = importlib.import_module(f"{extension}.blender_audio2face.errors")
    for text in (DEEP, "7", '[["b", "location", 0, "x"]]', '[["b", "p", 1e999, 0]]'):
        baked[1]["recorded_rest"] = text
        with pytest.raises(errors.PlanError, match="rest is damaged"):
            recording.record_extreme(baked[1], "jawOpen", {})


@pytest.mark.parametrize("kind", ["objects", "pickle", "folder", "device", "outside"])
def test_malicious_weights_are_refused(
    extension: str, tmp_path: Path, canary: Path, kind: str
) -> None:
    make_face("Face", ("jawOpen",))
    add_sound(write_wav(tmp_path / "speech.wav", tone(0.3), 16000))
    poison = tmp_path / "net.npz"
    if kind == "objects":
        np.savez(poison, header=np.array([Canary(canary)], dtype=object))
    elif kind == "pickle":
        poison.write_bytes(pickle.dumps(Canary(canary)))
    named = {"folder": str(tmp_path), "device": "/dev/zero", "outside": "//../../etc/passwd"}
    bpy.context.scene.audio2face.weights = named.get(kind, str(poison))
    with pytest.raises(RuntimeError, match=r"The network \"|is not a weights file"):
        bpy.ops.audio2face.bake(runtime="numpy")


@pytest.mark.parametrize("path", ["/dev/zero", "//../../../../../etc", "//nothing.wav"])
def test_malicious_sound_paths_are_refused(baked, tmp_path: Path, path: str) -> None:
    speaker = baked[1]
    speaker.source, speaker.file = "FILE", path
    assert any("sound file" in sentence for sentence in every_operator(tmp_path))


def test_names_in_the_file_never_become_paths(baked, tmp_path: Path) -> None:
    face, speaker = baked
    face.name = speaker.name = "../../escaped"
    face.data.shape_keys.name = face.data.shape_keys.animation_data.action.name = "/tmp/escaped"
    speaker.takes[0].label = speaker.takes[0].name = "../escaped"
    before = {path for path in tmp_path.parent.rglob("*") if tmp_path not in path.parents}
    every_operator(tmp_path)
    assert {p for p in tmp_path.parent.rglob("*") if tmp_path not in p.parents} == before
    assert {path.name for path in tmp_path.iterdir()} == {"speech.wav", "saved.json"}


def test_batch_runs_no_script_of_a_blend(extension: str, tmp_path: Path, canary: Path) -> None:
    code = f"import pathlib; pathlib.Path({str(canary)!r}).touch()"
    text = bpy.data.texts.new("payload.py")
    text.write(code)
    text.use_module = True
    make_face("Face", ("jawOpen",))
    write_wav(tmp_path / "a.wav", tone(0.3), 16000)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "evil.blend"))
    manifest = tmp_path / "shots.csv"
    manifest.write_text("blend,objects,audio\nevil.blend,Face,a.wav\n", "utf-8")
    completed = subprocess.run(
        [str(blender_executable(tmp_path)), "-b", "--command", "audio2face", "batch",
         str(manifest), "--jobs", "0", "--json", "--runtime", "numpy"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )  # fmt: skip
    assert '"done": 1' in completed.stdout, completed.stdout + completed.stderr
