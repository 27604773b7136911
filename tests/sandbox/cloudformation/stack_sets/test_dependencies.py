"""Source: https://aws.amazon.com/blogs/devops/take-fine-grained-control-of-your-aws-cloudformation-stacksets-deployment-with-stackset-dependencies"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]


@pytest.fixture
def cloudformation(sandbox: Embedded) -> Any:
    """A client of an organization that has StackSets activated."""
    client = sandbox.client("cloudformation")
    client.activate_organizations_access()
    return client


def make(cloudformation: Any, name: str, depends_on: list[str], root_id: str | None = None) -> str:
    """Make a set with a parameter of its name that deploys by itself, to the root if that is given, and answer its ARN."""
    properties = {"Name": f"/{name}", "Type": "String", "Value": "x"}
    template = json.dumps({"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": properties}}})
    definition = {"StackSetName": name, "TemplateBody": template, "AutoDeployment": automatic(depends_on)}
    cloudformation.create_stack_set(**definition, PermissionModel="SERVICE_MANAGED")
    if root_id:
        targets = {"OrganizationalUnitIds": [root_id]}
        cloudformation.create_stack_instances(StackSetName=name, DeploymentTargets=targets, Regions=["eu-west-1"])
        cloudformation.describe_organizations_access()
    return str(cloudformation.describe_stack_set(StackSetName=name)["StackSet"]["StackSetARN"])


def automatic(depends_on: list[str]) -> dict[str, Any]:
    return {"Enabled": True, "RetainStacksOnAccountRemoval": False, "DependsOn": depends_on}


def newest(cloudformation: Any, name: str) -> str:
    """The status of the set's newest operation."""
    status: str = cloudformation.list_stack_set_operations(StackSetName=name)["Summaries"][0]["Status"]
    return status


def test_a_set_is_deployed_after_those_it_depends_on(
    sandbox: Embedded, cloudformation: Any, root_id: str, new_account: NewAccount
) -> None:
    """For a new account, the operations of the sets run in the order of their dependencies, not of their creation.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_AutoDeployment.html
    """
    make(cloudformation, "application", [], root_id)
    base = make(cloudformation, "base", [], root_id)
    cloudformation.update_stack_set(
        StackSetName="application", UsePreviousTemplate=True, AutoDeployment=automatic([base])
    )
    shown = cloudformation.describe_stack_set(StackSetName="application")["StackSet"]["AutoDeployment"]
    assert shown == automatic([base])
    account = new_account("a")
    stacks = sandbox.client("cloudformation", region="eu-west-1", account=account).list_stacks()["StackSummaries"]
    assert [one["StackName"].split("-")[1] for one in stacks] == ["application", "base"]


def test_a_set_is_not_deployed_when_a_dependency_fails(
    sandbox: Embedded, cloudformation: Any, root_id: str, new_account: NewAccount
) -> None:
    """The dependent set's operation never begins, and nothing of it reaches the account; AWS says no more than that.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_AutoDeployment.html
    """
    base = make(cloudformation, "base", [], root_id)
    broken = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Colour": "red"}}}})
    cloudformation.update_stack_set(StackSetName="base", TemplateBody=broken)
    make(cloudformation, "application", [base], root_id)
    account = new_account("a")
    assert sandbox.client("ssm", region="eu-west-1", account=account).describe_parameters()["Parameters"] == []
    assert [newest(cloudformation, name) for name in ("base", "application")] == ["FAILED", "FAILED"]


def test_dependencies_run_in_no_circle(cloudformation: Any) -> None:
    """A set cannot depend on itself, on a set that depends on it, or on one that does not exist."""
    first = make(cloudformation, "first", [])
    second = make(cloudformation, "second", [first])
    for depends_on, message in (
        ([first], "Circular dependency"),
        ([second], "Circular dependency"),
        ([first.replace("first", "none")], "do not exist"),
    ):
        with pytest.raises(ClientError, match=message):
            cloudformation.update_stack_set(
                StackSetName="first", UsePreviousTemplate=True, AutoDeployment=automatic(depends_on)
            )


def test_dependencies_are_limited(cloudformation: Any) -> None:
    """A set depends on ten others at most."""
    arns = [make(cloudformation, f"base{n}", []) for n in range(11)]
    make(cloudformation, "ten", arns[:10])
    with pytest.raises(ClientError, match="more than 10"):
        make(cloudformation, "eleven", arns)
