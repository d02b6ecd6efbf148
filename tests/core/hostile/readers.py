"""Everything that reads data from outside, as one table: what pytest and `make fuzz` try.

Each `Reader` accepts its seed; any other input is read, or refused with one of the reader's errors
in one sentence, without filling memory.
"""

import io
import itertools
import json
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
import soundfile
from a2f.blender_audio2face.cli.arguments import command_parser
from a2f.blender_audio2face.core import cached_curves, persistence
from a2f.blender_audio2face.core.keys import bake_record
from a2f.blender_audio2face.core.rigs import mapping_file
from a2f.blender_audio2face.core.sound import sound_segment, strip_timing
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.core.streaming import address, live_link
from a2f.blender_audio2face.core.streaming.encoders import encoder
from a2f.blender_audio2face.core.streaming.latest_frames import LatestFrames
from a2f.blender_audio2face.errors import MappingError, PlanError, StreamingError
from a2f.model import audio_file, resampling
from a2f.model.command.batch import results
from a2f.model.command.batch.checks import check_manifest
from a2f.model.command.batch.manifest import ManifestError, read_manifest
from a2f.model.command.console import UsageError
from a2f.model.curve_files import CurvesFileError, read, write
from a2f.model.curves import Curves
from a2f.model.errors import AudioError, WeightsError
from a2f.model.network_config import NetworkConfig, array_shapes
from a2f.model.weights_file import FORMAT, load_weights, save_weights


@dataclass(frozen=True)
class Reader:
    """A function that reads outside data.

    Attributes:
        read: takes the bytes and a folder for a file, and asserts what holds of any result.
        seed: a valid input: bytes, or a JSON document.
        refusals: the errors with which it may refuse, each in one sentence.
    """

    read: Callable[[bytes, Path], None]
    seed: object
    refusals: tuple[type[Exception], ...] = ()

    @property
    def seed_bytes(self) -> bytes:
        """The seed as it is read."""
        return self.seed if isinstance(self.seed, bytes) else json.dumps(self.seed).encode()

    def accepts(self, data: bytes, folder: Path) -> bool:
        """Whether the input is read; False if it is refused properly. All else raises."""
        try:
            self.read(data, folder)
        except self.refusals as error:
            assert_sentence(error)
            return False
        return True


def assert_sentence(error: object) -> None:
    """A message fits a status bar: one line, not endless."""
    text = str(error)
    assert text.endswith("."), text
    assert text.isprintable(), text
    assert len(text) < 2000, text[:200]


def assert_finite(values: object) -> None:
    """All of some numbers are finite."""
    assert np.isfinite(np.asarray(values, np.float64)).all()


def file_with(folder: Path, name: str, data: bytes) -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(data)
    return path


def written(write_file: Callable[[Path], object]) -> bytes:
    """What a function writes to the path that it is given."""
    with TemporaryDirectory() as folder:
        write_file(Path(folder, "seed"))
        (path,) = Path(folder).iterdir()
        return path.read_bytes()


# Files of curves, and curves kept in a .blend.

CURVES = Curves(("jawOpen", "mouthClose"), 30.0, np.linspace(0, 1, 8, dtype="f4").reshape(4, 2))
_CACHED = cached_curves.encode(CURVES)
_CHECKSUM = slice(5, 9)


def _curves_in(name: str) -> Callable[[bytes, Path], None]:
    def read_curves(data: bytes, folder: Path) -> None:
        curves = read(file_with(folder, name, data))
        assert_finite(curves.values)
        assert len(curves.values) / curves.rate <= 2 * 86_400
        assert cached_curves.decode(cached_curves.encode(curves)).names == curves.names

    return read_curves


def _read_cached_curves(data: bytes, _folder: Path) -> None:
    """With a right checksum, or nothing behind it would be read."""
    body = data[_CHECKSUM.stop :]
    head = data[: _CHECKSUM.start].ljust(_CHECKSUM.start)
    curves = cached_curves.decode(head + zlib.crc32(body).to_bytes(4, "little") + body)
    assert_finite(curves.values)
    assert 0.0 < curves.rate < np.inf


