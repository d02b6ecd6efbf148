"""What the panel draws, and what stops a bake; a stand-in takes the place of the layout, as a bpy
without a window draws nothing."""

import importlib
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import blf
import bpy
import pytest

from tests.blender.scenes import add_sound, make_face, needs_sound, tone, write_wav

pytestmark = needs_sound

HEAD = "audio2face.add_demo_head"


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

    def template_list(self, kind: str, _id: str, data: object, name: str, *_, **__) -> None:
        self.drawn.append((kind, len(getattr(data, name))))

    def label(self, text: str, **_) -> None:
        self.drawn.append(("label", text))

    def menu(self, name: str, text: str, **_) -> None:
        self.drawn.append(("menu", text))

    def prop(self, data: object, name: str, **_) -> None:
        self.drawn.append(("prop", name))

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
def panels(extension: str) -> dict[str, type]:
    """Every panel and menu by its short name: sound, face, look, bake, strips, presets, ..."""
    found = {}
    for name in ("sound", "face", "look", "bake"):
        module = importlib.import_module(f"{extension}.blender_audio2face.ui.panels.{name}")
        for cls in module.CLASSES:
            found.setdefault(cls.__name__.split("_", 2)[2].removesuffix("_V3D"), cls)
    return found


@pytest.fixture
def job(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.core.background_job")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "hum.wav", tone(0.5), 16000)


def drawn(panel_class: type, *, playing: bool = False) -> Recorder:
    layout = Recorder()
    context = SimpleNamespace(
        scene=bpy.context.scene,
        workspace=bpy.context.workspace,
        view_layer=bpy.context.view_layer,
        preferences=SimpleNamespace(
            system=SimpleNamespace(ui_scale=1.0),  # 0 without a window
            ui_styles=bpy.context.preferences.ui_styles,
        ),
        region=SimpleNamespace(width=280),
        screen=SimpleNamespace(is_animation_playing=playing),
        mode=bpy.context.mode,
    )
    if not getattr(panel_class, "poll", lambda _: True)(context):
        return layout
    panel_class.draw(SimpleNamespace(layout=layout), context)
    return layout


def test_every_panel_draws_before_and_after_a_bake(panels, hum: Path) -> None:
    for cls in panels.values():
        if hasattr(cls, "bl_label"):
            drawn(cls)
    add_sound(hum)
    make_face("Face", ("jawOpen", "browInnerUp"))
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.mapping_edit()
    bpy.ops.audio2face.channel_strengths()
    for name in (
        "sound",
        "face",
        "mapping",
        "look",
        "layers",
        "channels",
        "bake",
        "output",
        "report",
    ):
        assert drawn(panels[name]).drawn, name
    assert drawn(panels["mapping"]).all("AUDIO2FACE_UL_links") == [2]
    assert drawn(panels["channels"]).all("AUDIO2FACE_UL_strengths") == [52]


def test_the_sequencer_shows_the_same_panels(panels, extension: str) -> None:
    spaces = {cls.bl_space_type for cls in panels.values() if hasattr(cls, "bl_space_type")}
    assert spaces == {"VIEW_3D", "SEQUENCE_EDITOR"}


def test_the_panel_says_why_the_button_is_grey(panels, hum: Path) -> None:
    make_face("Face", ("jawOpen",))
    layout = drawn(panels["bake"])
    assert layout.greyed
    assert "There is no sound strip: add the speech" in layout.text
    add_sound(hum)
    assert not drawn(panels["bake"]).greyed
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = None
    layout = drawn(panels["bake"])
    assert layout.greyed
    assert "No face is selected" in layout.text
    assert "No face selected" in drawn(panels["face"]).text


def test_the_panel_is_ready_then_reports(panels, hum: Path) -> None:
    add_sound(hum)
    make_face("Face", ("jawOpen",))
    assert drawn(panels["sound"]).all("menu") == ["Active Strip"]
    assert "speech" in drawn(panels["sound"]).text
    assert "ARKit" in drawn(panels["face"]).text
    layout = drawn(panels["bake"])
    assert not layout.greyed
    assert len(layout.all("audio2face.bake")) == 1
    assert layout.all("audio2face.update") == []
    bpy.ops.audio2face.bake()
    layout = drawn(panels["bake"])
    assert 'Keyed 1 control of Face from "speech"' in layout.text
    assert len(layout.all("audio2face.update")) == 1
    assert drawn(panels["sound"]).all("AUDIO2FACE_UL_speakers") == [1]


def test_text_wraps_to_the_width_of_the_sidebar(panels, hum: Path) -> None:
    add_sound(hum, name="A strip with rather a long name, as names of takes often are")
    make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.bake()
    lines = drawn(panels["bake"]).all("label") + drawn(panels["report"]).all("label")
    assert len(lines) > 4
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points)
    assert max(blf.dimensions(0, line)[0] for line in lines) <= 210


