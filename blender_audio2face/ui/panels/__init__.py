"""The sidebar tabs of the 3D view and the sequencer, in the order of work: Sound, Face, Look, Bake.

A panel only draws: it reads properties and ``panel_state``, calls operators, and decides nothing.
"""
