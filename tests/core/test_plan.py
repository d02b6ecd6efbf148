"""What is refused before anything is touched, and what is told afterwards."""

import pytest
from a2f.blender_audio2face.errors import PlanError
from a2f.blender_audio2face.plan import (
    BakePlan,
    KeyedShape,
    MeshPlan,
    SkippedMesh,
    SoundSource,
    StripPlan,
    check_meshes,
)
from a2f.blender_audio2face.report import Inference, Written, describe
from a2f.blender_audio2face.timing import StripTiming

FACE = MeshPlan("Face", (), 1, (KeyedShape("jawOpen", "jawOpen", 0.0, 1.0),))
STRIP = StripPlan("speech", SoundSource("s.wav", "s.wav"), StripTiming(24.0, 1, 0, 0.0, 1, 49))


def test_nothing_selected() -> None:
    with pytest.raises(PlanError, match="No mesh is selected: select the face"):
        check_meshes((), ())


def test_every_reason_is_given() -> None:
    skipped = (SkippedMesh("Cube", "has no shape keys"), SkippedMesh("Ball", "is linked"))
    with pytest.raises(PlanError, match=r'^Nothing to key: "Cube" has .*; "Ball" is linked\.$'):
        check_meshes((), skipped)


def test_one_mesh_is_enough() -> None:
    check_meshes((FACE,), (SkippedMesh("Cube", "has no shape keys"),))


def test_report_says_what_was_keyed_and_what_hides_it() -> None:
    mesh = MeshPlan(
        "Face",
        ("Twin",),
        1,
        FACE.shapes,
        missing=tuple(f"channel{i}" for i in range(9)),
        passed_over=("jaw_open",),
        driven=("tongueOut",),
        hidden_by=("an NLA track is soloed.",),
    )
    plan = BakePlan(STRIP, (mesh,), (SkippedMesh("Cube", "has no shape keys"),))
    written = Written(mesh, "A2F Face", 1, -2, 56, "Old", 3, muted=("jawOpen",))
    report = describe(plan, Inference("numpy", "cpu", 2.0, 0.5), (written,))
    assert report.summary == 'Keyed 1 shape key of Face from "speech", frames 1 to 48'
    text = "\n".join(report.details)
    for sentence in (
        "2.0 s of sound in 0.5 s (4.0 times real time, numpy on cpu).",
        'Face: 1 shape key in Action "A2F Face", keys at frames -2 to 56.',
        "Twin shares these shape keys and moves too.",
        "No shape key for channel0, channel1, channel2, channel3, channel4, channel5 and 3 more.",
        "Left alone, as a better match exists: jaw_open.",
        "Left to their drivers: tongueOut.",
        'Action "Old" (3 F-curves on these shape keys) no longer plays',
        "Hidden: the F-curves of jawOpen are muted in the Action.",
        "Hidden: an NLA track is soloed.",
        'Skipped "Cube": it has no shape keys.',
    ):
        assert sentence in text
