"""Files of recorded performances: every format to a track, and refusals by name."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from model.channels import ARKIT_52
from tools.actor.channels import read_channel_map, to_arkit
from tools.actor.takes import find_takes, read_take
from tools.actor.tracks import (
    ActorError,
    read_beat,
    read_capture_npz,
    read_curves_csv,
    read_live_link,
    timecode_seconds,
)
from tools.actor.video import lip_gap, read_video, video_frames

JAW = ARKIT_52.index("jawOpen")
ANGLES = [f"{part}{angle}" for part in ("Head", "LeftEye", "RightEye")
          for angle in ("Yaw", "Pitch", "Roll")]  # fmt: skip
LIVE_LINK = [name[0].upper() + name[1:] for name in ARKIT_52] + ANGLES


def write_live_link(path, timecodes, jaw):
    """A take as the app writes it; a jaw of None is a row without a face."""
    lines = [",".join(["Timecode", "BlendShapeCount", *LIVE_LINK])]
    for index, (timecode, value) in enumerate(zip(timecodes, jaw, strict=True)):
        if value is None:
            lines.append(f"{timecode},0" + "," * len(LIVE_LINK))
            continue
        cells = [0.001 * index] * len(LIVE_LINK)
        cells[JAW] = value
        lines.append(f"{timecode},61," + ",".join(f"{cell:.10f}" for cell in cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_sound(path, seconds=2.0):
    soundfile.write(path, 0.1 * np.sin(np.arange(round(16000 * seconds)) * 0.2), 16000)


def test_timecode_counts_fractional_frames_past_midnight():
    codes = ["23:59:59:57.652", "23:59:59:59.651", "00:00:00:01.650"]
    seconds = timecode_seconds(codes)
    np.testing.assert_allclose(np.diff(seconds), 1.999 / 60, atol=1e-9)
    np.testing.assert_allclose(timecode_seconds(["00:00:01:29", "00:00:02:00"]), [1 + 29 / 30, 2])
    np.testing.assert_allclose(timecode_seconds(["01:00:00;10"], 30), [3600 + 1 / 3])
    with pytest.raises(ValueError, match="no timecode"):
        timecode_seconds(["soon"])


def test_live_link_at_30_fps_reads_its_timecode_of_60(tmp_path):
    codes = [f"13:13:{4 + n // 30:02d}:{2 * (n % 30):02d}.652" for n in range(45)]
    jaw = [0.01 * n for n in range(45)]
    jaw[20] = None
    write_live_link(tmp_path / "take.csv", codes, jaw)
    track = read_live_link(tmp_path / "take.csv")
    np.testing.assert_allclose(track.times, np.arange(45) / 30, atol=1e-9)
    assert track.start_timecode == pytest.approx(13 * 3600 + 13 * 60 + 4 + 0.652 / 60)
    channels = to_arkit(track.names, track.values, None, "take")
    np.testing.assert_allclose(np.delete(channels[:, JAW], 20), np.delete(np.arange(45), 20) / 100)
    assert np.isnan(channels[20]).all()
    assert np.isfinite(np.delete(channels, 20, axis=0)).all()


def test_live_link_frozen_face_is_unknown(tmp_path):
    codes = [f"00:00:00:{n:02d}.000" for n in range(60)]
    write_live_link(tmp_path / "take.csv", codes, [0.01 * n for n in range(60)])
    lines = (tmp_path / "take.csv").read_text().splitlines()
    for n in range(20, 40):  # the same face for a third of a second
        lines[1 + n] = ",".join([lines[1 + n].split(",")[0], *lines[1 + 20].split(",")[1:]])
    (tmp_path / "take.csv").write_text("\n".join(lines))
    lost = np.isnan(read_live_link(tmp_path / "take.csv").values).all(axis=1)
    assert np.flatnonzero(lost).tolist() == list(range(21, 40))


def test_beat_reads_51_channels(tmp_path):
    names = [name for name in ARKIT_52 if name != "tongueOut"]
    frames = [{"weights": [n / 10] * 51, "time": n / 60, "rotation": []} for n in range(5)]
    (tmp_path / "a.json").write_text(json.dumps({"names": names, "frames": frames}))
    track = read_beat(tmp_path / "a.json")
    np.testing.assert_allclose(track.times, np.arange(5) / 60)
    channels = to_arkit(track.names, track.values, None, "a")
    np.testing.assert_allclose(channels[:, JAW], np.arange(5) / 10, atol=1e-6)
    assert np.isnan(channels[:, ARKIT_52.index("tongueOut")]).all()


def test_curves_csv_reads_empty_cells(tmp_path):
    (tmp_path / "a.csv").write_text("t,jawOpen,mouthClose\n0.0,0.1,0.0\n0.01,0.2,\n")
    track = read_curves_csv(tmp_path / "a.csv")
    assert track.names == ("jawOpen", "mouthClose")
    np.testing.assert_allclose(track.values, [[0.1, 0.0], [0.2, np.nan]], atol=1e-6)


def test_npz_reads_with_and_without_geometry(tmp_path):
    values = np.random.default_rng(0).random((6, 2), np.float32)
    np.savez(tmp_path / "a.npz", fps=30.0, bs=values, names=np.array(["_neutral", "jawOpen"]),
             g_lip_inner=np.arange(6.0))  # fmt: skip
    track = read_capture_npz(tmp_path / "a.npz")
    assert track.scores
    np.testing.assert_allclose(track.times, np.arange(6) / 30)
    np.testing.assert_allclose(track.lip_gap, np.arange(6))
    np.savez(tmp_path / "b.npz", t=np.arange(6) / 25, bs=values, names=np.array(["x", "jawOpen"]))
    track = read_capture_npz(tmp_path / "b.npz")
    assert track.lip_gap is None
    assert not track.scores


def test_names_match_in_any_spelling():
    names = ("JAWOPEN", "mouthSmile_L", "MouthSmile_r", "eyeBlink.L", "HeadYaw")
    channels = to_arkit(names, np.full((1, 5), 0.5), None, "x")
    known = {ARKIT_52[i] for i in np.flatnonzero(np.isfinite(channels[0]))}
    assert known == {"jawOpen", "mouthSmileLeft", "mouthSmileRight", "eyeBlinkLeft"}
    with pytest.raises(ActorError, match="--map"):
        to_arkit(("ctrl_1",), np.zeros((1, 1)), None, "x")


def test_map_mixes_a_rigs_controls(tmp_path):
    (tmp_path / "m.toml").write_text("jawOpen = { drop = 0.5, scream = 1.0 }\n")
    by = read_channel_map(tmp_path / "m.toml")
    channels = to_arkit(("drop", "scream"), np.array([[0.4, 0.1], [1.0, 0.9]]), by, "x")
    np.testing.assert_allclose(channels[:, JAW], [0.3, 1.0])
    with pytest.raises(ActorError, match="scream"):
        to_arkit(("drop",), np.zeros((1, 1)), by, "x")


def test_app_folder_gives_its_calibrated_take(tmp_path):
    folder = tmp_path / "20260401_Scene_1"
    folder.mkdir()
    for ending in ("", "_raw", "_cal", "_neutral"):
        write_live_link(folder / f"Scene_1_iPhone{ending}.csv", ["00:00:00:00.1"], [0.1])
    (folder / "frame_log.csv").write_text("kind,index\nV,0\n")
    (folder / "take.json").write_text('{"takeNumber": 1}')
    write_sound(folder / "Scene_1_iPhone.wav")
    (take,) = find_takes([tmp_path])
    assert (take.curves.name, take.sound.name) == ("Scene_1_iPhone_cal.csv", "Scene_1_iPhone.wav")
    assert take.name == "Scene_1_iPhone"


def test_missing_files_are_named(tmp_path):
    with pytest.raises(ActorError, match="does not exist"):
        find_takes([tmp_path / "nowhere"])
    with pytest.raises(ActorError, match="No take"):
        find_takes([tmp_path])
    write_live_link(tmp_path / "a.csv", ["00:00:00:00"], [0.1])
    with pytest.raises(ActorError, match=r"a\.csv has no sound: put a\.wav"):
        find_takes([tmp_path])
    (tmp_path / "b.mp4").write_bytes(b"")
    with pytest.raises(ActorError, match="--face-model"):
        read_video(tmp_path / "b.mp4", None)


def test_video_without_mediapipe_names_the_requirements(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(ActorError, match=r"requirements/mediapipe\.txt"):
        read_video(tmp_path / "b.mp4", tmp_path / "face_landmarker.task")


def test_lip_gap_allows_for_the_pictures_shape():
    points = [SimpleNamespace(x=0.5, y=0.5) for _ in range(478)]
    points[33], points[263] = SimpleNamespace(x=0.4, y=0.5), SimpleNamespace(x=0.6, y=0.5)
    points[13], points[14] = SimpleNamespace(x=0.5, y=0.6), SimpleNamespace(x=0.5, y=0.64)
    assert lip_gap(points, (500, 1000, 3)) == pytest.approx(20 / 200)
    assert np.isnan(lip_gap([], (500, 1000, 3)))


def test_movie_gives_sound_pictures_and_the_start_of_the_curves(tmp_path):
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "take.mov"), "w") as movie:
        pictures = movie.add_stream("mpeg4", rate=30)
        pictures.width = pictures.height = 64
        pictures.pix_fmt = "yuv420p"
        pictures.metadata["timecode"] = "10:00:00:00"
        sound = movie.add_stream("pcm_s16le", rate=48000, layout="mono")
        for n in range(30):
            picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 8 * n, np.uint8), "rgb24")
            movie.mux(pictures.encode(picture))
        tone = (8000 * np.sin(np.arange(48000) * 0.1)).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(tone, "s16", "mono")
        frame.sample_rate = 48000
        movie.mux(sound.encode(frame))
        for stream in (pictures, sound):
            movie.mux(stream.encode())
    codes = [f"10:00:00:{n:02d}.000" for n in range(30, 60)]  # of 60: half a second late
    write_live_link(tmp_path / "take.csv", codes, [0.01 * n for n in range(30)])
    (take,) = find_takes([tmp_path])
    track, samples = read_take(take, None)
    assert len(samples) == pytest.approx(16000, abs=200)
    assert np.std(samples) == pytest.approx(8000 / 32768 / np.sqrt(2), rel=0.05)
    assert track.times[0] == pytest.approx(0.5)

    frames = list(video_frames(tmp_path / "take.mov"))
    np.testing.assert_allclose([time for time, _ in frames], np.arange(30) / 30, atol=1e-3)
    assert frames[0][1].shape == (64, 64, 3)
