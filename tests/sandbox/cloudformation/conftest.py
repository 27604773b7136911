"""What the provider of a custom resource was asked."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Requests = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def requests(sandbox: Embedded) -> Requests:
    """The requests that the recording provider of this account and region has had, oldest first."""

    def read(**place: Any) -> list[dict[str, Any]]:
        parameters = sandbox.client("ssm", **place).get_parameters_by_path(Path="/requests")["Parameters"]
        parameters.sort(key=lambda one: one["LastModifiedDate"])
        return [json.loads(parameter["Value"]) for parameter in parameters]

    return read
