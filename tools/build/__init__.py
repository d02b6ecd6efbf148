"""From the source tree to the zips that Blender installs.

`targets` says which Pythons and systems the bundled wheels serve, `wheels` fetches and checks them,
`staging` lays out what a zip holds, `blender_tool` runs Blender's own builder over it, `archive`
makes the zip the same wherever it is built. `sbom` lists what is in it, with `licences`.
`torch_build` is a zip for one Python on one platform that holds torch as well, `torch_lock` writes
its lock. Nothing here is shipped, and nothing here imports bpy.
"""
