"""Live sound to face values, without Blender.

A ``source`` (a ``microphone``, or a file) sends blocks of sound to the ``engine``. In a thread of
its own the engine runs the ``streaming_analyzer`` (``stream_clock`` tells when each sample was
recorded, ``levels`` has automatic gain and meter, ``recorder`` keeps a recording) and applies the
artist's dials (``live_settings``). The frames wait in a ``frame_queue`` until they are due, and a
``frame_mapper`` turns each into values of a face's controls.
"""
