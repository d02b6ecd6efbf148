"""Real time: the face follows a voice, or another program, as it happens.

``wire`` speaks with other programs over the network.
"""
