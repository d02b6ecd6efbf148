"""Movie files: sound, pictures and timecode through PyAV, faces through MediaPipe.

PyAV (requirements/video.txt) and MediaPipe's Face Landmarker (requirements/mediapipe.txt) are
optional extras. The landmarker's model file (``face_landmarker.task``) is the user's; nothing is
downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from model.audio_file import to_mono_16k
from tools.data.cache import SAMPLE_RATE

from .tracks import ActorError, Track

MOVIES = frozenset({".mov", ".mp4", ".m4v", ".m4a", ".mkv", ".webm", ".avi"})
"""Endings of files that soundfile cannot read and PyAV can."""

# Landmarks of MediaPipe's 478.
_INNER_LIPS = (13, 14)
_OUTER_EYE_CORNERS = (33, 263)


def movie_sound(path: Path) -> np.ndarray:
    """The sound, float32 [N] mono at 16 kHz from the movie's time 0. Raises `ActorError`."""
    with _open_movie(path) as container:
        if not container.streams.audio:
            raise ActorError(f"{path} holds no sound; put a WAV of the same name beside it.")
        parts, start, rate = [], 0.0, 48000
        for frame in container.decode(container.streams.audio[0]):
            if not parts:
                start, rate = float(frame.time or 0.0), frame.sample_rate
            parts.append(_mono(frame))
    if not parts:
        return np.zeros(0, np.float32)
    samples = to_mono_16k(np.concatenate(parts), rate)
    late = round(start * SAMPLE_RATE)
    return np.pad(samples, (late, 0)) if late > 0 else samples[-late:]


def video_frames(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    """(seconds, RGB pixels [H, W, 3] uint8) of every picture. Raises `ActorError`."""
    with _open_movie(path) as container:
        if not container.streams.video:
            raise ActorError(f"{path} holds no pictures.")
        last = -1.0
        for frame in container.decode(container.streams.video[0]):
            if frame.time is not None and frame.time > last:
                last = float(frame.time)
                yield last, frame.to_ndarray(format="rgb24")


def movie_timecode(path: Path) -> tuple[str, int] | None:
    """The timecode of the movie's first picture and its rate, None where it carries none."""
    with _open_movie(path) as container:
        for stream in container.streams:
            text = stream.metadata.get("timecode")
            if text and container.streams.video:
                return text, round(float(container.streams.video[0].average_rate))
    return None


def _mono(frame) -> np.ndarray:
    """Samples [N] float32 in -1..1 of one frame of sound."""
    data = frame.to_ndarray()
    if data.dtype.kind == "i":
        data = data.astype(np.float32) / -float(np.iinfo(data.dtype).min)
    if not frame.format.is_planar:
        data = data.reshape(-1, len(frame.layout.channels)).T
    return data.astype(np.float32).mean(axis=0)


@contextmanager
def _open_movie(path: Path):
    """Yields PyAV's container. Raises `ActorError` where PyAV is missing or cannot read it."""
    try:
        import av
    except ImportError as error:
        raise ActorError(
            f"{path} needs PyAV: pip install -r requirements/video.txt, or put its sound as WAV "
            "beside the curves."
        ) from error
    try:
        with av.open(str(path)) as container:
            yield container
    except av.FFmpegError as error:
        raise ActorError(f"{path} cannot be decoded: {error}.") from error


def read_video(path: Path, face_model: Path | None) -> Track:
    """Scores of the one face in a video, NaN in frames without one.

    Raises `ActorError` when MediaPipe, the model file or a face is missing.
    """
    if face_model is None:
        raise ActorError(
            f"{path} is a video: name MediaPipe's model file (face_landmarker.task) with "
            "--face-model."
        )
    times, scores, gaps = [], [], []
    with _landmarker(face_model) as (landmarker, as_image):
        for time, pixels in video_frames(path):
            result = landmarker.detect_for_video(as_image(pixels), round(time * 1000))
            times.append(time)
            scores.append({c.category_name: c.score for c in _first(result.face_blendshapes)})
            gaps.append(lip_gap(_first(result.face_landmarks), pixels.shape))
    names = tuple(next((found for found in scores if found), {}))
    if not names:
        raise ActorError(f"No face was found in {path}; film it from the front, in good light.")
    lost = dict.fromkeys(names, np.nan)
    values = np.array([[(found or lost)[name] for name in names] for found in scores], np.float32)
    return Track(np.array(times), names, values, np.array(gaps, np.float32), scores=True)


def lip_gap(landmarks, shape: tuple[int, ...]) -> float:
    """Distance of the inner lips over that of the outer eye corners; NaN without landmarks.

    ``shape`` is the picture's (height, width, …), to which landmarks are relative.
    """
    if not landmarks:
        return float("nan")
    height, width = shape[:2]
    x = np.array([point.x for point in landmarks]) * width
    y = np.array([point.y for point in landmarks]) * height

    def distance(pair: tuple[int, int]) -> float:
        return float(np.hypot(*(axis[pair[0]] - axis[pair[1]] for axis in (x, y))))

    return distance(_INNER_LIPS) / max(distance(_OUTER_EYE_CORNERS), 1e-6)


def _first(faces: list) -> list:
    return faces[0] if faces else []


@contextmanager
def _landmarker(face_model: Path):
    """Yields (landmarker, function from pixels [H, W, 3] to MediaPipe's image)."""
    try:
        import mediapipe
    except ImportError as error:
        raise ActorError(
            "Video needs MediaPipe: pip install -r requirements/mediapipe.txt."
        ) from error
    vision = mediapipe.tasks.vision
    options = vision.FaceLandmarkerOptions(
        base_options=mediapipe.tasks.BaseOptions(model_asset_path=str(face_model)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    try:
        found = vision.FaceLandmarker.create_from_options(options)
    except (OSError, RuntimeError, ValueError) as error:
        raise ActorError(
            f"{face_model} is no model of MediaPipe's Face Landmarker ({error})."
        ) from error
    try:
        yield found, lambda pixels: mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels)
    finally:
        found.close()
