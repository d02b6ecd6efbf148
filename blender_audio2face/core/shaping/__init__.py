"""What happens to the network's curves between the recording and the F-curves: dials, layers, keys.

Pure: NumPy and ``model`` only, no bpy, so that every dial acts at once and is tested without
Blender. ``shape.shape`` is the door for curves, ``keys.reduce_keys`` for keys.
"""
