"""The properties that a .blend stores: speakers, links, dials and settings."""

import bpy

OWN_CONTEXT = "Audio2Face"
"""Translation context of our own words: to Blender a Face is a polygon, a Speaker a loudspeaker."""

BLEND_RELATIVE = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""Options of a path that may start with //, the folder of the .blend; from 4.5 on Blender warns
without."""
