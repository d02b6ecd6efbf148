"""Rigs: which of a character's controls each channel moves, and by how much.

Pure Python and numpy: no bpy here. `presets/*.json` describe the rigs the world uses; `match` finds
the one a character has by the names of its controls; `mapping` holds the links an artist can edit,
save and load, and turns curves into values of the controls; `pose` records bones.
"""
