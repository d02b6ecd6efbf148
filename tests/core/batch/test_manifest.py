"""A manifest's file, and what can be said of its rows before anything starts."""

import json
from pathlib import Path

import pytest

from model.command.batch.checks import CheckedManifest, check_manifest
from model.command.batch.manifest import Cells, ManifestError, read_manifest
from model.command.console import ExitCode, UsageError


def manifest(folder: Path, text: str | bytes, name: str = "shots.csv") -> list[Cells]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_manifest(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_table_of_a_spreadsheet_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Name", "Audio", "output"], ['"Ä\nö"', '"a;b,c.wav"', "o.csv"], ["", "", ""], ["2"]]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    first, second = manifest(tmp_path, text.encode(encoding))
    assert first["audio"] == ("a;b,c.wav",)
    assert first["name"][0].split() == ["Ä", "ö"]
    assert second == {"name": ("2",)}


def test_delimiter_named_by_excel_is_used(tmp_path: Path) -> None:
    assert manifest(tmp_path, "sep=;\nname;audio\na;b.wav\n") == [
        {"name": ("a",), "audio": ("b.wav",)}
    ]


def test_cells_of_lists_are_split(tmp_path: Path) -> None:
    (cells,) = manifest(tmp_path, "blend,objects,dials\na.blend,Head|Teeth,jaw=1|blinks=off\n")
    assert (cells["objects"], cells["dials"]) == (("Head", "Teeth"), ("jaw=1", "blinks=off"))


def test_json_takes_defaults_from_beside_its_rows(tmp_path: Path) -> None:
    rows = [
        {"audio": "a.wav", "fps": 24, "dials": {"jaw": 0.5, "blinks": False}, "objects": ["a|"]}
    ]
    lists = {"dials": ("jaw=0.5", "blinks=off"), "objects": ("a|",)}
    plain = {"audio": ("a.wav",), "fps": ("24",), **lists}
    assert manifest(tmp_path, json.dumps(rows), "m.json") == [plain]
    document = {"defaults": {"fps": 30, "weights": "w.npz"}, "rows": rows}
    assert manifest(tmp_path, json.dumps(document), "m.json") == [{**plain, "weights": ("w.npz",)}]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("m.csv", "name,colour\n", '"colour" in the header'),
        ("m.json", '[{}, {"colour": 1}]', '"colour" in row 2'),
        ("m.csv", "name,name\n", "two columns"),
        ("m.csv", "name\n", "no rows"),
        ("m.csv", "", "no rows"),
        ("m.csv", "name,audio\na,b\nc,d,e\n", "Row 2"),
        ("m.csv", 'name,audio\na,"b\n', "is not CSV"),
        ("m.csv", b"name\n\xff", "not UTF-8"),
        ("m.json", "{", "is not JSON"),
        ("m.json", '{"lines": []}', '"lines"'),
        ("m.json", "[1]", "list of objects"),
        ("m.json", '[{"name": [1]}]', '"name" of row 1'),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, text, name)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        read_manifest(tmp_path / "none.csv")


def refuse_klingon(arguments) -> None:
    if "--preset=klingon" in arguments:
        raise UsageError("no preset klingon")


def checked(folder: Path, *rows: dict, inside: Path | None = None) -> CheckedManifest:
    for name in ("a.wav", "a.blend", "b.blend"):
        (folder / name).touch()
    cells = manifest(folder, json.dumps(rows), "m.json")
    return check_manifest(cells, folder, {}, refuse_klingon, inside)


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
def test_impossible_row_stops_no_other(tmp_path: Path, row: dict, sentence: str) -> None:
    found = checked(tmp_path, {"blend": "b.blend"}, row)
    assert list(found.refused) == [2]
    assert sentence in found.refused[2].error
    assert found.refused[2].exit_code == ExitCode.REFUSED
    assert found.groups[0][0].number == 1


def test_missing_folder_may_exist_at_another_try(tmp_path: Path) -> None:
    found = checked(tmp_path, {"audio": "a.wav", "output": "none/a.csv"})
    assert found.refused[1].exit_code == ExitCode.NOT_WRITTEN


def test_rows_of_one_file_are_a_group(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        {"blend": "a.blend", "speaker": "Anna"},
        {"blend": "b.blend"},
        {"blend": "./a.blend", "speaker": "Bert", "output": "a.blend"},
    )
    assert [[row.number for row in group] for group in found.groups] == [[1, 3], [2]]
    assert found.groups[0][1].arguments == ("bake", "--speaker=Bert")
    assert not found.refused


@pytest.mark.parametrize(
    "rows",
    [
        ({"audio": "a.wav", "output": "o.csv"}, {"audio": "a.wav", "output": "./o.csv"}),
        ({"blend": "a.blend", "output": "o.blend"}, {"blend": "b.blend", "output": "o.blend"}),
        ({"blend": "a.blend"}, {"blend": "a.blend", "output": "o.blend"}),
    ],
)
def test_second_writer_of_a_file_is_refused(tmp_path: Path, rows) -> None:
    found = checked(tmp_path, *rows)
    assert list(found.refused) == [2]
    assert "row 1" in found.refused[2].error


def test_double_slash_is_the_folder_of_the_blend(tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    for name in ("c.blend", "c.wav", "c.json", "c.npz"):
        (shots / name).touch()
    cells = {"audio": "//c.wav", "mapping": "//c.json", "weights": "//c.npz", "output": "//o.blend"}
    found = checked(tmp_path, {"blend": "shots/c.blend", **cells})
    assert not found.refused
    ((row,),) = found.groups
    assert row.files == tuple(str(shots / name) for name in ("c.wav", "c.json", "c.npz"))
    assert row.output == str(shots / "o.blend")


def test_outputs_outside_the_named_folder_are_refused(tmp_path: Path) -> None:
    for name in ("in/deep", "out"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    outputs = ("in/a.csv", "in/deep/../b.csv", "in/../out/c.csv", "in/link/d.csv", "inn.csv",
               str(tmp_path / "e.csv"))  # fmt: skip
    rows = [{"audio": "a.wav", "output": output} for output in outputs]
    assert checked(tmp_path, *rows).refused == {}
    refused = checked(tmp_path, *rows, inside=tmp_path / "in").refused
    assert list(refused) == [3, 4, 5, 6]
    assert {result.exit_code for result in refused.values()} == {ExitCode.REFUSED}
    assert "does not lie in" in refused[4].error
