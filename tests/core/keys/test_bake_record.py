"""The record of bakes in an Action."""

import json

import pytest
from a2f.blender_audio2face.core.keys.bake_record import Record, SetAside, dumps, loads
from a2f.blender_audio2face.core.keys.frame_ranges import FrameRange, Part
from a2f.blender_audio2face.core.keys.keyframes import FCurvePath

JAW, EAR = FCurvePath('key_blocks["jaw\\"Öpen"].value'), FCurvePath('pose.bones["ear"].scale', 2)
A, B = FrameRange("a", 1, 100), FrameRange('é "1"', 150, 200, Part.LEAD_IN)


def test_record_survives_its_json() -> None:
    record = Record(
        ours=True,
        ranges=(A, B),
        channels={"a": (JAW, EAR), B.strip: (EAR,)},
        before={JAW: 0.25, EAR: 1.0},
        set_aside=SetAside(12, True),
        blend_type="REPLACE",
        labels={"a": "Line 1", B.strip: "é"},
    )
    records = {3: record, 0: Record(ours=False)}
    assert loads(dumps(records)) == records


@pytest.mark.parametrize(
    "text",
    [
        None, 3, "", "x", "{}x", "[[1]]", "7", '{"0": 3}', '{"a": {}}', '{"0": {"ours": 1}}',
        "[" * 100_000, dumps({0: Record(ours=True, ranges=(A,))}).replace("100", "1e999"),
        dumps({0: Record(ours=True, channels={"a": (JAW,)}, before={JAW: float("nan")})}),
    ],
)  # fmt: skip
def test_other_text_has_no_records(text: object) -> None:
    assert loads(text) == {}


def test_records_read_twice_are_independent() -> None:
    text = dumps({7: Record(ours=True)})
    loads(text).clear()
    assert loads(text) == {7: Record(ours=True)}


def test_channel_is_owned_where_a_strip_keyed_it() -> None:
    record = Record(ours=True, ranges=(A, B), channels={"a": (JAW, EAR), B.strip: (EAR,)})
    assert record.owned(JAW) == (A,)
    assert record.owned(EAR) == (A, B)
    assert record.owned(FCurvePath("location")) == ()


def test_second_bake_replaces_channels_and_keeps_the_first_values() -> None:
    first = Record(ours=True).with_bake((A,), (JAW, EAR), {JAW: 0.1, EAR: 1.0})
    moved = FrameRange("a", 300, 400)
    second = first.with_bake((moved,), (EAR,), {EAR: 0.7})
    assert second.ranges == (moved,)
    assert second.channels == {"a": (EAR,)}
    assert second.before == {JAW: 0.1, EAR: 1.0}


def test_strip_that_is_covered_whole_is_forgotten() -> None:
    record = Record(ours=True).with_bake((A,), (JAW,), {})
    over = record.with_bake((FrameRange("over", 0, 200),), (JAW,), {})
    assert over.strips == ("over",)
    assert over.without({"over"}).ranges == ()


def test_names_of_strips_stay_with_their_keys() -> None:
    record = Record(ours=True).with_bake((A,), (JAW,), {}, "Line 1")
    assert record.labels == {"a": "Line 1"}
    both = record.with_bake((FrameRange("b", 300, 400),), (JAW,), {}, "Line 2")
    assert both.labels == {"a": "Line 1", "b": "Line 2"}
    assert both.without({"a"}).labels == {"b": "Line 2"}
    assert record.with_bake((FrameRange("b", 0, 200),), (JAW,), {}, "over").labels == {"b": "over"}


def test_record_without_names_is_read() -> None:
    """As 0.1.0 wrote it."""
    plain = json.loads(dumps({0: Record(ours=True, ranges=(A,), channels={"a": (JAW,)})}))
    del plain["0"]["labels"]
    assert loads(json.dumps(plain))[0].labels == {}


def test_renamed_channels_keep_their_strips_and_values() -> None:
    record = Record(ours=True, ranges=(A,), channels={"a": (JAW, EAR)}, before={JAW: 0.5, EAR: 1.0})
    new = FCurvePath('key_blocks["Kiefer"].value')
    moved = record.renamed({JAW: new})
    assert moved.channels == {"a": (new, EAR)}
    assert moved.before == {new: 0.5, EAR: 1.0}
    assert moved.owned(new) == (A,) and moved.owned(JAW) == ()
