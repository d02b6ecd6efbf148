"""Pose keys and stepped poses: a mouth that is keyed as a whole."""

from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.core.compose import FaceKeys, FacePlan, KeyingSettings, keys_of_curves
from a2f.blender_audio2face.core.keys import poses
from a2f.blender_audio2face.core.keys.keyframes import Keys
from a2f.blender_audio2face.core.keys.slicing import sampled
from a2f.blender_audio2face.core.keys.stepped import held_rows
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.rigs.preset import preset_with_id
from a2f.blender_audio2face.core.shaping.settings import Dials
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.model.audio_file import read_audio
from a2f.model.channels import ARKIT_52, MOUTH_GROUP
from a2f.model.curves import Curves
from a2f.model.lip_seal import lip_opening
from a2f.model.runtime import choose_runtime
from a2f.model.sampling import SEALED

from tests.support.mouths import talking

SPEECH = Path(__file__).parents[2] / "data" / "surprise.flac"


def plan_of(*channels: str) -> TargetPlan:
    links = (PlannedLink(Link(n, Target("shape", n)), n, 0, 0.0, 1.0) for n in channels)
    return TargetPlan("Face", (), "KEY", 1, None, tuple(links))


def keyed(curves: Curves, fps: float, keys: str, hold: int = 1, *plans: TargetPlan):
    """(timing, keys of each datablock)"""
    end = 1 + int(len(curves.values) / curves.rate * fps)
    timing = StripTiming(fps, 1.0, 0.0, 0.0, 1, end)
    settings = KeyingSettings(Dials(), keys, 0.01, hold)
    return timing, keys_of_curves(
        FacePlan(plans or (plan_of(*ARKIT_52),), settings), curves, timing, 0.0
    )


def shown(keys: FaceKeys, frames: np.ndarray) -> dict[str, np.ndarray]:
    return {path.path: sampled(each, frames)[0] for path, each in keys[0].items()}


def opening(values: dict[str, np.ndarray]) -> np.ndarray:
    return lip_opening(tuple(values), np.stack([*values.values()], axis=1))


@pytest.fixture(scope="module")
def speech() -> Curves:
    return choose_runtime("numpy").predict(read_audio(SPEECH))


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_pose_keys_of_speech_are_few_and_close_and_keep_every_closure(speech, fps) -> None:
    timing, pose = keyed(speech, fps, "POSES")
    every = keyed(speech, fps, "EVERY_FRAME")[1]
    made, wanted = shown(pose, timing.frames), shown(every, timing.frames)
    assert max(np.abs(made[name] - wanted[name]).max() for name in wanted) <= poses.TOLERANCE
    shut = opening(wanted) < SEALED
    assert shut.sum() > 3
    assert (opening(made)[shut] < SEALED).all()
    used = np.unique(np.concatenate([each.frames for each in pose[0].values()]))
    assert len(used) <= (12 if fps < 60 else 13.5) * (timing.frames[-1] - timing.frames[0]) / fps


def test_mouth_is_keyed_on_the_same_frames_on_every_datablock(speech) -> None:
    teeth = plan_of("jawOpen", "tongueOut")
    timing, (face, others) = keyed(speech, 24, "POSES", 1, plan_of(*ARKIT_52), teeth)
    moving = [
        each
        for keys in (face, others)
        for path, each in keys.items()
        if path.path in MOUTH_GROUP and len(each.frames) > 2
    ]
    assert len(moving) > 15
    for each in moving[1:]:
        assert each.frames.tolist() == moving[0].frames.tolist()
        assert each.extremes.tolist() == moving[0].extremes.tolist()
    assert 0.2 < moving[0].extremes.mean() < 0.8
    assert moving[0].frames[[0, -1]].tolist() == timing.frames[[0, -1]].tolist()


def test_still_control_has_two_pose_keys(speech) -> None:
    still = Curves(speech.names, speech.rate, np.zeros_like(speech.values))
    _, keys = keyed(still, 24, "POSES")
    assert {len(each.frames) for path, each in keys[0].items() if "Blink" not in path.path} == {2}


def test_vowel_between_two_closures_stays_open() -> None:
    mouth = np.full(60, 0.5)
    mouth[20:24], mouth[24:27], mouth[27:31] = 0.0, [0.07, 0.09, 0.07], 0.0
    found = poses.extremes(mouth, 24.0)
    assert found[25]
    assert np.flatnonzero(found).tolist()[0] == 0
    assert poses.closed_runs(mouth) == [(20, 24), (27, 31)]
    mouth[24:27] = 0.05
    assert poses.closed_runs(mouth) == [(20, 31)]


