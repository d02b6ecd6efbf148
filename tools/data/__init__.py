"""Labelled speech for training: real corpora and synthesis in one uniform cache."""
