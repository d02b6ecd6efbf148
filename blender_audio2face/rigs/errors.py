"""What can be wrong with a mapping or a preset; the text is what the artist reads."""

from ..errors import BakeError


class MappingError(BakeError):
    """A mapping file or a link that cannot be used."""


class PresetError(BakeError):
    """A preset's file that does not describe a rig."""
