"""A network that turns speech into the 52 ARKit channels of a face, and all that runs it.

From sound to curves: ``audio_file`` decodes and resamples, ``features`` describes the sound 100
times a second, ``network`` (PyTorch) and ``numpy_network`` compute channels from that,
``streaming`` feeds either of them piece by piece, and ``runtime`` chooses between them.
``sampling`` brings the curves to frames, ``curve_files`` writes and reads them, and ``command`` is
``python -m model``.

NumPy alone is imported at load time; soundfile, soxr and torch are imported where they are used.
This package never imports bpy, trains nothing, and imports itself by relative names, as Blender
loads it under another one.
"""
