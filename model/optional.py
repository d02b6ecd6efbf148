"""Packages the project can do without."""

from importlib import import_module
from types import ModuleType


def optional_import(name: str) -> ModuleType | None:
    """The module, or None where it is absent or its binary does not load on this machine."""
    try:
        return import_module(name)
    except (ImportError, OSError):
        return None
