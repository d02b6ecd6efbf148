"""Keys in Actions: in one of our own, in a strip of the NLA, or in the artist's.

An Action carries a record of what was baked into it, so that baking again replaces that and
clearing takes out nothing else. Nothing here knows of sound.
"""