# Weights and sounds.

SMALL_NETWORK = NetworkConfig(hidden=1, attention=1, layers=1, channels=("jawOpen",))
_ARRAYS = {name: np.ones(shape, "f4") for name, shape in array_shapes(SMALL_NETWORK).items()}


def _read_weights(data: bytes, folder: Path) -> None:
    config, arrays = load_weights(file_with(folder, "weights.npz", data))
    assert {name: array.shape for name, array in arrays.items()} == array_shapes(config)
    for array in arrays.values():
        assert_finite(array)


def _read_weights_header(data: bytes, folder: Path) -> None:
    archive = io.BytesIO()
    np.savez(archive, header=np.array(data.decode("utf-8", "surrogateescape")), **_ARRAYS)
    _read_weights(archive.getvalue(), folder)


def _wave(subtype: str, kind: str = "WAV") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, 0.3 * np.sin(np.arange(1200) * 0.1), 16000, subtype, format=kind)
    return file.getvalue()


def _read_sound(data: bytes, _folder: Path) -> None:
    for block in itertools.islice(audio_file.audio_blocks(data), 4):
        assert block.dtype == np.float32 and block.ndim == 1
        assert_finite(block)
        assert np.abs(block).max(initial=0.0) <= 2**17
    assert 0.0 <= audio_file.audio_seconds(data) < np.inf


def _read_wave_without_packages(data: bytes, folder: Path) -> None:
    with (
        mock.patch.object(audio_file, "optional_import", lambda _name: None),
        mock.patch.object(resampling, "optional_import", lambda _name: None),
    ):
        _read_sound(data, folder)


# Mappings of rigs.

MAPPING = {
    "format": mapping_file.FORMAT, "version": 1, "preset": "arkit",
    "links": [
        {"output": "jawOpen", "target": {"kind": "shape", "name": "Jaw"}, "multiplier": 2.0},
        {"output": "headYaw", "offset": 0.1, "low": 0.0, "high": 1.0, "enabled": False,
         "target": {"kind": "bone", "name": "head", "path": "rotation_quaternion",
                    "component": 3, "rest": 0.5, "extreme": -1.0}},
        {"output": "sealed", "target": {"kind": "property", "name": "lips", "path": "ctrl"}},
    ],
}  # fmt: skip


def _read_mapping(data: bytes, folder: Path) -> None:
    mapping = mapping_file.load(file_with(folder, "mapping.json", data))
    assert mapping_file.loads(mapping_file.dumps(mapping)) == mapping
    for link in mapping.links:
        assert_finite((link.multiplier, link.offset, link.low, link.high))
        assert_finite((link.target.rest, link.target.extreme))
        (link.target.name + link.target.path).encode()


# What a .blend keeps in its properties.


def _text_reader(check: Callable[[str], None]) -> Callable[[bytes, Path], None]:
    return lambda data, _folder: check(data.decode("utf-8", "surrogateescape"))


_TIMING = {**StripTiming(24.0, 1.0, 0.0, 0.0, 1, 3).__dict__, "warp": [0.0, 0.5, 1.0]}
RECORD = {"ours": True, "segments": [["a", 1, 9, 2]], "channels": [["location", 0, 0.5]],
          "keyed": {"a": [0]}, "set_aside": [3, True], "blend_type": None}  # fmt: skip


def _read_bake_record(text: str) -> None:
    records = bake_record.loads(text)
    kept_text = bake_record.dumps(records)
    kept_text.encode()  # as Blender does
    assert bake_record.loads(kept_text) == records
    for record in records.values():
        assert_finite(list(record.before.values()))
        assert all(max(abs(part.start), abs(part.end)) < 1 << 31 for part in record.ranges)


