"""Makes the add-on importable without Blender, as ``a2f``; in tests, tests/conftest.py does so."""

import importlib.util
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def show_add_on() -> None:
    """Makes ``a2f`` the repository's root, where it is not already."""
    if importlib.util.find_spec("a2f") is not None:
        return
    spec = importlib.util.spec_from_file_location(
        "a2f", _ROOT / "__init__.py", submodule_search_locations=[str(_ROOT)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["a2f"] = package
    spec.loader.exec_module(package)
