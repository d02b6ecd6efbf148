"""The articulation teacher: phones and prosody in, ARKit-52 target curves out.

It makes the targets that the network learns. Phones move the mouth through a dominance model of
coarticulation; pitch and loudness move the upper face. No learning happens here.
"""