def _read_sound_segment(text: str) -> None:
    found = sound_segment.loads(text)
    if found is not None:
        assert_finite((found.start, found.end))
        sound_segment.SoundSegment("0f", 0.0, 1.0).offset_in(found)
        assert sound_segment.loads(sound_segment.dumps(found)) == found


def _read_timing(text: str) -> None:
    try:
        timing = strip_timing.loads(text)
    except ValueError:
        return  # whoever asks says which strip is damaged
    assert len(timing.frames) < 1 << 24
    assert_finite(timing.times)


def _read_live_values(text: str) -> None:
    for path, index, value in persistence.rows(persistence.document(text), str, int, float) or ():
        assert isinstance(path, str) and type(index) is int
        assert_finite(value)


def _read_pose(text: str) -> None:
    pose = persistence.load_pose(text)
    assert_finite(list(pose.values()))
    assert persistence.load_pose(persistence.dump_pose(pose)) == pose


def _read_key_digests(text: str) -> None:
    for plain in persistence.entries(persistence.document(text), list).values():
        assert all(len(row) == 3 for row in persistence.rows(plain, str, int, str) or ())


def _read_job_record(text: str) -> None:
    for names, digest in persistence.load_jobs(text).values():
        assert isinstance(digest, str)
        set(names)


# Manifests, and what a batch keeps.

_ROWS = [
    {"name": "a", "audio": "a.wav", "output": "a.csv", "fps": 24, "format": "livelink"},
    {"blend": "b.blend", "audio": "//a.wav", "frame_start": 7, "objects": ["Head"],
     "dials": {"jaw": 1.0, "blinks": True}, "preset": "arkit", "tolerance": 0.01},
]  # fmt: skip
_TABLE = (
    b'name;audio;output;dials;objects;blend;fps\n"a;b";a.wav;a.csv;;;24\n'
    b"2;;;jaw=1|blinks=off;Head;b.blend;\n"
)
RESULT = {"format": "audio2face-batch-row", "version": 1, "row": 1, "status": "done"}
_PARSER = command_parser()


def _manifest_in(name: str) -> Callable[[bytes, Path], None]:
    def read_rows(data: bytes, folder: Path) -> None:
        for needed in ("a.wav", "b.blend"):
            (folder / needed).touch()
        rows = read_manifest(file_with(folder, name, data))
        checked = check_manifest(rows, folder, {}, _PARSER.parse_args, folder)
        for refusal in checked.refused.values():
            assert_sentence(refusal.error)

    return read_rows


def _read_results(data: bytes, folder: Path) -> None:
    for line in results.read_results(file_with(folder, "results.jsonl", data)):
        assert isinstance(line, dict)


def _read_command_line(text: str) -> None:
    words = text.split(" ")
    if any(word.startswith(("-h", "--h")) for word in words):
        return
    options = _PARSER.parse_args(words)
    assert abs(getattr(options, "frame_start", 1)) < 1 << 22
    assert_finite([value for _, value in getattr(options, "dial", ())])
    assert 0.0 < (getattr(options, "fps", None) or 24.0) < 1e5


# The network.

_PACKET = live_link.encode(
    live_link.Packet(
        "device", "subject", 100, 0.5, Fraction(60), np.linspace(0, 1, 61, dtype=np.float32)
    )
)


