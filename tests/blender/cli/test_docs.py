"""docs/farm.md: its examples run, and its tables have every option, exit code and parameter."""

import importlib
import re
import shlex
from pathlib import Path

import bpy
import pytest

from tests.support.extension import ROOT
from tests.support.scenes import make_face, tone, write_wav

FARM = ROOT / "docs" / "farm.md"
TEXT = FARM.read_text(encoding="utf-8")
EXAMPLES = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


def test_examples_run_one_after_another(
    extension: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    command = importlib.import_module(f"{extension}.blender_audio2face.cli.blender_command")
    alone = importlib.import_module(f"{extension}.model.__main__")
    write_wav(tmp_path / "line.wav", tone(0.5), 16000)
    write_wav(tmp_path / "line2.wav", tone(0.4), 16000)
    (tmp_path / "lines.csv").write_text("audio,output\nline2.wav,line2.csv\n")
    (manifest,) = re.findall(r"^```csv\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "shots.csv").write_text(manifest)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # as `python -m model` runs there
    make_face("Head", ("jawOpen", "mouthClose"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert len(EXAMPLES) >= 9
    for line in EXAMPLES:
        words = shlex.split(line)
        if words[0] == "python":
            assert words[1:3] == ["-m", "model"]
            code = alone.main(words[3:])
        else:
            blend, words = words[2], words[:2] + words[3:]
            if blend == "--command":
                words.insert(2, blend)
            else:
                bpy.ops.wm.open_mainfile(filepath=str(tmp_path / blend))
            assert words[:4] == ["blender", "-b", "--command", "audio2face"]
            code = command.run(words[4:])
        printed = capsys.readouterr()
        assert code == 0, (line, printed.err)
        if line.endswith("audio2face bake"):
            assert "nothing to do" in printed.out
    made = {path.name for path in tmp_path.iterdir()}
    assert {"line.csv", "line.npz", "line.json", "shot.blend", "applied.blend"} <= made
    assert {"line2.csv", "curves.npz", "shots.csv.results.jsonl"} <= made


def test_every_option_is_documented(extension: str) -> None:
    arguments = importlib.import_module(f"{extension}.blender_audio2face.cli.arguments")
    parser = arguments.command_parser()
    (commands,) = (action for action in parser._actions if action.choices)
    for name, command in commands.choices.items():
        assert f"`{name}`" in TEXT or f"audio2face {name}" in TEXT
        for action in command._actions:
            longest = max(action.option_strings, key=len, default="")
            assert longest in {"", "--help"} or longest in TEXT or "-o" in action.option_strings


def test_every_exit_code_is_documented(extension: str) -> None:
    codes = importlib.import_module(f"{extension}.model.command.console")
    documented = re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)
    assert [int(code) for code in documented] == list(codes.ExitCode)
