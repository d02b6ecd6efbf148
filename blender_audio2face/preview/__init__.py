"""The preview of a bake in Blender: the face follows the playhead before anything is keyed."""

from .preview import Preview, end_all, preview_of, previews

__all__ = ["Preview", "end_all", "preview_of", "previews"]
