"""Which sound a command means."""

import argparse

from ...model.input_files import real_path
from ..core.sound.sound_selection import SoundFile, SoundSelection, Strips
from ..scene.resolve_sound import selection_of_takes, sound_selection_of
from .errors import CommandError
from .place import Place


def check_one_voice(options: argparse.Namespace, speakers: list) -> None:
    """Raises CommandError where one sound is given for several faces."""
    given = options.strip or options.channel is not None or options.file
    if given and len(speakers) > 1:
        raise CommandError("One sound cannot be for several faces: add --speaker or --object.")


def wanted_voice(options: argparse.Namespace, place: Place, speaker) -> SoundSelection:
    """The voice of a speaker: as the command says, else as he has it, else as he was baked from.

    Raises:
        StripError: there is no such strip, or it is silent.
    """
    if options.strip:
        voices = [
            sound_selection_of(place, speaker, {"source": "STRIP", "strip": name})
            for name in options.strip
        ]
        if len({one.scene_uid for one in voices}) > 1:
            raise CommandError("The strips are in several scenes: bake each scene by itself.")
        names = tuple(name for one in voices for name in one.selector.names)
        return SoundSelection(voices[0].scene_uid, Strips(names))
    if options.channel is not None:
        return sound_selection_of(place, speaker, {"source": "CHANNEL", "channel": options.channel})
    if options.file:
        path = options.file if options.file.startswith("//") else str(real_path(options.file))
        values = {"source": "FILE", "file": path, "file_frame": options.frame_start}
        return sound_selection_of(place, speaker, values)
    if speaker.source == "STRIP" and not speaker.strip:
        voice = selection_of_takes(place, speaker) or _file_of_takes(place, speaker)
        if voice is not None:
            return voice
    return sound_selection_of(place, speaker, {})


def _file_of_takes(place: Place, speaker) -> SoundSelection | None:
    """The sound file that a speaker was baked from; None without one, or with several."""
    takes = [take for take in speaker.takes if take.file]
    if len(takes) != 1:
        return None
    return SoundSelection(place.scene.session_uid, SoundFile(takes[0].file, takes[0].first_frame))
