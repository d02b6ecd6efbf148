"""Pictures: the curves of a sentence over its spectrogram, and openings beside films."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from scipy.signal import spectrogram

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.data.cache import Utterance

from .capture import Film, filmed
from .conditions import SAMPLE_RATE
from .held_out import HeldOut
from .measures import brow_raise, column, rounding
from .phone_classes import SILENCE, Phones
from .systems import Network, teacher_curves
from .voice import voice_of

SENTENCE = ("nathalie_nl", "nl_rhasspy_1050", '"Ik heb het Engels van de kinderen geleerd."')
"""Corpus, utterance and caption of the picture of curves."""

CLIPS = {"grid_s26": 2, "grid_s1": 2, "whitehouse": 2, "whitehouse_more": 2}
"""Corpora and clips of the picture beside films."""

_NETWORK_COLOUR, _TEACHER_COLOUR, _FILM_COLOUR = "#c1272d", "#1f4e9c", "0.15"
_DYNAMIC_RANGE = 60.0  # dB
_SHOWN = 4.0  # s of a clip, from where its voice begins


@dataclass(frozen=True)
class Sentence:
    """The sentence of a picture; phones may be empty."""

    caption: str
    samples: np.ndarray
    phones: Phones


def draw_all(
    folder: Path, sets: HeldOut, capture: Path | None, networks: Sequence[Network]
) -> Iterator[Path]:
    """Draws the pictures that the cache and the films allow, and names the files."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus, name, caption = SENTENCE
    spoken = sets.named(corpus, name)
    if spoken is not None:
        sentence = Sentence(caption, spoken.samples(), spoken.phones or [])
        yield draw_curves(folder / "curves.png", sentence, networks[0])
    clips = []
    for corpus, count in CLIPS.items():
        found = filmed(sets, capture, corpus) if capture else []
        clips += [
            found[i] for i in np.linspace(0, len(found) - 1, min(count, len(found)), dtype=int)
        ]
    if clips:
        yield draw_films(folder / "films.png", clips, networks)


def draw_films(
    path: Path, clips: Sequence[tuple[Utterance, Film]], networks: Sequence[Network]
) -> Path:
    """Openings over filmed apertures, each on its own range, over the sound of each clip."""
    figure, axes = plt.subplots(
        len(clips), 1, figsize=(13, 1.75 * len(clips) + 0.8), layout="constrained", squeeze=False
    )  # fmt: skip
    for axis, (utterance, film) in zip(axes[:, 0], clips, strict=True):
        _draw_film(axis, utterance, film, networks)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", fontsize=8, ncols=len(handles))
    axes[-1, 0].set_xlabel("time (s); each opening on its own range, 5th to 95th percentile")
    return _saved(figure, path)


def _draw_film(axis: Axes, utterance: Utterance, film: Film, networks: Sequence[Network]) -> None:
    samples = utterance.samples()
    start = max(voice_of(samples, utterance.phones).start - 0.3, 0.0)
    end = min(start + _SHOWN, len(samples) / SAMPLE_RATE)
    times = np.arange(len(samples)) / SAMPLE_RATE
    wave = -0.3 + 0.22 * samples / max(float(np.abs(samples).max()), 1e-6)
    axis.plot(times[::4], wave[::4], color="0.7", linewidth=0.4)
    axis.plot(
        film.time, _placed(film.aperture), ".-", color=_FILM_COLOUR, linewidth=2.0,
        markersize=3, alpha=0.75, label="film",
    )  # fmt: skip
    for index, network in enumerate(networks):
        opening = lip_opening(ARKIT_52, network(utterance))
        axis.plot(
            np.arange(len(opening)) / 100, _placed(opening), linewidth=1.3,
            color=_NETWORK_COLOUR if index == 0 else f"C{index}", label=network.name,
        )  # fmt: skip
    _phone_borders(axis, utterance.phones or [])
    _phone_names(axis, [p for p in utterance.phones or [] if start < (p[1] + p[2]) / 2 < end])
    axis.set_xlim(start, end)
    axis.set_ylim(-0.55, 1.5)
    axis.set_yticks([0, 1])
    axis.set_ylabel(f"{film.speaker}\n{film.name}", fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _placed(opening: np.ndarray) -> np.ndarray:
    low, high = np.percentile(opening, (5, 95))
    return (opening - low) / max(high - low, 1e-6)


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
    _phone_names(axis, sentence.phones)


def _phone_names(axis: Axes, phones: Phones) -> None:
    for phone, start, end in phones:
        if phone != SILENCE:
            axis.text(
                (start + end) / 2, 1.01, phone, ha="center", va="bottom", fontsize=10,
                transform=axis.get_xaxis_transform(),
            )  # fmt: skip


def _phone_borders(axis: Axes, phones: Phones) -> None:
    for border in sorted({round(edge, 3) for _, start, end in phones for edge in (start, end)}):
        axis.axvline(border, color="0.6", linewidth=0.4, alpha=0.6)


def _saved(figure: plt.Figure, path: Path) -> Path:
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path
