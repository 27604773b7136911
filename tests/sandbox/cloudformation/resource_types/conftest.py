"""A stack of one resource, deployed and looked at to its end."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]


@pytest.fixture
def deploy(sandbox: Embedded) -> Deploy:
    """Creates or updates the stack `one` with these resources; answers its description."""
    cloudformation = sandbox.client("cloudformation")
    seen: list[str] = []

    def run(resources: Mapping[str, Any], outputs: Mapping[str, Any] | None = None) -> dict[str, Any]:
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in (outputs or {}).items()},
        }
        request = {"StackName": "one", "TemplateBody": json.dumps(template), "Capabilities": ["CAPABILITY_NAMED_IAM"]}
        (cloudformation.update_stack if seen else cloudformation.create_stack)(**request)
        seen.append("one")
        cloudformation.describe_stacks(StackName="one")
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName="one")["Stacks"][0]
        events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
        reasons = [event.get("ResourceStatusReason") for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return {
            "status": stack["StackStatus"],
            "reasons": reasons,
            "outputs": {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
        }

    return run


@pytest.fixture
def delete(sandbox: Embedded) -> Callable[[], None]:
    """Deletes the stack `one`."""
    cloudformation = sandbox.client("cloudformation")

    def run() -> None:
        cloudformation.delete_stack(StackName="one")
        cloudformation.describe_stacks(StackName="one")

    return run
