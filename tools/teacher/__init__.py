"""The articulation teacher: phones and prosody in, ARKit-52 target curves out.

It makes the targets that the network learns. Phones move the mouth through a dominance model of
coarticulation (`articulation`, `coarticulation`); pitch and loudness move the upper face
(`prosody`); `targets` puts both together. No learning happens here; `filmed_lips` fits the table of
phones to filmed lips.
"""
