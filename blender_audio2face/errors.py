"""Errors of the add-on; like all of this project's, their text is what the artist reads.

What can be wrong with a mapping or a preset; the text is what the artist reads.
"""

from ..model.errors import A2FError


class BakeError(A2FError):
    """A bake that cannot be done; the scene is as it was before."""


class StripError(BakeError):
    """The sound strip is missing, or is one that cannot be read exactly."""


class PlanError(BakeError):
    """The plan would move nothing."""


class GoneError(PlanError):
    """What is planned or written was removed, or changed by another."""


FACE_GONE = "The face was removed meanwhile: select another one."
FACE_CHANGED = "The face was changed while its keys were written: bake again."


class WeightsChoiceError(BakeError):
    """The weights file that was chosen is not there."""


class MappingError(BakeError):
    """A mapping file or a link that cannot be used."""


class PresetError(BakeError):
    """A preset's file that does not describe a rig."""


class SourceError(A2FError):
    """A microphone, or other source of live sound, that cannot be used."""


class RecordingError(A2FError):
    """A live recording that cannot be kept."""

    @classmethod
    def cannot_write(cls, error: OSError) -> "RecordingError":
        """The folder is missing, read-only or full."""
        return cls(
            f"The recording cannot be written to the temporary folder ({error}); make room there."
        )

    @classmethod
    def cannot_read(cls, error: OSError) -> "RecordingError":
        """The temporary files were deleted."""
        return cls(
            f"The recording cannot be read from the temporary folder ({error}); record it again."
        )


class StreamingError(A2FError):
    """An address, port or name that cannot be used to exchange faces with another program."""
