"""What the panels show, and what keeps Bake from running.

A recorder takes the layout's place, as a bpy without a window draws nothing; timers never fire
there either, so the tests refresh the panels' state themselves.
"""

import importlib
import io
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace

import blf
import bpy
import pytest

from tests.blender.panel_layout import draw, drawn, window_context
from tests.support.scenes import (
    action_of,
    add_sound,
    keys_of,
    make_armature,
    make_face,
    needs_sound,
    tone,
    write_wav,
)

pytestmark = needs_sound

HEAD = "audio2face.add_demo_head"
PLANNERS = (
    "plan_face",
    "plan_targets",
    "fitting_presets",
    "find_hidden",
    "find_hidden_results",
    "request_for",
    "sound_selection_of",
    "chosen_weights",
    "find_strip",
)
TABS = ("sound", "face", "mapping", "look", "layers", "channels", "bake", "output", "report")


@pytest.fixture
def panels(extension: str) -> dict[str, type]:
    """Every panel and menu by its short name: sound, face, look, bake, strips, presets, ..."""
    found = {}
    for name in ("sound", "face", "look", "bake"):
        module = importlib.import_module(f"{extension}.blender_audio2face.ui.panels.{name}")
        for cls in module.CLASSES:
            found.setdefault(cls.__name__.split("_", 2)[2].removesuffix("_V3D"), cls)
    return found


@pytest.fixture(autouse=True)
def panel_state(extension: str) -> ModuleType:
    module = importlib.import_module(f"{extension}.blender_audio2face.ui.panel_state")
    module._states.clear()
    return module


