"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

ALL = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
DENIED = {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "LogicalResourceId/Group"}


def template(retention: int = 7, name: str = "/group") -> str:
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": retention}}
    return json.dumps({"Resources": {"Group": group, "Topic": {"Type": "AWS::SNS::Topic"}}})


def looks(cloudformation: Any) -> list[str]:
    return [cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"] for _ in range(2)]


def created(sandbox: Embedded, *statements: dict[str, Any], **request: Any) -> Any:
    cloudformation = sandbox.client("cloudformation")
    if statements:
        request["StackPolicyBody"] = json.dumps({"Statement": statements})
    cloudformation.create_stack(StackName="one", TemplateBody=template(), **request)
    looks(cloudformation)
    return cloudformation


def test_termination_protection_protects(sandbox: Embedded) -> None:
    """A protected stack is not deleted before the protection is taken off.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
    """
    cloudformation = created(sandbox, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName="one")
    cloudformation.update_termination_protection(StackName="one", EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName="one")
    (stack,) = cloudformation.describe_stacks(StackName="one")["Stacks"]
    assert stack["StackStatus"] == "DELETE_IN_PROGRESS"


@pytest.mark.parametrize(
    ("statements", "body", "status"),
    [
        ([ALL, DENIED], template(retention=14), "UPDATE_ROLLBACK_COMPLETE"),
        ([{**ALL, "NotAction": "Update:Replace"}], template(retention=14), "UPDATE_COMPLETE"),
        ([{**ALL, "NotAction": "Update:Replace"}], template(name="/other"), "UPDATE_ROLLBACK_COMPLETE"),
        ([{**ALL, "NotResource": "LogicalResourceId/Gr*"}], template(retention=14), "UPDATE_ROLLBACK_COMPLETE"),
        (
            [ALL, {**DENIED, "Resource": "*", "Condition": {"StringLike": {"ResourceType": "AWS::SNS::*"}}}],
            template(retention=14),
            "UPDATE_COMPLETE",
        ),
    ],
    ids=["deny", "modify", "replace", "not-resource", "type"],
)
def test_a_stack_policy_says_what_an_update_may_do(
    sandbox: Embedded, statements: list[dict[str, Any]], body: str, status: str
) -> None:
    """What is not allowed is denied, a denial wins, by action, logical id and resource type; the update rolls back."""
    for statement in statements:
        for element in ("Action", "Resource"):
            if f"Not{element}" in statement:
                statement.pop(element, None)
    cloudformation = created(sandbox, *statements)
    cloudformation.update_stack(StackName="one", TemplateBody=body)
    assert looks(cloudformation) == ["UPDATE_IN_PROGRESS", status]


def test_a_stack_policy_keeps_resources_from_being_removed(sandbox: Embedded) -> None:
    """Update:Delete is needed to remove a resource from the template; a policy for this update alone may allow it."""
    cloudformation = created(sandbox, ALL, {**DENIED, "Action": "Update:Delete", "Resource": "LogicalResourceId/Topic"})
    without = json.dumps({"Resources": {"Group": json.loads(template())["Resources"]["Group"]}})
    cloudformation.update_stack(StackName="one", TemplateBody=without)
    assert looks(cloudformation)[1] == "UPDATE_ROLLBACK_COMPLETE"
    assert len(sandbox.client("sns").list_topics()["Topics"]) == 1
    this_once = json.dumps({"Statement": [ALL]})
    cloudformation.update_stack(StackName="one", TemplateBody=without, StackPolicyDuringUpdateBody=this_once)
    assert looks(cloudformation)[1] == "UPDATE_COMPLETE"
    assert "Update:Delete" in cloudformation.get_stack_policy(StackName="one")["StackPolicyBody"]


def test_a_stack_policy_is_set_and_read(sandbox: Embedded) -> None:
    """A stack has no policy until one is set; one that is none is refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SetStackPolicy.html
    """
    cloudformation = created(sandbox)
    assert "StackPolicyBody" not in cloudformation.get_stack_policy(StackName="one")
    with pytest.raises(ClientError, match="Invalid stack policy"):
        cloudformation.set_stack_policy(StackName="one", StackPolicyBody='{"Statement": [{"Effect": "Allow"}]}')
    body = json.dumps({"Statement": [ALL]})
    cloudformation.set_stack_policy(StackName="one", StackPolicyBody=body)
    assert cloudformation.get_stack_policy(StackName="one")["StackPolicyBody"] == body
