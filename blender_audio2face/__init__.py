"""The add-on: the only room that imports bpy.

What lives here: the strip and mesh an artist chose, read from the scene; the plan of a bake; the
background job; the F-curves; the panel. What does not: features, the network, decoding and
resampling (``model/``), and anything run by makers rather than artists (``tools/``).

A bake goes one way: sequencer strip (``strip``) -> samples (``audio``) -> curves (``inference``)
-> checked ``plan`` -> F-curves (``actions``). Only the two ends touch bpy, on the main thread.
``errors``, ``timing``, ``segments``, ``mapping``, ``plan``, ``report``, ``job``, ``audio`` and
``inference`` import no bpy. Importing this package imports nothing else.
"""


def register() -> None:
    """Registers classes, scene settings and the file-load guard with Blender."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Stops running jobs and removes everything register() added."""
    from . import registration

    registration.unregister()
