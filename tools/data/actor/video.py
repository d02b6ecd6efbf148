"""A video through MediaPipe's Face Landmarker, an optional extra (requirements/mediapipe.txt).

The model file (``face_landmarker.task``) is the user's; nothing is downloaded.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .movie import video_frames
from .track import ActorError, Track

_INNER_UPPER_LIP, _INNER_LOWER_LIP = 13, 14  # of MediaPipe's 478 landmarks
_OUTER_EYE_CORNERS = (33, 263)


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
    left, right = _OUTER_EYE_CORNERS
    lips = np.hypot(x[_INNER_UPPER_LIP] - x[_INNER_LOWER_LIP],
                    y[_INNER_UPPER_LIP] - y[_INNER_LOWER_LIP])  # fmt: skip
    return float(lips / max(np.hypot(x[left] - x[right], y[left] - y[right]), 1e-6))


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
