"""Labelled speech for training in one uniform cache: ``python -m tools.data``.

`corpora` reads the real corpora, with phones from their labels, `recognition` or
`forced_alignment`; `synthesis` speaks more with `espeak` and `synthesizers`; `cache` is what
training reads; `timing` measures how well labels fit the audio.
"""
