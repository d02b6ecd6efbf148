"""Pictures of a run: its losses, and predicted against taught curves of one utterance."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def plot_losses(folder: Path) -> Path:
    """Draws log.jsonl of a run as losses.png."""
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    figure, axes = plt.subplots(1, 5, figsize=(18, 3.2))
    for axis, name in zip(axes, ("target", "smooth", "opening", "contact", "phone"), strict=True):
        axis.plot([row["step"] for row in rows], [row[name] for row in rows])
        axis.set(title=f"{name} loss", xlabel="step", yscale="log")
    return _saved(figure, folder / "losses.png")


def plot_curves(
    path: Path,
    names: tuple[str, ...],
    curves: dict[str, np.ndarray],
    phones: list[tuple[str, float, float]],
    shown: tuple[str, ...],
) -> Path:
    """Draws channels of several systems' curves [T, C] at 100 Hz over their phones."""
    figure, axes = plt.subplots(len(shown), 1, figsize=(16, 1.7 * len(shown)), sharex=True)
    for axis, channel in zip(axes, shown, strict=True):
        for label, values in curves.items():
            axis.plot(np.arange(len(values)) / 100, values[:, names.index(channel)], label=label)
        axis.set_ylabel(channel, fontsize=8)
        for phone, start, end in phones:
            axis.axvline(start, color="0.85", linewidth=0.6)
            if axis is axes[0]:
                axis.text((start + end) / 2, axis.get_ylim()[1], phone, ha="center", fontsize=8)
    axes[0].legend(loc="upper right", fontsize=8)
    return _saved(figure, path)


def _saved(figure, path: Path) -> Path:
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    plt.close(figure)
    return path
