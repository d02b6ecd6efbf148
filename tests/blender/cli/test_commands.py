"""``blender --command audio2face`` on saved files: what it keys, saves, refuses and leaves."""

import importlib
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import add_sound, make_face, needs_sound, saved_jaw_keys, tone, write_wav

KEYS = ("jawOpen", "browInnerUp")


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "hum.wav", tone(0.5), 16000)


@pytest.fixture
def shot(tmp_path: Path, wav: Path) -> Path:
    """A face and a sound file, no strip."""
    make_face("Head", KEYS)
    return saved(tmp_path / "shot.blend")


@pytest.fixture
def curves(tmp_path: Path) -> Path:
    path = tmp_path / "line.csv"
    jaw = np.sin(np.linspace(0.0, np.pi, 50))
    rows = [f"{row / 100},{value},0.5" for row, value in enumerate(jaw)]
    path.write_text("\n".join(["t,jawOpen,browInnerUp", *rows]) + "\n")
    return path


def saved(path: Path, **options: object) -> Path:
    bpy.ops.wm.save_as_mainfile(filepath=str(path), **options)
    return path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_sound_file_is_baked_and_saved(cli, loud_jaw, shot, wav, tmp_path) -> None:
    code, result, _ = cli(shot, "bake", "--object", "Head", "--file", wav, "--frame-start", 11)
    assert (code, result["status"]) == (0, "done")
    assert result["output"] == str(shot)
    assert result["speakers"][0]["speaker"] == "Head"
    assert "frames 11 to 22" in result["speakers"][0]["summary"]
    assert max(value for _, value in saved_jaw_keys(shot)) == pytest.approx(1.0, abs=0.05)
    assert files(tmp_path) == {"shot.blend", "shot.blend1", "hum.wav"}


def test_farm_is_told_that_no_voice_was_heard(cli, shot, tmp_path) -> None:
    silence = write_wav(tmp_path / "silence.wav", np.zeros(16000), 16000)
    code, result, error = cli(shot, "bake", "--object", "Head", "--file", silence)
    assert (code, result["status"]) == (0, "done")
    (warning,) = result["speakers"][0]["warnings"]
    assert warning.startswith('No voice was heard in "silence.wav": the mouth of Head rests')
    assert warning in error


def test_channel_of_the_sound_is_kept_and_checked(cli, loud_jaw, shot, tmp_path) -> None:
    soundfile = pytest.importorskip("soundfile")
    both = np.stack([np.zeros(8000), tone(0.5)], 1)
    soundfile.write(tmp_path / "both.wav", both, 16000)
    arguments = ("bake", "--object", "Head", "--file", tmp_path / "both.wav", "--sound-channel")
    for channel, peak, status in (
        ("left", 0.0, "done"),
        ("right", 1.0, "done"),
        ("2", 1.0, "unchanged"),
    ):
        code, result, _ = cli(shot, *arguments, channel)
        assert (code, result["status"]) == (0, status)
        assert max(value for _, value in saved_jaw_keys(shot)) == pytest.approx(peak, abs=0.05)
    code, result, _ = cli(shot, *arguments, "3")
    assert code == 1
    assert '"both.wav" has 2 channels and no channel 3: choose' in result["error"]


def test_finished_bake_is_left_alone(cli, loud_jaw, shot, wav) -> None:
    arguments = ("bake", "--object", "Head", "--file", wav, "--dial", "jaw=0.5")
    assert cli(shot, *arguments)[1]["status"] == "done"
    before = shot.stat().st_mtime_ns
    code, result, _ = cli(shot, *arguments)
    assert (code, result["status"]) == (0, "unchanged")
    assert result["speakers"][0]["status"] == "unchanged"
    assert shot.stat().st_mtime_ns == before
    assert cli(shot, *arguments, "--force")[1]["status"] == "done"
    assert shot.stat().st_mtime_ns != before


def test_changed_input_is_baked_again(cli, loud_jaw, shot, wav, tmp_path) -> None:
    arguments = ("bake", "--object", "Head", "--file", wav)
    statuses = [cli(shot, *arguments)[1]["status"]]
    write_wav(wav, tone(0.4), 16000)
    statuses.append(cli(shot, *arguments)[1]["status"])
    statuses.append(cli(shot, *arguments, "--dial", "jaw=0.5")[1]["status"])
    statuses.append(cli(shot, *arguments, "--keys", "every-frame")[1]["status"])
    statuses.append(cli(shot, *arguments, "--preset", "arkit")[1]["status"])
    assert statuses == ["done"] * 5
    assert cli(shot, *arguments)[1]["status"] == "unchanged"