def test_curves_are_fitted_jointly_and_the_bound_holds_on_uneven_frames() -> None:
    rng = np.random.default_rng(4)
    x = np.cumsum(rng.integers(1, 4, 4000)).astype(float)
    y = np.stack([0.5 + 0.5 * np.sin(x / 7 + phase) for phase in (0, 1, 2)])
    y = y + rng.normal(0, 0.01, y.shape)
    needed = rng.random(4000) < 0.01
    bound = np.full(y.shape, 0.05)
    rows, slopes = poses.pose_keys(x, y, bound, needed, np.zeros(4000, bool), 24.0)
    assert np.isin(np.flatnonzero(needed), rows).all()
    assert rows[[0, -1]].tolist() == [0, 3999]
    assert len(rows) < 2200
    for column, slope in zip(y, slopes, strict=True):
        keys = Keys(x[rows], column[rows], slope)
        assert np.abs(sampled(keys, x)[0] - column).max() <= 0.0501


def test_tridiagonal_systems_are_solved() -> None:
    rng = np.random.default_rng(1)
    for count in (2, 3, 17, 200):
        lower, upper = rng.uniform(-0.4, 0.4, (2, count))
        lower[0] = upper[-1] = 0.0
        diagonal, right = rng.uniform(1.0, 2.0, count), rng.normal(size=(count, 3))
        matrix = np.diag(diagonal) + np.diag(lower[1:], -1) + np.diag(upper[:-1], 1)
        found = poses._solved(lower, diagonal, upper, right)
        assert found == pytest.approx(np.linalg.solve(matrix, right), abs=1e-6)


@pytest.mark.parametrize("hold", [2, 3])
def test_stepped_poses_change_on_twos_or_threes_only_and_show_every_closure(speech, hold) -> None:
    timing, keys = keyed(speech, 24, "STEPPED", hold)
    every = keyed(speech, 24, "EVERY_FRAME")[1]
    made, wanted = shown(keys, timing.frames), shown(every, timing.frames)
    changes = timing.frames[1:][np.diff(made["jawOpen"]) != 0]
    assert len(changes) > 10
    assert ((changes - 1) % hold == 0).all()
    assert all(each.held and each.slopes is None for each in keys[0].values())
    assert made["jawOpen"][[0, -1]].tolist() == [0.0, 0.0]
    shut = opening(made) < SEALED
    runs = poses.closed_runs(opening(wanted))
    assert len(runs) > 3
    for first, stop in runs:
        assert shut[max(first - hold, 0) : stop + hold].any()


def test_closure_between_two_steps_moves_to_the_nearest_and_the_vowel_after_it_stays() -> None:
    frames = np.arange(1, 14)
    mouth = np.array([0, 0.4, 0.4, 0.4, 0.4, 0.0, 0.3, 0.4, 0.0, 0.4, 0.4, 0.2, 0.0])
    rows = held_rows(frames, mouth, 3)
    assert rows.tolist() == [0, 0, 0, 3, 3, 3, 5, 5, 5, 8, 8, 8, 12]
    assert held_rows(frames, None, 3).tolist() == [0, 0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9, 12]
    assert held_rows(frames[:1], None, 2).tolist() == [0]


def test_held_keys_keep_their_value_until_the_next() -> None:
    keys = Keys(np.array([1.0, 3.0, 5.0]), np.float32([0.1, 0.2, 0.3]), None, held=True)
    assert sampled(keys, [0, 1, 2.9, 3, 4, 9])[0] == pytest.approx([0.1, 0.1, 0.1, 0.2, 0.2, 0.3])


def test_stepped_poses_of_a_bone_are_held_too() -> None:
    bone = Target("bone", "jaw", "location", 2, rest=10.0, extreme=-30.0)
    link = PlannedLink(Link("jawOpen", bone), "bone", 2, -np.inf, np.inf)
    plan = TargetPlan("Rig", (), "OBJECT", 1, None, (link,))
    curves = talking([(80, 4)], rows=200, noise=0.0)
    _, (keys,) = keyed(curves, 25, "STEPPED", 2, plan)
    assert keys["bone", 2].values.min() < -5.0
    assert keys["bone", 2].values[-1] == 10.0


@pytest.mark.parametrize("preset", ["oculus", "vrm1", "preston_blair"])
def test_visemes_are_keyed_as_poses_too_and_stay_sealed(speech, preset: str) -> None:
    outputs = [output.name for output in preset_with_id(preset).outputs]
    links = (PlannedLink(Link(n, Target("shape", n)), n, 0, 0.0, 1.0) for n in outputs)
    plan = TargetPlan("Face", (), "KEY", 1, preset, tuple(links))
    timing, pose = keyed(speech, 24, "POSES", 1, plan)
    every = shown(keyed(speech, 24, "EVERY_FRAME", 1, plan)[1], timing.frames)
    made = shown(pose, timing.frames)
    assert max(np.abs(made[n] - every[n]).max() for n in every) <= poses.BLEND_TOLERANCE + 1e-6
    used = np.unique(np.concatenate([each.frames for each in pose[0].values()]))
    assert len(used) <= 15 * (timing.frames[-1] - timing.frames[0]) / 24 + 1
    mouth = opening(shown(keyed(speech, 24, "EVERY_FRAME")[1], timing.frames)) < SEALED
    assert max(np.abs(made[n] - every[n])[mouth].max() for n in every) <= 0.0101
