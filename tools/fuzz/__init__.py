"""Coverage-guided fuzzing of everything that reads what others made: ``make fuzz SECONDS=60``.

``targets`` is the table: a ``target`` turns bytes into what one reader takes, and says what it may
answer. The modules beside it hold the targets by kind. ``driver`` runs one of them with atheris,
``__main__`` several, each in a process of its own. Nothing but ``driver`` imports atheris, so the
core tests run every target on its seeds.

Importing this package makes the add-on importable without Blender, as ``a2f``.
"""

from .package import show_add_on

show_add_on()
