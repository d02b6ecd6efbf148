"""The preferences: the choice reaches the network, and a failing device is reported."""

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import bpy
import pytest

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


def test_device_out_of_memory_is_reported(bake, extension, monkeypatch) -> None:
    """A torch whose card has no memory left: the bake is NumPy's, and says so."""
    torch = ModuleType("torch")
    torch.cuda = SimpleNamespace(is_available=lambda: True)
    monkeypatch.setitem(sys.modules, "torch", torch)
    gpu = ModuleType(f"{extension}.model.torch_runtime")

    def no_memory(*_):
        raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")

    gpu.TorchRuntime = no_memory
    monkeypatch.setitem(sys.modules, gpu.__name__, gpu)
    assert bake(runtime="torch") == {"FINISHED"}
    report = bpy.context.scene.audio2face.report
    assert "numpy on cpu" in report
    assert "PyTorch failed on cuda (CUDA out of memory), so NumPy ran on the CPU instead" in report
    assert bpy.data.actions


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
    away = SimpleNamespace(is_available=lambda: False, is_built=lambda: False)
    torch.cuda, torch.backends = away, SimpleNamespace(mps=away)
    torch.version = SimpleNamespace(cuda=None)
    torch.get_num_threads = lambda: 2
    monkeypatch.setitem(sys.modules, "torch", torch)
    bpy.ops.audio2face.find_devices()
    first, *gpus, cpu = preferences.devices.splitlines()
    assert first == f"PyTorch 9.9 in {Path('/somewhere/torch')}"
    assert gpus == [
        f"{kind} GPU: PyTorch 9.9 is built without it."
        for kind in ("NVIDIA or AMD", "Apple", "Intel")
    ]
    assert cpu.startswith("CPU (")
    assert cpu.endswith("can be used.")


def test_preferences_draw_every_setting(preferences, extension: str) -> None:
    module = importlib.import_module(f"{extension}.blender_audio2face.ui.preferences")
    drawn: list[str] = []
    layout = SimpleNamespace(
        prop=lambda _owner, name: drawn.append(name),
        operator=lambda name, **_: drawn.append(name),
        label=lambda text, **_: drawn.append(text),
    )
    layout.column = lambda **_: layout
    shown = SimpleNamespace(layout=layout, runtime="auto", devices="one\ntwo")
    context = SimpleNamespace(
        region=SimpleNamespace(width=600),
        preferences=SimpleNamespace(
            system=SimpleNamespace(ui_scale=1.0),  # 0 without a window
            ui_styles=bpy.context.preferences.ui_styles,
        ),
    )
    module.Audio2FacePreferences.draw(shown, context)
    assert drawn == [
        "runtime", "device", "torch_folder", "audio2face.find_devices", "one", "two",
    ]  # fmt: skip
