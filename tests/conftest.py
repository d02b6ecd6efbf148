"""Lets the tests import the project from its source tree.

- `model` and `tools` are imported by those names: the repository's root is on sys.path.
- The pure modules of the add-on say `from ..model import ...`, so they need the root itself to be a
  package, as it is once Blender has installed it. Here that package is called `a2f`:
  `from a2f.blender_audio2face import mapping`. Its errors are then `a2f.model.errors`, not
  `model.errors`.
"""

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class RootPackageFinder:
    """Finds the repository's root as the package `a2f`, when a test first asks for it."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name != "a2f":
            return None
        return importlib.util.spec_from_file_location(
            name, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
        )


sys.path.insert(0, str(ROOT))
sys.meta_path.append(RootPackageFinder)