@pytest.fixture
def job(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.core.background_job")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "hum.wav", tone(0.5), 16000)


@pytest.fixture
def face(hum: Path) -> bpy.types.Object:
    """A face that is selected, and the strip "speech"."""
    add_sound(hum)
    return make_face("Face", ("jawOpen",))


@pytest.fixture
def baked(face) -> bpy.types.Object:
    bpy.ops.audio2face.bake()
    return face


def forbid_planning_and_files(extension: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every planner of the extension, and every look at a file, an error."""

    def refuse(*arguments, **_):
        raise AssertionError(f"called while a panel is drawn: {arguments}")

    for name, module in list(sys.modules.items()):
        if name.startswith(extension):
            for planner in PLANNERS:
                if hasattr(module, planner):
                    monkeypatch.setattr(module, planner, refuse)
    monkeypatch.setattr(io, "open", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("os.stat", refuse)
    monkeypatch.setattr(Path, "stat", refuse)


@pytest.mark.parametrize("refreshed", [False, True])
def test_drawing_plans_nothing_and_opens_no_file(
    panels, panel_state, extension: str, baked, refreshed: bool
) -> None:
    baked.show_only_shape_key = True
    bpy.context.scene.audio2face.weights = "//missing.npz"
    if refreshed:
        panel_state.refresh(window_context())
    with pytest.MonkeyPatch.context() as patched:
        forbid_planning_and_files(extension, patched)
        layouts = {name: draw(panels[name]) for name in TABS}
    assert layouts["sound"].drawn
    assert len(layouts["bake"].all("audio2face.fix")) == refreshed
    assert layouts["bake"].greyed == refreshed
    assert bool(layouts["face"].text) == refreshed


def test_polling_buttons_plans_nothing_and_opens_no_file(extension: str) -> None:
    """Blender polls each button as often as it draws it."""
    make_face("Face", ("jawOpen",))
    operators = [getattr(bpy.ops.audio2face, name) for name in dir(bpy.ops.audio2face)]
    with pytest.MonkeyPatch.context() as patched:
        forbid_planning_and_files(extension, patched)
        polls = {operator.idname_py(): operator.poll() for operator in operators}
    assert polls["audio2face.bake"] and polls["audio2face.preview"]
    assert not polls["audio2face.update"]


def test_state_of_another_speaker_is_not_drawn(panels, panel_state, baked) -> None:
    baked.show_only_shape_key = True
    panel_state.refresh(window_context())
    assert len(draw(panels["bake"]).all("audio2face.fix")) == 1
    bpy.context.scene.audio2face.speakers[0].name = "Anna"
    assert draw(panels["bake"]).all("audio2face.fix") == []


class FakeWindow:
    """A window whose sidebar is open at our tab, and Blender's timers, which the test fires."""

    def __init__(self, panel_state: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self.redrawn = 0
        self.waits: list[float] = []
        self.timer = None
        self.sidebar = SimpleNamespace(type="UI", width=280, active_panel_category="Audio2Face")
        area = SimpleNamespace(type="VIEW_3D", regions=[self.sidebar])
        self.screen = SimpleNamespace(areas=[area], is_animation_playing=False)
        self.context = window_context()
        self.context.window = self
        self.context.window_manager = SimpleNamespace(windows=[self])
        self.context.temp_override = lambda **_: nullcontext()
        timers = SimpleNamespace(
            register=self.register, is_registered=lambda _: self.timer is not None
        )
        app = SimpleNamespace(background=False, timers=timers)
        monkeypatch.setattr(panel_state, "bpy", SimpleNamespace(app=app, context=self.context))
        monkeypatch.setattr(panel_state, "redraw_sidebars", self.redraw)
        monkeypatch.setattr(panel_state, "_refreshed_at", float("-inf"))

    def as_pointer(self) -> int:
        return 7

    def redraw(self) -> None:
        self.redrawn += 1

    def register(self, function, first_interval: float) -> None:
        self.timer = function
        self.waits.append(first_interval)

    def fire(self) -> None:
        timer, self.timer = self.timer, None
        assert timer() is None


@pytest.fixture
def window(panel_state, monkeypatch) -> FakeWindow:
    return FakeWindow(panel_state, monkeypatch)


def test_timer_refreshes_and_redraws_only_what_changed(window, panel_state, face) -> None:
    assert panel_state.read(window.context).subject is None
    window.fire()
    assert panel_state.read(window.context).face_names == "Face"
    assert window.redrawn == 1
    panel_state.request_refresh()
    window.fire()
    assert window.redrawn == 1
    face.name = "Anna"
    panel_state.request_refresh()
    window.fire()
    assert panel_state.read(window.context).face_names == "Anna"
    assert window.redrawn == 2


def test_timer_runs_at_most_four_times_a_second(window, panel_state, monkeypatch) -> None:
    clock = SimpleNamespace(now=100.0, step=0.001)

    def monotonic() -> float:
        clock.now += clock.step
        return clock.now

    monkeypatch.setattr(panel_state, "time", SimpleNamespace(monotonic=monotonic))
    panel_state.request_refresh()
    panel_state.request_refresh()
    assert len(window.waits) == 1
    window.fire()
    panel_state.request_refresh()
    assert window.waits[1] == pytest.approx(0.249)
    clock.step = 0.1  # a large scene: no more than 5 % of the time
    window.fire()
    panel_state.request_refresh()
    assert window.waits[2] == pytest.approx(1.9)


@pytest.mark.parametrize("reason", ["playback", "other tab"])
def test_timer_waits_for_playback_to_end_and_our_tab_to_open(
    window, panel_state, reason: str
) -> None:
    window.screen.is_animation_playing = reason == "playback"
    window.sidebar.active_panel_category = "Item" if reason == "other tab" else "Audio2Face"
    panel_state.request_refresh()
    window.fire()
    window.screen.is_animation_playing = False
    window.sidebar.active_panel_category = "Audio2Face"
    assert panel_state.read(window.context).subject is None
    window.fire()
    assert panel_state.read(window.context).subject is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda: bpy.ops.ed.undo_push(message="x") and bpy.ops.ed.undo(),
        lambda: bpy.context.view_layer.objects.active.select_set(False),
        lambda: bpy.ops.audio2face.bake(),
        lambda: bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True),
    ],
    ids=["undo", "selection", "bake", "load"],
)
def test_scene_changes_request_a_refresh(panel_state, change, face, monkeypatch) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.context.view_layer.update()
    requests: list[None] = []
    monkeypatch.setattr(panel_state, "request_refresh", lambda: requests.append(None))
    change()
    bpy.context.view_layer.update()
    assert requests


def test_menu_has_every_operator_so_that_f3_finds_it(extension: str) -> None:
    menus = importlib.import_module(f"{extension}.blender_audio2face.ui.menus")
    layout = draw(menus.AUDIO2FACE_MT_operators)
    listed = {item[0] for item in layout.drawn if isinstance(item, tuple)}
    known = {f"audio2face.{name}" for name in dir(bpy.ops.audio2face)}
    elsewhere = {"audio2face.preset", "audio2face.member_use", "audio2face.find_devices"}
    assert known - listed == elsewhere  # in menus of their own, in the panel, in the preferences
    labels = [
        getattr(bpy.ops.audio2face, name).get_rna_type().name for name in dir(bpy.ops.audio2face)
    ]
    assert len(set(labels)) == len(labels)
    assert all(" " in label for label in labels)
    for menu in (
        bpy.types.VIEW3D_MT_object,
        bpy.types.VIEW3D_MT_pose,
        bpy.types.SEQUENCER_MT_strip,
    ):
        assert menus._draw in menu._dyn_ui_initialize()


