"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_guardduty_syntax.html"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
ON, OFF = {"status": {"@@assign": "enabled"}}, {"status": {"@@assign": "disabled"}}


@pytest.mark.parametrize(
    "content",
    [
        {"enablement": {"default": {"foundational": ON}}, "exceptions": {}},
        {"enablement": {"everywhere": {"foundational": ON}}},
        {"enablement": {"default": {"foundational": OFF, "s3_data_events": ON}}},
        {"enablement": {"default": {"s3_data_events": ON}}},
        {"enablement": {"eu-west-1": {"foundational": ON, "s3_events": ON}}},
        {"enablement": {"eu-west-1": {"foundational": {"status": {"@@assign": "on"}}}}},
        {
            "enablement": {
                "default": {"foundational": ON, "s3_data_events": {**ON, "additional_configuration": {"x": ON}}}
            }
        },
    ],
)
def test_what_a_guardduty_policy_may_say(sandbox: Embedded, refused: Refused, content: Mapping[str, Any]) -> None:
    """It enables or disables known features, by default or in a region, and no feature without the foundational one."""
    create = sandbox.client("organizations").create_policy
    arguments = {"Name": "guardduty", "Description": "", "Type": "GUARDDUTY_POLICY"}
    document = json.dumps({"guardduty": content})
    assert refused(create, **arguments, Content=document) == "MalformedPolicyDocumentException"
    agent = {"additional_configuration": {"ec2_agent_management": ON}}
    block = {"foundational": ON, "runtime_monitoring": {**ON, **agent}, "ai_protection": OFF}
    create(**arguments, Content=json.dumps({"guardduty": {"enablement": {"eu-west-1": block}}}))
