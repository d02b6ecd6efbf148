"""The preferences: the choice reaches the network, and a failing device is reported."""

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import bpy
import pytest

from tests.blender.panel_layout import Recorder, window_context
from tests.support.scenes import make_face, tone, write_wav


@pytest.fixture
def preferences(extension: str):
    chosen = bpy.context.preferences.addons[extension].preferences
    yield chosen
    for name in ("runtime", "device", "torch_folder", "devices"):
        chosen.property_unset(name)


@pytest.fixture
def preferred(extension: str):
    module = importlib.import_module(f"{extension}.blender_audio2face.scene.preferred_runtime")
    return lambda: module.preferred_runtime(bpy.context)


@pytest.fixture
def bake(tmp_path: Path):
    """Bakes half a second of sound on a face."""
    make_face("Face", ("jawOpen",))
    sound = write_wav(tmp_path / "hum.wav", tone(0.5), 16000)
    return lambda **arguments: bpy.ops.audio2face.bake(file=str(sound), **arguments)


def test_preferred_runtime_is_the_chosen_one(preferences, preferred, tmp_path: Path) -> None:
    default = preferred()
    assert (default.name, default.device, default.torch_folder) == ("auto", "auto", None)
    preferences.runtime, preferences.device = "torch", "cuda"
    preferences.torch_folder = f"{tmp_path}/"
    chosen = preferred()
    assert (chosen.name, chosen.device, chosen.torch_folder) == ("torch", "cuda", tmp_path)


def test_torch_folder_does_not_follow_the_blend(preferences, preferred, tmp_path: Path) -> None:
    for name in ("mine", "theirs"):
        (tmp_path / name).mkdir()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "mine" / "a.blend"))
    preferences.torch_folder = "//venv"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "theirs" / "a.blend"))
    assert preferred().torch_folder == tmp_path / "mine" / "venv"


def test_bake_uses_the_preferred_runtime(preferences, bake, extension, monkeypatch, loud_jaw):
    inference = importlib.import_module(f"{extension}.blender_audio2face.core.analysis")
    asked: list[tuple] = []

    def choose(*wanted):
        asked.append(wanted)
        return loud_jaw()

    monkeypatch.setattr(inference, "choose_runtime", choose)
    preferences.device = "mps"
    bake()
    bake(runtime="numpy")
    (first, _, seconds, device, folder), (second, *_) = asked
    assert (first, second, device, folder) == ("auto", "numpy", "mps", None)
    assert seconds == pytest.approx(0.5, abs=0.1)


def test_api_predict_uses_the_torch_folder(
    preferences, extension, monkeypatch, tmp_path: Path
) -> None:
    api = importlib.import_module(f"{extension}.blender_audio2face.api")
    asked: list[tuple] = []

    def choose(*requested):
        asked.append(requested)
        return SimpleNamespace(predict_blocks=lambda *_: None)

    monkeypatch.setattr(api, "choose_runtime", choose)
    preferences.torch_folder = str(tmp_path)
    api.predict(write_wav(tmp_path / "hum.wav", tone(0.5), 16000))
    assert asked[0][4] == tmp_path


def test_missing_torch_is_one_sentence(preferences, bake, monkeypatch, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    preferences.torch_folder = str(tmp_path)
    with pytest.raises(RuntimeError, match="There is no PyTorch in"):
        bake(runtime="torch")
    assert bpy.ops.audio2face.find_devices() == {"FINISHED"}
    assert preferences.devices.startswith("There is no PyTorch in")
    preferences.torch_folder = ""
    assert preferences.devices == ""


def test_find_devices_lists_what_torch_finds(preferences, monkeypatch) -> None:
    torch = ModuleType("torch")
    torch.__file__, torch.__version__ = "/somewhere/torch/__init__.py", "9.9"
    absent = SimpleNamespace(is_available=lambda: False, is_built=lambda: False)
    torch.cuda, torch.backends = absent, SimpleNamespace(mps=absent)
    torch.version = SimpleNamespace(cuda=None)
    torch.get_num_threads = lambda: 2
    monkeypatch.setitem(sys.modules, "torch", torch)
    bpy.ops.audio2face.find_devices()
    lines = preferences.devices.splitlines()
    assert lines[0] == f"PyTorch 9.9 in {Path('/somewhere/torch')}"
    assert [line.split(" ")[0] for line in lines[1:]] == ["NVIDIA", "Apple", "Intel", "CPU"]


def test_preferences_draw_every_setting(extension: str) -> None:
    module = importlib.import_module(f"{extension}.blender_audio2face.ui.preferences")
    layout = Recorder()
    preferences = SimpleNamespace(layout=layout, runtime="auto", devices="one\ntwo")
    module.Audio2FacePreferences.draw(preferences, window_context())
    assert layout.all("prop") == ["runtime", "device", "torch_folder"]
    assert len(layout.all("audio2face.find_devices")) == 1
    assert layout.all("label") == ["one", "two"]
