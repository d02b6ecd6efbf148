"""Audio2Face for Blender: Blender loads the repository's root as an extension.

Scripts import ``api`` from here; it is loaded only then, to keep Blender's start quick.
"""

from .blender_audio2face import register, unregister

__all__ = ["register", "unregister"]


def __getattr__(name: str):
    if name == "api":
        from .blender_audio2face import api

        return api
    if name == "glTF2ExportUserExtension":  # Blender's exporter looks for it
        from .blender_audio2face.animation.gltf_clips import ExportedClips

        return ExportedClips
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
