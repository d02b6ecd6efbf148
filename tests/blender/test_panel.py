"""What the panel draws, and what stops a bake; a stand-in takes the place of the layout, as a bpy
without a window draws nothing."""

import importlib
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.blender.scenes import add_sound, make_face, needs_sound, tone, write_wav

pytestmark = needs_sound


class Recorder:
    """A layout that notes what is drawn on it."""

    def __init__(self, drawn: list | None = None) -> None:
        self.drawn = [] if drawn is None else drawn
        self.enabled = True

    def row(self, **_) -> "Recorder":
        row = Recorder(self.drawn)
        self.drawn.append(row)
        return row

    column = box = row

    def label(self, text: str, **_) -> None:
        self.drawn.append(("label", text))

    def menu(self, name: str, text: str, **_) -> None:
        self.drawn.append(("menu", text))

    def prop(self, data: object, name: str, **_) -> None:
        self.drawn.append(("prop", getattr(data, name)))

    def progress(self, factor: float, **_) -> None:
        self.drawn.append(("progress", factor))

    def operator(self, name: str, **_) -> SimpleNamespace:
        entry = SimpleNamespace()
        self.drawn.append((name, entry))
        return entry

    def all(self, kind: str) -> list:
        return [item[1] for item in self.drawn if isinstance(item, tuple) and item[0] == kind]

    @property
    def text(self) -> str:
        return " ".join(self.all("label"))

    @property
    def greyed(self) -> bool:
        return any(isinstance(item, Recorder) and not item.enabled for item in self.drawn)


@pytest.fixture
def panel(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.panel")


@pytest.fixture
def job(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.job")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "hum.wav", tone(0.5), 16000)


def drawn(panel_class) -> Recorder:
    layout = Recorder()
    context = SimpleNamespace(
        scene=bpy.context.scene,
        workspace=bpy.context.workspace,
        view_layer=bpy.context.view_layer,
        preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0)),  # 0 without a window
        region=SimpleNamespace(width=280),
    )
    panel_class.draw(SimpleNamespace(layout=layout), context)
    return layout


def test_the_panel_says_why_the_button_is_grey(panel, hum: Path) -> None:
    layout = drawn(panel.AUDIO2FACE_PT_bake)
    assert layout.greyed
    assert "There is no sound strip: add the speech" in layout.text
    assert "No mesh selected" in layout.text
    add_sound(hum)
    assert "No mesh is selected" in drawn(panel.AUDIO2FACE_PT_bake).text


def test_the_panel_is_ready_then_reports(panel, hum: Path) -> None:
    add_sound(hum)
    make_face("Face", ("jawOpen",))
    layout = drawn(panel.AUDIO2FACE_PT_bake)
    assert not layout.greyed
    assert (layout.text, layout.all("menu")) == ("Face", ["Active strip"])
    assert len(layout.all("audio2face.bake")) == 1
    bpy.ops.audio2face.bake()
    layout = drawn(panel.AUDIO2FACE_PT_bake)
    assert 'Keyed 1 shape key of Face from "speech"' in layout.text
    assert max(map(len, layout.all("label"))) <= 40


def test_the_menu_lists_sound_strips(panel, hum: Path) -> None:
    add_sound(hum, name="one")
    add_sound(hum, channel=2, name="two")
    entries = drawn(panel.AUDIO2FACE_MT_strips).all("wm.context_set_string")
    assert [entry.value for entry in entries] == ["", "one", "two"]
    for entry in entries[1:]:
        bpy.ops.wm.context_set_string(data_path=entry.data_path, value=entry.value)
    assert bpy.context.scene.audio2face.strip == "two"


def test_the_panel_names_the_network(panel, hum: Path) -> None:
    add_sound(hum)
    make_face("Face", ("jawOpen",))
    layout = drawn(panel.AUDIO2FACE_PT_bake)
    assert layout.all("prop") == [""]
    assert not layout.greyed
    bpy.context.scene.audio2face.weights = str(hum.with_name("gone.npz"))
    layout = drawn(panel.AUDIO2FACE_PT_bake)
    assert layout.greyed
    assert "does not exist: choose another file" in layout.text


def test_progress_and_cancel_while_a_bake_runs(panel, job, hum: Path) -> None:
    add_sound(hum)
    make_face("Face", ("jawOpen",))
    assert not bpy.ops.audio2face.cancel.poll()
    go_on = threading.Event()

    def work(on_progress) -> None:
        on_progress(0.4)
        while not go_on.wait(0.01):
            on_progress(0.4)

    bake = job.Job(work)
    bake.start()
    while bake.progress == 0.0:
        time.sleep(0.01)
    layout = drawn(panel.AUDIO2FACE_PT_bake)
    assert layout.all("progress") == [0.4]
    assert len(layout.all("audio2face.cancel")) == 1
    assert layout.all("audio2face.bake") == []
    with pytest.raises(RuntimeError, match="A bake is running"):
        bpy.ops.audio2face.bake()
    assert bpy.ops.audio2face.cancel() == {"FINISHED"}
    bake.join(1.0)
    assert bake.done
    assert drawn(panel.AUDIO2FACE_PT_bake).all("progress") == []


def test_loading_a_file_stops_a_bake(job) -> None:
    def work(on_progress) -> None:
        while True:
            time.sleep(0.01)
            on_progress(0.0)

    bake = job.Job(work)
    bake.start()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bake.join(1.0)
    assert bake.done
    assert bake.cancelled
