"""A bake with a window that is stopped at a stage, so that a test can change the scene there."""

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import bpy
import pytest

from tests.support.fault_scene import Held, census, make_scene, no_thread_is_left, ours, whole
from tests.support.modal import TIMER, Context, Instance, run, run_until
from tests.support.scenes import fcurves, keys_of

IN_THE_THREAD = ("invoked", "decoding", "network", "composing", "composed")
IN_STEPS = ("first write", "half written", "last step")
STAGES = (*IN_THE_THREAD, *IN_STEPS)


@pytest.fixture
def network(extension: str, monkeypatch: pytest.MonkeyPatch) -> Held:
    """The network of every bake of the test; keys are written one step at a time."""

    def module(name: str):
        return importlib.import_module(f"{extension}.{name}")

    held = Held(module("model.curves").Curves)
    pipeline = module("blender_audio2face.bake.pipeline")
    operators = module("blender_audio2face.ui.operators.bake")
    compose = pipeline.compose

    def held_compose(*arguments):
        held.at("composing")
        return compose(*arguments)

    def choose_runtime(*_):
        held.at("invoked")
        return held

    windowed = SimpleNamespace(app=SimpleNamespace(background=False), data=bpy.data)
    monkeypatch.setattr(operators, "bpy", windowed)
    monkeypatch.setattr(operators, "_STEP_SECONDS", 0.0)
    analysis = module("blender_audio2face.core.analysis")
    monkeypatch.setattr(analysis, "choose_runtime", choose_runtime)
    monkeypatch.setattr(pipeline, "compose", held_compose)
    return held


class Bake:
    """A bake that is brought to a stage.

    Attributes:
        steps: (operator, output) -> ticks with steps before the last.
        written: names of the Actions that were written whole at that stage.
    """

    steps: ClassVar[dict[tuple[str, str], int]] = {}

    def __init__(self, extension: str, network: Held, context: Context, folder: Path) -> None:
        self._extension, self._network = extension, network
        self.context, self.folder = context, folder

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
        self.written = {action.name for action in whole()}

    def _invoke(self, name: str, output: str) -> None:
        make_scene(self.folder, output)
        operators = importlib.import_module(
            f"{self._extension}.blender_audio2face.ui.operators.bake"
        )
        self.operator = Instance(getattr(operators, f"AUDIO2FACE_OT_{name}"))
        assert self.operator.invoke(self.context, None) == {"RUNNING_MODAL"}

    def _count(self) -> int:
        self.operator._job.result()
        count = 0
        while self.operator.modal(self.context, TIMER) == {"RUNNING_MODAL"}:
            count += 1
        return count

    def release(self) -> None:
        """Lets the job go on from its stage."""
        self._network.go.set()

    def finish(self) -> tuple[set[str], list[str]]:
        """Goes on to the end: (state of the operator, reported sentences)."""
        self.release()
        state = run(self.operator, self.context)
        sentences = [text for _, text in self.operator.reports]
        assert sentences
        assert all("\n" not in text and "StructRNA" not in text for text in sentences), sentences
        self.check_end()
        return state, sentences

    def change(self, fault) -> set[str]:
        """Changes the scene and goes on to the end; the state of the operator."""
        fault()
        before = census()
        state, _ = self.finish()
        assert census() == before
        return state

    def check_end(self) -> None:
        """No thread or timer runs, and what was written is whole."""
        self.release()
        assert no_thread_is_left()
        assert self.context.window_manager.timers == []
        made = {action.name for action in ours()} - self.written
        assert made == {action.name for action in whole(besides=self.written)}

    def check_undone(self) -> None:
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
    """For all tests of a module: writing its files takes longer than most of them."""
    return tmp_path_factory.mktemp("faults")


@pytest.fixture
def bake(extension: str, network: Held, context: Context, folder: Path) -> Bake:
    return Bake(extension, network, context, folder)
