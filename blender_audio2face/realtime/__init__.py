"""A face that follows a voice as it is spoken, in Blender; see ``core.realtime`` for the sound.

``session`` shows the engine's frames on a face from Blender's timer, ``recording`` makes a sound
strip and keys of what was recorded.
"""
