"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html"""

import json
from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
DENY_ALL = {**DENY, "Principal": "*"}
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
OWN_ORGANIZATION = {"StringNotEquals": {"aws:ResourceOrgPaths": "o-1/*"}}
ON, OFF = {"status": {"@@assign": "enabled"}}, {"status": {"@@assign": "disabled"}}


def document(*statements: object, version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("TAG_POLICY", "not json"),
        ("TAG_POLICY", "[]"),
        (SCP, "{}"),
        (SCP, document()),
        (SCP, document(DENY, version="2008-10-17")),
        (SCP, document({**DENY, "Effect": "Maybe"})),
        (SCP, document({**DENY, "Principal": "*"})),
        (SCP, document({"Effect": "Deny", "Action": "*"})),
        (SCP, document({**DENY, "Action": "s3"})),
        (SCP, document({**DENY, "Condition": {"StringSounds": {"aws:PrincipalArn": "x"}}})),
        (RCP, document(DENY)),
        (RCP, document({**DENY_ALL, "Effect": "Allow"})),
        (RCP, document({**DENY_ALL, "Principal": {"AWS": "*"}})),
        (RCP, document({"Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "Resource": "*"})),
        (RCP, document(DENY_ALL, version="2008-10-17")),
        (RCP, document({**DENY_ALL, "Action": "*"})),
    ],
)
def test_content_that_is_no_policy_is_refused(sandbox: Embedded, refused: Refused, kind: str, content: str) -> None:
    """What is not a JSON object, or for SCPs and RCPs not made of whole statements, is malformed."""
    operation = sandbox.client("organizations").create_policy
    code = refused(operation, Name="p", Description="", Type=kind, Content=content)
    assert code == "MalformedPolicyDocumentException"


def test_a_policy_may_be_useless(sandbox: Embedded) -> None:
    """A condition that never matches is taken: AWS judges the grammar, not the sense."""
    content = document({**DENY, "Condition": OWN_ORGANIZATION})
    sandbox.client("organizations").create_policy(Name="p", Description="", Type=SCP, Content=content)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("TAG_POLICY", {}),
        ("TAG_POLICY", {"plans": {}}),
        ("TAG_POLICY", {"tags": {"cost": {"tag_key": "Cost"}}}),
        ("TAG_POLICY", {"tags": {"cost": {"tag_key": {"@@set": "Cost"}}}}),
        ("TAG_POLICY", {"tags": {"cost": {"tag_key": {"@@assign": "Cost", "more": {"@@assign": "x"}}}}}),
        ("TAG_POLICY", {"tags": {"cost": {"tag_value": {"@@append": "x"}}}}),
        ("TAG_POLICY", {"tags": {"@@operators_allowed_for_child_policies": ["@@some"]}}),
        ("BACKUP_POLICY", {"plans": []}),
        ("S3_POLICY", {"s3_attributes": {"@@assign": "all"}}),
        ("AISERVICES_OPT_OUT_POLICY", {"services": {"lex": {"opt_out_policy": {"@@assign": "no"}}}}),
        ("AISERVICES_OPT_OUT_POLICY", {"services": {"lex": {"policy": {"@@assign": "optOut"}}}}),
    ],
)
def test_declarative_policies_have_a_form(sandbox: Embedded, refused: Refused, kind: str, content: object) -> None:
    """A declarative policy has the outermost key of its type, and sets values with AWS's operators only.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
    """
    operation = sandbox.client("organizations").create_policy
    code = refused(operation, Name="p", Description="", Type=kind, Content=json.dumps(content))
    assert code == "MalformedPolicyDocumentException"


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
def test_what_a_guardduty_policy_may_say(sandbox: Embedded, refused: Refused, content: dict[str, object]) -> None:
    """It enables or disables known features, by default or in a region, and no feature without the foundational one.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_guardduty_syntax.html
    """
    create = sandbox.client("organizations").create_policy
    arguments = {"Name": "guardduty", "Description": "", "Type": "GUARDDUTY_POLICY"}
    document = json.dumps({"guardduty": content})
    assert refused(create, **arguments, Content=document) == "MalformedPolicyDocumentException"
    agent = {"additional_configuration": {"ec2_agent_management": ON}}
    block = {"foundational": ON, "runtime_monitoring": {**ON, **agent}, "ai_protection": OFF}
    create(**arguments, Content=json.dumps({"guardduty": {"enablement": {"eu-west-1": block}}}))
