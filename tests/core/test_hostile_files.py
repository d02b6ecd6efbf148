"""Whatever a file of curves, a manifest, weights, a mapping or a record in a .blend holds: it is
read, or refused in one sentence, soon and without filling memory."""

import io
import json
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from a2f.blender_audio2face.core import cached_curves
from a2f.blender_audio2face.core.keys import bake_record
from a2f.blender_audio2face.core.rigs import mapping_file, preset
from a2f.blender_audio2face.core.sound import sound_segment
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.errors import MappingError, PresetError
from a2f.blender_audio2face.scene import analysis_cache
from a2f.model import curves as a2f_curves
from hypothesis import given
from hypothesis import strategies as st

from model.command.batch import manifest, results
from model.command.batch.checks import check_manifest
from model.curves import Curves
from model.errors import WeightsError
from model.formats import FORMATS, CurvesFileError, read, write
from model.network_config import NetworkConfig, array_shapes
from model.weights_file import load_weights, save_weights

from .hostile import DOCUMENTS, FEW, changed, spoilt

CURVES = Curves(("jawOpen", "mouthClose"), 30.0, np.linspace(0, 1, 8, dtype="f4").reshape(4, 2))


def refused(error: Exception) -> None:
    sentence = str(error)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 2000


def written(form: str, folder: Path) -> bytes:
    write(folder / "curves", CURVES, form)
    return (folder / "curves").read_bytes()


