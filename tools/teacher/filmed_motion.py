"""How filmed lips move where the table says only where they go: a small network from phones.

``python -m tools.teacher.filmed_motion --cache DIR --films DIR`` fits it to the films of a GRID
speaker and writes filmed_motion.npz. A bidirectional LSTM reads the table's trajectories and puts
out the opening and the width of the mouth, in deviations of the clip's own while it speaks. It sees
no phone names, only what articulators do, so that it can be used on phones that the films lack.

Between the table and this network lie targets that follow film more closely than either alone, on
speakers that neither was fitted to (docs/training.md); ``targets`` takes both.
"""

import argparse
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from tools.data.cache import Utterance, load
from tools.data.phones import SILENCE, VOWELS

from .coarticulation import RATE, Span, articulators, lip_seal
from .lip_geometry import read_film

FILMED_MOTION = Path(__file__).with_name("filmed_motion.npz")

_UNITS = 32
_EPOCHS, _BATCH, _LEARNING_RATE = 8, 25, 3e-3
_CROP = 298  # frames: a sentence of GRID
_INPUT_NOISE, _DROPOUT = 0.15, 0.3
_MOST = 2.5  # deviations; beyond are faults of the tracker
_LONGEST_VOWEL = 0.3  # s
_TRACK_LAG = 2  # frames by which the tracks of the films are late


class _Motion(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("deviation", torch.ones(inputs))
        self.lstm = nn.LSTM(inputs, _UNITS, bidirectional=True, batch_first=True)
        self.output = nn.Linear(2 * _UNITS, 2)

    def forward(self, tracks: torch.Tensor) -> torch.Tensor:
        """Opening and width [B, T, 2] in deviations, of tracks [B, T, inputs]."""
        normal = (tracks - self.mean) / self.deviation
        if self.training:
            normal = normal + _INPUT_NOISE * torch.randn_like(normal)
        hidden = nn.functional.dropout(self.lstm(normal)[0], _DROPOUT, self.training)
        return self.output(hidden)


def filmed_motion(
    phones: Sequence[Span], moves: np.ndarray, seal: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Opening and width [T] as film would have them, in deviations of the clip's own.

    Args:
        phones: (IPA phone, start, end) in seconds, ascending.
        moves: their trajectories [T, A], coarticulation.articulators.
        seal: [T], coarticulation.lip_seal.
    """
    with torch.inference_mode():
        found = _trained()(torch.from_numpy(_inputs(phones, moves, seal))[None])[0].numpy()
    rows = np.minimum(np.arange(len(found)) + _TRACK_LAG, len(found) - 1)
    return found[rows, 0], found[rows, 1]


@cache
def _trained() -> _Motion:
    with np.load(FILMED_MOTION, allow_pickle=False) as stored:
        arrays = {name: torch.from_numpy(stored[name].astype(np.float32)) for name in stored.files}
    network = _Motion(len(arrays["mean"]))
    network.load_state_dict(arrays)
    return network.eval()


def _inputs(phones: Sequence[Span], moves: np.ndarray, seal: np.ndarray) -> np.ndarray:
    """The articulators, the seal, vowels and their lengths, and silence: [T, A + 4]."""
    marks = np.zeros((len(moves), 3), np.float32)
    for phone, start, end in phones:
        rows = slice(round(start * RATE), round(end * RATE))
        if phone in VOWELS:
            marks[rows, 0] = 1.0
            marks[rows, 1] = min(end - start, _LONGEST_VOWEL) / _LONGEST_VOWEL
        elif phone == SILENCE:
            marks[rows, 2] = 1.0
    return np.column_stack([moves, seal, marks]).astype(np.float32)


def fit(utterances: list[Utterance], films: Path, epochs: int = _EPOCHS) -> _Motion:
    """The network that is closest to the films of utterances with phones.

    Args:
        utterances: with phones, each with ID.npz among the films (see lip_geometry.read_film); what
            lies beyond ``_CROP`` frames is not used.
        films: their folder.
        epochs: passes over all of them.
    """
    torch.manual_seed(0)
    crops = [_crop(u, films) for u in utterances]
    inputs, measured, spoken = (
        torch.from_numpy(np.stack(part)) for part in zip(*crops, strict=True)
    )
    network = _Motion(inputs.shape[-1])
    network.mean.copy_(inputs.flatten(0, 1).mean(0))
    network.deviation.copy_(inputs.flatten(0, 1).std(0) + 0.05)
    optimiser = torch.optim.AdamW(network.parameters(), _LEARNING_RATE, weight_decay=0.05)
    for _ in range(epochs):
        for rows in torch.randperm(len(inputs)).split(_BATCH):
            error = (network(inputs[rows]) - measured[rows]) ** 2 * spoken[rows, :, None]
            optimiser.zero_grad()
            (error.sum() / spoken[rows].sum()).backward()
            optimiser.step()
    return network.eval()


def _crop(utterance: Utterance, films: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs [_CROP, I], filmed opening and width [_CROP, 2], and 1 in speech [_CROP]."""
    frames = _CROP
    phones = utterance.phones
    spoken = np.zeros(frames, np.float32)
    for phone, start, end in phones:
        if phone != SILENCE:
            spoken[round(start * RATE) : round(end * RATE)] = 1.0
    film = np.stack(read_film(films / f"{utterance.id}.npz", frames), 1)
    talking = film[spoken > 0]
    measured = np.clip((film - talking.mean(0)) / talking.std(0), -_MOST, _MOST)
    moves, seal = articulators(phones, frames), lip_seal(phones, frames)
    return _inputs(phones, moves, seal), measured.astype(np.float32), spoken


def main(argv: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.teacher.filmed_motion")
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--films", type=Path, required=True, help="folder of the films' npz")
    parser.add_argument("--corpus", default="grid_s1")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    utterances = [u for u in load(options.cache, [options.corpus], "train") if u.phones]
    network = fit(utterances, options.films)
    arrays = {
        name: value.numpy().astype(np.float16) for name, value in network.state_dict().items()
    }
    np.savez_compressed(FILMED_MOTION, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
