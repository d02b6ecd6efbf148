"""A stand-in for Flamenco: compiles jobs by a script, and says what a Worker would run.

The script runs in a real JavaScript engine, in strict mode as Flamenco runs it. What the Manager
gives to it is in flamenco_manager.js; it was written after the documentation and the sources of
Flamenco 3.5 to 3.8.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import quickjs

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tools" / "farm" / "flamenco"
SCRIPT = FOLDER / "audio2face_batch.js"
_MANAGER = Path(__file__).with_name("flamenco_manager.js")


@dataclass(frozen=True)
class Task:
    """A task that a script made.

    Attributes:
        name: in the job.
        type: which Workers take it.
        commands: (name, parameters) in their order.
        dependencies: names of tasks that have to be done before.
    """

    name: str
    type: str
    commands: tuple[tuple[str, Mapping[str, object]], ...]
    dependencies: tuple[str, ...]


def job_type() -> dict:
    """JOB_TYPE of the script."""
    return json.loads(_engine().eval("JSON.stringify(JOB_TYPE)"))


def compile_job(settings: Mapping[str, object]) -> list[Task]:
    """The tasks of a job. Raises quickjs.JSException where the script refuses the settings."""
    text = _engine().eval(f"tasksOf(JSON.parse({json.dumps(json.dumps(dict(settings)))}))")
    return [
        Task(
            task["name"],
            task["type"],
            tuple((one["name"], one["parameters"]) for one in task["commands"]),
            tuple(task["dependencies"]),
        )
        for task in json.loads(text)
    ]


def command_line(
    command: tuple[str, Mapping[str, object]], variables: Mapping[str, str]
) -> list[str]:
    """What a Worker runs for a `blender-render` command.

    The Manager replaces {variables} in texts and in lists of texts, the Worker splits exeArgs as a
    shell does and leaves an empty blendfile out.
    """
    name, parameters = command
    assert name == "blender-render"
    assert set(parameters) == {"exe", "exeArgs", "argsBefore", "blendfile", "args"}

    def expand(text: str) -> str:
        for variable, value in variables.items():
            text = text.replace(f"{{{variable}}}", value)
        return text

    def texts(key: str) -> Sequence[str]:
        return [expand(one) for one in parameters[key]]

    blendfile = expand(parameters["blendfile"])
    return [
        expand(parameters["exe"]),
        *shlex.split(expand(parameters["exeArgs"])),
        *texts("argsBefore"),
        *([blendfile] if blendfile else []),
        *texts("args"),
    ]


def _engine() -> quickjs.Context:
    engine = quickjs.Context()
    engine.eval(_MANAGER.read_text("utf-8"))
    engine.eval('"use strict";' + SCRIPT.read_text("utf-8"))
    return engine
