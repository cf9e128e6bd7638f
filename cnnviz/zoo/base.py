"""What goes wrong with a network that somebody else trained."""


class ZooError(ValueError):
    """A network or its weights cannot be had; the message says why, and what to do."""