def _read_packets(data: bytes, _folder: Path) -> None:
    frames, dropped = LatestFrames(lambda: 1.0), Counter[str]()
    for part in (data, data + b"\0", data[: len(data) // 2]):
        try:
            packet = live_link.decode(part)
        except live_link.PacketError as error:
            assert error.reason in live_link.REASONS
            continue
        frames.push(packet, dropped)
        assert_finite(packet.seconds)
        str(frames.present(1.0))
        frame = frames.due(1.0)
        if frame is not None:
            assert_finite(frame.values)


def _read_address(data: bytes, _folder: Path) -> None:
    """Four bytes are the port, the others the host."""
    port = struct.unpack("<i", data[:4].ljust(4, b"\0"))[0]
    for online in (True, False):
        found = address.parse_address(
            data[4:].decode("utf-8", "surrogateescape"), port, online=online
        )
        assert 0 <= found.port <= 65535


def _send_under_name(text: str) -> None:
    names, values = ("jawOpen", "mouthClose", "headYaw"), np.array([0.5, np.nan, 3.0], np.float32)
    for kind in ("LIVE_LINK", "VMC"):
        for datagram in encoder(kind, text, 30.0)(1.5, names, values):
            assert len(datagram) <= 1400


_CURVES_REFUSALS = (CurvesFileError, cached_curves.CachedCurvesError)

READERS: dict[str, Reader] = {
    **{
        f"curves-{form}": Reader(
            _curves_in("curves.csv" if form == "livelink" else f"curves.{form}"),
            written(lambda path, form=form: write(path, CURVES, form)),
            _CURVES_REFUSALS,
        )
        for form in ("csv", "livelink", "npz")
    },
    "curves-json": Reader(
        _curves_in("curves.json"),
        json.loads(written(lambda path: write(path, CURVES, "json"))),
        _CURVES_REFUSALS,
    ),
    "cached-curves": Reader(_read_cached_curves, _CACHED, (cached_curves.CachedCurvesError,)),
    "weights": Reader(
        _read_weights,
        written(lambda path: save_weights(path.with_suffix(".npz"), SMALL_NETWORK, _ARRAYS)),
        (WeightsError,),
    ),
    "weights-header": Reader(
        _read_weights_header,
        {"format": FORMAT, "config": json.loads(json.dumps(SMALL_NETWORK.to_dict()))},
        (WeightsError,),
    ),
    **{
        f"sound-{kind}-{subtype}": Reader(_read_sound, _wave(subtype, kind), (AudioError,))
        for kind, subtype in (
            ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "MS_ADPCM"), ("FLAC", "PCM_16"),
            ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_24"), ("W64", "PCM_16"),
        )
    },
    **{
        f"wave-{subtype}": Reader(_read_wave_without_packages, _wave(subtype), (AudioError,))
        for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32")
    },
    "mapping": Reader(_read_mapping, MAPPING, (MappingError,)),
    "bake-record": Reader(_text_reader(_read_bake_record), {"0": RECORD}),
    "sound-segment": Reader(
        _text_reader(_read_sound_segment), ["0f", 0.0, 1.5, [[0.0, 1.0], [0.5, 1.0]]]
    ),
    "timing": Reader(_text_reader(_read_timing), _TIMING),
    "live-values": Reader(
        _text_reader(_read_live_values), [['key_blocks["a"].value', 0, 0.5], ['["b"]', 2, -1]]
    ),
    "pose": Reader(
        _text_reader(_read_pose),
        [["head", "location", 0, 0.5], ["head", "scale", 2, 1]],
        (PlanError,),
    ),
    "key-digests": Reader(_text_reader(_read_key_digests), {"0": [["location", 0, "0f"]], "1": []}),
    "job-record": Reader(_text_reader(_read_job_record), {"0f": [["a", "b"], "1f"]}),
    "manifest-csv": Reader(_manifest_in("m.csv"), _TABLE, (ManifestError,)),
    "manifest-json": Reader(
        _manifest_in("m.json"), {"defaults": {"runtime": "numpy"}, "rows": _ROWS}, (ManifestError,)
    ),
    "results": Reader(_read_results, RESULT),
    "command-line": Reader(
        _text_reader(_read_command_line),
        b"bake --speaker a --dial jaw=0.5 --tolerance 0.01 --into nla --frame-start 12 -o b.blend",
        (UsageError,),
    ),
    "packet": Reader(_read_packets, _PACKET),
    "address": Reader(_read_address, struct.pack("<i", 11111) + b"127.0.0.1", (StreamingError,)),
    "sent-name": Reader(_text_reader(_send_under_name), b"Face", (StreamingError,)),
}  # fmt: skip