def test_keys_changed_by_hand_are_kept(cli, loud_jaw, shot, wav) -> None:
    arguments = ("bake", "--object", "Head", "--file", wav)
    cli(shot, *arguments)
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    block = bpy.data.objects["Head"].data.shape_keys.key_blocks["jawOpen"]
    block.value = 0.123
    block.keyframe_insert("value", frame=6)
    bpy.ops.wm.save_mainfile()
    mine = saved_jaw_keys(shot)
    assert cli(shot, *arguments)[1]["status"] == "unchanged"
    code, result, error = cli(shot, *arguments, "--dial", "jaw=0.5")
    assert (code, result["status"]) == (1, "error")
    assert "changed by hand" in error
    assert saved_jaw_keys(shot) == mine
    assert cli(shot, *arguments, "--dial", "jaw=0.5", "--force")[0] == 0
    assert saved_jaw_keys(shot) != mine


def test_other_output_leaves_the_shot(cli, loud_jaw, shot, wav, tmp_path) -> None:
    out = tmp_path / "baked" / "out.blend"
    arguments = ("bake", "--object", "Head", "--file", wav, "-o", out)
    before = shot.read_bytes()
    assert cli(shot, *arguments)[0] == 3
    out.parent.mkdir()
    assert cli(shot, *arguments)[1]["status"] == "done"
    assert shot.read_bytes() == before
    assert files(out.parent) == {"out.blend", "out.blend.audio2face.json"}
    assert saved_jaw_keys(out)
    assert cli(shot, *arguments)[1]["status"] == "unchanged"
    bpy.ops.mesh.primitive_cube_add()
    saved(shot)
    assert cli(shot, *arguments)[1]["status"] == "done"
    bpy.ops.wm.open_mainfile(filepath=str(out))
    assert "Cube" in bpy.data.objects
    bpy.ops.wm.save_mainfile()
    code, _, error = cli(shot, *arguments, "--dial", "jaw=0.5")
    assert code == 1
    assert "--force" in error


