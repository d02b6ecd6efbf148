"""Real time: the face follows a voice, or another program, as it happens.

- **Sound.** A ``source`` (``microphone``, ``file_source``) sends blocks of sound to the ``engine``,
  whose thread lets ``hearing`` make ``frames`` of them: ``clock`` says when each was heard,
  ``gain`` and ``meter`` mind the level, ``recorder`` keeps a take.
- **Face.** ``look`` turns the dials on one frame, ``frame_columns`` makes values of it, and a Hold
  (``apply``, ``held``, ``rest``) shows them without keys and gives the face back, whatever happens.
- **Session.** ``session`` steps all that from Blender's timer; ``keeping`` makes a strip and keys
  of a recorded take.
- **Preview.** ``preview`` shows a strip's speech under the playhead before anything is keyed.

``wire`` speaks with other programs over the network.

Nothing of the sound imports bpy, nor do ``look`` and ``frame_columns``.
"""
