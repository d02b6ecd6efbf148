"""Whatever befalls the scene while a bake runs, it ends: with whole keys, or with a sentence and
everything of its own taken back."""

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import addon_utils
import bpy
import pytest

from tests.blender import faults
from tests.blender.extension import MODULE
from tests.blender.fault_scene import Held, census, make_scene, no_thread_is_left, ours, whole
from tests.blender.modal import ESC, TIMER, Context, Instance, context, run, run_until
from tests.blender.scenes import fcurves, keys_of, make_face

__all__ = ["context"]

IN_THE_THREAD = ("invoked", "decoding", "network", "composing", "composed")
IN_STEPS = ("first write", "half written", "last step")
STAGES = (*IN_THE_THREAD, *IN_STEPS)


@pytest.fixture
def network(extension: str, monkeypatch: pytest.MonkeyPatch) -> Held:
    """What every bake of the test hears with, one step at a time."""

    def room(name: str):
        return importlib.import_module(f"{extension}.{name}")

    held = Held(room("model.curves").Curves)
    baking, operators = (
        room("blender_audio2face.bake.pipeline"),
        room("blender_audio2face.ui.operators.bake"),
    )
    compose = baking.compose

    def held_compose(*arguments):
        held.at("composing")
        return compose(*arguments)

    def chosen(*_):
        held.at("invoked")
        return held

    windowed = SimpleNamespace(app=SimpleNamespace(background=False), data=bpy.data)
    monkeypatch.setattr(operators, "bpy", windowed)
    monkeypatch.setattr(operators, "_STEP_SECONDS", 0.0)
    monkeypatch.setattr(room("blender_audio2face.core.analysis"), "choose_runtime", chosen)
    monkeypatch.setattr(baking, "compose", held_compose)
    return held


