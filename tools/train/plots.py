"""A picture of a run: its losses."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def plot_losses(folder: Path) -> Path:
    """Draws log.jsonl of a run as losses.png."""
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    figure, axes = plt.subplots(1, 5, figsize=(18, 3.2))
    for axis, name in zip(axes, ("target", "smooth", "opening", "contact", "phone"), strict=True):
        axis.plot([row["step"] for row in rows], [row[name] for row in rows])
        axis.set(title=f"{name} loss", xlabel="step", yscale="log")
    figure.tight_layout()
    path = folder / "losses.png"
    figure.savefig(path, dpi=90)
    plt.close(figure)
    return path
