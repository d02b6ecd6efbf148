"""The speech-to-face network and everything needed to run it.

What lives here: the channel names, audio decoding, features, the network, its runtimes, its
weights, the files curves are written to (``formats``) and the command ``python -m model``
(``command``). NumPy is the only import at load time; soundfile, soxr and torch are imported where
they are used. What may not live here: ``bpy``, absolute imports of this package (Blender loads it
under another name), and anything that trains.
"""
