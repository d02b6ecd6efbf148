"""The job type of Flamenco: its settings are what Flamenco takes, its tasks what they ought to be.

What becomes of the tasks' commands is tried in tests/blender/test_farm_managers.py.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import quickjs

from tests.flamenco import FOLDER, ROOT, SCRIPT, command_line, compile_job, job_type

MANIFEST = "/shared/a b/manifest.csv"
SETTINGS = {
    "manifest": MANIFEST,
    "rows": "1-7",
    "chunk_size": 3,
    "processes": 0,
    "check_first": True,
}
VARIABLES = {"blender": "/opt/blender/blender", "blenderArgs": "-b -y"}
BATCH = ["/opt/blender/blender", "-b", "-y", "--command", "audio2face", "batch", MANIFEST, "--rows"]

# The schemas AvailableJobType and AvailableJobSetting of Flamenco's API.
TYPES = {"string": str, "int32": int, "float": float, "bool": bool}
SUBTYPES = {"file_path", "dir_path", "file_name", "hashed_file_path"}
VISIBLE = {"visible", "hidden", "submission", "web"}
KEYS = {
    "key", "type", "subtype", "choices", "propargs", "description", "default", "eval", "evalInfo",
    "visible", "required", "editable", "label",
}  # fmt: skip


def settings_of(**changes: object) -> dict[str, object]:
    return {**SETTINGS, **changes}


def lines(settings: dict[str, object]) -> dict[str, list[str]]:
    """(task's name: command line) of a job."""
    found = {}
    for task in compile_job(settings):
        (command,) = task.commands
        found[task.name] = command_line(command, VARIABLES)
    return found


def test_the_settings_are_as_the_schema_wants_them() -> None:
    made = job_type()
    assert set(made) == {"label", "description", "settings"}
    document = (ROOT / "docs" / "farm-managers.md").read_text("utf-8")
    keys = [setting["key"] for setting in made["settings"]]
    shown = [key.replace("_", " ").title() for key in keys if key != "manifest_path"]
    assert all(f"| {name} |" in document for name in shown)
    assert len(set(keys)) == len(keys)
    for setting in made["settings"]:
        assert {"key", "type", "description"} <= set(setting) <= KEYS
        assert setting["key"].isidentifier()  # a property of Blender's
        kind = TYPES[setting["type"]]
        assert type(setting.get("default", kind())) is kind
        assert setting.get("visible", "visible") in VISIBLE
        assert setting.get("subtype", "file_path") in SUBTYPES
        assert "subtype" not in setting or setting["type"] == "string"
        assert set(setting.get("propargs", {})) <= {"min", "max"}


def test_the_manifest_s_path_is_computed_as_the_add_on_does() -> None:
    (setting,) = (one for one in job_type()["settings"] if "eval" in one)
    assert setting["key"] == "manifest_path"
    assert setting["editable"] is False

    def value(manifest: str) -> object:
        settings = SimpleNamespace(manifest=manifest)
        names = {"abspath": lambda path: Path("/show") / path[2:], "settings": settings}
        return eval(setting["eval"], {}, names)

    assert value("//manifest.csv") == "/show/manifest.csv"
    assert value("") == ""


def test_a_check_then_the_rows_in_chunks() -> None:
    tasks = compile_job(SETTINGS)
    assert [task.name for task in tasks] == ["check", "rows 1-3", "rows 4-6", "rows 7"]
    assert {task.type for task in tasks} == {"blender"}
    assert [task.dependencies for task in tasks] == [(), ("check",), ("check",), ("check",)]
    found = lines(SETTINGS)
    assert found["check"] == [*BATCH, "1-3,4-6,7", "--progress", "plain", "--dry-run"]
    results = f"{MANIFEST}.4.results.jsonl"
    options = ["--progress", "plain", "--jobs", "0", "--results", results]
    assert found["rows 4-6"] == [*BATCH, "4-6", *options]


def test_rows_with_gaps() -> None:
    names = list(lines(settings_of(rows="1..4, 9, 12-13", chunk_size=4)))
    assert names == ["check", "rows 1-4", "rows 9,12,13"]


def test_each_task_has_its_own_results() -> None:
    found = lines(settings_of(rows="1-40,50,60", chunk_size=2, check_first=False))
    results = [words[words.index("--results") + 1] for words in found.values()]
    assert len(set(results)) == len(results) == 21


def test_without_a_check_nothing_is_waited_for() -> None:
    tasks = compile_job(settings_of(check_first=False))
    assert [task.name for task in tasks] == ["rows 1-3", "rows 4-6", "rows 7"]
    assert all(not task.dependencies for task in tasks)


def test_the_api_has_to_name_only_manifest_and_rows() -> None:
    found = lines({"manifest": MANIFEST, "rows": "1-12"})
    assert list(found) == ["check", "rows 1-10", "rows 11,12"]
    assert found["rows 1-10"][-4:-2] == ["--jobs", "1"]


def test_the_add_on_s_absolute_path_is_used() -> None:
    found = lines(settings_of(manifest="//manifest.csv", manifest_path=MANIFEST))
    assert found["check"][: len(BATCH)] == BATCH


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"manifest": ""}, "Name the manifest"),
        ({"rows": ""}, "Name the rows"),
        ({"rows": "all"}, "invalid range"),
        ({"rows": "5-1"}, "empty range"),
        ({"chunk_size": -1}, "chunk size"),
    ],
)
def test_settings_that_make_no_job_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(quickjs.JSException, match=message):
        compile_job(settings_of(**changes))


def test_the_example_s_settings_are_those_of_the_job_type() -> None:
    job = json.loads((FOLDER / "job.json").read_text("utf-8"))
    # Flamenco makes the type's name of the file's.
    assert job["type"] == SCRIPT.stem.replace("_", "-")
    assert {"name", "type", "priority", "submitter_platform"} <= set(job)
    kinds = {one["key"]: TYPES[one["type"]] for one in job_type()["settings"]}
    assert all(type(value) is kinds[key] for key, value in job["settings"].items())
    assert lines(job["settings"])["check"][6] == job["settings"]["manifest"]
    assert all(isinstance(value, str) for value in job["metadata"].values())


def test_the_script_keeps_to_old_javascript() -> None:
    text = SCRIPT.read_text("utf-8")
    assert not any(word in text for word in ("=>", "`${", "const ", "let "))
