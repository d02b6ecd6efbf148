"""How the channels of a sound become one voice, at a level that the network knows.

Usually that is their mean, as it is. Channels that carry the same voice inverted or delayed would
cancel out in it, the centre of a film's mix would drown in the music around it, and a voice far
below the levels of the training would not be heard.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .errors import ChannelMissingError

QUIET_DB = -50.0
"""Level below which a voice is raised; peaks lie about 15 dB higher. At -50 the jaw still follows
the same speech at -25 dB with a correlation of 0.93, at -60 with 0.87, at -75 not at all."""

RAISED_DB = -30.0
"""Level of a voice that was raised."""

_LEAST_DB = -90.0
"""Level below which there is nothing but the rounding to 16 bits."""

_LOUDEST = 65536.0
"""What louder samples become: those of 16 bits that were not scaled still fit."""

_FRAMES = 200
"""Frames of 10 ms that a voice is louder than its level, or a tenth of a short sound's."""

_SETTLED_DB = QUIET_DB + 10.0
_SETTLED_BLOCKS = 40

_BLOCK = 1 << 14
_ACTIVE_DB = -65.0
_DELAY = 0.02  # s, of a second microphone
_AT_ONCE = 0.0003  # s
_SAME = 0.5  # correlation of a channel that carries the same voice
_PRESENT = 0.01  # energy of a channel that is not silent beside the loudest
_SURROUND = (6, 8)  # channels of 5.1 and 7.1
_CENTRE = 2
_MOST_CHANNELS = 16


@dataclass(frozen=True)
class VoiceMix:
    """What makes one voice of a sound's channels.

    Attributes:
        weights: factor of each channel; None for their mean.
        gain: factor of all.
        channel: the only one that is taken, counted from 1; 0 for a mix.
    """

    weights: tuple[float, ...] | None = None
    gain: float = 1.0
    channel: int = 0

    def __call__(self, block: np.ndarray) -> np.ndarray:
        """Mono float32 [n] of samples [n, channels] (or [n]).

        Raises ChannelMissingError where the sound lacks the channel.
        """
        block = block if block.ndim == 2 else block[:, None]
        if self.channel:
            mono = _only(block, self.channel)[:, 0]
        elif self.weights is None or len(self.weights) != block.shape[1]:
            mono = _mean(block)
        else:
            mono = block @ np.array(self.weights, block.dtype)
        if self.gain != 1.0:
            mono = mono * np.float32(self.gain)
        return np.ascontiguousarray(mono, np.float32)


MEAN = VoiceMix()
"""The mean of the channels, as it is."""


def cleaned(block: np.ndarray) -> np.ndarray:
    """Samples without NaN and infinity, of which one would poison all that follows, and without
    numbers whose squares are infinite."""
    if len(block) == 0 or (block.min() >= -_LOUDEST and block.max() <= _LOUDEST):  # false for NaN
        return block
    plain = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
    return np.clip(plain, -_LOUDEST, _LOUDEST)


def voice_mix(blocks: Iterable[tuple[float, np.ndarray]], channel: int = 0) -> VoiceMix | None:
    """The mix of a sound; None for one without samples.

    Listens until it is settled: for a usual level and one or two channels some seconds, else to the
    end.

    Args:
        blocks: (samples a second, samples [n, channels]) from the sound's beginning on.
        channel: the only one that is to be taken, counted from 1; 0 for a mix.

    Raises:
        ChannelMissingError: the sound lacks the channel.
    """
    survey = None
    for rate, block in blocks:
        samples = cleaned(block if block.ndim == 2 else block[:, None])
        if channel:
            samples = _only(samples, channel)
        if survey is None:
            survey = _Survey(rate, samples.shape[1])
        survey.push(samples)
        if survey.is_settled:
            break
    if survey is None:
        return None
    weights = None if channel else survey.weights()
    return VoiceMix(weights, survey.gain(weights), channel)


def _mean(block: np.ndarray) -> np.ndarray:
    """The mean of channels [n, c]; of one or two without NumPy's slow way along a short axis."""
    if block.shape[1] == 1:
        return block[:, 0]
    if block.shape[1] == 2:
        return np.asarray((block[:, 0] + block[:, 1]) / np.float32(2.0))
    return np.asarray(block.mean(axis=1))


def _only(block: np.ndarray, channel: int) -> np.ndarray:
    """Channel [n, 1] of samples [n, channels]."""
    count = block.shape[1]
    if channel > count:
        has = "1 channel" if count == 1 else f"{count} channels"
        reason = f"has {has} and no channel {channel}: choose another channel of the file"
        raise ChannelMissingError(f"The sound {reason}.", reason)
    return block[:, channel - 1 : channel]