def test_failed_save_leaves_the_shot(cli, loud_jaw, extension, shot, wav, monkeypatch) -> None:
    saving = importlib.import_module(f"{extension}.blender_audio2face.cli.saving")

    def full(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(saving, "_save", full)
    before = shot.read_bytes()
    code, result, error = cli(shot, "bake", "--object", "Head", "--file", wav)
    assert (code, result["exit_code"]) == (3, 3)
    assert "No space left" in error
    assert shot.read_bytes() == before
    assert files(shot.parent) >= {"shot.blend", "hum.wav"}
    assert not [name for name in files(shot.parent) if name.startswith(".")]


@pytest.mark.parametrize("compress", [False, True])
def test_compression_is_kept(cli, loud_jaw, shot, wav, compress: bool) -> None:
    saved(shot, compress=compress)
    start = shot.read_bytes()[:4]
    assert cli(shot, "bake", "--object", "Head", "--file", wav)[0] == 0
    assert shot.read_bytes()[:4] == start
    assert (start == b"BLEN") is not compress


@needs_sound
def test_strips_and_channels_choose_the_sound(cli, loud_jaw, tmp_path, wav) -> None:
    for name in ("Anna", "Bert"):
        make_face(name, KEYS)
    add_sound(wav, 1, 1, "line a")
    add_sound(wav, 51, 2, "line b")
    shot = saved(tmp_path / "two.blend")
    code, _, error = cli(shot, "bake")
    assert code == 1
    assert '--object ("Anna", "Bert")' in error
    assert cli(shot, "bake", "--object", "Anna", "--strip", "line a")[0] == 0
    assert cli(shot, "bake", "--object", "Bert", "--channel", 2)[0] == 0
    code, result, _ = cli(shot, "bake", "--all")
    assert (code, [speaker["speaker"] for speaker in result["speakers"]]) == (0, ["Anna", "Bert"])
    code, _, error = cli(shot, "bake", "--all", "--strip", "line a")
    assert code == 1
    assert "several faces" in error
    assert next(frame for frame, _ in saved_jaw_keys(shot, face="Anna")) < 10
    assert [frame for frame, _ in saved_jaw_keys(shot, face="Bert")][-1] > 50


@needs_sound
def test_failing_speaker_stops_no_other(cli, loud_jaw, tmp_path, wav) -> None:
    for number, name in enumerate(("Anna", "Bert", "Cleo")):
        make_face(name, KEYS)
        sound = write_wav(tmp_path / f"{name}.wav", tone(0.3), 16000)
        add_sound(sound, 1 + 50 * number, 1, f"line of {name}")
    shot = saved(tmp_path / "three.blend")
    for name in ("Anna", "Bert", "Cleo"):
        assert cli(shot, "bake", "--object", name, "--strip", f"line of {name}")[0] == 0
    (tmp_path / "Bert.wav").unlink()
    code, result, error = cli(shot, "bake", "--all", "--dial", "jaw=0.25")
    assert code == 1
    assert [speaker["status"] for speaker in result["speakers"]] == ["done", "done", "error"]
    assert result["speakers"][2]["speaker"] == "Bert"
    assert "Bert.wav" in result["error"]
    assert "Bert: " in error
    assert [
        max(v for _, v in saved_jaw_keys(shot, face=name)) for name in ("Anna", "Bert", "Cleo")
    ] == [
        pytest.approx(0.5, abs=0.05),
        pytest.approx(1.0, abs=0.05),
        pytest.approx(0.5, abs=0.05),
    ]
    bert = bpy.context.scene.audio2face.speakers["Bert"]
    assert bert.dials.jaw == 1.0
    assert cli(shot, "bake", "--all", "--dial", "jaw=0.25")[1]["status"] == "error"
    write_wav(tmp_path / "Bert.wav", tone(0.3), 16000)
    assert cli(shot, "bake", "--all", "--dial", "jaw=0.25")[0] == 0
    assert max(v for _, v in saved_jaw_keys(shot, face="Bert")) == pytest.approx(0.5, abs=0.05)


def test_all_lines_of_a_speaker_stay_finished(cli, loud_jaw, shot, tmp_path) -> None:
    lines = []
    for name, start in (("a", 1), ("b", 6), ("c", 100)):  # the first two overlap
        wav = write_wav(tmp_path / f"{name}.wav", tone(0.4), 16000)
        lines.append(("bake", "--object", "Head", "--file", wav, "--frame-start", start))
    assert [cli(shot, *line)[1]["status"] for line in lines] == ["done"] * 3
    assert [cli(shot, *line)[1]["status"] for line in lines] == ["unchanged"] * 3
    assert cli(shot, *lines[1], "--dial", "jaw=0.5")[1]["status"] == "done"
    again = [(*line, "--dial", "jaw=0.5") for line in lines]
    assert [cli(shot, *line)[1]["status"] for line in again] == ["done", "unchanged", "done"]
    assert [cli(shot, *line)[1]["status"] for line in again] == ["unchanged"] * 3


def test_cleared_lines_are_baked_again(cli, loud_jaw, shot, tmp_path) -> None:
    lines = []
    for name, start in (("a", 1), ("b", 50)):
        wav = write_wav(tmp_path / f"{name}.wav", tone(0.4), 16000)
        lines.append(("bake", "--object", "Head", "--file", wav, "--frame-start", start))
    assert [cli(shot, *line)[0] for line in lines] == [0, 0]
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    bpy.ops.audio2face.clear(speaker="Head")
    bpy.ops.wm.save_mainfile()
    assert [cli(shot, *line)[1]["status"] for line in lines] == ["done", "done"]
    assert [cli(shot, *line)[1]["status"] for line in lines] == ["unchanged"] * 2


def test_apply_keys_curves(cli, shot, curves) -> None:
    arguments = ("apply", curves, "--object", "Head", "--frame-start", 101)
    code, result, _ = cli(shot, *arguments)
    assert (code, result["speakers"][0]["rows"]) == (0, 50)
    assert "frames 101 to 112" in result["speakers"][0]["summary"]
    assert max(value for _, value in saved_jaw_keys(shot)) == pytest.approx(1.0, abs=0.05)
    assert cli(shot, *arguments)[1]["status"] == "unchanged"
    curves.write_text(curves.read_text().replace(",0.5", ",0.4"))
    assert cli(shot, *arguments)[1]["status"] == "done"


def test_predict_and_apply_equal_a_bake(cli, loud_jaw, extension, shot, wav, tmp_path, monkeypatch):
    predict = importlib.import_module(f"{extension}.model.command.predict")
    monkeypatch.setattr(predict, "choose_runtime", lambda *_: loud_jaw())
    out = tmp_path / "line.npz"
    assert cli(shot, "predict", wav, out)[1]["rows"] == 50
    assert cli(shot, "apply", out, "--object", "Head")[0] == 0
    assert max(value for _, value in saved_jaw_keys(shot)) == pytest.approx(1.0, abs=0.05)


def test_inspect_reports_links_and_gaps_and_changes_nothing(cli, shot, wav) -> None:
    before = shot.read_bytes()
    code, result, _ = cli(shot, "inspect", "--object", "Head", "--file", wav)
    found = result["speakers"][0]
    assert (code, found["problems"], found["bake"]) == (0, [], "to do")
    assert found["preset"] == "arkit"
    assert found["strips"][0] == {
        "strip": "hum.wav", "sound": "hum.wav", "first_frame": 1, "last_frame": 12, "seconds": 0.5,
    }  # fmt: skip
    face = found["faces"][0]
    assert [link["target"] for link in face["links"]] == list(KEYS)
    assert "mouthClose" in face["missing"]
    assert shot.read_bytes() == before
    assert len(bpy.context.scene.audio2face.speakers) == 0


def test_inspect_reports_problems(cli, tmp_path) -> None:
    make_face("Head", ("smirk",))
    shot = saved(tmp_path / "shot.blend")
    code, result, _ = cli(shot, "inspect", "--object", "Head", "--file", tmp_path / "none.wav")
    assert (code, result["status"]) == (1, "error")
    problems = " ".join(result["speakers"][0]["problems"])
    assert "no known names" in problems
    assert "none.wav" in problems or "Nothing to key" in problems


def test_presets_are_listed(cli) -> None:
    code, result, _ = cli(None, "presets")
    assert code == 0
    assert {"arkit", "oculus", "vowels"} <= {preset["id"] for preset in result["presets"]}
    code, result, _ = cli(None, "presets", "vowels")
    assert len(result["preset"]["outputs"]) == result["preset"]["controls"]
    assert cli(None, "presets", "klingon")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("bake", "--object", "Nobody"), 1, 'no object "Nobody"'),
        (("bake", "--speaker", "Nobody"), 1, 'no character "Nobody"'),
        (("bake", "--scene", "Nowhere"), 1, 'no scene "Nowhere"'),
        (("bake", "--object", "Head", "--file", "none.wav"), 1, "none.wav"),
        (("bake", "--object", "Head", "--preset", "klingon"), 1, "klingon"),
        (("bake", "--object", "Head", "--mapping", "none.json"), 1, "none.json"),
        (("bake", "--object", "Head", "--weights", "none.npz"), 1, "none.npz"),
        (("bake", "--object", "Head", "-o", "out.txt"), 1, ".blend"),
        (("apply", "none.csv", "--object", "Head"), 1, "none.csv"),
        (("bake", "--dial", "jaw=7"), 2, "jaw must be 0 to 2"),
        (("bake", "--dial", "nose=1"), 2, "nose=1"),
        (("bake", "--channel", "one"), 2, "--channel"),
        (("fly",), 2, "fly"),
        ((), 2, "required"),
    ],
)
def test_impossible_command_is_refused(cli, shot, arguments, code: int, sentence: str) -> None:
    before = shot.read_bytes()
    ended, _, error = cli(shot, *arguments)
    assert (ended, sentence in error) == (code, True), error
    assert shot.read_bytes() == before
    assert error.count("\n") == 1


