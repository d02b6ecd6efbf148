"""Which sounds a speaker speaks."""

from dataclasses import dataclass

MOST_SOUND_CHANNELS = 64
"""Channels of a sound among which one can be chosen."""


@dataclass(frozen=True)
class Strips:
    """Strips by name; a meta strip means every sound in it."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """Every audible sound strip on a channel of the sequencer, and in its meta strips."""

    number: int


@dataclass(frozen=True)
class SoundFile:
    """A sound file without a strip, played from a frame on."""

    path: str
    first_frame: int = 1


@dataclass(frozen=True)
class Several:
    """Strips and sound files together, as a speaker was baked from them."""

    strips: Strips
    files: tuple[SoundFile, ...]


SoundChoice = Strips | Channel | SoundFile | Several


@dataclass(frozen=True)
class SoundSelection:
    """Sounds of one scene.

    Attributes:
        scene_uid: session_uid of the scene with the sequencer.
        selector: which of its sounds.
        face_scene_uid: session_uid of the scene with the face; None for the same scene.
        sound_channel: the only channel of each sound that is heard, counted from 1; 0 for all.
    """

    scene_uid: int
    selector: SoundChoice
    face_scene_uid: int | None = None
    sound_channel: int = 0
