"""The range of what a link may drive; apart from the rest, for properties that need only this."""

LIMIT = 10.0
"""The widest range Blender allows a shape key's slider."""
