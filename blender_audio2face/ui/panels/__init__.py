"""The sidebar tabs of the 3D view and the sequencer, in the order of work: Sound, Face, Look, Bake.

A panel only draws: it reads properties and calls operators, and decides nothing. What it asks is
imported when it is first drawn, not at Blender's start.
"""
