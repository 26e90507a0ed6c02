"""A change must say what it changes (RFC 6585, 428)."""


class PreconditionRequired(Exception):
    """The request changes something and does not say which revision of it was read."""
