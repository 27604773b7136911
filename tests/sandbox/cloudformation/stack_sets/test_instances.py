import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.stack_sets.conftest import EmptySet

MakeAccount = Callable[..., str]
TEMPLATE = json.dumps(
    {
        "Parameters": {"Name": {"Type": "String", "Default": "first"}},
        "Resources": {
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/set/${Name}"}}}
        },
    }
)
OVERRIDE = [{"ParameterKey": "Name", "ParameterValue": "override"}]
REGIONS = ["eu-west-1", "us-east-1"]


@pytest.fixture
def cloudformation(empty_set: EmptySet) -> Any:
    """A client with an empty stack set in an organization that has StackSets activated."""
    return empty_set(TEMPLATE)


@pytest.fixture
def make_account(sandbox: Embedded, new_account: Callable[..., str], root_id: str) -> MakeAccount:
    """Makes a member account and moves it under a parent, when one is given; answers its id."""

    def make(name: str, parent_id: str = root_id) -> str:
        account = new_account(name)
        if parent_id != root_id:
            move = {"SourceParentId": root_id, "DestinationParentId": parent_id}
            sandbox.client("organizations").move_account(AccountId=account, **move)
        return account

    return make


@pytest.fixture
def units(sandbox: Embedded) -> list[str]:
    """The root, an OU under it, one under that, and one more below: ids from the top."""
    organizations = sandbox.client("organizations")
    ids = [organizations.list_roots()["Roots"][0]["Id"]]
    for name in ("Workloads", "Production", "Payments"):
        made = organizations.create_organizational_unit(ParentId=ids[-1], Name=name)
        ids.append(made["OrganizationalUnit"]["Id"])
    return ids


def operate(cloudformation: Any, what: str, targets: dict[str, Any], regions: list[str] = REGIONS, **more: Any) -> str:
    request = {"StackSetName": "set", "DeploymentTargets": targets, "Regions": regions, **more}
    operation = getattr(cloudformation, what)(**request)["OperationId"]
    for _ in range(2):
        found = cloudformation.describe_stack_set_operation(StackSetName="set", OperationId=operation)
    status: str = found["StackSetOperation"]["Status"]
    return status


def log_groups(sandbox: Embedded, account: str, region: str = "eu-west-1") -> list[str]:
    found = sandbox.client("logs", region=region, account=account).describe_log_groups()["logGroups"]
    return [group["logGroupName"] for group in found]


def accounts_of(cloudformation: Any) -> set[str]:
    summaries = cloudformation.list_stack_instances(StackSetName="set", StackInstanceRegion="eu-west-1")["Summaries"]
    return {summary["Account"] for summary in summaries}


def test_an_ou_reaches_every_account_beneath_it(
    sandbox: Embedded, cloudformation: Any, units: list[str], make_account: MakeAccount
) -> None:
    """Accounts at every depth get a stack in every region; others and the management account get none.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html
    """
    outside = make_account("outside")
    inside = [make_account(f"a{depth}", unit) for depth, unit in enumerate(units[1:])]
    assert operate(cloudformation, "create_stack_instances", {"OrganizationalUnitIds": [units[1]]}) == "SUCCEEDED"
    for account in inside:
        assert [log_groups(sandbox, account, region) for region in REGIONS] == [["/set/first"], ["/set/first"]]
    assert log_groups(sandbox, outside) == []
    assert operate(cloudformation, "create_stack_instances", {"OrganizationalUnitIds": [units[0]]}) == "SUCCEEDED"
    assert log_groups(sandbox, outside) == ["/set/first"]
    assert accounts_of(cloudformation) == {outside, *inside}
    assert sandbox.client("logs").describe_log_groups()["logGroups"] == []


