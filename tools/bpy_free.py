"""Which modules of the add-on import no bpy: neither they, nor what they import, at their top.

An import within a function, or one for types alone, does not count: it runs later, or never. Nor
does a module's own package: ``actions.values`` is pure, though all of ``actions`` is not.
"""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLENDER = frozenset({"aud", "bl_math", "blf", "bmesh", "bpy", "bpy_extras", "gpu", "mathutils"})
"""What only Blender has."""


def modules_without_bpy(root: Path = ROOT) -> tuple[str, ...]:
    """Their names, in order; the repository's root is the package ``a2f``."""
    paths = sorted((root / "blender_audio2face").rglob("*.py"))
    imports = {_name(path.relative_to(root)): set(_imports(path, root)) for path in paths}
    tied = set(BLENDER)
    while more := {name for name, found in imports.items() if name not in tied and found & tied}:
        tied |= more
    return tuple(name for name in imports if name not in tied)


def _name(path: Path) -> str:
    parts = ["a2f", *path.with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, root: Path) -> Iterator[str]:
    """All that is imported at a module's top, as far as a name can tell what is a module."""
    package = _name(path.parent.relative_to(root))
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            for one in node.names:
                yield from _with_packages(one.name)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            yield from _with_packages(base)
            yield from (f"{base}.{one.name}" for one in node.names)


def _with_packages(name: str) -> Iterator[str]:
    """A module and the packages that it lies in."""
    while name:
        yield name
        name = name.rpartition(".")[0]