def test_a_scene_without_a_face_or_sound_is_offered_both(panels, hum: Path) -> None:
    assert [one.with_speech for one in drawn(panels["face"]).all(HEAD)] == [True]
    assert len(drawn(panels["sound"]).all("audio2face.sound_add")) == 1
    assert drawn(panels["sound"]).all("menu") == []
    add_sound(hum)
    assert [one.with_speech for one in drawn(panels["face"]).all(HEAD)] == [False]


def test_choosing_a_speaker_selects_the_face(panels, hum: Path) -> None:
    add_sound(hum)
    faces = []
    for name in ("Anna", "Ben"):
        bpy.ops.object.select_all(action="DESELECT")
        faces.append(make_face(name, ("jawOpen",)))
        bpy.ops.audio2face.bake()
    settings = bpy.context.scene.audio2face
    assert settings.shown_row == 1
    settings.shown_row = 0
    assert bpy.context.view_layer.objects.active == faces[0]
    assert [face.select_get() for face in faces] == [True, False]
    faces[0].select_set(False)
    faces[1].select_set(True)
    bpy.context.view_layer.objects.active = faces[1]
    assert settings.shown_row == 1


def test_while_it_plays_the_panels_look_at_nothing_slow(panels, hum: Path) -> None:
    add_sound(hum)
    face = make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.bake()
    face.show_only_shape_key = True
    assert len(drawn(panels["bake"]).all("audio2face.fix")) == 1
    assert drawn(panels["bake"], playing=True).all("audio2face.fix") == []


def test_what_hides_the_face_has_a_button_each(panels, hum: Path) -> None:
    add_sound(hum)
    face = make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.bake()
    assert drawn(panels["bake"]).all("audio2face.fix") == []
    face.show_only_shape_key = True
    face.data.shape_keys.key_blocks["jawOpen"].mute = True
    layout = drawn(panels["bake"])
    assert [fix.index for fix in layout.all("audio2face.fix")] == [0, 1]
    bpy.ops.audio2face.fix(index=0)
    assert not face.show_only_shape_key
    bpy.ops.audio2face.fix()
    assert drawn(panels["bake"]).all("audio2face.fix") == []


def test_the_menu_lists_sound_strips(panels, hum: Path) -> None:
    add_sound(hum, name="one")
    add_sound(hum, channel=2, name="two")

    def choose_last() -> None:
        entries = drawn(panels["strips"]).all("wm.context_set_string")
        assert [entry.value for entry in entries] == ["", "one", "two"]
        bpy.ops.wm.context_set_string(data_path=entries[2].data_path, value=entries[2].value)

    choose_last()
    assert bpy.context.scene.audio2face.strip == "two"
    make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.bake()
    choose_last()
    assert bpy.context.scene.audio2face.speakers["Face"].strip == "two"


def test_the_panel_names_the_network(panels, hum: Path) -> None:
    add_sound(hum)
    make_face("Face", ("jawOpen",))
    assert drawn(panels["output"]).all("prop") == ["weights"]
    bpy.context.scene.audio2face.weights = str(hum.with_name("gone.npz"))
    layout = drawn(panels["bake"])
    assert layout.greyed
    assert "does not exist: choose another file" in layout.text


def test_progress_and_cancel_while_a_bake_runs(panels, job, hum: Path) -> None:
    add_sound(hum)
    make_face("Face", ("jawOpen",))
    assert not bpy.ops.audio2face.cancel.poll()
    run_for = threading.Event()

    def work(on_progress) -> None:
        on_progress(0.4)
        while not run_for.wait(0.01):
            on_progress(0.4)

    bake = job.Job(work)
    bake.start()
    while bake.progress == 0.0:
        time.sleep(0.01)
    layout = drawn(panels["bake"])
    assert layout.all("progress") == [0.4]
    assert len(layout.all("audio2face.cancel")) == 1
    assert layout.all("audio2face.bake") == []
    with pytest.raises(RuntimeError, match="A bake is running"):
        bpy.ops.audio2face.bake()
    assert bpy.ops.audio2face.cancel() == {"FINISHED"}
    bake.join(1.0)
    assert bake.done
    assert drawn(panels["bake"]).all("progress") == []


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


def test_a_bare_armature_can_become_a_speaker(panels) -> None:
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    rig.select_set(True)
    assert len(drawn(panels["face"]).all("audio2face.speaker_add")) == 1
    assert bpy.ops.audio2face.speaker_add() == {"FINISHED"}
    assert drawn(panels["face"]).all("audio2face.speaker_add") == []
    assert len(drawn(panels["mapping"]).all("audio2face.pose_record")) == 2