def test_an_instance_says_where_it_is_and_why(
    sandbox: Embedded, cloudformation: Any, units: list[str], make_account: MakeAccount
) -> None:
    """Status, detailed status, target OU, stack id, overrides and drift status; the stack is in the member account."""
    account = make_account("a", units[2])
    targets = {"OrganizationalUnitIds": [units[1]]}
    operate(cloudformation, "create_stack_instances", targets, ParameterOverrides=OVERRIDE)
    instance = cloudformation.describe_stack_instance(
        StackSetName="set", StackInstanceAccount=account, StackInstanceRegion="us-east-1"
    )["StackInstance"]
    assert (instance["Status"], instance["StackInstanceStatus"]) == ("CURRENT", {"DetailedStatus": "SUCCEEDED"})
    assert (instance["OrganizationalUnitId"], instance["DriftStatus"]) == (units[1], "NOT_CHECKED")
    assert instance["ParameterOverrides"] == OVERRIDE
    member = sandbox.client("cloudformation", region="us-east-1", account=account)
    (stack,) = member.describe_stacks(StackName=instance["StackId"])["Stacks"]
    assert stack["StackName"].startswith("StackSet-set-")
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert log_groups(sandbox, account) == ["/set/override"]


@pytest.mark.parametrize(("how", "expected"), [("INTERSECTION", {"a"}), ("DIFFERENCE", {"b"}), (None, {"a", "b"})])
def test_account_filters_choose(
    cloudformation: Any, units: list[str], make_account: MakeAccount, how: str | None, expected: set[str]
) -> None:
    """INTERSECTION takes only the named accounts of the OU, DIFFERENCE all others."""
    accounts = {name: make_account(name, units[1]) for name in ("a", "b")}
    targets: dict[str, Any] = {"OrganizationalUnitIds": [units[1]]}
    if how:
        targets |= {"Accounts": [accounts["a"]], "AccountFilterType": how}
    operate(cloudformation, "create_stack_instances", targets)
    assert accounts_of(cloudformation) == {accounts[name] for name in expected}


def test_a_union_reaches_accounts_elsewhere(
    sandbox: Embedded, cloudformation: Any, units: list[str], make_account: MakeAccount
) -> None:
    """UNION updates an OU and accounts outside it; it is not for creations."""
    inside, outside = make_account("a", units[1]), make_account("b")
    operate(cloudformation, "create_stack_instances", {"OrganizationalUnitIds": [units[0]]})
    union = {"OrganizationalUnitIds": [units[1]], "Accounts": [outside], "AccountFilterType": "UNION"}
    with pytest.raises(ClientError, match="UNION is not supported for CreateStackInstances"):
        operate(cloudformation, "create_stack_instances", union)
    assert operate(cloudformation, "update_stack_instances", union, ParameterOverrides=OVERRIDE) == "SUCCEEDED"
    assert [log_groups(sandbox, account) for account in (inside, outside)] == [["/set/override"], ["/set/override"]]


@pytest.mark.parametrize(
    ("targets", "regions", "message"),
    [
        ({}, REGIONS, "OrganizationalUnitIds are required"),
        ({"OrganizationalUnitIds": ["ou-none-00000000"]}, REGIONS, "Organizational unit not found"),
        ({"OrganizationalUnitIds": [f"ou-none-{n:08}" for n in range(51)]}, REGIONS, "maximum number"),
        ({"OrganizationalUnitIds": ["r-none"], "AccountFilterType": "INTERSECTION"}, REGIONS, "Accounts are required"),
        ({"OrganizationalUnitIds": ["r-none"]}, [], "Regions are required"),
        ({"OrganizationalUnitIds": ["r-none"]}, ["eu-nowhere-1"], "eu-nowhere-1"),
    ],
)
def test_wrong_targets_are_refused(
    cloudformation: Any, targets: dict[str, Any], regions: list[str], message: str
) -> None:
    """Targets that name nothing, too much or contradict themselves start no operation."""
    with pytest.raises(ClientError, match=message):
        operate(cloudformation, "create_stack_instances", targets, regions)
    assert cloudformation.list_stack_set_operations(StackSetName="set")["Summaries"] == []


