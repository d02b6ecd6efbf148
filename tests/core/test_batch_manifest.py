"""A manifest's file, and what can be said of its rows before anything starts."""

import argparse
import json
from pathlib import Path

import pytest

from model.command.batch.checks import Checked, check_manifest
from model.command.batch.errors import ManifestError
from model.command.batch.manifest import Entry, read_manifest
from model.command.batch.row_numbers import row_numbers
from model.command.console import ExitCode, UsageError


def manifest(folder: Path, text: str | bytes, name: str = "shots.csv") -> tuple[Entry, ...]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_manifest(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_as_spreadsheets_write_it(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    rows = [["Name", "Audio", "output"], ["Ä\nö", '"a;b,c.wav"', "o.csv"], ["", "", ""], ["2"]]
    rows[1][0] = '"Ä\nö"'
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    first, second = manifest(tmp_path, text.encode(encoding))
    assert first.number == 1
    assert first.texts["audio"] == "a;b,c.wav"
    assert first.texts["name"].split() == ["Ä", "ö"]
    assert (second.number, second.texts) == (2, {"name": "2"})


def test_the_delimiter_that_excel_names(tmp_path: Path) -> None:
    (entry,) = manifest(tmp_path, "sep=;\nname;audio\na;b.wav\n")
    assert entry.texts == {"name": "a", "audio": "b.wav"}


def test_json_with_and_without_defaults(tmp_path: Path) -> None:
    rows = [
        {"audio": "a.wav", "fps": 24, "dials": {"jaw": 0.5, "blinks": False}, "objects": ["a|"]}
    ]
    (plain,) = manifest(tmp_path, json.dumps(rows), "m.json")
    assert plain.texts == {"audio": "a.wav", "fps": "24"}
    assert plain.lists == {"dials": ("jaw=0.5", "blinks=off"), "objects": ("a|",)}
    document = {"defaults": {"fps": 30, "weights": "w.npz"}, "rows": rows}
    (merged,) = manifest(tmp_path, json.dumps(document), "m.json")
    assert merged.texts == {"audio": "a.wav", "fps": "24", "weights": "w.npz"}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("m.csv", "name,colour\n", '"colour" in the header'),
        ("m.json", '[{}, {"colour": 1}]', '"colour" in row 2'),
        ("m.csv", "name,name\n", "two columns"),
        ("m.csv", "name\n", "no rows"),
        ("m.csv", "", "no rows"),
        ("m.csv", "name,audio\na,b\nc,d,e\n", "Row 2"),
        ("m.csv", 'name,audio\na,"b\n', "is no CSV"),
        ("m.csv", b"name\n\xff", "not UTF-8"),
        ("m.json", "{", "is no JSON"),
        ("m.json", '{"lines": []}', '"lines"'),
        ("m.json", "[1]", "list of objects"),
        ("m.json", '[{"name": [1]}]', '"name" of row 1'),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, text, name)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        read_manifest(tmp_path / "none.csv")


def test_row_numbers() -> None:
    assert row_numbers("3") == (range(3, 4),)
    assert row_numbers("1-10,15") == (range(1, 11), range(15, 16))
    for text in ("", "0", "3-1", "a", "1-", "-1", "1,,2"):
        with pytest.raises(argparse.ArgumentTypeError):
            row_numbers(text)


def refuse_klingon(arguments) -> None:
    if "--preset=klingon" in arguments:
        raise UsageError("no preset klingon")


def checked(folder: Path, *rows: dict, inside: Path | None = None) -> Checked:
    for name in ("a.wav", "a.blend", "b.blend"):
        (folder / name).touch()
    entries = manifest(folder, json.dumps(rows), "m.json")
    return check_manifest(entries, folder, {}, refuse_klingon, inside)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"audio": "a.wav"}, '"output" is empty'),
        ({"output": "a.csv"}, '"audio" is empty'),
        ({"audio": "a.wav", "output": "a.txt"}, ".csv, .json, .npz"),
        ({"audio": "a.wav", "output": "a.csv", "objects": "Head"}, '"objects" is for a face'),
        ({"audio": "none.wav", "output": "a.csv"}, 'none.wav" does not exist'),
        ({"blend": "none.blend"}, 'none.blend" does not exist'),
        ({"blend": "a.blend", "audio": "none.wav"}, 'none.wav" does not exist'),
        ({"blend": "a.blend", "mapping": "none.json"}, 'none.json" does not exist'),
        ({"blend": "a.blend", "preset": "klingon"}, "no preset klingon"),
        ({"blend": "a.blend", "output": "a.csv"}, "has to end in .blend"),
        ({"blend": "a.blend", "fps": 24}, '"fps" is for rows without a blend'),
        ({"blend": "a.blend", "frame_start": 2}, '"frame_start" is for "audio"'),
    ],
)
def test_a_row_that_cannot_be_done_stops_no_other(tmp_path, row, sentence) -> None:
    found = checked(tmp_path, {"blend": "b.blend"}, row)
    assert list(found.refused) == [2]
    assert sentence in found.refused[2].sentence
    assert found.refused[2].code == ExitCode.REFUSED
    assert found.groups[0].rows[0].number == 1


def test_a_folder_that_is_missing_may_be_there_the_next_time(tmp_path: Path) -> None:
    found = checked(tmp_path, {"audio": "a.wav", "output": "none/a.csv"})
    assert found.refused[1].code == ExitCode.NOT_WRITTEN


def test_rows_of_one_file_are_a_group_and_others_are_not(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        {"blend": "a.blend", "speaker": "Anna"},
        {"blend": "b.blend"},
        {"blend": "./a.blend", "speaker": "Bert", "output": "a.blend"},
    )
    assert [[row.number for row in group.rows] for group in found.groups] == [[1, 3], [2]]
    assert not found.refused


@pytest.mark.parametrize(
    "rows",
    [
        ({"audio": "a.wav", "output": "o.csv"}, {"audio": "a.wav", "output": "./o.csv"}),
        ({"blend": "a.blend", "output": "o.blend"}, {"blend": "b.blend", "output": "o.blend"}),
        ({"blend": "a.blend"}, {"blend": "a.blend", "output": "o.blend"}),
    ],
)
def test_two_rows_in_each_others_way(tmp_path: Path, rows) -> None:
    found = checked(tmp_path, *rows)
    assert list(found.refused) == [2]
    assert "row 1" in found.refused[2].sentence


def test_a_double_slash_is_the_folder_of_the_blend(tmp_path: Path) -> None:
    (tmp_path / "shots").mkdir()
    for name in ("c.blend", "c.wav"):
        (tmp_path / "shots" / name).touch()
    found = checked(tmp_path, {"blend": "shots/c.blend", "audio": "//c.wav"})
    assert not found.refused
    assert found.groups[0].rows[0].files == (tmp_path / "shots" / "c.wav",)


def test_outputs_lie_inside_the_folder_that_is_named(tmp_path: Path) -> None:
    for name in ("in/deep", "out"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a.wav").touch()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    outputs = ("in/a.csv", "in/deep/../b.csv", "in/../out/c.csv", "in/link/d.csv", "inn.csv",
               str(tmp_path / "e.csv"))  # fmt: skip
    rows = [{"audio": "a.wav", "output": output} for output in outputs]
    assert checked(tmp_path, *rows).refused == {}
    refused = checked(tmp_path, *rows, inside=tmp_path / "in").refused
    assert list(refused) == [3, 4, 5, 6]
    assert {one.code for one in refused.values()} == {ExitCode.REFUSED}
    assert "does not lie in" in refused[4].sentence
