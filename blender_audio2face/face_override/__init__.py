"""Shows values on a face without keys, and gives the face back as it was, whatever happens.

``override`` has the FaceOverride and the registry of those in use, ``datablock`` the part of it for
one datablock; ``saved_values`` keeps the values from before in the datablock itself.
"""

from .override import FaceOverride, overrides, release, release_all, restore_leftovers

__all__ = ["FaceOverride", "overrides", "release", "release_all", "restore_leftovers"]
