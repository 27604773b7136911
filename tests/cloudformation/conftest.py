"""A connection to the sandbox, as resource types have it: to the bare organization, and to one with two OUs and accounts."""

from tests.resources.conftest import connection
from tests.resources.test_stack_set import organization

__all__ = ["connection", "organization"]
