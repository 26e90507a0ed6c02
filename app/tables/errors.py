"""What is wrong with a table as a whole: nothing can be scored before it is mended."""


class TableError(Exception):
    """A table that cannot be read or written: what is wrong, where, and what to do about it."""
