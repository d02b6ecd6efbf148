"""Faces from other programs and to them over UDP, without Blender.

``live_link`` is Live Link Face's packet and the meaning of its numbers, ``encoders`` the formats
that can be sent (Live Link Face, VMC, OSC). ``receiver`` and ``sender`` are the threads that hold
the sockets, ``latest_frames`` keeps the newest face of each subject, and ``address`` checks what a
socket may be bound or sent to. Nothing here starts by itself.
"""
