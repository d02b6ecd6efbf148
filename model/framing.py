"""The 10 ms grid that features and curves share."""

import numpy as np

SAMPLE_RATE = 16000
HOP = 160

FRAMES_AT_ONCE = 64
"""Frames whose spectra are held at a time. More would leave the processor's cache, and the system
would give fresh pages for every temporary: with 400, half of the time went into page faults."""


def frame_count(samples: int) -> int:
    """Frames that N samples make: frame t is centred on sample t * HOP."""
    return -(-samples // HOP)


def centred_frames(samples: np.ndarray, window: int) -> np.ndarray:
    """View [T, window] of [N] samples, zeros beyond their ends; T = frame_count(N) >= 1."""
    half = window // 2
    needed = (frame_count(len(samples)) - 1) * HOP + window
    padded = np.zeros(needed, np.float32)
    body = np.asarray(samples, np.float32)[: needed - half]
    padded[half : half + len(body)] = body
    return np.lib.stride_tricks.sliding_window_view(padded, window)[::HOP]
