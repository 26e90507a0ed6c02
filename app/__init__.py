"""The service: the only package with a clock, a database, HTTP and an environment."""

from importlib.metadata import version

__version__ = version("vigie")
