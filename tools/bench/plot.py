"""The picture: wall time against the length of the sound."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from .figures import Figures, span
from .wording import length

_COLOURS = {
    "decode": "#8c8c8c",
    "features": "#6b8e23",
    "numpy": "#1f4e9c",
    "torch": "#d2691e",
    "cuda": "#2e8b57",
    "post": "#8b3a8b",
    "write": "#b8860b",
    "insert": "#cd5c5c",
    "bake": "#111111",
    "rhubarb": "#4682b4",
}


def draw(path: Path, figures: Figures, labels: Mapping[str, str]) -> Path:
    """Draws medians and ranges of each stage, both axes logarithmic."""
    figure, axis = plt.subplots(figsize=(10, 5))
    ticks: set[float] = set()
    for stage, label in labels.items():
        lengths = figures.lengths(stage)
        if not lengths:
            continue
        ticks |= set(lengths)
        spans = [span(figures.values(stage, one, "wall")) for one in lengths]
        middles = [figures.median(stage, one, "wall") for one in lengths]
        width = 2.4 if stage == "bake" else 1.4
        axis.plot(
            lengths,
            middles,
            "o-",
            ms=4,
            lw=width,
            color=_COLOURS[stage],
            label=label.replace("*", "").replace("`", ""),
        )
        axis.vlines(lengths, *zip(*spans, strict=True), color=_COLOURS[stage], lw=width)
    ordered = sorted(ticks)
    axis.plot(ordered, ordered, ":", color="#aaaaaa", lw=1, label="real time")
    axis.set(xscale="log", yscale="log", xlabel="length of the sound", ylabel="wall time, seconds")
    axis.set_xticks(ordered, [length(one) for one in ordered])
    axis.minorticks_off()
    axis.grid(True, which="major", color="#e6e6e6")
    axis.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    plt.close(figure)
    return path
