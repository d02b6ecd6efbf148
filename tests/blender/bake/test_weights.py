"""The artist's own weights file instead of the bundled network: used, or refused."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import add_sound, keys_of, make_face, needs_sound, tone, write_wav

pytestmark = needs_sound


@pytest.fixture
def face(tmp_path: Path) -> bpy.types.Object:
    """A selected face, and a strip to speak from."""
    add_sound(write_wav(tmp_path / "speech.wav", tone(0.5), 16000))
    return make_face("Face", ("jawOpen",))


@pytest.fixture
def wide_open(extension: str, tmp_path: Path) -> Path:
    """The bundled weights with another output bias: every channel is at 1, whatever it hears."""
    weights = importlib.import_module(f"{extension}.model.weights_file")
    config, arrays = weights.load_weights()
    arrays["output.weight"] = np.zeros_like(arrays["output.weight"])
    arrays["output.bias"] = np.full_like(arrays["output.bias"], 20.0)
    weights.save_weights(tmp_path / "actor.npz", config, arrays)
    return tmp_path / "actor.npz"


def jaw(face: bpy.types.Object, **options: str) -> float:
    """Bakes; the jaw in the middle of the strip."""
    assert bpy.ops.audio2face.bake(reduction="EVERY_FRAME", **options) == {"FINISHED"}
    keys = dict(keys_of(face.data.shape_keys.animation_data.action, "jawOpen"))
    return keys[6.0]


def report() -> str:
    return bpy.context.scene.audio2face.report


def test_weights_of_the_panel_are_used_unless_the_script_names_others(
    face, wide_open: Path
) -> None:
    assert jaw(face) < 0.2
    assert "Network" not in report()
    bpy.context.scene.audio2face.weights = str(wide_open)
    assert jaw(face) > 0.2
    assert 'Network: "actor.npz".' in report()
    assert jaw(face, weights="") < 0.2
    bpy.context.scene.audio2face.weights = ""
    assert jaw(face, weights=str(wide_open)) > 0.2


def test_relative_path_of_weights_is_resolved(face, wide_open: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(wide_open.with_name("shot.blend")))
    bpy.context.scene.audio2face.weights = "//actor.npz"
    assert jaw(face) > 0.2


def no_header(path: Path) -> None:
    np.savez(path, weights=np.zeros(3))


def other_version(path: Path) -> None:
    np.savez(path, header=np.array('{"format": 999, "config": {}}'))


def pickled(path: Path) -> None:
    np.savez(path, header=np.array([{"format": 1}], dtype=object))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, r'The network ".*actor.npz" does not exist: choose another file'),
        (lambda path: path.write_text("words"), "is not a weights file of this extension"),
        (no_header, "is not a weights file of this extension"),
        (pickled, "is not a weights file of this extension"),
        (other_version, "has weights format 999, but format"),
    ],
)
def test_other_file_is_refused_as_weights(face, tmp_path: Path, make, sentence: str) -> None:
    make(tmp_path / "actor.npz")
    bpy.context.scene.audio2face.weights = str(tmp_path / "actor.npz")
    with pytest.raises(RuntimeError, match=sentence):
        bpy.ops.audio2face.bake()
    assert len(bpy.data.actions) == 0


@pytest.fixture
def bundled(extension: str) -> Iterator[Path]:
    """The installed network; afterwards it is as it was."""
    path = importlib.import_module(f"{extension}.model.weights_file").DEFAULT_WEIGHTS
    data = path.read_bytes()
    yield path
    path.write_bytes(data)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def tampered_with(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [Path.unlink, cut_short, tampered_with])
@pytest.mark.parametrize("operator", ["bake", "preview"])
def test_damaged_bundled_weights_are_refused(face, bundled: Path, spoil, operator: str) -> None:
    spoil(bundled)
    with pytest.raises(RuntimeError, match=r"install the extension again\.\n$") as refused:
        getattr(bpy.ops.audio2face, operator)()
    assert str(refused.value).count("\n") == 1
    assert len(bpy.data.actions) == 0
    assert face.data.shape_keys.animation_data is None
