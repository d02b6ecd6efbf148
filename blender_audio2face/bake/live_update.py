"""Keys follow the dials: whatever property of a speaker changes, its keys are made again."""

from typing import TYPE_CHECKING

from ...model.errors import A2FError, memory_told
from ..core import background_job
from .rekey import reshape_keys

if TYPE_CHECKING:
    from ..scene.properties.speaker import Audio2FaceSpeaker


def on_speaker_change(speaker: "Audio2FaceSpeaker") -> None:
    """Keys a speaker's cached curves again; what prevents it goes into its report."""
    settings = speaker.id_data.audio2face
    if not settings.live or any(job.stepping for job in background_job.running()):
        return  # the bake that is being written finds the change
    if not len(speaker.takes):
        return
    try:
        with memory_told():
            speaker.report = reshape_keys(speaker).text
    except A2FError as error:
        speaker.report = str(error)