def file_with(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", FORMATS)
@FEW
@given(data=st.data())
def test_curves(form: str, tmp_path: Path, data: st.DataObject) -> None:
    spoilt_bytes = data.draw(spoilt(written(form, tmp_path)))
    name = f"spoilt.{'csv' if form == 'livelink' else form}"
    try:
        curves = read(file_with(tmp_path, name, spoilt_bytes))
    except CurvesFileError as error:
        refused(error)
    else:
        assert np.isfinite(curves.values).all()
        assert curves.rate > 0


@FEW
@given(data=st.data())
def test_curves_of_json(tmp_path: Path, data: st.DataObject) -> None:
    plain = json.loads(written("json", tmp_path))
    text = json.dumps(data.draw(changed(plain)))
    try:
        curves = read(file_with(tmp_path, "spoilt.json", text.encode()))
    except CurvesFileError as error:
        refused(error)
    else:
        assert np.isfinite(curves.values).all()


CELLS = st.lists(
    st.sampled_from(
        ["0", "1e300", "1e-320", "-1e308", "nan", "", "١", "1_0", "9" * 400, "jawOpen"]
    ),
    max_size=4,
)


@FEW
@given(rows=st.lists(CELLS, max_size=5), names=st.lists(st.sampled_from("tab\0"), max_size=3))
def test_curves_of_numbers_beyond_all_measure(
    tmp_path: Path, rows: list[list[str]], names: list[str]
) -> None:
    lines = [["t", *names], *rows]
    text = "\n".join(",".join(line) for line in lines)
    try:
        curves = read(file_with(tmp_path, "spoilt.csv", text.encode()))
    except CurvesFileError as error:
        refused(error)
    else:
        assert np.isfinite(curves.values).all()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wide.csv", "t," + ",".join(f"c{i}" for i in range(3000)) + "\n"
         + "".join(f"{t}," + ",".join(["0"] * 3000) + "\n" for t in (0, 1, 80000))),
        ("far.csv", "t,a\n-1e308,0\n1e308,0\n"),
        ("large.csv", "t,a\n0,1e300\n1,0\n"),
        ("int.json", f'{{"format": "audio2face-curves", "version": 1, "rate": 1{"0" * 400}, '
         '"names": ["a"], "values": [[0]]}'),
        ("ints.json", '{"format": "audio2face-curves", "version": 1, "rate": 9, '
         f'"names": ["a"], "values": [[1{"0" * 400}]]}}'),
        ("lists.json", '{"format": "audio2face-curves", "version": 1, "rate": 9, '
         '"names": [[]], "values": [[0]]}'),
    ],
)  # fmt: skip
def test_curves_that_came_through_once(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(CurvesFileError, match=name) as caught:
        read(file_with(tmp_path, name, text.encode()))
    refused(caught.value)


SMALL = NetworkConfig(hidden=2, attention=2, layers=1)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("network") / "w.npz"
    save_weights(path, SMALL, {n: np.ones(s, "f4") for n, s in array_shapes(SMALL).items()})
    return path.read_bytes()


@FEW
@given(data=st.data())
def test_weights(network: bytes, tmp_path: Path, data: st.DataObject) -> None:
    try:
        config, arrays = load_weights(file_with(tmp_path, "spoilt.npz", data.draw(spoilt(network))))
    except WeightsError as error:
        refused(error)
    else:
        assert {name: array.shape for name, array in arrays.items()} == array_shapes(config)


@FEW
@given(data=st.data())
def test_weights_of_whose_arrays_one_is_spoilt(
    network: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    """Checksums of the zip are right here, so that what lies in it is looked at."""
    with zipfile.ZipFile(io.BytesIO(network)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(members)))
    members[name] = data.draw(spoilt(members[name][:400])) + members[name][400:]
    with zipfile.ZipFile(tmp_path / "spoilt.npz", "w") as archive:
        for one, content in members.items():
            archive.writestr(one, content)
    try:
        _, arrays = load_weights(tmp_path / "spoilt.npz")
    except WeightsError as error:
        refused(error)
    else:
        assert all(np.isfinite(array).all() for array in arrays.values())


@FEW
@given(data=st.data())
def test_settings_of_weights(tmp_path: Path, data: st.DataObject) -> None:
    header = data.draw(changed({"format": 2, "config": SMALL.to_dict() | {"channels": ["a"]}}))
    np.savez(tmp_path / "w.npz", header=np.array(json.dumps(header)))
    with pytest.raises(WeightsError) as caught:
        load_weights(tmp_path / "w.npz")
    refused(caught.value)


ROWS = [{"name": "a", "audio": "a.wav", "output": "a.csv", "dials": {"jaw": 1.0}}, {"blend": "b"}]


def take_rows(folder: Path, name: str, data: bytes) -> None:
    try:
        entries = manifest.read_manifest(file_with(folder, name, data))
    except manifest.ManifestError as error:
        refused(error)
    else:
        check_manifest(entries, folder, {}, lambda _arguments: None)


@FEW
@given(document=changed(ROWS))
def test_manifests_of_json(tmp_path: Path, document: object) -> None:
    take_rows(tmp_path, "m.json", json.dumps(document).encode())


@FEW
@given(data=spoilt(b'name;audio;output;dials\n"a;b";a.wav;a.csv;jaw=1|blinks=off\n2;"b.wav";;\n'))
def test_manifests_of_tables(tmp_path: Path, data: bytes) -> None:
    take_rows(tmp_path, "m.csv", data)


@pytest.mark.parametrize("mark", ['"', "\\", "\0", "n", "\u2028", "İ"])
def test_manifests_with_any_delimiter(tmp_path: Path, mark: str) -> None:
    take_rows(tmp_path, "m.csv", f"sep={mark}\nname{mark}audio\na{mark}b\n".encode())


@pytest.mark.parametrize("path", ["a\0b.wav", "\ud800.wav", "n" * 300 + ".wav", "/" * 5000])
def test_rows_with_paths_that_are_none_are_refused_alone(tmp_path: Path, path: str) -> None:
    (tmp_path / "a.wav").touch()
    rows = [{"audio": path, "output": "a.csv"}, {"audio": "a.wav", "output": "b.csv"}]
    entries = manifest.read_manifest(file_with(tmp_path, "m.json", json.dumps(rows).encode()))
    checked = check_manifest(entries, tmp_path, {}, lambda _arguments: None)
    assert list(checked.refused) == [1]
    refused(ValueError(checked.refused[1].sentence))


@FEW
@given(data=spoilt(json.dumps(results.RowResult(1, "a", None, "done").document()).encode() * 2))
def test_results(tmp_path: Path, data: bytes) -> None:
    for line in results.read_results(file_with(tmp_path, "r.jsonl", data)):
        assert isinstance(line, dict)


MAPPING = {
    "format": "audio2face-mapping",
    "version": 1,
    "preset": "arkit",
    "links": [
        {
            "output": "jawOpen",
            "target": {"kind": "bone", "name": "Jaw", "path": "location", "component": 1},
            "multiplier": 2.0,
            "enabled": False,
        }
    ],
}


@FEW
@given(plain=changed(MAPPING))
def test_mappings(plain: object) -> None:
    try:
        mapping = mapping_file.loads(json.dumps(plain))
    except MappingError as error:
        refused(error)
    else:
        assert mapping_file.loads(mapping_file.dumps(mapping)) == mapping
        for link in mapping.links:
            link.target.name.encode()


@FEW
@given(data=spoilt(json.dumps(MAPPING).encode()))
def test_files_of_mappings(tmp_path: Path, data: bytes) -> None:
    try:
        mapping_file.load(file_with(tmp_path, "m.json", data))
    except MappingError as error:
        refused(error)


@FEW
@given(plain=changed(json.loads((preset.FOLDER / "vrm0.json").read_text("utf-8"))))
def test_presets(plain: object) -> None:
    try:
        preset.read_preset(plain, "spoilt.json")
    except PresetError as error:
        refused(error)


NON_CANCELLABLE = cached_curves.encode(a2f_curves.Curves(CURVES.names, CURVES.rate, CURVES.values))


@FEW
@given(body=spoilt(NON_CANCELLABLE[9:]))
def test_takes(body: bytes) -> None:
    data = NON_CANCELLABLE[:5] + zlib.crc32(body).to_bytes(4, "little") + body
    try:
        curves = cached_curves.decode(data)
    except cached_curves.TakeError as error:
        refused(error)
    else:
        assert np.isfinite(curves.values).all()


@FEW
@given(plain=changed({"0": {
    "ours": True, "segments": [["a", 1, 9, 2]], "channels": [["location", 0, 0.5]],
    "keyed": {"a": [0]}, "set_aside": [3, True], "blend_type": None,
}}))  # fmt: skip
def test_records_of_actions(plain: object) -> None:
    assert isinstance(bake_record.loads(json.dumps(plain)), dict)


@FEW
@given(plain=changed(["0f", 0.0, 1.5, [[0.0, 1.0], [0.5, 1.0]]]))
def test_what_was_heard(plain: object) -> None:
    found = sound_segment.loads(json.dumps(plain))
    assert found is None or isinstance(found.start, float)


TIMING = json.dumps(StripTiming(24.0, 1.0, 0.0, 0.0, 1, 3, (0.0, 0.5, 1.0)).__dict__)


@FEW
@given(plain=changed(json.loads(TIMING)))
def test_where_a_take_was_keyed(plain: object) -> None:
    try:
        timing = analysis_cache.timing_of(SimpleNamespace(timing=json.dumps(plain), label="a"))
    except cached_curves.TakeError as error:
        refused(error)
    else:
        assert np.isfinite(timing.times).all()
        assert len(timing.frames) < 1 << 24


@pytest.mark.parametrize("loads", [bake_record.loads, sound_segment.loads])
@FEW
@given(plain=DOCUMENTS)
def test_any_other_document(loads, plain: object) -> None:
    loads(json.dumps(plain))


@pytest.mark.parametrize("depth", [100_000])
def test_documents_that_are_deep(tmp_path: Path, depth: int) -> None:
    text = "[" * depth
    assert bake_record.loads(text) == {}
    assert sound_segment.loads(text) is None
    with pytest.raises(cached_curves.TakeError):
        analysis_cache.timing_of(SimpleNamespace(timing=text, label="a"))
    with pytest.raises(MappingError):
        mapping_file.loads(text)
    with pytest.raises(manifest.ManifestError):
        manifest.read_manifest(file_with(tmp_path, "m.json", text.encode()))


@pytest.mark.parametrize(
    "change",
    [{"fps": 3.5e16}, {"fps": 0.0}, {"fps": 1e-300}, {"right_handle": 10**12}, {"right_handle": 1},
     {"left_handle": 1.5}, {"warp": [0.0]}, {"content_start": 1e300}, {"fps": "24"}],
    ids=str,
)  # fmt: skip
def test_takes_that_would_fill_memory(change: dict) -> None:
    take = SimpleNamespace(timing=json.dumps(json.loads(TIMING) | change), label="a")
    with pytest.raises(cached_curves.TakeError, match="damaged"):
        analysis_cache.timing_of(take)