class _Survey:
    """Energies and correlations of a sound's channels."""

    def __init__(self, rate: float, channels: int) -> None:
        self._rate = rate
        self._channels = min(channels, _MOST_CHANNELS)
        self._frame = max(round(rate / 100), 1)
        self._held = np.zeros((0, self._channels), np.float32)
        # Mean products of channels: all frames' sum [c, c], and the loudest frames [f, c, c].
        self._sum = np.zeros((self._channels, self._channels))
        self._loudest = np.zeros((0, self._channels, self._channels), np.float32)
        self._frames = self._loud = 0
        self._correlated = 0
        self._reference = 0
        self._spectra = np.zeros((self._channels, _BLOCK + 1), complex)
        self._energies = np.zeros(self._channels)
        self._waiting = np.zeros((0, self._channels), np.float32)

    @property
    def is_settled(self) -> bool:
        few = self._channels == 1 or (self._channels == 2 and self._correlated >= _SETTLED_BLOCKS)
        return few and self._loud >= _FRAMES

    def push(self, block: np.ndarray) -> None:
        block = np.asarray(block[:, : self._channels], np.float32)
        if self._channels > 1 and self._correlated < _SETTLED_BLOCKS:
            self._correlate(block)
        held = np.concatenate([self._held, block])
        count = len(held) // self._frame
        frames = held[: count * self._frame].reshape(count, self._frame, self._channels)
        self._held = held[count * self._frame :]
        gram = frames.transpose(0, 2, 1) @ frames / self._frame
        self._sum += gram.sum(axis=0)
        self._frames += count
        self._loud += int((_powers(gram) > 10.0 ** (_SETTLED_DB / 10.0)).sum())
        loudest = np.concatenate([self._loudest, gram])
        self._loudest = loudest[np.argsort(-_powers(loudest), kind="stable")[:_FRAMES]]

    def _correlate(self, block: np.ndarray) -> None:
        """Adds up the spectra of channels times that of a reference."""
        waiting = np.concatenate([self._waiting, block])
        start = 0
        while start + _BLOCK <= len(waiting) and self._correlated < _SETTLED_BLOCKS:
            part = waiting[start : start + _BLOCK]
            start += _BLOCK
            powers = np.mean(part**2, axis=0)
            if powers.max() < 10.0 ** (_ACTIVE_DB / 10.0):
                continue
            if self._correlated == 0:
                self._reference = int(powers.argmax())
            spectra = np.fft.rfft(part.T, 2 * _BLOCK)
            self._spectra += spectra * np.conj(spectra[self._reference])
            self._energies += np.sum(part**2, axis=0)
            self._correlated += 1
        self._waiting = waiting[start:]

    def weights(self) -> tuple[float, ...] | None:
        """Factors of the channels; None for their mean."""
        if self._channels == 1:
            return None
        energies = np.diagonal(self._sum)
        loudest = energies.max()
        present = energies > _PRESENT * loudest
        if loudest <= 0.0:
            return None
        if self._channels in _SURROUND and present[_CENTRE]:
            return tuple(float(index == _CENTRE) for index in range(self._channels))
        signs = present * self._signs()
        if self._channels == 2 and signs.min() >= 0.0 and (signs.all() or not present.all()):
            return None  # the mean of a voice and silence is the voice
        return tuple((signs / max(np.abs(signs).sum(), 1.0)).tolist())

    def _signs(self) -> np.ndarray:
        """1, or -1 for an inverted channel, 0 for a delayed one; [channels]."""
        signs = np.ones(self._channels)
        reach, near = round(_DELAY * self._rate), max(round(_AT_ONCE * self._rate), 1)
        products = np.fft.irfft(self._spectra, 2 * _BLOCK)
        around = np.concatenate([products[:, -reach:], products[:, : reach + 1]], axis=1)
        scale = np.sqrt(np.maximum(self._energies * self._energies[self._reference], 1e-20))
        for index, alike in enumerate(around / scale[:, None]):
            most = int(np.abs(alike).argmax())
            if index == self._reference or abs(alike[most]) < _SAME:
                continue
            if abs(most - reach) > near:
                signs[index] = 0.0
            elif alike[most] < 0.0:
                signs[index] = -1.0
        return signs

    def gain(self, weights: tuple[float, ...] | None) -> float:
        """Factor that raises a voice which is too quiet."""
        if not self._frames:
            return 1.0
        share = np.full(self._channels, 1.0 / self._channels)
        factors = np.array(weights[: self._channels]) if weights is not None else share
        powers = np.sort(np.einsum("i,fij,j->f", factors, self._loudest, factors))
        count = max(min(_FRAMES, self._frames // 10), 1)
        level = 10.0 * np.log10(max(float(powers[-count]), 1e-20))
        if not _LEAST_DB <= level < QUIET_DB:
            return 1.0
        return float(10.0 ** ((RAISED_DB - level) / 20.0))


def _powers(gram: np.ndarray) -> np.ndarray:
    """Power [f] of the loudest channel in frames [f, c, c]."""
    return np.diagonal(gram, axis1=1, axis2=2).max(axis=1, initial=0.0)
