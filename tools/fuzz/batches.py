"""Manifests, the results that are kept of them, what workers say, and records beside outputs."""

import json
from dataclasses import replace
from pathlib import Path

from a2f.blender_audio2face.cli.arguments import command_parser
from a2f.blender_audio2face.core.rigs.preset import preset_with_id
from a2f.blender_audio2face.errors import PresetError
from a2f.model.command import finished
from a2f.model.command.batch import messages, results
from a2f.model.command.batch.checks import check_manifest
from a2f.model.command.batch.errors import ManifestError, RowError, WorkerError
from a2f.model.command.batch.groups import Group
from a2f.model.command.batch.known import Known
from a2f.model.command.batch.manifest import read_manifest
from a2f.model.command.batch.rows import Row
from a2f.model.command.errors import UsageError

from .draws import spoilt_json, texts_of
from .target import FindError, Target, expect, expect_sentence, file_with, folder

_ROWS = [
    {"name": "a", "audio": "a.wav", "output": "a.csv", "fps": 24, "format": "livelink"},
    {"blend": "b.blend", "audio": "//a.wav", "frame_start": 7, "objects": ["Head"],
     "dials": {"jaw": 1.0, "blinks": True}, "preset": "arkit", "tolerance": 0.01},
]  # fmt: skip
_MANIFEST = {"defaults": {"runtime": "numpy"}, "rows": _ROWS}
_TABLE = (
    b'name;audio;output;dials;objects;blend;fps\n"a;b";a.wav;a.csv;;;24\n'
    b"2;;;jaw=1|blinks=off;Head;b.blend;\n"
)
_PARSER = command_parser()


def _check_arguments(arguments: tuple[str, ...]) -> None:
    options = _PARSER.parse_args(arguments)
    if options.command == "bake" and options.preset is not None:
        preset_with_id(options.preset)


def _check_manifest(name: str, data: bytes) -> None:
    (folder() / "a.wav").touch()
    (folder() / "b.blend").touch()
    with file_with(name, data) as path:
        entries = read_manifest(path)
    checked = check_manifest(entries, folder(), {}, _check_arguments, folder())
    for refusal in checked.refused.values():
        expect_sentence(refusal.sentence)
    for group in checked.groups:
        expect(messages.group_of(messages.group_line(group, True)) == (group, True), "another row")


def _result() -> dict:
    return results.RowResult(1, "a", folder() / "out.csv", "done", job="0f", made="1f").document()


def _check_results(data: bytes) -> None:
    with file_with("r.jsonl", data) as path:
        lines = results.read_results(path)
    for line in lines:
        expect(isinstance(line, dict), "no line")
    _check_known(lines)


def _check_known(lines: list[dict]) -> None:
    """With rows that the lines would say are done, if they said so."""
    output = folder() / "out.csv"
    output.write_bytes(b"t,a\n")
    known = Known(lines)
    row = Row(1, "a", None, output, ("predict", "a.wav", "out.csv"), ())
    made = {"job": known.job_of(row), "made": known.digests.of(output), "output": str(output)}
    Known([{**line, **made} for line in lines]).is_done(Group(None, output, (row,)))


def _check_result_line(data: bytes) -> None:
    document = {**_result(), "result": {"files": {"a.wav": "0f"}}}
    line = spoilt_json(document, data)
    _check_results(line.encode())
    _hear(f'{{"event": "ended", "results": [{line}]}}')


_KINDS = (
    messages.PROGRESS, messages.READY, messages.STARTED, messages.LOG, messages.ENDED,
)  # fmt: skip
_EVENT = {"event": "progress", "fraction": 0.5, "row": 1, "level": "info", "text": "a",
          "results": [results.RowResult(1, "a", Path("a"), "done").document()]}  # fmt: skip


def _check_event(data: bytes) -> None:
    """The first byte says which; one that is refused ends the batch."""
    _hear(spoilt_json({**_EVENT, "event": _KINDS[(data[0] if data else 0) % 5]}, data[1:]))


def _check_event_text(data: bytes) -> None:
    _hear(data.decode("utf-8", "replace"))


def _hear(text: str) -> None:
    event = messages.event_of(f"{messages.MARK}{text}\n")
    if event is None:
        raise FindError("a whole line was passed over")
    expect(event["event"] in _KINDS, "another event")
    for result in event.get("results", ()) if event["event"] == messages.ENDED else ():
        expect(
            results.RowResult.of(result.document())
            == replace(result, seconds=round(result.seconds, 3)),
            "another result",
        )


def _check_group(data: bytes) -> None:
    row = Row(1, "a", Path("b"), Path("c"), ("bake", "--all"), (Path("d"),))
    line = messages.group_line(Group(Path("b"), Path("c"), (row,)), False)
    group, force = messages.group_of(spoilt_json(json.loads(line), data))
    expect(isinstance(force, bool), "another type")
    messages.group_line(group, force)


def _finished() -> bytes:
    output = folder() / "o.csv"
    output.unlink(missing_ok=True)  # or the record would name what it replaces
    with finished.finishing(output, "0f") as path:
        path.write_bytes(b"t,a\n")
    return finished.record_path(output).read_bytes()


def _check_finished(data: bytes) -> None:
    output = folder() / "done.csv"
    output.write_bytes(b"t,a\n")
    with file_with(output.name + finished.SUFFIX, data):
        finished.standing(output, "0f")


_REFUSALS = (ManifestError, RowError, UsageError, PresetError)

TARGETS = (
    Target("manifest-csv", lambda: [_TABLE, _TABLE.decode().encode("utf-16")],
           lambda data: _check_manifest("m.csv", data), _REFUSALS, 1024),
    Target("manifest-json", lambda: texts_of(_MANIFEST),
           lambda data: _check_manifest("m.json", data), _REFUSALS, 2048),
    Target("manifest-document", lambda: [b""],
           lambda data: _check_manifest("m.json", spoilt_json(_MANIFEST, data).encode()),
           _REFUSALS, 64),
    Target("results", lambda: texts_of(_result()), _check_results, (), 2048),
    Target("result-document", lambda: [b""], _check_result_line, (WorkerError,), 64),
    Target("worker-event", lambda: texts_of(_EVENT), _check_event_text, (WorkerError,), 2048),
    Target("worker-event-document", lambda: [b""], _check_event, (WorkerError,), 64),
    Target("worker-group-document", lambda: [b""], _check_group, (WorkerError,), 64),
    Target("finished", lambda: [_finished(), *texts_of([])], _check_finished, (), 2048),
)  # fmt: skip
