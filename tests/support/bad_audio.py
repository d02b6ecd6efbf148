"""Bad sound files, written by the tests that need them."""

import io
import os
import signal
import struct
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PCM, ADPCM, FLOAT, A_LAW, MU_LAW, IMA_ADPCM = 1, 2, 3, 6, 7, 0x11
SENTENCE_LENGTH = 1200


@dataclass(frozen=True)
class Bad:
    """A file of the corpus.

    Attributes:
        make: writes it at a path.
        suffix: of its name.
        ends: "heard", "refused", or "either" where that depends on the decoders.
        seconds: its length, if it is decoded.
    """

    make: Callable[[Path], object]
    suffix: str = ".wav"
    ends: str = "heard"
    seconds: float = 0.25


def riff(
    data: bytes,
    *,
    tag: int = PCM,
    channels: int = 1,
    rate: int = 16000,
    bits: int = 16,
    block: int | None = None,
    extra: bytes = b"",
    length: int | None = None,
) -> bytes:
    """A WAV; ``length`` is a wrong length of the data for its header."""
    block = channels * -(-bits // 8) if block is None else block
    rate_of_bytes = min(rate * block, 2**32 - 1)
    form = struct.pack("<HHIIHH", tag, channels, rate, rate_of_bytes, block, bits)
    form += struct.pack("<H", len(extra)) + extra if tag != PCM else b""
    said = len(data) if length is None else length
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", said) + data
    return b"RIFF" + struct.pack("<I", min(len(body) - len(data) + said, 2**32 - 1)) + body


def hum(seconds: float = 0.25, rate: int = 16000, channels: int = 1) -> np.ndarray:
    """Samples [N, channels] within -1..1."""
    times = np.arange(round(seconds * rate)) / rate
    return np.tile(0.3 * np.sin(2 * np.pi * 220 * times)[:, None], (1, channels))


def ints(samples: np.ndarray, bits: int) -> bytes:
    """Samples as little-endian whole numbers of 8, 16, 24, 32 or 64 bits; 8 are unsigned."""
    wide = np.round(samples * (2.0 ** (min(bits, 53) - 1) - 1)).astype("<i8") << max(bits - 53, 0)
    octets = wide.reshape(-1, 1).view(np.uint8)[:, : bits // 8]
    return (octets ^ 0x80 if bits == 8 else octets).tobytes()


def wav(**settings: object) -> Callable[[Path], object]:
    """Writes a WAV of a hum with these settings of ``riff``."""

    def make(path: Path) -> None:
        rate, channels = settings.get("rate", 16000), settings.get("channels", 1)
        bits = settings.get("bits", 16)
        path.write_bytes(riff(ints(hum(0.25, rate, channels), max(bits, 8)), **settings))

    return make


def floats(samples: np.ndarray, kind: str = "<f4") -> Callable[[Path], object]:
    bits = 8 * np.dtype(kind).itemsize
    return lambda path: path.write_bytes(riff(samples.astype(kind).tobytes(), tag=FLOAT, bits=bits))


def bytes_of(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def _with(value: float) -> np.ndarray:
    """A hum of 0.25 s with this in every hundredth sample."""
    samples = hum()
    samples[::100] = value
    return samples


def _noise(path: Path) -> None:
    rng = np.random.default_rng(0)
    path.write_bytes(riff(ints(np.sign(rng.standard_normal((4000, 1))), 16)))


def _vanished(path: Path) -> None:
    path.symlink_to(path.with_name("gone.wav"))


def _ima(samples: int) -> bytes:
    """Silence in blocks of IMA ADPCM."""
    blocks = -(-samples // 505)
    return riff(bytes(256 * blocks), tag=IMA_ADPCM, bits=4, block=256, extra=struct.pack("<H", 505))


def long_silence(path: Path, hours: float = 10.0, rate: int = 8000) -> Path:
    """A WAV that needs no room on the disk."""
    size = round(hours * 3600 * rate) * 2
    path.write_bytes(riff(b"", rate=rate, length=size))
    os.truncate(path, path.stat().st_size + size)
    return path


def _plain() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((1, 2, 16000, 0, "NONE", ""))
        made.writeframes(ints(hum(), 16))
    return file.getvalue()


PLAIN = _plain()

CORPUS: dict[str, Bad] = {
    "zero length": Bad(bytes_of(b""), ends="refused"),
    "one byte": Bad(bytes_of(b"R"), ends="refused"),
    "header alone": Bad(bytes_of(PLAIN[:44]), ends="refused"),
    "cut in the header": Bad(bytes_of(PLAIN[:30]), ends="refused"),
    "cut in a sample": Bad(bytes_of(PLAIN[:4045]), seconds=0.125),
    "says it is longer": Bad(bytes_of(riff(ints(hum(), 16), length=10**9))),
    "says it is endless": Bad(bytes_of(riff(ints(hum(), 16), length=2**32 - 1))),
    "says it is empty": Bad(bytes_of(riff(ints(hum(), 16), length=0)), ends="either"),
    "no channels": Bad(bytes_of(riff(ints(hum(), 16), channels=0, block=2)), ends="refused"),
    "65535 channels": Bad(
        bytes_of(riff(bytes(131070), channels=65535, block=65534)), ends="either"
    ),
    "no rate": Bad(bytes_of(riff(ints(hum(), 16), rate=0)), ends="refused"),
    "highest rate": Bad(bytes_of(riff(ints(hum(), 16), rate=2**32 - 1)), ends="refused"),
    "1 bit": Bad(wav(bits=1, block=1), ends="either"),
    **{f"{bits} bits": Bad(wav(bits=bits)) for bits in (8, 16, 24, 32)},
    "64 bits": Bad(wav(bits=64), ends="either"),
    "0 bits": Bad(bytes_of(riff(ints(hum(), 16), bits=0, block=0)), ends="refused"),
    "float": Bad(floats(hum()), ends="either"),
    "double": Bad(floats(hum(), "<f8"), ends="either"),
    "half": Bad(floats(hum(), "<f2"), ends="either"),
    "A-law": Bad(bytes_of(riff(bytes(range(256)) * 16, tag=A_LAW, bits=8)), ends="either"),
    "mu-law": Bad(bytes_of(riff(bytes(range(256)) * 16, tag=MU_LAW, bits=8)), ends="either"),
    "IMA ADPCM": Bad(bytes_of(_ima(4000)), ends="either"),
    "unknown codec": Bad(bytes_of(riff(bytes(4000), tag=0x4242)), ends="refused"),
    "8 channels": Bad(wav(channels=8)),
    "1 Hz": Bad(bytes_of(riff(ints(np.full((2, 1), 0.5), 16), rate=1)), ends="refused"),
    "768 kHz": Bad(wav(rate=768_000)),
    "odd rate": Bad(wav(rate=44_099)),
    "NaN": Bad(floats(_with(np.nan)), ends="either"),
    "infinity": Bad(floats(_with(-np.inf)), ends="either"),
    "nothing but NaN": Bad(floats(np.full((4000, 1), np.nan)), ends="either"),
    "huge floats": Bad(floats(_with(3e38)), ends="either"),
    "huge doubles": Bad(floats(_with(1e308), "<f8"), ends="either"),
    "silence": Bad(bytes_of(riff(bytes(8000)))),
    "DC": Bad(bytes_of(riff(ints(np.ones((4000, 1)), 16)))),
    "full-scale noise": Bad(_noise),
    "a WAV named .mp3": Bad(bytes_of(PLAIN), ".mp3", "either"),
    "a WAV named .raw": Bad(bytes_of(PLAIN), ".raw", "either"),
    "a WAV with no suffix": Bad(bytes_of(PLAIN), ""),
    "a text": Bad(bytes_of(b"This is no sound at all.\n" * 100), ends="refused"),
    "a text named .flac": Bad(bytes_of(b"This is no sound.\n" * 100), ".flac", "refused"),
    "zeros": Bad(bytes_of(bytes(10_000)), ends="refused"),
    "zeros named .mp3": Bad(bytes_of(bytes(10_000)), ".mp3", "refused"),
    "noise named .ogg": Bad(bytes_of(np.random.default_rng(1).bytes(10_000)), ".ogg", "refused"),
    "a folder": Bad(Path.mkdir, ends="refused"),
    "a pipe": Bad(os.mkfifo, ends="refused"),
    "a device": Bad(lambda path: path.symlink_to("/dev/zero"), ends="refused"),
    "a link to nothing": Bad(_vanished, ends="refused"),
    "a link to itself": Bad(lambda path: path.symlink_to(path), ends="refused"),
}


def written(name: str, folder: Path) -> Path:
    """A file of the corpus."""
    bad = CORPUS[name]
    path = folder / f"bad{bad.suffix}"
    bad.make(path)
    return path


def is_sentence(text: str) -> bool:
    """Whether a text fits into a status bar."""
    return text.endswith(".") and "\n" not in text and len(text) < SENTENCE_LENGTH


@contextmanager
def no_waiting(seconds: int = 60) -> Iterator[None]:
    """Fails the test if it takes longer."""

    def ring(_number: int, _frame: object) -> None:
        raise AssertionError(f"waited for {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
