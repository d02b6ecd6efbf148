"""Shared by tests: made-up sounds, scenes and networks, and ways to run Blender."""
