"""Errors whose text is what the artist reads: one sentence saying what, where and what to do."""


class A2FError(Exception):
    """Base of every error this project raises on purpose."""


class AudioError(A2FError):
    """Sound that cannot be opened, decoded or used."""


class WeightsError(A2FError):
    """A weights file that is missing, damaged or of another shape than the network."""
