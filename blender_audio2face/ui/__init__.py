"""Operators, panels and preferences.

What an operator works with is imported when it runs: with all of it imported at Blender's start,
registering took four times as long.
"""
