"""Which sounds speak for a face."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Strips:
    """Strips by their names; a meta strip stands for every sound in it."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """Every sound strip on a channel, those in the channel's meta strips too; silent ones are left
    out."""

    number: int


@dataclass(frozen=True)
class SoundFile:
    """A sound file that is in no strip, begun at a frame."""

    path: str
    first_frame: int = 1


SoundChoice = Strips | Channel | SoundFile


@dataclass(frozen=True)
class SoundSelection:
    """Sounds of one scene.

    Attributes:
        scene_uid: session_uid of the scene whose sequencer is meant.
        selector: which of its sounds.
    """

    scene_uid: int
    selector: SoundChoice
