"""From the source tree to the zips that Blender installs.

`targets` says which Pythons and systems the bundled wheels serve, `wheels` fetches and checks them,
`staging` lays out what a zip holds, `blender_tool` runs Blender's own builder over it.
Nothing here is shipped, and nothing here imports bpy.
"""
