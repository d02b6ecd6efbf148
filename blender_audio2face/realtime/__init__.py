"""Real time: the face follows a voice, or another program, as it happens.

A ``source`` (``microphone``, ``file_source``) sends blocks of sound to the ``engine``, whose thread
lets ``hearing`` make ``frames`` of them: ``clock`` says when each was heard, ``gain`` and ``meter``
mind the level, ``recorder`` keeps a take. None of these import bpy.

``wire`` speaks with other programs over the network.
"""
