"""A connection to the bare sandbox, as resource types have it."""

from tests.resources.conftest import connection

__all__ = ["connection"]