def test_overrides_are_replaced_and_taken_away(
    sandbox: Embedded, cloudformation: Any, units: list[str], make_account: MakeAccount
) -> None:
    """UpdateStackInstances replaces the overrides; an instance keeps its own when the set is updated.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackInstances.html
    """
    account = make_account("a", units[1])
    targets = {"OrganizationalUnitIds": [units[1]]}
    operate(cloudformation, "create_stack_instances", targets, ParameterOverrides=OVERRIDE)
    second = [{"ParameterKey": "Name", "ParameterValue": "second"}]
    operate(cloudformation, "update_stack_set", targets, UsePreviousTemplate=True, Parameters=second)
    assert log_groups(sandbox, account) == ["/set/override"]
    third = [{"ParameterKey": "Name", "ParameterValue": "third"}]
    operate(cloudformation, "update_stack_instances", targets, ParameterOverrides=third)
    assert log_groups(sandbox, account) == ["/set/third"]


def test_deleting_instances_deletes_their_stacks(
    sandbox: Embedded, cloudformation: Any, units: list[str], make_account: MakeAccount
) -> None:
    """Stacks go in the named regions only; with RetainStacks they stay, and only the instances go.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStackInstances.html
    """
    account = make_account("a", units[2])
    targets = {"OrganizationalUnitIds": [units[1]]}
    operate(cloudformation, "create_stack_instances", targets)
    operate(cloudformation, "delete_stack_instances", targets, ["eu-west-1"], RetainStacks=False)
    assert [log_groups(sandbox, account, region) for region in REGIONS] == [[], ["/set/first"]]
    operate(cloudformation, "delete_stack_instances", targets, ["us-east-1"], RetainStacks=True)
    assert log_groups(sandbox, account, "us-east-1") == ["/set/first"]
    assert cloudformation.list_stack_instances(StackSetName="set")["Summaries"] == []
    with pytest.raises(ClientError, match="StackInstanceNotFoundException"):
        cloudformation.describe_stack_instance(
            StackSetName="set", StackInstanceAccount=account, StackInstanceRegion="eu-west-1"
        )


def test_instances_are_listed_by_page_and_filter(
    cloudformation: Any, units: list[str], make_account: MakeAccount
) -> None:
    """Account, region and detailed status filter; MaxResults and NextToken page.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackInstances.html
    """
    accounts = [make_account(name) for name in ("a", "b")]
    operate(cloudformation, "create_stack_instances", {"OrganizationalUnitIds": [units[0]]})
    listed = cloudformation.list_stack_instances(StackSetName="set", MaxResults=3)
    rest = cloudformation.list_stack_instances(StackSetName="set", MaxResults=3, NextToken=listed["NextToken"])
    assert (len(listed["Summaries"]), len(rest["Summaries"]), "NextToken" in rest) == (3, 1, False)
    one = cloudformation.list_stack_instances(
        StackSetName="set", StackInstanceAccount=accounts[0], StackInstanceRegion="us-east-1"
    )
    assert [(each["Account"], each["Region"]) for each in one["Summaries"]] == [(accounts[0], "us-east-1")]
    filters = [{"Name": "DETAILED_STATUS", "Values": "FAILED"}]
    assert cloudformation.list_stack_instances(StackSetName="set", Filters=filters)["Summaries"] == []


def test_a_suspended_account_is_skipped(
    sandbox: Embedded, cloudformation: Any, units: list[str], make_account: MakeAccount
) -> None:
    """A closed account is no failure: its instance says SKIPPED_SUSPENDED_ACCOUNT, and goes when stacks are retained.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackInstanceComprehensiveStatus.html
    """
    kept, closed = make_account("kept"), make_account("closed")
    sandbox.client("organizations").close_account(AccountId=closed)
    targets = {"OrganizationalUnitIds": [units[0]]}
    assert operate(cloudformation, "create_stack_instances", targets, ["eu-west-1"]) == "SUCCEEDED"
    summaries = cloudformation.list_stack_instances(StackSetName="set")["Summaries"]
    details = {one["Account"]: one["StackInstanceStatus"]["DetailedStatus"] for one in summaries}
    assert details == {kept: "SUCCEEDED", closed: "SKIPPED_SUSPENDED_ACCOUNT"}
    assert operate(cloudformation, "delete_stack_instances", targets, ["eu-west-1"], RetainStacks=True) == "SUCCEEDED"
    assert cloudformation.list_stack_instances(StackSetName="set")["Summaries"] == []
