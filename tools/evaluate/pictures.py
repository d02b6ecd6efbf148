"""Pictures of a fixed set of sentences: curves over a spectrogram, and attention weights."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from scipy.signal import spectrogram

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from model.torch_runtime import TorchRuntime
from model.weights_file import load_weights

from .conditions import SAMPLE_RATE
from .held_out import HeldOut
from .measures import brow_raise, column, rounding
from .phone_classes import SILENCE, Phones
from .systems import Network, teacher_curves

REPOSITORY_SENTENCE = Path(__file__).parents[2] / "tests" / "data" / "surprise"
CORPUS_SENTENCES = (
    ("emodb_de", "14a02Wa", 'Emo-DB 14a02Wa, anger: "Das will sie am Mittwoch abgeben."'),
    ("emodb_de", "14a02La", 'Emo-DB 14a02La, boredom: "Das will sie am Mittwoch abgeben."'),
    ("grid_s26", "bgbsza", 'GRID s26: "bin green by s zero again"'),
    ("nathalie_nl", "nl_rhasspy_1050", '"Ik heb het Engels van de kinderen geleerd."'),
)
"""Corpus, utterance and caption."""

_NETWORK_COLOUR, _TEACHER_COLOUR = "#c1272d", "#1f4e9c"
_DYNAMIC_RANGE = 60.0  # dB


@dataclass(frozen=True)
class Sentence:
    """The sentence of a picture; phones may be empty."""

    name: str
    caption: str
    samples: np.ndarray
    phones: Phones


def draw_all(folder: Path, sets: HeldOut, network: Network) -> Iterator[Path]:
    """Draws each sentence's curves and attention into the folder, and names the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for sentence in sentences(sets):
        yield draw_curves(folder / f"curves-{sentence.name}.png", sentence, network)
        attended = attention_weights(network.weights, sentence.samples)
        if attended is not None:
            yield draw_attention(folder / f"attention-{sentence.name}.png", sentence, *attended)


def sentences(sets: HeldOut) -> Iterator[Sentence]:
    """The repository's own sentence, then those of the corpora that the cache holds."""
    story = json.loads(REPOSITORY_SENTENCE.with_suffix(".json").read_text(encoding="utf-8"))
    yield Sentence(
        "surprise",
        f'"{story["text"]}"',
        read_audio(REPOSITORY_SENTENCE.with_suffix(".flac")),
        [tuple(phone) for phone in story["phones"]],
    )
    for corpus, name, caption in CORPUS_SENTENCES:
        found = sets.named(corpus, name)
        if found is not None:
            yield Sentence(name, caption, found.samples(), found.phones or [])


