"""Audio2Face for Blender: Blender loads the repository's root as an extension."""

from .blender_audio2face import register, unregister

__all__ = ["register", "unregister"]
