"""The add-on. Each folder may import those below it, and none above:

- ``ui``, ``cli``, ``demo_head``: operators and panels, commands for farms, a head to try it on
- ``api``: for scripts
- ``preview``, ``realtime``, ``streaming``: move a face without keys
- ``bake``: the pipeline from a request to keys, and dials that keys follow
- ``diagnostics``: what keeps a result from showing
- ``face_override``: shows values that are not keyed
- ``animation``: writes Actions
- ``scene``: what is read from a scene and kept in it
- ``core``: everything that needs no Blender
- ``errors``: sentences for the artist

``model/``, beside this folder, holds the network. ``core`` and ``model`` never import bpy; `make
lint` checks all of this.
"""


def register() -> None:
    """Registers classes, properties and handlers with Blender."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Stops what runs and removes everything that register() added."""
    from . import registration

    registration.unregister()