def test_every_panel_draws_before_and_after_a_bake(panels, face) -> None:
    for cls in panels.values():
        if hasattr(cls, "bl_label"):
            drawn(cls)
    bpy.ops.audio2face.bake()
    bpy.ops.audio2face.mapping_edit()
    bpy.ops.audio2face.channel_strengths()
    for name in TABS:
        assert drawn(panels[name]).drawn, name
    assert drawn(panels["mapping"]).all("AUDIO2FACE_UL_links") == [52]
    assert drawn(panels["channels"]).all("AUDIO2FACE_UL_strengths") == [52]
    spaces = {cls.bl_space_type for cls in panels.values() if hasattr(cls, "bl_space_type")}
    assert spaces == {"VIEW_3D", "SEQUENCE_EDITOR"}


def test_bake_button_greyed_says_why(panels, hum: Path) -> None:
    make_face("Face", ("jawOpen",))
    settings = bpy.context.scene.audio2face

    def refusal() -> str:
        layout = drawn(panels["bake"])
        said = " ".join(line for line in layout.all("label") if line != "speech")
        assert layout.greyed == bool(said)
        return said

    assert "There is no sound strip: press Add Sound" in refusal()
    add_sound(hum)
    assert refusal() == ""
    settings.weights = str(hum.with_name("missing.npz"))
    assert "does not exist: choose another file" in refusal()
    settings.weights = ""
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = None
    assert "No face is selected" in refusal()
    assert "No face selected" in drawn(panels["face"]).text


def test_panels_name_sound_and_rig_then_report(panels, face) -> None:
    assert drawn(panels["sound"]).all("menu") == ["Active Strip"]
    assert "speech" in drawn(panels["sound"]).text
    assert "ARKit" in drawn(panels["face"]).text
    layout = drawn(panels["bake"])
    assert len(layout.all("audio2face.bake")) == 1
    assert layout.all("audio2face.update") == []
    bpy.ops.audio2face.bake()
    layout = drawn(panels["bake"])
    assert " of Face " in layout.text  # whether the network hears a voice in a hum or not
    assert len(layout.all("audio2face.update")) == 1
    assert drawn(panels["sound"]).all("AUDIO2FACE_UL_speakers") == [1]
    assert drawn(panels["face"]).all("menu") == ["Automatic"]
    bpy.ops.audio2face.preset(preset="arkit")
    assert "ARKit" in drawn(panels["face"]).all("menu")[0]


def test_unknown_names_are_offered_preset_mapping_and_guess(panels, hum: Path) -> None:
    face = make_face("Face", ("Key 1", "Key 2"))
    layout = drawn(panels["face"])
    assert "The names say nothing" in layout.text
    assert layout.all("menu") == ["Automatic"]
    for button in ("mapping_guess", "mapping_edit", "speaker_add"):
        assert len(layout.all(f"audio2face.{button}")) == 1, button
    assert bpy.ops.audio2face.mapping_edit() == {"FINISHED"}
    layout = drawn(panels["face"])
    assert layout.all("audio2face.speaker_add") == []
    assert drawn(panels["mapping"]).all("AUDIO2FACE_UL_links") == [52]
    add_sound(hum)
    with pytest.raises(RuntimeError, match="no shape key linked yet"):
        bpy.ops.audio2face.bake()
    links = bpy.context.scene.audio2face.speakers["Face"].links
    next(link for link in links if link.output == "jawOpen").target = "Key 2"
    bpy.ops.audio2face.bake()
    assert len(keys_of(action_of(face), "Key 2")) > 1


