"""Which release this is; the version stands in the manifest of the extension alone."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def release() -> str:
    """The version: another one may hear or key in another way."""
    manifest = Path(__file__).parents[2] / "blender_manifest.toml"
    return tomllib.loads(manifest.read_text("utf-8"))["version"]
