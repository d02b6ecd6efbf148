"""The part of the add-on that never imports ``bpy``."""
