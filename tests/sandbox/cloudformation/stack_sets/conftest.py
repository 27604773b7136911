"""A stack set to begin with."""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

EmptySet = Callable[[str], Any]


@pytest.fixture
def empty_set(sandbox: Embedded) -> EmptySet:
    """Makes the stack set `set` of a template, without instances, once StackSets is activated; answers the client."""

    def make(template: str) -> Any:
        client = sandbox.client("cloudformation")
        client.activate_organizations_access()
        client.create_stack_set(
            StackSetName="set",
            TemplateBody=template,
            PermissionModel="SERVICE_MANAGED",
            AutoDeployment={"Enabled": False},
        )
        return client

    return make
