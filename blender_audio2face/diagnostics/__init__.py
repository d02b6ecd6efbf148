"""What keeps baked keys from moving the face, in words, and the remedy for each.

``checks`` and ``nla_checks`` know one reason each (a muted track, a pinned shape key, a driver);
``hidden_results`` asks them all about a datablock or a speaker.
"""
