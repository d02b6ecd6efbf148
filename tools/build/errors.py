"""Why a build stopped, in one sentence."""


class BuildError(Exception):
    """A zip cannot be built; the text says what is missing and what to do."""
