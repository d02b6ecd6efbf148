"""What a bake would show at each frame, before it is baked, without Blender.

``analyzer`` runs the network on a face's strips, what the playhead needs first; ``frames`` turns
the curves so far into values of the face's controls.
"""
