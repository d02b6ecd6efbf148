"""Shapes the network's curves with the artist's dials and adds blinks, gaze, brows and head.

``shape.shape`` does all of it.
"""