class Bake:
    """A bake that is brought to a stage, and what was there then."""

    steps: ClassVar[dict[tuple[str, str], int]] = {}
    """By operator and output, the ticks with steps before the last."""

    def __init__(self, extension: str, network: Held, context: Context, folder: Path) -> None:
        self._rooms, self._network, self.context, self.folder = extension, network, context, folder

    def to(self, stage: str, name: str = "bake", output: str = "ACTION") -> None:
        if stage in IN_STEPS and (name, output) not in self.steps:
            self._invoke(name, output)
            self.steps[name, output] = self._count()
            bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        self._network.stage = stage
        self._network.go.clear()
        self._invoke(name, output)
        if stage in IN_THE_THREAD[:-1]:
            assert self._network.reached.wait(60.0)
            self.operator.modal(self.context, TIMER)
        elif stage == "first write":
            run_until(self.operator, self.context, lambda: len(ours()) > 0)
        elif stage in IN_STEPS:
            self.operator._job.result()
            count = self.steps[name, output]
            for _ in range(count // 2 if stage == "half written" else count):
                assert self.operator.modal(self.context, TIMER) == {"RUNNING_MODAL"}
        else:
            self.operator._job.result()
        self.kept = {action.name for action in whole()}

    def _invoke(self, name: str, output: str) -> None:
        make_scene(self.folder, output)
        operators = importlib.import_module(f"{self._rooms}.blender_audio2face.ui.operators.bake")
        self.operator = Instance(getattr(operators, f"AUDIO2FACE_OT_{name}"))
        assert self.operator.invoke(self.context, None) == {"RUNNING_MODAL"}

    def _count(self) -> int:
        self.operator._job.result()
        count = 0
        while self.operator.modal(self.context, TIMER) == {"RUNNING_MODAL"}:
            count += 1
        return count

    def change(self, fault) -> None:
        """Has a fault come, and goes on to the end."""
        fault()
        before = census()
        self._network.go.set()
        state = run(self.operator, self.context)
        said = [text for _, text in self.operator.reports]
        assert said
        assert all("\n" not in text and "StructRNA" not in text for text in said), said
        self.check_end()
        assert census() == before
        if state == {"CANCELLED"} and fault in faults.DELETIONS:
            self.check_given_back()

    def check_end(self) -> None:
        self._network.go.set()
        assert no_thread_is_left()
        assert self.context.window_manager.timers == []
        made = {action.name for action in ours()} - self.kept
        assert made == {action.name for action in whole(besides=self.kept)}

    def check_given_back(self) -> None:
        """Anna has the artist's Action as it was, where both are still there."""
        hand, key = bpy.data.actions.get("Hand"), bpy.data.shape_keys.get("Anna")
        if hand is not None:
            assert keys_of(hand, "browInnerUp") == [(3.0, 0.0)]
            assert len(fcurves(hand)) == 1
            assert not hand.use_fake_user
        if key is not None and key.animation_data is not None:
            assert key.animation_data.action == hand
            assert not key.animation_data.nla_tracks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For all tests: writing its files anew takes longer than most of them."""
    return tmp_path_factory.mktemp("faults")


@pytest.fixture
def bake(extension: str, network: Held, context: Context, folder: Path) -> Bake:
    return Bake(extension, network, context, folder)


def named(fault) -> str:
    return fault.__name__


@pytest.mark.parametrize("fault", faults.CHANGES, ids=named)
@pytest.mark.parametrize("stage", STAGES)
def test_one_speaker(bake, stage: str, fault) -> None:
    bake.to(stage)
    bake.change(fault)


@pytest.mark.parametrize("fault", (*faults.CHANGES, *faults.OF_WHAT_IS_WRITTEN), ids=named)
@pytest.mark.parametrize("stage", ("half written", "last step"))
def test_two_speakers(bake, stage: str, fault) -> None:
    bake.to(stage, "bake_all")
    bake.change(fault)


@pytest.mark.parametrize("fault", (*faults.DELETIONS, *faults.OF_WHAT_IS_WRITTEN), ids=named)
@pytest.mark.parametrize("output", ("ACTION", "NLA", "ACTIVE"))
def test_every_output(bake, output: str, fault) -> None:
    bake.to("half written", output=output)
    bake.change(fault)


@pytest.mark.parametrize("stage", STAGES)
def test_escape(bake, stage: str) -> None:
    bake.to(stage)
    state = bake.operator.modal(bake.context, ESC)
    assert state == ({"FINISHED"} if bake.kept else {"CANCELLED"})
    bake.check_end()
    if not bake.kept:
        bake.check_given_back()


@pytest.mark.parametrize("load", (faults.load_file, faults.new_file), ids=named)
@pytest.mark.parametrize("stage", STAGES)
def test_another_file_gets_nothing(bake, stage: str, load) -> None:
    bake.to(stage)
    load(bake.folder)
    bake.operator.cancel(bake.context)
    bake.check_end()
    assert len(bpy.data.actions) == 0


@pytest.mark.parametrize("stage", STAGES)
def test_disabling_takes_all_back(bake, stage: str) -> None:
    """Blender then takes the operator away without telling it."""
    bake.to(stage)
    bake._network.go.set()
    addon_utils.disable(MODULE)
    try:
        bake.check_end()
        if not bake.kept:
            bake.check_given_back()
    finally:
        addon_utils.enable(MODULE)


@pytest.mark.parametrize("fault", faults.CHANGES, ids=named)
def test_afterwards_the_file_is_saved_and_baked(bake, fault) -> None:
    bake.to("half written")
    bake.change(fault)
    path = str(bake.folder / "a.blend")
    assert bpy.ops.wm.save_as_mainfile(filepath=path, copy=True) == {"FINISHED"}
    for obj in bpy.context.view_layer.objects:
        obj.select_set(False)
    face = make_face("Later", ("jawOpen",))
    assert bpy.ops.audio2face.bake(file=str(bake.folder / "hum.wav")) == {"FINISHED"}
    assert len(fcurves(face.data.shape_keys.animation_data.action)) == 1
