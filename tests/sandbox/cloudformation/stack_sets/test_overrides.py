"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackInstances.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
NAMES = {"First": {"Type": "String", "Default": "1"}, "Second": {"Type": "String", "Default": "2"}}
GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/${First}/${Second}"}}}
TEMPLATE = json.dumps({"Parameters": NAMES, "Resources": {"Group": GROUP}})


def override(**values: str | None) -> list[dict[str, Any]]:
    """Parameters with values; None asks for the present one."""
    return [
        {"ParameterKey": key, **({"UsePreviousValue": True} if value is None else {"ParameterValue": value})}
        for key, value in values.items()
    ]


@pytest.fixture
def accounts(new_account: NewAccount) -> list[str]:
    return [new_account(name) for name in ("a", "b")]


@pytest.fixture
def operate(sandbox: Embedded, root_id: str, accounts: list[str]) -> Callable[..., list[str]]:
    """Makes the set and two instances at its first use; operates on some accounts, and answers the log groups of both."""
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    definition = {"PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}
    cloudformation.create_stack_set(StackSetName="set", TemplateBody=TEMPLATE, **definition)

    def run(what: str, chosen: list[str], **request: Any) -> list[str]:
        targets = {"OrganizationalUnitIds": [root_id], "Accounts": chosen, "AccountFilterType": "INTERSECTION"}
        asked = {"StackSetName": "set", "DeploymentTargets": targets, "Regions": ["eu-west-1"], **request}
        getattr(cloudformation, what)(**asked)
        found = []
        for account in accounts:
            logs = sandbox.client("logs", region="eu-west-1", account=account)
            found += [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        return found

    return run


def test_each_instance_keeps_its_own_value(operate: Callable[..., list[str]], accounts: list[str]) -> None:
    """UsePreviousValue leaves an override as it is in each stack, where there is none the set's value stays."""
    operate("create_stack_instances", accounts)
    assert operate("update_stack_instances", accounts[:1], ParameterOverrides=override(First="x")) == ["/x/2", "/1/2"]
    both = override(First=None, Second="y")
    assert operate("update_stack_instances", accounts, ParameterOverrides=both) == ["/x/y", "/1/y"]


def test_an_override_that_is_not_listed_falls_away(operate: Callable[..., list[str]], accounts: list[str]) -> None:
    """A parameter that the list lacks has the set's value again; without any list everything stays."""
    operate("create_stack_instances", accounts, ParameterOverrides=override(First="x", Second="y"))
    assert operate("update_stack_instances", accounts) == ["/x/y", "/x/y"]
    assert operate("update_stack_instances", accounts, ParameterOverrides=override(Second="z")) == ["/1/z", "/1/z"]
    assert operate("update_stack_instances", accounts, ParameterOverrides=[]) == ["/1/2", "/1/2"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"ParameterKey": "Third", "ParameterValue": "x"}], "do not exist in the template"),
        ([{"ParameterKey": "First", "ParameterValue": "x", "UsePreviousValue": True}], "Cannot specify"),
    ],
)
def test_wrong_overrides_are_refused(
    operate: Callable[..., list[str]], accounts: list[str], given: list[dict[str, Any]], message: str
) -> None:
    """Only the template's parameters can be overridden, with a value or with the present one."""
    with pytest.raises(ClientError, match=message):
        operate("create_stack_instances", accounts, ParameterOverrides=given)


def test_only_instances_that_exist_are_updated(operate: Callable[..., list[str]], accounts: list[str]) -> None:
    """UpdateStackInstances makes no new ones: where there is none it is refused, and passed over beside others."""
    with pytest.raises(ClientError, match="StackInstanceNotFoundException"):
        operate("update_stack_instances", accounts)
    operate("create_stack_instances", accounts[:1])
    assert operate("update_stack_instances", accounts, ParameterOverrides=override(First="x")) == ["/x/2"]
