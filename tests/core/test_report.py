"""The report of a bake."""

from dataclasses import replace

import numpy as np
from a2f.blender_audio2face.core.cached_curves import StripCurves, encode
from a2f.blender_audio2face.core.keys.keyframes import FCurvePath
from a2f.blender_audio2face.core.report import Inference, WrittenAction, describe
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.sound.strip_plan import SkippedMesh
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan
from a2f.model.curves import Curves

STRIP = StripCurves(
    "speech",
    StripTiming(24.0, 1, 0, 0.0, 1, 49),
    encode(Curves(("jawOpen",), 100.0, np.zeros((200, 1), np.float32))),
)


def plan(**values: object) -> TargetPlan:
    return TargetPlan("Face", (), "KEY", 1, "arkit", (), **values)


def written(face: TargetPlan, **values: object) -> WrittenAction:
    return WrittenAction(face, "A2F Face", "ACTION", None, None, 2, 50, 112, -2, 56, **values)


def test_summary_names_at_most_three_objects() -> None:
    parts = [written(replace(plan(), object_name=f"Part {number}")) for number in range(5)]
    summary = describe([STRIP], parts, [], None).summary
    assert summary.startswith("Keyed 10 controls of Part 0, Part 1, Part 2 and 2 more from")


def test_report_lists_what_was_keyed_and_skipped() -> None:
    face = plan(
        missing=tuple(f"channel{i}" for i in range(9)),
        passed_over=("jaw_open",),
        driven=("tongueOut",),
        without_effect=("jawLeft",),
    )
    report = describe(
        [STRIP],
        [written(face, set_aside="Old", set_aside_curves=3)],
        [SkippedMesh("Cube", "has no shape keys")],
        Inference("numpy", "cpu", 2.0, 0.5, "actor.npz", "The GPU gave out."),
        ["A remark."],
    )
    assert report.summary == 'Keyed 1 control of Face from "speech", frames 1 to 48'
    for sentence in (
        "2.0 s of sound in 0.5 s (4.0 times real time, numpy on cpu).",
        'Network: "actor.npz".',
        "The GPU gave out.",
        'Face: 1 control in Action "A2F Face", 50 keys at frames -2 to 56, 2.2 times fewer',
        "Nothing to move for channel0, channel1, channel2 and others, 9 in all.",
        "Keyed, but without effect on Face: jawLeft.",
        "Left alone, as a better match exists: jaw_open.",
        "Left to their drivers: tongueOut.",
        'Action "Old" (3 F-curves on these controls) no longer plays',
        'Skipped "Cube": it has no shape keys.',
        "A remark.",
    ):
        assert sentence in report.text


def test_what_went_wrong_comes_before_the_details() -> None:
    face = plan(driven=("tongueOut",), cut_off=("jawOpen (0 to 0.5)",), missing=("cheekPuff",))
    skipped = [SkippedMesh("Lashes", "has no vertices: its shape keys move nothing")]
    note = 'The Action "Walk" is linked.'
    action = WrittenAction(face, "A2F Face", "ACTION", note, None, 2, 50, 112, -2, 56)
    report = describe([STRIP], [action], skipped, None, ["A strip is gone."])
    assert report.text.partition("\n\n")[0].splitlines() == [
        report.summary,
        'Skipped "Lashes": it has no vertices: its shape keys move nothing.',
        'The Action "Walk" is linked.',
        "Left to their drivers: tongueOut.",
        "Cut off by the range of their sliders: jawOpen (0 to 0.5).",
        "A strip is gone.",
    ]
    assert "cheekPuff" in report.text.partition("\n\n")[2]


def test_hidden_results_have_lines_of_their_own() -> None:
    face = plan(hidden_by=("none of the keyed shape keys moves a vertex.",))
    report = describe([STRIP], [written(face)], [], None, hidden=["An NLA track is soloed."])
    assert "solo" not in report.text
    assert report.lines[-2:] == (
        "Hidden: An NLA track is soloed.",
        "Hidden: none of the keyed shape keys moves a vertex.",
    )


def test_mesh_that_nothing_moves_beside_one_that_moves_hides_nothing() -> None:
    flat = plan(without_effect=("jawOpen", "mouthClose"), hidden_by=("nothing moves a vertex.",))
    assert describe([STRIP], [written(plan()), written(flat)], [], None).hidden == ()
    assert describe([STRIP], [written(flat)], [], None).hidden == ("nothing moves a vertex.",)


def test_report_of_many_strips_counts_them() -> None:
    report = describe([STRIP] * 5, [written(plan())], [], None)
    assert 'from "speech", "speech", "speech" and 2 more, frames' in report.summary


def test_keys_that_gave_way_are_counted() -> None:
    link = PlannedLink(Link("jawOpen", Target("shape", "Jaw")), "jaw", 0, 0.0, 1.0)
    face = replace(plan(), links=(link,))
    covered = {FCurvePath("jaw"): 3, FCurvePath("lid"): 1}
    report = describe([STRIP], [written(face, covered=covered)], [], None)
    assert "4 keys of yours in these frames, on Jaw, lid, gave way" in report.text