def test_command_without_a_blend_is_refused(cli) -> None:
    code, _, error = cli(None, "bake")
    assert code == 1
    assert "No .blend is open" in error


def test_help_is_no_error(cli) -> None:
    assert cli(None, "bake", "--help")[0] == 0


@needs_sound
def test_relative_sound_paths_survive_saving(cli, loud_jaw, tmp_path, wav) -> None:
    make_face("Head", KEYS)
    shot = saved(tmp_path / "shot.blend")
    add_sound(wav).sound.filepath = "//hum.wav"
    saved(shot)
    (tmp_path / "baked").mkdir()
    out = tmp_path / "baked" / "out.blend"
    for arguments in ((), ("-o", out)):
        assert cli(shot, "bake", "--object", "Head", "--strip", "speech", *arguments)[0] == 0
    for path in (shot, out):
        bpy.ops.wm.open_mainfile(filepath=str(path))
        stored = bpy.data.sounds[0].filepath
        assert stored.startswith("//")
        assert Path(bpy.path.abspath(stored)).samefile(wav)


def test_double_slash_is_the_folder_of_the_blend_in_every_path(
    cli, loud_jaw, shot, wav, curves, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir("/")
    (tmp_path / "rows.csv").write_text("audio,output\nhum.wav,rows.json\n")
    speaker = ("--object", "Head")
    assert cli(shot, "bake", *speaker, "--file", "//hum.wav", "-o", "//a.blend")[0] == 0
    assert cli(shot, "apply", "//line.csv", *speaker, "-o", "//b.blend")[0] == 0
    assert cli(shot, "batch", "//rows.csv", "--results", "//r.jsonl", "--inside", "//")[0] == 0
    assert cli(shot, "predict", "//hum.wav", "//c.csv")[0] == 0
    assert files(tmp_path) >= {"a.blend", "b.blend", "c.csv", "rows.json", "r.jsonl"}
    for option in ("--mapping", "--weights"):
        error = cli(shot, "bake", *speaker, "--file", "//hum.wav", option, "//none")[2]
        assert f"{tmp_path / 'none'}" in error
    bpy.ops.wm.read_homefile(use_empty=True)
    code, _, error = cli(None, "predict", wav, "//c.csv")
    assert code == 2
    assert "none is open" in error