def draw_curves(path: Path, sentence: Sentence, network: Network) -> Path:
    """Opening, lip seal, rounding and brows over the spectrogram with the phones."""
    values = network.of_sound(sentence.samples)
    teacher = teacher_curves(sentence.phones, sentence.samples) if sentence.phones else None
    tracks = {
        "lip opening": (lambda v: lip_opening(ARKIT_52, v), (-0.02, 0.7)),
        "lip seal": (seal, (-0.03, 1.05)),
        "rounding": (rounding, (-0.03, 1.05)),
        "brow raise": (brow_raise, (-0.15, 0.35)),
    }
    figure, axes = plt.subplots(
        1 + len(tracks), 1, figsize=(13, 8.2), sharex=True,
        gridspec_kw={"height_ratios": [2.2] + [1] * len(tracks)}, layout="constrained",
    )  # fmt: skip
    _spectrogram(axes[0], sentence)
    figure.suptitle(sentence.caption)
    for axis, (label, (track, usual)) in zip(axes[1:], tracks.items(), strict=True):
        time = np.arange(len(values)) / 100
        axis.plot(time, track(values), color=_NETWORK_COLOUR, linewidth=1.6, label=network.name)
        if teacher is not None:
            axis.plot(
                time, track(teacher), color=_TEACHER_COLOUR, linewidth=1.1, linestyle="--",
                label="teacher with the labels",
            )  # fmt: skip
        _phone_borders(axis, sentence.phones)
        axis.set_ylabel(label, fontsize=9)
        axis.set_xlim(0, len(values) / 100)
        low, high = axis.get_ylim()
        axis.set_ylim(min(low, usual[0]), max(high, usual[1]))
        axis.spines[["top", "right"]].set_visible(False)
    handles, labels = axes[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", fontsize=8, ncols=2)
    figure.align_ylabels(axes)
    axes[-1].set_xlabel("time (s); curves in shape-key units; rounding is pucker + funnel")
    return _saved(figure, path)


def draw_attention(path: Path, sentence: Sentence, weights: np.ndarray, step: float) -> Path:
    """Attention weights [S, 2 * reach + 1] as an image under the spectrogram."""
    figure, axes = plt.subplots(
        2, 1, figsize=(13, 6), sharex=True, gridspec_kw={"height_ratios": [1, 1.5]},
        layout="constrained",
    )  # fmt: skip
    _spectrogram(axes[0], sentence)
    reach = (weights.shape[1] // 2 + 0.5) * step * 1000
    image = axes[1].imshow(
        weights.T, origin="lower", aspect="auto", cmap="magma", interpolation="nearest",
        extent=(-step / 2, (len(weights) - 0.5) * step, -reach, reach),
        vmin=0, vmax=float(np.percentile(weights, 99.5)),
    )  # fmt: skip
    axes[1].axhline(0, color="white", linewidth=0.6, linestyle=":")
    _phone_borders(axes[1], sentence.phones, "white")
    axes[1].set_ylabel("attended to, ms from now\n(earlier below, later above)", fontsize=9)
    axes[1].set_xlabel("time (s)")
    axes[1].set_xlim(0, len(sentence.samples) / SAMPLE_RATE)
    figure.colorbar(image, ax=axes[1], label=f"weight of a {1000 * step:.0f} ms step", pad=0.01)
    figure.suptitle(f"Attention: {sentence.caption}")
    return _saved(figure, path)


def seal(values: np.ndarray) -> np.ndarray:
    """Share [T] of the jaw's opening that mouthClose makes up for, 0 with a shut jaw."""
    jaw = column(values, "jawOpen")
    return np.where(jaw > 0.01, column(values, "mouthClose") / np.maximum(jaw, 0.01), 0.0)


def _spectrogram(axis: Axes, sentence: Sentence) -> None:
    emphasised = np.append(sentence.samples[:1], np.diff(sentence.samples))
    frequency, time, power = spectrogram(
        emphasised, SAMPLE_RATE, "hann", nperseg=256, noverlap=192, nfft=512
    )
    decibels = 10 * np.log10(power + 1e-14)
    axis.pcolormesh(
        time, frequency / 1000, decibels, cmap="Greys", shading="auto",
        vmin=decibels.max() - _DYNAMIC_RANGE, vmax=decibels.max(), rasterized=True,
    )  # fmt: skip
    axis.set_ylabel("frequency (kHz)", fontsize=9)
    _phone_borders(axis, sentence.phones)
    for phone, start, end in sentence.phones:
        if phone != SILENCE:
            axis.text(
                (start + end) / 2, 1.01, phone, ha="center", va="bottom", fontsize=10,
                transform=axis.get_xaxis_transform(),
            )  # fmt: skip


def _phone_borders(axis: Axes, phones: Phones, colour: str = "0.6") -> None:
    for border in sorted({round(edge, 3) for _, start, end in phones for edge in (start, end)}):
        axis.axvline(border, color=colour, linewidth=0.4, alpha=0.6)


def _saved(figure: plt.Figure, path: Path) -> Path:
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def attention_weights(weights: Path, samples: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Attention over time offsets while a network analyzes samples [N] float32 at 16 kHz.

    Returns:
        Weights [S, 2 * reach + 1], row s summing to 1 over the steps s - reach .. s + reach, and
        the seconds of one step; None for a network without attention.
    """
    runtime = TorchRuntime(*load_weights(weights), "cpu")
    layer = getattr(runtime.network, "attention", None)
    if layer is None:
        return None
    caught: list[torch.Tensor] = []
    hook = layer.register_forward_hook(lambda _layer, _inputs, output: caught.append(output[1]))
    try:
        frames = len(runtime.predict(samples).values)
    finally:
        hook.remove()
    reach = runtime.config.reach
    rows = np.concatenate([by_offset(part[0].cpu().numpy(), reach) for part in caught])
    frames_per_step = -(-frames // len(rows))
    return rows[: -(-frames // frames_per_step)], 0.01 * frames_per_step


def by_offset(weights: np.ndarray, reach: int) -> np.ndarray:
    """Weights [K * N, 2 * reach + 1] over offsets, from [K, N, reach + W] over a block's columns.

    Column c of a block is c - reach steps after the block's first step. Offsets beyond its right
    context are 0.
    """
    blocks, size, columns = weights.shape
    padded = np.zeros((blocks, size, max(columns, size + 2 * reach)), weights.dtype)
    padded[:, :, :columns] = weights
    rows = [padded[:, n, n : n + 2 * reach + 1] for n in range(size)]
    return np.stack(rows, 1).reshape(blocks * size, 2 * reach + 1)
