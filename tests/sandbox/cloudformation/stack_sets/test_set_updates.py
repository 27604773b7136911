"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
NAME = {"Name": {"Type": "String", "Default": "first"}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}
TEMPLATE = json.dumps({"Parameters": NAME, "Resources": {"Topic": TOPIC}})
DEFINITION = {"TemplateBody": TEMPLATE, "PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}
SECOND = [{"ParameterKey": "Name", "ParameterValue": "second"}]
PREVIOUS = {"StackSetName": "set", "UsePreviousTemplate": True}
REGIONS = ["eu-west-1", "us-east-1"]


@pytest.fixture
def cloudformation(sandbox: Embedded) -> Any:
    """A client of an organization that has StackSets activated."""
    client = sandbox.client("cloudformation")
    client.activate_organizations_access()
    return client


@pytest.fixture
def targets(sandbox: Embedded, cloudformation: Any, root_id: str, new_account: NewAccount) -> dict[str, Any]:
    """What addresses the root; a set with an instance in two regions of one account is deployed to it."""
    new_account("a")
    targets = {"OrganizationalUnitIds": [root_id]}
    cloudformation.create_stack_set(StackSetName="set", **DEFINITION)
    cloudformation.create_stack_instances(StackSetName="set", DeploymentTargets=targets, Regions=REGIONS)
    settle(cloudformation)
    return targets


def settle(cloudformation: Any) -> None:
    """Ask for something that is not about stack sets: what is under way has ended then."""
    cloudformation.describe_organizations_access()


def statuses(cloudformation: Any) -> list[str]:
    """The status of each instance, region by region."""
    return [one["Status"] for one in cloudformation.list_stack_instances(StackSetName="set")["Summaries"]]


def test_only_a_new_template_or_parameters_outdate_the_others(cloudformation: Any, targets: dict[str, Any]) -> None:
    """An update of one region with new parameters leaves the other OUTDATED; one that changes neither leaves it as it is."""
    there = {"DeploymentTargets": targets, "Regions": ["eu-west-1"]}
    cloudformation.update_stack_set(**PREVIOUS, **there, Tags=[{"Key": "a", "Value": "b"}])
    settle(cloudformation)
    assert statuses(cloudformation) == ["CURRENT", "CURRENT"]
    cloudformation.update_stack_set(**PREVIOUS, **there, Parameters=SECOND)
    settle(cloudformation)
    assert statuses(cloudformation) == ["CURRENT", "OUTDATED"]


def test_an_inoperable_instance_is_left_out_of_updates(
    sandbox: Embedded, cloudformation: Any, targets: dict[str, Any]
) -> None:
    """A stack that could not be deleted stays INOPERABLE, whatever the set does, until it is released with RetainStacks.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackInstance.html
    """
    first = cloudformation.list_stack_instances(StackSetName="set")["Summaries"][0]
    member = sandbox.client("cloudformation", region=first["Region"], account=first["Account"])
    member.update_termination_protection(StackName=first["StackId"], EnableTerminationProtection=True)
    deletion = {"StackSetName": "set", "DeploymentTargets": targets, "Regions": ["eu-west-1"]}
    cloudformation.delete_stack_instances(**deletion, RetainStacks=False)
    settle(cloudformation)
    assert statuses(cloudformation) == ["INOPERABLE", "CURRENT"]
    asked = {"StackSetName": "set"}
    operation = cloudformation.update_stack_set(**PREVIOUS, Parameters=SECOND)["OperationId"]
    settle(cloudformation)
    found = cloudformation.list_stack_set_operation_results(**asked, OperationId=operation)["Summaries"]
    assert ([one["Region"] for one in found], statuses(cloudformation)) == (["us-east-1"], ["INOPERABLE", "CURRENT"])
    released = cloudformation.delete_stack_instances(**deletion, RetainStacks=True)["OperationId"]
    settle(cloudformation)
    assert statuses(cloudformation) == ["CURRENT"]
    assert cloudformation.describe_stack_set_operation(**asked, OperationId=released)["StackSetOperation"][
        "RetainStacks"
    ]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"Regions": REGIONS}, "must also specify"),
        ({"Regions": REGIONS, "DeploymentTargets": {}, "AutoDeployment": {"Enabled": True}}, "cannot specify"),
        ({"Regions": ["eu-central-1"], "DeploymentTargets": {}}, "StackInstanceNotFoundException"),
        ({"Regions": REGIONS, "Accounts": ["111111111111"]}, "OrganizationalUnit as target"),
        ({"TemplateBody": TEMPLATE}, "cannot specify both"),
    ],
)
def test_contradictory_updates_are_refused(
    cloudformation: Any, targets: dict[str, Any], request_: dict[str, Any], message: str
) -> None:
    """Targets and regions come together, reach an instance, and do not come with auto-deployment settings."""
    asked = {**request_, **({"DeploymentTargets": targets} if "DeploymentTargets" in request_ else {})}
    with pytest.raises(ClientError, match=message):
        cloudformation.update_stack_set(**PREVIOUS, **asked)
    assert statuses(cloudformation) == ["CURRENT", "CURRENT"]
