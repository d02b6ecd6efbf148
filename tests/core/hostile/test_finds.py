"""Inputs that a reader once accepted or failed on: each is read now, or refused in one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
from a2f.blender_audio2face.cli.arguments import command_parser
from a2f.blender_audio2face.core import cached_curves
from a2f.blender_audio2face.core.keys import bake_record
from a2f.blender_audio2face.core.rigs import mapping_file
from a2f.blender_audio2face.core.sound import sound_segment, strip_timing
from a2f.blender_audio2face.core.streaming.address import parse_address
from a2f.blender_audio2face.core.streaming.encoders import encoder
from a2f.blender_audio2face.errors import MappingError, StreamingError
from a2f.model.command.batch.checks import check_manifest
from a2f.model.command.batch.manifest import ManifestError, read_manifest
from a2f.model.command.console import UsageError
from a2f.model.curve_files import CurvesFileError, read
from a2f.model.curves import Curves
from a2f.model.errors import A2FError
from a2f.model.weights_file import config_from

from .readers import READERS, RECORD, assert_sentence, file_with
from .strategies import DEEP


def curves_json(**changes: object) -> str:
    plain = {"format": "audio2face-curves", "version": 1, "rate": 30, "names": ["a"]}
    return json.dumps({**plain, "values": [[0.0], [1.0]], **changes})


def wide_csv(columns: int, seconds: int) -> str:
    header = "t," + ",".join(f"c{column}" for column in range(columns)) + "\n"
    return header + "".join(f"{t}" + ",0" * columns + "\n" for t in (0, 1, seconds))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wide.csv", wide_csv(30, 80_000)),
        ("wider.csv", wide_csv(3000, 80_000)),
        ("far.csv", "t,a\n-1e308,0\n1e308,0\n"),
        ("large.csv", "t,a\n0,1e300\n1,0\n"),
        ("digits.csv", f"t,a\n0,{'9' * 400}\n1,0\n"),
        ("never.json", curves_json(rate=5e-324)),
        ("slow.json", curves_json(rate=1e-5)),
        ("fast.json", curves_json(rate=1e308)),
        ("huge_rate.json", curves_json(rate=10**400)),
        ("huge_value.json", curves_json(values=[[10**400], [0]])),
        ("list_name.json", curves_json(names=[[]])),
        ("surrogate.json", curves_json(names=["\ud800"])),
        ("null.json", curves_json(names=["a\0b"])),
    ],
)
def test_curves_that_no_bake_could_use_are_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(CurvesFileError, match=name) as caught:
        read(file_with(tmp_path, name, text.encode()))
    assert_sentence(caught.value)


@pytest.mark.parametrize(("channels", "rate"), [(1, 1e308), (70_000, 30.0)])
def test_curves_beyond_the_cache_format_are_refused(channels: int, rate: float) -> None:
    names = tuple(map(str, range(channels)))
    with pytest.raises(cached_curves.CachedCurvesError, match="cannot be kept") as caught:
        cached_curves.encode(Curves(names, rate, np.zeros((1, channels), np.float32)))
    assert_sentence(caught.value)


def test_surrogates_in_names_survive_a_blend() -> None:
    curves = Curves(("\ud800",), 30.0, np.zeros((1, 1), np.float32))
    assert cached_curves.decode(cached_curves.encode(curves)).names == curves.names
    records = bake_record.loads(json.dumps({"0": {**RECORD, "segments": [["\ud800", 1, 9, 2]]}}))
    assert bake_record.loads(bake_record.dumps(records).encode().decode()) == records != {}
    (packet,) = encoder("LIVE_LINK", "\udcff", 30.0)(0.0, ("jawOpen",), np.zeros(1))
    assert b"?" in packet


@pytest.mark.parametrize(
    "change",
    [{"blend_type": 7}, {"blend_type": "FOX"}, {"set_aside": ["a", True]}, {"set_aside": [[], 0]}],
    ids=str,
)
def test_impossible_bake_record_is_dropped(change: dict) -> None:
    assert set(bake_record.loads(json.dumps({"0": {**RECORD, "blend_type": "REPLACE"}}))) == {0}
    assert bake_record.loads(json.dumps({"0": {**RECORD, **change}})) == {}


@pytest.mark.parametrize(
    "change",
    [{"fps": 3.5e16}, {"fps": 0.0}, {"fps": 1e-300}, {"right_handle": 10**12}, {"right_handle": 1},
     {"left_handle": 1.5}, {"warp": [0.0]}, {"content_start": 1e300}, {"fps": "24"}],
    ids=str,
)  # fmt: skip
def test_timing_that_would_fill_memory_is_refused(change: dict) -> None:
    timing = {**READERS["timing"].seed, **change}
    with pytest.raises(ValueError):
        strip_timing.loads(json.dumps(timing))


def test_deeply_nested_json_is_refused(tmp_path: Path) -> None:
    assert bake_record.loads(DEEP) == {}
    assert sound_segment.loads(DEEP) is None
    with pytest.raises(ValueError):
        strip_timing.loads(DEEP)
    with pytest.raises(MappingError):
        mapping_file.loads(DEEP)
    with pytest.raises(ManifestError):
        read_manifest(file_with(tmp_path, "m.json", DEEP.encode()))


def test_network_setting_beyond_float_is_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        config_from({"features": {"floor": 10**400}})


@pytest.mark.parametrize("name", ["a\nb", "a\udcff", "a\u2028b", "n" * 3000])
def test_name_in_a_message_keeps_it_one_sentence(name: str) -> None:
    assert_sentence(A2FError(f'The file "{name}" does not exist: check the path.'))


@pytest.mark.parametrize("host", ["a\tb", "\udcff::2", "9" * 5000])
def test_address_in_a_message_keeps_it_one_sentence(host: str) -> None:
    with pytest.raises(StreamingError) as caught:
        parse_address(host, 11111, online=True)
    assert_sentence(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "apply a.csv --frame-start=99999999999", "apply a.csv --frame-start=-1048575",
        "bake --file a.wav --frame-start=99999999999",
        "predict a.wav b.csv --fps=1e9", "predict a.wav b.csv --fps=1001",
    ],
)  # fmt: skip
def test_numbers_beyond_any_timeline_are_refused(line: str) -> None:
    with pytest.raises(UsageError):
        command_parser().parse_args(line.split())


def test_mp3_whose_end_lies_before_its_frames_is_read_or_refused(tmp_path: Path) -> None:
    reader = READERS["sound-MP3-MPEG_LAYER_III"]
    tag = reader.seed.index(b"LAME") + 20
    reader.accepts(reader.seed[:tag] + reader.seed[tag - 40 :], tmp_path)


# Manifests.


@pytest.mark.parametrize(
    "cells",
    [
        {"fps": "1e9"}, {"fps": "a\nb"}, {"format": "x" * 5000}, {"device": "a\u2028b"},
        {"output": "a\nb.txt"}, {"output": "a" * 3000 + ".txt"}, {"audio": "loop.wav"},
        {"audio": "a\0b.wav"}, {"audio": "\ud800.wav"}, {"audio": "n" * 300 + ".wav"},
        {"audio": "/" * 5000},
    ],
    ids=str,
)  # fmt: skip
def test_bad_manifest_row_is_refused_alone(tmp_path: Path, cells: dict) -> None:
    (tmp_path / "a.wav").touch()
    (tmp_path / "loop.wav").symlink_to(tmp_path / "loop.wav")
    rows = [{"audio": "a.wav", "output": "a.csv", **cells}, {"audio": "a.wav", "output": "b.csv"}]
    cells_of_rows = read_manifest(file_with(tmp_path, "m.json", json.dumps(rows).encode()))
    refused = check_manifest(cells_of_rows, tmp_path, {}, command_parser().parse_args).refused
    assert list(refused) == [1]
    assert_sentence(refused[1].error)


@pytest.mark.parametrize("mark", ['"', "\\", "\0", "n", "\u2028", "İ"])
def test_manifest_with_any_delimiter_is_read_or_refused(tmp_path: Path, mark: str) -> None:
    READERS["manifest-csv"].accepts(f"sep={mark}\nname{mark}audio\na{mark}b\n".encode(), tmp_path)
