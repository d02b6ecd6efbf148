"""Errors of the add-on. Their text is the sentence that the artist reads."""

from ..model.errors import A2FError


class BakeError(A2FError):
    """A bake that cannot be done; the scene is as it was before."""


class StripError(BakeError):
    """The sound strip is missing, or is one that cannot be read exactly."""


class PlanError(BakeError):
    """The plan would move nothing."""


class SceneChangedError(PlanError):
    """A datablock of the plan was removed, or changed by someone else."""


FACE_REMOVED = "The face was removed meanwhile: select another one."
FACE_CHANGED = "The face was changed while its keys were written: bake again."


class WeightsChoiceError(BakeError):
    """The chosen weights file does not exist."""


class MappingError(BakeError):
    """A mapping file or a link that cannot be used."""


class PresetError(BakeError):
    """A preset file that does not describe a rig."""


class SourceError(A2FError):
    """A microphone, or other source of live sound, that cannot be used."""


class RecordingError(A2FError):
    """A live recording that cannot be kept."""

    @classmethod
    def cannot_write(cls, error: OSError) -> "RecordingError":
        """The folder is missing, read-only or full."""
        return cls(
            f"The take cannot be written to the temporary folder ({error}); make room there."
        )

    @classmethod
    def cannot_read(cls, error: OSError) -> "RecordingError":
        """The temporary files were deleted."""
        return cls(f"The take cannot be read from the temporary folder ({error}); record it again.")


class StreamingError(A2FError):
    """An address, port or name that cannot be used to exchange faces with another program."""
