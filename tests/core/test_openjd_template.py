"""The job template is what Open Job Description says a template is, and makes the tasks it should.

That its tasks bake is tried in tests/blender/test_farm_managers.py.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from model.command.console import ExitCode

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "tools" / "farm" / "openjd" / "template.yaml"
DOCUMENT = (ROOT / "docs" / "farm-managers.md").read_text("utf-8")


def openjd(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openjd", *words], capture_output=True, text=True, check=False
    )


def summary(*words: str) -> dict:
    done = openjd("summary", str(TEMPLATE), "--output", "json", *words)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def test_check_passes_with_chunks_as_the_only_extension() -> None:
    done = openjd("check", str(TEMPLATE), "--extensions", "TASK_CHUNKING")
    assert done.returncode == 0, done.stdout


def test_a_task_for_each_row() -> None:
    made = summary("-p", "Folder=.", "-p", "FirstRow=3", "-p", "LastRow=12")
    steps = {step["name"]: step for step in made["steps"]}
    assert list(steps) == ["Check", "Bake"]
    assert made["total_tasks"] == 1 + 10
    assert all(f"`{one['name']}`" in DOCUMENT for one in made["parameter_definitions"])


@pytest.mark.parametrize("values", [[], ["-p", "LastRow=0"]])
def test_the_last_row_has_to_be_said(values: list[str]) -> None:
    assert openjd("summary", str(TEMPLATE), "-p", "Folder=.", *values).returncode != 0


def test_the_document_tells_what_to_do_with_each_exit_code() -> None:
    told = re.findall(r"^\| (\d+) \|", DOCUMENT, re.MULTILINE)
    assert [int(code) for code in told] == list(ExitCode)
