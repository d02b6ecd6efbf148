"""Builds the zips that Blender installs: `make build`, or `python -m tools.build --help`.

`manifest` reads and changes blender_manifest.toml, `wheels` fetches and checks the bundled packages
for every supported Python and system, `torch_wheels` the packages of a zip with PyTorch,
`extension_zip` stages the files, runs Blender's own builder and makes the zip reproducible.
Nothing here is shipped.
"""
