"""The preview of a bake in Blender: the face follows the playhead before anything is keyed.

Here are the previews that are shown; ``preview`` makes one.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .preview import Preview

shown_previews: "set[Preview]" = set()
"""Those between their creation and ``end``."""


def previews() -> "tuple[Preview, ...]":
    """All that are shown now."""
    return tuple(shown_previews)


def preview_of(object_uids: frozenset[int]) -> "Preview | None":
    """The preview of a face, by any of its objects."""
    return next((shown for shown in shown_previews if shown.object_uids & object_uids), None)


def end_all() -> None:
    """Ends every preview."""
    for preview in previews():
        preview.end()
