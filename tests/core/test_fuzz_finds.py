"""Inputs with which a reader once failed: each is read now, or refused in one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.cli.arguments import command_parser
from a2f.blender_audio2face.core import cached_curves
from a2f.blender_audio2face.core.keys import bake_record
from a2f.blender_audio2face.core.rigs.preset import read_preset
from a2f.blender_audio2face.errors import PresetError
from a2f.blender_audio2face.realtime.wire.address import checked
from a2f.blender_audio2face.realtime.wire.encoders import encoder
from a2f.blender_audio2face.realtime.wire.errors import WireError
from a2f.model.command.errors import UsageError
from a2f.model.curves import Curves

from model.command.batch import messages, rows
from model.command.batch.checks import check_manifest
from model.command.batch.curves import CurvesCheck
from model.command.batch.errors import WorkerError
from model.command.batch.groups import Group
from model.command.batch.known import Known
from model.command.batch.manifest import read_manifest
from model.command.batch.results import RowResult
from model.errors import A2FError
from model.formats import CurvesFileError, read
from model.weights_schema import config_of
from tools.data.actor.arkit import read_channel_map
from tools.data.actor.beat import read_beat
from tools.data.actor.capture_npz import read_capture_npz
from tools.data.actor.curves_csv import read_curves_csv
from tools.data.actor.live_link import read_live_link
from tools.data.actor.track import ActorError

DEEP = "[" * 100_000


def refused(error: Exception) -> None:
    sentence = str(error)
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert len(sentence) < 2000


def refusals_of(folder: Path, manifest_rows: list[dict]) -> list[str]:
    path = folder / "m.json"
    path.write_text(json.dumps(manifest_rows))
    check = CurvesCheck(faces=True).check
    checked_rows = check_manifest(read_manifest(path), folder, {}, check)
    return [one.sentence for one in checked_rows.refused.values()]


@pytest.mark.parametrize("name", ["a\nb", "a\udcff", "a\u2028b", "n" * 3000])
def test_a_name_does_not_break_a_sentence(name: str) -> None:
    refused(A2FError(f'The file "{name}" does not exist: check the path.'))


@pytest.mark.parametrize("host", ["a\tb", "\udcff::2", "9" * 5000])
def test_an_address_does_not_break_a_sentence(host: str) -> None:
    with pytest.raises(WireError) as caught:
        checked(host, 11111, online=True)
    refused(caught.value)


@pytest.mark.parametrize(
    "cells",
    [
        {"fps": "1e9"},
        {"fps": "a\nb"},
        {"format": "x" * 5000},
        {"device": "a\u2028b"},
        {"output": "a\nb.txt"},
        {"output": "a" * 3000 + ".txt"},
    ],
    ids=str,
)
def test_a_row_is_refused_in_a_sentence(tmp_path: Path, cells: dict) -> None:
    (tmp_path / "a.wav").touch()
    (sentence,) = refusals_of(tmp_path, [{"audio": "a.wav", "output": "a.csv", **cells}])
    refused(A2FError(sentence))
    assert sentence == str(A2FError(sentence))


def test_a_loop_of_links_costs_its_row(tmp_path: Path) -> None:
    (tmp_path / "loop.wav").symlink_to(tmp_path / "loop.wav")
    (sentence,) = refusals_of(tmp_path, [{"audio": "loop.wav", "output": "a.csv"}])
    refused(A2FError(sentence))


@pytest.mark.parametrize("frame", ["99999999999", "-1048575"])
def test_frames_that_no_timeline_has(frame: str) -> None:
    for line in (["apply", "a.csv"], ["bake", "--file", "a.wav"]):
        with pytest.raises(UsageError):
            command_parser().parse_args([*line, f"--frame-start={frame}"])


@pytest.mark.parametrize("fps", ["1e9", "1001"])
def test_rows_a_second_that_would_fill_memory(fps: str) -> None:
    with pytest.raises(UsageError):
        command_parser().parse_args(["predict", "a.wav", "b.csv", f"--fps={fps}"])


def test_a_preset_that_weighs_no_number() -> None:
    plain = {"id": "a", "label": "A", "kind": "visemes", "outputs": [
        {"name": "A", "weights": {"jawOpen": float("nan")}}]}  # fmt: skip
    with pytest.raises(PresetError) as caught:
        read_preset(plain, "a.json")
    refused(caught.value)


def test_a_setting_of_a_network_beyond_all_measure() -> None:
    with pytest.raises(ValueError, match="floor"):
        config_of({"features": {"floor": 10**400}})


RESULT = RowResult(1, "a", Path("a"), "done").document()


@pytest.mark.parametrize("said", ["", "{", '{"event": "rea'])
def test_what_a_killed_worker_was_about_to_say(said: str) -> None:
    assert messages.event_of(messages.MARK + said) is None


@pytest.mark.parametrize(
    "event",
    [
        None, 7, [], {}, {"event": "danced"}, {"event": "started"},
        {"event": "started", "row": "1"},
        {"event": "progress", "fraction": float("nan")}, {"event": "progress", "fraction": 10**400},
        {"event": "log", "level": "loud", "text": "a"}, {"event": "log", "level": "info"},
        {"event": "ended", "results": None}, {"event": "ended", "results": [{}]},
        {"event": "ended", "results": [{**RESULT, "row": None}]},
        {"event": "ended", "results": [{**RESULT, "exit_code": 77}]},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_worker_says(event: object) -> None:
    with pytest.raises(WorkerError, match="same release") as caught:
        messages.event_of(messages.MARK + json.dumps(event) + "\n")
    refused(caught.value)


def test_what_a_worker_says_is_understood() -> None:
    line = messages.event_line(messages.ENDED, results=[RESULT])
    assert messages.event_of(line)["results"] == [RowResult.of(RESULT)]


@pytest.mark.parametrize("line", ["", "null", "[]", "{}", DEEP, '{"blend": 7}'])
def test_what_no_batch_asks_for(line: str) -> None:
    with pytest.raises(WorkerError) as caught:
        messages.group_of(line)
    refused(caught.value)


@pytest.mark.parametrize("name", ["a\0b.wav", "\ud800.wav"])
def test_results_that_name_no_file(tmp_path: Path, name: str) -> None:
    output = tmp_path / "a.csv"
    output.touch()
    row = rows.Row(1, "", None, output, ("predict",), ())
    known = Known([])
    line = {"output": str(output), "job": known.job_of(row), "made": known.digests.of(output)}
    group = Group(None, output, (row,))
    assert Known([line]).is_done(group)
    assert not Known([{**line, "result": {"files": {name: "0f"}}}]).is_done(group)


def curves_json(**changes: object) -> str:
    plain = {"format": "audio2face-curves", "version": 1, "rate": 30, "names": ["a"]}
    return json.dumps({**plain, "values": [[0.0], [1.0]], **changes})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("never.json", curves_json(rate=5e-324)),
        ("slow.json", curves_json(rate=1e-5)),
        ("fast.json", curves_json(rate=1e308)),
        ("half.json", curves_json(names=["\ud800"])),
        ("zero.json", curves_json(names=["a\0b"])),
        ("wide.csv", "t," + ",".join(f"c{i}" for i in range(30)) + "\n"
         + "".join(f"{t}" + ",0" * 30 + "\n" for t in (0, 1, 80_000))),
    ],
)  # fmt: skip
def test_curves_that_no_bake_could_use(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CurvesFileError, match=name) as caught:
        read(tmp_path / name)
    refused(caught.value)


@pytest.mark.parametrize(("channels", "rate"), [(1, 1e308), (70_000, 30.0)])
def test_curves_that_do_not_fit_a_take(channels: int, rate: float) -> None:
    names = tuple(map(str, range(channels)))
    with pytest.raises(cached_curves.TakeError, match="cannot be kept") as caught:
        cached_curves.encode(Curves(names, rate, np.zeros((1, channels), np.float32)))
    refused(caught.value)


@pytest.mark.parametrize(
    "change",
    [{"blend_type": 7}, {"blend_type": "FOX"}, {"set_aside": ["a", True]}, {"set_aside": [[], 0]}],
    ids=str,
)
def test_a_record_of_what_no_bake_does(change: dict) -> None:
    plain = {"ours": True, "segments": [], "channels": [], "keyed": {}, "set_aside": [3, True],
             "blend_type": "REPLACE"}  # fmt: skip
    assert set(bake_record.loads(json.dumps({"0": plain}))) == {0}
    assert bake_record.loads(json.dumps({"0": {**plain, **change}})) == {}


def test_half_a_letter_does_not_hinder_keeping() -> None:
    curves = Curves(("\ud800",), 30.0, np.zeros((1, 1), np.float32))
    assert cached_curves.decode(cached_curves.encode(curves)).names == curves.names
    plain = {"ours": True, "segments": [["\ud800", 1, 9, 2]], "channels": [], "keyed": {},
             "set_aside": None, "blend_type": None}  # fmt: skip
    records = bake_record.loads(json.dumps({"0": plain}))
    assert bake_record.loads(bake_record.dumps(records).encode().decode()) == records != {}


def test_a_subject_that_is_half_a_letter() -> None:
    (packet,) = encoder("LIVE_LINK", "\udcff", 30.0, "")(0.0, ("jawOpen",), np.zeros(1))
    assert b"?" in packet


def test_times_that_jump_back_are_left_out(tmp_path: Path) -> None:
    times = [0, 5, 1, 2, 6]
    frames = [{"weights": [0.5], "time": time} for time in times]
    (tmp_path / "a.json").write_text(json.dumps({"names": ["jawOpen"], "frames": frames}))
    codes = [f"00:00:{time:02d}:00,1,0.5\n" for time in times]
    (tmp_path / "a.csv").write_text("Timecode,BlendShapeCount,JawOpen\n" + "".join(codes))
    assert read_beat(tmp_path / "a.json").times.tolist() == [0, 5, 6]
    assert read_live_link(tmp_path / "a.csv").times.tolist() == [0, 5, 6]


BEAT = '{"names": ["jawOpen"], "frames": [{"weights": [%s], "time": %s}]}'
LINK = b"Timecode,BlendShapeCount,JawOpen\n"


@pytest.mark.parametrize(
    ("read_take", "data"),
    [
        (read_beat, DEEP.encode()),
        (read_beat, (BEAT % ("1" + "0" * 400, "0")).encode()),
        (read_beat, (BEAT % ("1e300", "0")).encode()),
        (read_beat, (BEAT % ("0", "NaN")).encode()),
        (read_curves_csv, b"t,\xff\n0,0\n"),
        (read_curves_csv, b"t,jawOpen\nnan,0\n1,0\n"),
        (read_curves_csv, b"t,jawOpen\n0,1e300\n1,0\n"),
        (read_live_link, b"\xff"),
        (read_live_link, LINK + b'00:00:00:00,1,"' + b"9" * 200_000 + b'"\n'),
        (read_live_link, LINK + b"00:00:00:" + b"9" * 400 + b",1,0\n"),
        (read_live_link, LINK + b"9" * 400 + b":00:00:00,1,0\n"),
        (read_live_link, LINK + b"00:00:00:00,1,inf\n"),
        (read_channel_map, b"\xff"),
        (read_channel_map, b"jawOpen = { a = nan }"),
        (read_channel_map, b"jawOpen = { a = 1e300 }"),
        (read_channel_map, b"jawOpen = { a = 1" + b"0" * 400 + b" }"),
        (read_channel_map, b"a = " + DEEP.encode()),
    ],
)
def test_recordings_that_came_through_once(tmp_path: Path, read_take, data: bytes) -> None:
    path = tmp_path / "take"
    path.write_bytes(data)
    with pytest.raises(ActorError) as caught:
        read_take(path)
    refused(caught.value)


@pytest.mark.parametrize(
    "arrays",
    [
        {"fps": np.array(0.0)},
        {"t": np.array([0.0, np.nan])},
        {"t": np.array([0.0, np.inf])},
        {"t": np.array(0.0)},
        {"bs": np.array([[np.inf], [0.0]])},
        {"bs": np.array([["1"], ["2"]])},
    ],
    ids=str,
)
def test_captures_that_came_through_once(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    usual = {"bs": np.zeros((2, 1)), "names": np.array(["jawOpen"]), "fps": np.array(30.0)}
    np.savez(tmp_path / "a.npz", **{**usual, **arrays})
    with pytest.raises(ActorError) as caught:
        read_capture_npz(tmp_path / "a.npz")
    refused(caught.value)
