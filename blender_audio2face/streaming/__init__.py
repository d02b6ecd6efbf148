"""A face moved by another program, and faces sent to one, in Blender; see ``core.streaming``."""
