"""Rigs: which of a character's controls each channel moves, and by how much.

`presets/*.json` describe common rigs (`preset`); `match` finds the one a character has by the names
of its controls (`names`); `mapping` holds the links that an artist can edit and turns curves into
values of the controls, with the features of `visemes`; `mapping_file` saves and loads links; `pose`
makes links from recorded bones.
"""

LIMIT = 10.0
"""The widest range Blender allows a shape key's slider, and so of a link."""
