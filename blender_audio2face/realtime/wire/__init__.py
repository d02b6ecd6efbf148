"""Other programs: a face that comes in over the network, and the shown face that goes out.

``live_link_packet`` is the format of Live Link Face, ``osc_packets`` those of VMC and of plain OSC,
``face_values`` what their numbers mean here. ``receiver`` and ``sender`` are the threads that hold
the sockets; ``address`` says what they may be bound to. Only ``session`` imports bpy.

Nothing here starts by itself.
"""
