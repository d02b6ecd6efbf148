"""Writes keys: into an Action of our own, into a strip of the NLA, or into the artist's Action.

An Action carries a record of what was baked into it, so that baking again replaces just that and
clearing removes just that. Nothing here knows of sound.
"""