def test_parts_of_a_character_are_taken_and_each_has_a_check(panels, hum: Path) -> None:
    add_sound(hum)
    rig = make_armature()
    rig.select_set(False)
    head, teeth, lashes = (
        make_face(name, ("jawOpen",), select=name == "Head") for name in ("Head", "Teeth", "Lashes")
    )
    for obj in (head, teeth, lashes):
        obj.parent = rig
    buttons = drawn(panels["face"]).all("audio2face.member_use")
    assert [button.object for button in buttons] == ["Head", "Teeth", "Lashes"]
    bpy.ops.audio2face.member_use(object="Lashes", use=False)
    assert drawn(panels["face"]).all("prop") == ["use", "use", "use"]
    bpy.ops.audio2face.bake()
    assert action_of(head) and action_of(teeth) and not action_of(lashes)
    with pytest.raises(RuntimeError, match='"Hat" is no object of the face of Head'):
        bpy.ops.audio2face.member_use(object="Hat", use=False)


def test_sound_that_bake_takes_is_named_always(panels, hum: Path) -> None:
    add_sound(hum, name="line 1")
    make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.bake()
    bpy.ops.object.select_all(action="DESELECT")
    make_face("Ben", ("jawOpen",))
    add_sound(hum, channel=2, name="line 2")
    assert "line 2" in drawn(panels["bake"]).text
    bpy.ops.audio2face.bake()
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = bpy.data.objects["Anna"]
    bpy.data.objects["Anna"].select_set(True)
    assert "line 1" in drawn(panels["sound"]).text  # line 2 is active, and Ben's
    anna = bpy.context.scene.audio2face.speakers["Anna"]
    anna.source, anna.channel = "CHANNEL", 2
    assert "line 2" in drawn(panels["bake"]).text
    anna.source, anna.file = "FILE", str(hum)
    assert "hum.wav" in drawn(panels["bake"]).text


def test_what_went_wrong_is_shown_without_opening_the_report(panels, face) -> None:
    make_face("Hat", ("tall",))
    for obj in bpy.data.objects:
        obj.select_set(True)
    bpy.ops.audio2face.bake()
    assert 'Skipped "Hat"' in drawn(panels["bake"]).text
    assert 'Skipped "Hat"' not in drawn(panels["report"]).text
    assert "times real time" in drawn(panels["report"]).text


def test_long_text_wraps_to_the_sidebar(panels, hum: Path) -> None:
    add_sound(hum, name="A strip with rather a long name, as names of takes often are")
    make_face("Face", ("jawOpen",))
    bpy.ops.audio2face.bake()
    lines = drawn(panels["bake"]).all("label") + drawn(panels["report"]).all("label")
    assert len(lines) > 4
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points)
    assert max(blf.dimensions(0, line)[0] for line in lines) <= 210


def test_empty_scene_is_offered_face_and_sound(panels, hum: Path) -> None:
    assert [button.with_speech for button in drawn(panels["face"]).all(HEAD)] == [True]
    assert len(drawn(panels["sound"]).all("audio2face.sound_add")) == 1
    assert drawn(panels["sound"]).all("menu") == []
    add_sound(hum)
    assert [button.with_speech for button in drawn(panels["face"]).all(HEAD)] == [False]


def test_choosing_a_speaker_selects_its_face(hum: Path) -> None:
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


def test_each_hidden_result_has_its_fix(panels, baked) -> None:
    assert drawn(panels["bake"]).all("audio2face.fix") == []
    baked.show_only_shape_key = True
    baked.data.shape_keys.key_blocks["jawOpen"].mute = True
    layout = drawn(panels["bake"])
    assert [fix.index for fix in layout.all("audio2face.fix")] == [0, 1]
    bpy.ops.audio2face.fix(index=0)
    assert not baked.show_only_shape_key
    bpy.ops.audio2face.fix()
    assert drawn(panels["bake"]).all("audio2face.fix") == []


def test_strip_menu_sets_the_strip_of_speaker_or_scene(panels, hum: Path) -> None:
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


def test_running_bake_shows_progress_and_cancel(panels, job, face) -> None:
    assert not bpy.ops.audio2face.cancel.poll()
    ended = threading.Event()

    def work(on_progress) -> None:
        on_progress(0.4)
        while not ended.wait(0.01):
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


def test_loading_a_file_cancels_the_bake(job) -> None:
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


def test_bare_armature_can_become_a_speaker(panels) -> None:
    make_armature()
    assert len(drawn(panels["face"]).all("audio2face.speaker_add")) == 1
    assert bpy.ops.audio2face.speaker_add() == {"FINISHED"}
    assert drawn(panels["face"]).all("audio2face.speaker_add") == []
    assert len(drawn(panels["mapping"]).all("audio2face.pose_record")) == 2
