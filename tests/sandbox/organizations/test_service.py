"""Who answers the operations of Organizations."""

import botocore.session
import pytest

from guardrails.sandbox import server
from guardrails.sandbox.serving import operations

SERVICE = "organizations"
NAMES = botocore.session.Session().get_service_model(SERVICE).operation_names


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_to_moto(name: str) -> None:
    """Every operation of Organizations that botocore knows is answered, or plainly refused, by the sandbox itself."""
    server.install()
    assert operations.handler_of(SERVICE, name) is not None
